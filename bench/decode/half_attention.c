// Attention of one query a head over keys and values in 16-bit floats: the peer of our 4-bit cache. Nothing is
// kept back: a layout without sums across lanes, the widest vectors, multiply-adds in one rounding, exponentials
// of the vector library in 32 bits, any order of sums, reading ahead, and the same pool of threads.
#include <math.h>
#include <string.h>

#include "kernels.h"

#ifdef __AVX512F__
#include <immintrin.h>
#define LANES 16
typedef __m256i Stored;
#define WIDEN(halves) ((Floats)_mm512_cvtph_ps(halves))
#elif defined(__F16C__)
#include <immintrin.h>
#define LANES 8
typedef __m128i Stored;
#define WIDEN(halves) ((Floats)_mm256_cvtph_ps(halves))
#else
#define LANES 4
typedef _Float16 Stored __attribute__((vector_size(8)));
#define WIDEN(halves) __builtin_convertvector(halves, Floats)
#endif

enum { DIM = 64, GROUP = 64, VECTORS = GROUP / LANES };
typedef float Floats __attribute__((vector_size(4 * LANES)));

typedef struct {
  // A head after the other: keys [tokens / GROUP][DIM][GROUP], values [tokens][DIM].
  const uint16_t *keys, *values;
  const float *q; // [heads][DIM]
  float *output;  // [heads][DIM]
  float *scores;  // [heads][tokens]
  int32_t tokens; // a multiple of GROUP
} Attention;

// to[0 .. 63] = sum over `steps` of by[step] * halves[step][0 .. 63], onto `sum`.
static inline void product(const uint16_t *halves, int32_t steps, const float *by, Floats *sum) {
  for (int32_t step = 0; step < steps; step++) {
    READ_AHEAD(halves + 64 * step);
    READ_AHEAD(halves + 64 * step + 32);
#pragma GCC unroll 16
    for (int v = 0; v < VECTORS; v++) {
      Stored stored;
      memcpy(&stored, halves + 64 * step + LANES * v, sizeof stored);
      sum[v] += by[step] * WIDEN(stored);
    }
  }
}

static void attend_piece(void *of, int64_t head, int slot) {
  (void)slot;
  const Attention *all = of;
  const int32_t tokens = all->tokens;
  const uint16_t *keys = all->keys + head * tokens * DIM, *values = all->values + head * tokens * DIM;
  float *scores = all->scores + head * tokens, query[DIM];
  for (int c = 0; c < DIM; c++) query[c] = all->q[head * DIM + c] * (1 / sqrtf(DIM));
  for (int32_t first = 0; first < tokens; first += GROUP) {
    Floats sum[VECTORS] = {0};
    product(keys + (int64_t)first * DIM, DIM, query, sum);
    memcpy(scores + first, sum, sizeof sum);
  }
  float most = scores[0], mass = 0;
  for (int32_t t = 0; t < tokens; t++) most = scores[t] > most ? scores[t] : most;
  for (int32_t t = 0; t < tokens; t++) mass += scores[t] = expf(scores[t] - most);
  Floats sum[VECTORS] = {0};
  product(values, tokens, scores, sum);
  for (int v = 0; v < VECTORS; v++) sum[v] /= mass;
  memcpy(all->output + head * DIM, sum, sizeof sum);
}

__attribute__((visibility("default"))) void half_attention(int32_t threads, int32_t heads,
                                                           int32_t tokens, const uint16_t *keys,
                                                           const uint16_t *values, const float *q,
                                                           float *output, float *scores) {
  Attention all = {keys, values, q, output, scores, tokens};
  pool_run(threads, heads, attend_piece, &all);
}
