/**
 * The WebGPU backend: activation quantisation, matrix products, the KV cache and whole forward passes on a
 * GPU. Sampling and verification run on the CPU backend it is given: WGSL has no 64-bit floats.
 *
 * @module
 */
import { closedKernels } from "../contract/errors.ts";
import { floatsOf, processorDependent } from "../contract/processor.ts";
import type { Kernels } from "../contract/types.ts";
import { Gpu, hasPackedDot, requestDevice } from "./device.ts";
import { GpuForward } from "./forward.ts";
import { GpuKv } from "./kv4.ts";
import { GpuProducts } from "./products.ts";

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
  const products = new GpuProducts(gpu, { packedDot, mostBytes });
  const kv = new GpuKv(gpu, Math.min(maxStorageBufferBindingSize, maxBufferSize));
  const forward = new GpuForward(products, kv);
  let closed = false;
  // It is async so that an argument that is refused rejects the promise.
  const fromGpu = <A extends unknown[], T>(core: (...args: A) => Promise<T>) =>
  async (
    ...args: A
  ): Promise<T> => {
    if (closed) throw closedKernels();
    const result = await core(...args);
    processorDependent("WebGPU kernels", floatsOf(result));
    return result;
  };
  return {
    ...cpu,
    backend: "webgpu",
    variant: name,
    reason:
      `webgpu, ${name}${packedDot ? "" : ", without dot4I8Packed"}; sampling and verification: ` +
      cpu.reason,
    quantizeActivations: fromGpu(products.quantizeActivations.bind(products)),
    gemm: fromGpu(products.gemm.bind(products)),
    linear: fromGpu(products.linear.bind(products)),
    kvAppend: fromGpu(kv.kvAppend.bind(kv)),
    kvAttend: fromGpu(kv.kvAttend.bind(kv)),
    forward: fromGpu(forward.forward.bind(forward)),
    close() {
      if (closed) return;
      closed = true;
      cpu.close();
      gpu.close();
      if (given === undefined) device.destroy();
    },
  };
}
