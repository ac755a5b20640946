// The functions that TypeScript calls for sampling and verification: reference/sampling.ts and
// reference/verification.ts.
#include <math.h>
#include <string.h>

#include "exports.h"

// ---- warped softmax --------------------------------------------------------------------------------

typedef struct {
  const Variant *variant;
  SoftmaxJob row; // of the first row, without room
  Entry *entries; // [threads][2][SOFTMAX_ENTRIES]
  int32_t *bad;   // [rows]
} Softmax;

static void softmax_piece(void *of, int64_t row, int slot) {
  const Softmax *all = of;
  const size_t room = SOFTMAX_ENTRIES(all->row.vocabulary);
  SoftmaxJob job = all->row;
  job.logits += row * job.vocabulary;
  job.p += row * job.vocabulary;
  job.entries = all->entries + 2 * room * (size_t)slot;
  job.copy = job.entries + room;
  all->bad[row] = all->variant->softmax(&job);
}

// Returns the index of a logit it refuses.
EXPORT int32_t offprint_softmax(int32_t variant, int32_t threads, const float *logits,
                                double *output, int32_t rows, int32_t vocabulary,
                                double temperature, int32_t top_k, double top_p, double min_p) {
  // Rows go to threads; a single row is shared among them.
  const int32_t sharing = rows == 1 ? threads : 1;
  if (threads > rows) threads = rows;
  const size_t room = 2 * SOFTMAX_ENTRIES(vocabulary) * (size_t)threads;
  Softmax all = {variant_of(variant),
                 {logits, output, vocabulary, top_k, temperature, top_p, min_p, 0, 0, sharing},
                 borrow(sizeof(Entry) * room),
                 borrow(sizeof(int32_t) * (size_t)rows)};
  int32_t result = OUT_OF_MEMORY;
  if (all.bad && all.entries) {
    pool_run(threads, rows, softmax_piece, &all);
    result = DONE;
    for (int32_t row = 0; row < rows && result == DONE; row++) {
      if (all.bad[row] >= 0) result = row * vocabulary + all.bad[row];
    }
  }
  give_back(all.bad);
  give_back(all.entries);
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
  double *residual = borrow(sizeof(double) * (size_t)vocabulary);
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
  give_back(residual);
  return result;
}
