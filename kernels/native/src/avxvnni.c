// AVX-VNNI: `vpdpbusd` multiplies bytes and adds groups of four to 32-bit lanes, without saturation.
#include "intrinsics.h"

// In assembly where it is not emulated: around the intrinsic, gcc keeps a copy of every sum in memory.
static inline __attribute__((always_inline)) __m256i add4(__m256i acc, __m256i w, __m256i a) {
#ifdef OFFPRINT_SIMDE
  return _mm256_dpbusd_avx_epi32(acc, w, a);
#else
  __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(acc) : "x"(w), "x"(a));
  return acc;
#endif
}

static inline int words_of(int bits) {
  (void)bits;
  return 16; // the whole of the largest block
}

static inline __m256i whole(__m256i acc) { return acc; }

static inline __m256i join(__m256i acc, __m256i other) { return _mm256_add_epi32(acc, other); }

#define FEW_TURNS 2 // ten chains of five cycles at most for two a cycle

static inline int32_t first_sum(int bits, int32_t bias) {
  (void)bits;
  return bias;
}

static inline __m256i widen8(__m256i w) { return _mm256_xor_si256(w, _mm256_set1_epi8(-128)); }

static inline __attribute__((always_inline)) __m256i add8(__m256i acc, __m256i w, __m256i a) {
  return add4(acc, w, a);
}

#define BIAS8 128

#include "tile_ymm.inc.h"

const Variant offprint_avxvnni = {EVERY_TOKEN, 8, PANEL_GROUPS, tile4, tile8, peak, PACKING, CORES};
