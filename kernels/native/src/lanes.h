// Vectors of eight floats and four doubles in the compiler's own vector types (gcc, clang): lane by
// lane they are the scalar IEEE operations, on every instruction set. Only widening codes and 16-bit
// floats needs instructions of the machine.
#ifndef OFFPRINT_LANES_H
#define OFFPRINT_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX2__) && !defined(OFFPRINT_SIMDE)
#include <immintrin.h>
#define LANES_AVX2 1
#elif defined(__aarch64__)
#include <arm_neon.h>
#define LANES_NEON 1
#endif

typedef float f32x8 __attribute__((vector_size(32)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef double f64x4 __attribute__((vector_size(32)));
typedef int64_t i64x4 __attribute__((vector_size(32)));

#define INLINE static inline __attribute__((always_inline))

// Before a loop over registers: its arrays can only stay in registers when it is unrolled completely.
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

INLINE f32x8 load8(const float *from) {
  f32x8 lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

INLINE void store8(float *to, f32x8 lanes) { memcpy(to, &lanes, sizeof lanes); }

INLINE f32x8 all8(float value) {
  return (f32x8){value, value, value, value, value, value, value, value};
}

INLINE f64x4 load4(const double *from) {
  f64x4 lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

INLINE void store4(double *to, f64x4 lanes) { memcpy(to, &lanes, sizeof lanes); }

INLINE f64x4 widen4(const float *from) {
#ifdef LANES_AVX2
  return (f64x4)_mm256_cvtps_pd(_mm_loadu_ps(from)); // compilers go through memory for half of it
#else
  f32x4 lanes;
  memcpy(&lanes, from, sizeof lanes);
  return __builtin_convertvector(lanes, f64x4);
#endif
}

INLINE f32x4 narrow4(f64x4 lanes) {
#ifdef LANES_AVX2
  return (f32x4)_mm256_cvtpd_ps((__m256d)lanes);
#else
  return __builtin_convertvector(lanes, f32x4);
#endif
}

// The larger of two in each lane; of two zeros, or beside a NaN, either.
INLINE f32x8 larger8(f32x8 a, f32x8 b) {
#ifdef LANES_AVX2
  return (f32x8)_mm256_max_ps((__m256)a, (__m256)b);
#else
  const i32x8 above = (i32x8)(a > b);
  return (f32x8)(((i32x8)a & above) | ((i32x8)b & ~above));
#endif
}

// Bit i: lane i is larger than `value`.
INLINE int32_t above8(f32x8 lanes, float value) {
  const i32x8 above = (i32x8)(lanes > all8(value));
#ifdef LANES_AVX2
  return _mm256_movemask_ps((__m256)above);
#else
  int32_t bits = 0;
  for (int i = 0; i < 8; i++) bits |= (above[i] & 1) << i;
  return bits;
#endif
}

// Bit i: lane i is `value`.
INLINE int32_t equal8(f32x8 lanes, float value) {
  const i32x8 equal = (i32x8)(lanes == all8(value));
#ifdef LANES_AVX2
  return _mm256_movemask_ps((__m256)equal);
#else
  int32_t bits = 0;
  for (int i = 0; i < 8; i++) bits |= (equal[i] & 1) << i;
  return bits;
#endif
}

// Whether any lane has a bit.
INLINE int any4(i32x4 lanes) {
  int64_t halves[2];
  memcpy(halves, &lanes, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// The low and the high nibbles of eight bytes.
INLINE void nibbles8(const uint8_t *from, f32x8 *low, f32x8 *high) {
#ifdef LANES_AVX2
  __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
  *low = (f32x8)_mm256_cvtepi32_ps(_mm256_and_si256(bytes, _mm256_set1_epi32(15)));
  *high = (f32x8)_mm256_cvtepi32_ps(_mm256_srli_epi32(bytes, 4));
#else
  for (int i = 0; i < 8; i++) (*low)[i] = (float)(from[i] & 15);
  for (int i = 0; i < 8; i++) (*high)[i] = (float)(from[i] >> 4);
#endif
}

INLINE float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff, bits;
  float value;
  if (rest >= 0x0400) { // normal (infinities and NaN are never stored)
    bits = (rest << 13) + ((127 - 15) << 23);
    memcpy(&value, &bits, 4);
  } else {
    value = (float)rest * 0x1p-24f;
  }
  memcpy(&bits, &value, 4);
  bits |= sign;
  memcpy(&value, &bits, 4);
  return value;
}

// Rounds to nearest even; `value` is below 65520 in size.
INLINE uint16_t float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits < (uint32_t)(127 - 14) << 23) { // subnormal: a multiple of 2^-24
    float positive;
    memcpy(&positive, &bits, 4);
    positive += 0.5f; // the last bit of 0.5f .. 1 is 2^-24: the sum rounds for us
    memcpy(&bits, &positive, 4);
    return (uint16_t)(sign | (bits - 0x3f000000));
  }
  bits += 0xfff + (bits >> 13 & 1);
  return (uint16_t)(sign | ((bits - ((127 - 15) << 23)) >> 13));
}

INLINE f32x8 halves8(const uint16_t *from) {
#ifdef LANES_AVX2
  return (f32x8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
#elif defined(LANES_NEON)
  uint16x8_t halves = vld1q_u16(from);
  float32x4_t low = vcvt_f32_f16(vreinterpret_f16_u16(vget_low_u16(halves)));
  float32x4_t high = vcvt_f32_f16(vreinterpret_f16_u16(vget_high_u16(halves)));
  f32x8 lanes;
  memcpy(&lanes, &low, 16);
  memcpy((char *)&lanes + 16, &high, 16);
  return lanes;
#else
  f32x8 lanes;
  for (int i = 0; i < 8; i++) lanes[i] = half_to_float(from[i]);
  return lanes;
#endif
}

// Eight whole numbers of 16 bits.
INLINE f32x8 wholes8(const uint16_t *from) {
#ifdef LANES_AVX2
  return (f32x8)_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)from)));
#else
  i16x8 wholes;
  memcpy(&wholes, from, sizeof wholes);
  return __builtin_convertvector(__builtin_convertvector(wholes, i32x8), f32x8);
#endif
}

