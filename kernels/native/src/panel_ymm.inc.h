// Many tokens, 4-bit weights: a panel of rows at a time, its nibbles unpacked into bytes once for all
// tokens; six tokens by two groups of rows in twelve registers. Activations are packed beforehand in
// the order in which they are read, so that the inner loop has two streams, activations and weights.
//
//   for up to 258 tokens                    their y stays in a scratch array, 64 KiB at most
//     for 1024 columns                      their activations stay in the second cache
//       for each two groups of the tile     their weights, unpacked, stay in the first cache
//         for six tokens at a time
//           for each block                  sums in registers, then y += scales * sums
//
// The including file says how a block is summed:
//   words_of(bits)         how many words (of eight columns) the lanes hold before they must be emptied
//   first_sum(bits, bias)  what makes `bias` part of the sum: with 4 bits, when a block's lanes are
//                          emptied once, they begin with it; with 8 bits the 32-bit sums do
// and may replace block_sums and add_block by its own, as BLOCK_SUMS and ADD_BLOCK.
#include "tile.h"
#include "ymm.h"

enum {
  PANEL_TOKENS = 6,
  PANEL_PAIRS = 4, // of groups
  PANEL_COLUMNS = 1024, // two groups are 16 KiB in bytes: half of the first cache
  ROUND_PARTS = 43,
  EVERY_TOKEN = 1 << 30,
};

// What two groups of rows have in the same four columns.
typedef __m256i Pair[2];

// Before the codes of each block, [columns / 4][tokens][4].
typedef struct {
  float scales[PANEL_TOKENS + 2];
  int32_t first[PANEL_TOKENS + 2];
} BlockHead;

// Tokens go in parts of nearly the same size.
static int32_t pack_parts(int32_t tokens) { return (tokens + PANEL_TOKENS - 1) / PANEL_TOKENS; }

INLINE int32_t part_begin(int32_t tokens, int32_t part) {
  return (int32_t)((int64_t)tokens * part / pack_parts(tokens));
}

// Blocks of a stretch of columns.
INLINE int32_t stretch_of(const GemmJob *job, int32_t first) {
  const int32_t left = job->blocks - first, most = PANEL_COLUMNS / job->block_size;
  return left < most ? left : most;
}

// Where a part's blocks from `first` on begin, in bytes: [stretches][parts][blocks], behind `token` tokens
// in `part` parts. So the parts of a stretch lie one after the other, as they are read.
INLINE size_t part_at(const GemmJob *job, int32_t first, int32_t part, int32_t token) {
  const size_t before = (size_t)pack_parts(job->tokens) * sizeof(BlockHead) + (size_t)job->tokens * job->block_size;
  const size_t beside = (size_t)part * sizeof(BlockHead) + (size_t)token * job->block_size;
  return (size_t)first * before + (size_t)stretch_of(job, first) * beside;
}

static size_t pack_bytes(const GemmJob *job) { return part_at(job, job->blocks, 0, 0); }

static void pack(const GemmJob *job, int32_t part, uint8_t *packed) {
  const int32_t begin = part_begin(job->tokens, part), tokens = part_begin(job->tokens, part + 1) - begin;
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  uint8_t *to = packed;
  for (int32_t block = 0; block < job->blocks; block++) {
    if (block % (PANEL_COLUMNS / job->block_size) == 0) to = packed + part_at(job, block, part, begin);
    BlockHead head = {{0}, {0}};
    for (int32_t m = 0; m < tokens; m++) {
      const int64_t at = (int64_t)(begin + m) * job->blocks + block;
      head.scales[m] = job->a_scales[at];
      head.first[m] = first_sum(job->bits[block], -8 * job->a_sums[at]);
    }
    memcpy(to, &head, sizeof head);
    to += sizeof head;
    const int8_t *a = codes_at(job, begin, block);
    for (int32_t k = 0; k < job->block_size; k += 4) {
      for (int32_t m = 0; m < tokens; m++, to += 4) memcpy(to, a + m * stride + k, 4);
    }
  }
}

#define PACKING PANEL_TOKENS, pack_parts, pack_bytes, pack

// A part of the tokens by one or two groups of rows.
typedef struct {
  const GemmJob *job;
  const uint8_t *a; // at the first block
  const Pair *w;    // [columns / 4]
  float *y;         // [tokens][2][8]
  int32_t token, tokens;
  int32_t group, groups;
  int32_t first, last;
  // What is unpacked next, for both groups: asked for while this is computed, some lines a block.
  const char *next[2], *next_end;
  int32_t lines;
} Panel;

