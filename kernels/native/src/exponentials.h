// expNegative of reference/exact_math.ts in vectors of a register's width. Included by cores.h.
#ifndef OFFPRINT_EXPONENTIALS_H
#define OFFPRINT_EXPONENTIALS_H

// 1/13!, 1/12!, ... 1/0!
static const double TAYLOR[14] = {
    1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
    1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};

// Sums the series at r, of `count` vectors (a constant) in step: each step of Horner's rule waits for the one
// before it. Assembly for eight: compilers finish one vector after the other, or keep one in memory.
INLINE void taylor_series(const f64s *r, f64s *series, const int count) {
#ifdef LANES_AVX2
  if (count == 8) {
    const double *term = TAYLOR, *end = TAYLOR + 14;
    f64s one;
// Step of vector i, whose r lies `at` bytes on.
#define TIMES(i, at) "vmulpd " #at "(%[r]), %" #i ", %" #i "\n\t"
#define PLUS(i) "vaddpd %[one], %" #i ", %" #i "\n\t"
#define FIRST(i) "vbroadcastsd (%[term]), %" #i "\n\t"
#ifdef LANES_AVX512
#define REGISTER "v"
#define ALL_TIMES \
  TIMES(0, 0) TIMES(1, 64) TIMES(2, 128) TIMES(3, 192) TIMES(4, 256) TIMES(5, 320) TIMES(6, 384) TIMES(7, 448)
#else
#define REGISTER "x"
#define ALL_TIMES \
  TIMES(0, 0) TIMES(1, 32) TIMES(2, 64) TIMES(3, 96) TIMES(4, 128) TIMES(5, 160) TIMES(6, 192) TIMES(7, 224)
#endif
    __asm__(FIRST(0) FIRST(1) FIRST(2) FIRST(3) FIRST(4) FIRST(5) FIRST(6) FIRST(7)
            "add $8, %[term]\n"
            "1:\tvbroadcastsd (%[term]), %[one]\n\t" ALL_TIMES
            PLUS(0) PLUS(1) PLUS(2) PLUS(3) PLUS(4) PLUS(5) PLUS(6) PLUS(7)
            "add $8, %[term]\n\tcmp %[end], %[term]\n\tjne 1b"
            : "=&" REGISTER(series[0]), "=&" REGISTER(series[1]), "=&" REGISTER(series[2]),
              "=&" REGISTER(series[3]), "=&" REGISTER(series[4]), "=&" REGISTER(series[5]),
              "=&" REGISTER(series[6]), "=&" REGISTER(series[7]), [one] "=&" REGISTER(one),
              [term] "+r"(term)
            : [r] "r"(r), [end] "r"(end), "m"(*(const f64s(*)[8])r), "m"(TAYLOR)
            : "cc");
#undef TIMES
#undef PLUS
#undef FIRST
#undef REGISTER
#undef ALL_TIMES
    return;
  }
#endif
  UNROLL
  for (int i = 0; i < count; i++) series[i] = all_doubles(TAYLOR[0]);
  UNROLL
  for (int k = 1; k < 14; k++) {
    UNROLL
    for (int i = 0; i < count; i++) series[i] = series[i] * r[i] + TAYLOR[k];
  }
}

// expNegative of reference/exact_math.ts, lane by lane, of `count` vectors at once (a constant, at most 8).
INLINE void exp_negative(f64s *x, const int count) {
  const double rounder = 6755399441055744; // 1.5 * 2^52
  f64s r[8], series[8], shifted[8];
  UNROLL
  for (int i = 0; i < count; i++) {
    f64s clamped = (f64s)((i64s)x[i] & (i64s)(x[i] >= -708)); // below the limit (or NaN): 0 ...
    shifted[i] = clamped * 1.4426950408889634 + rounder;
    f64s n = shifted[i] - rounder;
    r[i] = (clamped - n * 0.6931471803691238) - n * 1.9082149292705877e-10;
  }
  taylor_series(r, series, count);
  UNROLL
  for (int i = 0; i < count; i++) {
    // The low bits of the shifted number hold n: move it to the exponent.
    i64s power = ((i64s)shifted[i] - 0x4338000000000000 + 1023) << 52;
    // ... and here their result does
    x[i] = (f64s)((i64s)(series[i] * (f64s)power) & (i64s)(x[i] >= -708));
  }
}

#endif