INLINE void store_halves8(uint16_t *to, f32x8 lanes) {
#ifdef LANES_AVX2
  _mm_storeu_si128((__m128i *)to, _mm256_cvtps_ph((__m256)lanes, _MM_FROUND_TO_NEAREST_INT));
#else
  for (int i = 0; i < 8; i++) to[i] = float_to_half(lanes[i]);
#endif
}

// 1/13!, 1/12!, ... 1/0!
static const double TAYLOR[14] = {
    1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
    1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};

// Sums the series at r, of `count` vectors (a constant) in step: each step of Horner's rule waits for the one
// before it. Assembly for eight: compilers finish one vector after the other, or keep one in memory.
INLINE void taylor_series(const f64x4 *r, f64x4 *series, const int count) {
#ifdef LANES_AVX2
  if (count == 8) {
    const double *term = TAYLOR, *end = TAYLOR + 14;
    f64x4 one;
    __asm__("vbroadcastsd (%[term]), %0\n\t"
            "vmovapd %0, %1\n\tvmovapd %0, %2\n\tvmovapd %0, %3\n\tvmovapd %0, %4\n\t"
            "vmovapd %0, %5\n\tvmovapd %0, %6\n\tvmovapd %0, %7\n\t"
            "add $8, %[term]\n"
            "1:\tvbroadcastsd (%[term]), %[one]\n\t"
            "vmulpd (%[r]), %0, %0\n\tvmulpd 32(%[r]), %1, %1\n\t"
            "vmulpd 64(%[r]), %2, %2\n\tvmulpd 96(%[r]), %3, %3\n\t"
            "vmulpd 128(%[r]), %4, %4\n\tvmulpd 160(%[r]), %5, %5\n\t"
            "vmulpd 192(%[r]), %6, %6\n\tvmulpd 224(%[r]), %7, %7\n\t"
            "vaddpd %[one], %0, %0\n\tvaddpd %[one], %1, %1\n\t"
            "vaddpd %[one], %2, %2\n\tvaddpd %[one], %3, %3\n\t"
            "vaddpd %[one], %4, %4\n\tvaddpd %[one], %5, %5\n\t"
            "vaddpd %[one], %6, %6\n\tvaddpd %[one], %7, %7\n\t"
            "add $8, %[term]\n\tcmp %[end], %[term]\n\tjne 1b"
            : "=&x"(series[0]), "=&x"(series[1]), "=&x"(series[2]), "=&x"(series[3]),
              "=&x"(series[4]), "=&x"(series[5]), "=&x"(series[6]), "=&x"(series[7]),
              [one] "=&x"(one), [term] "+r"(term)
            : [r] "r"(r), [end] "r"(end), "m"(*(const f64x4(*)[8])r), "m"(TAYLOR)
            : "cc");
    return;
  }
#endif
  UNROLL
  for (int i = 0; i < count; i++) series[i] = (f64x4){TAYLOR[0], TAYLOR[0], TAYLOR[0], TAYLOR[0]};
  UNROLL
  for (int k = 1; k < 14; k++) {
    UNROLL
    for (int i = 0; i < count; i++) series[i] = series[i] * r[i] + TAYLOR[k];
  }
}

// expNegative of reference/exact_math.ts, lane by lane, of `count` vectors at once (a constant, at most 8).
INLINE void exp_negative(f64x4 *x, const int count) {
  const double rounder = 6755399441055744; // 1.5 * 2^52
  f64x4 r[8], series[8], shifted[8];
  UNROLL
  for (int i = 0; i < count; i++) {
    f64x4 clamped = (f64x4)((i64x4)x[i] & (i64x4)(x[i] >= -708)); // below the limit (or NaN): 0 ...
    shifted[i] = clamped * 1.4426950408889634 + rounder;
    f64x4 n = shifted[i] - rounder;
    r[i] = (clamped - n * 0.6931471803691238) - n * 1.9082149292705877e-10;
  }
  taylor_series(r, series, count);
  UNROLL
  for (int i = 0; i < count; i++) {
    // The low bits of the shifted number hold n: move it to the exponent.
    i64x4 power = ((i64x4)shifted[i] - 0x4338000000000000 + 1023) << 52;
    // ... and here their result does
    x[i] = (f64x4)((i64x4)(series[i] * (f64x4)power) & (i64x4)(x[i] >= -708));
  }
}

INLINE f64x4 exp_negative4(f64x4 x) {
  exp_negative(&x, 1);
  return x;
}

// The end of laneSum: `low` holds lanes 0-3, `high` lanes 4-7.
INLINE double lane_total(f64x4 low, f64x4 high) {
  return ((low[0] + low[1]) + (low[2] + low[3])) + ((high[0] + high[1]) + (high[2] + high[3]));
}

#endif
