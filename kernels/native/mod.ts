/**
 * The native backend: the cores in C, called through FFI.
 *
 * @module
 */
import { checkWhole } from "../contract/checks.ts";
import { describeCore } from "../contract/core_descriptions.ts";
import { closedKernels, KernelError } from "../contract/errors.ts";
import { floatsOf, processorDependent } from "../contract/processor.ts";
import type { Kernels } from "../contract/types.ts";
import { variable } from "../contract/permissions.ts";
import { type BuildOptions, type Variant, VARIANTS } from "./build.ts";
import { nativeForward } from "./forward.ts";
import { nativeForward32 } from "./fp32_forward.ts";
import { nativeKv4 } from "./kv4.ts";
import type { NativeContext } from "./context.ts";
import { loadLibrary } from "./library.ts";
import { nativeProducts } from "./products.ts";
import { nativeSampling } from "./sampling.ts";
import { nativeTraining } from "./training.ts";

export { type ForwardPart, profileForward } from "./forward_profile.ts";
export { plainRead } from "./plain_read.ts";
export { type ProductPeak, productPeak } from "./product_peak.ts";
export { VARIANTS } from "./build.ts";

/** How to open the native backend. */
export interface NativeOptions {
  /** Force an instruction set; default `OFFPRINT_VARIANT`, else the best that runs here. */
  readonly variant?: Variant;
  /** Threads; default `OFFPRINT_THREADS`, else one per processor. */
  readonly threads?: number;
  /** For tests: an emulated or sanitized library. */
  readonly build?: BuildOptions;
}

/** Multiply-adds below which one thread is faster than waking a second; `forward.c` has the same. */
const ONE_THREAD = 1 << 19;

/**
 * Opens the native backend, compiling it first where needed.
 *
 * @throws {NativeUnavailable} when it cannot be had here.
 * @throws {KernelError} for a variant that does not exist or run here, or a wrong number of threads.
 */
export async function openNative(options: NativeOptions = {}): Promise<Kernels> {
  const { symbols, variants } = await loadLibrary(options.build);
  const asked = options.variant ?? variable("OFFPRINT_VARIANT");
  const variant = variants.find((name) => name === (asked ?? variants.at(-1)));
  if (variant === undefined) {
    throw new KernelError({
      what: options.variant === undefined ? "kernels: OFFPRINT_VARIANT" : "kernels: variant",
      got: asked,
      expected: `one that runs here: ${variants.join(", ")}`,
    });
  }
  const set = variable("OFFPRINT_THREADS");
  const threads = options.threads ?? (set ? Number(set) : navigator.hardwareConcurrency);
  checkWhole("kernels: threads (OFFPRINT_THREADS)", threads, 1, 256);

  const context: NativeContext = {
    c: symbols,
    variant: VARIANTS.indexOf(variant),
    threads,
    threadsFor: (work) => work < ONE_THREAD ? 1 : threads,
  };
  let closed = false;
  const open = () => {
    if (closed) throw closedKernels();
  };
  const { warp: warpOf, ...sampling } = nativeSampling(context);
  const cores = {
    ...nativeProducts(context),
    ...nativeKv4(context),
    ...sampling,
    ...nativeForward(context),
    ...nativeForward32(context),
    ...nativeTraining(context),
  };
  const guarded = Object.fromEntries(
    Object.entries(cores).map(([name, core]) => [
      name,
      // An argument that is refused rejects the promise.
      async (...args: unknown[]) => {
        open();
        const result = await (core as (...args: unknown[]) => unknown)(...args);
        processorDependent("native kernels", floatsOf(result));
        return result;
      },
    ]),
  ) as Pick<Kernels, keyof typeof cores>;
  return {
    backend: "native",
    variant,
    threads,
    reason: `native, ${variant}: ${asked ? "asked for" : "the best that runs here"}`,
    describe: describeCore,
    ...guarded,
    warp(options) {
      const warp = warpOf(options);
      return (logits) => {
        open();
        const result = warp(logits);
        processorDependent("native kernels", [result]);
        return result;
      };
    },
    close: () => {
      closed = true;
    },
  };
}
