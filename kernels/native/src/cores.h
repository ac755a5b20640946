// The cores that are the same on every instruction set: plain loops and lanes.h. Each variant includes
// this file once and is compiled with its own flags.
#ifndef OFFPRINT_CORES_H
#define OFFPRINT_CORES_H

#include <math.h>

#include "kernels.h"
#include "lanes.h"

// ---- activations: reference/activations.ts ---------------------------------------------------------

// Sizes of floats order like their bits without the sign; NaN and infinities come out on top.
#define NOT_FINITE 0x7f800000

// The largest size among `count` floats, as bits.
INLINE int32_t largest_size(const float *x, int32_t count) {
  int32_t most = 0;
  for (int32_t i = 0; i < count; i++) {
    int32_t bits;
    memcpy(&bits, x + i, 4);
    bits &= 0x7fffffff;
    most = bits > most ? bits : most;
  }
  return most;
}

// floor(v) for |v| far below 2^31, in a form that vectorises.
INLINE int32_t floor_int(float v) {
  int32_t whole = (int32_t)v;
  return whole - ((float)whole > v);
}

INLINE float quantize_symmetric(const float *x, int32_t count, float amax, int32_t limit,
                                int8_t *codes, int32_t *sum) {
  float scale = amax / (float)limit;
  if (scale == 0) scale = 1;
  int32_t total = 0;
  for (int32_t i = 0; i < count; i++) {
    int32_t code = floor_int(x[i] / scale + 0.5f);
    code = code > limit ? limit : code;
    code = code < -limit ? -limit : code;
    codes[i] = (int8_t)code;
    total += code;
  }
  *sum = total;
  return scale;
}

INLINE float quantize_range(const float *x, int32_t count, int32_t bits, int8_t *codes,
                            int32_t *sum, float *zero) {
  float min = x[0], max = x[0];
  for (int32_t i = 1; i < count; i++) {
    min = x[i] < min ? x[i] : min;
    max = x[i] > max ? x[i] : max;
  }
  int32_t top = (1 << bits) - 1, half = 1 << (bits - 1), total = 0;
  float scale = (float)(((double)max - (double)min) / top);
  if (scale == 0) scale = fabsf(min);
  if (scale == 0) scale = 1;
  for (int32_t i = 0; i < count; i++) {
    int32_t code = (int32_t)floor(((double)x[i] - (double)min) / (double)scale + 0.5);
    code = (code > top ? top : code) - half;
    codes[i] = (int8_t)code;
    total += code;
  }
  *sum = total;
  *zero = (float)(-half - (double)min / (double)scale);
  return scale;
}

static int32_t quantize_token(const QuantizeJob *job, int32_t token) {
  const float *x = job->x + (int64_t)token * job->columns;
  int8_t *codes = job->codes + (int64_t)token * job->blocks * job->block_size;
  for (int32_t block = 0; block < job->blocks; block++) {
    int32_t start = block * job->block_size;
    int32_t count = job->columns - start < job->block_size ? job->columns - start : job->block_size;
    int64_t at = (int64_t)token * job->blocks + block;
    int32_t size = largest_size(x + start, count);
    if (size >= NOT_FINITE) {
      while (largest_size(x + start, 1) < NOT_FINITE) start++;
      return start;
    }
    if (job->zeros) {
      job->scales[at] = quantize_range(x + start, count, job->bits[block], codes + start,
                                       job->sums + at, job->zeros + at);
    } else {
      float amax;
      memcpy(&amax, &size, 4);
      job->scales[at] = quantize_symmetric(x + start, count, amax, job->bits[block] == 4 ? 7 : 127,
                                           codes + start, job->sums + at);
    }
    memset(codes + start + count, 0, (size_t)(job->block_size - count));
  }
  return -1;
}

// ---- KV4: reference/kv4.ts -------------------------------------------------------------------------

static void to_halves(const float *from, uint16_t *to, int32_t count) {
  for (int32_t i = 0; i < count; i += 8) store_halves8(to + i, load8(from + i)); // 8 divides headDim
}

