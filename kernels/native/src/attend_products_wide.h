// Products of attention, sixteen lanes at a time. A number times a code is one of sixteen products: they are
// made at once, in a vector, and each lane picks its own, which takes the place of widening codes and of
// multiplying. Included by attend_cores.h.
#ifndef OFFPRINT_ATTEND_PRODUCTS_WIDE_H
#define OFFPRINT_ATTEND_PRODUCTS_WIDE_H

typedef int32_t i32x16 __attribute__((vector_size(64)));

INLINE f32x16 all16(float value) {
#ifdef LANES_AVX512
  return (f32x16)_mm512_set1_ps(value);
#else
  f32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = value;
  return lanes;
#endif
}

INLINE void store16(float *to, f32x16 lanes) { memcpy(to, &lanes, sizeof lanes); }

// Two codes of each of sixteen bytes: one in its low bits, one above them.
INLINE i32x16 bytes16(const uint8_t *from) {
#ifdef LANES_AVX512
  return (i32x16)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from));
#else
  i32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = from[i];
  return lanes;
#endif
}

// The codes above the low ones. By a multiplication, for the units that shift also pick.
INLINE i32x16 high16(i32x16 bytes) {
#ifdef LANES_AVX512
  return (i32x16)_mm512_mulhi_epu16((__m512i)bytes, _mm512_set1_epi32(1 << 12));
#else
  return bytes >> 4;
#endif
}

// Entries of `table` by the low four bits of each number.
INLINE f32x16 pick16(f32x16 table, i32x16 numbers) {
#ifdef LANES_AVX512
  return (f32x16)_mm512_permutexvar_ps((__m512i)numbers, (__m512)table);
#else
  f32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = table[numbers[i] & 15];
  return lanes;
#endif
}

INLINE f32x16 halves16(const uint16_t *from) {
#ifdef LANES_AVX512
  return (f32x16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
#else
  f32x16 lanes;
  for (int i = 0; i < 16; i++) lanes[i] = half_to_float(from[i]);
  return lanes;
#endif
}

// to[q][lanes] = sum over steps of by[q][step] * codes, less the sum of terms[q][steps] where there are any. A run
// is 16 bytes: their low codes are 16 lanes, the high ones the next 16. `ahead.bytes` are asked for in each step.
INLINE void codes_product(const uint8_t *codes, int32_t stride, int32_t steps,
                          const float *const *by, const float *const *terms, const int queries,
                          const int runs, float *const *to, const Ahead ahead) {
  const f32x16 code = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  f32x16 sum[4 * MOST_QUERIES], minus[MOST_QUERIES];
  UNROLL
  for (int i = 0; i < 2 * runs * queries; i++) sum[i] = all16(0);
  UNROLL
  for (int q = 0; q < queries; q++) minus[q] = all16(0);
  for (int32_t step = 0; step < steps; step++) {
    i32x16 low[2], high[2];
    __builtin_prefetch(ahead.next + step * ahead.bytes);
    UNROLL
    for (int r = 0; r < runs; r++) {
      low[r] = bytes16(codes + (int64_t)step * stride + 16 * r);
      high[r] = high16(low[r]);
    }
    UNROLL
    for (int q = 0; q < queries; q++) {
      const f32x16 products = all16(by[q][step]) * code;
      UNROLL
      for (int r = 0; r < runs; r++) {
        sum[2 * (q * runs + r)] += pick16(products, low[r]);
        sum[2 * (q * runs + r) + 1] += pick16(products, high[r]);
      }
      if (terms) minus[q] += all16(terms[q][step]);
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) {
    UNROLL
    for (int v = 0; v < 2 * runs; v++) store16(to[q] + 16 * v, sum[2 * q * runs + v] - minus[q]);
  }
}

// The same over 16-bit floats, steps being `stride` of them apart.
INLINE void halves_product(const uint16_t *halves, int32_t stride, int32_t steps,
                           const float *const *by, const int queries, const int vectors,
                           float *const *to) {
  f32x16 sum[4 * MOST_QUERIES];
  UNROLL
  for (int i = 0; i < vectors * queries; i++) sum[i] = all16(0);
  for (int32_t step = 0; step < steps; step++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const f32x16 lanes = halves16(halves + 16 * v + (int64_t)step * stride);
      UNROLL
      for (int q = 0; q < queries; q++) sum[q * vectors + v] += all16(by[q][step]) * lanes;
    }
  }
  UNROLL
  for (int i = 0; i < vectors * queries; i++) {
    store16(to[i / vectors] + 16 * (i % vectors), sum[i]);
  }
}

// Eight lanes of it, of rows that do not end where a vector does.
INLINE void last_halves(const uint16_t *halves, int32_t stride, int32_t steps, const float *const *by,
                        const int queries, float *const *to) {
  f32x8 sum[MOST_QUERIES];
  UNROLL
  for (int q = 0; q < queries; q++) sum[q] = all8(0);
  for (int32_t step = 0; step < steps; step++) {
    const f32x8 lanes = halves8(halves + (int64_t)step * stride);
    UNROLL
    for (int q = 0; q < queries; q++) sum[q] += all8(by[q][step]) * lanes;
  }
  UNROLL
  for (int q = 0; q < queries; q++) store8(to[q], sum[q]);
}

// `lanes` lanes (a multiple of 32) of a record of codes.
INLINE void all_codes(const uint8_t *codes, int32_t lanes, int32_t steps, const float *const *by,
                      const float *const *terms, const int queries, float *const *to, const Ahead ahead) {
  for (int32_t lane = 0; lane < lanes; lane += 64) {
    const Ahead part = ahead_in(ahead, lane / 64, (lanes + 63) / 64, steps);
    const uint8_t *from = codes + lane / 2;
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + lane;
    if (lanes - lane >= 64) codes_product(from, lanes / 2, steps, by, terms, queries, 2, into, part);
    else codes_product(from, lanes / 2, steps, by, terms, queries, 1, into, part);
  }
}

// `lanes` lanes (rounded up to 8) of 16-bit floats.
INLINE void all_halves(const uint16_t *halves, int32_t stride, int32_t lanes, int32_t steps,
                       const float *const *by, const int queries, float *const *to) {
  for (int32_t lane = 0; lane < lanes;) {
    const uint16_t *from = halves + lane;
    const int32_t left = lanes - lane;
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + lane;
    if (left <= 8) {
      last_halves(from, stride, steps, by, queries, into);
      return;
    }
    const int32_t vectors = (left + 7) / 16; // those that are whole when rounded up to 8
    switch (vectors) {
    case 1: halves_product(from, stride, steps, by, queries, 1, into); break;
    case 2: halves_product(from, stride, steps, by, queries, 2, into); break;
    case 3: halves_product(from, stride, steps, by, queries, 3, into); break;
    default: halves_product(from, stride, steps, by, queries, 4, into); break;
    }
    lane += 16 * (vectors < 4 ? vectors : 4);
  }
}

#endif
