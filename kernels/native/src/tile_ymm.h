// The matrix tile of the variants with 32-byte vectors and 16 registers. A weight vector is four
// columns (the low or the high nibbles of one P32 word) of eight rows; it is multiplied with the same
// four activation bytes in every lane, and lane r ends as row r, without sums across lanes.
//
// The including file says how to accumulate:
//   add4(acc, w, a)   acc += the products of unsigned w and signed a, summed within lanes
//   words_of(bits)    how many words may be accumulated before the lanes must be emptied
//   whole(acc)        the lanes as eight 32-bit sums
//   widen8(w)         8-bit weights as add8 takes them
//   add8(acc, w, a)   acc += the products of weights and activations, in 32-bit lanes
//   BIAS8             what widen8 has added to the weights
#include "cores.h"
#include "intrinsics.h"
#include "tile.h"

INLINE __m256i load_ymm(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }

INLINE __m256i broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return _mm256_set1_epi32(four);
}

// Adds `count` words (of eight columns) to acc[tokens][groups].
INLINE void add_words(const uint32_t *const *words, const int8_t *a, int64_t stride, int32_t count,
                      const int tokens, const int groups, __m256i (*acc)[2]) {
  const __m256i low = _mm256_set1_epi8(15);
  for (int32_t u = 0; u < count; u++, a += 8) {
    __m256i w[2];
    UNROLL
    for (int g = 0; g < groups; g++) {
      READ_AHEAD(words[g] + 8 * u);
      w[g] = _mm256_and_si256(load_ymm(words[g] + 8 * u), low);
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m256i four = broadcast4(a + m * stride);
      UNROLL
      for (int g = 0; g < groups; g++) acc[m][g] = add4(acc[m][g], w[g], four);
    }
    UNROLL
    for (int g = 0; g < groups; g++) {
      w[g] = _mm256_and_si256(_mm256_srli_epi16(load_ymm(words[g] + 8 * u), 4), low);
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m256i four = broadcast4(a + m * stride + 4);
      UNROLL
      for (int g = 0; g < groups; g++) acc[m][g] = add4(acc[m][g], w[g], four);
    }
  }
}

// The same with 8-bit weights: `count` runs of four columns.
INLINE void add_values(const int8_t *const *values, const int8_t *a, int64_t stride, int32_t count,
                       const int tokens, const int groups, __m256i (*acc)[2]) {
  for (int32_t u = 0; u < count; u++, a += 4) {
    __m256i w[2];
    UNROLL
    for (int g = 0; g < groups; g++) w[g] = widen8(load_ymm(values[g] + 32 * u));
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m256i four = broadcast4(a + m * stride);
      UNROLL
      for (int g = 0; g < groups; g++) acc[m][g] = add8(acc[m][g], w[g], four);
    }
  }
}

INLINE void tile_of(const GemmJob *job, const Tile *tile, const int tokens, const int groups,
                    const int bits) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const int32_t words_per_block = job->block_size / 8;
  float y[6][2][GROUP_ROWS] __attribute__((aligned(32)));
  __m256i sums[6][2];
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) {
      load_rows(job, tile, tile->token + m, tile->group + g, y[m][g]);
    }
  }
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *a = codes_at(job, tile->token, block);
    for (int m = 0; m < tokens; m++) {
      for (int g = 0; g < groups; g++) sums[m][g] = _mm256_setzero_si256();
    }
    const uint32_t *words[2];
    const int8_t *values[2];
    for (int g = 0; g < groups; g++) {
      if (bits == 4) words[g] = words_at(job, tile->group + g, block);
      if (bits == 8) values[g] = values_at(job, tile->group + g, block);
    }
    const int32_t most = bits == 4 ? words_of(job->bits[block]) : words_per_block;
    const int32_t step = most < words_per_block ? most : words_per_block;
    for (int32_t u = 0; u < words_per_block; u += step) {
      __m256i acc[6][2];
      UNROLL
      for (int m = 0; m < tokens; m++) {
        UNROLL
        for (int g = 0; g < groups; g++) acc[m][g] = _mm256_setzero_si256();
      }
      if (bits == 4) {
        add_words(words, a + 8 * u, stride, step, tokens, groups, acc);
        for (int g = 0; g < groups; g++) words[g] += 8 * step;
      } else {
        add_values(values, a, stride, 2 * step, tokens, groups, acc);
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        UNROLL
        for (int g = 0; g < groups; g++) {
          __m256i eight = bits == 4 ? whole(acc[m][g]) : acc[m][g];
          sums[m][g] = _mm256_add_epi32(sums[m][g], eight);
        }
      }
    }
    for (int m = 0; m < tokens; m++) {
      const int32_t bias = bias_of(job, tile->token + m, block, bits == 4 ? 8 : BIAS8);
      for (int g = 0; g < groups; g++) {
        int32_t eight[GROUP_ROWS];
        _mm256_storeu_si256((__m256i *)eight, sums[m][g]);
        add_sums(job, tile->token + m, tile->group + g, block, bias, eight, y[m][g]);
      }
    }
  }
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) store_rows(job, tile->token + m, tile->group + g, y[m][g]);
  }
}

