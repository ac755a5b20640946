// Products and attention in 32-bit floats: reference/fp32_forward.ts. Included by cores.h.
//
// A lane is an output row, or a token's score, or a channel: each sum has one lane, and its terms come in order.
#ifndef OFFPRINT_FP32_CORES_H
#define OFFPRINT_FP32_CORES_H

#ifdef WIDE_LANES
typedef f32x16 f32p;
// Panels that so many tokens take at once: sums wait for themselves, so there are some, and all stay in registers.
enum { OF_FOUR_TOKENS = 4, OF_THREE_TOKENS = 4, OF_TWO_TOKENS = 8, OF_ONE_TOKEN = 8 };
#elif defined(LANES_AVX2) || defined(LANES_NEON)
typedef f32x8 f32p;
enum { OF_FOUR_TOKENS = 1, OF_THREE_TOKENS = 1, OF_TWO_TOKENS = 2, OF_ONE_TOKEN = 4 };
#else
typedef f32x8 f32p;
enum { OF_FOUR_TOKENS = 0, OF_THREE_TOKENS = 0, OF_TWO_TOKENS = 1, OF_ONE_TOKEN = 2 };
#endif
enum { PANEL_LANES = sizeof(f32p) / sizeof(float), PANEL_VECTORS = PANEL_ROWS / PANEL_LANES };

INLINE f32p load_panel(const float *from) {
  f32p lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

// y of `panels` panels and `tokens` tokens (constants); `rows` of their rows exist.
INLINE void panel_tile(const float *w, const int panels, int32_t rows, int32_t columns,
                       const float *x, const int tokens, float *y, int64_t stride) {
  f32p sums[16];
  UNROLL
  for (int i = 0; i < panels * PANEL_VECTORS * tokens; i++) sums[i] = (f32p){0};
  for (int32_t c = 0; c < columns; c++) {
    UNROLL
    for (int p = 0; p < panels; p++) {
      UNROLL
      for (int v = 0; v < PANEL_VECTORS; v++) {
        const f32p some = load_panel(w + ((int64_t)p * columns + c) * PANEL_ROWS + v * PANEL_LANES);
        UNROLL
        for (int t = 0; t < tokens; t++) {
          sums[(t * panels + p) * PANEL_VECTORS + v] += some * x[(int64_t)t * columns + c];
        }
      }
    }
  }
  const int whole = rows >= panels * PANEL_ROWS;
  UNROLL
  for (int t = 0; t < tokens; t++) {
    if (whole) memcpy(y + t * stride, sums + t * panels * PANEL_VECTORS, sizeof(float) * panels * PANEL_ROWS);
    else memcpy(y + t * stride, sums + t * panels * PANEL_VECTORS, sizeof(float) * (size_t)rows);
  }
}

// `at_once` panels (a constant) in turn, then one by one.
INLINE void panels_of(const float *w, const int at_once, int32_t rows, int32_t columns, const float *x,
                      const int tokens, float *y, int64_t stride) {
  int32_t row = 0;
  for (; row + (at_once - 1) * PANEL_ROWS < rows; row += at_once * PANEL_ROWS) {
    panel_tile(w + (int64_t)row * columns, at_once, rows - row, columns, x, tokens, y + row, stride);
  }
  for (; row < rows; row += PANEL_ROWS) {
    panel_tile(w + (int64_t)row * columns, 1, rows - row, columns, x, tokens, y + row, stride);
  }
}

// `rows` rows of a matrix in panels times `tokens` rows of x.
static void panel_product(const float *w, int32_t rows, int32_t columns, const float *x,
                          int32_t tokens, float *y, int64_t stride) {
  int32_t t = 0;
  for (; OF_FOUR_TOKENS > 0 && t + 4 <= tokens; t += 4) {
    panels_of(w, OF_FOUR_TOKENS, rows, columns, x + (int64_t)t * columns, 4, y + t * stride, stride);
  }
  for (; OF_THREE_TOKENS > 0 && t + 3 <= tokens; t += 3) {
    panels_of(w, OF_THREE_TOKENS, rows, columns, x + (int64_t)t * columns, 3, y + t * stride, stride);
  }
  for (; t + 2 <= tokens; t += 2) {
    panels_of(w, OF_TWO_TOKENS, rows, columns, x + (int64_t)t * columns, 2, y + t * stride, stride);
  }
  for (; t < tokens; t++) {
    panels_of(w, OF_ONE_TOKEN, rows, columns, x + (int64_t)t * columns, 1, y + t * stride, stride);
  }
}

// Scores of `queries` queries with `blocks` blocks of 16 keys (constants), `each` floats from one query's scores to the next's.
INLINE void score_blocks(const float *keys, const int blocks, int32_t dim, const float *query,
                         const int queries, float *scores, int64_t each) {
  const int vectors = blocks * PANEL_VECTORS;
  f32p sums[16];
  UNROLL
  for (int i = 0; i < vectors * queries; i++) sums[i] = (f32p){0};
  for (int32_t c = 0; c < dim; c++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const float *block = keys + (int64_t)(v / PANEL_VECTORS) * PANEL_ROWS * dim;
      const f32p some = load_panel(block + c * PANEL_ROWS + v % PANEL_VECTORS * PANEL_LANES);
      UNROLL
      for (int q = 0; q < queries; q++) sums[q * vectors + v] += some * query[q * dim + c];
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) memcpy(scores + q * each, sums + q * vectors, sizeof(f32p) * (size_t)vectors);
}

// Outputs of `queries` queries in `vectors` vectors of channels (constants).
INLINE void gather_panels(const float *values, const int vectors, int32_t dim, int32_t seen,
                          const float *weights, const int queries, int64_t each,
                          const float *inverse, float *output) {
  f32p sums[16];
  UNROLL
  for (int i = 0; i < vectors * queries; i++) sums[i] = (f32p){0};
  for (int32_t position = 0; position < seen; position++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const f32p some = load_panel(values + (int64_t)position * dim + PANEL_LANES * v);
      UNROLL
      for (int q = 0; q < queries; q++) sums[q * vectors + v] += some * weights[q * each + position];
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const f32p mixed = sums[q * vectors + v] * inverse[q];
      memcpy(output + q * dim + PANEL_LANES * v, &mixed, sizeof mixed);
    }
  }
}

