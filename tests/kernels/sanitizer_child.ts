/**
 * Run by `sanitizer_test.ts` with libasan preloaded: the conformance of each variant on a library with
 * the address and undefined-behaviour sanitizers, which end this process at the first fault. With
 * `overflow` it commits one on purpose.
 */
import { openNative } from "kernels/native/mod.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { conformance } from "./conformance/mod.ts";

const build = { sanitize: true };
const library = await loadLibrary(build);

if (Deno.args.includes("overflow")) {
  const tokens = 3, rows = 20, columns = 64, words = new Uint32Array(24 * columns / 8);
  library.symbols.offprint_gemm(
    ...[0, 1] as const,
    new Int8Array(tokens * columns),
    new Float32Array(tokens),
    null,
    new Int32Array(tokens),
    Uint8Array.of(8),
    4,
    words,
    new Float32Array(24),
    null,
    new Float32Array(tokens * rows - 1), // one too short
    ...[tokens, rows, 1, columns] as const,
  );
} else {
  for (const variant of library.variants) {
    const kernels = await openNative({ variant, threads: 3, build });
    for (const { check } of conformance) await check(kernels);
    console.log(`${variant}: ${conformance.length} checks`);
  }
}
