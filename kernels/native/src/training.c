// The forward way of a training pass: reference/training.ts. It keeps what the way back reads.
#include "training.h"

#include <math.h>
#include <string.h>

// ---- parameters and memory --------------------------------------------------------------------------------

static int64_t turned_of(const Model *model) { return (model->heads + 2 * model->kv_heads) * model->head_dim; }

static int64_t layer_size(const Model *model) {
  return model->width * (2 + turned_of(model) + model->heads * model->head_dim + 3 * model->inner);
}

Places places_of(const Model *model, int64_t layer) {
  const int64_t width = model->width;
  Places at;
  at.norm = model->vocabulary * width + layer * layer_size(model);
  at.qkv = at.norm + width;
  at.o = at.qkv + turned_of(model) * width;
  at.norm2 = at.o + model->heads * model->head_dim * width;
  at.gate_up = at.norm2 + width;
  at.down = at.gate_up + 2 * model->inner * width;
  return at;
}

int64_t final_norm_of(const Model *model) { return places_of(model, model->layers).norm; }

int64_t head_of(const Model *model) { return model->tied ? 0 : final_norm_of(model) + model->width; }

static int64_t more(int64_t a, int64_t b) { return a > b ? a : b; }

// Whole lines.
static int64_t line(int64_t floats) { return (floats + 15) / 16 * 16; }

static float *take(float **from, int64_t floats) {
  float *taken = *from;
  *from += line(floats);
  return taken;
}

static Norm take_norm(float **from, int64_t rows, int64_t width) {
  Norm norm;
  norm.s = take(from, rows * width);
  norm.h = take(from, rows * width);
  norm.r = take(from, rows);
  return norm;
}

static int64_t last_size(const Training *all) {
  const int64_t rows = all->rows;
  return 2 * line(rows * all->model->width) + line(rows) + line(rows * all->logits);
}

static int64_t kept_layer(Training *all, float *from) {
  const Model *model = all->model;
  const int64_t rows = all->rows, width = model->width;
  float *at = from;
  KeptLayer *kept = &all->kept;
  kept->attention = take_norm(&at, rows, width);
  kept->qkv = take(&at, rows * all->turned);
  kept->weights = take(&at, (int64_t)all->texts * model->heads * all->length * all->length);
  kept->mixed = take(&at, rows * all->queries);
  kept->mlp = take_norm(&at, rows, width);
  kept->gate_up = take(&at, rows * 2 * model->inner);
  kept->silu = take(&at, rows * model->inner);
  kept->slope = take(&at, rows * model->inner);
  kept->gated = take(&at, rows * model->inner);
  return at - from;
}

int64_t lay_out(Training *all, float *kept) {
  const Model *model = all->model;
  all->rows = all->texts * all->length;
  all->turned = turned_of(model);
  all->queries = model->heads * model->head_dim;
  all->logits = (model->vocabulary + 63) / 64 * 64;
  const int64_t rows = all->rows, width = model->width;
  float *at = kept;
  all->last = take_norm(&at, rows, width);
  all->probabilities = take(&at, rows * all->logits);
  return last_size(all) + model->layers * kept_layer(all, at);
}

void at_layer(Training *all, float *kept, int64_t layer) {
  float *first = kept + last_size(all);
  const int64_t size = kept_layer(all, first);
  kept_layer(all, first + layer * size);
}

static int64_t row_room(const Training *all) {
  const Model *model = all->model;
  return line(more(all->length, more(model->width, model->vocabulary)) + SOFTEN_ROOM);
}

// The columns of a head's largest product: its keys, or its terms.
static int64_t head_room(const Training *all) {
  const int64_t length = all->length, dim = all->model->head_dim;
  return line(more(PACKED32(length, dim), PACKED32(dim, length)));
}

Room room_of(const Training *all, int slot) {
  float *at = all->rooms + slot * all->room;
  Room room;
  room.piece = take(&at, PIECE32_ROOM);
  room.row = take(&at, row_room(all));
  room.packed = take(&at, head_room(all));
  room.square = at;
  return room;
}

int take_rooms(Training *all) {
  const Model *model = all->model;
  const int64_t rows = all->rows, width = model->width, length = all->length;
  const int64_t widest = more(more(all->turned, 2 * model->inner), width);
  // The largest matrices that are packed: of weights, and of what all rows bring.
  const int64_t in = more(width, more(all->queries, model->inner));
  int64_t packed = PACKED32(more(model->vocabulary, widest), width);
  packed = more(packed, PACKED32(width, more(model->vocabulary, in)));
  packed = more(packed, PACKED32(in, more(rows, widest)));
  all->room = line(PIECE32_ROOM) + row_room(all) + head_room(all) + line(length * length);
  const int64_t floats = line(rows * width) + line(rows * widest) + line(packed) + all->threads * all->room;
  all->x = borrow(sizeof(float) * (size_t)floats);
  if (!all->x) return 0;
  float *at = all->x + line(rows * width);
  all->t = take(&at, rows * widest);
  all->packed = take(&at, packed);
  all->rooms = at;
  return 1;
}

