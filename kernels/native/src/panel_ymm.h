// Many tokens, 4-bit weights: a panel of rows at a time, its nibbles unpacked into bytes once for all
// tokens; six tokens by two groups of rows in twelve registers. Activations are packed beforehand in
// the order in which they are read, so that a tile is three streams: activations, weights, y.
//
// The including file says how a block is summed:
//   words_of(bits)         how many words (of eight columns) the lanes hold before they must be emptied
//   first_sum(bits, bias)  what makes `bias` part of the sum: with 4 bits, when a block's lanes are
//                          emptied once, they begin with it; with 8 bits the 32-bit sums do
//   BLOCK_SUMS(a, w, words, bits, first, sums, tokens)
//                          sums[2 m + g] = the 32-bit sums of token m and group g over `words` words

enum {
  PANEL_TOKENS = 6,
  PANEL_GROUPS = 8,
  PANEL_COLUMNS = 1024, // two groups are 16 KiB in bytes: half of the first cache
  EVERY_TOKEN = 1 << 30,
};

// What two groups of rows have in the same four columns.
typedef __m256i Pair[2];

// Before the codes of each block, [columns / 4][tokens][4].
typedef struct {
  float scales[PANEL_TOKENS + 2];
  int32_t first[PANEL_TOKENS + 2];
} BlockHead;

// Tokens go in parts of nearly the same size.
static int32_t pack_parts(int32_t tokens) { return (tokens + PANEL_TOKENS - 1) / PANEL_TOKENS; }

INLINE int32_t part_begin(int32_t tokens, int32_t part) {
  return (int32_t)((int64_t)tokens * part / pack_parts(tokens));
}

// Where a part begins, in bytes: behind `token` tokens in `part` parts.
INLINE size_t part_at(const GemmJob *job, int32_t part, int32_t token) {
  return (size_t)job->blocks * ((size_t)part * sizeof(BlockHead) + (size_t)token * job->block_size);
}

static size_t pack_bytes(const GemmJob *job) {
  return part_at(job, pack_parts(job->tokens), job->tokens);
}

static void pack(const GemmJob *job, int32_t part, uint8_t *packed) {
  const int32_t begin = part_begin(job->tokens, part), tokens = part_begin(job->tokens, part + 1) - begin;
  const int64_t stride = (int64_t)job->blocks * job->block_size;
  uint8_t *to = packed + part_at(job, part, begin);
  for (int32_t block = 0; block < job->blocks; block++) {
    BlockHead head = {{0}, {0}};
    for (int32_t m = 0; m < tokens; m++) {
      const int64_t at = (int64_t)(begin + m) * job->blocks + block;
      head.scales[m] = job->a_scales[at];
      head.first[m] = first_sum(job->bits[block], -8 * job->a_sums[at]);
    }
    memcpy(to, &head, sizeof head);
    to += sizeof head;
    const int8_t *a = codes_at(job, begin, block);
    for (int32_t k = 0; k < job->block_size; k += 4) {
      for (int32_t m = 0; m < tokens; m++, to += 4) memcpy(to, a + m * stride + k, 4);
    }
  }
}

#define PACKING PANEL_TOKENS, pack_parts, pack_bytes, pack

// A part of the tokens by one or two groups of rows.
typedef struct {
  const GemmJob *job;
  const uint8_t *a; // at the first block
  const Pair *w;    // [columns / 4]
  int32_t token, tokens;
  int32_t group, groups;
  int32_t first, last;
} Panel;

// In plain words; written for the compiler's registers by avx2.c.
INLINE void block_sums(const uint8_t *a, const Pair *w, int32_t words, int32_t bits, const int32_t *first,
                       __m256i *sums, const int tokens) {
  const int32_t most = words_of(bits), step = most < words ? most : words;
  for (int32_t u = 0; u < words; u += step) {
    __m256i acc[PANEL_TOKENS][2];
    UNROLL
    for (int m = 0; m < tokens; m++) {
      acc[m][0] = acc[m][1] = bits == 4 ? _mm256_set1_epi32(first[m]) : _mm256_setzero_si256();
    }
    for (int32_t k = 0; k < 2 * step; k++, a += 4 * tokens, w++) {
      const __m256i w0 = (*w)[0], w1 = (*w)[1];
      UNROLL
      for (int m = 0; m < tokens; m++) {
        const __m256i four = broadcast4((const int8_t *)a + 4 * m);
        acc[m][0] = add4(acc[m][0], w0, four);
        acc[m][1] = add4(acc[m][1], w1, four);
      }
    }
    for (int m = 0; m < tokens; m++) {
      for (int g = 0; g < 2; g++) {
        const __m256i before = u > 0        ? sums[2 * m + g]
                               : bits == 4 ? _mm256_setzero_si256()
                                           : _mm256_set1_epi32(first[m]);
        sums[2 * m + g] = _mm256_add_epi32(before, whole(acc[m][g]));
      }
    }
  }
}

static __attribute__((noinline)) void end_with_zeros(const Panel *panel, int32_t block,
                                                     const __m256i *sums, float *y) {
  for (int m = 0; m < panel->tokens; m++) {
    for (int g = 0; g < panel->groups; g++) {
      int32_t eight[GROUP_ROWS];
      _mm256_storeu_si256((__m256i *)eight, sums[2 * m + g]);
      add_sums(panel->job, panel->token + m, panel->group + g, block, 0, eight,
               y + (2 * m + g) * GROUP_ROWS);
    }
  }
}

