// What stands between the linear layers of a decoder: reference/decoder_parts.ts. Included by cores.h.
// Rows are multiples of 8 floats.
#ifndef OFFPRINT_DECODER_CORES_H
#define OFFPRINT_DECODER_CORES_H

static void norm_row(const float *x, const float *gain, const uint32_t *order, double epsilon,
                     int32_t width, float *y) {
  f64x4 low = {0}, high = {0};
  for (int32_t i = 0; i < width; i += 8) {
    f64x4 a = widen4(x + i), b = widen4(x + i + 4);
    low += a * a;
    high += b * b;
  }
  const float r = (float)(1 / sqrt(lane_total(low, high) / width + epsilon));
  if (order) {
    for (int32_t j = 0; j < width; j++) y[j] = x[order[j]] * r * gain[order[j]];
  } else {
    for (int32_t j = 0; j < width; j += 8) store8(y + j, load8(x + j) * all8(r) * load8(gain + j));
  }
}

static void widen_row(const uint16_t *halves, float *to, int32_t count) {
  for (int32_t i = 0; i < count; i += 8) store8(to + i, halves8(halves + i));
}

static void add_row(float *x, const float *y, int32_t count) {
  for (int32_t i = 0; i < count; i += 8) store8(x + i, load8(x + i) + load8(y + i));
}

static void rotate_head(float *head, const float *cos, const float *sin, int32_t half) {
  for (int32_t i = 0; i < half; i += 4) { // half of a multiple of 8
    f32x4 a, b, c, s;
    memcpy(&a, head + i, sizeof a);
    memcpy(&b, head + half + i, sizeof b);
    memcpy(&c, cos + i, sizeof c);
    memcpy(&s, sin + i, sizeof s);
    f32x4 first = a * c - b * s, second = b * c + a * s;
    memcpy(head + i, &first, sizeof first);
    memcpy(head + half + i, &second, sizeof second);
  }
}

// y = silu(gate) * up of `count` vectors of four (a constant, at most 4).
INLINE void gate_vectors(const float *gate, const float *up, float *y, const int count) {
  const f64x4 one = {1, 1, 1, 1};
  f64x4 g[8], e[8];
  UNROLL
  for (int i = 0; i < count; i++) {
    g[i] = widen4(gate + 4 * i);
    e[i] = -(f64x4)((i64x4)g[i] & 0x7fffffffffffffff);
  }
  exp_negative(e, count);
  UNROLL
  for (int i = 0; i < count; i++) {
    const i64x4 positive = (i64x4)(g[i] >= 0);
    const f64x4 top = (f64x4)(((i64x4)one & positive) | ((i64x4)e[i] & ~positive));
    const f32x4 silu = narrow4(g[i] * (top / (one + e[i])));
    f32x4 u;
    memcpy(&u, up + 4 * i, sizeof u);
    u = silu * u;
    memcpy(y + 4 * i, &u, sizeof u);
  }
}

static void gate_row(const float *gate, const float *up, int32_t inner, float *y) {
  int32_t i = 0;
  for (; i + 32 <= inner; i += 32) gate_vectors(gate + i, up + i, y + i, 8);
  for (; i < inner; i += 8) gate_vectors(gate + i, up + i, y + i, 2);
}

INLINE float lanes_total(f32x8 v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

// Products of `rows` rows of halves with `tokens` vectors (constants): each row is widened once for all.
INLINE void half_tile(const uint16_t *w, const int rows, const float *x, const int tokens,
                      int32_t width, float *y, int64_t stride) {
  f32x8 sums[8];
  UNROLL
  for (int i = 0; i < rows * tokens; i++) sums[i] = all8(0);
  for (int32_t j = 0; j < width; j += 8) {
    UNROLL
    for (int r = 0; r < rows; r++) {
      const f32x8 row = halves8(w + (int64_t)r * width + j);
      UNROLL
      for (int t = 0; t < tokens; t++) sums[r * tokens + t] += row * load8(x + (int64_t)t * width + j);
    }
  }
  UNROLL
  for (int i = 0; i < rows * tokens; i++) y[i % tokens * stride + i / tokens] = lanes_total(sums[i]);
}

// Several sums in turn, since each waits for itself.
static void half_product(const uint16_t *w, int32_t rows, const float *x, int32_t tokens,
                         int32_t width, float *y, int64_t stride) {
  int32_t t = 0;
  for (; t + 8 <= tokens; t += 8) {
    for (int32_t r = 0; r < rows; r++) {
      half_tile(w + (int64_t)r * width, 1, x + (int64_t)t * width, 8, width, y + t * stride + r, stride);
    }
  }
  for (; t + 2 <= tokens; t += 2) {
    int32_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      half_tile(w + (int64_t)r * width, 4, x + (int64_t)t * width, 2, width, y + t * stride + r, stride);
    }
    for (; r < rows; r++) {
      half_tile(w + (int64_t)r * width, 1, x + (int64_t)t * width, 2, width, y + t * stride + r, stride);
    }
  }
  for (; t < tokens; t++) {
    int32_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      half_tile(w + (int64_t)r * width, 4, x + (int64_t)t * width, 1, width, y + t * stride + r, stride);
    }
    for (; r < rows; r++) {
      half_tile(w + (int64_t)r * width, 1, x + (int64_t)t * width, 1, width, y + t * stride + r, stride);
    }
  }
}

#endif
