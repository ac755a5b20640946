// What the matrix tiles of all instruction sets share: finding operands and reading and writing y.
#ifndef OFFPRINT_TILE_H
#define OFFPRINT_TILE_H

#include "kernels.h"
#include "lanes.h"

// Words of a group at the start of a block: eight u32 (32 bytes) per eight columns.
INLINE const uint32_t *words_at(const GemmJob *job, int32_t group, int32_t block) {
  return job->words + ((int64_t)group * job->blocks + block) * job->block_size;
}

// How far ahead of the words of a group, in bytes, words are asked for; near the end of a piece, where its thread reads on.
INLINE int64_t read_ahead(const GemmJob *job, const Tile *tile) {
  const int64_t group = (int64_t)job->blocks * job->block_size * (int64_t)sizeof *job->words;
  return (tile->piece_end - tile->group) * group <= READ_AHEAD_BYTES ? READ_AHEAD_BYTES + tile->jump : READ_AHEAD_BYTES;
}

// 8-bit weights of a group at the start of a block: 32 bytes per four columns.
INLINE const int8_t *values_at(const GemmJob *job, int32_t group, int32_t block) {
  return job->values + ((int64_t)group * job->blocks + block) * job->block_size * GROUP_ROWS;
}

INLINE const int8_t *codes_at(const GemmJob *job, int32_t token, int32_t block) {
  return job->codes + ((int64_t)token * job->blocks + block) * job->block_size;
}

// Index of a block in arrays [groups][blocks][8].
INLINE int64_t rows_at(const GemmJob *job, int32_t group, int32_t block) {
  return ((int64_t)group * job->blocks + block) * GROUP_ROWS;
}

// Eight outputs of one token; fewer in the last group.
INLINE void store_rows(const GemmJob *job, int32_t token, int32_t group, const float *eight) {
  int32_t left = job->rows - group * GROUP_ROWS;
  float *y = job->y + (int64_t)token * job->rows + group * GROUP_ROWS;
  if (left >= GROUP_ROWS) store8(y, load8(eight));
  else memcpy(y, eight, sizeof(float) * (size_t)left);
}

INLINE void load_rows(const GemmJob *job, const Tile *tile, int32_t token, int32_t group,
                      float *eight) {
  memset(eight, 0, sizeof(float) * GROUP_ROWS);
  if (tile->first == 0) return;
  int32_t left = job->rows - group * GROUP_ROWS;
  memcpy(eight, job->y + (int64_t)token * job->rows + group * GROUP_ROWS,
         sizeof(float) * (size_t)(left < GROUP_ROWS ? left : GROUP_ROWS));
}

// What an accumulator taken with weights w + bias has too much: bias * sum of a.
INLINE int32_t bias_of(const GemmJob *job, int32_t token, int32_t block, int32_t bias) {
  return bias * job->a_sums[(int64_t)token * job->blocks + block];
}

// The end of a block for eight rows of one token: y += (sA * sW) * (acc [- zero * sum of w]), where
// acc = sums - bias.
INLINE void add_sums(const GemmJob *job, int32_t token, int32_t group, int32_t block, int32_t bias,
                     const int32_t *sums, float *y) {
  int64_t a = (int64_t)token * job->blocks + block, w = rows_at(job, group, block);
  f32x8 acc;
  for (int row = 0; row < GROUP_ROWS; row++) acc[row] = (float)(sums[row] - bias);
  if (job->zeros) {
    f32x8 w_sums;
    for (int row = 0; row < GROUP_ROWS; row++) w_sums[row] = (float)job->w_sums[w + row];
    acc = acc - all8(job->zeros[a]) * w_sums;
  }
  store8(y, load8(y) + all8(job->a_scales[a]) * load8(job->w_scales + w) * acc);
}

// Keeps what a yardstick has computed from being left out.
INLINE void spend(int32_t lane) { __asm__ volatile("" : : "r"(lane)); }

#endif
