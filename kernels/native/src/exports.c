// The functions that TypeScript calls for activations and matrix products.
#include "exports.h"

#include <stdatomic.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "cpu.h"

// By number, as in native/mod.ts; null where the build has left one out.
static const Variant *const variants[] = {
    &offprint_portable,
#ifdef WITH_AVX2
    &offprint_avx2,
#else
    0,
#endif
#ifdef WITH_AVXVNNI
    &offprint_avxvnni,
#else
    0,
#endif
#ifdef WITH_AVX512VNNI
    &offprint_avx512vnni,
#else
    0,
#endif
#ifdef WITH_NEON
    &offprint_neon,
#else
    0,
#endif
};

const Variant *variant_of(int32_t number) { return variants[number]; }

// Bit i is set when variant i is in this library and this processor can run it.
EXPORT int32_t offprint_variants(void) {
  int32_t usable = 1;
#ifdef OFFPRINT_SIMDE
  const int32_t cpu = ~0; // emulated: runs everywhere
#else
  const int32_t cpu = offprint_cpu();
#endif
  for (int i = 1; i < (int)(sizeof variants / sizeof *variants); i++) {
    if (variants[i] && (cpu >> i & 1)) usable |= 1 << i;
  }
  return usable;
}

// ---- activations -----------------------------------------------------------------------------------

typedef struct {
  QuantizeJob job;
  const Variant *variant;
  int32_t *bad; // [pieces]
  int32_t per_piece;
} Quantize;

static void quantize_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Quantize *all = of;
  int32_t first = (int32_t)index * all->per_piece, last = first + all->per_piece;
  if (last > all->job.tokens) last = all->job.tokens;
  all->bad[index] = DONE;
  for (int32_t token = first; token < last && all->bad[index] == DONE; token++) {
    int32_t column = all->variant->quantize(&all->job, token);
    if (column >= 0) all->bad[index] = token * all->job.columns + column;
  }
}

EXPORT int32_t offprint_quantize(int32_t variant, int32_t threads, const float *x, const uint8_t *bits,
                          int8_t *codes, float *scales, float *zeros, int32_t *sums, int32_t tokens,
                          int32_t columns, int32_t blocks, int32_t block_size) {
  Quantize all = {{x, bits, codes, scales, zeros, sums, tokens, columns, blocks, block_size},
                  variant_of(variant), 0, 1 + 16384 / columns};
  int32_t pieces = (tokens + all.per_piece - 1) / all.per_piece;
  if (!(all.bad = malloc(sizeof(int32_t) * (size_t)pieces))) return OUT_OF_MEMORY;
  pool_run(threads, pieces, quantize_piece, &all);
  int32_t bad = DONE;
  for (int32_t i = 0; i < pieces && bad == DONE; i++) bad = all.bad[i];
  free(all.bad);
  return bad;
}

// ---- matrix product --------------------------------------------------------------------------------

typedef struct {
  GemmJob job;
  const Variant *variant;
  void (*tile)(const GemmJob *job, const Tile *tile);
  int32_t groups, groups_per_piece, blocks_per_step, threads;
  int32_t large, small_groups; // pieces of so many groups; those after them are smaller, so that all end together
} Gemm;

int32_t first_pieces(const Variant *use, int32_t threads, int32_t tokens, int64_t rows) {
  if (tokens >= 8) return use->tile_groups;
  // Long runs of weights, and still several pieces for each thread to even out.
  const int32_t groups = (int32_t)((rows + GROUP_ROWS - 1) / GROUP_ROWS), most = 4 * use->tile_groups;
  const int32_t even = (groups + 8 * threads - 1) / (8 * threads);
  return even < most ? even : most;
}

// A quarter of a large one, but no less than is computed anyway.
static int32_t small_piece(const Variant *use, int32_t large) {
  const int32_t quarter = large < 8 ? large : large / 4;
  return quarter < use->least_groups ? use->least_groups : quarter;
}

// How many bytes of weights a thread passes over from the end of a piece to where it most likely reads on: at its next
// piece or, after its last, at its first of the product that comes then.
static int64_t jump_after(const Gemm *all, int64_t index, int64_t end) {
  const GemmJob *job = &all->job;
  if (!job->words) return 0;
  const int64_t group = (int64_t)job->blocks * job->block_size, late = index + all->threads - all->large;
  const int64_t next = late < 0 ? (index + all->threads) * all->groups_per_piece
                                : all->large * all->groups_per_piece + late * all->small_groups;
  if (next < all->groups) return (next - end) * group * (int64_t)sizeof *job->words;
  if (!job->after) return 0;
  return (const char *)(job->after + index % all->threads * job->after_piece) - (const char *)(job->words + end * group);
}

