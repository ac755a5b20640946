// A whole forward pass of a decoder: reference/forward.ts. Between the linear layers the work is split by
// rows (texts and tokens) or heads; a pass over few rows does it on the calling thread.
#include <string.h>

#include "exports.h"
#include "forward.h"

// ---- linear parts --------------------------------------------------------------------------------------

static const Linear *part_of(const Forward *all) {
  if (all->part == LINEARS) return &all->decoder->head;
  return &all->decoder->layer[all->pass.layer].linears[all->part];
}

// Quantises one row of a linear part's input, its channels already in order.
static void quantize_row(Forward *all, int64_t row, const float *input) {
  const Linear *part = part_of(all);
  const int64_t at = row * part->blocks;
  const QuantizeJob job = {input,
                           part->bits,
                           all->codes + at * part->block_size,
                           all->scales + at,
                           part->sums ? all->zeros + at : 0,
                           all->sums + at,
                           1,
                           (int32_t)part->columns,
                           (int32_t)part->blocks,
                           (int32_t)part->block_size};
  const int32_t bad = all->pass.variant->quantize(&job, 0);
  if (bad >= 0) report(all, INPUT + all->part, row * part->columns + bad, input[bad]);
}

// The linear part after this one, or null.
static const Linear *part_after(const Forward *all) {
  const Decoder *decoder = all->decoder;
  const int64_t layer = all->pass.layer;
  if (all->part == LINEARS) return 0;
  if (all->part < DOWN) return &decoder->layer[layer].linears[all->part + 1];
  if (layer + 1 < decoder->layers) return &decoder->layer[layer + 1].linears[QKV];
  return decoder->head_halves ? 0 : &decoder->head;
}

static void multiply(Forward *all, int32_t rows, float *y) {
  const Linear *part = part_of(all), *after = part_after(all);
  const Variant *variant = all->pass.variant;
  const int wide = part->weight_bits == 8;
  GemmJob job = {.codes = all->codes,
                 .a_scales = all->scales,
                 .zeros = part->sums ? all->zeros : 0,
                 .a_sums = all->sums,
                 .bits = part->bits,
                 .words = wide ? 0 : part->weights,
                 .values = wide ? part->weights : 0,
                 .w_scales = part->scales,
                 .w_sums = part->sums,
                 .y = y,
                 .tokens = rows,
                 .rows = (int32_t)part->rows,
                 .blocks = (int32_t)part->blocks,
                 .block_size = (int32_t)part->block_size};
  if (after && after->weight_bits == 4) {
    job.after = after->weights;
    job.after_piece = after->blocks * after->block_size * first_pieces(variant, all->threads, rows, after->rows);
  }
  gemm_run(variant, threads_for(all, rows * part->rows * part->columns), &job);
}

// ---- steps between them, one row each ------------------------------------------------------------------

static void embed_piece(void *of, int64_t row, int slot) {
  (void)slot;
  Forward *all = of;
  const int64_t width = all->decoder->width;
  all->pass.variant->widen(all->decoder->embedding + all->tokens[row] * width,
                           all->x + row * width, (int32_t)width);
}

// norm -> codes, after adding what the part before has put out.
static void norm_piece(void *of, int64_t row, int slot) {
  Forward *all = of;
  const int32_t width = (int32_t)all->decoder->width;
  float *x = all->x + row * width, *normed = scratch_of(all, slot);
  if (all->part == GATE_UP || all->pass.layer > 0) {
    all->pass.variant->add(x, all->y + row * width, width);
  }
  all->pass.variant->norm(x, all->gain, part_of(all)->order, all->decoder->epsilon, width, normed);
  quantize_row(all, row, normed);
}

// What attention has put out -> codes.
static void mixed_piece(void *of, int64_t row, int slot) {
  Forward *all = of;
  const Linear *part = part_of(all);
  const float *mixed = all->mixed + row * part->columns;
  if (part->order) {
    float *ordered = scratch_of(all, slot);
    for (int64_t j = 0; j < part->columns; j++) ordered[j] = mixed[part->order[j]];
    mixed = ordered;
  }
  quantize_row(all, row, mixed);
}

