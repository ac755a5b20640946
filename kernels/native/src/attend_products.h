// Products of attention, eight lanes at a time: a code or a 16-bit float is widened once for all of the
// queries. Included by attend_cores.h.
#ifndef OFFPRINT_ATTEND_PRODUCTS_H
#define OFFPRINT_ATTEND_PRODUCTS_H

// to[q][lanes] = sum over steps of by[q][step] * codes, less minus[q]. A slice is 8 bytes of a run of 16: its low
// nibbles are 8 lanes, its high ones those 16 later. `ahead.bytes` are asked for in each step.
INLINE void codes_product(const uint8_t *codes, int32_t stride, int32_t steps,
                          const float *const *by, const float *minus, const int queries,
                          const int slices, float *const *to, const Ahead ahead) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < 2 * slices * queries; i++) sum[i] = all8(0);
  for (int32_t step = 0; step < steps; step++) {
    __builtin_prefetch(ahead.next + step * ahead.bytes);
    UNROLL
    for (int s = 0; s < slices; s++) { // one after the other, or there are not enough registers
      f32x8 low, high;
      nibbles8(codes + (int64_t)step * stride + 8 * s, &low, &high);
      UNROLL
      for (int q = 0; q < queries; q++) {
        const f32x8 factor = all8(by[q][step]);
        sum[2 * (q * slices + s)] += factor * low;
        sum[2 * (q * slices + s) + 1] += factor * high;
      }
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) {
    UNROLL
    for (int s = 0; s < slices; s++) {
      float *at = to[q] + s / 2 * 32 + s % 2 * 8;
      store8(at, sum[2 * (q * slices + s)] - all8(minus[q]));
      store8(at + 16, sum[2 * (q * slices + s) + 1] - all8(minus[q]));
    }
  }
}

// The same over 16-bit floats, steps being `stride` of them apart.
INLINE void halves_product(const uint16_t *halves, int32_t stride, int32_t steps,
                           const float *const *by, const int queries, const int vectors,
                           float *const *to) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < vectors * queries; i++) sum[i] = all8(0);
  for (int32_t step = 0; step < steps; step++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const f32x8 lanes = halves8(halves + 8 * v + (int64_t)step * stride);
      UNROLL
      for (int q = 0; q < queries; q++) sum[q * vectors + v] += all8(by[q][step]) * lanes;
    }
  }
  UNROLL
  for (int i = 0; i < vectors * queries; i++) {
    store8(to[i / vectors] + 8 * (i % vectors), sum[i]);
  }
}

// `lanes` lanes (a multiple of 32) of a record of codes, less the sum of terms[q][steps] where there are any.
INLINE void all_codes(const uint8_t *codes, int32_t lanes, int32_t steps, const float *const *by,
                      const float *const *terms, const int queries, float *const *to, const Ahead ahead) {
  float minus[MOST_QUERIES] = {0};
  for (int32_t step = 0; terms && step < steps; step++) {
    UNROLL
    for (int q = 0; q < queries; q++) minus[q] += terms[q][step];
  }
  const int at_once = queries == 1 ? 4 : queries == 2 ? 2 : 1; // slices
  const int32_t each = 8 * at_once, turns = (lanes / 2 + each - 1) / each;
  for (int32_t bytes = 0; bytes < lanes / 2; bytes += each) {
    const Ahead part = ahead_in(ahead, bytes / each, turns, steps);
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + bytes / 16 * 32 + bytes % 16;
    if (queries == 1 && lanes / 2 - bytes < 32) { // a run alone
      codes_product(codes + bytes, lanes / 2, steps, by, minus, queries, 2, into, part);
    } else {
      codes_product(codes + bytes, lanes / 2, steps, by, minus, queries, at_once, into, part);
    }
  }
}

// `lanes` lanes (rounded up to 8) of 16-bit floats.
INLINE void all_halves(const uint16_t *halves, int32_t stride, int32_t lanes, int32_t steps,
                       const float *const *by, const int queries, float *const *to) {
  const int at_once = queries <= 2 ? 4 : 2; // vectors
  for (int32_t lane = 0; lane < lanes;) {
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + lane;
    if (lanes - lane > 8 * (at_once - 1)) {
      halves_product(halves + lane, stride, steps, by, queries, at_once, into);
      lane += 8 * at_once;
    } else {
      halves_product(halves + lane, stride, steps, by, queries, 1, into);
      lane += 8;
    }
  }
}

#endif
