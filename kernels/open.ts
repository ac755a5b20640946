/**
 * Chooses a backend and opens it.
 *
 * @module
 */
import { checkChoice } from "./contract/checks.ts";
import { KernelError } from "./contract/errors.ts";
import type { Variant } from "./native/build.ts";
import { variable } from "./contract/permissions.ts";
import { NativeUnavailable } from "./native/compiler.ts";
import { openNative } from "./native/mod.ts";
import { openReference } from "./reference/mod.ts";
import { WebGpuUnavailable } from "./webgpu/device.ts";
import { openWebGpu } from "./webgpu/mod.ts";
import type { Backend, Kernels } from "./contract/types.ts";

/** How to open the kernels; nothing need be given. */
export interface OpenOptions {
  /**
   * Default: `OFFPRINT_KERNELS`, else the best CPU backend that runs here, native before reference: a GPU
   * is only used when it is asked for. Named here, a backend that cannot be had is an error.
   */
  readonly backend?: Backend;
  /** WebGPU only: a device to run on; default: one of the adapter that the system prefers. */
  readonly device?: GPUDevice;
  /** Native only: an instruction set; default `OFFPRINT_VARIANT`, else the best that runs here. */
  readonly variant?: Variant;
  /** Native only; default `OFFPRINT_THREADS`, else one per processor. */
  readonly threads?: number;
  /** Told once per process and listener why an automatic choice falls back. Default: a line on stderr. */
  readonly say?: (line: string) => void;
}

const BACKENDS: readonly Backend[] = ["reference", "native", "webgpu"];

/** What each listener of this process has been told already. */
const said = new WeakMap<(line: string) => void, Set<string>>();

/**
 * Opens the kernels on the backend asked for, or on the best one there is. Without a compiler, with
 * one that fails, or without a folder to keep its result, that is the reference in plain TypeScript:
 * the same results, slower; `reason` says why.
 *
 * @throws {KernelError} when a backend or variant asked for does not exist or cannot be had.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openKernels, quantizeWeights } from "kernels/mod.ts";
 *
 * const kernels = await openKernels({ backend: "reference" });
 * const weights = quantizeWeights(new Float32Array(2 * 32).fill(7), 2, 32, 32);
 * const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
 * const y = await kernels.linear(new Float32Array(32).fill(-7), 1, format, weights);
 * assertEquals([...y], [-1568, -1568]);
 * ```
 */
export async function openKernels(options: OpenOptions = {}): Promise<Kernels> {
  if (options.backend !== undefined) checkChoice("openKernels: backend", options.backend, BACKENDS);
  const named = options.backend ?? variable("OFFPRINT_KERNELS");
  if (named !== undefined) checkChoice("OFFPRINT_KERNELS", named, BACKENDS);
  if (named === "reference") return openReference("reference: asked for");
  if (named !== "webgpu") return await openCpu(options, options.backend === "native");

  const cpu = await openCpu(options, false);
  try {
    return await openWebGpu(cpu, options);
  } catch (error) {
    if (!(error instanceof WebGpuUnavailable)) throw error;
    if (options.backend === undefined) {
      const reason = `${cpu.reason}, since webgpu kernels cannot run: ${error.message}`;
      sayOnce(reason, options);
      return { ...cpu, reason };
    }
    throw new KernelError({
      what: "openKernels: backend webgpu",
      got: error.message,
      expected: "a GPU adapter",
      todo: "Install a Vulkan driver (Debian: mesa-vulkan-drivers), or leave the backend out.",
    });
  }
}

/** The native kernels; or, unless these are insisted on, the reference where they cannot be had. */
async function openCpu(options: OpenOptions, insisted: boolean): Promise<Kernels> {
  try {
    return await openNative(options);
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    if (insisted) {
      throw new KernelError({
        what: "openKernels: backend native",
        got: error.message,
        expected: "a C compiler and a folder to keep its result",
        todo: "Install gcc or clang, or set OFFPRINT_CACHE to a folder that can be written.",
      });
    }
    const reason = `reference, since native kernels cannot run: ${error.message}`;
    sayOnce(`${reason}. Results are the same, slower.`, options);
    return openReference(reason);
  }
}

function sayOnce(line: string, options: OpenOptions): void {
  const say = options.say ?? console.error;
  const heard = said.get(say) ?? new Set<string>();
  said.set(say, heard);
  if (!heard.has(line)) say(`kernels: ${line}`);
  heard.add(line);
}
