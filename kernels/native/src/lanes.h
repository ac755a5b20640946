// Vectors of eight floats and four doubles in the compiler's own vector types (gcc, clang): lane by
// lane they are the scalar IEEE operations, on every instruction set. Only widening codes and 16-bit
// floats needs instructions of the machine. A variant with registers of 64 bytes defines WIDE_LANES.
#ifndef OFFPRINT_LANES_H
#define OFFPRINT_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX2__) && !defined(OFFPRINT_SIMDE)
#include <immintrin.h>
#define LANES_AVX2 1
#if defined(WIDE_LANES) && defined(__AVX512F__)
#define LANES_AVX512 1
#endif
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

// Doubles of a whole register, and as many floats.
#ifdef WIDE_LANES
typedef float f32x16 __attribute__((vector_size(64)));
typedef double f64s __attribute__((vector_size(64)));
typedef int64_t i64s __attribute__((vector_size(64)));
typedef f32x8 f32s;
#else
typedef f64x4 f64s;
typedef i64x4 i64s;
typedef f32x4 f32s;
#endif
enum { DOUBLES = sizeof(f64s) / sizeof(double) };

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

INLINE f64x4 widen4(const float *from) {
#ifdef LANES_AVX2
  return (f64x4)_mm256_cvtps_pd(_mm_loadu_ps(from)); // compilers go through memory for half of it
#else
  f32x4 lanes;
  memcpy(&lanes, from, sizeof lanes);
  return __builtin_convertvector(lanes, f64x4);
#endif
}

INLINE f64s widen(const float *from) {
#ifdef LANES_AVX512
  return (f64s)_mm512_cvtps_pd(_mm256_loadu_ps(from));
#elif defined(WIDE_LANES)
  return __builtin_convertvector(load8(from), f64s);
#else
  return widen4(from);
#endif
}

INLINE f32s narrow(f64s lanes) {
#ifdef LANES_AVX512
  return (f32s)_mm512_cvtpd_ps((__m512d)lanes);
#elif defined(LANES_AVX2)
  return (f32s)_mm256_cvtpd_ps((__m256d)lanes);
#else
  return __builtin_convertvector(lanes, f32s);
#endif
}

INLINE void store_doubles(double *to, f64s lanes) { memcpy(to, &lanes, sizeof lanes); }

INLINE f64s all_doubles(double value) {
  f64s lanes;
  for (int i = 0; i < DOUBLES; i++) lanes[i] = value;
  return lanes;
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

// The end of laneSum: `low` holds lanes 0-3, `high` lanes 4-7.
INLINE double lane_total(f64x4 low, f64x4 high) {
  return ((low[0] + low[1]) + (low[2] + low[3])) + ((high[0] + high[1]) + (high[2] + high[3]));
}

#endif