typedef struct {
  float scale;
  int32_t zero;
} Range;

INLINE Range channel_range(float min, float max) {
  double amax = -min > max ? -min : max;
  double wanted = ((double)max - (double)min) / 15;
  if (amax / 1024 > wanted) wanted = amax / 1024;
  Range range = {half_to_float(float_to_half((float)wanted)), 0};
  if (range.scale == 0) range.scale = 1;
  range.zero = (int32_t)floor(-(double)min / (double)range.scale + 0.5);
  return range;
}

INLINE uint8_t channel_code(float value, Range range) {
  int32_t code = (int32_t)floor((double)value / (double)range.scale + 0.5) + range.zero;
  return (uint8_t)(code < 0 ? 0 : code > 15 ? 15 : code);
}

// packRuns: of a run of 32 codes, byte i holds codes i and 16 + i.
INLINE void pack_run(const uint8_t *codes, uint8_t *bytes) {
  for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)(codes[i] | codes[16 + i] << 4);
}

static void pack_group(const KvSizes *sizes, const uint16_t *recent, uint8_t *packed) {
  const int32_t dim = sizes->head_dim, group = sizes->group_size;
  uint16_t *numbers = (uint16_t *)packed; // key scales, key zeros, value scales, value zeros
  uint8_t *key_codes = packed + 8 * dim, *value_codes = key_codes + dim * group / 2;
  const uint16_t *keys = recent, *values = recent + dim * group;

  for (int32_t c = 0; c < dim; c++) {
    float row[128], min, max;
    for (int32_t t = 0; t < group; t += 8) store8(row + t, halves8(keys + c * group + t));
    min = max = row[0];
    for (int32_t t = 1; t < group; t++) {
      min = row[t] < min ? row[t] : min;
      max = row[t] > max ? row[t] : max;
    }
    Range range = channel_range(min, max);
    numbers[c] = float_to_half(range.scale);
    numbers[dim + c] = (uint16_t)(int16_t)range.zero;
    uint8_t codes[128];
    for (int32_t t = 0; t < group; t++) codes[t] = channel_code(row[t], range);
    for (int32_t t = 0; t < group; t += 32) pack_run(codes + t, key_codes + (c * group + t) / 2);
  }

  for (int32_t first = 0; first < dim; first += 32) { // 32 channels at a time: one run per token
    int32_t channels = dim - first < 32 ? dim - first : 32;
    float min[32], max[32];
    Range ranges[32];
    for (int32_t c = 0; c < channels; c++) min[c] = max[c] = half_to_float(values[first + c]);
    for (int32_t t = 1; t < group; t++) {
      for (int32_t c = 0; c < channels; c++) {
        float value = half_to_float(values[t * dim + first + c]);
        min[c] = value < min[c] ? value : min[c];
        max[c] = value > max[c] ? value : max[c];
      }
    }
    for (int32_t c = 0; c < channels; c++) {
      ranges[c] = channel_range(min[c], max[c]);
      numbers[2 * dim + first + c] = float_to_half(ranges[c].scale);
      numbers[3 * dim + first + c] = (uint16_t)(int16_t)ranges[c].zero;
    }
    for (int32_t t = 0; t < group; t++) {
      uint8_t codes[32] = {0};
      for (int32_t c = 0; c < channels; c++) {
        codes[c] = channel_code(half_to_float(values[t * dim + first + c]), ranges[c]);
      }
      pack_run(codes, value_codes + (t * sizes->padded_dim + first) / 2);
    }
  }
}

// sum[4 * r + i] += scale * lanes of `runs` runs of 32 codes: those of a run in the order of pack_run.
INLINE void add_runs(const uint8_t *bytes, float scale, const int runs, f32x8 *sum) {
  const f32x8 by = all8(scale);
  UNROLL
  for (int r = 0; r < runs; r++) {
    UNROLL
    for (int i = 0; i < 2; i++) {
      f32x8 low, high;
      nibbles8(bytes + 16 * r + 8 * i, &low, &high);
      sum[4 * r + i] += by * low;
      sum[4 * r + 2 + i] += by * high;
    }
  }
}

