import { assert, assertEquals } from "@std/assert";
import { quantizeWeights, usableKernels } from "kernels/mod.ts";

Deno.test("the kernels that are said to run here multiply", async () => {
  const usable = await usableKernels();
  assertEquals(usable[0]?.name, "reference");
  assertEquals(new Set(usable.map(({ name }) => name)).size, usable.length);
  const weights = quantizeWeights(new Float32Array(2 * 32).fill(7), 2, 32, 32);
  const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
  for (const { name, open } of usable) {
    const kernels = await open();
    try {
      assert(name.startsWith(kernels.backend), `${name} opens ${kernels.backend}`);
      const y = await kernels.linear(new Float32Array(32).fill(-7), 1, format, weights);
      assertEquals([...y], [-1568, -1568], name);
    } finally {
      kernels.close();
    }
  }
});
