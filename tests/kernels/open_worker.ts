/** Run by `open_worker_child.ts` as a worker: multiplies again and again, and answers with a sum. */
/// <reference lib="deno.worker" />
import { openKernels, quantizeWeights } from "kernels/mod.ts";
import { laneSum } from "kernels/reference/exact_math.ts";

/** Enough work for several threads. */
export function workerInput() {
  const rows = 192, columns = 256;
  const number = (_: unknown, i: number) => Math.fround(((i * 7919) % 1009) / 504.5 - 1);
  const w = Float32Array.from({ length: rows * columns }, number);
  const x = Float32Array.from({ length: 20 * columns }, number);
  return {
    rows,
    columns,
    w,
    x,
    format: { blockSize: 64, bits: Uint8Array.of(4, 8, 4, 4) } as const,
  };
}

if ("postMessage" in self) {
  self.onmessage = async ({ data: rounds }) => {
    const kernels = await openKernels({ threads: 3 });
    const { rows, columns, w, x, format } = workerInput();
    const weights = quantizeWeights(w, rows, columns, format.blockSize);
    let y = new Float32Array();
    for (let i = 0; i < rounds; i++) {
      y = new Float32Array(await kernels.linear(x, x.length / columns, format, weights));
    }
    self.postMessage(laneSum(y));
  };
}
