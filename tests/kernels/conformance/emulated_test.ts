/**
 * The instruction sets that few machines have, on every machine: compiled against SIMDe (Debian
 * libsimde-dev), which spells their instructions out, and held to the same conformance. It proves
 * results, not speed.
 */
import { openNative } from "kernels/native/mod.ts";
import { NativeUnavailable } from "kernels/native/compiler.ts";
import { conformance } from "./mod.ts";

for (const variant of ["avxvnni", "avx512vnni", "neon"] as const) {
  const kernels = await openNative({ variant, threads: 2, build: { emulate: variant } })
    .catch((error: Error) => error);
  if (!(kernels instanceof Error)) {
    for (const { name, check } of conformance) {
      Deno.test(`emulated ${variant}: ${name}`, () => check(kernels));
    }
  } else if (
    kernels instanceof NativeUnavailable && !/failed on(?!.*simde\/)/.test(kernels.message)
  ) {
    const name = `emulated ${variant}: skipped, ${kernels.message}`;
    Deno.test({ name, ignore: true, fn() {} });
  } else {
    Deno.test(`emulated ${variant}: compiles`, () => {
      throw kernels;
    });
  }
}
