// Products and ways back of a training pass in 32-bit floats: reference/training.ts. Included by cores.h.
//
// A lane is an output: each sum has one lane, and its terms come in order, so that neither blocks nor threads show.
#ifndef OFFPRINT_TRAINING_CORES_H
#define OFFPRINT_TRAINING_CORES_H

// A tile of so many rows by so many columns has its sums in registers: 24 of 32, 12 of 16, or as many as there are.
#ifdef WIDE_LANES
enum { TILE32_ROWS = 12, TILE32_VECTORS = 2 };
#elif defined(LANES_AVX2) || defined(LANES_NEON)
enum { TILE32_ROWS = 6, TILE32_VECTORS = 2 };
#else
enum { TILE32_ROWS = 4, TILE32_VECTORS = 1 };
#endif
enum {
  TILE32_COLUMNS = TILE32_VECTORS * PANEL_LANES,
  TILES_OF_A_PIECE = 24 / TILE32_ROWS, // see PIECE32_ROWS
  TERMS_AT_ONCE = 256,                 // so many rows of a panel stay in the first cache
};

#ifdef __clang__
#define SHUFFLE8(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE8(a, b, ...) __builtin_shuffle(a, b, (i32x8){__VA_ARGS__})
#endif

// Eight numbers of each of eight runs: number i of all runs to `to + i * apart`.
INLINE void transpose8(const float *const *runs, float *to, int32_t apart) {
  f32x8 r[8], pairs[8], fours[8];
  UNROLL
  for (int i = 0; i < 8; i++) r[i] = load8(runs[i]);
  UNROLL
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = SHUFFLE8(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = SHUFFLE8(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL
  for (int i = 0; i < 8; i += 4) {
    UNROLL
    for (int j = 0; j < 2; j++) {
      fours[i + 2 * j] = SHUFFLE8(pairs[i + j], pairs[i + 2 + j], 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + 2 * j + 1] = SHUFFLE8(pairs[i + j], pairs[i + 2 + j], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  // In this order: where runs are nearer than eight floats, each store ends in what the next one writes.
  UNROLL
  for (int i = 0; i < 4; i++) store8(to + i * apart, SHUFFLE8(fours[i], fours[4 + i], 0, 1, 2, 3, 8, 9, 10, 11));
  UNROLL
  for (int i = 0; i < 4; i++) store8(to + (4 + i) * apart, SHUFFLE8(fours[i], fours[4 + i], 4, 5, 6, 7, 12, 13, 14, 15));
}

// `terms` numbers of `lanes` runs (a constant) side by side, number by number; of the runs, `apart` floats from one to the
// next, `count` exist, and the last stands for what is missing: nobody reads what comes of it. Up to 8 floats more are written.
INLINE void pack_runs(const float *from, int64_t apart, int32_t count, int32_t terms, const int lanes, float *to) {
  for (int lane = 0; lane < lanes; lane += 8) {
    const int first = lanes < 8 ? 0 : lane + 8 < lanes ? lane : lanes - 8;
    const float *runs[8];
    for (int i = 0; i < 8; i++) runs[i] = from + (first + i < count ? first + i : count - 1) * apart;
    int32_t k = 0;
    for (; k + 8 <= terms; k += 8) {
      transpose8(runs, to + k * lanes + first, lanes);
      for (int i = 0; i < 8; i++) runs[i] += 8;
    }
    for (int32_t at = 0; k < terms; k++, at++) {
      for (int i = 0; i < 8 && first + i < lanes; i++) to[k * lanes + first + i] = runs[i][at];
    }
  }
}

// The columns of panel `index` side by side, term by term.
static void pack_columns32(const Product32 *job, int32_t index) {
  const int32_t first = index * TILE32_COLUMNS, left = job->columns - first;
  const int32_t count = left < TILE32_COLUMNS ? left : TILE32_COLUMNS;
  const float *b = job->b + first * job->b_column;
  float *to = job->packed + (int64_t)first * job->terms;
  if (job->b_term == 1) {
    pack_runs(b, job->b_column, count, job->terms, TILE32_COLUMNS, to);
  } else if (count == TILE32_COLUMNS) {
    for (int32_t k = 0; k < job->terms; k++, to += TILE32_COLUMNS, b += job->b_term) {
      memcpy(to, b, sizeof(float) * TILE32_COLUMNS);
    }
  } else {
    memset(to, 0, sizeof(float) * TILE32_COLUMNS * (size_t)job->terms);
    for (int32_t k = 0; k < job->terms; k++, to += TILE32_COLUMNS, b += job->b_term) {
      memcpy(to, b, sizeof(float) * (size_t)count);
    }
  }
}

// The rows of a tile side by side, term by term.
INLINE void pack_rows32(const Product32 *job, int32_t row, int32_t first, int32_t last, float *to) {
  const int32_t left = job->rows - row, count = left < TILE32_ROWS ? left : TILE32_ROWS;
  const float *a = job->a + row * job->a_row + first * job->a_term;
  if (job->a_term == 1) {
    pack_runs(a, job->a_row, count, last - first, TILE32_ROWS, to);
  } else if (count == TILE32_ROWS) {
    for (int32_t k = first; k < last; k++, to += TILE32_ROWS, a += job->a_term) memcpy(to, a, sizeof(float) * TILE32_ROWS);
  } else {
    memset(to, 0, sizeof(float) * TILE32_ROWS * (size_t)(last - first));
    for (int32_t k = first; k < last; k++, to += TILE32_ROWS, a += job->a_term) memcpy(to, a, sizeof(float) * (size_t)count);
  }
}

// Adds `terms` terms to the sums in y, or to 0 at the start.
INLINE void tile32(const float *a, const float *b, int32_t terms, int start, float *y, int64_t stride) {
  f32p sums[TILE32_ROWS * TILE32_VECTORS];
  UNROLL
  for (int m = 0; m < TILE32_ROWS; m++) {
    UNROLL
    for (int v = 0; v < TILE32_VECTORS; v++) {
      sums[m * TILE32_VECTORS + v] = start ? (f32p){0} : load_panel(y + m * stride + v * PANEL_LANES);
    }
  }
  for (int32_t k = 0; k < terms; k++, a += TILE32_ROWS, b += TILE32_COLUMNS) {
    f32p some[TILE32_VECTORS];
    UNROLL
    for (int v = 0; v < TILE32_VECTORS; v++) some[v] = load_panel(b + v * PANEL_LANES);
    UNROLL
    for (int m = 0; m < TILE32_ROWS; m++) {
      UNROLL
      for (int v = 0; v < TILE32_VECTORS; v++) sums[m * TILE32_VECTORS + v] += some[v] * a[m];
    }
  }
  UNROLL
  for (int m = 0; m < TILE32_ROWS; m++) {
    UNROLL
    for (int v = 0; v < TILE32_VECTORS; v++) memcpy(y + m * stride + v * PANEL_LANES, &sums[m * TILE32_VECTORS + v], sizeof(f32p));
  }
}

// A tile of which only `rows` rows and `columns` columns exist.
static void edge32(const float *a, const float *b, int32_t terms, int start, int32_t rows, int32_t columns,
                   float *y, int64_t stride) {
  float all[TILE32_ROWS * TILE32_COLUMNS] = {0};
  const size_t bytes = sizeof(float) * (size_t)columns;
  for (int32_t m = 0; m < rows && !start; m++) memcpy(all + m * TILE32_COLUMNS, y + m * stride, bytes);
  tile32(a, b, terms, start, all, TILE32_COLUMNS);
  for (int32_t m = 0; m < rows; m++) memcpy(y + m * stride, all + m * TILE32_COLUMNS, bytes);
}

static int32_t panels32(int32_t columns) { return (columns + TILE32_COLUMNS - 1) / TILE32_COLUMNS; }

// Piece `index` of a product: PIECE32_ROWS rows. Its own rows are packed into `room`.
static void product32_piece(const Product32 *job, int32_t index, float *room) {
  const int32_t from = index * PIECE32_ROWS, left = job->rows - from;
  const int32_t rows = left < PIECE32_ROWS ? left : PIECE32_ROWS;
  // What the triangle leaves, to whole tiles: beyond it there are zeros, or nobody reads.
  const int32_t seen = from + PIECE32_ROWS;
  const int32_t columns = job->triangle == SEEN_COLUMNS && seen < job->columns ? seen : job->columns;
  const int32_t begin = job->triangle == LATER_TERMS ? from : 0;
  const int32_t end = job->triangle == SEEN_TERMS && seen < job->terms ? seen : job->terms;
  for (int32_t first = begin; first < end; first += TERMS_AT_ONCE) {
    const int32_t last = first + TERMS_AT_ONCE < end ? first + TERMS_AT_ONCE : end, terms = last - first;
    const int start = first == begin && !job->adds;
    for (int32_t row = 0; row < rows; row += TILE32_ROWS) {
      pack_rows32(job, from + row, first, last, room + row * (int64_t)terms);
    }
    for (int32_t column = 0; column < columns; column += TILE32_COLUMNS) {
      const float *b = job->packed + (int64_t)column * job->terms + (int64_t)first * TILE32_COLUMNS;
      const int32_t some = job->columns - column;
      for (int32_t row = 0; row < rows; row += TILE32_ROWS) {
        const float *a = room + row * (int64_t)terms;
        float *y = job->y + (from + row) * job->stride + column;
        if (rows - row >= TILE32_ROWS && some >= TILE32_COLUMNS) {
          if (start) tile32(a, b, terms, 1, y, job->stride);
          else tile32(a, b, terms, 0, y, job->stride);
        } else {
          edge32(a, b, terms, start, rows - row < TILE32_ROWS ? rows - row : TILE32_ROWS,
                 some < TILE32_COLUMNS ? some : TILE32_COLUMNS, y, job->stride);
        }
      }
    }
  }
}

// ---- what stands between products, and ways back ----------------------------------------------------------

// laneSum of the products of two rows.
static double sum_products(const float *a, const float *b, int32_t count) {
  f64s sums[8 / DOUBLES] = {{0}};
  for (int32_t i = 0; i < count; i += 8) {
    UNROLL
    for (int part = 0; part < 8 / DOUBLES; part++) sums[part] += widen(a + i + part * DOUBLES) * widen(b + i + part * DOUBLES);
  }
  double lanes[8];
  memcpy(lanes, sums, sizeof lanes);
  return lane_total(load4(lanes), load4(lanes + 4));
}

// s: x / the root of its mean square; y: s times the gain. Returns what x was multiplied by.
static float straighten(const float *x, const float *gain, double epsilon, int32_t width, float *s, float *y) {
  const float r = (float)(1 / sqrt(sum_products(x, x, width) / width + epsilon));
  for (int32_t j = 0; j < width; j += 8) {
    const f32x8 some = load8(x + j) * all8(r);
    store8(s + j, some);
    store8(y + j, some * load8(gain + j));
  }
  return r;
}

// dx += the way back through a norm; `t` is room for a row.
static void norm_back(const float *dy, const float *s, const float *gain, float r, int32_t width, float *t, float *dx) {
  for (int32_t j = 0; j < width; j += 8) store8(t + j, load8(dy + j) * load8(gain + j));
  const float mean = (float)(sum_products(t, s, width) / width);
  for (int32_t j = 0; j < width; j += 8) {
    store8(dx + j, load8(dx + j) + all8(r) * (load8(t + j) - load8(s + j) * all8(mean)));
  }
}

// The gradients of eight channels' gains: a sum over all tokens.
static void gain_back(const float *dy, const float *s, int32_t rows, int32_t width, float *gradient) {
  f32x8 sum = all8(0);
  for (int32_t n = 0; n < rows; n++) sum += load8(dy + (int64_t)n * width) * load8(s + (int64_t)n * width);
  store8(gradient, sum);
}

// y = silu(gate) * up of `count` vectors (a constant); silu and its slope are kept for the way back.
INLINE void gate_vectors32(const float *gate, const float *up, float *silu, float *slope, float *y, const int count) {
  const f64s one = all_doubles(1);
  f64s g[8], e[8];
  UNROLL
  for (int i = 0; i < count; i++) {
    g[i] = widen(gate + DOUBLES * i);
    e[i] = -(f64s)((i64s)g[i] & 0x7fffffffffffffff);
  }
  exp_negative(e, count);
  UNROLL
  for (int i = 0; i < count; i++) {
    const i64s positive = (i64s)(g[i] >= 0);
    const f64s top = (f64s)(((i64s)one & positive) | ((i64s)e[i] & ~positive));
    const f64s sigmoid = top / (one + e[i]);
    const f32s of = narrow(g[i] * sigmoid), along = narrow(sigmoid * (one + g[i] * (one - sigmoid)));
    f32s u;
    memcpy(&u, up + DOUBLES * i, sizeof u);
    u = of * u;
    memcpy(silu + DOUBLES * i, &of, sizeof of);
    memcpy(slope + DOUBLES * i, &along, sizeof along);
    memcpy(y + DOUBLES * i, &u, sizeof u);
  }
}

static void gate_row32(const float *gate, const float *up, int32_t inner, float *silu, float *slope, float *y) {
  int32_t i = 0;
  for (; i + 8 * DOUBLES <= inner; i += 8 * DOUBLES) {
    gate_vectors32(gate + i, up + i, silu + i, slope + i, y + i, 8);
  }
  for (; i < inner; i += 8) gate_vectors32(gate + i, up + i, silu + i, slope + i, y + i, 8 / DOUBLES);
}

// Gradients of gate and up from that of silu(gate) * up.
static void gate_back(const float *up, const float *silu, const float *slope, const float *dy, int32_t inner, float *dgate,
                      float *dup) {
  for (int32_t i = 0; i < inner; i += 8) {
    const f32x8 d = load8(dy + i);
    store8(dgate + i, d * load8(up + i) * load8(slope + i));
    store8(dup + i, d * load8(silu + i));
  }
}

// Scores of a row to weights whose sum is 1, the first `seen` of them; `room` is longer than the row by SOFTEN_ROOM.
// Returns the sum before the division and the largest score.
static double soften_row(const float *scores, int32_t seen, float *room, float *weights, float *largest) {
  *largest = largest_of(scores, seen);
  memcpy(room, scores, sizeof(float) * (size_t)seen);
  soften_scores(room, seen, *largest);
  const double sum = sum_floats(room, seen);
  const float inverse = (float)(1 / sum);
  int32_t i = 0;
  for (; i + 8 <= seen; i += 8) store8(weights + i, load8(room + i) * all8(inverse));
  for (; i < seen; i++) weights[i] = room[i] * inverse;
  return sum;
}

// Gradients of scores from those of the weights, in place: weight * (gradient - along).
static void soften_back(const float *weights, float along, int32_t seen, float *d) {
  int32_t i = 0;
  for (; i + 8 <= seen; i += 8) store8(d + i, load8(weights + i) * (load8(d + i) - all8(along)));
  for (; i < seen; i++) d[i] = weights[i] * (d[i] - along);
}

// x *= factor
static void scale_row(float *x, float factor, int32_t count) {
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) store8(x + i, load8(x + i) * all8(factor));
  for (; i < count; i++) x[i] = x[i] * factor;
}

// ---- AdamW: reference/adamw.ts ----------------------------------------------------------------------------

// The sum of squares, one after the other.
static double squares_of(const float *gradient, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += (double)gradient[i] * (double)gradient[i];
  return sum;
}

INLINE f64s root(f64s lanes) {
#ifdef LANES_AVX512
  return (f64s)_mm512_sqrt_pd((__m512d)lanes);
#elif defined(LANES_AVX2)
  return (f64s)_mm256_sqrt_pd((__m256d)lanes);
#else
  for (int i = 0; i < DOUBLES; i++) lanes[i] = sqrt(lanes[i]);
  return lanes;
#endif
}

static void adamw_run(const AdamW *step, int64_t from, int64_t count) {
  float *parameters = step->parameters + from, *first = step->first + from, *second = step->second + from;
  const float *gradient = step->gradient + from;
  const double fresh1 = 1 - step->beta1, fresh2 = 1 - step->beta2;
  int64_t i = 0;
  for (; i + DOUBLES <= count; i += DOUBLES) {
    const f64s g = widen(gradient + i) * step->clip;
    const f64s m = widen(first + i) * step->beta1 + g * fresh1;
    const f64s v = widen(second + i) * step->beta2 + g * fresh2 * g;
    const f64s p = widen(parameters + i) * step->keep - m * step->rate / (root(v * step->correction2) + step->epsilon);
    const f32s narrow_m = narrow(m), narrow_v = narrow(v), narrow_p = narrow(p);
    memcpy(first + i, &narrow_m, sizeof narrow_m);
    memcpy(second + i, &narrow_v, sizeof narrow_v);
    memcpy(parameters + i, &narrow_p, sizeof narrow_p);
  }
  for (; i < count; i++) {
    const double g = (double)gradient[i] * step->clip;
    const double m = step->beta1 * (double)first[i] + fresh1 * g;
    const double v = step->beta2 * (double)second[i] + fresh2 * g * g;
    first[i] = (float)m;
    second[i] = (float)v;
    parameters[i] =
        (float)((double)parameters[i] * step->keep - step->rate * m / (sqrt(v * step->correction2) + step->epsilon));
  }
}

#endif