void give_rooms_back(Training *all) { give_back(all->x); }

// ---- products ---------------------------------------------------------------------------------------------

static void pack_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Training *all = of;
  all->cores->pack(&all->product, (int32_t)index);
}

static void product_piece(void *of, int64_t index, int slot) {
  const Training *all = of;
  all->cores->product(&all->product, (int32_t)index, all->rooms + slot * all->room);
}

static int64_t pieces_of(int64_t rows) { return (rows + PIECE32_ROWS - 1) / PIECE32_ROWS; }

void multiply32(Training *all, Product32 product) {
  const int64_t work = (int64_t)product.rows * product.columns * product.terms;
  const int threads = threads_worth(all->threads, work);
  all->product = product;
  all->product.packed = all->packed;
  pool_run(threads, all->cores->panels(product.columns), pack_piece, all);
  pool_run(threads, pieces_of(product.rows), product_piece, all);
}

void multiply_alone(const TrainingCores *cores, Product32 product, float *room) {
  for (int32_t i = 0; i < cores->panels(product.columns); i++) cores->pack(&product, i);
  for (int32_t i = 0; i < pieces_of(product.rows); i++) cores->product(&product, i, room);
}

Product32 through(const float *x, const float *w, int64_t rows, int64_t in, int64_t out, float *y) {
  return (Product32){.a = x, .a_row = in, .a_term = 1, .b = w, .b_column = in, .b_term = 1, .y = y, .stride = out,
                     .rows = (int32_t)rows, .columns = (int32_t)out, .terms = (int32_t)in};
}

Product32 back_to_x(const float *dy, int64_t stride, const float *w, int64_t rows, int64_t in, int64_t out, float *dx) {
  return (Product32){.a = dy, .a_row = stride, .a_term = 1, .b = w, .b_column = 1, .b_term = in, .y = dx, .stride = in,
                     .rows = (int32_t)rows, .columns = (int32_t)in, .terms = (int32_t)out};
}

Product32 back_to_w(const float *dy, int64_t stride, const float *x, int64_t rows, int64_t in, int64_t out, float *dw) {
  return (Product32){.a = dy, .a_row = 1, .a_term = stride, .b = x, .b_column = 1, .b_term = in, .y = dw, .stride = in,
                     .rows = (int32_t)out, .columns = (int32_t)in, .terms = (int32_t)rows};
}

// ---- rows -------------------------------------------------------------------------------------------------

// The same as of products, so that a thread finds the rows that it has computed in its processor's caches.
enum { ROWS_OF_A_PIECE = PIECE32_ROWS };

typedef struct {
  Training *all;
  int64_t rows;
  RowStep step;
} Rows;

static void rows_piece(void *of, int64_t index, int slot) {
  const Rows *some = of;
  const int64_t first = index * ROWS_OF_A_PIECE;
  float *room = room_of(some->all, slot).row;
  for (int64_t row = first; row < first + ROWS_OF_A_PIECE && row < some->rows; row++) {
    some->step(some->all, row, room);
  }
}

void each_row(Training *all, int64_t rows, int64_t work, RowStep step) {
  Rows some = {all, rows, step};
  pool_run(threads_worth(all->threads, work), (rows + ROWS_OF_A_PIECE - 1) / ROWS_OF_A_PIECE, rows_piece, &some);
}

// ---- the steps of a layer ---------------------------------------------------------------------------------

// x += what the last product has put out, if there was one, and the norm of it.
static void norm_step(Training *all, int64_t row, float *room) {
  (void)room;
  const int64_t at = row * all->model->width;
  const int32_t width = (int32_t)all->model->width;
  const Norm *to = &all->norm;
  if (all->add) all->variant->add(all->x + at, all->t + at, width);
  to->r[row] = all->cores->straighten(all->x + at, all->gain, all->model->epsilon, width, to->s + at, to->h + at);
}

static void norm_rows(Training *all, Norm to, const float *gain, int add) {
  all->norm = to;
  all->gain = gain;
  all->add = add;
  each_row(all, all->rows, 4 * all->rows * all->model->width, norm_step);
}

// Turns a token's queries and keys, and scales its queries.
static void turn_step(Training *all, int64_t row, float *room) {
  (void)room;
  const Model *model = all->model;
  const int64_t dim = model->head_dim, half = dim / 2, position = row % all->length;
  float *y = all->kept.qkv + row * all->turned;
  for (int64_t head = 0; head < model->heads + model->kv_heads; head++) {
    all->variant->rotate(y + head * dim, model->cos + position * half, model->sin + position * half, (int32_t)half);
  }
  all->cores->scale(y, (float)(1 / sqrt((double)dim)), (int32_t)all->queries);
}

