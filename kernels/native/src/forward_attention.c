// Attention within a forward pass: rotary angles, the KV cache, and the queries of its rows.
#include "forward.h"

// Floats of a row of queries, keys and values.
static int64_t qkv_row(const Decoder *decoder) {
  return (decoder->heads + 2 * decoder->kv_heads) * decoder->head_dim;
}

// Asks for the cache lines that a head's first new key will be written to, one for each channel: they
// come while the angles are turned.
static void fetch_head(const Pass *pass, const Extension *text, int32_t kv_head) {
  const int32_t group_size = pass->sizes.group_size, at = text->start % group_size;
  const uint16_t *recent = pass->recent[text->groups + text->start / group_size];
  recent += recent_record(pass, kv_head) + at;
  for (int32_t c = 0; c < pass->sizes.head_dim; c++) {
    __builtin_prefetch(recent + c * group_size, 1);
  }
}

// Turns the keys of one KV head of one text and the queries that read it, and stores keys and values.
// Returns whether a number is out of range.
static int store_head(Forward *all, const Extension *text, int64_t kv_head) {
  const Decoder *decoder = all->decoder;
  const Variant *variant = all->pass.variant;
  const int64_t dim = decoder->head_dim, half = dim / 2, stride = qkv_row(decoder);
  const int64_t shared = decoder->heads / decoder->kv_heads;
  float *k = all->y + (decoder->heads + kv_head) * dim, *v = k + decoder->kv_heads * dim;
  int faults = 0;
  fetch_head(&all->pass, text, (int32_t)kv_head);
  for (int64_t i = 0; i < text->tokens; i++) {
    const int64_t row = text->row + i, index = (row * decoder->kv_heads + kv_head) * dim;
    const float *cos = decoder->cos + (text->start + i) * half;
    const float *sin = decoder->sin + (text->start + i) * half;
    float *q = all->y + row * stride + kv_head * shared * dim;
    for (int64_t h = 0; h < shared; h++) variant->rotate(q + h * dim, cos, sin, (int32_t)half);
    variant->rotate(k + row * stride, cos, sin, (int32_t)half);
    const int32_t bad_k = not_half(k + row * stride, (int32_t)dim);
    const int32_t bad_v = not_half(v + row * stride, (int32_t)dim);
    if (bad_k >= 0) report(all, KEY, index + bad_k, k[row * stride + bad_k]);
    if (bad_v >= 0) report(all, VALUE, index + bad_v, v[row * stride + bad_v]);
    faults |= bad_k >= 0 || bad_v >= 0;
  }
  if (!faults) append_head(&all->pass, text, (int32_t)kv_head, k, v, stride);
  return faults;
}

// Attends the queries of some rows of a text that read one KV head, unless one is not finite.
static void attend_tile(Forward *all, RowTile tile, int32_t kv_head, int slot) {
  const Decoder *decoder = all->decoder;
  const int64_t dim = decoder->head_dim, heads = decoder->heads, shared = heads / decoder->kv_heads;
  const Queries queries = {all->y, all->mixed, qkv_row(decoder), heads * dim, (int32_t)heads};
  const int64_t row = tile.text->row + tile.first;
  int fine = 1;
  for (int64_t i = 0; i < tile.rows * shared; i++) {
    const int64_t index = (row + i / shared) * heads + kv_head * shared + i % shared;
    const float *q = all->y + (row + i / shared) * queries.q_stride + index % heads * dim;
    for (int64_t c = 0; c < dim; c++) {
      if (q[c] - q[c] == 0) continue;
      report(all, QUERY, index * dim + c, q[c]);
      fine = 0;
      break;
    }
  }
  if (!fine) return;
  int8_t bad[MOST_HEADS];
  attend_rows(&all->pass, tile.text, tile.first, tile.rows, kv_head, &queries,
              all->groups + (int64_t)slot * all->most_groups, scratch_of(all, slot), bad);
  for (int64_t i = 0; i < tile.rows * shared; i++) {
    if (bad[i]) report(all, SCORE, (row + i / shared) * heads + kv_head * shared + i % shared, 0);
  }
}

static void store_piece(void *of, int64_t index, int slot) {
  (void)slot;
  Forward *all = of;
  const int64_t kv_heads = all->decoder->kv_heads;
  store_head(all, all->pass.extensions + index / kv_heads, index % kv_heads);
}

// Pieces of a text's or a tile's heads, of which there are `of`.
static int64_t runs_of(const Forward *all, int64_t of) {
  const int64_t each = heads_in_a_row(&all->pass, of, all->threads);
  return (all->decoder->kv_heads + each - 1) / each;
}

// The KV heads of piece `index`: those of text or tile number `at`, from `first` to before `end`.
typedef struct {
  int64_t at;
  int32_t first, end;
} Run;

static Run run_of(const Forward *all, int64_t of, int64_t index) {
  const int64_t runs = runs_of(all, of);
  const int32_t each = heads_in_a_row(&all->pass, of, all->threads), kv_heads = all->pass.kv_heads;
  const int32_t first = (int32_t)(index % runs) * each, end = first + each;
  return (Run){index / runs, first, end < kv_heads ? end : kv_heads};
}

static void attend_piece(void *of, int64_t index, int slot) {
  Forward *all = of;
  const int32_t heads = (int32_t)all->decoder->heads;
  const Run run = run_of(all, row_tiles(&all->pass, all->texts, heads), index);
  const RowTile tile = row_tile(&all->pass, all->texts, heads, run.at);
  for (int32_t head = run.first; head < run.end; head++) attend_tile(all, tile, head, slot);
}

// Both at once, where every text has one new token: nobody else writes what the queries read.
static void store_and_attend_piece(void *of, int64_t index, int slot) {
  Forward *all = of;
  const Run run = run_of(all, all->texts, index);
  const Extension *text = all->pass.extensions + run.at;
  for (int32_t head = run.first; head < run.end; head++) {
    if (!store_head(all, text, head)) attend_tile(all, (RowTile){text, 0, 1}, head, slot);
  }
}

void forward_attention(Forward *all) {
  const Decoder *decoder = all->decoder;
  int64_t seen = 0;
  for (int32_t i = 0; i < all->texts; i++) {
    const Extension *text = all->pass.extensions + i;
    seen += (int64_t)text->tokens * (text->start + text->tokens);
  }
  // A key and a value take several times what a code of a product does, so fewer of them are worth a thread.
  const int threads = threads_for(all, 8 * seen * decoder->heads * decoder->head_dim);
  const int64_t heads = all->texts * decoder->kv_heads;
  if (all->rows == all->texts) {
    pool_run(threads, all->texts * runs_of(all, all->texts), store_and_attend_piece, all);
  } else {
    pool_run(threads, heads, store_piece, all);
    if (all->fault.kind == NO_FAULT) {
      const int64_t tiles = row_tiles(&all->pass, all->texts, (int32_t)decoder->heads);
      pool_run(threads, tiles * runs_of(all, tiles), attend_piece, all);
    }
  }
}
