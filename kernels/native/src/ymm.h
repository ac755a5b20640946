// Loads of 32-byte vectors, for the templates tile_ymm.inc.h and panel_ymm.inc.h.
#ifndef OFFPRINT_YMM_H
#define OFFPRINT_YMM_H

#include <string.h>

#include "cores.h"
#include "intrinsics.h"

INLINE __m256i load_ymm(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }

INLINE __m256i broadcast4(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, 4);
  return _mm256_set1_epi32(four);
}

#endif
