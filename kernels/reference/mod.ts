/**
 * The reference backend: every core in plain TypeScript. It defines what the others must compute, and
 * serves where there is neither a compiler nor a GPU.
 *
 * @module
 */
export { quantizeActivations } from "./activations.ts";
export { packFrag, unpackFrag } from "./frag.ts";
export { gemm, linear } from "./gemm.ts";
export { channelRange } from "./kv4_records.ts";
export * from "../contract/p32.ts";
import { describeCore } from "../contract/core_descriptions.ts";
import { closedKernels } from "../contract/errors.ts";
import type { Kernels } from "../contract/types.ts";
import { quantizeActivations } from "./activations.ts";
import { adamw } from "./adamw.ts";
import { forward } from "./forward.ts";
import { forward32 } from "./fp32_forward.ts";
import { gemm, linear } from "./gemm.ts";
import { kvAppend, kvAttend } from "./kv4.ts";
import { checkSampling, sample, warpedSoftmax } from "./sampling.ts";
import { trainingForward, trainingGradient } from "./training.ts";
import { verify } from "./verification.ts";

/** The cores in plain TypeScript; `reason` says why they were chosen. */
export function openReference(reason: string): Kernels {
  let closed = false;
  const open = () => {
    if (closed) throw closedKernels();
  };
  const run = <T>(core: () => T): Promise<T> =>
    new Promise((resolve) => {
      open();
      resolve(core());
    });
  return {
    backend: "reference",
    variant: "typescript",
    threads: 1,
    reason,
    describe: describeCore,
    quantizeActivations: (...args) => run(() => quantizeActivations(...args)),
    gemm: (...args) => run(() => gemm(...args)),
    linear: (x, tokens, format, weights, output) =>
      run(() => linear(x, tokens, format, weights, output)),
    kvAppend: (...args) => run(() => kvAppend(...args)),
    kvAttend: (...args) => run(() => kvAttend(...args)),
    forward: (...args) => run(() => forward(...args)),
    forward32: (...args) => run(() => forward32(...args)),
    trainingForward: (...args) => run(() => trainingForward(...args)),
    trainingGradient: (...args) => run(() => trainingGradient(...args)),
    adamw: (...args) => run(() => adamw(...args)),
    warpedSoftmax: (...args) => run(() => warpedSoftmax(...args)),
    warp(options) {
      checkSampling(options);
      return (logits) => {
        open();
        return warpedSoftmax(logits, 1, options);
      };
    },
    sample: (...args) => run(() => sample(...args)),
    verify: (...args) => run(() => verify(...args)),
    close: () => {
      closed = true;
    },
  };
}
