// AVX-512 with VNNI: `vpdpbusd` on two groups of eight rows in a vector, 32 registers.
#define WIDE_LANES
#include "tile.h"
#include "zmm.h"

// In assembly where it is not emulated: around the intrinsic, gcc keeps a copy of every sum in memory.
INLINE Vector add4(Vector acc, Vector w, Vector a) {
#ifdef OFFPRINT_SIMDE
  return _mm512_dpbusd_epi32(acc, w, a);
#else
  __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(w), "v"(a));
  return acc;
#endif
}

// ---- few tokens ------------------------------------------------------------------------------------

enum { FEW_TOKENS = 5 }; // one fewer than a panel takes

// What counts is to read the weights in one stream, as they lie, a group at a time: two words of eight rows
// in a vector. Each token has `turns` sums in turn, since one would wait for itself.
INLINE void few_tokens(const GemmJob *job, const Tile *tile, const int size, const int tokens, const int turns) {
  const int64_t stride = (int64_t)job->blocks * size, blocks = job->blocks;
  // Which of 16 activation bytes, held in every 128 bits, meet the low nibbles of the first word (lower
  // half) and of the second (upper half); and which the high nibbles.
  const Vector firsts = _mm512_inserti64x4(_mm512_set1_epi32(0x03020100), _mm256_set1_epi32(0x0b0a0908), 1);
  const Vector seconds = _mm512_add_epi32(firsts, _mm512_set1_epi32(0x04040404));
  const uint32_t *words = words_at(job, tile->group, tile->first);
  const int64_t ahead = read_ahead(job, tile);
  const int8_t *a = codes_at(job, tile->token, tile->first);
  const float *scales = job->w_scales + rows_at(job, tile->group, tile->first);
  const float *a_scales = job->a_scales + tile->token * blocks;
  const int32_t *a_sums = job->a_sums + tile->token * blocks;
  float y[FEW_TOKENS][GROUP_ROWS];
  for (int m = 0; m < tokens; m++) load_rows(job, tile, tile->token + m, tile->group, y[m]);
  for (int32_t block = tile->first; block < tile->last; block++) {
    Vector acc[FEW_TOKENS][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int i = 0; i < turns; i++) acc[m][i] = splat(0);
    }
    UNROLL
    for (int u = 0; u < size; u += 16) {
      ASK(words + u, ahead);
      const Vector x = _mm512_loadu_si512(words + u);
      const Vector w_low = low_nibbles(x), w_high = high_nibbles(x);
      const int i = u / 8 % turns;
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const Vector all = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(a + m * stride + u)));
        acc[m][i] = add4(acc[m][i], w_low, _mm512_shuffle_epi8(all, firsts));
        acc[m][i + 1] = add4(acc[m][i + 1], w_high, _mm512_shuffle_epi8(all, seconds));
      }
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      Vector sum = add32(acc[m][0], acc[m][1]);
      if (turns == 4) sum = add32(sum, add32(acc[m][2], acc[m][3]));
      __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
      eight = _mm256_sub_epi32(eight, _mm256_set1_epi32(8 * a_sums[m * blocks + block]));
      if (__builtin_expect(job->zeros != 0, 0)) {
        int32_t sums[GROUP_ROWS];
        _mm256_storeu_si256((__m256i *)sums, eight);
        add_sums(job, tile->token + m, tile->group, block, 0, sums, y[m]);
      } else {
        const f32x8 both = all8(a_scales[m * blocks + block]) * load8(scales);
        store8(y[m], load8(y[m]) + both * (f32x8)_mm256_cvtepi32_ps(eight));
      }
    }
    words += size;
    a += size;
    scales += GROUP_ROWS;
  }
  for (int m = 0; m < tokens; m++) store_rows(job, tile->token + m, tile->group, y[m]);
}

// For blocks of 32, 64 and 128 columns.
#define FEW(tokens, turns)                                                                                     \
  static void few_##tokens##_32(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 32, tokens, turns); } \
  static void few_##tokens##_64(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 64, tokens, turns); } \
  static void few_##tokens##_128(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 128, tokens, turns); }
FEW(1, 4) FEW(2, 4) FEW(3, 4) FEW(4, 2) FEW(5, 2)
#define FEW_OF(tokens) {few_##tokens##_32, few_##tokens##_64, few_##tokens##_128}

static void by_group(const GemmJob *job, const Tile *tile) {
  static void (*const few[][3])(const GemmJob *, const Tile *) = {
      {0}, FEW_OF(1), FEW_OF(2), FEW_OF(3), FEW_OF(4), FEW_OF(5)};
  const int size = job->block_size == 32 ? 0 : job->block_size == 64 ? 1 : 2;
  Tile part = *tile;
  for (int32_t g = 0; g < tile->groups; g++) {
    part.group = tile->group + g;
    for (int32_t done = 0; done < tile->tokens; done += part.tokens) {
      part.token = tile->token + done;
      part.tokens = tile->tokens - done < FEW_TOKENS ? tile->tokens - done : FEW_TOKENS;
      few[part.tokens][size](job, &part);
    }
  }
}

