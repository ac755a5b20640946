// A training pass under way: what its two ways share (training.c, training_back.c). Sizes and the order of parameters stand
// in contract/training.ts, the arithmetic in reference/training.ts.
#ifndef OFFPRINT_TRAINING_H
#define OFFPRINT_TRAINING_H

#include "exports.h"

// What TypeScript hands over (native/training.ts writes these as 64-bit words).
typedef struct {
  int64_t vocabulary, width, inner, layers, heads, kv_heads, head_dim, tied;
  double epsilon;
  const float *parameters;
  const float *cos, *sin, *back; // [positions][head_dim / 2]; `back` is -sin
} Model;

// A norm of all tokens: straightened [N][D], with its gain [N][D], and what each token was multiplied by [N].
typedef struct {
  float *s, *h, *r;
} Norm;

// N tokens of all texts, T of each; D, F, Q, H are width, inner, and the floats of a token's queries, keys and values, and
// of its queries alone.
typedef struct {
  Norm attention; // before it
  float *qkv;       // turned, queries scaled, [N][Q]
  float *weights;   // of attention, [texts][heads][T][T]
  float *mixed;     // [N][H]
  Norm mlp;            // before the feed-forward part
  float *gate_up;      // [N][2 F]
  float *silu, *slope; // of the gate, [N][F]
  float *gated;        // [N][F]
} KeptLayer;

typedef struct {
  const Variant *variant;
  const TrainingCores *cores;
  const Model *model;
  const int32_t *tokens, *targets; // [N]
  int32_t texts, length, threads, rows;
  int64_t turned, queries, logits; // Q, H, and the floats of a row of logits
  KeptLayer kept;                  // of the layer under way
  Norm last;                       // before the head
  float *probabilities;            // [N][logits]
  // What a way works on and nobody keeps.
  float *x, *t; // [N][D], [N][the widest row]
  float *packed;
  float *rooms; // [threads][room]
  int64_t room;
  // The step under way.
  Product32 product;
  const float *gain;
  double *ends; // [N][2]
  const float *coefficients;
  Norm norm; // that is gone through, or back through
  float *dx, *dy, *dqkv, *dmixed, *dgate_up, *dlogits, *dgain; // gradients, shaped as what they are of
  int32_t first_row, add;
} Training;

// Where a layer's parameters begin, from the first parameter on.
typedef struct {
  int64_t norm, qkv, o, norm2, gate_up, down;
} Places;

Places places_of(const Model *model, int64_t layer);
int64_t final_norm_of(const Model *model);
int64_t head_of(const Model *model);

// Lays out what is kept for the way back, from `kept` on; returns its floats.
int64_t lay_out(Training *all, float *kept);
void at_layer(Training *all, float *kept, int64_t layer);

// Memory of one thread.
typedef struct {
  float *piece;  // [PIECE32_ROOM]
  float *row;    // the longest row, and SOFTEN_ROOM
  float *packed; // columns of a head's products
  float *square; // [T][T]
} Room;

Room room_of(const Training *all, int slot);

// Takes the memory that a way works on; returns 0 if there is none.
int take_rooms(Training *all);
void give_rooms_back(Training *all);

// y = a b on all threads.
void multiply32(Training *all, Product32 product);
// y [rows][out] = x [rows][in] times the transpose of w [out][in]; the way back to x; the way back to w.
Product32 through(const float *x, const float *w, int64_t rows, int64_t in, int64_t out, float *y);
Product32 back_to_x(const float *dy, int64_t stride, const float *w, int64_t rows, int64_t in, int64_t out, float *dx);
Product32 back_to_w(const float *dy, int64_t stride, const float *x, int64_t rows, int64_t in, int64_t out, float *dw);
// A product of one thread, whose columns are packed here too.
void multiply_alone(const TrainingCores *cores, Product32 product, float *room);

// Runs a step of all rows, some rows a piece; `work` is about its multiply-adds.
typedef void (*RowStep)(Training *all, int64_t row, float *room); // room: of a row
void each_row(Training *all, int64_t rows, int64_t work, RowStep step);

#endif
