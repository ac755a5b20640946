// warpedSoftmax of reference/sampling.ts, one row, without sorting it. Included by cores.h.
//
// Top-k keeps a buffer of candidates in the order of their ids and a threshold that no later token may
// miss; when the buffer is full, selection leaves its k largest. Only what is kept is exponentiated.
// Top-p adds up masses in buckets of logits, and selects by mass within the one where it stops. The
// reference adds up masses from the most likely token down, and selection adds
// them in another order: where rounding could decide which token is the last, a heap repeats the
// reference's sum.
#ifndef OFFPRINT_SOFTMAX_CORES_H
#define OFFPRINT_SOFTMAX_CORES_H

// Buckets of logits by their distance from the largest, in units of the temperature.
enum { BUCKETS = 512, BUCKETS_A_UNIT = 16 };

// Larger keys come first: larger logits, of equal ones lower ids.
static uint64_t key_of(float logit, int32_t token) {
  uint32_t bits;
  logit += 0.0f; // -0 is 0
  memcpy(&bits, &logit, 4);
  bits ^= bits >> 31 ? 0xffffffff : 0x80000000;
  return (uint64_t)bits << 32 | (uint32_t)~token;
}

static int32_t token_of(uint64_t key) { return (int32_t)~(uint32_t)key; }

static float logit_of(uint64_t key) {
  uint32_t bits = (uint32_t)(key >> 32);
  float logit;
  bits ^= bits >> 31 ? 0x80000000 : 0xffffffff;
  memcpy(&logit, &bits, 4);
  return logit;
}

// Exchanges entries until the fewest of largest key come first whose weights, with the `mass` that is there
// before them, reach `enough`. Returns the last of their keys, and the weight without and with it; or 0
// where all are not enough.
static uint64_t select_weight(Entry *entries, int32_t count, double mass, double enough,
                              double *without, double *with) {
  int32_t low = 0, high = count;
  uint32_t random = 1;
  while (low < high) {
    random = random * 1664525 + 1013904223; // so that no usual order of logits is a bad one
    const int32_t at = low + (int32_t)(((uint64_t)random * (uint32_t)(high - low)) >> 32);
    const Entry pivot = entries[at];
    entries[at] = entries[low];
    int32_t middle = low + 1;
    double left = 0;
    for (int32_t i = low + 1; i < high; i++) {
      const Entry entry = entries[i];
      const int larger = entry.key > pivot.key;
      entries[i] = entries[middle];
      entries[middle] = entry;
      left += larger ? entry.weight : 0;
      middle += larger;
    }
    entries[low] = entries[--middle];
    entries[middle] = pivot;
    if (middle > low && mass + left >= enough) {
      high = middle;
      continue;
    }
    *without = mass + left;
    *with = mass = *without + pivot.weight;
    if (mass >= enough) return pivot.key;
    low = middle + 1;
  }
  return 0;
}

static void sift_down(Entry *heap, int32_t count, int32_t at) {
  const Entry moving = heap[at];
  for (int32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1].key > heap[child].key) child++;
    if (moving.key > heap[child].key) break;
    heap[at] = heap[child];
  }
  heap[at] = moving;
}

// The last key whose weight, added up from the largest key down as the reference does, reaches `enough`;
// 0 where all are not enough.
static uint64_t last_in_order(Entry *heap, int32_t count, double enough) {
  for (int32_t i = count / 2; i-- > 0;) sift_down(heap, count, i);
  double mass = 0;
  while (count > 0) {
    const Entry first = heap[0];
    mass += first.weight;
    if (mass >= enough) return first.key;
    heap[0] = heap[--count];
    if (count > 0) sift_down(heap, count, 0);
  }
  return 0;
}

// Keeps entries from `last` on, in their order; returns how many.
static int32_t keep_from(Entry *entries, int32_t count, uint64_t last) {
  int32_t kept = 0;
  for (int32_t i = 0; i < count; i++) {
    entries[kept] = entries[i];
    kept += entries[i].key >= last;
  }
  return kept;
}

