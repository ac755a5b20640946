/** Run by `open_test.ts`: opens the kernels twice and prints what was chosen and a result. */
import { openKernels, quantizeWeights } from "kernels/mod.ts";

const kernels = await openKernels();
await openKernels();
console.log(kernels.backend, kernels.variant, kernels.threads);
console.log(kernels.reason);
const weights = quantizeWeights(new Float32Array(32).fill(7), 1, 32, 32);
const x = new Float32Array(32);
x[3] = 4 / 7;
const [y] = await kernels.linear(x, 1, { blockSize: 32, bits: Uint8Array.of(8) }, weights);
console.log(Math.round(y!));
