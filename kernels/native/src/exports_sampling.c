// The functions that TypeScript calls for sampling and verification: reference/sampling.ts and
// reference/verification.ts.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exports.h"

// ---- warped softmax --------------------------------------------------------------------------------

typedef struct {
  const Variant *variant;
  const float *logits; // [rows][vocabulary]
  double *output;
  int32_t rows, vocabulary;
  double temperature, top_p, min_p;
  int32_t top_k;
  int32_t *bad;    // [rows]
  uint32_t *order; // [threads][vocabulary]
  double *kept;    // [threads][vocabulary]
} Softmax;

// Larger logits first, lower ids first among equals.
static int before(const float *logits, uint32_t a, uint32_t b) {
  return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
}

static void sift_down(const float *logits, uint32_t *heap, uint32_t count, uint32_t at) {
  uint32_t moving = heap[at];
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && before(logits, heap[child + 1], heap[child])) child++;
    if (before(logits, moving, heap[child])) break;
    heap[at] = heap[child];
  }
  heap[at] = moving;
}

// The tokens in order, as many as are asked for: a heap, of which popping sorts only what is kept.
typedef struct {
  const float *logits;
  uint32_t *heap; // the popped ones are at its end, the first popped last
  uint32_t left;
} Order;

static void start_order(Order *order, uint32_t count) {
  order->left = count;
  for (uint32_t i = 0; i < count; i++) order->heap[i] = i;
  for (uint32_t i = count / 2; i-- > 0;) sift_down(order->logits, order->heap, count, i);
}

static uint32_t next_in_order(Order *order) {
  uint32_t first = order->heap[0];
  order->heap[0] = order->heap[--order->left];
  if (order->left > 0) sift_down(order->logits, order->heap, order->left, 0);
  order->heap[order->left] = first;
  return first;
}

// Leaves the first `count` popped tokens of p.
static void keep_popped(const uint32_t *heap, int32_t vocabulary, int32_t count, double *p,
                        double *kept) {
  for (int32_t i = 0; i < count; i++) kept[i] = p[heap[vocabulary - 1 - i]];
  memset(p, 0, sizeof(double) * (size_t)vocabulary);
  for (int32_t i = 0; i < count; i++) p[heap[vocabulary - 1 - i]] = kept[i];
}

// Top-k, then top-p.
static void cut(const Softmax *all, const float *logits, double *p, uint32_t *heap, double *kept) {
  const int32_t vocabulary = all->vocabulary;
  const int limited = all->top_k > 0 && all->top_k < vocabulary;
  if (!limited && !(all->top_p < 1)) return;
  Order order = {logits, heap, 0};
  start_order(&order, (uint32_t)vocabulary);
  int32_t popped = 0;
  if (limited) {
    while (popped < all->top_k) next_in_order(&order), popped++;
    keep_popped(heap, vocabulary, popped, p, kept);
  }
  if (!(all->top_p < 1)) return;
  const double enough = all->top_p * all->variant->sum(p, vocabulary);
  double mass = 0;
  int32_t count = 0;
  while (count < vocabulary && mass < enough) {
    if (count == popped) next_in_order(&order), popped++;
    mass += p[heap[vocabulary - 1 - count++]];
  }
  if (count == 0) next_in_order(&order), count = 1;
  keep_popped(heap, vocabulary, count, p, kept);
}

static void softmax_row(void *of, int64_t row, int slot) {
  const Softmax *all = of;
  const int32_t vocabulary = all->vocabulary;
  const float *logits = all->logits + row * vocabulary;
  double *p = all->output + row * vocabulary;
  int32_t best = 0;
  for (int32_t i = 0; i < vocabulary; i++) {
    if (logits[i] != logits[i]) {
      all->bad[row] = i;
      return;
    }
    if (logits[i] > logits[best]) best = i;
  }
  if (isinf(logits[best])) {
    all->bad[row] = best;
    return;
  }
  all->bad[row] = DONE;
  if (all->temperature == 0) {
    memset(p, 0, sizeof(double) * (size_t)vocabulary);
    p[best] = 1;
    return;
  }
  all->variant->soften(logits, logits[best], all->temperature, p, vocabulary);
  cut(all, logits, p, all->order + (int64_t)slot * vocabulary,
      all->kept + (int64_t)slot * vocabulary);
  for (int32_t i = 0; i < vocabulary; i++) p[i] = p[i] < all->min_p ? 0 : p[i];
  const double total = all->variant->sum(p, vocabulary);
  for (int32_t i = 0; i < vocabulary; i++) p[i] /= total;
}

