// A whole forward pass of a decoder in 32-bit floats: reference/fp32_forward.ts.
#include <string.h>

#include "exports.h"

// ---- what TypeScript hands over (native/fp32_forward.ts writes these as 64-bit words) -------------------

typedef struct {
  const float *attention_norm, *mlp_norm, *qkv, *o, *gate_up, *down;
} Layer;

typedef struct {
  int64_t vocabulary, width, inner, layers, heads, kv_heads, head_dim;
  double epsilon;
  const float *embedding, *final_norm, *head;
  const float *cos, *sin; // [positions][head_dim / 2]
  Layer layer[];
} Decoder;

typedef struct {
  float *data; // Fp32Text in contract/fp32_text.ts
  int64_t capacity, start, tokens;
  int64_t row; // of the first new token
} Text;

// ---- a pass under way -----------------------------------------------------------------------------------

typedef struct {
  const Variant *variant;
  const Decoder *decoder;
  const Text *texts;
  const int32_t *tokens;  // [rows]
  const int32_t *text_of; // [rows]
  const int32_t *asked;   // [asked_rows]
  int32_t rows, asked_rows, layer, threads;
  float *x;       // [rows][width], the residual stream
  float *in;      // [rows][columns of the product under way]
  float *y;       // [rows][rows of the product under way]
  float *scratch; // [threads][stride]
  int64_t stride;
  float *logits, *hidden;
  // The product under way.
  const float *w, *from;
  float *to;
  int32_t out, columns, count;
} Forward;

enum { PIECE_ROWS = 8 * PANEL_ROWS };

static int threads_for(const Forward *all, int64_t work) { return threads_worth(all->threads, work); }

static void product_piece(void *of, int64_t index, int slot) {
  (void)slot;
  Forward *all = of;
  const int64_t first = index * PIECE_ROWS, left = all->out - first;
  all->variant->panel_product(all->w + first * all->columns, (int32_t)(left < PIECE_ROWS ? left : PIECE_ROWS),
                              all->columns, all->from, all->count, all->to + first, all->out);
}

static void multiply(Forward *all, const float *w, int64_t out, int64_t columns, const float *from,
                     int32_t count, float *to) {
  all->w = w;
  all->out = (int32_t)out;
  all->columns = (int32_t)columns;
  all->from = from;
  all->count = count;
  all->to = to;
  pool_run(threads_for(all, count * out * columns), (out + PIECE_ROWS - 1) / PIECE_ROWS, product_piece, all);
}

// Turns the queries and keys of a row, and stores its keys and values.
static void store_row(Forward *all, int64_t row) {
  const Decoder *decoder = all->decoder;
  const Text *text = all->texts + all->text_of[row];
  const int32_t dim = (int32_t)decoder->head_dim, half = dim / 2;
  const int64_t heads = decoder->heads, kv_heads = decoder->kv_heads;
  const int64_t position = text->start + row - text->row, lane = position % PANEL_ROWS;
  float *y = all->y + row * (heads + 2 * kv_heads) * dim;
  for (int64_t head = 0; head < heads + kv_heads; head++) {
    all->variant->rotate(y + head * dim, decoder->cos + position * half, decoder->sin + position * half, half);
  }
  const int64_t size = text->capacity * dim;
  for (int64_t kv = 0; kv < kv_heads; kv++) {
    float *keys = text->data + 2 * (all->layer * kv_heads + kv) * size;
    const float *key = y + (heads + kv) * dim, *value = y + (heads + kv_heads + kv) * dim;
    for (int32_t c = 0; c < dim; c++) keys[(position - lane) * dim + c * PANEL_ROWS + lane] = key[c];
    memcpy(keys + size + position * dim, value, sizeof(float) * (size_t)dim);
  }
}

// One token's queries of one KV head.
static void attend_piece(void *of, int64_t index, int slot) {
  Forward *all = of;
  const Decoder *decoder = all->decoder;
  const int64_t heads = decoder->heads, kv_heads = decoder->kv_heads, dim = decoder->head_dim;
  const int64_t row = index / kv_heads, kv = index % kv_heads, each = heads / kv_heads;
  const Text *text = all->texts + all->text_of[row];
  const int64_t size = text->capacity * dim;
  const float *keys = text->data + 2 * (all->layer * kv_heads + kv) * size;
  const Attend32Job job = {keys,
                           keys + size,
                           all->y + row * (heads + 2 * kv_heads) * dim + kv * each * dim,
                           all->in + row * heads * dim + kv * each * dim,
                           all->scratch + slot * all->stride,
                           (int32_t)dim,
                           (int32_t)(text->start + row - text->row + 1),
                           (int32_t)each};
  all->variant->attend32(&job);
}

