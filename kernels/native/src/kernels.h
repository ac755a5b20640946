// What the parts of the native kernels share: the jobs, the table that each instruction set fills,
// and the pool. The definition of every result is the TypeScript in kernels/reference; the C computes
// the same IEEE operations in the same order, so the bits agree (-ffp-contract=off is part of that).
#ifndef OFFPRINT_KERNELS_H
#define OFFPRINT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Rows that share a run of P32 words (GROUP_ROWS in reference/p32.ts).
#define GROUP_ROWS 8

// Asks for memory that will be read in a moment, where data is read once and in order. The processor's
// own prefetching stops at the end of each page of 4 KiB; this far ahead it is hidden (measured on one
// core: 23 GB/s without, 31 with).
enum { READ_AHEAD_BYTES = 8192 };
#define ASK(from, bytes) __builtin_prefetch((const char *)(from) + (bytes))
#define READ_AHEAD(from) ASK(from, READ_AHEAD_BYTES)

// ---- pool.c ----------------------------------------------------------------------------------------

// One piece of a job; `slot` is below the number of threads and not in use by another piece.
typedef void (*Piece)(void *job, int64_t index, int slot);

// Runs pieces 0 .. count-1 on at most `threads` threads, the caller among them; returns when all are
// done. When the pool is in use by another caller, this one does all the work itself.
void pool_run(int threads, int64_t count, Piece piece, void *job);

// Threads of `threads` for a step of about `work` multiply-adds: waking one costs more than few are worth (ONE_THREAD in
// native/mod.ts).
static inline int threads_worth(int threads, int64_t work) { return work < 1 << 19 ? 1 : threads; }

// ---- rooms.c ---------------------------------------------------------------------------------------

// `bytes` bytes on a line of their own with whatever is in them, or null; and back, to be taken again.
void *borrow(size_t bytes);
void give_back(void *room);

// ---- jobs ------------------------------------------------------------------------------------------

// quantizeActivations: reference/activations.ts
typedef struct {
  const float *x;      // [tokens][columns]
  const uint8_t *bits; // [blocks]
  int8_t *codes;       // [tokens][blocks * block_size]
  float *scales;       // [tokens][blocks]
  float *zeros;        // [tokens][blocks], or null: symmetric
  int32_t *sums;       // [tokens][blocks]
  int32_t tokens, columns, blocks, block_size;
} QuantizeJob;

// gemm: reference/gemm.ts
typedef struct {
  const int8_t *codes;    // [tokens][blocks * block_size]
  const float *a_scales;  // [tokens][blocks]
  const float *zeros;     // [tokens][blocks], or null
  const int32_t *a_sums;  // [tokens][blocks]
  const uint8_t *bits;    // [blocks]
  const uint32_t *words;  // [groups][blocks * block_size / 8][8], biased P32; or null
  const int8_t *values;   // [groups][blocks * block_size / 4][8][4], where words is null
  const float *w_scales;  // [groups][blocks][8]
  const int16_t *w_sums;  // [groups][blocks][8], or null
  float *y;               // [tokens][rows]
  int32_t tokens, rows, blocks, block_size;
  const uint8_t *packed;  // codes, scales and sums as the variant's `pack` has put them, or null
  int32_t others;         // row groups that other threads take between two tiles of one, about
  const uint32_t *after;  // words of the product that comes after this one, or null
  int64_t after_piece;    // words of each of its first pieces
} GemmJob;

// A part of Y: `tokens` by `groups` of eight rows, over blocks `first` .. `last - 1`. Starts from 0 at
// block 0 and from what is in y at later ones.
typedef struct {
  int32_t token, tokens;
  int32_t group, groups;
  int32_t first, last;
  int32_t piece_end; // the group before which this thread's piece ends
  int64_t jump;      // bytes of weights from there to where it reads on
} Tile;

// One KV cache record (see KvLayout in kv_cache.ts).
typedef struct {
  int32_t head_dim, padded_dim, group_size;
} KvSizes;

// The most queries of a job of kvAttend.
#define MOST_QUERIES 4

