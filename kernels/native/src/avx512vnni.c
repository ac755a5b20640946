// AVX-512 with VNNI: as AVX-VNNI, with two groups of eight rows in a vector and 32 registers.
#include "cores.h"
#include "intrinsics.h"
#include "tile.h"

// The same eight columns of two groups of rows; of one, twice, where there is no second.
INLINE __m512i load_pair(const void *low, const void *high) {
  __m512i pair = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)low));
  return _mm512_inserti64x4(pair, _mm256_loadu_si256((const __m256i *)high), 1);
}

INLINE __m512i broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return _mm512_set1_epi32(four);
}

// In assembly where it is not emulated: around the intrinsic, gcc keeps a copy of every sum in memory.
INLINE __m512i add4(__m512i acc, __m512i w, __m512i a) {
#ifdef OFFPRINT_SIMDE
  return _mm512_dpbusd_epi32(acc, w, a);
#else
  __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(w), "v"(a));
  return acc;
#endif
}

INLINE void tile_of(const GemmJob *job, const Tile *tile, const int tokens, const int pairs,
                    const int bits) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const __m512i low = _mm512_set1_epi8(15), top = _mm512_set1_epi8(-128);
  float y[12][8][GROUP_ROWS] __attribute__((aligned(64)));
  const int groups = 2 * pairs <= tile->groups ? 2 * pairs : tile->groups;
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) {
      load_rows(job, tile, tile->token + m, tile->group + g, y[m][g]);
    }
  }
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *a = codes_at(job, tile->token, block);
    const uint32_t *words[8];
    const int8_t *values[8];
    for (int g = 0; g < 2 * pairs; g++) {
      int32_t group = tile->group + (g < groups ? g : groups - 1);
      if (bits == 4) words[g] = words_at(job, group, block);
      if (bits == 8) values[g] = values_at(job, group, block);
    }
    __m512i acc[12][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int p = 0; p < pairs; p++) acc[m][p] = _mm512_setzero_si512();
    }
    for (int32_t u = 0; bits == 8 && u < job->block_size; u += 4) {
      __m512i w[4];
      UNROLL
      for (int p = 0; p < pairs; p++) {
        w[p] = load_pair(values[2 * p] + 8 * u, values[2 * p + 1] + 8 * u);
        w[p] = _mm512_xor_si512(w[p], top); // w + 128, unsigned
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        __m512i four = broadcast4(a + m * stride + u);
        UNROLL
        for (int p = 0; p < pairs; p++) acc[m][p] = add4(acc[m][p], w[p], four);
      }
    }
    for (int32_t u = 0; bits == 4 && u < job->block_size; u += 8) {
      __m512i w[4];
      UNROLL
      for (int p = 0; p < pairs; p++) {
        w[p] = load_pair(words[2 * p] + u, words[2 * p + 1] + u);
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        __m512i four = broadcast4(a + m * stride + u);
        UNROLL
        for (int p = 0; p < pairs; p++) {
          acc[m][p] = add4(acc[m][p], _mm512_and_si512(w[p], low), four);
        }
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        __m512i four = broadcast4(a + m * stride + u + 4);
        UNROLL
        for (int p = 0; p < pairs; p++) {
          __m512i high = _mm512_and_si512(_mm512_srli_epi16(w[p], 4), low);
          acc[m][p] = add4(acc[m][p], high, four);
        }
      }
    }
    int32_t sums[12][8][GROUP_ROWS] __attribute__((aligned(64)));
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int p = 0; p < pairs; p++) _mm512_storeu_si512(sums[m][2 * p], acc[m][p]);
    }
    for (int m = 0; m < tokens; m++) {
      const int32_t bias = bias_of(job, tile->token + m, block, bits == 4 ? 8 : 128);
      for (int g = 0; g < groups; g++) {
        add_sums(job, tile->token + m, tile->group + g, block, bias, sums[m][g], y[m][g]);
      }
    }
  }
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) store_rows(job, tile->token + m, tile->group + g, y[m][g]);
  }
}