static void gate_piece(void *of, int64_t row, int slot) {
  (void)slot;
  Forward *all = of;
  const int64_t inner = all->decoder->inner;
  const float *gate = all->y + row * 2 * inner;
  all->variant->gate(gate, gate + inner, (int32_t)inner, all->in + row * inner);
}

// x += y where there is a y, and the norm of x.
static void norm_rows(Forward *all, const float *gain, int after_product) {
  const int32_t width = (int32_t)all->decoder->width;
  for (int64_t row = 0; row < all->rows; row++) {
    float *x = all->x + row * width;
    if (after_product) all->variant->add(x, all->y + row * width, width);
    all->variant->norm(x, gain, 0, all->decoder->epsilon, width, all->in + row * width);
  }
}

static void run_layers(Forward *all) {
  const Decoder *decoder = all->decoder;
  const int64_t width = decoder->width, inner = decoder->inner, dim = decoder->head_dim;
  const int64_t queries = decoder->heads * dim, turned = queries + 2 * decoder->kv_heads * dim;
  for (int64_t row = 0; row < all->rows; row++) {
    memcpy(all->x + row * width, decoder->embedding + all->tokens[row] * width, sizeof(float) * (size_t)width);
  }
  int64_t seen = 0;
  for (int64_t row = 0; row < all->rows; row++) {
    const Text *text = all->texts + all->text_of[row];
    seen += text->start + row - text->row + 1;
  }
  for (int32_t i = 0; i < decoder->layers; i++) {
    const Layer *layer = decoder->layer + i;
    all->layer = i;
    norm_rows(all, layer->attention_norm, i > 0);
    multiply(all, layer->qkv, turned, width, all->in, all->rows, all->y);
    for (int64_t row = 0; row < all->rows; row++) store_row(all, row);
    pool_run(threads_for(all, 2 * seen * queries), all->rows * decoder->kv_heads, attend_piece, all);
    multiply(all, layer->o, width, queries, all->in, all->rows, all->y);
    norm_rows(all, layer->mlp_norm, 1);
    multiply(all, layer->gate_up, 2 * inner, width, all->in, all->rows, all->y);
    // Exponentials and divisions take some nanoseconds a number.
    pool_run(threads_for(all, 64 * all->rows * inner), all->rows, gate_piece, all);
    multiply(all, layer->down, width, inner, all->in, all->rows, all->y);
  }
  for (int32_t index = 0; index < all->asked_rows; index++) {
    float *x = all->x + all->asked[index] * width;
    all->variant->add(x, all->y + all->asked[index] * width, (int32_t)width);
    all->variant->norm(x, decoder->final_norm, 0, decoder->epsilon, (int32_t)width, all->hidden + index * width);
  }
  multiply(all, decoder->head, decoder->vocabulary, width, all->hidden, all->asked_rows, all->logits);
}

static int64_t more(int64_t a, int64_t b) { return a > b ? a : b; }

// `asked` are different rows. Returns DONE or OUT_OF_MEMORY.
EXPORT int32_t offprint_forward32(int32_t variant, int32_t threads, const void *of, const void *texts,
                                  int32_t text_count, const int32_t *tokens, const int32_t *text_of,
                                  int32_t rows, const int32_t *asked, int32_t asked_rows, float *logits,
                                  float *hidden) {
  const Decoder *decoder = of;
  Forward all = {
      .variant = variant_of(variant),
      .decoder = decoder,
      .texts = texts,
      .tokens = tokens,
      .text_of = text_of,
      .asked = asked,
      .rows = rows,
      .asked_rows = asked_rows,
      .threads = threads,
      .logits = logits,
      .hidden = hidden,
  };
  int64_t longest = 0;
  for (int32_t i = 0; i < text_count; i++) longest = more(longest, all.texts[i].start + all.texts[i].tokens);
  const int64_t width = decoder->width, inner = decoder->inner, dim = decoder->head_dim;
  const int64_t queries = decoder->heads * dim, turned = queries + 2 * decoder->kv_heads * dim;
  all.stride = ATTEND32_SCRATCH(longest, dim);
#define ROOM(array, count) (array = borrow(sizeof *(array) * (size_t)(count)))
  const int room = ROOM(all.x, rows * width) && ROOM(all.in, rows * more(more(width, queries), inner)) &&
                   ROOM(all.y, rows * more(more(turned, width), 2 * inner)) &&
                   ROOM(all.scratch, threads * all.stride);
#undef ROOM
  if (room) run_layers(&all);
  give_back(all.x);
  give_back(all.in);
  give_back(all.y);
  give_back(all.scratch);
  return room ? DONE : OUT_OF_MEMORY;
}