// The heads of a text that share keys.
static void attend_piece(void *of, int64_t index, int slot) {
  const Training *all = of;
  const Model *model = all->model;
  const TrainingCores *cores = all->cores;
  const int64_t text = index / model->kv_heads, kv = index % model->kv_heads, each = model->heads / model->kv_heads;
  const int64_t dim = model->head_dim, turned = all->turned, length = all->length;
  const float *qkv = all->kept.qkv + text * length * turned;
  const float *keys = qkv + (model->heads + kv) * dim, *values = keys + model->kv_heads * dim;
  const Room room = room_of(all, slot);
  for (int64_t head = kv * each; head < (kv + 1) * each; head++) {
    float *weights = all->kept.weights + (text * model->heads + head) * length * length;
    multiply_alone(cores,
                   (Product32){.a = qkv + head * dim, .a_row = turned, .a_term = 1, .b = keys, .b_column = turned,
                               .b_term = 1, .y = weights, .stride = length, .rows = (int32_t)length,
                               .columns = (int32_t)length, .terms = (int32_t)dim, .triangle = SEEN_COLUMNS, .packed = room.packed},
                   room.piece);
    for (int64_t i = 0; i < length; i++) {
      float largest, *row = weights + i * length;
      cores->soften(row, (int32_t)i + 1, room.row, row, &largest);
      memset(row + i + 1, 0, sizeof(float) * (size_t)(length - i - 1));
    }
    multiply_alone(cores,
                   (Product32){.a = weights, .a_row = length, .a_term = 1, .b = values, .b_column = 1, .b_term = turned,
                               .y = all->kept.mixed + text * length * all->queries + head * dim, .stride = all->queries,
                               .rows = (int32_t)length, .columns = (int32_t)dim, .terms = (int32_t)length,
                               .triangle = SEEN_TERMS, .packed = room.packed},
                   room.piece);
  }
}

static void gate_step(Training *all, int64_t row, float *room) {
  (void)room;
  const int64_t inner = all->model->inner;
  const float *gate = all->kept.gate_up + row * 2 * inner;
  all->cores->gate(gate, gate + inner, (int32_t)inner, all->kept.silu + row * inner, all->kept.slope + row * inner,
                   all->kept.gated + row * inner);
}

// Logits to probabilities; of the target, what its logarithm is made of.
static void soften_step(Training *all, int64_t row, float *room) {
  float *logits = all->probabilities + row * all->logits, largest;
  const double target = logits[all->targets[row]];
  const double sum = all->cores->soften(logits, (int32_t)all->model->vocabulary, room, logits, &largest);
  all->ends[2 * row] = target - (double)largest;
  all->ends[2 * row + 1] = sum;
}

// Floats that a pass keeps for its way back.
EXPORT double offprint_training_size(const void *model, int32_t texts, int32_t length) {
  Training all = {.model = model, .texts = texts, .length = length};
  return (double)lay_out(&all, NULL);
}

// Fills `kept`, and for each token the target's logit less the largest one, and the sum of all exp(logit - largest).
// Returns DONE or OUT_OF_MEMORY.
EXPORT int32_t offprint_training_forward(int32_t variant, int32_t threads, const void *of, int32_t texts, int32_t length,
                                         const int32_t *tokens, const int32_t *targets, float *kept, double *ends) {
  const Model *model = of;
  Training all = {.variant = variant_of(variant), .cores = &variant_of(variant)->training, .model = model, .texts = texts,
                  .length = length, .threads = threads, .tokens = tokens, .targets = targets, .ends = ends};
  lay_out(&all, kept);
  if (!take_rooms(&all)) return OUT_OF_MEMORY;
  const int64_t rows = all.rows, width = model->width, inner = model->inner;
  const float *parameters = model->parameters;
  for (int64_t row = 0; row < rows; row++) {
    memcpy(all.x + row * width, parameters + tokens[row] * width, sizeof(float) * (size_t)width);
  }
  const int64_t attention = 2 * (int64_t)texts * length * length * all.queries;
  for (int64_t layer = 0; layer < model->layers; layer++) {
    const Places at = places_of(model, layer);
    at_layer(&all, kept, layer);
    norm_rows(&all, all.kept.attention, parameters + at.norm, layer > 0);
    multiply32(&all, through(all.kept.attention.h, parameters + at.qkv, rows, width, all.turned, all.kept.qkv));
    each_row(&all, rows, 4 * rows * all.turned, turn_step);
    pool_run(threads_worth(threads, attention), texts * model->kv_heads, attend_piece, &all);
    multiply32(&all, through(all.kept.mixed, parameters + at.o, rows, all.queries, width, all.t));
    norm_rows(&all, all.kept.mlp, parameters + at.norm2, 1);
    multiply32(&all, through(all.kept.mlp.h, parameters + at.gate_up, rows, width, 2 * inner, all.kept.gate_up));
    each_row(&all, rows, 64 * rows * inner, gate_step);
    multiply32(&all, through(all.kept.gated, parameters + at.down, rows, inner, width, all.t));
  }
  norm_rows(&all, all.last, parameters + final_norm_of(model), 1);
  Product32 head = through(all.last.h, parameters + head_of(model), rows, width, model->vocabulary, all.probabilities);
  head.stride = all.logits;
  multiply32(&all, head);
  each_row(&all, rows, 32 * rows * model->vocabulary, soften_step);
  give_rooms_back(&all);
  return DONE;
}
