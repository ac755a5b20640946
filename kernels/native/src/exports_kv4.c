// The functions that TypeScript calls for the KV cache: reference/kv4.ts.
#include <string.h>

#include "exports.h"
#include "kv_pass.h"

// ---- append ----------------------------------------------------------------------------------------

typedef struct {
  Pass pass;
  const float *k, *v; // [rows][kv_heads][head_dim]
} Append;

// One head of one text: all its new tokens, and the groups they complete.
static void append_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Append *all = of;
  const Pass *pass = &all->pass;
  const int32_t head = (int32_t)(index % pass->kv_heads), dim = pass->sizes.head_dim;
  append_head(pass, pass->extensions + index / pass->kv_heads, head, all->k + head * dim,
              all->v + head * dim, (int64_t)pass->kv_heads * dim);
}

// Returns the index of a number it refuses: in k, or in v counted on after k.
EXPORT int32_t offprint_kv_append(int32_t variant, int32_t threads, const int32_t *extensions,
                                  int32_t texts, uint8_t *const *packed, uint16_t *const *recent,
                                  int32_t layer, int32_t kv_heads, int32_t head_dim,
                                  int32_t padded_dim, int32_t group_size, const float *k,
                                  const float *v, int32_t rows) {
  const int32_t count = rows * kv_heads * head_dim;
  int32_t bad = not_half(k, count);
  if (bad != DONE) return bad;
  bad = not_half(v, count);
  if (bad != DONE) return count + bad;
  Append all = {{variant_of(variant), (const Extension *)extensions, packed, recent, layer, kv_heads,
                 {head_dim, padded_dim, group_size}},
                k, v};
  pool_run(threads, (int64_t)texts * kv_heads, append_piece, &all);
  return DONE;
}

// ---- attend ----------------------------------------------------------------------------------------

typedef struct {
  Pass pass;
  Queries queries;
  int32_t texts, rows;
  float *scratch; // [threads][stride]
  int64_t stride;
  const uint8_t **groups; // [threads][most groups]
  int32_t most_groups;
  int8_t *overflown; // [rows][heads]
  int32_t in_a_row, runs; // heads of a piece, pieces of a tile
} Attend;

// Some rows of one text, of some KV heads.
static void attend_piece(void *of, int64_t index, int slot) {
  const Attend *all = of;
  const Pass *pass = &all->pass;
  const int32_t heads = all->queries.heads, shared = heads / pass->kv_heads;
  const RowTile tile = row_tile(pass, all->texts, heads, index / all->runs);
  const int32_t first = (int32_t)(index % all->runs) * all->in_a_row, end = first + all->in_a_row;
  int8_t bad[MOST_HEADS];
  for (int32_t kv_head = first; kv_head < end && kv_head < pass->kv_heads; kv_head++) {
    attend_rows(pass, tile.text, tile.first, tile.rows, kv_head, &all->queries,
                all->groups + (int64_t)slot * all->most_groups, all->scratch + slot * all->stride, bad);
    for (int32_t i = 0; i < tile.rows * shared; i++) {
      const int32_t row = tile.text->row + tile.first + i / shared;
      all->overflown[row * heads + kv_head * shared + i % shared] = bad[i];
    }
  }
}

// Returns the index of a number in q that is not finite; or OVERFLOWN - (row * heads + head) where a
// score is not.
EXPORT int32_t offprint_kv_attend(int32_t variant, int32_t threads, const int32_t *extensions,
                                  int32_t texts, uint8_t *const *packed, uint16_t *const *recent,
                                  int32_t layer, int32_t kv_heads, int32_t head_dim,
                                  int32_t padded_dim, int32_t group_size, const float *q,
                                  float *output, int32_t heads, int32_t rows) {
  const int32_t count = rows * heads * head_dim;
  for (int32_t i = 0; i < count; i++) {
    if (!(q[i] - q[i] == 0)) return i; // NaN and infinities
  }
  Attend all = {{variant_of(variant), (const Extension *)extensions, packed, recent, layer, kv_heads,
                 {head_dim, padded_dim, group_size}},
                {q, output, (int64_t)heads * head_dim, (int64_t)heads * head_dim, heads},
                texts, rows, 0, 0, 0, 0, 0, 0, 0};
  const int64_t tiles = row_tiles(&all.pass, texts, heads);
  all.in_a_row = heads_in_a_row(&all.pass, tiles, threads);
  all.runs = (kv_heads + all.in_a_row - 1) / all.in_a_row;
  const int64_t pieces = tiles * all.runs;
  const int32_t longest = longest_text(&all.pass, texts);
  if (threads > pieces) threads = (int32_t)pieces;
  all.stride = MOST_QUERIES * ATTEND_SCRATCH(longest, padded_dim);
  all.most_groups = longest / group_size + 1;
  all.scratch = borrow(sizeof(float) * (size_t)(threads * all.stride));
  all.groups = borrow(sizeof(uint8_t *) * (size_t)threads * (size_t)all.most_groups);
  all.overflown = borrow((size_t)rows * (size_t)heads);
  int32_t result = OUT_OF_MEMORY;
  if (all.scratch && all.groups && all.overflown) {
    pool_run(threads, pieces, attend_piece, &all);
    result = DONE;
    for (int32_t i = 0; i < rows * heads && result == DONE; i++) {
      if (all.overflown[i]) result = OVERFLOWN - i;
    }
  }
  give_back(all.scratch);
  give_back(all.groups);
  give_back(all.overflown);
  return result;
}