// Queries of kvAttend that read one KV head of one text and as many complete groups, in the order of their
// positions: reference/kv4.ts
typedef struct {
  KvSizes sizes;
  const uint8_t *const *packed; // [complete] records of this layer and KV head
  const uint16_t *recent;       // record of the group that holds the positions
  int32_t complete, count;      // groups that are read from codes; queries
  float *scratch;               // [count][ATTEND_SCRATCH(last position + 1, padded_dim)]
  struct {
    const float *q; // [head_dim]
    float *output;  // [head_dim]
    int32_t position;
  } of[MOST_QUERIES];
} AttendJob;

// Floats that a query of an AttendJob needs: scores padded to whole groups, the query and what is made of it, sums.
#define ATTEND_SCRATCH(length, padded_dim) ((length) + 256 + 4 * (padded_dim))

// Rows of a panel of 32-bit floats, and tokens whose keys lie side by side (PANEL_ROWS in contract/fp32_decoder.ts).
#define PANEL_ROWS 16

// Queries of one token that read one KV head of one text in 32-bit floats: reference/fp32_forward.ts
typedef struct {
  const float *keys;   // [blocks of 16 tokens][dim][16]
  const float *values; // [tokens][dim]
  const float *q;      // [queries][dim]
  float *output;       // [queries][dim]
  float *scratch;      // [ATTEND32_SCRATCH(seen, dim)]
  int32_t dim, seen, queries;
} Attend32Job;

// Floats for the scores of a query, which are computed and softened some at a time; and for an Attend32Job.
#define ATTEND32_SCORES(seen) ((int64_t)(seen) + 128)
#define ATTEND32_SCRATCH(seen, dim) (4 * (ATTEND32_SCORES(seen) + (dim)))

// Which part of a product under the diagonal is wanted: outputs in columns up to the row's, terms up to the row's, or
// terms from the row's on. Beyond it there are zeros, or nobody reads.
enum { ALL_TERMS, SEEN_COLUMNS, SEEN_TERMS, LATER_TERMS };

// Rows of a piece of a Product32, whole tiles in every variant.
#define PIECE32_ROWS 24

// y[row][column] = the sum of a[row][term] * b[column][term], term after term: reference/training.ts
typedef struct {
  const float *a, *b;
  int64_t a_row, a_term, b_column, b_term; // floats from one to the next
  float *y;
  int64_t stride; // of a row of y
  int32_t rows, columns, terms;
  int32_t adds; // begins from what is in y
  int32_t triangle;
  float *packed; // [PACKED32(columns, terms)]: b, in panels
} Product32;

// In each of them one of the distances is 1: a_row or a_term, b_column or b_term.
//
// Floats for the columns in panels, and for the rows of a piece; with what a transposition writes beyond the end.
#define PACKED32(columns, terms) (((int64_t)(columns) + 31) / 32 * 32 * (terms) + 8)
#define PIECE32_ROOM (PIECE32_ROWS * 256 + 8)

// Floats that a row of scores may be written beyond its end.
#define SOFTEN_ROOM 64

// A step of AdamW on parameters of one kind: reference/adamw.ts
typedef struct {
  float *parameters, *first, *second;
  const float *gradient;
  double clip, beta1, beta2, epsilon, keep, rate, correction2;
} AdamW;

// What a training pass needs beside a decoder's cores: reference/training.ts, reference/adamw.ts
typedef struct {
  int32_t (*panels)(int32_t columns);
  void (*pack)(const Product32 *job, int32_t panel);
  void (*product)(const Product32 *job, int32_t piece, float *room); // room: [PIECE32_ROOM]
  float (*straighten)(const float *x, const float *gain, double epsilon, int32_t width, float *s, float *y);
  void (*norm_back)(const float *dy, const float *s, const float *gain, float r, int32_t width, float *room, float *dx);
  void (*gain_back)(const float *dy, const float *s, int32_t rows, int32_t width, float *gradient); // of 8 channels
  void (*gate)(const float *gate, const float *up, int32_t inner, float *silu, float *slope, float *y);
  void (*gate_back)(const float *up, const float *silu, const float *slope, const float *dy, int32_t inner, float *dgate,
                    float *dup);
  double (*soften)(const float *scores, int32_t seen, float *room, float *weights, float *largest);
  void (*soften_back)(const float *weights, float along, int32_t seen, float *d);
  double (*sum_products)(const float *a, const float *b, int32_t count);
  void (*scale)(float *x, float factor, int32_t count);
  double (*squares)(const float *gradient, int64_t count);
  void (*adamw)(const AdamW *step, int64_t from, int64_t count);
} TrainingCores;

