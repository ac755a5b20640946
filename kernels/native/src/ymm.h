// Vectors of 32 bytes for the templates tile_ymm.inc.h and panel.inc.h: a group of eight rows in each.
#ifndef OFFPRINT_YMM_H
#define OFFPRINT_YMM_H

#include "cores.h"
#include "intrinsics.h"

typedef __m256i Vector;
enum { VECTOR_GROUPS = 1 };

// What two vectors of rows have in the same four columns.
typedef Vector Pair[2];

INLINE Vector load_ymm(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }

// Eight columns of a group of rows.
INLINE Vector load_words(const uint32_t *const *words, int32_t at) { return load_ymm(words[0] + at); }

INLINE Vector low_nibbles(Vector words) { return _mm256_and_si256(words, _mm256_set1_epi8(15)); }

INLINE Vector high_nibbles(Vector words) {
  return _mm256_and_si256(_mm256_srli_epi16(words, 4), _mm256_set1_epi8(15));
}

INLINE Vector splat(int32_t value) { return _mm256_set1_epi32(value); }

// Four activations in every lane.
INLINE Vector broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return splat(four);
}

INLINE Vector add32(Vector a, Vector b) { return _mm256_add_epi32(a, b); }

#endif
