// The way back of a training pass: reference/training.ts.
#include "training.h"

#include <math.h>
#include <string.h>

// Rows of logits whose gradients are made at a time: they need not all be there at once.
enum { HEAD_ROWS = 264 };

// ---- steps of rows ----------------------------------------------------------------------------------------

// c * (p - 1 at the target), of rows `first_row` on.
static void loss_step(Training *all, int64_t row, float *room) {
  (void)room;
  const int64_t vocabulary = all->model->vocabulary, of = all->first_row + row;
  const float c = all->coefficients[of];
  float *d = all->dlogits + row * all->logits;
  memcpy(d, all->probabilities + of * all->logits, sizeof(float) * (size_t)vocabulary);
  all->cores->scale(d, c, (int32_t)vocabulary);
  d[all->targets[of]] -= c;
}

static void norm_back_step(Training *all, int64_t row, float *room) {
  const int64_t width = all->model->width, at = row * width;
  all->cores->norm_back(all->dy + at, all->norm.s + at, all->gain, all->norm.r[row], (int32_t)width, room, all->dx + at);
}

// From the gradient of what the gate has put out, in `t`, to those of gate and up, in `dgate_up`.
static void gate_back_step(Training *all, int64_t row, float *room) {
  (void)room;
  const int64_t inner = all->model->inner;
  float *d = all->dgate_up + row * 2 * inner;
  all->cores->gate_back(all->kept.gate_up + row * 2 * inner + inner, all->kept.silu + row * inner,
                        all->kept.slope + row * inner, all->t + row * inner, (int32_t)inner, d, d + inner);
}

static void turn_back_step(Training *all, int64_t row, float *room) {
  (void)room;
  const Model *model = all->model;
  const int64_t dim = model->head_dim, half = dim / 2, position = row % all->length;
  float *d = all->dqkv + row * all->turned;
  all->cores->scale(d, (float)(1 / sqrt((double)dim)), (int32_t)all->queries);
  for (int64_t head = 0; head < model->heads + model->kv_heads; head++) {
    all->variant->rotate(d + head * dim, model->cos + position * half, model->back + position * half, (int32_t)half);
  }
}

// ---- other pieces -----------------------------------------------------------------------------------------

enum { CHANNELS_OF_A_PIECE = 16 }; // a line

static void gain_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Training *all = of;
  const int64_t width = all->model->width, first = index * CHANNELS_OF_A_PIECE;
  for (int64_t c = first; c < first + CHANNELS_OF_A_PIECE && c < width; c += 8) {
    all->cores->gain_back(all->dy + c, all->norm.s + c, all->rows, (int32_t)width, all->dgain + c);
  }
}

// Through a norm: adds to `dx` the way back of `dy`.
static void norm_back(Training *all, Norm norm, const float *gain, float *dgain) {
  const int64_t width = all->model->width, work = 8 * (int64_t)all->rows * width;
  all->norm = norm;
  all->gain = gain;
  all->dgain = dgain;
  pool_run(threads_worth(all->threads, work), (width + CHANNELS_OF_A_PIECE - 1) / CHANNELS_OF_A_PIECE, gain_piece, all);
  each_row(all, all->rows, work, norm_back_step);
}

// The heads of a text that share keys: from `dmixed` to `dqkv`.
static void attend_back_piece(void *of, int64_t index, int slot) {
  const Training *all = of;
  const Model *model = all->model;
  const TrainingCores *cores = all->cores;
  const int64_t text = index / model->kv_heads, kv = index % model->kv_heads, each = model->heads / model->kv_heads;
  const int64_t dim = model->head_dim, turned = all->turned, length = all->length, queries = all->queries;
  const int64_t key = (model->heads + kv) * dim, value = key + model->kv_heads * dim;
  const float *qkv = all->kept.qkv + text * length * turned;
  float *dqkv = all->dqkv + text * length * turned;
  const Room room = room_of(all, slot);
  const int32_t tokens = (int32_t)length, channels = (int32_t)dim;
  for (int64_t head = kv * each; head < (kv + 1) * each; head++) {
    const float *weights = all->kept.weights + (text * model->heads + head) * length * length;
    const float *mixed = all->kept.mixed + text * length * queries + head * dim;
    const float *dmixed = all->dmixed + text * length * queries + head * dim;
    float *d = room.square;
    const int adds = head > kv * each;
    multiply_alone(cores,
                   (Product32){.a = weights, .a_row = 1, .a_term = length, .b = dmixed, .b_column = 1, .b_term = queries,
                               .y = dqkv + value, .stride = turned, .rows = tokens, .columns = channels, .terms = tokens,
                               .adds = adds, .triangle = LATER_TERMS, .packed = room.packed},
                   room.piece);
    multiply_alone(cores,
                   (Product32){.a = dmixed, .a_row = queries, .a_term = 1, .b = qkv + value, .b_column = turned, .b_term = 1,
                               .y = d, .stride = length, .rows = tokens, .columns = tokens, .terms = channels,
                               .triangle = SEEN_COLUMNS, .packed = room.packed},
                   room.piece);
    for (int64_t i = 0; i < length; i++) {
      const float along = (float)cores->sum_products(dmixed + i * queries, mixed + i * queries, channels);
      cores->soften_back(weights + i * length, along, (int32_t)i + 1, d + i * length);
      memset(d + i * length + i + 1, 0, sizeof(float) * (size_t)(length - i - 1));
    }
    multiply_alone(cores,
                   (Product32){.a = d, .a_row = length, .a_term = 1, .b = qkv + key, .b_column = 1, .b_term = turned,
                               .y = dqkv + head * dim, .stride = turned, .rows = tokens, .columns = channels,
                               .terms = tokens, .triangle = SEEN_TERMS, .packed = room.packed},
                   room.piece);
    multiply_alone(cores,
                   (Product32){.a = d, .a_row = 1, .a_term = length, .b = qkv + head * dim, .b_column = 1, .b_term = turned,
                               .y = dqkv + key, .stride = turned, .rows = tokens, .columns = channels, .terms = tokens,
                               .adds = adds, .triangle = LATER_TERMS, .packed = room.packed},
                   room.piece);
  }
}

