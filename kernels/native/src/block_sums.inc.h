// The sums of a block in plain words, for panel.inc.h. The including file says how they are taken:
//   add4(acc, w, a)   acc += the products of unsigned w and signed a, summed within lanes
//   whole(acc)        the lanes as 32-bit sums
//   words_of(bits)    as panel.inc.h says; 16 for both: lanes of 32 bits, never emptied

// Adds `count` runs of four columns to the sums of all tokens and both vectors.
INLINE void add_columns(const uint8_t *a, const Pair *w, int32_t count, Vector (*acc)[2], const int tokens) {
  for (int32_t k = 0; k < count; k += 4, a += 16 * tokens, w += 4) {
    UNROLL
    for (int i = 0; i < 4; i++) {
      const Vector w0 = w[i][0], w1 = w[i][1];
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const Vector four = broadcast4((const int8_t *)a + 4 * tokens * i + 4 * m);
        acc[m][0] = add4(acc[m][0], w0, four);
        acc[m][1] = add4(acc[m][1], w1, four);
      }
    }
  }
}

// The same of `count` words (of eight columns) as they lie, unpacked on the way: for few parts of the tokens that is cheaper
// than putting bytes down. `words` are those of all groups.
INLINE void add_words(const uint8_t *a, const uint32_t *const *words, int32_t at, int32_t count, Vector (*acc)[2],
                      const int tokens) {
  for (int32_t u = 0; u < count; u++, at += GROUP_ROWS, a += 8 * tokens) {
    const Vector x0 = load_words(words, at), x1 = load_words(words + VECTOR_GROUPS, at);
    const Pair w[2] = {{low_nibbles(x0), low_nibbles(x1)}, {high_nibbles(x0), high_nibbles(x1)}};
    UNROLL
    for (int half = 0; half < 2; half++) {
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const Vector four = broadcast4((const int8_t *)a + 4 * (half * tokens + m));
        acc[m][0] = add4(acc[m][0], w[half][0], four);
        acc[m][1] = add4(acc[m][1], w[half][1], four);
      }
    }
  }
}

// Into `sums`, [tokens][2].
INLINE void block_sums(const uint8_t *a, const Pair *w, int32_t words, int32_t bits, const int32_t *first,
                       Vector *sums, const int tokens) {
  const int32_t most = words_of(bits), step = most < words && most < 16 ? most : words;
  for (int32_t u = 0; u < words; u += step) {
    Vector acc[PANEL_TOKENS][2];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      acc[m][0] = acc[m][1] = splat(bits == 4 || words_of(8) == 16 ? first[m] : 0);
    }
    add_columns(a + 8 * tokens * u, w + 2 * u, 2 * step, acc, tokens);
    UNROLL
    for (int m = 0; m < tokens; m++) {
      UNROLL
      for (int g = 0; g < 2; g++) {
        Vector sum = whole(acc[m][g]);
        if (words_of(8) < 16) {
          if (u > 0) sum = add32(sums[2 * m + g], sum);
          else if (bits == 8) sum = add32(splat(first[m]), sum);
        }
        sums[2 * m + g] = sum;
      }
    }
    if (words_of(8) == 16) return;
  }
}

// y += scales * sums, every bias already in the sum; y is [tokens][2 * LANES].
INLINE void add_scaled(const BlockHead *head, const float *w_scales, const Vector *sums, float *y, const int tokens) {
  typedef float Floats __attribute__((vector_size(sizeof(Vector))));
  typedef int32_t Wholes __attribute__((vector_size(sizeof(Vector))));
  UNROLL
  for (int m = 0; m < tokens; m++) {
    UNROLL
    for (int v = 0; v < 2; v++) {
      Floats scales, before;
      Wholes sum;
      memcpy(&scales, w_scales + LANES * v, sizeof scales);
      memcpy(&before, y + LANES * (2 * m + v), sizeof before);
      memcpy(&sum, &sums[2 * m + v], sizeof sum);
      before += head->scales[m] * scales * __builtin_convertvector(sum, Floats);
      memcpy(y + LANES * (2 * m + v), &before, sizeof before);
    }
  }
}

INLINE void add_block(const uint8_t *a, const BlockHead *head, const Pair *w, int32_t words, int32_t bits,
                      const float *w_scales, float *y, const int tokens) {
  Vector sums[2 * PANEL_TOKENS];
  block_sums(a, w, words, bits, head->first, sums, tokens);
  add_scaled(head, w_scales, sums, y, tokens);
}

#define ADD_BLOCK add_block
#define BLOCK_SUMS block_sums