// Returns the index of a logit it refuses.
EXPORT int32_t offprint_softmax(int32_t variant, int32_t threads, const float *logits,
                                double *output, int32_t rows, int32_t vocabulary,
                                double temperature, int32_t top_k, double top_p, double min_p) {
  if (threads > rows) threads = rows;
  const size_t each = (size_t)threads * (size_t)vocabulary;
  Softmax all = {variant_of(variant), logits, output, rows, vocabulary, temperature, top_p, min_p,
                 top_k, malloc(sizeof(int32_t) * (size_t)rows), malloc(sizeof(uint32_t) * each),
                 malloc(sizeof(double) * each)};
  int32_t result = OUT_OF_MEMORY;
  if (all.bad && all.order && all.kept) {
    pool_run(threads, rows, softmax_row, &all);
    result = DONE;
    for (int32_t row = 0; row < rows && result == DONE; row++) {
      if (all.bad[row] != DONE) result = row * vocabulary + all.bad[row];
    }
  }
  free(all.bad);
  free(all.order);
  free(all.kept);
  return result;
}

// ---- drawing ---------------------------------------------------------------------------------------

// draw of reference/sampling.ts: an index, or -1 when the weights have no positive finite sum.
static int32_t draw(const Variant *variant, const double *weights, int32_t count, double uniform) {
  const double total = variant->sum(weights, count);
  if (!(total > 0 && total < INFINITY)) return -1;
  const double target = uniform * total;
  double sum = 0;
  int32_t last = -1;
  for (int32_t i = 0; i < count; i++) {
    if (!(weights[i] > 0)) continue;
    last = i;
    sum += weights[i];
    if (sum > target) break;
  }
  return last;
}

// Returns the row that has nothing to draw from.
EXPORT int32_t offprint_sample(int32_t variant, const double *probabilities,
                               const double *uniforms, int32_t *tokens, int32_t rows,
                               int32_t vocabulary) {
  for (int32_t row = 0; row < rows; row++) {
    const double *weights = probabilities + (int64_t)row * vocabulary;
    tokens[row] = draw(variant_of(variant), weights, vocabulary, uniforms[row]);
    if (tokens[row] < 0) return row;
  }
  return DONE;
}

// ---- verification ----------------------------------------------------------------------------------

static const double LEAST_RESIDUAL = 1e-12;

// Returns text * (drafted + 1) + n where it refuses: below `texts * (drafted + 1)` the n-th token has
// draft probability 0; from there on the distribution to draw from has no mass.
EXPORT int32_t offprint_verify(int32_t variant, const int32_t *tokens, const int32_t *lengths,
                               const double *draft, const double *target, const double *uniforms,
                               int32_t *accepted, int32_t *next, int32_t texts, int32_t drafted,
                               int32_t vocabulary) {
  double *residual = malloc(sizeof(double) * (size_t)vocabulary);
  if (!residual) return OUT_OF_MEMORY;
  int32_t result = DONE;
  for (int32_t text = 0; text < texts && result == DONE; text++) {
    const int64_t rows = (int64_t)text * (drafted + 1);
    int32_t n = 0;
    for (; n < lengths[text]; n++) {
      const int32_t token = tokens[(int64_t)text * drafted + n];
      const double p = draft[((int64_t)text * drafted + n) * vocabulary + token];
      const double q = target[(rows + n) * vocabulary + token];
      if (!(p > 0)) {
        result = (int32_t)rows + n;
        break;
      }
      if (!(q > 0 && uniforms[rows + n] * p <= q)) break;
    }
    if (result != DONE) break;
    const double *weights = target + (rows + n) * vocabulary;
    if (n < lengths[text]) {
      const double *drawn_from = draft + ((int64_t)text * drafted + n) * vocabulary;
      for (int32_t i = 0; i < vocabulary; i++) {
        const double excess = weights[i] - drawn_from[i];
        residual[i] = excess <= 0 ? 0 : excess;
      }
      if (variant_of(variant)->sum(residual, vocabulary) >= LEAST_RESIDUAL) weights = residual;
    }
    accepted[text] = n;
    next[text] = draw(variant_of(variant), weights, vocabulary, uniforms[rows + drafted]);
    if (next[text] < 0) result = texts * (drafted + 1) + (int32_t)rows + n;
  }
  free(residual);
  return result;
}