// Few tokens: what counts is to read the weights in one stream, as they lie, a group at a time: two
// words of eight rows in a vector, four sums in turn for each token.
INLINE void few_tokens(const GemmJob *job, const Tile *tile, const int tokens) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const __m512i low = _mm512_set1_epi8(15);
  // Which of 16 activation bytes, held in every 128 bits, meet the low nibbles of the first word (lower
  // half) and of the second (upper half); and which the high nibbles.
  const __m512i firsts = _mm512_inserti64x4(_mm512_set1_epi32(0x03020100),
                                            _mm256_set1_epi32(0x0b0a0908), 1);
  const __m512i seconds = _mm512_add_epi32(firsts, _mm512_set1_epi32(0x04040404));
  float y[4][GROUP_ROWS];
  for (int m = 0; m < tokens; m++) load_rows(job, tile, tile->token + m, tile->group, y[m]);
  for (int32_t block = tile->first; block < tile->last; block++) {
    const uint32_t *words = words_at(job, tile->group, block);
    const int8_t *a = codes_at(job, tile->token, block);
    __m512i acc[4][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int i = 0; i < 4; i++) acc[m][i] = _mm512_setzero_si512();
    }
    for (int32_t u = 0; u < job->block_size; u += 32) {
      UNROLL
      for (int i = 0; i < 4; i += 2) {
        READ_AHEAD(words + u + 8 * i);
        __m512i x = _mm512_loadu_si512(words + u + 8 * i);
        __m512i w_low = _mm512_and_si512(x, low);
        __m512i w_high = _mm512_and_si512(_mm512_srli_epi16(x, 4), low);
        UNROLL
        for (int m = 0; m < tokens; m++) {
          __m128i sixteen = _mm_loadu_si128((const __m128i *)(a + m * stride + u + 8 * i));
          __m512i all = _mm512_broadcast_i32x4(sixteen);
          __m512i first = _mm512_shuffle_epi8(all, firsts);
          __m512i second = _mm512_shuffle_epi8(all, seconds);
          acc[m][i] = add4(acc[m][i], w_low, first);
          acc[m][i + 1] = add4(acc[m][i + 1], w_high, second);
        }
      }
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m512i sum = _mm512_add_epi32(_mm512_add_epi32(acc[m][0], acc[m][1]),
                                     _mm512_add_epi32(acc[m][2], acc[m][3]));
      int32_t eight[GROUP_ROWS];
      _mm256_storeu_si256((__m256i *)eight, _mm256_add_epi32(_mm512_castsi512_si256(sum),
                                                             _mm512_extracti64x4_epi64(sum, 1)));
      const int32_t bias = bias_of(job, tile->token + m, block, 8);
      add_sums(job, tile->token + m, tile->group, block, bias, eight, y[m]);
    }
  }
  for (int m = 0; m < tokens; m++) store_rows(job, tile->token + m, tile->group, y[m]);
}

static void by_group(const GemmJob *job, const Tile *tile) {
  Tile part = *tile;
  for (int32_t g = 0; g < tile->groups; g++) {
    part.group = tile->group + g;
    switch (tile->tokens) {
      case 1: few_tokens(job, &part, 1); break;
      case 2: few_tokens(job, &part, 2); break;
      case 3: few_tokens(job, &part, 3); break;
      default: few_tokens(job, &part, 4); break;
    }
  }
}

// At most 24 accumulators of the 32 registers.
INLINE void cover(const GemmJob *job, const Tile *tile, const int bits) {
  Tile part = *tile;
  for (int32_t done = 0; done < tile->tokens; done += part.tokens) {
    const int32_t left = tile->tokens - done;
    part.token = tile->token + done;
    part.groups = tile->groups;
    part.group = tile->group;
    if (bits == 4 && left < 8) {
      part.tokens = left < 4 ? left : 4;
      by_group(job, &part);
      continue;
    }
    part.tokens = left >= 12 ? 12 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const int pairs = part.tokens <= 4 ? 4 : 2;
    for (int32_t g = 0; g < tile->groups; g += 2 * pairs) {
      part.group = tile->group + g;
      part.groups = tile->groups - g;
      switch (part.tokens) {
        case 1: tile_of(job, &part, 1, 4, bits); break;
        case 2: tile_of(job, &part, 2, 4, bits); break;
        case 4: tile_of(job, &part, 4, 4, bits); break;
        case 8: tile_of(job, &part, 8, 2, bits); break;
        default: tile_of(job, &part, 12, 2, bits); break;
      }
    }
  }
}

static void tile4(const GemmJob *job, const Tile *tile) { cover(job, tile, 4); }
static void tile8(const GemmJob *job, const Tile *tile) { cover(job, tile, 8); }

static int32_t peak(int32_t turns) {
  __m512i acc[24];
  const __m512i w = _mm512_set1_epi8(1), a = _mm512_set1_epi8(2);
  UNROLL
  for (int i = 0; i < 24; i++) acc[i] = _mm512_set1_epi32(i); // equal ones would be taken once
  for (int32_t turn = 0; turn < turns; turn++) {
    UNROLL
    for (int i = 0; i < 24; i++) acc[i] = add4(acc[i], w, a);
  }
  UNROLL
  for (int i = 1; i < 24; i++) acc[0] = _mm512_add_epi32(acc[0], acc[i]);
  spend(_mm_cvtsi128_si32(_mm512_castsi512_si128(acc[0])));
  return 24 * 64;
}

const Variant offprint_avx512vnni = {12, 8, tile4, tile8, peak, NO_PACKING, CORES};
