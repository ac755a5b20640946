// The sums of a block for AVX2, in assembly: twelve accumulators, two weights, an activation and a
// product are the sixteen registers, and compilers spill some of them.
//
// The order matters on Zen 3: two products, then two sums, is 7 % faster than turn and turn about.

#include <stdint.h>

static const int16_t sixteen_ones[16] __attribute__((aligned(32))) = {1, 1, 1, 1, 1, 1, 1, 1,
                                                                      1, 1, 1, 1, 1, 1, 1, 1};

// Token m at accumulators r and s: four activation bytes at `at` times the weights of both groups.
#define PRODUCTS(at, r, s)                        \
  "vpbroadcastd " at "(%[a]), %%ymm14\n\t"        \
  "vpmaddubsw %%ymm14, %%ymm12, %%ymm15\n\t"      \
  "vpmaddubsw %%ymm14, %%ymm13, %%ymm14\n\t"      \
  "vpaddw %%ymm15, %%ymm" #r ", %%ymm" #r "\n\t"  \
  "vpaddw %%ymm14, %%ymm" #s ", %%ymm" #s "\n\t"

#define BEGIN_FIRST(m, r, s) \
  "vpbroadcastd 4*" #m "(%[first]), %%ymm" #r "\n\tvmovdqa %%ymm" #r ", %%ymm" #s "\n\t"
#define BEGIN_ZERO(m, r, s)                               \
  "vpxor %%xmm" #r ", %%xmm" #r ", %%xmm" #r "\n\t"       \
  "vpxor %%xmm" #s ", %%xmm" #s ", %%xmm" #s "\n\t"

#define PUT(r) \
  "vpmaddwd (%[ones]), %%ymm" #r ", %%ymm" #r "\n\tvmovdqa %%ymm" #r ", 32*" #r "(%[sums])\n\t"
#define ADD(r)                                                                            \
  "vpmaddwd (%[ones]), %%ymm" #r ", %%ymm" #r "\n\t"                                      \
  "vpaddd 32*" #r "(%[sums]), %%ymm" #r ", %%ymm" #r "\n\tvmovdqa %%ymm" #r ", 32*" #r "(%[sums])\n\t"
#define END_PUT(m, r, s) PUT(r) PUT(s)
#define END_ADD(m, r, s) ADD(r) ADD(s)

// Token m's sums as floats, times the scales of token and rows, added to y; `more` is what other words
// of the block have left.
#define TO_Y(m, r, s, more)                                                                         \
  "vbroadcastss 4*" #m "(%[scales]), %%ymm14\n\t"                                                   \
  "vpmaddwd (%[ones]), %%ymm" #r ", %%ymm" #r "\n\t" more(r) INTO_Y(r, "0", "64*" #m)              \
  "vpmaddwd (%[ones]), %%ymm" #s ", %%ymm" #s "\n\t" more(s) INTO_Y(s, "32", "64*" #m "+32")
#define INTO_Y(r, rows, at)                                                                         \
  "vmulps " rows "(%[rows]), %%ymm14, %%ymm15\n\t"                                                      \
  "vcvtdq2ps %%ymm" #r ", %%ymm" #r "\n\t"                                                          \
  "vmulps %%ymm15, %%ymm" #r ", %%ymm" #r "\n\t"                                                    \
  "vaddps " at "(%[y]), %%ymm" #r ", %%ymm" #r "\n\t"                                               \
  "vmovaps %%ymm" #r ", " at "(%[y])\n\t"
#define NO_MORE(r)
#define MORE(r) "vpaddd 32*" #r "(%[sums]), %%ymm" #r ", %%ymm" #r "\n\t"
#define END_Y(m, r, s) TO_Y(m, r, s, NO_MORE)
#define END_Y_MORE(m, r, s) TO_Y(m, r, s, MORE)

// The same for 3 to 6 tokens.
#define EACH_3(of) of(0, 0, 1) of(1, 2, 3) of(2, 4, 5)
#define EACH_4(of) EACH_3(of) of(3, 6, 7)
#define EACH_5(of) EACH_4(of) of(4, 8, 9)
#define EACH_6(of) EACH_5(of) of(5, 10, 11)
#define PRODUCTS_3(from) PRODUCTS(from, 0, 1) PRODUCTS(from "+4", 2, 3) PRODUCTS(from "+8", 4, 5)
#define PRODUCTS_4(from) PRODUCTS_3(from) PRODUCTS(from "+12", 6, 7)
#define PRODUCTS_5(from) PRODUCTS_4(from) PRODUCTS(from "+16", 8, 9)
#define PRODUCTS_6(from) PRODUCTS_5(from) PRODUCTS(from "+20", 10, 11)
// One word: the four columns of the low nibbles, then those of the high ones.
#define WORD(tokens, u)                                                                        \
  "vmovdqa 128*" #u "(%[w]), %%ymm12\n\t"                                                      \
  "vmovdqa 128*" #u "+32(%[w]), %%ymm13\n\t"                                                   \
  PRODUCTS_##tokens("8*" #tokens "*" #u)                                                       \
  "vmovdqa 128*" #u "+64(%[w]), %%ymm12\n\t"                                                   \
  "vmovdqa 128*" #u "+96(%[w]), %%ymm13\n\t"                                                   \
  PRODUCTS_##tokens("8*" #tokens "*" #u "+4*" #tokens)

