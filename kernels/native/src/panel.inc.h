// Many tokens, 4-bit weights: a panel of rows at a time, its nibbles unpacked into bytes once for all
// tokens; some tokens by two vectors of rows in registers. Activations are packed beforehand in
// the order in which they are read, so that the inner loop has two streams, activations and weights.
//
//   for up to 258 or 264 tokens             their y stays in a scratch array, 66 KiB at most
//     for a stretch of columns              their activations stay in the second cache
//       for each two vectors of the tile    their weights, unpacked, stay in the first cache
//         for six or twelve tokens          (the most at a time: PANEL_TOKENS)
//           for each block                  sums in registers, then y += scales * sums
//
// The including file brings vectors (ymm.h, zmm.h) and says how a block is summed:
//   PANEL_TOKENS, PANEL_FROM  tokens at a time, and from how many on
//   EACH_PANEL(of)            of(tokens) for every size that parts of so many tokens have
//   words_of(bits)         how many words (of eight columns) the lanes hold before they must be emptied
//   first_sum(bits, bias)  what makes `bias` part of the sum: with 4 bits, when a block's lanes are
//                          emptied once, they begin with it; with 8 bits the 32-bit sums do
//   ADD_BLOCK, BLOCK_SUMS  as add_block and block_sums in block_sums.inc.h
//   DIRECT                 where defined, so many parts of the tokens and fewer take the words as they lie
#include "tile.h"

enum {
  PANEL_GROUPS = 2 * VECTOR_GROUPS,
  PANEL_PAIRS = 8 / PANEL_GROUPS, // of vectors, in a tile of eight groups
  LANES = VECTOR_GROUPS * GROUP_ROWS,
  PANEL_COLUMNS = 1024 / VECTOR_GROUPS, // two vectors are 16 KiB in bytes: half of the first cache or less
  ROUND_PARTS = (258 + PANEL_TOKENS - 1) / PANEL_TOKENS,
  EVERY_TOKEN = 1 << 30,
};

// Before the codes of each block, [columns / 4][tokens][4].
typedef struct {
  float scales[(PANEL_TOKENS + 7) / 8 * 8];
  int32_t first[(PANEL_TOKENS + 7) / 8 * 8];
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
    // Token by token: the same columns of several fall on the same lines of the cache.
    for (int32_t m = 0; m < tokens; m++) {
      for (int32_t k = 0; k < job->block_size; k += 4) {
        memcpy(to + (int64_t)k * tokens + 4 * m, a + m * stride + k, 4);
      }
    }
    to += (int64_t)job->block_size * tokens;
  }
}

#define PACKING PANEL_FROM, pack_parts, pack_bytes, pack

#ifndef ADD_BLOCK
#include "block_sums.inc.h"
#endif

// The weights of a stretch of columns, unpacked.
typedef struct {
  Pair codes[PANEL_COLUMNS / 4];
  float scales[PANEL_COLUMNS / 32][2 * LANES]; // of each block
} Unpacked;

// A part of the tokens by two vectors of rows, or by fewer groups at the end.
typedef struct {
  const GemmJob *job;
  const uint8_t *a; // at the first block
  const Unpacked *w;
  const uint32_t *words[PANEL_GROUPS]; // of each group at the first block; the last one's again where there are fewer
  float *y; // [tokens][2 * LANES]
  int32_t token, tokens;
  int32_t group, groups;
  int32_t first, last;
  // What is unpacked next, for all groups: asked for while this is computed, some lines a block.
  const char *next[PANEL_GROUPS], *next_end;
  int32_t lines;
} Panel;

static __attribute__((noinline)) void end_with_zeros(const Panel *panel, int32_t block,
                                                     const Vector *sums) {
  for (int m = 0; m < panel->tokens; m++) {
    for (int g = 0; g < panel->groups; g++) {
      int32_t eight[GROUP_ROWS];
      const int32_t at = 2 * LANES * m + GROUP_ROWS * g;
      memcpy(eight, (const char *)sums + sizeof(int32_t) * (size_t)at, sizeof eight);
      add_sums(panel->job, panel->token + m, panel->group + g, block, 0, eight, panel->y + at);
    }
  }
}

INLINE void panel_of(Panel *panel, const int tokens, const int direct) {
  const GemmJob *job = panel->job;
  const int32_t size = job->block_size;
  const uint8_t *a = panel->a;
  const Pair *w = panel->w->codes;
  for (int32_t block = panel->first; block < panel->last; block++) {
    const BlockHead *head = (const BlockHead *)a;
    const uint8_t *codes = a + sizeof *head;
    for (int32_t i = 0; i < panel->lines && panel->next[0] < panel->next_end; i++) {
      UNROLL
      for (int g = 0; g < PANEL_GROUPS; g++) {
        __builtin_prefetch(panel->next[g]);
        panel->next[g] += 64;
      }
    }
    if (__builtin_expect(job->zeros != 0, 0)) {
      Vector sums[2 * PANEL_TOKENS];
      BLOCK_SUMS(codes, w, size / 8, job->bits[block], head->first, sums, tokens);
      end_with_zeros(panel, block, sums);
#ifdef DIRECT
    } else if (direct) {
      const int32_t at = (block - panel->first) * size;
      Vector acc[PANEL_TOKENS][2];
      UNROLL
      for (int m = 0; m < tokens; m++) acc[m][0] = acc[m][1] = splat(head->first[m]);
      add_words(codes, panel->words, at, size / 8, acc, tokens);
      add_scaled(head, panel->w->scales[block - panel->first], (const Vector *)acc, panel->y, tokens);
#endif
    } else {
      ADD_BLOCK(codes, head, w, size / 8, job->bits[block], panel->w->scales[block - panel->first], panel->y, tokens);
    }
    a = codes + (int64_t)size * tokens;
    w += size / 4;
  }
}