// A panel of rows: all tokens, a stretch of K at a time so that the panel's weights stay in cache
// while the tokens pass.
static void gemm_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Gemm *all = of;
  const int32_t large = all->groups_per_piece, small = all->small_groups, late = (int32_t)index - all->large;
  int32_t begin = late < 0 ? (int32_t)index * large : all->large * large + late * small;
  int32_t end = begin + (late < 0 ? large : small);
  if (end > all->groups) end = all->groups;
  const int32_t most_tokens = all->variant->tile_tokens, most_groups = all->variant->tile_groups;
  Tile tile;
  tile.piece_end = end;
  tile.jump = jump_after(all, index, end);
  for (tile.group = begin; tile.group < end; tile.group += most_groups) {
    tile.groups = end - tile.group < most_groups ? end - tile.group : most_groups;
    for (tile.first = 0; tile.first < all->job.blocks; tile.first = tile.last) {
      tile.last = tile.first + all->blocks_per_step;
      if (tile.last > all->job.blocks) tile.last = all->job.blocks;
      for (tile.token = 0; tile.token < all->job.tokens; tile.token += most_tokens) {
        int32_t left = all->job.tokens - tile.token;
        tile.tokens = left < most_tokens ? left : most_tokens;
        all->tile(&all->job, &tile);
      }
    }
  }
}

typedef struct {
  const GemmJob *job;
  const Variant *variant;
  uint8_t *packed;
} Pack;

static void pack_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Pack *all = of;
  all->variant->pack(all->job, (int32_t)index, all->packed);
}

// Room for packed activations, kept from one call to the next: new pages cost more than the packing.
typedef struct {
  size_t bytes;
  uint8_t room[];
} Room;

enum { MOST_KEPT = 1 << 24, HUGE_PAGE = 1 << 21 };
static _Atomic(Room *) kept;

// On huge pages, where the system has them: what passes through the second cache again and again must
// not fall on the same lines of it, as small pages do that lie anywhere (256 tokens: 5 to 11 %, measured).
static Room *new_room(size_t bytes) {
  size_t size = sizeof(Room) + bytes;
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
  if (size >= HUGE_PAGE / 8) {
    size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    Room *room = aligned_alloc(HUGE_PAGE, size);
    if (!room) return NULL;
    madvise(room, size, MADV_HUGEPAGE);
    room->bytes = size - sizeof(Room);
    return room;
  }
#endif
  Room *room = malloc(size);
  if (room) room->bytes = bytes;
  return room;
}

static Room *take_room(size_t bytes) {
  Room *room = atomic_exchange(&kept, NULL);
  if (room && room->bytes >= bytes) return room;
  free(room);
  return new_room(bytes);
}

static void give_room(Room *room) {
  if (room && room->bytes <= MOST_KEPT) room = atomic_exchange(&kept, room);
  free(room);
}

void gemm_run(const Variant *use, int32_t threads, const GemmJob *job) {
  const int wide = job->values != 0;
  Gemm all = {*job, use, wide ? use->tile8 : use->tile, (job->rows + GROUP_ROWS - 1) / GROUP_ROWS, 0,
              4096 / job->block_size, threads, 0, 0};
  Room *room = NULL;
  if (use->pack_from > 0 && !wide && job->tokens >= use->pack_from) {
    room = take_room(use->pack_bytes(job));
    if (room) { // else the variant does without
      all.job.packed = room->room;
      all.job.others = (threads - 1) * use->tile_groups;
      all.blocks_per_step = job->blocks;
      Pack pack = {job, use, room->room};
      pool_run(threads, use->pack_parts(job->tokens), pack_piece, &pack);
    }
  }
  all.groups_per_piece = first_pieces(use, threads, job->tokens, job->rows);
  all.large = all.groups / all.groups_per_piece - 2 * threads;
  if (all.large < 0) all.large = 0;
  const int32_t late = all.groups - all.large * all.groups_per_piece;
  all.small_groups = small_piece(use, all.groups_per_piece);
  const int32_t pieces = all.large + (late + all.small_groups - 1) / all.small_groups;
  pool_run(threads, pieces, gemm_piece, &all);
  give_room(room);
}

// `weights` are biased P32 words or, with 8 `weight_bits`, signed bytes.
EXPORT void offprint_gemm(int32_t variant, int32_t threads, const int8_t *codes,
                          const float *a_scales, const float *zeros, const int32_t *a_sums,
                          const uint8_t *bits, int32_t weight_bits, const void *weights,
                          const float *w_scales, const int16_t *w_sums, float *y, int32_t tokens,
                          int32_t rows, int32_t blocks, int32_t block_size) {
  const int wide = weight_bits == 8;
  const GemmJob job = {codes, a_scales, zeros, a_sums, bits, wide ? 0 : weights, wide ? weights : 0,
                       w_scales, w_sums, y, tokens, rows, blocks, block_size, NULL, 0, NULL, 0};
  gemm_run(variant_of(variant), threads, &job);
}

EXPORT int32_t offprint_linear(int32_t variant, int32_t threads, const float *x,
                               const uint8_t *bits, int8_t *codes, float *a_scales, float *zeros,
                               int32_t *a_sums, int32_t weight_bits, const void *weights,
                               const float *w_scales, const int16_t *w_sums, float *y,
                               int32_t tokens, int32_t rows, int32_t columns, int32_t blocks,
                               int32_t block_size) {
  int32_t bad = offprint_quantize(variant, threads, x, bits, codes, a_scales, zeros, a_sums, tokens,
                                  columns, blocks, block_size);
  if (bad != DONE) return bad;
  offprint_gemm(variant, threads, codes, a_scales, zeros, a_sums, bits, weight_bits, weights,
                w_scales, w_sums, y, tokens, rows, blocks, block_size);
  return DONE;
}
