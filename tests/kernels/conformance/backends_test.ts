/**
 * Every backend and instruction set that runs on this machine against the reference. The reference
 * itself runs too: then only the refusals and the exact accumulators are put to the test.
 */
import { openKernels } from "kernels/mod.ts";
import { VARIANTS } from "kernels/native/build.ts";
import { openNative } from "kernels/native/mod.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { conformance } from "./mod.ts";

const reference = await openKernels({ backend: "reference" });
for (const { name, check } of conformance) {
  Deno.test(`reference: ${name}`, () => check(reference));
}

const library = await loadLibrary().catch((error: Error) => error);
for (const variant of VARIANTS) {
  const missing = library instanceof Error
    ? library.message
    : library.variants.includes(variant)
    ? undefined
    : "this processor or compiler does not have it";
  if (missing !== undefined) {
    Deno.test({ name: `native ${variant}: skipped, ${missing}`, ignore: true, fn() {} });
    continue;
  }
  for (const threads of [1, 3]) {
    const kernels = await openNative({ variant, threads });
    for (const { name, check } of conformance) {
      Deno.test(`native ${variant}, ${threads} threads: ${name}`, () => check(kernels));
    }
  }
}
