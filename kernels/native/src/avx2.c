// AVX2 without VNNI: `maddubs` multiplies bytes and adds pairs in 16 bits, saturating. How often the
// 16-bit sums must be emptied follows from the codes: a pair is at most 2·15·8 with 4-bit activations,
// so a whole block of 128 columns (32 pairs, 7680) fits, and a bias of 8·8·128 to begin with; with
// 8-bit ones it is 2·15·128, and eight pairs (30720) fit: four words.
#include "intrinsics.h"

// Assembly keeps sums in registers and in order: compilers reassociate those of unrolled code, run out
// of registers and spill. Not where another processor emulates.
#if defined(__x86_64__) && !defined(OFFPRINT_SIMDE)
#define IN_ASSEMBLY 1
#endif

static inline __attribute__((always_inline)) __m256i add4(__m256i acc, __m256i w, __m256i a) {
#ifdef IN_ASSEMBLY
  __m256i pairs;
  __asm__("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0" : "+x"(acc), "=&x"(pairs) : "x"(w), "x"(a));
  return acc;
#else
  return _mm256_add_epi16(acc, _mm256_maddubs_epi16(w, a));
#endif
}

static inline int words_of(int bits) { return bits == 4 ? 16 : 4; }

static inline __m256i whole(__m256i acc) { return _mm256_madd_epi16(acc, _mm256_set1_epi16(1)); }

static inline __m256i join(__m256i acc, __m256i other) { return _mm256_add_epi16(acc, other); }

#define FEW_TURNS 2 // a sum of 16 bits is there in the next cycle

// 8-bit weights leave no room for 16-bit sums of several products, and only just for one pair:
// |a| as unsigned bytes times w with the sign of a, 2·128·127 at most.
static inline __m256i widen8(__m256i w) { return w; }

static inline __attribute__((always_inline)) __m256i add8(__m256i acc, __m256i w, __m256i a) {
  __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(w, a));
  return _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

#define BIAS8 0

static inline int32_t first_sum(int bits, int32_t bias) { return bits == 4 ? bias & 0xffff : bias; }

#include "ymm.h"
#ifdef IN_ASSEMBLY
#include "block_sums_avx2.inc.h"
#endif

#include "tile_ymm.inc.h"

const Variant offprint_avx2 = {EVERY_TOKEN, 8, PANEL_GROUPS, tile4, tile8, peak, PACKING, CORES};