// scores[t] = sum over channels of query[c] * keys[c][t], for 32 tokens of codes a run, or of halves.
INLINE void scores_of_codes(const uint8_t *codes, int32_t stride, const float *query, int32_t dim,
                            float minus, const int runs, float *scores) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < 4 * runs; i++) sum[i] = all8(0);
  for (int32_t c = 0; c < dim; c++) add_runs(codes + (int64_t)c * stride, query[c], runs, sum);
  UNROLL
  for (int i = 0; i < 4 * runs; i++) store8(scores + 8 * i, sum[i] - all8(minus));
}

INLINE void scores_of_halves(const uint16_t *keys, int32_t stride, const float *query, int32_t dim,
                             const int runs, float *scores) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < 4 * runs; i++) sum[i] = all8(0);
  for (int32_t c = 0; c < dim; c++) {
    const uint16_t *run = keys + (int64_t)c * stride;
    const f32x8 q = all8(query[c]);
    UNROLL
    for (int i = 0; i < 4 * runs; i++) sum[i] += q * halves8(run + 8 * i);
  }
  UNROLL
  for (int i = 0; i < 4 * runs; i++) store8(scores + 8 * i, sum[i]);
}

// acc[c] = sum over tokens of weights[t] * codes[t][c], for 32 channels a run.
INLINE void values_of_codes(const uint8_t *codes, int32_t stride, const float *weights,
                            int32_t tokens, const int runs, float *acc) {
  f32x8 sum[8];
  UNROLL
  for (int i = 0; i < 4 * runs; i++) sum[i] = all8(0);
  for (int32_t t = 0; t < tokens; t++) add_runs(codes + (int64_t)t * stride, weights[t], runs, sum);
  UNROLL
  for (int i = 0; i < 4 * runs; i++) store8(acc + 8 * i, sum[i]);
}

// A text's groups lie apart in memory: asks for the next one's record while this one is read.
INLINE void read_ahead(const AttendJob *job, int32_t group, int32_t complete, int32_t from,
                       int32_t bytes) {
  if (group + 1 >= complete) return;
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
  for (int32_t i = 0; i < count; i += 16) { // the scratch is long enough to go past the end
    f64x4 e[4];
    UNROLL
    for (int j = 0; j < 4; j++) e[j] = widen4(scores + i + 4 * j) - (double)max;
    exp_negative(e, 4);
    UNROLL
    for (int j = 0; j < 4; j++) {
      const f32x4 weights = __builtin_convertvector(e[j], f32x4);
      memcpy(scores + i + 4 * j, &weights, sizeof weights);
    }
  }
}