// silu(gate) * up -> codes.
static void gate_piece(void *of, int64_t row, int slot) {
  Forward *all = of;
  const Linear *part = part_of(all);
  const int32_t inner = (int32_t)all->decoder->inner;
  const float *gate = all->y + row * 2 * inner;
  float *gated = scratch_of(all, slot), *ordered = gated + inner;
  all->pass.variant->gate(gate, gate + inner, inner, gated);
  if (!part->order) ordered = gated;
  else for (int32_t j = 0; j < inner; j++) ordered[j] = gated[part->order[j]];
  quantize_row(all, row, ordered);
}

// Adds the last part's output to a row that is asked for, and takes the last norm. Rows may be asked for
// twice, so x stays as it is.
static void last_piece(void *of, int64_t index, int slot) {
  Forward *all = of;
  const Decoder *decoder = all->decoder;
  const int32_t width = (int32_t)decoder->width;
  const int64_t row = all->asked[index];
  float *x = scratch_of(all, slot), *ordered = x + width, *hidden = all->hidden + index * width;
  memcpy(x, all->x + row * width, sizeof(float) * (size_t)width);
  all->pass.variant->add(x, all->y + row * width, width);
  all->pass.variant->norm(x, decoder->final_norm, 0, decoder->epsilon, width, hidden);
  if (decoder->head_halves) {
    for (int32_t j = 0; j < width; j++) {
      if (hidden[j] - hidden[j] == 0) continue; // not NaN, not infinite
      report(all, HEAD_INPUT, index * width + j, hidden[j]);
      break;
    }
    return;
  }
  if (!decoder->head.order) ordered = hidden;
  else for (int32_t j = 0; j < width; j++) ordered[j] = hidden[decoder->head.order[j]];
  quantize_row(all, index, ordered);
}

enum { HEAD_ROWS = 64 };

// A stretch of the vocabulary, all rows asked for.
static void halves_piece(void *of, int64_t index, int slot) {
  (void)slot;
  Forward *all = of;
  const Decoder *decoder = all->decoder;
  const int64_t first = index * HEAD_ROWS, left = decoder->vocabulary - first;
  all->pass.variant->half_product(decoder->head_halves + first * decoder->width,
                                  (int32_t)(left < HEAD_ROWS ? left : HEAD_ROWS), all->hidden,
                                  all->asked_rows, (int32_t)decoder->width, all->logits + first,
                                  decoder->vocabulary);
}

// ---- the pass ------------------------------------------------------------------------------------------

// Quantises the input of a part, row by row, and multiplies. Returns whether all was well.
static int run_part(Forward *all, int32_t part, const float *gain, Piece input, float *y) {
  all->part = part;
  all->gain = gain;
  const int32_t rows = part == LINEARS ? all->asked_rows : all->rows;
  // The gate's exponentials and divisions take some nanoseconds a number, norms and codes a quarter of that.
  const int64_t each = part == DOWN ? 64 : 16;
  pool_run(threads_for(all, each * rows * part_of(all)->columns), rows, input, all);
  all->since = profile_part(part == DOWN ? GATE : CODES, all->since);
  if (all->fault.kind != NO_FAULT) return 0;
  multiply(all, rows, y);
  all->since = profile_part(part == LINEARS ? HEAD : PRODUCTS, all->since);
  return 1;
}

static void run_layers(Forward *all) {
  const Decoder *decoder = all->decoder;
  all->since = profile_start();
  pool_run(1, all->rows, embed_piece, all);
  all->since = profile_part(EMBED, all->since);
  for (int32_t i = 0; i < decoder->layers; i++) {
    const Layer *layer = decoder->layer + i;
    all->pass.layer = i;
    if (!run_part(all, QKV, layer->attention_norm, norm_piece, all->y)) return;
    forward_attention(all);
    all->since = profile_part(ATTENTION, all->since);
    if (all->fault.kind != NO_FAULT) return;
    if (!run_part(all, O, 0, mixed_piece, all->y)) return;
    if (!run_part(all, GATE_UP, layer->mlp_norm, norm_piece, all->y)) return;
    if (!run_part(all, DOWN, 0, gate_piece, all->y)) return;
  }
  if (all->asked_rows == 0) return;
  if (!decoder->head_halves) {
    run_part(all, LINEARS, 0, last_piece, all->logits);
    return;
  }
  const int64_t width = decoder->width;
  pool_run(threads_for(all, 16 * all->asked_rows * width), all->asked_rows, last_piece, all);
  all->since = profile_part(CODES, all->since);
  if (all->fault.kind != NO_FAULT) return;
  pool_run(threads_for(all, all->asked_rows * decoder->vocabulary * width),
           (decoder->vocabulary + HEAD_ROWS - 1) / HEAD_ROWS, halves_piece, all);
  profile_part(HEAD, all->since);
}