// From the coefficients to the gradient of the last norm's result, in `dy`, and to the head's.
static void head_back(Training *all, const float *head, float *dhead) {
  const Model *model = all->model;
  const int64_t width = model->width, vocabulary = model->vocabulary;
  for (int64_t first = 0; first < all->rows; first += HEAD_ROWS) {
    const int64_t left = all->rows - first, rows = left < HEAD_ROWS ? left : HEAD_ROWS;
    all->first_row = (int32_t)first;
    each_row(all, rows, rows * vocabulary, loss_step);
    multiply32(all, back_to_x(all->dlogits, all->logits, head, rows, width, vocabulary, all->dy + first * width));
    Product32 to_w = back_to_w(all->dlogits, all->logits, all->last.h + first * width, rows, width, vocabulary, dhead);
    to_w.adds = first > 0;
    multiply32(all, to_w);
  }
}

// The gradient of -sum c log p, all parameters in a row, from what a forward pass has kept. Returns DONE or OUT_OF_MEMORY.
EXPORT int32_t offprint_training_back(int32_t variant, int32_t threads, const void *of, int32_t texts, int32_t length,
                                      const int32_t *tokens, const int32_t *targets, float *kept,
                                      const float *coefficients, float *gradient) {
  const Model *model = of;
  Training all = {.variant = variant_of(variant), .cores = &variant_of(variant)->training, .model = model, .texts = texts,
                  .length = length, .threads = threads, .tokens = tokens, .targets = targets, .coefficients = coefficients};
  lay_out(&all, kept);
  const int64_t rows = all.rows, width = model->width, inner = model->inner, head_rows = rows < HEAD_ROWS ? rows : HEAD_ROWS;
  if (!take_rooms(&all)) return OUT_OF_MEMORY;
  // The head's gradients are over before those of layers begin.
  const int64_t of_layers = rows * (all.turned + all.queries + 2 * inner), of_head = head_rows * all.logits;
  all.dy = borrow(sizeof(float) * (size_t)(rows * width + (of_layers > of_head ? of_layers : of_head)));
  if (!all.dy) {
    give_rooms_back(&all);
    return OUT_OF_MEMORY;
  }
  all.dlogits = all.dqkv = all.dy + rows * width;
  all.dmixed = all.dqkv + rows * all.turned;
  all.dgate_up = all.dmixed + rows * all.queries;
  all.dx = all.x;
  const float *parameters = model->parameters;
  if (!model->tied) memset(gradient, 0, sizeof(float) * (size_t)(model->vocabulary * width));
  head_back(&all, parameters + head_of(model), gradient + head_of(model));
  memset(all.dx, 0, sizeof(float) * (size_t)(rows * width));
  norm_back(&all, all.last, parameters + final_norm_of(model), gradient + final_norm_of(model));
  const int64_t attention = 4 * (int64_t)texts * length * length * all.queries;
  for (int64_t layer = model->layers - 1; layer >= 0; layer--) {
    const Places at = places_of(model, layer);
    at_layer(&all, kept, layer);
    multiply32(&all, back_to_w(all.dx, width, all.kept.gated, rows, inner, width, gradient + at.down));
    multiply32(&all, back_to_x(all.dx, width, parameters + at.down, rows, inner, width, all.t));
    each_row(&all, rows, 4 * rows * inner, gate_back_step);
    multiply32(&all, back_to_w(all.dgate_up, 2 * inner, all.kept.mlp.h, rows, width, 2 * inner, gradient + at.gate_up));
    multiply32(&all, back_to_x(all.dgate_up, 2 * inner, parameters + at.gate_up, rows, width, 2 * inner, all.dy));
    norm_back(&all, all.kept.mlp, parameters + at.norm2, gradient + at.norm2);
    multiply32(&all, back_to_w(all.dx, width, all.kept.mixed, rows, all.queries, width, gradient + at.o));
    multiply32(&all, back_to_x(all.dx, width, parameters + at.o, rows, all.queries, width, all.dmixed));
    pool_run(threads_worth(threads, attention), texts * model->kv_heads, attend_back_piece, &all);
    each_row(&all, rows, 4 * rows * all.turned, turn_back_step);
    multiply32(&all, back_to_w(all.dqkv, all.turned, all.kept.attention.h, rows, width, all.turned, gradient + at.qkv));
    multiply32(&all, back_to_x(all.dqkv, all.turned, parameters + at.qkv, rows, width, all.turned, all.dy));
    norm_back(&all, all.kept.attention, parameters + at.norm, gradient + at.norm);
  }
  for (int64_t row = 0; row < rows; row++) {
    all.variant->add(gradient + tokens[row] * width, all.dx + row * width, (int32_t)width);
  }
  give_back(all.dy);
  give_rooms_back(&all);
  return DONE;
}