#define PANEL(tokens) \
  static void panel_##tokens(Panel *panel) { panel_of(panel, tokens, 0); }
EACH_PANEL(PANEL)
#ifdef DIRECT
#define PANEL_DIRECTLY(tokens) \
  static void direct_##tokens(Panel *panel) { panel_of(panel, tokens, 1); }
EACH_PANEL(PANEL_DIRECTLY)
#endif

// The nibbles of a panel as bytes.
static void unpack(const Panel *panel, Unpacked *to) {
  const GemmJob *job = panel->job;
  Pair *w = to->codes;
  const int32_t count = (panel->last - panel->first) * job->block_size;
  for (int32_t i = 0; i < count; i += GROUP_ROWS, w += 2) {
    UNROLL
    for (int v = 0; v < 2; v++) {
      const Vector x = load_words(panel->words + VECTOR_GROUPS * v, i);
      w[0][v] = low_nibbles(x);
      w[1][v] = high_nibbles(x);
    }
  }
}

static void copy_scales(const Panel *panel, Unpacked *to) {
  const GemmJob *job = panel->job;
  for (int g = 0; g < PANEL_GROUPS; g++) {
    const int32_t group = panel->group + (g < panel->groups ? g : panel->groups - 1);
    const float *scales = job->w_scales + rows_at(job, group, panel->first);
    for (int32_t block = 0; block < panel->last - panel->first; block++, scales += GROUP_ROWS) {
      store8(to->scales[block] + GROUP_ROWS * g, load8(scales));
    }
  }
}

// Where in a tile a panel lies: groups of the vectors `pair`, blocks from `first` on.
INLINE void place(Panel *panel, const Tile *tile, int32_t pair, int32_t first) {
  const int32_t left = tile->groups - PANEL_GROUPS * pair;
  panel->group = tile->group + PANEL_GROUPS * pair;
  panel->groups = left < PANEL_GROUPS ? left : PANEL_GROUPS;
  panel->first = first;
  panel->last = first + stretch_of(panel->job, first);
  for (int g = 0; g < PANEL_GROUPS; g++) {
    panel->words[g] = words_at(panel->job, panel->group + (g < panel->groups ? g : panel->groups - 1), first);
  }
}

// The weights of the panel after this one, to be asked for during `calls` blocks. After the last of a tile
// that is the first of the tile which this thread will most likely take next.
INLINE void look_ahead(Panel *panel, const Tile *tile, int32_t pair, int64_t calls) {
  Panel after = {.job = panel->job};
  const int32_t all = (panel->job->rows + GROUP_ROWS - 1) / GROUP_ROWS;
  Tile next = *tile;
  next.group += tile->groups + panel->job->others;
  next.groups = all - next.group;
  if (PANEL_GROUPS * (pair + 1) < tile->groups) place(&after, tile, pair + 1, panel->first);
  else if (panel->last < panel->job->blocks) place(&after, tile, 0, panel->last);
  else if (next.groups > 0) place(&after, &next, 0, 0);
  else {
    panel->lines = 0;
    return;
  }
  for (int g = 0; g < PANEL_GROUPS; g++) panel->next[g] = (const char *)after.words[g];
  const int64_t bytes = (int64_t)(after.last - after.first) * after.job->block_size * sizeof(uint32_t);
  panel->next_end = panel->next[0] + bytes;
  panel->lines = (int32_t)((bytes / 64 + calls - 1) / calls);
}

// The tokens of parts `from` .. `to - 1`.
static void panel_round(const GemmJob *job, const Tile *tile, int32_t from, int32_t to) {
#define PANEL_AT(tokens) [tokens] = panel_##tokens,
  static void (*const panels[PANEL_TOKENS + 1])(Panel *) = {EACH_PANEL(PANEL_AT)};
#ifdef DIRECT
#define DIRECT_AT(tokens) [tokens] = direct_##tokens,
  static void (*const directly[PANEL_TOKENS + 1])(Panel *) = {EACH_PANEL(DIRECT_AT)};
  const int direct = to - from <= DIRECT && !job->zeros;
#else
  static void (*const *const directly)(Panel *) = panels;
  const int direct = 0;
#endif
  float y[PANEL_PAIRS][ROUND_PARTS * PANEL_TOKENS][2 * LANES] __attribute__((aligned(64)));
  Unpacked w;
  const int32_t begin = part_begin(job->tokens, from), end = part_begin(job->tokens, to);
  const int32_t pairs = (tile->groups + PANEL_GROUPS - 1) / PANEL_GROUPS;
  for (int32_t pair = 0; pair < pairs; pair++) memset(y[pair], 0, sizeof *y[0] * (size_t)(end - begin));
  Panel one = {.job = job, .w = &w};
  for (int32_t first = 0; first < job->blocks; first = one.last) {
    for (int32_t pair = 0; pair < pairs; pair++) {
      place(&one, tile, pair, first);
      if (!direct) unpack(&one, &w);
      copy_scales(&one, &w);
      look_ahead(&one, tile, pair, (int64_t)(to - from) * (one.last - one.first));
      for (int32_t part = from; part < to; part++) {
        one.token = part_begin(job->tokens, part);
        one.tokens = part_begin(job->tokens, part + 1) - one.token;
        one.y = y[pair][one.token - begin];
        one.a = job->packed + part_at(job, first, part, one.token);
        (direct ? directly : panels)[one.tokens](&one);
      }
    }
  }
  for (int32_t token = begin; token < end; token++) {
    for (int32_t g = 0; g < tile->groups; g++) {
      const float *eight = y[g / PANEL_GROUPS][token - begin] + g % PANEL_GROUPS * GROUP_ROWS;
      store_rows(job, token, tile->group + g, eight);
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
