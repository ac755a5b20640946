// ARM with the dot product extension: `sdot` multiplies signed bytes and adds groups of four to 32-bit
// lanes. Weights biased to 0..15 are signed bytes as they stand. A group of eight rows is two vectors.
#define OFFPRINT_NEON 1
#include "intrinsics.h"

#include "cores.h"
#include "tile.h"

INLINE int8x16_t broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

INLINE void tile_of(const GemmJob *job, const Tile *tile, const int tokens, const int bits) {
  enum { GROUPS = 2, HALVES = 2 * GROUPS };
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  const uint8x16_t low = vdupq_n_u8(15);
  const int groups = GROUPS <= tile->groups ? GROUPS : tile->groups;
  float y[4][GROUPS][GROUP_ROWS];
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) {
      load_rows(job, tile, tile->token + m, tile->group + g, y[m][g]);
    }
  }
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *a = codes_at(job, tile->token, block);
    const uint32_t *words[GROUPS];
    const int8_t *values[GROUPS];
    for (int g = 0; g < GROUPS; g++) {
      int32_t group = tile->group + (g < groups ? g : groups - 1);
      if (bits == 4) words[g] = words_at(job, group, block);
      if (bits == 8) values[g] = values_at(job, group, block);
    }
    int32x4_t acc[4][HALVES];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int h = 0; h < HALVES; h++) acc[m][h] = vdupq_n_s32(0);
    }
    for (int32_t u = 0; bits == 8 && u < job->block_size; u += 4) {
      int8x16_t w[HALVES];
      UNROLL
      for (int h = 0; h < HALVES; h++) w[h] = vld1q_s8(values[h / 2] + 8 * u + 16 * (h % 2));
      UNROLL
      for (int m = 0; m < tokens; m++) {
        int8x16_t four = broadcast4(a + m * stride + u);
        UNROLL
        for (int h = 0; h < HALVES; h++) acc[m][h] = vdotq_s32(acc[m][h], w[h], four);
      }
    }
    for (int32_t u = 0; bits == 4 && u < job->block_size; u += 8) {
      int8x16_t first[HALVES], second[HALVES];
      UNROLL
      for (int h = 0; h < HALVES; h++) {
        uint8x16_t x = vreinterpretq_u8_u32(vld1q_u32(words[h / 2] + u + 4 * (h % 2)));
        first[h] = vreinterpretq_s8_u8(vandq_u8(x, low));
        second[h] = vreinterpretq_s8_u8(vshrq_n_u8(x, 4));
      }
      UNROLL
      for (int m = 0; m < tokens; m++) {
        int8x16_t a_first = broadcast4(a + m * stride + u);
        int8x16_t a_second = broadcast4(a + m * stride + u + 4);
        UNROLL
        for (int h = 0; h < HALVES; h++) {
          acc[m][h] = vdotq_s32(acc[m][h], first[h], a_first);
          acc[m][h] = vdotq_s32(acc[m][h], second[h], a_second);
        }
      }
    }
    int32_t sums[4][GROUPS][GROUP_ROWS];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int h = 0; h < HALVES; h++) vst1q_s32(sums[m][h / 2] + 4 * (h % 2), acc[m][h]);
    }
    for (int m = 0; m < tokens; m++) {
      const int32_t bias = bias_of(job, tile->token + m, block, bits == 4 ? 8 : 0);
      for (int g = 0; g < groups; g++) {
        add_sums(job, tile->token + m, tile->group + g, block, bias, sums[m][g], y[m][g]);
      }
    }
  }
  for (int m = 0; m < tokens; m++) {
    for (int g = 0; g < groups; g++) store_rows(job, tile->token + m, tile->group + g, y[m][g]);
  }
}

// One token: each weight is used once, so what counts is to read them in one stream, as they lie: a
// group at a time, eight sums in turn.
static void tile4_one(const GemmJob *job, const Tile *tile) {
  const uint8x16_t low = vdupq_n_u8(15);
  const int64_t ahead = read_ahead(job, tile);
  float y[GROUP_ROWS];
  load_rows(job, tile, tile->token, tile->group, y);
  for (int32_t block = tile->first; block < tile->last; block++) {
    const uint32_t *words = words_at(job, tile->group, block);
    const int8_t *a = codes_at(job, tile->token, block);
    int32x4_t acc[4][2];
    UNROLL
    for (int i = 0; i < 4; i++) acc[i][0] = acc[i][1] = vdupq_n_s32(0);
    for (int32_t u = 0; u < job->block_size; u += 32) {
      UNROLL
      for (int i = 0; i < 4; i++) {
        if (i % 2 == 0) ASK(words + u + 8 * i, ahead); // once per 64 bytes
        int8x16_t first = broadcast4(a + u + 8 * i), second = broadcast4(a + u + 8 * i + 4);
        UNROLL
        for (int h = 0; h < 2; h++) {
          uint8x16_t x = vreinterpretq_u8_u32(vld1q_u32(words + u + 8 * i + 4 * h));
          acc[i][h] = vdotq_s32(acc[i][h], vreinterpretq_s8_u8(vandq_u8(x, low)), first);
          acc[i][h] = vdotq_s32(acc[i][h], vreinterpretq_s8_u8(vshrq_n_u8(x, 4)), second);
        }
      }
    }
    int32_t eight[GROUP_ROWS];
    for (int h = 0; h < 2; h++) {
      vst1q_s32(eight + 4 * h, vaddq_s32(vaddq_s32(acc[0][h], acc[1][h]),
                                         vaddq_s32(acc[2][h], acc[3][h])));
    }
    add_sums(job, tile->token, tile->group, block, bias_of(job, tile->token, block, 8), eight, y);
  }
  store_rows(job, tile->token, tile->group, y);
}

// Sixteen accumulators and eight weight vectors of the 32 registers.
INLINE void cover(const GemmJob *job, const Tile *tile, const int bits) {
  Tile part = *tile;
  for (int32_t g = 0; bits == 4 && tile->tokens == 1 && g < tile->groups; g++) {
    part.group = tile->group + g;
    tile4_one(job, &part);
  }
  if (bits == 4 && tile->tokens == 1) return;
  for (int32_t g = 0; g < tile->groups; g += 2) {
    part.group = tile->group + g;
    part.groups = tile->groups - g;
    switch (tile->tokens) {
      case 1: tile_of(job, &part, 1, bits); break;
      case 2: tile_of(job, &part, 2, bits); break;
      case 3: tile_of(job, &part, 3, bits); break;
      default: tile_of(job, &part, 4, bits); break;
    }
  }
}

static void tile4(const GemmJob *job, const Tile *tile) { cover(job, tile, 4); }
static void tile8(const GemmJob *job, const Tile *tile) { cover(job, tile, 8); }

const Variant offprint_neon = {4, 8, 1, tile4, tile8, 0, NO_PACKING, CORES};