// `count` times four words.
#define SUM_WORDS(tokens, begin, end, count)                                                   \
  {                                                                                            \
    int64_t left = count;                                                                      \
    __asm__ volatile(                                                                          \
        EACH_##tokens(begin)                                                                  \
        "0:\n\t"                                                                               \
        WORD(tokens, 0) WORD(tokens, 1) WORD(tokens, 2) WORD(tokens, 3)                        \
        "add $32*" #tokens ", %[a]\n\t"                                                        \
        "add $512, %[w]\n\t"                                                                   \
        "dec %[left]\n\t"                                                                      \
        "jnz 0b\n\t"                                                                           \
        EACH_##tokens(end)                                                                      \
        : [a] "+r"(a), [w] "+r"(w), [left] "+r"(left)                                          \
        : [first] "r"(first), [sums] "r"(sums), [ones] "r"(sixteen_ones), [scales] "r"(scales), \
          [rows] "r"(rows), [y] "r"(y)                                                         \
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",      \
          "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");               \
  }

// The sums of a block into `sums`; or, with `y`, times their scales into y.
#define BLOCK_OF(tokens)                                                                       \
  static inline __attribute__((always_inline)) void block_of_##tokens(                         \
      const uint8_t *a, const Pair *w, int32_t words, int32_t bits, const int32_t *first,  \
      const float *scales, const float *rows, float *y, __m256i *sums) {        \
    if (bits == 4) {                                                                           \
      if (y) SUM_WORDS(tokens, BEGIN_FIRST, END_Y, words / 4)                                  \
      else SUM_WORDS(tokens, BEGIN_FIRST, END_PUT, words / 4)                                  \
      return;                                                                                  \
    }                                                                                          \
    for (int m = 0; m < tokens; m++) {                                                         \
      sums[2 * m] = sums[2 * m + 1] = _mm256_set1_epi32(first[m]);                             \
    }                                                                                          \
    for (; words > (y ? 4 : 0); words -= 4) SUM_WORDS(tokens, BEGIN_ZERO, END_ADD, 1)          \
    if (y) SUM_WORDS(tokens, BEGIN_ZERO, END_Y_MORE, 1)                                        \
  }
BLOCK_OF(3) BLOCK_OF(4) BLOCK_OF(5) BLOCK_OF(6)

// The address sanitizer does not look into assembly: under it, C first reads all that it will touch.
#ifdef __SANITIZE_ADDRESS__
static void look_at(const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) (void)((const volatile uint8_t *)from)[i];
}
#endif

static inline __attribute__((always_inline)) void block_of(
    const uint8_t *a, const Pair *w, int32_t words, int32_t bits, const int32_t *first,
    const float *scales, const float *rows, float *y, __m256i *sums, const int tokens) {
#ifdef __SANITIZE_ADDRESS__
  look_at(a, (size_t)(8 * words * tokens));
  look_at(w, (size_t)words * 2 * sizeof *w);
  look_at(first, sizeof *first * (size_t)tokens);
  look_at(sums, sizeof *sums * 2 * (size_t)tokens);
  if (y) {
    look_at(scales, sizeof *scales * (size_t)tokens);
    look_at(rows, 16 * sizeof *rows);
    look_at(y, 16 * sizeof *y * (size_t)tokens);
  }
#endif
  if (tokens == 3) block_of_3(a, w, words, bits, first, scales, rows, y, sums);
  if (tokens == 4) block_of_4(a, w, words, bits, first, scales, rows, y, sums);
  if (tokens == 5) block_of_5(a, w, words, bits, first, scales, rows, y, sums);
  if (tokens == 6) block_of_6(a, w, words, bits, first, scales, rows, y, sums);
}

#define BLOCK_SUMS(a, w, words, bits, first, sums, tokens) \
  block_of(a, w, words, bits, first, 0, 0, 0, sums, tokens)
#define ADD_BLOCK(a, head, w, words, bits, rows, y, tokens)                                         \
  {                                                                                                 \
    __m256i emptied[2 * 6];                                                                         \
    block_of(a, w, words, bits, (head)->first, (head)->scales, rows, y, emptied, tokens);         \
  }
