// What stands between the linear layers of a decoder: reference/decoder_parts.ts. Included by cores.h.
// Rows are multiples of 8 floats.
#ifndef OFFPRINT_DECODER_CORES_H
#define OFFPRINT_DECODER_CORES_H

static void norm_row(const float *x, const float *gain, const uint32_t *order, double epsilon,
                     int32_t width, float *y) {
  f64s sums[8 / DOUBLES] = {{0}};
  for (int32_t i = 0; i < width; i += 8) {
    UNROLL
    for (int part = 0; part < 8 / DOUBLES; part++) {
      const f64s some = widen(x + i + part * DOUBLES);
      sums[part] += some * some;
    }
  }
  double lanes[8];
  memcpy(lanes, sums, sizeof lanes);
  const float r = (float)(1 / sqrt(lane_total(load4(lanes), load4(lanes + 4)) / width + epsilon));
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

// y = silu(gate) * up of `count` vectors (a constant, at most 8).
INLINE void gate_vectors(const float *gate, const float *up, float *y, const int count) {
  const f64s one = all_doubles(1);
  f64s g[8], e[8];
  UNROLL
  for (int i = 0; i < count; i++) {
    g[i] = widen(gate + DOUBLES * i);
    e[i] = -(f64s)((i64s)g[i] & 0x7fffffffffffffff);
  }
  exp_negative(e, count);
  UNROLL
  for (int i = 0; i < count; i++) {
    const i64s positive = (i64s)(g[i] >= 0);
    const f64s top = (f64s)(((i64s)one & positive) | ((i64s)e[i] & ~positive));
    const f32s silu = narrow(g[i] * (top / (one + e[i])));
    f32s u;
    memcpy(&u, up + DOUBLES * i, sizeof u);
    u = silu * u;
    memcpy(y + DOUBLES * i, &u, sizeof u);
  }
}

static void gate_row(const float *gate, const float *up, int32_t inner, float *y) {
  int32_t i = 0;
  for (; i + 8 * DOUBLES <= inner; i += 8 * DOUBLES) gate_vectors(gate + i, up + i, y + i, 8);
  for (; i < inner; i += 8) gate_vectors(gate + i, up + i, y + i, 8 / DOUBLES);
}

INLINE float lanes_total(f32x8 v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

// lanes_total of `count` vectors (a constant), `apart` of them from one to the next.
INLINE void store_totals(const f32x8 *of, const int count, const int apart, float *to) {
#ifdef LANES_AVX2
  if (count % 4 == 0) {
    UNROLL
    for (int i = 0; i < count; i += 4) {
      const __m256 first = _mm256_hadd_ps((__m256)of[i * apart], (__m256)of[(i + 1) * apart]);
      const __m256 second = _mm256_hadd_ps((__m256)of[(i + 2) * apart], (__m256)of[(i + 3) * apart]);
      const __m256 halves = _mm256_hadd_ps(first, second); // of each vector, lanes 0-3 and then 4-7
      _mm_storeu_ps(to + i, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
    }
    return;
  }
#endif
  UNROLL
  for (int i = 0; i < count; i++) to[i] = lanes_total(of[i * apart]);
}

#ifdef WIDE_LANES
// Eight lanes of two rows of halves, `apart` of them apart; and eight floats twice.
INLINE f32x16 two_rows(const uint16_t *from, int64_t apart) {
#ifdef LANES_AVX512
  const __m128i first = _mm_loadu_si128((const __m128i *)from);
  const __m128i second = _mm_loadu_si128((const __m128i *)(from + apart));
  return (f32x16)_mm512_cvtph_ps(_mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1));
#else
  f32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = half_to_float(from[i / 8 * apart + i % 8]);
  return lanes;
#endif
}

INLINE f32x16 twice(const float *from) {
#ifdef LANES_AVX512
  return (f32x16)_mm512_broadcast_f32x8(_mm256_loadu_ps(from));
#else
  f32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = from[i % 8];
  return lanes;
#endif
}

// Of pairs of rows.
INLINE void half_pairs(const uint16_t *w, const int pairs, const float *x, const int tokens,
                       int32_t width, float *y, int64_t stride) {
  f32x16 sums[8];
  UNROLL
  for (int i = 0; i < pairs * tokens; i++) sums[i] = (f32x16){0};
  for (int32_t j = 0; j < width; j += 8) {
    UNROLL
    for (int p = 0; p < pairs; p++) {
      const f32x16 rows = two_rows(w + 2 * (int64_t)p * width + j, width);
      UNROLL
      for (int t = 0; t < tokens; t++) sums[p * tokens + t] += rows * twice(x + (int64_t)t * width + j);
    }
  }
  UNROLL
  for (int t = 0; t < tokens; t++) {
    f32x8 rows[16];
    UNROLL
    for (int p = 0; p < pairs; p++) memcpy(&rows[2 * p], &sums[p * tokens + t], sizeof sums[0]);
    store_totals(rows, 2 * pairs, 1, y + t * stride);
  }
}
#endif

// Products of `rows` rows of halves with `tokens` vectors (constants): each row is widened once for all.
INLINE void half_tile(const uint16_t *w, const int rows, const float *x, const int tokens,
                      int32_t width, float *y, int64_t stride) {
#ifdef WIDE_LANES
  if (rows % 2 == 0) {
    half_pairs(w, rows / 2, x, tokens, width, y, stride);
    return;
  }
#endif
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
  for (int t = 0; t < tokens; t++) store_totals(sums + t, rows, tokens, y + t * stride);
}

// All rows of halves with `tokens` vectors (a constant), `at_once` rows in turn, since each sum waits for itself.
INLINE void half_rows(const uint16_t *w, int32_t rows, const int at_once, const float *x,
                      const int tokens, int32_t width, float *y, int64_t stride) {
  int32_t r = 0;
  for (; r + at_once <= rows; r += at_once) {
    half_tile(w + (int64_t)r * width, at_once, x, tokens, width, y + r, stride);
  }
  for (; r < rows; r++) half_tile(w + (int64_t)r * width, 1, x, tokens, width, y + r, stride);
}

static void half_product(const uint16_t *w, int32_t rows, const float *x, int32_t tokens,
                         int32_t width, float *y, int64_t stride) {
#ifdef WIDE_LANES
  enum { OF_ONE = 16, OF_TWO = 8, OF_EIGHT = 2 };
#else
  enum { OF_ONE = 4, OF_TWO = 4, OF_EIGHT = 1 };
#endif
  int32_t t = 0;
  for (; t + 8 <= tokens; t += 8) {
    half_rows(w, rows, OF_EIGHT, x + (int64_t)t * width, 8, width, y + t * stride, stride);
  }
  for (; t + 2 <= tokens; t += 2) {
    half_rows(w, rows, OF_TWO, x + (int64_t)t * width, 2, width, y + t * stride, stride);
  }
  for (; t < tokens; t++) {
    half_rows(w, rows, OF_ONE, x + (int64_t)t * width, 1, width, y + t * stride, stride);
  }
}

#endif
