#ifndef OFFPRINT_CPU_H
#define OFFPRINT_CPU_H

#include <stdint.h>

// Bits of offprint_cpu; the order is that of the variants in exports.c.
enum { CPU_AVX2 = 1 << 1, CPU_AVXVNNI = 1 << 2, CPU_AVX512VNNI = 1 << 3, CPU_NEON = 1 << 4 };

int32_t offprint_cpu(void);

#endif
