// Weights on huge pages, where the system has them. A pass over one token reads all weights of a decoder
// once; on pages of 4 KiB the processor looks up an address for every 64 cache lines and stops its own
// prefetching there (110 million parameters, one thread: 20 % of a pass).
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "exports.h"
#include "forward.h"

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 // Linux 6.1; an older one refuses it, and nothing changes
#endif

enum { FEWEST_BYTES = 1 << 23 }; // less than this stays in the processor's caches

#define HUGE_PAGE ((uintptr_t)1 << 21)

typedef struct {
  uintptr_t begin, end;
} Range;

static int by_begin(const void *a, const void *b) {
  const uintptr_t first = ((const Range *)a)->begin, second = ((const Range *)b)->begin;
  return (first > second) - (first < second);
}

// Arrays lie one behind the other, as they were allocated, so whole pages are taken: contents and owners of
// what lies between stay as they are. Where a page cannot be had, the others still can.
static int64_t collapse(Range range) {
  if (madvise((void *)range.begin, range.end - range.begin, MADV_COLLAPSE) == 0) {
    return (int64_t)(range.end - range.begin);
  }
  int64_t bytes = 0;
  for (uintptr_t at = range.begin; at < range.end; at += HUGE_PAGE) {
    if (madvise((void *)at, HUGE_PAGE, MADV_COLLAPSE) == 0) bytes += HUGE_PAGE;
  }
  return bytes;
}

static int64_t bytes_of(const Linear *part) {
  return part->rows * part->blocks * part->block_size * part->weight_bits / 8;
}

static int64_t settle(const Decoder *decoder) {
  const int64_t most = decoder->layers * LINEARS + 1;
  Range *ranges = malloc(sizeof *ranges * (size_t)most);
  if (!ranges) return 0;
  int64_t count = 0, bytes = 0;
  for (int64_t i = 0; i < most; i++) {
    const Linear *part = i + 1 < most ? decoder->layer[i / LINEARS].linears + i % LINEARS : &decoder->head;
    if (!part->weights) continue; // a head in 16-bit floats
    const uintptr_t at = (uintptr_t)part->weights, end = at + (uintptr_t)bytes_of(part);
    ranges[count++] = (Range){at & ~(HUGE_PAGE - 1), (end + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1)};
    bytes += bytes_of(part);
  }
  int64_t done = 0;
  if (bytes >= FEWEST_BYTES) {
    qsort(ranges, (size_t)count, sizeof *ranges, by_begin);
    Range range = ranges[0];
    for (int64_t i = 1; i < count; i++) {
      if (ranges[i].begin > range.end) {
        done += collapse(range);
        range = ranges[i];
      } else if (ranges[i].end > range.end) {
        range.end = ranges[i].end;
      }
    }
    done += collapse(range);
  }
  free(ranges);
  return done;
}
#else
static int64_t settle(const Decoder *decoder) {
  (void)decoder;
  return 0;
}
#endif

// Asks the system to put a decoder's weights on huge pages; returns how many MiB it did.
EXPORT int32_t offprint_settle(const void *decoder) { return (int32_t)(settle(decoder) >> 20); }
