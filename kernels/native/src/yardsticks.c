// How fast memory and the dot product can be here at all: what products are held against.
#include <stdlib.h>

#include "exports.h"

typedef struct {
  const uint64_t *numbers;
  int64_t count;
  uint64_t *sums; // [pieces]
} Read;

enum { READ_PIECE = 1 << 15 }; // numbers: 256 KiB

static void read_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Read *all = of;
  const int64_t begin = index * READ_PIECE, end = begin + READ_PIECE;
  uint64_t sums[8] = {0};
  for (int64_t i = begin; i < (end < all->count ? end : all->count) - 7; i += 8) {
    READ_AHEAD(all->numbers + i);
    for (int lane = 0; lane < 8; lane++) sums[lane] += all->numbers[i + lane];
  }
  for (int lane = 1; lane < 8; lane++) sums[0] += sums[lane];
  all->sums[index] = sums[0];
}

// Reads `count` numbers (a multiple of 8) once, on the threads that a matrix product would use, and
// returns the low bits of their sum: how fast memory can be read here at all.
EXPORT int32_t offprint_read(int32_t threads, const uint64_t *numbers, int32_t count) {
  const int64_t pieces = (count + READ_PIECE - 1) / READ_PIECE;
  Read all = {numbers, count, malloc(sizeof(uint64_t) * (size_t)pieces)};
  if (!all.sums) return OUT_OF_MEMORY;
  pool_run(threads, pieces, read_piece, &all);
  uint64_t sum = 0;
  for (int64_t i = 0; i < pieces; i++) sum += all.sums[i];
  free(all.sums);
  return (int32_t)(sum & 0x7fffffff);
}

typedef struct {
  int32_t (*peak)(int32_t turns);
  int32_t turns;
} Peak;

enum { PEAK_PIECES = 8 }; // for each thread: one that starts late does fewer

static void peak_piece(void *of, int64_t index, int slot) {
  (void)index;
  (void)slot;
  const Peak *all = of;
  all->peak(all->turns);
}

// Takes a variant's dot product instructions on registers alone, `turns` times in each of 8 pieces a thread; returns
// the multiply-adds of a turn: how fast products can be here at all. 0 for a variant without this yardstick.
EXPORT int32_t offprint_peak(int32_t variant, int32_t threads, int32_t turns) {
  Peak all = {variant_of(variant)->peak, turns};
  if (!all.peak) return 0;
  pool_run(threads, (int64_t)PEAK_PIECES * threads, peak_piece, &all);
  return all.peak(0);
}