// Outputs of `queries` queries (a constant) in eight channels.
INLINE void gather_eight(const float *values, int32_t dim, int32_t seen, const float *weights,
                         const int queries, int64_t each, const float *inverse, float *output) {
  f32x8 sums[4];
  UNROLL
  for (int q = 0; q < queries; q++) sums[q] = all8(0);
  for (int32_t position = 0; position < seen; position++) {
    const f32x8 some = load8(values + (int64_t)position * dim);
    UNROLL
    for (int q = 0; q < queries; q++) sums[q] += some * weights[q * each + position];
  }
  UNROLL
  for (int q = 0; q < queries; q++) store8(output + q * dim, sums[q] * inverse[q]);
}

// Queries (a constant) of one token that read one KV head.
INLINE void attend32_some(const Attend32Job *job, const float *q, float *output, const int queries) {
  const int32_t dim = job->dim, seen = job->seen;
  const int64_t each = ATTEND32_SCORES(seen);
  float *query = job->scratch, *scores = query + queries * dim;
  const float scale = (float)(1 / sqrt((double)dim));
  for (int32_t i = 0; i < queries * dim; i++) query[i] = q[i] * scale;
  const int at_once = 8 / PANEL_VECTORS / queries; // blocks
  int32_t from = 0;
  for (; from + (at_once - 1) * PANEL_ROWS < seen; from += at_once * PANEL_ROWS) {
    score_blocks(job->keys + (int64_t)from * dim, at_once, dim, query, queries, scores + from, each);
  }
  for (; from < seen; from += PANEL_ROWS) {
    score_blocks(job->keys + (int64_t)from * dim, 1, dim, query, queries, scores + from, each);
  }
  float inverse[4];
  for (int i = 0; i < queries; i++) {
    float *weights = scores + i * each;
    soften_scores(weights, seen, largest_of(weights, seen));
    inverse[i] = (float)(1 / sum_floats(weights, seen));
  }
  const int wide = 4 * PANEL_LANES;
  int32_t c = 0;
  for (; c + wide <= dim; c += wide) {
    gather_panels(job->values + c, 4, dim, seen, scores, queries, each, inverse, output + c);
  }
  for (; c + PANEL_LANES <= dim; c += PANEL_LANES) {
    gather_panels(job->values + c, 1, dim, seen, scores, queries, each, inverse, output + c);
  }
  for (; c < dim; c += 8) {
    gather_eight(job->values + c, dim, seen, scores, queries, each, inverse, output + c);
  }
}

static void attend32(const Attend32Job *job) {
  int32_t i = 0;
  for (; i + 4 <= job->queries; i += 4) attend32_some(job, job->q + i * job->dim, job->output + i * job->dim, 4);
  for (; i + 2 <= job->queries; i += 2) attend32_some(job, job->q + i * job->dim, job->output + i * job->dim, 2);
  for (; i < job->queries; i++) attend32_some(job, job->q + i * job->dim, job->output + i * job->dim, 1);
}

#endif
