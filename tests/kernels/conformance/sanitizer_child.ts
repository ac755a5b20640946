/**
 * Run by `sanitizer_test.ts` with libasan preloaded: the conformance of each variant on a library with
 * the address and undefined-behaviour sanitizers, which end this process at the first fault. With
 * `overflow N` it commits one on purpose: in variant N, of the scales.
 */
import { openNative } from "kernels/native/mod.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { conformance } from "./mod.ts";

const build = { sanitize: true };
const library = await loadLibrary(build);

if (Deno.args[0] === "overflow") {
  const tokens = 7, rows = 24, columns = 64;
  library.symbols.offprint_gemm(
    ...[Number(Deno.args[1]), 1] as const,
    new Int8Array(tokens * columns),
    new Float32Array(tokens),
    null,
    new Int32Array(tokens),
    Uint8Array.of(8),
    4,
    new Uint32Array(rows * columns / 8),
    new Float32Array(rows - 1), // one too short
    null,
    new Float32Array(tokens * rows),
    ...[tokens, rows, 1, columns] as const,
  );
} else {
  for (const variant of library.variants) {
    const kernels = await openNative({ variant, threads: 3, build });
    for (const { check } of conformance) await check(kernels);
    console.log(`${variant}: ${conformance.length} checks`);
  }
}
