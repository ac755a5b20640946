/**
 * The GPU as the kernels see it: a device, pipelines whose errors are reported, and buffers that are used
 * again.
 *
 * @module
 */
import { KernelError } from "../contract/errors.ts";
import { BindGroups } from "./bind_groups.ts";

/** Why the WebGPU kernels cannot run here; its message is one clause for a report. */
export class WebGpuUnavailable extends Error {
  override readonly name = "WebGpuUnavailable";
}

/** A device that was found. */
export interface FoundDevice {
  readonly device: GPUDevice;
  readonly name: string;
  /** Whether the processor does its work: right, but slow. */
  readonly software: boolean;
}

/**
 * A device of the default limits from the adapter that the system prefers, with those of the features
 * `wanted` that it has.
 *
 * @throws {WebGpuUnavailable} when there is no WebGPU or no adapter.
 */
export async function requestDevice(
  { wanted = [] }: { wanted?: readonly GPUFeatureName[] } = {},
): Promise<FoundDevice> {
  if (!("gpu" in navigator) || navigator.gpu === undefined) {
    throw new WebGpuUnavailable("this Deno has no WebGPU");
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new WebGpuUnavailable("no GPU adapter");
  const { description, device, vendor, isFallbackAdapter } = adapter.info;
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  return {
    device: await adapter.requestDevice({ requiredFeatures }),
    name: description || `${vendor} ${device}`.trim() || "a GPU",
    software: isFallbackAdapter,
  };
}

/** Whether shaders may use `dot4I8Packed`. */
export function hasPackedDot(): boolean {
  const gpu = navigator.gpu as { wgslLanguageFeatures?: ReadonlySet<string> } | undefined;
  return gpu?.wgslLanguageFeatures?.has("packed_4x8_integer_dot_product") ?? false;
}

/** A device with its pipelines, bind groups and spare buffers. */
export class Gpu {
  readonly device: GPUDevice;
  /** What submissions have sent so far; weights and the pages of the cache stay on the device and are left out. */
  readonly traffic = { submissions: 0, dispatches: 0, bytesTo: 0, bytesFrom: 0 };
  readonly bindGroups: BindGroups;
  #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  #spare = new Map<string, GPUBuffer[]>();
  /** All buffers, to be freed on closing; those that are unreachable free themselves. */
  #made: WeakRef<GPUBuffer>[] = [];
  #pruneAt = 1024;
  #lost: string | undefined;

  constructor(device: GPUDevice) {
    this.device = device;
    this.bindGroups = new BindGroups(device);
    device.lost.then(({ message, reason }) => this.#lost = message || reason || "no reason given");
  }

  /**
   * Refuses to go on with a device that is gone.
   *
   * @throws {KernelError} with the reason.
   */
  check(): void {
    if (this.#lost === undefined) return;
    throw new KernelError({
      what: "webgpu: device",
      got: `a device that was lost (${this.#lost})`,
      expected: "a device that works",
      todo: "Open the kernels again.",
    });
  }

  /**
   * The pipeline of a shader, compiled at first use.
   *
   * @throws {Error} with the compiler's message when the device refuses the shader.
   */
  pipeline(label: string, code: () => string): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(label);
    if (pipeline === undefined) {
      pipeline = this.scoped(`shader ${label}`, () => {
        const module = this.device.createShaderModule({ label, code: code() });
        const compute = { module, entryPoint: "main" };
        return this.device.createComputePipeline({ label, layout: "auto", compute });
      });
      this.#pipelines.set(label, pipeline);
    }
    return pipeline;
  }

  /** Runs `work`; an error that the device reports meanwhile becomes one that is thrown. */
  async scoped<T>(what: string, work: () => T): Promise<T> {
    this.device.pushErrorScope("out-of-memory");
    this.device.pushErrorScope("validation");
    let result: T;
    try {
      result = work();
    } finally {
      // Both scopes close before anything is awaited: scopes of other calls must not nest in them.
      const errors = [this.device.popErrorScope(), this.device.popErrorScope()];
      for (const error of await Promise.all(errors)) {
        // deno-lint-ignore no-unsafe-finally -- the device's error explains the other
        if (error !== null) throw new Error(`webgpu: ${what}: ${error.message}`);
      }
    }
    return result;
  }

  /** A buffer of at least `bytes`, perhaps with old contents; to be given back. */
  take(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
    return this.#spare.get(`${usage} ${size}`)?.pop() ?? this.create(size, usage);
  }

  /** Takes a buffer back. */
  give(buffer: GPUBuffer): void {
    const key = `${buffer.usage} ${buffer.size}`;
    const pile = this.#spare.get(key);
    if (pile === undefined) this.#spare.set(key, [buffer]);
    else pile.push(buffer);
  }

  /** A buffer that holds `data`; to be given back. */
  upload(data: ArrayBufferView<ArrayBuffer>, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.take(data.byteLength, usage | GPUBufferUsage.COPY_DST);
    this.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** A buffer of the caller's own. */
  create(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    if (this.#made.length >= this.#pruneAt) {
      this.#made = this.#made.filter((made) => made.deref() !== undefined);
      this.#pruneAt = Math.max(1024, 2 * this.#made.length);
    }
    this.#made.push(new WeakRef(buffer));
    return buffer;
  }

  /** A buffer that holds `data` for good. */
  hold(data: ArrayBufferView): GPUBuffer {
    const { COPY_DST, STORAGE } = GPUBufferUsage;
    const buffer = this.create(Math.ceil(data.byteLength / 4) * 4, STORAGE | COPY_DST);
    this.device.queue.writeBuffer(buffer, 0, data as ArrayBufferView<ArrayBuffer>);
    return buffer;
  }

  /** Frees all buffers. */
  close(): void {
    for (const made of this.#made) made.deref()?.destroy();
    this.#made = [];
    this.#spare.clear();
  }
}