// Whether sums of `count` weights in any two orders fall on the same side of `enough`.
static int clear_cut(int32_t count, double enough, double without, double with) {
  const double rounding = 4 * 0x1p-53 * ((double)count + 2 * BUCKETS) * with;
  return without + rounding < enough && enough + rounding < with;
}

enum { MOST_GROUPS = 64 };

// A number that at least `wanted` logits are above; -infinity where none is found quickly. Of twice as many groups as are
// wanted, each eight by eight side by side, the largest members are such logits, and half of them are above their median.
static float low_bound(const float *logits, int32_t count, int32_t wanted) {
  if (wanted > 4 * MOST_GROUPS) return -INFINITY;
  const int32_t groups = (2 * wanted + 7) / 8;
  if (count < 32 * groups) return -INFINITY;
  f32x8 most[MOST_GROUPS];
  for (int32_t g = 0; g < groups; g++) most[g] = load8(logits + 8 * g);
  for (int32_t first = 8 * groups; first + 8 * groups <= count; first += 8 * groups) {
    for (int32_t g = 0; g < groups; g++) most[g] = larger8(load8(logits + first + 8 * g), most[g]);
  }
  float low = INFINITY, high = -INFINITY;
  for (int32_t i = 0; i < 8 * groups; i++) {
    const float x = most[i / 8][i % 8];
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  if (low == -INFINITY) return low;
  low = nextafterf(low, -INFINITY);
  for (int step = 0; step < 12; step++) {
    const float middle = low / 2 + high / 2;
    int32_t above = 0;
    for (int32_t g = 0; g < groups; g++) above += __builtin_popcount((unsigned)above8(most[g], middle));
    if (above >= wanted) low = middle;
    else high = middle;
  }
  return low;
}

// The tokens of the `wanted` largest logits with weight 1, in the order of their ids; those of -infinity
// may be missing. `entries` and `copy` have room for them twice, and 64 more.
static int32_t largest_tokens(const float *logits, int32_t count, int32_t wanted, Entry *entries,
                              Entry *copy) {
  const int64_t room = 2 * (int64_t)wanted + 56;
  float least = low_bound(logits, count, wanted); // a token must be above it
  int32_t held = 0;
  for (int32_t first = 0; first < count; first += 8) {
    const int32_t here = count - first < 8 ? count - first : 8;
    int32_t above = here == 8 ? above8(load8(logits + first), least) : (1 << here) - 1;
    for (; above; above &= above - 1) {
      const int32_t token = first + __builtin_ctz((unsigned)above);
      if (logits[token] > least) entries[held++] = (Entry){key_of(logits[token], token), 1};
    }
    if (held <= wanted || (held <= room && first + 8 < count)) continue;
    double without, with;
    memcpy(copy, entries, sizeof *copy * (size_t)held);
    const uint64_t last = select_weight(copy, held, 0, wanted, &without, &with);
    held = keep_from(entries, held, last);
    least = logit_of(last);
  }
  return held;
}

// Top-k, then top-p, min-p and the division, of the few that top-k leaves.
static void soften_few(const SoftmaxJob *job, double max) {
  Entry *entries = job->entries, *copy = job->copy;
  int32_t kept = largest_tokens(job->logits, job->vocabulary, job->top_k, entries, copy);
  double lanes[8] = {0}, sums[8] = {0};
  for (int32_t first = 0; first < kept; first += DOUBLES) {
    f64s x = {0};
    const int32_t here = kept - first < DOUBLES ? kept - first : DOUBLES;
    for (int32_t i = 0; i < here; i++) x[i] = (double)logit_of(entries[first + i].key);
    f64s e = (x - max) / job->temperature;
    exp_negative(&e, 1);
    for (int32_t i = 0; i < here; i++) {
      entries[first + i].weight = e[i];
      lanes[token_of(entries[first + i].key) & 7] += e[i];
    }
  }
  if (job->top_p < 1) {
    const double enough = job->top_p * lane_total(load4(lanes), load4(lanes + 4));
    double without = 0, with = 0;
    memcpy(copy, entries, sizeof *copy * (size_t)kept);
    uint64_t last = select_weight(copy, kept, 0, enough, &without, &with);
    if (last == 0 || !clear_cut(kept, enough, without, with)) last = last_in_order(copy, kept, enough);
    kept = keep_from(entries, kept, last);
  }
  for (int32_t i = 0; i < kept; i++) {
    if (entries[i].weight < job->min_p) entries[i].weight = 0;
    sums[token_of(entries[i].key) & 7] += entries[i].weight;
  }
  const double total = lane_total(load4(sums), load4(sums + 4));
  memset(job->p, 0, sizeof *job->p * (size_t)job->vocabulary);
  for (int32_t i = 0; i < kept; i++) job->p[token_of(entries[i].key)] = entries[i].weight / total;
}

// How far four logits are below the largest, in buckets; the last takes all that is farther.
INLINE i32x4 buckets4(const float *logits, double max, double a_unit) {
  const f64x4 below = (max - widen4(logits)) * a_unit;
  const i64x4 far = (i64x4)(below >= BUCKETS - 1);
  const i64x4 last = (i64x4)((f64x4){0} + (BUCKETS - 1));
  return __builtin_convertvector((f64x4)(((i64x4)below & ~far) | (last & far)), i32x4);
}

// Gathers the tokens of a bucket, or all where it is below 0.
static int32_t tokens_of(const SoftmaxJob *job, double max, double a_unit, int32_t bucket) {
  int32_t held = 0;
  for (int32_t first = 0; first < job->vocabulary; first += 4) {
    const int32_t here = job->vocabulary - first < 4 ? job->vocabulary - first : 4;
    float last_few[4] = {0};
    if (here < 4) memcpy(last_few, job->logits + first, sizeof(float) * (size_t)here);
    const float *logits = here < 4 ? last_few : job->logits + first;
    const i32x4 found = (i32x4)(buckets4(logits, max, a_unit) == bucket) | (bucket < 0 ? -1 : 0);
    if (!any4(found)) continue;
    for (int32_t i = 0; i < here; i++) {
      if (found[i]) job->entries[held++] = (Entry){key_of(logits[i], first + i), job->p[first + i]};
    }
  }
  return held;
}

// The last token that top-p keeps, as a key; 0 where it keeps all.
static uint64_t last_of_mass(const SoftmaxJob *job, double max) {
  double masses[BUCKETS][4] = {0}; // a column a lane, for a sum waits for itself
  double mass = 0, without = 0, with = 0;
  const double enough = job->top_p * lane_sum(job->p, job->vocabulary);
  double a_unit = BUCKETS_A_UNIT / job->temperature;
  if (a_unit > 0x1p900) a_unit = 0x1p900; // nothing times it is no number
  for (int32_t first = 0; first < job->vocabulary; first += 4) {
    const int32_t here = job->vocabulary - first < 4 ? job->vocabulary - first : 4;
    float last_few[4] = {0};
    if (here < 4) memcpy(last_few, job->logits + first, sizeof(float) * (size_t)here);
    const float *logits = here < 4 ? last_few : job->logits + first;
    const i32x4 bucket = buckets4(logits, max, a_unit);
    for (int32_t i = 0; i < here; i++) masses[bucket[i]][i] += job->p[first + i];
  }
  int32_t bucket = 0;
  for (; bucket < BUCKETS - 1; bucket++) {
    const double *of = masses[bucket], more = (of[0] + of[1]) + (of[2] + of[3]);
    if (mass + more >= enough) break;
    mass += more;
  }
  const int32_t held = tokens_of(job, max, a_unit, bucket);
  const uint64_t last = select_weight(job->entries, held, mass, enough, &without, &with);
  if (last != 0 && clear_cut(job->vocabulary, enough, without, with)) return last;
  return last_in_order(job->entries, tokens_of(job, max, a_unit, -1), enough);
}

// Logits of a piece of work that threads share.
enum { SOFTENED = 8192 };

// A row under way: what its pieces share.
typedef struct {
  const SoftmaxJob *job;
  double max, total;
  uint64_t last; // that top-p keeps, as a key; 0 where it keeps all
} Softening;

static int32_t piece_end(const Softening *all, int64_t index) {
  const int64_t end = (index + 1) * SOFTENED;
  return end < all->job->vocabulary ? (int32_t)end : all->job->vocabulary;
}

// (logits - max) / temperature to p, exponentiated.
static void soften_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Softening *all = of;
  const SoftmaxJob *job = all->job;
  const float *logits = job->logits;
  const double max = all->max, temperature = job->temperature;
  const int32_t end = piece_end(all, index);
  int32_t i = (int32_t)(index * SOFTENED);
  for (; i + 8 * DOUBLES <= end; i += 8 * DOUBLES) {
    f64s x[8];
    UNROLL
    for (int k = 0; k < 8; k++) x[k] = widen(logits + i + DOUBLES * k) - max;
    if (temperature != 1) {
      UNROLL
      for (int k = 0; k < 8; k++) x[k] /= temperature;
    }
    exp_negative(x, 8);
    UNROLL
    for (int k = 0; k < 8; k++) store_doubles(job->p + i + DOUBLES * k, x[k]);
  }
  for (; i < end; i++) {
    f64s x = all_doubles(((double)logits[i] - max) / temperature);
    exp_negative(&x, 1);
    job->p[i] = x[0];
  }
}

