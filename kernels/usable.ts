/**
 * Which kernels this machine can run.
 *
 * @module
 */
import { loadLibrary } from "./native/library.ts";
import { NativeUnavailable } from "./native/compiler.ts";
import { openNative } from "./native/mod.ts";
import { openReference } from "./reference/mod.ts";
import { requestDevice, WebGpuUnavailable } from "./webgpu/device.ts";
import { openWebGpu } from "./webgpu/mod.ts";
import type { Kernels } from "./contract/types.ts";

/** Kernels that can be opened here. */
export interface UsableKernels {
  /** For people: the backend, with its instruction set or its GPU. */
  readonly name: string;
  /** Opens them. */
  open(): Promise<Kernels>;
}

/**
 * Every backend that runs here, and of the native one every instruction set. The reference comes first and
 * always runs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { usableKernels } from "kernels/mod.ts";
 *
 * const [first] = await usableKernels();
 * assertEquals(first?.name, "reference");
 * ```
 */
export async function usableKernels(): Promise<UsableKernels[]> {
  const reference = () => Promise.resolve(openReference("reference: asked for"));
  const usable: UsableKernels[] = [{ name: "reference", open: reference }];
  try {
    for (const variant of (await loadLibrary()).variants) {
      usable.push({ name: `native ${variant}`, open: () => openNative({ variant }) });
    }
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
  }
  try {
    const { device, name } = await requestDevice();
    device.destroy();
    usable.push({
      name: `webgpu on ${name}`,
      open: async () => await openWebGpu(await reference(), {}),
    });
  } catch (error) {
    if (!(error instanceof WebGpuUnavailable)) throw error;
  }
  return usable;
}
