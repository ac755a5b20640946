// The cores that are the same on every instruction set: plain loops and lanes.h. Each variant includes
// this file once and is compiled with its own flags.
#ifndef OFFPRINT_CORES_H
#define OFFPRINT_CORES_H

#include <math.h>

#include "kernels.h"
#include "lanes.h"
#include "exponentials.h"

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

#include "kv4_cores.h"
#include "attend_cores.h"

// ---- laneSum: reference/exact_math.ts --------------------------------------------------------------

static double lane_sum(const double *values, int32_t count) {
  f64s sums[8 / DOUBLES] = {{0}};
  const int32_t whole = count & ~7;
  for (int32_t i = 0; i < whole; i += 8) {
    UNROLL
    for (int part = 0; part < 8 / DOUBLES; part++) {
      f64s some;
      memcpy(&some, values + i + part * DOUBLES, sizeof some);
      sums[part] += some;
    }
  }
  double lanes[8];
  memcpy(lanes, sums, sizeof lanes);
  for (int32_t i = whole; i < count; i++) lanes[i & 7] += values[i];
  return lane_total(load4(lanes), load4(lanes + 4));
}

#include "decoder_cores.h"
#include "softmax_cores.h"
#include "fp32_cores.h"
#include "training_cores.h"

// Where `tile` takes activations as they are.
#define NO_PACKING 0, 0, 0, 0

// The rest of a Variant.
#define CORES                                                                              \
  quantize_token, to_halves, pack_group, attend_head, softmax_row, lane_sum, norm_row, widen_row, \
      add_row, rotate_head, gate_row, half_product, panel_product, attend32,             \
      {panels32,    pack_columns32, product32_piece, straighten,   norm_back,    gain_back, gate_row32, \
       gate_back, soften_row,  soften_back,    sum_products,    scale_row,    squares_of,   adamw_run}

#endif