// add_sums with every bias already in the sum.
INLINE void end_block(const float *a_scales, const float *w0, const float *w1, const __m256i *sums,
                      float *y, const int tokens) {
  const f32x8 scales[2] = {load8(w0), load8(w1)};
  UNROLL
  for (int m = 0; m < tokens; m++) {
    UNROLL
    for (int g = 0; g < 2; g++, y += GROUP_ROWS) {
      const f32x8 sum = (f32x8)_mm256_cvtepi32_ps(sums[2 * m + g]);
      store8(y, load8(y) + all8(a_scales[m]) * scales[g] * sum);
    }
  }
}

INLINE void panel_of(const Panel *panel, const int tokens) {
  const GemmJob *job = panel->job;
  const int64_t rows = job->rows;
  const int32_t row = panel->group * GROUP_ROWS, size = job->block_size;
  const int full = panel->groups == 2 && row + 2 * GROUP_ROWS <= job->rows;
  float y[PANEL_TOKENS * 2 * GROUP_ROWS] __attribute__((aligned(32)));
  float *out = job->y + panel->token * rows + row;
  const Tile tile = {.first = panel->first};
  if (full && panel->first > 0) {
    for (int m = 0; m < tokens; m++) {
      store8(y + 16 * m, load8(out + m * rows));
      store8(y + 16 * m + 8, load8(out + m * rows + 8));
    }
  } else {
    for (int i = 0; i < 2 * tokens; i++) store8(y + 8 * i, all8(0));
    if (!full) {
      for (int m = 0; m < tokens; m++) {
        for (int g = 0; g < panel->groups; g++) {
          load_rows(job, &tile, panel->token + m, panel->group + g, y + (2 * m + g) * GROUP_ROWS);
        }
      }
    }
  }

  const float *w0 = job->w_scales + rows_at(job, panel->group, panel->first);
  const float *w1 = job->w_scales + rows_at(job, panel->group + panel->groups - 1, panel->first);
  const uint8_t *a = panel->a;
  const Pair *w = panel->w;
  for (int32_t block = panel->first; block < panel->last; block++) {
    const BlockHead *head = (const BlockHead *)a;
    __m256i sums[2 * PANEL_TOKENS];
    BLOCK_SUMS(a + sizeof *head, w, size / 8, job->bits[block], head->first, sums, tokens);
    if (__builtin_expect(job->zeros != 0, 0)) end_with_zeros(panel, block, sums, y);
    else end_block(head->scales, w0, w1, sums, y, tokens);
    a += (int64_t)sizeof *head + (int64_t)size * tokens;
    w += size / 4;
    w0 += GROUP_ROWS;
    w1 += GROUP_ROWS;
  }

  for (int m = 0; m < tokens; m++) {
    if (full) {
      store8(out + m * rows, load8(y + 16 * m));
      store8(out + m * rows + 8, load8(y + 16 * m + 8));
    } else {
      for (int g = 0; g < panel->groups; g++) {
        store_rows(job, panel->token + m, panel->group + g, y + (2 * m + g) * GROUP_ROWS);
      }
    }
  }
}

#define PANEL(tokens) \
  static void panel_##tokens(const Panel *panel) { panel_of(panel, tokens); }
PANEL(3) PANEL(4) PANEL(5) PANEL(6) // the parts of six tokens and more

// The nibbles of one or two groups as bytes; of one, twice.
static void unpack(const Panel *panel, Pair *to) {
  const GemmJob *job = panel->job;
  const __m256i low = _mm256_set1_epi8(15);
  const uint32_t *words[2] = {words_at(job, panel->group, panel->first),
                              words_at(job, panel->group + panel->groups - 1, panel->first)};
  const int32_t count = (panel->last - panel->first) * job->block_size;
  for (int32_t i = 0; i < count; i += GROUP_ROWS, to += 2) {
    UNROLL
    for (int g = 0; g < 2; g++) {
      READ_AHEAD(words[g] + i);
      const __m256i x = load_ymm(words[g] + i);
      to[0][g] = _mm256_and_si256(x, low);
      to[1][g] = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
    }
  }
}

static void panel(const GemmJob *job, const Tile *tile) {
  static void (*const panels[])(const Panel *) = {0, 0, 0, panel_3, panel_4, panel_5, panel_6};
  Pair w[PANEL_COLUMNS / 4];
  const int32_t step = PANEL_COLUMNS / job->block_size, parts = pack_parts(job->tokens);
  Panel one = {.job = job, .w = w};
  for (int32_t g = 0; g < tile->groups; g += 2) {
    one.group = tile->group + g;
    one.groups = tile->groups - g < 2 ? 1 : 2;
    for (one.first = tile->first; one.first < tile->last; one.first = one.last) {
      one.last = one.first + step < tile->last ? one.first + step : tile->last;
      unpack(&one, w);
      for (int32_t part = 0; part < parts; part++) {
        one.token = part_begin(job->tokens, part);
        one.tokens = part_begin(job->tokens, part + 1) - one.token;
        one.a = job->packed + part_at(job, part, one.token) +
                one.first * (sizeof(BlockHead) + (size_t)one.tokens * job->block_size);
        panels[one.tokens](&one);
      }
    }
  }
}
