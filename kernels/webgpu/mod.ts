/**
 * The WebGPU backend: activation quantisation and matrix products on a GPU. The KV cache, sampling and
 * verification, and activations of the min–max scheme, run on the CPU backend it is given.
 *
 * @module
 */
import { KernelError } from "../errors.ts";
import type { Kernels } from "../types.ts";
import { Gpu, hasPackedDot, requestDevice } from "./device.ts";
import { gpuProducts } from "./products.ts";

/** How to open the WebGPU backend. */
export interface WebGpuOptions {
  /** A device to run on; default: one of the adapter that the system prefers. */
  readonly device?: GPUDevice;
  /** For tests: do without `dot4I8Packed`, split bindings at fewer bytes. */
  readonly packedDot?: boolean;
  readonly mostBytes?: number;
}

/**
 * Opens the WebGPU backend over a CPU backend.
 *
 * @throws {WebGpuUnavailable} when there is no adapter.
 */
export async function openWebGpu(cpu: Kernels, options: WebGpuOptions = {}): Promise<Kernels> {
  const given = options.device;
  const { device, name } = given === undefined
    ? await requestDevice()
    : { device: given, name: given.label || "a device that was given" };
  const gpu = new Gpu(device);
  const packedDot = options.packedDot ?? hasPackedDot();
  // Spare buffers have sizes of powers of two: half of the largest always fits.
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const mostBytes = options.mostBytes ?? Math.min(maxStorageBufferBindingSize, maxBufferSize / 2);
  const products = gpuProducts(gpu, { packedDot, mostBytes });
  let closed = false;
  const open = () => {
    if (!closed) return;
    throw new KernelError({ what: "kernels", got: "closed ones", expected: "open ones" });
  };
  return {
    ...cpu,
    backend: "webgpu",
    variant: name,
    reason:
      `webgpu, ${name}${packedDot ? "" : ", without dot4I8Packed"}; the KV cache and sampling: ` +
      cpu.reason,
    // deno-lint-ignore require-await -- a refused argument rejects
    async quantizeActivations(x, tokens, columns, format) {
      open();
      const on = format.scheme === "minmax" ? cpu : products;
      return on.quantizeActivations(x, tokens, columns, format);
    },
    // deno-lint-ignore require-await
    async gemm(activations, weights, output) {
      open();
      const on = activations.format.scheme === "minmax" ? cpu : products;
      return on.gemm(activations, weights, output);
    },
    // deno-lint-ignore require-await
    async linear(x, tokens, format, weights, output) {
      open();
      const on = format.scheme === "minmax" ? cpu : products;
      return on.linear(x, tokens, format, weights, output);
    },
    close() {
      if (closed) return;
      closed = true;
      cpu.close();
      gpu.close();
      if (given === undefined) device.destroy();
    },
  };
}
