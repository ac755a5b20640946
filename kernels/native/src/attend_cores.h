// kvAttend of reference/kv4.ts: some queries that read one KV head of one text. Included by cores.h.
//
// A code or a 16-bit float is widened once for all of the queries. A register is a lane a token, then a
// lane a channel; each query has sums of its own, whose order is the reference's.
#ifndef OFFPRINT_ATTEND_CORES_H
#define OFFPRINT_ATTEND_CORES_H

// A query under way.
typedef struct {
  float *scores; // [whole groups and a few more]; then weights
  float *query;  // [dim], scaled
  float *folded; // [dim], times the scales of a group of keys
  float *terms;  // [dim], times its zeros
  float *acc;    // [padded_dim]
} Asked;

// to[q][lanes] = sum over steps of by[q][step] * codes, less minus[q] where there is one. A slice is 8 bytes of a
// run of 16: its low nibbles are 8 lanes, its high ones those 16 later.
INLINE void codes_product(const uint8_t *codes, int32_t stride, int32_t steps,
                          const float *const *by, const float *minus, const int queries,
                          const int slices, float *const *to) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < 2 * slices * queries; i++) sum[i] = all8(0);
  for (int32_t step = 0; step < steps; step++) {
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

// The same over 16-bit floats, vectors being `apart` and steps `stride` of them apart.
INLINE void halves_product(const uint16_t *halves, int32_t apart, int32_t stride, int32_t steps,
                           const float *const *by, const int queries, const int vectors,
                           float *const *to) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < vectors * queries; i++) sum[i] = all8(0);
  for (int32_t step = 0; step < steps; step++) {
    UNROLL
    for (int v = 0; v < vectors; v++) {
      const f32x8 lanes = halves8(halves + v * apart + (int64_t)step * stride);
      UNROLL
      for (int q = 0; q < queries; q++) sum[q * vectors + v] += all8(by[q][step]) * lanes;
    }
  }
  UNROLL
  for (int i = 0; i < vectors * queries; i++) {
    store8(to[i / vectors] + 8 * (i % vectors), sum[i]);
  }
}

// `lanes` lanes (a multiple of 32) of a record of codes.
INLINE void all_codes(const uint8_t *codes, int32_t lanes, int32_t steps, const float *const *by,
                      const float *minus, const int queries, float *const *to) {
  const int at_once = queries == 1 ? 4 : queries == 2 ? 2 : 1; // slices
  for (int32_t bytes = 0; bytes < lanes / 2; bytes += 8 * at_once) {
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + bytes / 16 * 32 + bytes % 16;
    if (queries == 1 && lanes / 2 - bytes < 32) { // a run alone
      codes_product(codes + bytes, lanes / 2, steps, by, minus, queries, 2, into);
    } else {
      codes_product(codes + bytes, lanes / 2, steps, by, minus, queries, at_once, into);
    }
  }
}

// `lanes` lanes (rounded up to 8) of 16-bit floats.
INLINE void all_halves(const uint16_t *halves, int32_t apart, int32_t stride, int32_t lanes,
                       int32_t steps, const float *const *by, const int queries, float *const *to) {
  const int at_once = queries <= 2 ? 4 : 2; // vectors
  for (int32_t lane = 0; lane < lanes;) {
    const uint16_t *from = halves + (int64_t)lane / 8 * apart;
    float *into[MOST_QUERIES];
    UNROLL
    for (int q = 0; q < queries; q++) into[q] = to[q] + lane;
    if (lanes - lane > 8 * (at_once - 1)) {
      halves_product(from, apart, stride, steps, by, queries, at_once, into);
      lane += 8 * at_once;
    } else {
      halves_product(from, apart, stride, steps, by, queries, 1, into);
      lane += 8;
    }
  }
}

// A text's groups lie apart in memory: asks for the next one's record while this one is read.
INLINE void read_ahead(const AttendJob *job, int32_t group, int32_t from, int32_t bytes) {
  if (group + 1 >= job->complete) return;
  const char *next = (const char *)job->packed[group + 1] + from;
  for (int32_t i = 0; i < bytes; i += 64) __builtin_prefetch(next + i);
}

// laneSum over floats.
INLINE double sum_floats(const float *values, int32_t count) {
  f64x4 low = {0}, high = {0};
  const int32_t whole = count & ~7;
  for (int32_t i = 0; i < whole; i += 8) {
    low += widen4(values + i);
    high += widen4(values + i + 4);
  }
  for (int32_t i = whole; i < count; i++) {
    if ((i & 7) < 4) low[i & 3] += (double)values[i];
    else high[i & 3] += (double)values[i];
  }
  return lane_total(low, high);
}

// The largest of numbers that are finite.
INLINE float largest_of(const float *values, int32_t count) {
  float max = values[0];
  int32_t i = 0;
  if (count >= 8) {
    f32x8 most = load8(values);
    for (i = 8; i + 8 <= count; i += 8) most = larger8(load8(values + i), most);
    for (int lane = 0; lane < 8; lane++) max = most[lane] > max ? most[lane] : max;
  }
  for (; i < count; i++) max = values[i] > max ? values[i] : max;
  return max;
}

// weights[i] = expNegative(scores[i] - max), in place.
INLINE void soften_scores(float *scores, int32_t count, float max) {
  for (int32_t i = 0; i < count; i += 32) { // the scratch is long enough to go past the end
    f64x4 e[8];
    UNROLL
    for (int j = 0; j < 8; j++) e[j] = widen4(scores + i + 4 * j) - (double)max;
    exp_negative(e, 8);
    UNROLL
    for (int j = 0; j < 8; j++) {
      const f32x4 weights = narrow4(e[j]);
      memcpy(scores + i + 4 * j, &weights, sizeof weights);
    }
  }
}

