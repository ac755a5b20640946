// kvAttend of reference/kv4.ts: some queries that read one KV head of one text. Included by cores.h.
//
// A register is a lane a token, then a lane a channel; each query has sums of its own, whose order is the
// reference's.
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

// What is asked for while codes are read.
typedef struct {
  const char *next;
  int32_t bytes;
} Ahead;

// The part that falls to turn `turn` of `turns`, so many bytes in each of its steps.
INLINE Ahead ahead_in(Ahead all, int32_t turn, int32_t turns, int32_t steps) {
  const int32_t each = (all.bytes + turns * steps - 1) / (turns * steps);
  return (Ahead){all.next + (int64_t)turn * steps * each, each};
}

#ifdef WIDE_LANES
#include "attend_products_wide.h"
#else
#include "attend_products.h"
#endif

// A text's groups lie apart in memory: a later one's part is asked for while this one's is read, a few lines a step, since
// a processor waits for few lines at once, and what asks for more holds up what is read now. Keys of all groups are followed
// by their values, and these by the keys of the next head, which lie behind this one's.
enum { AHEAD = 4 };

INLINE Ahead ahead_of(const AttendJob *job, int32_t group, int values) {
  const KvSizes *sizes = &job->sizes;
  const int32_t keys = 8 * sizes->head_dim + sizes->head_dim * sizes->group_size / 2;
  const int32_t record = keys + sizes->group_size * sizes->padded_dim / 2;
  int32_t later = group + AHEAD, head = 0;
  for (; later >= job->complete; later -= job->complete) {
    head += values;
    values = !values;
  }
  const char *next = (const char *)job->packed[later] + (int64_t)head * record;
  return (Ahead){values ? next + keys : next, values ? record - keys : keys};
}

// Asks for the 16-bit floats that are read next, part `part` of `parts`: while keys are read, for this head's values of
// `tokens` tokens; while values are, for the next head's keys.
INLINE void ask_for_halves(const AttendJob *job, int values, int32_t tokens, int32_t part, int32_t parts) {
  const int32_t dim = job->sizes.head_dim, group = job->sizes.group_size;
  if (!values) {
    const uint16_t *next = job->recent + dim * group;
    const int32_t end = (part + 1) * tokens * dim / parts;
    for (int32_t i = part * tokens * dim / parts; i < end; i += 32) __builtin_prefetch(next + i);
    return;
  }
  const uint16_t *next = job->recent + 2 * dim * group;
  for (int32_t c = part * dim / parts; c < (part + 1) * dim / parts; c++) {
    for (int32_t t = 0; t < tokens; t += 32) __builtin_prefetch(next + c * group + t);
  }
}

// laneSum over floats.
INLINE double sum_floats(const float *values, int32_t count) {
  f64s sums[8 / DOUBLES] = {{0}};
  const int32_t whole = count & ~7;
  for (int32_t i = 0; i < whole; i += 8) {
    UNROLL
    for (int part = 0; part < 8 / DOUBLES; part++) sums[part] += widen(values + i + part * DOUBLES);
  }
  double lanes[8];
  memcpy(lanes, sums, sizeof lanes);
  for (int32_t i = whole; i < count; i++) lanes[i & 7] += (double)values[i];
  return lane_total(load4(lanes), load4(lanes + 4));
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
  for (int32_t i = 0; i < count; i += 8 * DOUBLES) { // the scratch is long enough to go past the end
    f64s e[8];
    UNROLL
    for (int j = 0; j < 8; j++) e[j] = widen(scores + i + DOUBLES * j) - (double)max;
    exp_negative(e, 8);
    UNROLL
    for (int j = 0; j < 8; j++) {
      const f32s weights = narrow(e[j]);
      memcpy(scores + i + DOUBLES * j, &weights, sizeof weights);
    }
  }
}