static int32_t attend_head(const AttendJob *job) {
  const int32_t dim = job->sizes.head_dim, padded = job->sizes.padded_dim;
  const int32_t group = job->sizes.group_size, seen = job->position + 1;
  const int32_t complete = job->position / group, rest = seen - complete * group;
  float *query = job->scratch, *folded = query + padded, *acc = folded + padded;
  float *scores = acc + 2 * padded; // whole groups
  const float root_scale = (float)(1 / sqrt((double)dim));
  for (int32_t c = 0; c < dim; c++) query[c] = job->q[c] * root_scale;

  for (int32_t g = 0; g < complete; g++) {
    const uint8_t *packed = job->packed[g];
    const uint16_t *numbers = (const uint16_t *)packed;
    float constant = 0;
    for (int32_t c = 0; c < dim; c++) folded[c] = query[c] * half_to_float(numbers[c]);
    for (int32_t c = 0; c < dim; c++) constant += folded[c] * (float)(int16_t)numbers[dim + c];
    const uint8_t *codes = packed + 8 * dim;
    read_ahead(job, g, complete, 0, 8 * dim + dim * group / 2);
    for (int32_t t = 0; t < group; t += 64) { // whole cache lines where a group has several runs
      float *of = scores + g * group + t;
      if (group < 64) scores_of_codes(codes, group / 2, folded, dim, constant, 1, of);
      else scores_of_codes(codes + t / 2, group / 2, folded, dim, constant, 2, of);
    }
  }
  for (int32_t t = 0; t < rest; t += 64) {
    float *of = scores + complete * group + t;
    if (rest - t > 32) scores_of_halves(job->recent + t, group, query, dim, 2, of);
    else scores_of_halves(job->recent + t, group, query, dim, 1, of);
  }

  if (largest_size(scores, seen) >= NOT_FINITE) return 1;
  soften_scores(scores, seen, largest_of(scores, seen));
  const float inverse = (float)(1 / sum_floats(scores, seen));

  for (int32_t c = 0; c < dim; c++) job->output[c] = 0;
  for (int32_t g = 0; g < complete; g++) {
    const uint8_t *packed = job->packed[g];
    const uint16_t *numbers = (const uint16_t *)packed + 2 * dim;
    const uint8_t *codes = packed + 8 * dim + dim * group / 2;
    const float *weights = scores + g * group;
    const int32_t before = 8 * dim + dim * group / 2;
    read_ahead(job, g, complete, before, padded * group / 2);
    for (int32_t c = 0; c < padded; c += 64) {
      if (padded - c < 64) values_of_codes(codes + c / 2, padded / 2, weights, group, 1, acc + c);
      else values_of_codes(codes + c / 2, padded / 2, weights, group, 2, acc + c);
    }
    const float mass = (float)sum_floats(weights, group);
    for (int32_t c = 0; c < dim; c++) {
      float centred = acc[c] - (float)(int16_t)numbers[dim + c] * mass;
      job->output[c] += half_to_float(numbers[c]) * centred;
    }
  }
  const uint16_t *values = job->recent + dim * group;
  const float *weights = scores + complete * group;
  int32_t from = 0;
  for (; from + 32 <= dim; from += 32) { // a sum waits for itself: four at a time
    f32x8 sum[4] = {all8(0), all8(0), all8(0), all8(0)};
    for (int32_t t = 0; t < rest; t++) {
      const uint16_t *row = values + t * dim + from;
      const f32x8 w = all8(weights[t]);
      UNROLL
      for (int i = 0; i < 4; i++) sum[i] += w * halves8(row + 8 * i);
    }
    for (int i = 0; i < 4; i++) store8(acc + from + 8 * i, sum[i]);
  }
  for (; from < dim; from += 8) {
    f32x8 sum = all8(0);
    for (int32_t t = 0; t < rest; t++) sum += all8(weights[t]) * halves8(values + t * dim + from);
    store8(acc + from, sum);
  }
  for (int32_t c = 0; c < dim; c++) job->output[c] = (job->output[c] + acc[c]) * inverse;
  return 0;
}

// ---- laneSum: reference/exact_math.ts --------------------------------------------------------------

static double lane_sum(const double *values, int32_t count) {
  f64x4 low = {0}, high = {0};
  int32_t whole = count & ~7;
  for (int32_t i = 0; i < whole; i += 8) {
    f64x4 a, b;
    memcpy(&a, values + i, sizeof a);
    memcpy(&b, values + i + 4, sizeof b);
    low += a;
    high += b;
  }
  double lanes[8];
  memcpy(lanes, &low, sizeof low);
  memcpy(lanes + 4, &high, sizeof high);
  for (int32_t i = whole; i < count; i++) lanes[i & 7] += values[i];
  memcpy(&low, lanes, sizeof low);
  memcpy(&high, lanes + 4, sizeof high);
  return lane_total(low, high);
}

#include "decoder_cores.h"
#include "softmax_cores.h"

// Where `tile` takes activations as they are.
#define NO_PACKING 0, 0, 0, 0

// The rest of a Variant.
#define CORES                                                                              \
  quantize_token, to_halves, pack_group, attend_head, softmax_row, lane_sum, norm_row, widen_row, \
      add_row, rotate_head, gate_row, half_product

#endif
