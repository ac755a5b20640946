// A pool of threads shared by everyone in the process.
//
// Of T threads, number s takes pieces s, s + T, s + 2 T ... and then what others have left. So a piece of the next pass over
// the same weights or texts falls to the thread that has read them before, and finds them in that processor's caches. A
// worker that the system has not scheduled yet is not waited for, so a busy machine costs speed, never a stall.
// Two callers (JavaScript workers share the library and this pool): the second finds the pool taken
// and works alone. Between jobs workers spin for a moment, then sleep.
//
// A worker that is woken must not be queued behind the caller. Linux does that when a call comes from
// another thread than JavaScript's: at that moment JavaScript's processor is still busy going to sleep,
// so the caller's looks as good, and the worker waits there until the job is over while the other
// processor idles (seen with `perf sched` on two of them: 1.0 ms of 1.2). So it is told to keep off.
#define _GNU_SOURCE
#include "kernels.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif

enum { MOST_WORKERS = 255, SPINS = 4000 };

// The gate of the current job: how many workers are inside, and whether more may enter.
#define OPEN (1 << 16)

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER; // held by the caller whose job runs
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // guards sleeping and waking
static pthread_cond_t work = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static int workers;
static pthread_t threads_of[MOST_WORKERS];
static atomic_int sleeping, waiting, gate;
static atomic_uint generation;

static struct {
  Piece piece;
  void *job;
  int64_t count;
  int threads; // slots of a lower number take part
} current;

// How many of its pieces have been taken, for each slot, on a line of its own.
static struct {
  _Alignas(64) _Atomic int64_t taken;
} turns[MOST_WORKERS + 1];

static void take_pieces(int slot) {
  const int threads = current.threads;
  for (int i = 0; i < threads; i++) {
    const int of = (slot + i) % threads;
    for (;;) {
      const int64_t turn = atomic_fetch_add_explicit(&turns[of].taken, 1, memory_order_relaxed);
      const int64_t index = of + turn * threads;
      if (index >= current.count) break;
      current.piece(current.job, index, slot);
    }
  }
}

static void *worker(void *number) {
  int slot = (int)(intptr_t)number;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS && atomic_load(&generation) == seen; i++) PAUSE();
    if (atomic_load(&generation) == seen) {
      pthread_mutex_lock(&lock);
      atomic_fetch_add(&sleeping, 1);
      while (atomic_load(&generation) == seen) pthread_cond_wait(&work, &lock);
      atomic_fetch_sub(&sleeping, 1);
      pthread_mutex_unlock(&lock);
    }
    seen = atomic_load(&generation);
    int inside = atomic_load(&gate);
    while ((inside & OPEN) && !atomic_compare_exchange_weak(&gate, &inside, inside + 1)) {}
    if (!(inside & OPEN)) continue; // too late for this job
    if (slot < current.threads) take_pieces(slot);
    if (atomic_fetch_sub(&gate, 1) == 1 && atomic_load(&waiting)) {
      pthread_mutex_lock(&lock);
      pthread_cond_signal(&done);
      pthread_mutex_unlock(&lock);
    }
  }
  return NULL;
}

// Workers never end, so the library must not be unmapped when the last JavaScript worker that loaded
// it does: opening it once more keeps it.
static void stay_loaded(void) {
  Dl_info info;
  if (dladdr((void *)&stay_loaded, &info) && info.dli_fname) dlopen(info.dli_fname, RTLD_NOW);
}

static void start_workers(int wanted) {
  if (workers == 0) stay_loaded();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // signals belong to the host's threads
  while (workers < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, worker, (void *)(intptr_t)(workers + 1)) != 0) break;
    pthread_detach(thread);
    threads_of[workers++] = thread;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// Keeps sleeping workers off the caller's processor, where there are few processors and all are asked
// for; among many the system finds an idle one.
static void keep_off(int wanted) {
#ifdef __linux__
  enum { FEW = 8 };
  static cpu_set_t allowed; // guarded by `taken`, as the rest here
  static int processors, kept_off = -1, told;
  if (processors == 0) {
    processors = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  }
  const int here = sched_getcpu();
  if (processors < 2 || processors > FEW || wanted + 1 < processors || here < 0) return;
  if (here == kept_off && told == workers) return;
  cpu_set_t others = allowed;
  CPU_CLR(here, &others);
  if (CPU_COUNT(&others) == 0) return;
  for (int i = 0; i < workers; i++) pthread_setaffinity_np(threads_of[i], sizeof others, &others);
  kept_off = here;
  told = workers;
#else
  (void)wanted;
#endif
}

void pool_run(int threads, int64_t count, Piece piece, void *job) {
  if (threads > count) threads = (int)count;
  if (threads > MOST_WORKERS) threads = MOST_WORKERS;
  if (threads <= 1 || pthread_mutex_trylock(&taken) != 0) {
    for (int64_t i = 0; i < count; i++) piece(job, i, 0);
    return;
  }
  if (workers < threads - 1) start_workers(threads - 1);

  current.piece = piece;
  current.job = job;
  current.count = count;
  current.threads = threads;
  for (int i = 0; i < threads; i++) atomic_store_explicit(&turns[i].taken, 0, memory_order_relaxed);
  atomic_store(&gate, OPEN);
  atomic_fetch_add(&generation, 1);
  if (atomic_load(&sleeping) > 0) {
    keep_off(threads - 1);
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&work);
    pthread_mutex_unlock(&lock);
  }
  take_pieces(0);

  int inside = atomic_fetch_and(&gate, ~OPEN) & ~OPEN;
  for (int i = 0; i < SPINS && inside > 0; i++) {
    PAUSE();
    inside = atomic_load(&gate);
  }
  if (inside > 0) {
    pthread_mutex_lock(&lock);
    atomic_store(&waiting, 1);
    while (atomic_load(&gate) > 0) pthread_cond_wait(&done, &lock);
    atomic_store(&waiting, 0);
    pthread_mutex_unlock(&lock);
  }
  pthread_mutex_unlock(&taken);
}