// A token of warpedSoftmax: its place in the order, and its weight.
typedef struct {
  uint64_t key;
  double weight;
} Entry;

// One row of warpedSoftmax: reference/sampling.ts
typedef struct {
  const float *logits; // [vocabulary]
  double *p;           // [vocabulary]
  int32_t vocabulary, top_k;
  double temperature, top_p, min_p;
  Entry *entries, *copy; // [SOFTMAX_ENTRIES] each
  int32_t threads;       // that may share the row
} SoftmaxJob;

// Room that a SoftmaxJob needs, in entries: twice for top-k, once for top-p.
#define SOFTMAX_ENTRIES(vocabulary) (2 * (size_t)(vocabulary) + 64)

// ---- one table per instruction set -----------------------------------------------------------------

typedef struct {
  // Tokens and row groups that a tile may have at most; a tile has fewer at the edges.
  int32_t tile_tokens, tile_groups;
  int32_t least_groups; // that `tile` computes, also where fewer are there
  void (*tile)(const GemmJob *job, const Tile *tile);  // 4-bit weights
  void (*tile8)(const GemmJob *job, const Tile *tile); // 8-bit weights
  // A yardstick: the dot product instructions of `tile` on registers alone, `turns` times over; returns the
  // multiply-adds of a turn. Null where nobody has written it.
  int32_t (*peak)(int32_t turns);
  // From how many tokens on `tile` wants them packed (0: never), in how many parts, into how many bytes.
  int32_t pack_from, (*pack_parts)(int32_t tokens);
  size_t (*pack_bytes)(const GemmJob *job);
  void (*pack)(const GemmJob *job, int32_t part, uint8_t *packed);
  // One token; returns the column of the first number that is not finite, or -1.
  int32_t (*quantize)(const QuantizeJob *job, int32_t token);
  // Floats to 16-bit floats, rounded to nearest even.
  void (*to_halves)(const float *from, uint16_t *to, int32_t count);
  // From 16-bit floats to codes: one head of a complete group.
  void (*pack_group)(const KvSizes *sizes, const uint16_t *recent, uint8_t *packed);
  // Some queries of one head; returns a bit for each that has a score that is not finite.
  int32_t (*attend)(const AttendJob *job);
  // warpedSoftmax of a row; returns the token whose logit it refuses, or -1.
  int32_t (*softmax)(const SoftmaxJob *job);
  // laneSum: reference/exact_math.ts
  double (*sum)(const double *values, int32_t count);
  // reference/decoder_parts.ts, one row each. rmsNorm, then reordered where there is an order.
  void (*norm)(const float *x, const float *gain, const uint32_t *order, double epsilon,
               int32_t width, float *y);
  void (*widen)(const uint16_t *halves, float *to, int32_t count);
  void (*add)(float *x, const float *y, int32_t count);
  void (*rotate)(float *head, const float *cos, const float *sin, int32_t half);
  void (*gate)(const float *gate, const float *up, int32_t inner, float *y);
  // halfProduct of `rows` rows of w and each of `tokens` rows of x; y is [tokens][stride].
  void (*half_product)(const uint16_t *w, int32_t rows, const float *x, int32_t tokens,
                       int32_t width, float *y, int64_t stride);
  // reference/fp32_forward.ts: `rows` rows of a matrix in panels and each of `tokens` rows of x; y is [tokens][stride].
  void (*panel_product)(const float *w, int32_t rows, int32_t columns, const float *x,
                        int32_t tokens, float *y, int64_t stride);
  void (*attend32)(const Attend32Job *job);
  TrainingCores training;
} Variant;

extern const Variant offprint_portable, offprint_avx2, offprint_avxvnni, offprint_avx512vnni,
    offprint_neon;

#endif
