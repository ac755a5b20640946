// Where the time of forward passes goes, on the thread that calls; waiting for others is part of it.
#include <stdatomic.h>
#include <time.h>

#include "exports.h"
#include "forward.h"

static atomic_int wanted;
static _Atomic int64_t spent[PARTS]; // nanoseconds

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t profile_start(void) {
  return atomic_load_explicit(&wanted, memory_order_relaxed) ? now() : 0;
}

int64_t profile_part(int part, int64_t since) {
  if (since == 0) return 0;
  const int64_t at = now();
  atomic_fetch_add_explicit(spent + part, at - since, memory_order_relaxed);
  return at;
}

// Starts counting, or stops and hands over the nanoseconds of each part, [PARTS].
EXPORT int32_t offprint_profile(int32_t start, int64_t *nanoseconds) {
  atomic_store(&wanted, start);
  for (int i = 0; i < PARTS; i++) nanoseconds[i] = atomic_exchange(spent + i, 0);
  return DONE;
}
