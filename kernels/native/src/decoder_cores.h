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

static void gate_row(const float *gate, const float *up, int32_t inner, float *y) {
  for (int32_t i = 0; i < inner; i += 4) {
    f64x4 g = widen4(gate + i);
    f64x4 size = (f64x4)((i64x4)g & 0x7fffffffffffffff);
    f64x4 e = exp_negative4(-size), one = {1, 1, 1, 1};
    i64x4 positive = (i64x4)(g >= 0);
    f64x4 top = (f64x4)(((i64x4)one & positive) | ((i64x4)e & ~positive));
    f32x4 silu = __builtin_convertvector(g * (top / (one + e)), f32x4), u;
    memcpy(&u, up + i, sizeof u);
    u = silu * u;
    memcpy(y + i, &u, sizeof u);
  }
}

INLINE float lanes_total(f32x8 v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

static void half_product(const uint16_t *w, int32_t rows, const float *x, int32_t tokens,
                         int32_t width, float *y, int64_t stride) {
  const int64_t all = (int64_t)rows * tokens;
  for (int64_t first = 0; first < all; first += 4) { // four in turn, since a sum waits for itself
    const uint16_t *left[4];
    const float *right[4];
    for (int i = 0; i < 4; i++) {
      const int64_t at = first + i < all ? first + i : all - 1;
      left[i] = w + at / tokens * width;
      right[i] = x + at % tokens * width;
    }
    f32x8 sums[4] = {all8(0), all8(0), all8(0), all8(0)};
    for (int32_t j = 0; j < width; j += 8) {
      UNROLL
      for (int i = 0; i < 4; i++) sums[i] += halves8(left[i] + j) * load8(right[i] + j);
    }
    for (int i = 0; i < 4 && first + i < all; i++) {
      y[(first + i) % tokens * stride + (first + i) / tokens] = lanes_total(sums[i]);
    }
  }
}

#endif
