/**
 * Bind groups that are made once: a pass in steady state binds the same buffers as the one before it.
 *
 * @module
 */

/** A buffer to bind, or a piece of one: `offset` a multiple of 256. */
export type Binding = GPUBuffer | { buffer: GPUBuffer; offset: number; size: number };

/**
 * Where the groups of some first bindings are. A weak map at each level: with a buffer or a shader all its
 * groups go, and with them what they kept on the device.
 */
interface Level {
  group?: GPUBindGroup;
  readonly next: WeakMap<GPUBuffer, Map<number, Level>>;
}

/** The bind groups of a device. */
export class BindGroups {
  readonly #device: GPUDevice;
  readonly #pipelines = new WeakMap<GPUComputePipeline, Level>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The group of these bindings, in the order of their `@binding` numbers. */
  of(pipeline: GPUComputePipeline, bindings: readonly Binding[]): GPUBindGroup {
    let level = this.#pipelines.get(pipeline) ?? { next: new WeakMap() };
    this.#pipelines.set(pipeline, level);
    for (const bound of bindings) {
      const [buffer, offset] = "buffer" in bound ? [bound.buffer, bound.offset] : [bound, 0];
      const pieces: Map<number, Level> = level.next.get(buffer) ?? new Map();
      level.next.set(buffer, pieces);
      level = pieces.get(offset) ?? { next: new WeakMap() };
      pieces.set(offset, level);
    }
    return level.group ??= this.#make(pipeline, bindings);
  }

  #make(pipeline: GPUComputePipeline, bindings: readonly Binding[]): GPUBindGroup {
    const most = Math.floor(this.#device.limits.maxStorageBufferBindingSize / 4) * 4;
    const entries = bindings.map((bound, binding) => {
      if ("buffer" in bound) return { binding, resource: bound };
      return { binding, resource: { buffer: bound, size: Math.min(bound.size, most) } };
    });
    return this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  }
}
