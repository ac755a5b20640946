// Which instruction sets this processor and its operating system offer.
#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>

// The register states that the operating system saves (XCR0).
static unsigned saved_states(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  (void)high;
  return low;
}

int32_t offprint_cpu(void) {
  unsigned a, b, c, d, b7, c7, a71 = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const unsigned osxsave = 1u << 27, f16c = 1u << 29;
  if (!(c & osxsave) || !(c & f16c)) return 0;
  const unsigned states = saved_states();
  if ((states & 0x06) != 0x06) return 0; // xmm, ymm
  if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d)) return 0;
  const unsigned subleaves = a;
  if (!(b7 & 1u << 5)) return 0; // AVX2
  int32_t found = CPU_AVX2;
  if (subleaves >= 1 && __get_cpuid_count(7, 1, &a71, &b, &c, &d) && (a71 & 1u << 4)) {
    found |= CPU_AVXVNNI;
  }
  const unsigned avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; // F, DQ, BW, VL
  const unsigned vnni = 1u << 11;
  if ((states & 0xe6) == 0xe6 && (b7 & avx512) == avx512 && (c7 & vnni)) found |= CPU_AVX512VNNI;
  return found;
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

int32_t offprint_cpu(void) {
  const unsigned long dot_product = 1ul << 20; // HWCAP_ASIMDDP
  return getauxval(AT_HWCAP) & dot_product ? CPU_NEON : 0;
}

#elif defined(__aarch64__) && defined(__APPLE__)

int32_t offprint_cpu(void) { return CPU_NEON; } // every Apple processor has the dot product

#else

int32_t offprint_cpu(void) { return 0; }

#endif
