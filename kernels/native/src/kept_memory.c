// Memory of results is kept for the next ones. A call's numbers belong to its caller, so that they are new memory each time:
// for eight tokens of 32 000 logits a megabyte. GNU's allocator asks the system for such a block, or takes it from the end of
// what it holds and gives that back soon after; each of its 250 pages then costs a fault when it is first written to (2 to
// 15 us in a virtual machine, measured), which is longer than the product that fills it.
#include <stdlib.h>
#ifdef __linux__
#include <malloc.h>
#endif

#include "exports.h"

// 1 where the allocator was told to keep up to 128 MiB of what has been freed, blocks of up to 32 MiB among it, the most that
// it allows. What a user has set in the environment stands, and other allocators stay as they are.
EXPORT int32_t offprint_keep_memory(void) {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
  const char *set[] = {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"};
  for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
    if (getenv(set[i])) return 0;
  }
  return mallopt(M_MMAP_THRESHOLD, 32 << 20) && mallopt(M_TRIM_THRESHOLD, 128 << 20);
#else
  return 0;
#endif
}