// Few tokens: what counts is to read the weights in one stream, as they lie, a group at a time. Four
// sums in turn for each token, since one would wait for itself; each takes every fourth word, at most
// four of a block, which 16 bits hold even with 8-bit activations.
INLINE void few_tokens(const GemmJob *job, const Tile *tile, const int tokens) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const __m256i low = _mm256_set1_epi8(15);
  float y[3][GROUP_ROWS];
  for (int m = 0; m < tokens; m++) load_rows(job, tile, tile->token + m, tile->group, y[m]);
  for (int32_t block = tile->first; block < tile->last; block++) {
    const uint32_t *words = words_at(job, tile->group, block);
    const int8_t *a = codes_at(job, tile->token, block);
    __m256i acc[3][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int i = 0; i < 4; i++) acc[m][i] = _mm256_setzero_si256();
    }
    for (int32_t u = 0; u < job->block_size; u += 32) {
      UNROLL
      for (int i = 0; i < 4; i++) {
        if (i % 2 == 0) READ_AHEAD(words + u + 8 * i); // once per 64 bytes
        __m256i x = load_ymm(words + u + 8 * i);
        __m256i first = _mm256_and_si256(x, low);
        __m256i second = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
        UNROLL
        for (int m = 0; m < tokens; m++) {
          const int8_t *eight = a + m * stride + u + 8 * i;
          acc[m][i] = add4(acc[m][i], first, broadcast4(eight));
          acc[m][i] = add4(acc[m][i], second, broadcast4(eight + 4));
        }
      }
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m256i sum = _mm256_add_epi32(_mm256_add_epi32(whole(acc[m][0]), whole(acc[m][1])),
                                     _mm256_add_epi32(whole(acc[m][2]), whole(acc[m][3])));
      int32_t eight[GROUP_ROWS];
      _mm256_storeu_si256((__m256i *)eight, sum);
      const int32_t bias = bias_of(job, tile->token + m, block, 8);
      add_sums(job, tile->token + m, tile->group, block, bias, eight, y[m]);
    }
  }
  for (int m = 0; m < tokens; m++) store_rows(job, tile->token + m, tile->group, y[m]);
}

static void tile4_1_1(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 1); }
static void tile4_2_1(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 2); }
static void tile4_3_1(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 3); }

// Two groups with 12 accumulators of the 16 registers at most (8 with 8-bit weights, which need more
// registers beside them).
#define SHAPE(bits, tokens, groups)                                                    \
  static void tile##bits##_##tokens##_##groups(const GemmJob *job, const Tile *tile) { \
    tile_of(job, tile, tokens, groups, bits);                                          \
  }
#define SHAPES(bits, tokens) SHAPE(bits, tokens, 1) SHAPE(bits, tokens, 2)
SHAPES(4, 4) SHAPES(4, 5) SHAPES(4, 6)
SHAPES(8, 1) SHAPES(8, 2) SHAPES(8, 4)

typedef void (*TileOf)(const GemmJob *job, const Tile *tile);
// By tokens, for one group and for two.
static const TileOf tiles4[7][2] = {
    [1] = {tile4_1_1},
    [2] = {tile4_2_1},
    [3] = {tile4_3_1},
    [4] = {tile4_4_1, tile4_4_2},
    [5] = {tile4_5_1, tile4_5_2},
    [6] = {tile4_6_1, tile4_6_2},
};
static const TileOf tiles8[7][2] = {
    [1] = {tile8_1_1, tile8_1_2},
    [2] = {tile8_2_1, tile8_2_2},
    [4] = {tile8_4_1, tile8_4_2},
};

INLINE void cover(const GemmJob *job, const Tile *tile, const TileOf (*tiles)[2]) {
  Tile part = *tile;
  for (int32_t tokens_left = tile->tokens; tokens_left > 0; tokens_left -= part.tokens) {
    part.tokens = tokens_left;
    while (!tiles[part.tokens][0]) part.tokens--;
    part.group = tile->group;
    for (int32_t left = tile->groups; left > 0;) {
      const int two = left >= 2 && tiles[part.tokens][1];
      tiles[part.tokens][two](job, &part);
      part.group += 1 + two;
      left -= 1 + two;
    }
    part.token += part.tokens;
  }
}

// While there are fewer tokens than a tile takes, memory is what counts.
static void by_group(const GemmJob *job, const Tile *tile) {
  Tile part = *tile;
  for (int32_t g = 0; g < tile->groups; g++) {
    part.group = tile->group + g;
    for (int32_t done = 0; done < tile->tokens; done += part.tokens) {
      part.token = tile->token + done;
      part.tokens = tile->tokens - done < 3 ? tile->tokens - done : 3;
      tiles4[part.tokens][0](job, &part);
    }
  }
}

static void tile4(const GemmJob *job, const Tile *tile) {
  if (job->tokens < 6) by_group(job, tile);
  else cover(job, tile, tiles4);
}
static void tile8(const GemmJob *job, const Tile *tile) { cover(job, tile, tiles8); }
