import { assert, assertEquals } from "@std/assert";
import { openKernels } from "kernels/mod.ts";
import { clockSizes, kernelSpeeds } from "offprint/papers/comet/mod.ts";

/** Multiplications that all turns of a product of this backend take together. */
function work(backend: "native" | "reference"): number {
  const { shapes, tokens, turns } = clockSizes({ backend });
  const all = tokens.reduce((sum, count) => sum + count, 0);
  return shapes.reduce((sum, [rows, columns]) => sum + rows * columns * all * turns, 0);
}

Deno.test("compiled kernels are timed on all sizes that the claims are about, plain TypeScript on what it does in a second", () => {
  const native = clockSizes({ backend: "native" });
  assertEquals(native.needs, undefined);
  for (const tokens of [16, 64, 256]) assert(native.tokens.includes(tokens));
  for (const batch of [1, 16]) assert(native.batches.includes(batch));
  assertEquals(native.shapes.length, 4);

  const plain = clockSizes({ backend: "reference" });
  assert(plain.needs?.includes("compiled kernels"));
  assert(work("reference") < work("native") / 200, `${work("reference")} of ${work("native")}`);
});

Deno.test("plain TypeScript is timed like other kernels", async () => {
  const kernels = await openKernels({ backend: "reference" });
  const [speed] = await kernelSpeeds(kernels, [256, 256], [2], { seed: 1, turns: 1 });
  assertEquals([speed!.rows, speed!.columns, speed!.tokens], [256, 256, 2]);
  assert(speed!.overFloats > 0 && speed!.ms.mixed > 0);
});
