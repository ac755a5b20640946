// A step of AdamW with clipping: reference/adamw.ts.
#include <math.h>

#include "exports.h"

// What TypeScript hands over, 64 bits a field.
typedef struct {
  int64_t offset, size, decays;
} Block;

typedef struct {
  const Variant *variant;
  const Block *blocks;
  AdamW step;
  double *squares; // [blocks]
  double kept;     // what a step leaves of a parameter that decays
} Steps;

enum { NUMBERS_OF_A_PIECE = 1 << 14 };

static int64_t pieces_of(const Block *block) { return (block->size + NUMBERS_OF_A_PIECE - 1) / NUMBERS_OF_A_PIECE; }

static void squares_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Steps *all = of;
  const Block *block = all->blocks + index;
  all->squares[index] = all->variant->training.squares(all->step.gradient + block->offset, block->size);
}

// Pieces are numbered through all blocks.
static void adamw_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Steps *all = of;
  const Block *block = all->blocks;
  for (; index >= pieces_of(block); block++) index -= pieces_of(block);
  const int64_t from = index * NUMBERS_OF_A_PIECE, left = block->size - from;
  AdamW step = all->step;
  step.keep = block->decays ? all->kept : 1;
  all->variant->training.adamw(&step, block->offset + from, left < NUMBERS_OF_A_PIECE ? left : NUMBERS_OF_A_PIECE);
}

// `numbers` are beta1, beta2, epsilon, what a step leaves of a parameter that decays, rate, correction2, the largest norm;
// `squares` is room for a number a block. Returns the norm before clipping.
EXPORT double offprint_adamw(int32_t variant, int32_t threads, const void *blocks, int32_t count, float *parameters,
                             float *first, float *second, const float *gradient, const double *numbers, double *squares) {
  Steps all = {.variant = variant_of(variant), .blocks = blocks, .squares = squares, .kept = numbers[3],
               .step = {parameters, first, second, gradient, .beta1 = numbers[0], .beta2 = numbers[1],
                        .epsilon = numbers[2], .rate = numbers[4], .correction2 = numbers[5]}};
  int64_t size = 0, pieces = 0;
  for (int32_t i = 0; i < count; i++) {
    size += all.blocks[i].size;
    pieces += pieces_of(all.blocks + i);
  }
  pool_run(threads_worth(threads, size), count, squares_piece, &all);
  double total = 0;
  for (int32_t i = 0; i < count; i++) total += squares[i];
  const double norm = sqrt(total), clip = numbers[6] / (norm + 1e-12);
  all.step.clip = clip < 1 ? clip : 1;
  pool_run(threads_worth(threads, 8 * size), pieces, adamw_piece, &all);
  return norm;
}
