#ifndef OFFPRINT_EXPORTS_H
#define OFFPRINT_EXPORTS_H

#include "kernels.h"

// What TypeScript calls. Sizes and pointers have been checked there. A function that meets a number it
// must refuse returns where it stands.
#define EXPORT __attribute__((visibility("default")))

#define DONE (-1)
#define OVERFLOWN (-2) // and below: see offprint_kv_attend
#define OUT_OF_MEMORY INT32_MIN

const Variant *variant_of(int32_t number);

// A matrix product on the pool (exports.c).
void gemm_run(const Variant *use, int32_t threads, const GemmJob *job);

// Row groups of the first pieces of a product.
int32_t first_pieces(const Variant *use, int32_t threads, int32_t tokens, int64_t rows);

#endif