// In plain words; written for the compiler's registers by avx2.c.
INLINE void block_sums(const uint8_t *a, const Pair *w, int32_t words, int32_t bits, const int32_t *first,
                       __m256i *sums, const int tokens) {
  const int32_t most = words_of(bits), step = most < words ? most : words;
  for (int32_t u = 0; u < words; u += step) {
    __m256i acc[PANEL_TOKENS][2];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      acc[m][0] = acc[m][1] = bits == 4 ? _mm256_set1_epi32(first[m]) : _mm256_setzero_si256();
    }
    for (int32_t k = 0; k < 2 * step; k++, a += 4 * tokens, w++) {
      const __m256i w0 = (*w)[0], w1 = (*w)[1];
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const __m256i four = broadcast4((const int8_t *)a + 4 * m);
        acc[m][0] = add4(acc[m][0], w0, four);
        acc[m][1] = add4(acc[m][1], w1, four);
      }
    }
    for (int m = 0; m < tokens; m++) {
      for (int g = 0; g < 2; g++) {
        const __m256i before = u > 0        ? sums[2 * m + g]
                               : bits == 4 ? _mm256_setzero_si256()
                                           : _mm256_set1_epi32(first[m]);
        sums[2 * m + g] = _mm256_add_epi32(before, whole(acc[m][g]));
      }
    }
  }
}

// y += scales * sums, every bias already in the sum.
INLINE void add_block(const uint8_t *a, const BlockHead *head, const Pair *w, int32_t words, int32_t bits,
                      const float *w0, const float *w1, float *y, const int tokens) {
  __m256i sums[2 * PANEL_TOKENS];
  block_sums(a, w, words, bits, head->first, sums, tokens);
  const f32x8 scales[2] = {load8(w0), load8(w1)};
  UNROLL
  for (int m = 0; m < tokens; m++) {
    UNROLL
    for (int g = 0; g < 2; g++, y += GROUP_ROWS) {
      const f32x8 sum = (f32x8)_mm256_cvtepi32_ps(sums[2 * m + g]);
      store8(y, load8(y) + all8(head->scales[m]) * scales[g] * sum);
    }
  }
}

#ifndef ADD_BLOCK
#define ADD_BLOCK add_block
#define BLOCK_SUMS block_sums
#endif

static __attribute__((noinline)) void end_with_zeros(const Panel *panel, int32_t block,
                                                     const __m256i *sums) {
  for (int m = 0; m < panel->tokens; m++) {
    for (int g = 0; g < panel->groups; g++) {
      int32_t eight[GROUP_ROWS];
      _mm256_storeu_si256((__m256i *)eight, sums[2 * m + g]);
      add_sums(panel->job, panel->token + m, panel->group + g, block, 0, eight,
               panel->y + (2 * m + g) * GROUP_ROWS);
    }
  }
}

INLINE void panel_of(Panel *panel, const int tokens) {
  const GemmJob *job = panel->job;
  const int32_t size = job->block_size;
  const float *w0 = job->w_scales + rows_at(job, panel->group, panel->first);
  const float *w1 = job->w_scales + rows_at(job, panel->group + panel->groups - 1, panel->first);
  const uint8_t *a = panel->a;
  const Pair *w = panel->w;
  for (int32_t block = panel->first; block < panel->last; block++) {
    const BlockHead *head = (const BlockHead *)a;
    const uint8_t *codes = a + sizeof *head;
    for (int32_t i = 0; i < panel->lines && panel->next[0] < panel->next_end; i++) {
      __builtin_prefetch(panel->next[0]);
      __builtin_prefetch(panel->next[1]);
      panel->next[0] += 64;
      panel->next[1] += 64;
    }
    if (__builtin_expect(job->zeros != 0, 0)) {
      __m256i sums[2 * PANEL_TOKENS];
      BLOCK_SUMS(codes, w, size / 8, job->bits[block], head->first, sums, tokens);
      end_with_zeros(panel, block, sums);
    } else {
      ADD_BLOCK(codes, head, w, size / 8, job->bits[block], w0, w1, panel->y, tokens);
    }
    a = codes + (int64_t)size * tokens;
    w += size / 4;
    w0 += GROUP_ROWS;
    w1 += GROUP_ROWS;
  }
}

#define PANEL(tokens) \
  static void panel_##tokens(Panel *panel) { panel_of(panel, tokens); }
PANEL(3) PANEL(4) PANEL(5) PANEL(6) // the parts of six tokens and more

