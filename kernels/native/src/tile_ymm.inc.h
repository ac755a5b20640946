// The matrix tile of the variants with 32-byte vectors and 16 registers. A weight vector is four
// columns (the low or the high nibbles of one P32 word) of eight rows; it is multiplied with the same
// four activation bytes in every lane, and lane r ends as row r, without sums across lanes.
//
// The including file says how to accumulate:
//   add4(acc, w, a)   acc += the products of unsigned w and signed a, summed within lanes
//   whole(acc)        the lanes as eight 32-bit sums
//   widen8(w)         8-bit weights as add8 takes them
//   add8(acc, w, a)   acc += the products of weights and activations, in 32-bit lanes
//   BIAS8             what widen8 has added to the weights
// and what panel_ymm.inc.h asks for.
#include "cores.h"
#include "intrinsics.h"
#include "tile.h"
#include "ymm.h"

// Adds `count` runs of four columns of 8-bit weights to acc[tokens][groups].
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

INLINE void tile8_of(const GemmJob *job, const Tile *tile, const int tokens, const int groups) {
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  float y[4][2][GROUP_ROWS] __attribute__((aligned(32)));
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) {
      load_rows(job, tile, tile->token + m, tile->group + g, y[m][g]);
    }
  }
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *values[2];
    __m256i acc[4][2];
    for (int g = 0; g < groups; g++) values[g] = values_at(job, tile->group + g, block);
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int g = 0; g < groups; g++) acc[m][g] = _mm256_setzero_si256();
    }
    const int8_t *a = codes_at(job, tile->token, block);
    add_values(values, a, stride, job->block_size / 4, tokens, groups, acc);
    for (int m = 0; m < tokens; m++) {
      const int32_t bias = bias_of(job, tile->token + m, block, BIAS8);
      for (int g = 0; g < groups; g++) {
        int32_t eight[GROUP_ROWS];
        _mm256_storeu_si256((__m256i *)eight, acc[m][g]);
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

// While there are fewer tokens than a panel is worth (and where there was no memory to pack them),
// reading is what counts.
static void by_group(const GemmJob *job, const Tile *tile) {
  Tile part = *tile;
  for (int32_t g = 0; g < tile->groups; g++) {
    part.group = tile->group + g;
    for (int32_t done = 0; done < tile->tokens; done += part.tokens) {
      part.token = tile->token + done;
      part.tokens = tile->tokens - done < 3 ? tile->tokens - done : 3;
      if (part.tokens == 1) few_tokens(job, &part, 1);
      if (part.tokens == 2) few_tokens(job, &part, 2);
      if (part.tokens == 3) few_tokens(job, &part, 3);
    }
  }
}

// 8-bit weights: two groups with 8 accumulators of the 16 registers at most.
#define TILE8(tokens, groups)                                                      \
  static void tile8_##tokens##_##groups(const GemmJob *job, const Tile *tile) {    \
    tile8_of(job, tile, tokens, groups);                                           \
  }
TILE8(1, 1) TILE8(1, 2) TILE8(2, 1) TILE8(2, 2) TILE8(4, 1) TILE8(4, 2)

static void tile8(const GemmJob *job, const Tile *tile) {
  static void (*const tiles[5][2])(const GemmJob *job, const Tile *tile) = {
      [1] = {tile8_1_1, tile8_1_2}, [2] = {tile8_2_1, tile8_2_2}, [4] = {tile8_4_1, tile8_4_2}};
  Tile part = *tile;
  for (int32_t left = tile->tokens; left > 0; left -= part.tokens, part.token += part.tokens) {
    part.tokens = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    for (int32_t g = 0; g < tile->groups; g += 2) {
      part.group = tile->group + g;
      tiles[part.tokens][tile->groups - g >= 2](job, &part);
    }
  }
}

#include "panel_ymm.inc.h"

static void tile4(const GemmJob *job, const Tile *tile) {
  if (job->packed) panel(job, tile);
  else by_group(job, tile);
}
