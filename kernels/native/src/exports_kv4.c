// The functions that TypeScript calls for the KV cache: reference/kv4.ts.
#include <stdlib.h>
#include <string.h>

#include "exports.h"

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

static int64_t packed_record(const Pass *pass, int32_t head) {
  const KvSizes *sizes = &pass->sizes;
  int64_t bytes = 8 * sizes->head_dim +
                  sizes->group_size * (sizes->head_dim + sizes->padded_dim) / 2;
  return ((int64_t)pass->layer * pass->kv_heads + head) * bytes;
}

static int64_t recent_record(const Pass *pass, int32_t head) {
  int64_t halves = 2 * pass->sizes.head_dim * pass->sizes.group_size;
  return ((int64_t)pass->layer * pass->kv_heads + head) * halves;
}

// ---- append ----------------------------------------------------------------------------------------

typedef struct {
  Pass pass;
  const float *k, *v; // [rows][kv_heads][head_dim]
} Append;

// One head of one text: all its new tokens, and the groups they complete.
static void append_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Append *all = of;
  const Pass *pass = &all->pass;
  const int32_t head = (int32_t)(index % pass->kv_heads);
  const Extension *text = pass->extensions + index / pass->kv_heads;
  const int32_t dim = pass->sizes.head_dim, group_size = pass->sizes.group_size;
  uint16_t halves[1024]; // the most channels of a head
  for (int32_t i = 0; i < text->tokens; i++) {
    const int32_t group = (text->start + i) / group_size, at = (text->start + i) % group_size;
    uint16_t *recent = pass->recent[text->groups + group] + recent_record(pass, head);
    const int64_t from = ((int64_t)(text->row + i) * pass->kv_heads + head) * dim;
    pass->variant->to_halves(all->k + from, halves, dim);
    for (int32_t c = 0; c < dim; c++) recent[c * group_size + at] = halves[c];
    pass->variant->to_halves(all->v + from, recent + (dim * group_size + at * dim), dim);
    if (at == group_size - 1) {
      pass->variant->pack_group(&pass->sizes, recent,
                                pass->packed[text->groups + group] + packed_record(pass, head));
    }
  }
}

// The first number that does not round to a finite 16-bit float.
static int32_t not_half(const float *values, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    if (!(values[i] < 65520.0f && values[i] > -65520.0f)) return i;
  }
  return DONE;
}

// Returns the index of a number it refuses: in k, or in v counted on after k.
EXPORT int32_t offprint_kv_append(int32_t variant, int32_t threads, const int32_t *extensions,
                                  int32_t texts, uint8_t *const *packed, uint16_t *const *recent,
                                  int32_t layer, int32_t kv_heads, int32_t head_dim,
                                  int32_t padded_dim, int32_t group_size, const float *k,
                                  const float *v, int32_t rows) {
  const int32_t count = rows * kv_heads * head_dim;
  int32_t bad = not_half(k, count);
  if (bad != DONE) return bad;
  bad = not_half(v, count);
  if (bad != DONE) return count + bad;
  Append all = {{variant_of(variant), (const Extension *)extensions, packed, recent, layer, kv_heads,
                 {head_dim, padded_dim, group_size}},
                k, v};
  pool_run(threads, (int64_t)texts * kv_heads, append_piece, &all);
  return DONE;
}

// ---- attend ----------------------------------------------------------------------------------------

typedef struct {
  Pass pass;
  const float *q; // [rows][heads][head_dim]
  float *output;
  int32_t texts, heads, rows;
  float *scratch;   // [threads][stride]
  int64_t stride;
  const uint8_t **groups; // [threads][most groups]
  int32_t most_groups;
  int8_t *overflown; // [rows][heads]
} Attend;

// One query of one head.
static void attend_piece(void *of, int64_t index, int slot) {
  const Attend *all = of;
  const Pass *pass = &all->pass;
  const int32_t row = (int32_t)(index / all->heads), head = (int32_t)(index % all->heads);
  const int32_t kv_head = (int32_t)((int64_t)head * pass->kv_heads / all->heads);
  const Extension *text = pass->extensions + all->texts - 1;
  while (text->row > row) text--;
  const int32_t position = text->start + row - text->row;
  const int32_t complete = position / pass->sizes.group_size;
  const uint8_t **groups = all->groups + (int64_t)slot * all->most_groups;
  for (int32_t g = 0; g < complete; g++) {
    groups[g] = pass->packed[text->groups + g] + packed_record(pass, kv_head);
  }
  const int64_t from = index * pass->sizes.head_dim;
  AttendJob job = {pass->sizes, groups,
                   pass->recent[text->groups + complete] + recent_record(pass, kv_head),
                   all->q + from, all->output + from, all->scratch + slot * all->stride, position};
  all->overflown[index] = (int8_t)pass->variant->attend(&job);
}

// Returns the index of a number in q that is not finite; or OVERFLOWN - (row * heads + head) where a
// score is not.
EXPORT int32_t offprint_kv_attend(int32_t variant, int32_t threads, const int32_t *extensions,
                                  int32_t texts, uint8_t *const *packed, uint16_t *const *recent,
                                  int32_t layer, int32_t kv_heads, int32_t head_dim,
                                  int32_t padded_dim, int32_t group_size, const float *q,
                                  float *output, int32_t heads, int32_t rows) {
  const int32_t count = rows * heads * head_dim;
  for (int32_t i = 0; i < count; i++) {
    if (!(q[i] - q[i] == 0)) return i; // NaN and infinities
  }
  Attend all = {{variant_of(variant), (const Extension *)extensions, packed, recent, layer, kv_heads,
                 {head_dim, padded_dim, group_size}},
                q, output, texts, heads, rows, 0, 0, 0, 0, 0};
  int32_t longest = 0;
  for (int32_t i = 0; i < texts; i++) {
    int32_t length = all.pass.extensions[i].start + all.pass.extensions[i].tokens;
    if (length > longest) longest = length;
  }
  if (threads > rows * heads) threads = rows * heads;
  all.stride = ATTEND_SCRATCH(longest, padded_dim);
  all.most_groups = longest / group_size + 1;
  all.scratch = malloc(sizeof(float) * (size_t)(threads * all.stride));
  all.groups = malloc(sizeof(uint8_t *) * (size_t)threads * (size_t)all.most_groups);
  all.overflown = malloc((size_t)rows * (size_t)heads);
  int32_t result = OUT_OF_MEMORY;
  if (all.scratch && all.groups && all.overflown) {
    pool_run(threads, (int64_t)rows * heads, attend_piece, &all);
    result = DONE;
    for (int32_t i = 0; i < rows * heads && result == DONE; i++) {
      if (all.overflown[i]) result = OVERFLOWN - i;
    }
  }
  free(all.scratch);
  free(all.groups);
  free(all.overflown);
  return result;
}
