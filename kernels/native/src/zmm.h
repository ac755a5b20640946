// Vectors of 64 bytes for the template panel.inc.h: two groups of eight rows in each.
#ifndef OFFPRINT_ZMM_H
#define OFFPRINT_ZMM_H

#include "cores.h"
#include "intrinsics.h"

typedef __m512i Vector;
enum { VECTOR_GROUPS = 2 };

// What two vectors of rows have in the same four columns.
typedef Vector Pair[2];

// The same eight columns of two groups of rows.
INLINE Vector load_words(const uint32_t *const *words, int32_t at) {
  const Vector low = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(words[0] + at)));
  return _mm512_inserti64x4(low, _mm256_loadu_si256((const __m256i *)(words[1] + at)), 1);
}

INLINE Vector low_nibbles(Vector words) { return _mm512_and_si512(words, _mm512_set1_epi8(15)); }

INLINE Vector high_nibbles(Vector words) {
  return _mm512_and_si512(_mm512_srli_epi16(words, 4), _mm512_set1_epi8(15));
}

INLINE Vector splat(int32_t value) { return _mm512_set1_epi32(value); }

// Four activations in every lane.
INLINE Vector broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return splat(four);
}

INLINE Vector add32(Vector a, Vector b) { return _mm512_add_epi32(a, b); }

#endif
