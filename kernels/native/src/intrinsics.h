// The intrinsics of the machine; or, in tests, SIMDe's emulation of them, so that a variant can be
// checked on a machine that does not have its instructions.
#ifndef OFFPRINT_INTRINSICS_H
#define OFFPRINT_INTRINSICS_H

#ifdef OFFPRINT_SIMDE
#define SIMDE_ENABLE_NATIVE_ALIASES
#ifdef OFFPRINT_NEON
#include <simde/arm/neon.h>
#else
#include <simde/x86/avx2.h>
#include <simde/x86/avx512.h>
#define _mm256_dpbusd_avx_epi32 simde_mm256_dpbusd_epi32
#endif
#elif defined(OFFPRINT_NEON)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif

#endif
