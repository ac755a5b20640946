/** One test whose name, kept in the closing lines of `deno task test`, tells on what the others ran. */
import { assertEquals } from "@std/assert";
import { openKernels, quantizeWeights } from "kernels/mod.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { openNative } from "kernels/native/mod.ts";
import { requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";

const reference = await openKernels({ backend: "reference" });
const backends = [{ name: "reference", kernels: reference }];
const library = await loadLibrary().catch(() => undefined);
for (const variant of library?.variants ?? []) {
  backends.push({ name: `native ${variant}`, kernels: await openNative({ variant }) });
}
const found = await requestDevice().catch((error: Error) => error);
if (!(found instanceof Error)) {
  const kernels = await openWebGpu(reference, { device: found.device });
  backends.push({ name: `webgpu on ${found.name}`, kernels });
} else if (!(found instanceof WebGpuUnavailable)) throw found;

Deno.test(`ran on ${backends.map(({ name }) => name).join(", ")}`, async () => {
  const weights = quantizeWeights(new Float32Array(2 * 32).fill(7), 2, 32, 32);
  const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
  for (const { name, kernels } of backends) {
    const y = await kernels.linear(new Float32Array(32).fill(-7), 1, format, weights);
    assertEquals([...y], [-1568, -1568], name);
  }
});
