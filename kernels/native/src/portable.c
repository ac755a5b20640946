// Plain C: what runs where no other variant does. One token and one group of rows at a time.
#include "cores.h"
#include "tile.h"

static void tile(const GemmJob *job, const Tile *tile) {
  float y[GROUP_ROWS];
  load_rows(job, tile, tile->token, tile->group, y);
  for (int32_t block = tile->first; block < tile->last; block++) {
    const uint32_t *words = words_at(job, tile->group, block);
    const int8_t *a = codes_at(job, tile->token, block);
    int32_t sums[GROUP_ROWS] = {0};
    for (int32_t k = 0; k < job->block_size; k += 8, words += GROUP_ROWS, a += 8) {
      for (int row = 0; row < GROUP_ROWS; row++) {
        uint32_t word = words[row];
        for (int i = 0; i < 4; i++, word >>= 8) {
          sums[row] += (int32_t)(word & 15) * a[i] + (int32_t)(word >> 4 & 15) * a[4 + i];
        }
      }
    }
    const int32_t bias = bias_of(job, tile->token, block, 8);
    add_sums(job, tile->token, tile->group, block, bias, sums, y);
  }
  store_rows(job, tile->token, tile->group, y);
}

static void tile8(const GemmJob *job, const Tile *tile) {
  float y[GROUP_ROWS];
  load_rows(job, tile, tile->token, tile->group, y);
  for (int32_t block = tile->first; block < tile->last; block++) {
    const int8_t *w = values_at(job, tile->group, block);
    const int8_t *a = codes_at(job, tile->token, block);
    int32_t sums[GROUP_ROWS] = {0};
    for (int32_t k = 0; k < job->block_size; k += 4, a += 4) {
      for (int row = 0; row < GROUP_ROWS; row++, w += 4) {
        sums[row] += w[0] * a[0] + w[1] * a[1] + w[2] * a[2] + w[3] * a[3];
      }
    }
    add_sums(job, tile->token, tile->group, block, 0, sums, y);
  }
  store_rows(job, tile->token, tile->group, y);
}

const Variant offprint_portable = {1, 1, 1, tile, tile8, 0, NO_PACKING, CORES};
