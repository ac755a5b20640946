// A forward pass under way: what its parts share (forward.c, forward_attention.c).
#ifndef OFFPRINT_FORWARD_H
#define OFFPRINT_FORWARD_H

#include <pthread.h>
#include <string.h>

#include "kv_pass.h"

// ---- what TypeScript hands over (native/forward.ts writes these as 64-bit words) -----------------------

typedef struct {
  const void *weights; // words or, with 8 bits, values
  const float *scales;
  const int16_t *sums; // scheme "minmax" only
  const uint8_t *bits;
  const uint32_t *order; // or null
  int64_t rows, columns, blocks, block_size, weight_bits;
} Linear;

enum { QKV, O, GATE_UP, DOWN, LINEARS };

typedef struct {
  const float *attention_norm, *mlp_norm;
  Linear linears[LINEARS];
} Layer;

typedef struct {
  int64_t vocabulary, width, inner, layers, heads, kv_heads, head_dim;
  double epsilon;
  const uint16_t *embedding;
  const float *final_norm;
  const uint16_t *head_halves; // or null: the head is linear
  Linear head;
  const float *cos, *sin; // [positions][head_dim / 2]
  Layer layer[];
} Decoder;

// ---- faults --------------------------------------------------------------------------------------------

// In the order in which the reference meets them within a step; a linear part's is INPUT + its number.
enum { NO_FAULT, KEY, VALUE, QUERY, SCORE, INPUT, HEAD_INPUT = INPUT + LINEARS, NO_MEMORY };

typedef struct {
  int64_t kind, layer, index, value; // `value` as bits of a float
} Fault;

// ---- where the time goes (profile.c) --------------------------------------------------------------------

// What a pass consists of; the names stand in native/forward_profile.ts.
enum { EMBED, CODES, PRODUCTS, ATTENTION, GATE, HEAD, PARTS };

// The time now, or 0 while nobody asks for a profile.
int64_t profile_start(void);

// Counts the time since `since` for a part of a pass, and returns the time now.
int64_t profile_part(int part, int64_t since);

// ---- a pass under way ----------------------------------------------------------------------------------

typedef struct {
  const Decoder *decoder;
  Pass pass;
  int32_t threads, texts, rows;
  const int32_t *tokens; // [rows]
  float *x;              // [rows][width], the residual stream
  float *y;              // [rows][the most rows of a linear part], what it put out
  float *mixed;          // [rows][heads][head_dim], what attention put out
  float *scratch;        // [threads][stride]
  int64_t stride;
  const uint8_t **groups; // [threads][most_groups]
  int32_t most_groups;
  // Quantised input of a linear part.
  int8_t *codes;
  float *scales, *zeros;
  int32_t *sums;
  const float *gain; // of the norm before it
  int32_t part;
  const int32_t *asked; // [asked_rows]
  float *logits, *hidden;
  int32_t asked_rows;
  int64_t since; // when the part under way began, for the profile
  pthread_mutex_t lock;
  Fault fault;
} Forward;

// Keeps the fault that the reference would meet first.
static inline void report(Forward *all, int64_t kind, int64_t index, float value) {
  pthread_mutex_lock(&all->lock);
  Fault *fault = &all->fault;
  if (fault->kind == NO_FAULT || kind < fault->kind ||
      (kind == fault->kind && index < fault->index)) {
    int32_t bits;
    memcpy(&bits, &value, 4);
    *fault = (Fault){kind, all->pass.layer, index, bits};
  }
  pthread_mutex_unlock(&all->lock);
}

// Threads for a step of about `work` multiply-adds.
static inline int threads_for(const Forward *all, int64_t work) {
  return threads_worth(all->threads, work);
}

static inline float *scratch_of(const Forward *all, int slot) {
  return all->scratch + slot * all->stride;
}

// Turns queries and keys in y, stores keys and values, and attends: y to mixed (forward_attention.c).
void forward_attention(Forward *all);

#endif