static int64_t more(int64_t a, int64_t b) { return a > b ? a : b; }

// The most that a linear part has: rows, codes, or blocks of a token.
typedef struct {
  int64_t rows, codes, blocks;
} Most;

static void include(Most *most, const Linear *part) {
  most->rows = more(most->rows, part->rows);
  most->codes = more(most->codes, part->blocks * part->block_size);
  most->blocks = more(most->blocks, part->blocks);
}

static Most most_of(const Decoder *decoder) {
  Most most = {0};
  for (int64_t i = 0; i < decoder->layers; i++) {
    for (int part = 0; part < LINEARS; part++) include(&most, decoder->layer[i].linears + part);
  }
  const int64_t rows = most.rows;
  if (!decoder->head_halves) include(&most, &decoder->head);
  most.rows = rows; // the head puts out to where the caller wants it
  return most;
}

// Returns the kind of the first fault, or DONE; `fault` then says where.
EXPORT int32_t offprint_forward(int32_t variant, int32_t threads, const void *of,
                                const int32_t *extensions, int32_t texts, uint8_t *const *packed,
                                uint16_t *const *recent, int32_t padded_dim, int32_t group_size,
                                const int32_t *tokens, int32_t rows, const int32_t *asked,
                                int32_t asked_rows, float *logits, float *hidden, int64_t *fault) {
  const Decoder *decoder = of;
  Forward all = {
      .decoder = decoder,
      .pass = {variant_of(variant), (const Extension *)extensions, packed, recent, 0,
               (int32_t)decoder->kv_heads, {(int32_t)decoder->head_dim, padded_dim, group_size}},
      .threads = threads,
      .texts = texts,
      .rows = rows,
      .tokens = tokens,
      .asked = asked,
      .asked_rows = asked_rows,
      .logits = logits,
      .hidden = hidden,
      .lock = PTHREAD_MUTEX_INITIALIZER,
  };
  const Most most = most_of(decoder);
  const int32_t longest = longest_text(&all.pass, texts);
  const int64_t coded = more(rows, asked_rows);
  all.most_groups = longest / group_size + 1;
  all.stride = more(MOST_QUERIES * ATTEND_SCRATCH(longest, padded_dim),
                    2 * more(decoder->width, decoder->inner));
  all.stride = more(all.stride, decoder->heads * decoder->head_dim);

  // Arrays of their own, so that the sanitizer sees where each ends.
#define ROOM(array, count) (array = borrow(sizeof *(array) * (size_t)(count)))
  const int room = ROOM(all.x, rows * decoder->width) && ROOM(all.y, rows * most.rows) &&
                   ROOM(all.mixed, rows * decoder->heads * decoder->head_dim) &&
                   ROOM(all.scratch, threads * all.stride) &&
                   ROOM(all.groups, threads * all.most_groups) &&
                   ROOM(all.codes, coded * most.codes) && ROOM(all.scales, coded * most.blocks) &&
                   ROOM(all.zeros, coded * most.blocks) && ROOM(all.sums, coded * most.blocks);
#undef ROOM
  if (room) run_layers(&all);
  else all.fault.kind = NO_MEMORY;
  give_back(all.x);
  give_back(all.y);
  give_back(all.mixed);
  give_back(all.scratch);
  give_back(all.groups);
  give_back(all.codes);
  give_back(all.scales);
  give_back(all.zeros);
  give_back(all.sums);
  pthread_mutex_destroy(&all.lock);
  memcpy(fault, &all.fault, sizeof all.fault);
  return all.fault.kind == NO_FAULT ? DONE : (int32_t)all.fault.kind;
}