// Scores of `queries` queries (a constant) at all positions up to the last one's.
INLINE void score_all(const AttendJob *job, const Asked *asked, const int queries) {
  const int32_t dim = job->sizes.head_dim, group = job->sizes.group_size;
  const float *by[MOST_QUERIES];
  float *to[MOST_QUERIES];
  for (int32_t g = 0; g < job->complete; g++) {
    const uint16_t *numbers = (const uint16_t *)job->packed[g];
    const uint8_t *codes = job->packed[g] + 8 * dim;
    float constant[MOST_QUERIES] = {0};
    read_ahead(job, g, 0, 8 * dim + dim * group / 2);
    for (int32_t c = 0; c < dim; c += 8) {
      const f32x8 scales = halves8(numbers + c), zeros = wholes8(numbers + dim + c);
      UNROLL
      for (int q = 0; q < queries; q++) {
        const f32x8 folded = load8(asked[q].query + c) * scales;
        store8(asked[q].folded + c, folded);
        store8(asked[q].terms + c, folded * zeros);
      }
    }
    for (int32_t c = 0; c < dim; c++) {
      UNROLL
      for (int q = 0; q < queries; q++) constant[q] += asked[q].terms[c];
    }
    UNROLL
    for (int q = 0; q < queries; q++) {
      by[q] = asked[q].folded;
      to[q] = asked[q].scores + g * group;
    }
    all_codes(codes, group, dim, by, constant, queries, to);
  }
  UNROLL
  for (int q = 0; q < queries; q++) {
    by[q] = asked[q].query;
    to[q] = asked[q].scores + job->complete * group;
  }
  const int32_t rest = job->of[queries - 1].position + 1 - job->complete * group;
  all_halves(job->recent, 8, group, rest, dim, by, queries, to);
}

// Outputs from weights, which are 0 beyond a query's own position.
INLINE void gather_all(const AttendJob *job, const Asked *asked, const int queries) {
  const int32_t dim = job->sizes.head_dim, padded = job->sizes.padded_dim;
  const int32_t group = job->sizes.group_size;
  const float *by[MOST_QUERIES], nothing[MOST_QUERIES] = {0};
  float *to[MOST_QUERIES];
  UNROLL
  for (int q = 0; q < queries; q++) {
    to[q] = asked[q].acc;
    memset(job->of[q].output, 0, sizeof(float) * (size_t)dim);
  }
  for (int32_t g = 0; g < job->complete; g++) {
    const uint16_t *numbers = (const uint16_t *)job->packed[g] + 2 * dim;
    const int32_t before = 8 * dim + dim * group / 2;
    float mass[MOST_QUERIES];
    read_ahead(job, g, before, padded * group / 2);
    UNROLL
    for (int q = 0; q < queries; q++) {
      by[q] = asked[q].scores + g * group;
      mass[q] = (float)sum_floats(by[q], group);
    }
    all_codes(job->packed[g] + before, padded, group, by, nothing, queries, to);
    for (int32_t c = 0; c < dim; c += 8) {
      const f32x8 scales = halves8(numbers + c), zeros = wholes8(numbers + dim + c);
      UNROLL
      for (int q = 0; q < queries; q++) {
        float *output = job->of[q].output + c;
        store8(output, load8(output) + scales * (load8(to[q] + c) - zeros * all8(mass[q])));
      }
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) by[q] = asked[q].scores + job->complete * group;
  const int32_t rest = job->of[queries - 1].position + 1 - job->complete * group;
  all_halves(job->recent + dim * group, 8, dim, dim, rest, by, queries, to);
}

INLINE int32_t attend_some(const AttendJob *job, const int queries) {
  const int32_t dim = job->sizes.head_dim, padded = job->sizes.padded_dim;
  const int64_t each = ATTEND_SCRATCH(job->of[queries - 1].position + 1, padded);
  const float root_scale = (float)(1 / sqrt((double)dim));
  Asked asked[MOST_QUERIES];
  int32_t refused = 0;
  for (int q = 0; q < queries; q++) {
    float *room = job->scratch + q * each;
    asked[q] = (Asked){room + 4 * padded, room, room + padded, room + 2 * padded, room + 3 * padded};
    for (int32_t c = 0; c < dim; c++) asked[q].query[c] = job->of[q].q[c] * root_scale;
  }
  score_all(job, asked, queries);
  float inverse[MOST_QUERIES];
  const int32_t longest = job->of[queries - 1].position + 1;
  for (int q = 0; q < queries; q++) {
    const int32_t seen = job->of[q].position + 1;
    float *scores = asked[q].scores;
    if (largest_size(scores, seen) >= NOT_FINITE) {
      refused |= 1 << q;
      memset(scores, 0, sizeof(float) * (size_t)seen);
    }
    soften_scores(scores, seen, largest_of(scores, seen));
    inverse[q] = (float)(1 / sum_floats(scores, seen));
    if (longest > seen) memset(scores + seen, 0, sizeof(float) * (size_t)(longest - seen));
  }
  gather_all(job, asked, queries);
  for (int q = 0; q < queries; q++) {
    float *output = job->of[q].output;
    for (int32_t c = 0; c < dim; c++) output[c] = (output[c] + asked[q].acc[c]) * inverse[q];
  }
  return refused;
}

static int32_t attend_head(const AttendJob *job) {
  switch (job->count) {
  case 1: return attend_some(job, 1);
  case 2: return attend_some(job, 2);
  case 3: return attend_some(job, 3);
  default: return attend_some(job, 4);
  }
}

#endif