// The nibbles of one or two groups as bytes; of one, twice.
static void unpack(const Panel *panel, Pair *to) {
  const GemmJob *job = panel->job;
  const __m256i low = _mm256_set1_epi8(15);
  const uint32_t *words[2] = {words_at(job, panel->group, panel->first),
                              words_at(job, panel->group + panel->groups - 1, panel->first)};
  const int32_t count = (panel->last - panel->first) * job->block_size;
  for (int32_t i = 0; i < count; i += GROUP_ROWS, to += 2) {
    UNROLL
    for (int g = 0; g < 2; g++) {
      const __m256i x = load_ymm(words[g] + i);
      to[0][g] = _mm256_and_si256(x, low);
      to[1][g] = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
    }
  }
}

// Where in a tile a panel lies: groups from `pair` on, blocks from `first` on.
INLINE void place(Panel *panel, const Tile *tile, int32_t pair, int32_t first) {
  panel->group = tile->group + 2 * pair;
  panel->groups = tile->groups - 2 * pair < 2 ? 1 : 2;
  panel->first = first;
  panel->last = first + stretch_of(panel->job, first);
}

// The weights of the panel after this one, to be asked for during `calls` blocks. After the last of a tile
// that is the first of the tile which this thread will most likely take next.
INLINE void look_ahead(Panel *panel, const Tile *tile, int32_t pair, int64_t calls) {
  Panel after = {.job = panel->job};
  const int32_t all = (panel->job->rows + GROUP_ROWS - 1) / GROUP_ROWS;
  Tile next = *tile;
  next.group += tile->groups + panel->job->others;
  next.groups = all - next.group;
  if (2 * (pair + 1) < tile->groups) place(&after, tile, pair + 1, panel->first);
  else if (panel->last < panel->job->blocks) place(&after, tile, 0, panel->last);
  else if (next.groups > 0) place(&after, &next, 0, 0);
  else {
    panel->lines = 0;
    return;
  }
  panel->next[0] = (const char *)words_at(after.job, after.group, after.first);
  panel->next[1] = (const char *)words_at(after.job, after.group + after.groups - 1, after.first);
  const int64_t bytes = (int64_t)(after.last - after.first) * after.job->block_size * sizeof(uint32_t);
  panel->next_end = panel->next[0] + bytes;
  panel->lines = (int32_t)((bytes / 64 + calls - 1) / calls);
}

// The tokens of parts `from` .. `to - 1`.
static void panel_round(const GemmJob *job, const Tile *tile, int32_t from, int32_t to) {
  static void (*const panels[])(Panel *) = {0, 0, 0, panel_3, panel_4, panel_5, panel_6};
  float y[PANEL_PAIRS][ROUND_PARTS * PANEL_TOKENS][2 * GROUP_ROWS] __attribute__((aligned(64)));
  Pair w[PANEL_COLUMNS / 4];
  const int32_t begin = part_begin(job->tokens, from), end = part_begin(job->tokens, to);
  const int32_t pairs = (tile->groups + 1) / 2;
  for (int32_t pair = 0; pair < pairs; pair++) memset(y[pair], 0, sizeof *y[0] * (size_t)(end - begin));
  Panel one = {.job = job, .w = w};
  for (int32_t first = 0; first < job->blocks; first = one.last) {
    for (int32_t pair = 0; pair < pairs; pair++) {
      place(&one, tile, pair, first);
      unpack(&one, w);
      look_ahead(&one, tile, pair, (int64_t)(to - from) * (one.last - one.first));
      for (int32_t part = from; part < to; part++) {
        one.token = part_begin(job->tokens, part);
        one.tokens = part_begin(job->tokens, part + 1) - one.token;
        one.y = y[pair][one.token - begin];
        one.a = job->packed + part_at(job, first, part, one.token);
        panels[one.tokens](&one);
      }
    }
  }
  for (int32_t token = begin; token < end; token++) {
    for (int32_t g = 0; g < tile->groups; g++) {
      store_rows(job, token, tile->group + g, y[g / 2][token - begin] + g % 2 * GROUP_ROWS);
    }
  }
}

// All tokens by up to eight groups, all blocks.
static void panel(const GemmJob *job, const Tile *tile) {
  const int32_t parts = pack_parts(job->tokens);
  for (int32_t from = 0; from < parts; from += ROUND_PARTS) {
    panel_round(job, tile, from, parts - from < ROUND_PARTS ? parts : from + ROUND_PARTS);
  }
}