// ---- many tokens -----------------------------------------------------------------------------------

static inline int words_of(int bits) {
  (void)bits;
  return 16; // the whole of the largest block
}

static inline int32_t first_sum(int bits, int32_t bias) {
  (void)bits;
  return bias;
}

INLINE Vector whole(Vector acc) { return acc; }

#define PANEL_TOKENS 12 // 24 sums of the 32 registers
#define PANEL_FROM 6
#define EACH_PANEL(of) of(6) of(7) of(8) of(9) of(10) of(11) of(12)
#define DIRECT 3 // parts: below, unpacking on the way costs less than putting bytes down
#include "panel.inc.h"

static void tile4(const GemmJob *job, const Tile *tile) {
  if (job->packed) panel(job, tile);
  else by_group(job, tile);
}

// ---- 8-bit weights ---------------------------------------------------------------------------------

// The same four columns of two groups of rows; of one, twice, where there is no second.
INLINE Vector load_pair(const int8_t *low, const int8_t *high) {
  Vector pair = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)low));
  return _mm512_inserti64x4(pair, _mm256_loadu_si256((const __m256i *)high), 1);
}

INLINE void tile8_of(const GemmJob *job, const Tile *tile, const int tokens, const int pairs) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const Vector top = _mm512_set1_epi8(-128);
  float y[12][8][GROUP_ROWS] __attribute__((aligned(64)));
  const int groups = 2 * pairs <= tile->groups ? 2 * pairs : tile->groups;
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) {
      load_rows(job, tile, tile->token + m, tile->group + g, y[m][g]);
    }
  }
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *a = codes_at(job, tile->token, block);
    const int8_t *values[8];
    for (int g = 0; g < 2 * pairs; g++) {
      values[g] = values_at(job, tile->group + (g < groups ? g : groups - 1), block);
    }
    Vector acc[12][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int p = 0; p < pairs; p++) acc[m][p] = splat(0);
    }
    for (int32_t u = 0; u < job->block_size; u += 4) {
      Vector w[4];
      UNROLL
      for (int p = 0; p < pairs; p++) {
        w[p] = load_pair(values[2 * p] + 8 * u, values[2 * p + 1] + 8 * u);
        w[p] = _mm512_xor_si512(w[p], top); // w + 128, unsigned
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const Vector four = broadcast4(a + m * stride + u);
        UNROLL
        for (int p = 0; p < pairs; p++) acc[m][p] = add4(acc[m][p], w[p], four);
      }
    }
    int32_t sums[12][8][GROUP_ROWS] __attribute__((aligned(64)));
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int p = 0; p < pairs; p++) _mm512_storeu_si512(sums[m][2 * p], acc[m][p]);
    }
    for (int m = 0; m < tokens; m++) {
      const int32_t bias = bias_of(job, tile->token + m, block, 128);
      for (int g = 0; g < groups; g++) {
        add_sums(job, tile->token + m, tile->group + g, block, bias, sums[m][g], y[m][g]);
      }
    }
  }
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) store_rows(job, tile->token + m, tile->group + g, y[m][g]);
  }
}

// At most 24 sums of the 32 registers.
static void tile8(const GemmJob *job, const Tile *tile) {
  Tile part = *tile;
  for (int32_t left = tile->tokens; left > 0; left -= part.tokens, part.token += part.tokens) {
    part.tokens = left >= 12 ? 12 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const int pairs = part.tokens <= 4 ? 4 : 2;
    for (int32_t g = 0; g < tile->groups; g += 2 * pairs) {
      part.group = tile->group + g;
      part.groups = tile->groups - g;
      switch (part.tokens) {
        case 1: tile8_of(job, &part, 1, 4); break;
        case 2: tile8_of(job, &part, 2, 4); break;
        case 4: tile8_of(job, &part, 4, 4); break;
        case 8: tile8_of(job, &part, 8, 2); break;
        default: tile8_of(job, &part, 12, 2); break;
      }
    }
  }
}

static int32_t peak(int32_t turns) {
  Vector acc[24];
  const Vector w = _mm512_set1_epi8(1), a = _mm512_set1_epi8(2);
  UNROLL
  for (int i = 0; i < 24; i++) acc[i] = splat(i); // equal ones would be taken once
  for (int32_t turn = 0; turn < turns; turn++) {
    UNROLL
    for (int i = 0; i < 24; i++) acc[i] = add4(acc[i], w, a);
  }
  UNROLL
  for (int i = 1; i < 24; i++) acc[0] = add32(acc[0], acc[i]);
  spend(_mm_cvtsi128_si32(_mm512_castsi512_si128(acc[0])));
  return 24 * 64;
}

const Variant offprint_avx512vnni = {EVERY_TOKEN, 8, PANEL_GROUPS, tile4, tile8, peak, PACKING, CORES};
