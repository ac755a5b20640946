// A pass over texts of the KV cache as the functions that TypeScript calls see it, and what they do with
// one head of it.
#ifndef OFFPRINT_KV_PASS_H
#define OFFPRINT_KV_PASS_H

#include "kernels.h"

// One text's part of a pass (KvExtension in kv_cache.ts).
typedef struct {
  int32_t start, tokens;
  int32_t row;    // of the first new token
  int32_t groups; // where its groups begin in the tables of pointers
} Extension;

typedef struct {
  const Variant *variant;
  const Extension *extensions;
  uint8_t *const *packed;  // per group; null while it is not complete
  uint16_t *const *recent; // per group; null where no longer kept
  int32_t layer, kv_heads;
  KvSizes sizes;
} Pass;

static inline int64_t packed_record(const Pass *pass, int32_t head) {
  const KvSizes *sizes = &pass->sizes;
  int64_t bytes = 8 * sizes->head_dim +
                  sizes->group_size * (sizes->head_dim + sizes->padded_dim) / 2;
  return ((int64_t)pass->layer * pass->kv_heads + head) * bytes;
}

static inline int64_t recent_record(const Pass *pass, int32_t head) {
  int64_t halves = 2 * pass->sizes.head_dim * pass->sizes.group_size;
  return ((int64_t)pass->layer * pass->kv_heads + head) * halves;
}

// Stores the new keys and values of one head of one text, rows of `k` and `v` being `stride` floats
// apart, and packs the groups they complete. `k` and `v` point to the head in row 0 of the pass.
static inline void append_head(const Pass *pass, const Extension *text, int32_t head, const float *k,
                               const float *v, int64_t stride) {
  const int32_t dim = pass->sizes.head_dim, group_size = pass->sizes.group_size;
  uint16_t halves[1024]; // the most channels of a head
  for (int32_t i = 0; i < text->tokens; i++) {
    const int32_t group = (text->start + i) / group_size, at = (text->start + i) % group_size;
    uint16_t *recent = pass->recent[text->groups + group] + recent_record(pass, head);
    const int64_t from = (text->row + i) * stride;
    pass->variant->to_halves(k + from, halves, dim);
    for (int32_t c = 0; c < dim; c++) recent[c * group_size + at] = halves[c];
    pass->variant->to_halves(v + from, recent + (dim * group_size + at * dim), dim);
    if (at == group_size - 1) {
      pass->variant->pack_group(&pass->sizes, recent,
                                pass->packed[text->groups + group] + packed_record(pass, head));
    }
  }
}

// The first number that does not round to a finite 16-bit float, or -1.
static inline int32_t not_half(const float *values, int32_t count) {
  int32_t beyond = 0; // of all at once: numbers are rarely refused
  for (int32_t i = 0; i < count; i++) beyond |= !(values[i] < 65520.0f && values[i] > -65520.0f);
  if (!beyond) return -1;
  int32_t first = 0;
  while (values[first] < 65520.0f && values[first] > -65520.0f) first++;
  return first;
}

// Queries and outputs of a pass, [rows][heads][head_dim], rows `stride` floats apart.
typedef struct {
  const float *q;
  float *output;
  int64_t q_stride, output_stride;
  int32_t heads;
} Queries;

// Rows of a text whose queries of one KV head are attended together: as many as fill a job.
static inline int32_t rows_together(const Pass *pass, int32_t heads) {
  const int32_t shared = heads / pass->kv_heads;
  return shared >= MOST_QUERIES ? 1 : MOST_QUERIES / shared;
}

// Some rows of a text: from its row `first` on.
typedef struct {
  const Extension *text;
  int32_t first, rows;
} RowTile;

// How many tiles of rows all texts have.
static inline int64_t row_tiles(const Pass *pass, int32_t texts, int32_t heads) {
  const int32_t together = rows_together(pass, heads);
  int64_t tiles = 0;
  for (int32_t i = 0; i < texts; i++) tiles += (pass->extensions[i].tokens + together - 1) / together;
  return tiles;
}

static inline RowTile row_tile(const Pass *pass, int32_t texts, int32_t heads, int64_t index) {
  const int32_t together = rows_together(pass, heads);
  const Extension *text = pass->extensions;
  for (int32_t i = 0; i < texts; i++, text++) {
    const int32_t tiles = (text->tokens + together - 1) / together;
    if (index < tiles) break;
    index -= tiles;
  }
  const int32_t first = (int32_t)index * together, left = text->tokens - first;
  return (RowTile){text, first, left < together ? left : together};
}

// KV heads that one thread takes in a row, whose parts of the cache lie one behind the other and are asked for in time:
// all of a tile where there are tiles enough for all threads.
static inline int32_t heads_in_a_row(const Pass *pass, int64_t tiles, int32_t threads) {
  const int32_t pieces = 2 * threads;
  return tiles >= pieces ? pass->kv_heads : (pass->kv_heads + pieces - 1) / pieces;
}

// The most heads that read one KV head, and so the most queries of a tile.
#define MOST_HEADS 4096

// Attends the queries of `rows` rows of a text, from its row `first` on, that read `kv_head`. `groups` and
// `scratch` have room for its groups and MOST_QUERIES times ATTEND_SCRATCH. Writes 1 for each query that has a
// score that is not finite, else 0, to bad[(row - first) * shared + ...].
static inline void attend_rows(const Pass *pass, const Extension *text, int32_t first, int32_t rows,
                               int32_t kv_head, const Queries *of, const uint8_t **groups,
                               float *scratch, int8_t *bad) {
  const int32_t shared = of->heads / pass->kv_heads, dim = pass->sizes.head_dim;
  AttendJob job = {pass->sizes, groups, 0, -1, 0, scratch, {{0, 0, 0}}};
  for (int32_t i = 0; i < rows * shared; i++) {
    const int32_t position = text->start + first + i / shared, head = kv_head * shared + i % shared;
    const int32_t complete = position / pass->sizes.group_size;
    const int64_t row = text->row + first + i / shared;
    if (complete != job.complete) {
      for (int32_t g = 0; g < complete; g++) {
        groups[g] = pass->packed[text->groups + g] + packed_record(pass, kv_head);
      }
      job.complete = complete;
      job.recent = pass->recent[text->groups + complete] + recent_record(pass, kv_head);
    }
    job.of[job.count].q = of->q + row * of->q_stride + head * dim;
    job.of[job.count].output = of->output + row * of->output_stride + head * dim;
    job.of[job.count].position = position;
    job.count++;
    const int32_t next = (position + (i % shared == shared - 1)) / pass->sizes.group_size;
    if (job.count < MOST_QUERIES && i + 1 < rows * shared && next == complete) continue;
    const int32_t refused = pass->variant->attend(&job);
    for (int32_t q = 0; q < job.count; q++) bad[i + 1 - job.count + q] = refused >> q & 1;
    job.count = 0;
  }
}

// The longest text at the end of the pass.
static inline int32_t longest_text(const Pass *pass, int32_t texts) {
  int32_t longest = 0;
  for (int32_t i = 0; i < texts; i++) {
    int32_t length = pass->extensions[i].start + pass->extensions[i].tokens;
    if (length > longest) longest = length;
  }
  return longest;
}

#endif