static void divide_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Softening *all = of;
  const int32_t end = piece_end(all, index);
  double *p = all->job->p;
  for (int32_t i = (int32_t)(index * SOFTENED); i < end; i++) p[i] /= all->total;
}

static void share_row(const Softening *all, Piece piece) {
  const SoftmaxJob *job = all->job;
  pool_run(job->threads, (job->vocabulary + SOFTENED - 1) / SOFTENED, piece, (void *)all);
}

// Zeroes what comes after `last`, and what is below min_p.
static void cut_piece(void *of, int64_t index, int slot) {
  (void)slot;
  const Softening *all = of;
  const SoftmaxJob *job = all->job;
  const float logit = logit_of(all->last);
  const int32_t end = piece_end(all, index), any = all->last != 0;
  const int32_t token = token_of(all->last);
  for (int32_t i = (int32_t)(index * SOFTENED); i < end; i++) {
    const int cut = any & ((job->logits[i] < logit) | ((job->logits[i] == logit) & (i > token)));
    job->p[i] = cut | (job->p[i] < job->min_p) ? 0 : job->p[i];
  }
}

// The first of the largest logits; or of those that are NaN, where there are any.
static int32_t best_token(const float *logits, int32_t count) {
  const int32_t whole = count & ~7;
  f32x8 most = all8(-INFINITY);
  i32x8 wrong = {0};
  for (int32_t i = 0; i < whole; i += 8) {
    const f32x8 x = load8(logits + i);
    most = larger8(x, most);
    wrong |= (i32x8)(x != x);
  }
  float largest = -INFINITY;
  int32_t nan = 0;
  for (int i = 0; i < 8; i++) {
    largest = most[i] > largest ? most[i] : largest;
    nan |= wrong[i];
  }
  for (int32_t i = whole; i < count; i++) {
    largest = logits[i] > largest ? logits[i] : largest;
    nan |= logits[i] != logits[i];
  }
  int32_t at = 0;
  while (!nan && at < whole && !equal8(load8(logits + at), largest)) at += 8;
  while (nan ? logits[at] == logits[at] : logits[at] != largest) at++;
  return at;
}

static int32_t softmax_row(const SoftmaxJob *job) {
  const int32_t best = best_token(job->logits, job->vocabulary);
  const double max = job->logits[best];
  if (!(max - max == 0)) return best; // NaN or infinite
  if (job->temperature == 0) {
    memset(job->p, 0, sizeof *job->p * (size_t)job->vocabulary);
    job->p[best] = 1;
    return -1;
  }
  if (job->top_k > 0 && job->top_k < job->vocabulary) {
    soften_few(job, max);
    return -1;
  }
  Softening all = {job, max, 0, 0};
  share_row(&all, soften_piece);
  if (job->top_p < 1) all.last = last_of_mass(job, max);
  if (all.last != 0 || job->min_p > 0) share_row(&all, cut_piece);
  all.total = lane_sum(job->p, job->vocabulary);
  share_row(&all, divide_piece);
  return -1;
}

#endif