// Scores of `queries` queries (a constant) at all positions up to the last one's.
INLINE void score_all(const AttendJob *job, const Asked *asked, const int queries) {
  const int32_t dim = job->sizes.head_dim, group = job->sizes.group_size;
  const float *by[MOST_QUERIES], *terms[MOST_QUERIES];
  float *to[MOST_QUERIES];
  const int32_t rest = job->of[queries - 1].position + 1 - job->complete * group;
  for (int32_t g = 0; g < job->complete; g++) {
    const uint16_t *numbers = (const uint16_t *)job->packed[g];
    const uint8_t *codes = job->packed[g] + 8 * dim;
    Ahead ahead = ahead_of(job, g, 0);
    ask_for_halves(job, 0, rest, g, job->complete);
    for (int32_t c = 0; c < dim; c += 8) {
      const f32x8 scales = halves8(numbers + c), zeros = wholes8(numbers + dim + c);
      __builtin_prefetch(ahead.next + 8 * c);
      UNROLL
      for (int q = 0; q < queries; q++) {
        const f32x8 folded = load8(asked[q].query + c) * scales;
        store8(asked[q].folded + c, folded);
        store8(asked[q].terms + c, folded * zeros);
      }
    }
    ahead.next += 8 * dim;
    ahead.bytes -= 8 * dim;
    UNROLL
    for (int q = 0; q < queries; q++) {
      by[q] = asked[q].folded;
      terms[q] = asked[q].terms;
      to[q] = asked[q].scores + g * group;
    }
    all_codes(codes, group, dim, by, terms, queries, to, ahead);
  }
  UNROLL
  for (int q = 0; q < queries; q++) {
    by[q] = asked[q].query;
    to[q] = asked[q].scores + job->complete * group;
  }
  if (job->complete == 0) ask_for_halves(job, 0, rest, 0, 1);
  all_halves(job->recent, group, rest, dim, by, queries, to);
}

// Outputs from weights, which are 0 beyond a query's own position.
INLINE void gather_all(const AttendJob *job, const Asked *asked, const int queries) {
  const int32_t dim = job->sizes.head_dim, padded = job->sizes.padded_dim;
  const int32_t group = job->sizes.group_size;
  const float *by[MOST_QUERIES];
  float *to[MOST_QUERIES];
  UNROLL
  for (int q = 0; q < queries; q++) {
    to[q] = asked[q].acc;
    memset(job->of[q].output, 0, sizeof(float) * (size_t)dim);
  }
  const int32_t rest = job->of[queries - 1].position + 1 - job->complete * group;
  for (int32_t g = 0; g < job->complete; g++) {
    const uint16_t *numbers = (const uint16_t *)job->packed[g] + 2 * dim;
    const int32_t before = 8 * dim + dim * group / 2;
    float mass[MOST_QUERIES];
    Ahead ahead = ahead_of(job, g, 1);
    ahead.bytes -= 8 * dim;
    ask_for_halves(job, 1, rest, g, job->complete);
    UNROLL
    for (int q = 0; q < queries; q++) {
      by[q] = asked[q].scores + g * group;
      mass[q] = (float)sum_floats(by[q], group);
    }
    all_codes(job->packed[g] + before, padded, group, by, 0, queries, to, ahead);
    for (int32_t c = 0; c < dim; c += 8) {
      const f32x8 scales = halves8(numbers + c), zeros = wholes8(numbers + dim + c);
      __builtin_prefetch(ahead.next + ahead.bytes + 8 * c);
      UNROLL
      for (int q = 0; q < queries; q++) {
        float *output = job->of[q].output + c;
        store8(output, load8(output) + scales * (load8(to[q] + c) - zeros * all8(mass[q])));
      }
    }
  }
  UNROLL
  for (int q = 0; q < queries; q++) by[q] = asked[q].scores + job->complete * group;
  if (job->complete == 0) ask_for_halves(job, 1, rest, 0, 1);
  all_halves(job->recent + dim * group, dim, dim, rest, by, queries, to);
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
