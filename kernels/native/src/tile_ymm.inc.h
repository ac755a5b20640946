// The matrix tile of the variants with 32-byte vectors and 16 registers. A weight vector is four
// columns (the low or the high nibbles of one P32 word) of eight rows; it is multiplied with the same
// four activation bytes in every lane, and lane r ends as row r, without sums across lanes.
//
// The including file says how to accumulate:
//   add4(acc, w, a)   acc += the products of unsigned w and signed a, summed within lanes
//   whole(acc)        the lanes as eight 32-bit sums
//   join(acc, other)  the lanes of both, while they have room
//   FEW_TURNS         sums in turn for each of two to five tokens
//   widen8(w)         8-bit weights as add8 takes them
//   add8(acc, w, a)   acc += the products of weights and activations, in 32-bit lanes
//   BIAS8             what widen8 has added to the weights
// and what panel.inc.h asks for.
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

enum { FEW_TOKENS = 5 }; // one fewer than a panel takes

// The sums of a block of `count` words of one group, every bias in them. The words go to `turns` sums in turn,
// since one would wait for itself; they are emptied before 16 bits could overflow, together where one could
// hold all. All but the pointers are constants.
INLINE void few_sums(const uint32_t *words, int64_t ahead, const int8_t *a, int64_t stride, const int32_t *first,
                     const int bits, const int count, const int tokens, const int turns, __m256i *sums) {
  const __m256i low = _mm256_set1_epi8(15);
  const int most = words_of(bits), step = count < turns * most ? count : turns * most;
  for (int begin = 0; begin < count; begin += step) {
    __m256i acc[FEW_TOKENS][4];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      acc[m][0] = bits == 4 ? _mm256_set1_epi32(first[m]) : _mm256_setzero_si256();
      UNROLL
      for (int i = 1; i < turns; i++) acc[m][i] = _mm256_setzero_si256();
    }
    for (int u = begin; u < begin + step; u += turns) {
      UNROLL
      for (int i = 0; i < turns; i++) {
        if (i % 2 == 0) ASK(words + 8 * (u + i), ahead); // once per 64 bytes
        const __m256i x = load_ymm(words + 8 * (u + i));
        const __m256i even = _mm256_and_si256(x, low);
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
        UNROLL
        for (int m = 0; m < tokens; m++) {
          const int8_t *eight = a + m * stride + 8 * (u + i);
          acc[m][i] = add4(acc[m][i], even, broadcast4(eight));
          acc[m][i] = add4(acc[m][i], odd, broadcast4(eight + 4));
        }
      }
    }
    UNROLL
    for (int m = 0; m < tokens; m++) {
      __m256i sum = step <= most ? acc[m][0] : whole(acc[m][0]);
      UNROLL
      for (int i = 1; i < turns; i++) {
        sum = step <= most ? join(sum, acc[m][i]) : _mm256_add_epi32(sum, whole(acc[m][i]));
      }
      if (step <= most) sum = whole(sum);
      if (begin > 0) sum = _mm256_add_epi32(sum, sums[m]);
      else if (bits == 8) sum = _mm256_add_epi32(sum, _mm256_set1_epi32(first[m]));
      sums[m] = sum;
    }
  }
}

// Few tokens: what counts is to read the weights in one stream, as they lie, a group at a time.
INLINE void few_tokens(const GemmJob *job, const Tile *tile, const int count, const int tokens, const int turns) {
  const int64_t stride = (int64_t)job->blocks * count * 8;
  const uint32_t *words = words_at(job, tile->group, tile->first);
  const int64_t ahead = read_ahead(job, tile);
  const int8_t *a = codes_at(job, tile->token, tile->first);
  const float *scales = job->w_scales + rows_at(job, tile->group, tile->first);
  const int64_t at = (int64_t)tile->token * job->blocks;
  const float *a_scales = job->a_scales + at;
  const int32_t *a_sums = job->a_sums + at;
  float y[FEW_TOKENS][GROUP_ROWS];
  for (int m = 0; m < tokens; m++) load_rows(job, tile, tile->token + m, tile->group, y[m]);
  for (int32_t block = tile->first; block < tile->last; block++) {
    __m256i sums[FEW_TOKENS];
    int32_t first[FEW_TOKENS];
    const int bits = job->bits[block];
    UNROLL
    for (int m = 0; m < tokens; m++) first[m] = first_sum(bits, -8 * a_sums[m * (int64_t)job->blocks + block]);
    if (bits == 4) few_sums(words, ahead, a, stride, first, 4, count, tokens, turns, sums);
    else few_sums(words, ahead, a, stride, first, 8, count, tokens, turns, sums);
    if (__builtin_expect(job->zeros != 0, 0)) {
      for (int m = 0; m < tokens; m++) {
        int32_t eight[GROUP_ROWS];
        _mm256_storeu_si256((__m256i *)eight, sums[m]);
        add_sums(job, tile->token + m, tile->group, block, 0, eight, y[m]);
      }
    } else {
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const f32x8 both = all8(a_scales[m * (int64_t)job->blocks + block]) * load8(scales);
        store8(y[m], load8(y[m]) + both * (f32x8)_mm256_cvtepi32_ps(sums[m]));
      }
    }
    words += 8 * count;
    a += 8 * count;
    scales += GROUP_ROWS;
  }
  for (int m = 0; m < tokens; m++) store_rows(job, tile->token + m, tile->group, y[m]);
}

// For blocks of 32, 64 and 128 columns.
#define FEW(tokens, turns)                                                                                \
  static void few_##tokens##_4(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 4, tokens, turns); } \
  static void few_##tokens##_8(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 8, tokens, turns); } \
  static void few_##tokens##_16(const GemmJob *job, const Tile *tile) { few_tokens(job, tile, 16, tokens, turns); }
FEW(1, 4) FEW(2, FEW_TURNS) FEW(3, FEW_TURNS) FEW(4, FEW_TURNS) FEW(5, FEW_TURNS)
#define FEW_OF(tokens) {few_##tokens##_4, few_##tokens##_8, few_##tokens##_16}

// While there are fewer tokens than a panel is worth (and where there was no memory to pack them),
// reading is what counts.
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

#define PANEL_TOKENS 6
#define PANEL_FROM 6
#define EACH_PANEL(of) of(3) of(4) of(5) of(6)
#include "panel.inc.h"

static void tile4(const GemmJob *job, const Tile *tile) {
  if (job->packed) panel(job, tile);
  else by_group(job, tile);
}

static int32_t peak(int32_t turns) {
  __m256i acc[12];
  const __m256i w = _mm256_set1_epi8(1), a = _mm256_set1_epi8(2);
  UNROLL
  for (int i = 0; i < 12; i++) acc[i] = _mm256_set1_epi32(i); // equal ones would be taken once
  for (int32_t turn = 0; turn < turns; turn++) {
    UNROLL
    for (int i = 0; i < 12; i++) acc[i] = add4(acc[i], w, a);
  }
  UNROLL
  for (int i = 1; i < 12; i++) acc[0] = _mm256_add_epi32(acc[0], acc[i]);
  spend(_mm_cvtsi128_si32(_mm256_castsi256_si128(acc[0])));
  return 12 * 32;
}
