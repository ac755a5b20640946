/**
 * Work that is sent to the device at once.
 *
 * @module
 */
import type { Binding } from "./bind_groups.ts";
import type { Gpu } from "./device.ts";

/** Workgroups along each axis; every axis at most 65535. */
export type Grid = readonly [number, number?, number?];

/** The start of a place that a shader lowers when it refuses a number: nothing refused. */
export const NONE = 0xffffffff;

/** Pieces of a uniform buffer start at multiples of this many bytes, the most that a device may ask for. */
const SLOT_BYTES = 256, UNIFORM_SLOTS = 64;

/**
 * Encodes work and sends it; resolves to the contents of the buffers that `encode` asked to read, once the
 * device is done, or at once where it asked for none. Errors that the device reports are thrown.
 */
export async function submit(
  gpu: Gpu,
  what: string,
  encode: (work: Submission) => void,
): Promise<ArrayBuffer[]> {
  gpu.check();
  const work = new Submission(gpu);
  try {
    await gpu.scoped(what, () => {
      encode(work);
      work.send();
    });
    return await work.results();
  } finally {
    work.giveBack();
  }
}

/** What is being encoded. Buffers it hands out are used again once it has been sent and read. */
export class Submission {
  readonly gpu: Gpu;
  readonly encoder: GPUCommandEncoder;
  #pass: GPUComputePassEncoder | undefined;
  #borrowed: GPUBuffer[] = [];
  #uniforms: { buffer: GPUBuffer; numbers: Uint32Array<ArrayBuffer> }[] = [];
  #slots = 0;
  #wanted: { target: GPUBuffer; bytes: number }[] = [];

  constructor(gpu: Gpu) {
    this.gpu = gpu;
    this.encoder = gpu.device.createCommandEncoder();
  }

  /** Room for at least `bytes` on the device, with old contents. */
  room(bytes: number): GPUBuffer {
    const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
    return this.#keep(this.gpu.take(bytes, STORAGE | COPY_SRC | COPY_DST));
  }

  /** A storage buffer that holds `data`. */
  lend(data: ArrayBufferView): GPUBuffer {
    const buffer = this.room(data.byteLength);
    this.gpu.traffic.bytesTo += data.byteLength;
    this.gpu.device.queue.writeBuffer(buffer, 0, data as ArrayBufferView<ArrayBuffer>);
    return buffer;
  }

  /** A uniform binding of whole numbers, at most 64: all of a submission travel together. */
  sizes(...numbers: number[]): Binding {
    if (this.#uniforms.length === 0 || this.#slots === UNIFORM_SLOTS) {
      const { COPY_DST, UNIFORM } = GPUBufferUsage;
      const buffer = this.#keep(this.gpu.take(UNIFORM_SLOTS * SLOT_BYTES, UNIFORM | COPY_DST));
      this.#uniforms.push({ buffer, numbers: new Uint32Array(UNIFORM_SLOTS * SLOT_BYTES / 4) });
      this.#slots = 0;
    }
    const { buffer, numbers: all } = this.#uniforms.at(-1)!;
    const offset = SLOT_BYTES * this.#slots++;
    all.set(numbers, offset / 4);
    return { buffer, offset, size: SLOT_BYTES };
  }

  /** Runs one shader over a grid of workgroups; `bindings` in the order of its `@binding` numbers. */
  run(pipeline: GPUComputePipeline, bindings: readonly Binding[], grid: Grid): void {
    this.gpu.traffic.dispatches++;
    this.#pass ??= this.encoder.beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, this.gpu.bindGroups.of(pipeline, bindings));
    this.#pass.dispatchWorkgroups(grid[0], grid[1] ?? 1, grid[2] ?? 1);
  }

  /** Copies within the device. */
  copy(from: GPUBuffer, fromAt: number, to: GPUBuffer, toAt: number, bytes: number): void {
    this.#endPass();
    this.encoder.copyBufferToBuffer(from, fromAt, to, toAt, bytes);
  }

  /** Asks for the first `bytes` of a buffer. */
  read(buffer: GPUBuffer, bytes: number, at = 0): void {
    const { COPY_DST, MAP_READ } = GPUBufferUsage;
    const whole = Math.ceil(bytes / 4) * 4;
    const target = this.#keep(this.gpu.take(whole, MAP_READ | COPY_DST));
    this.copy(buffer, at, target, 0, whole);
    this.gpu.traffic.bytesFrom += whole;
    this.#wanted.push({ target, bytes });
  }

  /** Used by {@linkcode submit}. */
  send(): void {
    this.#endPass();
    this.#uniforms.forEach(({ buffer, numbers }, i) => {
      const used = i < this.#uniforms.length - 1 ? UNIFORM_SLOTS : this.#slots;
      const part = numbers.subarray(0, used * SLOT_BYTES / 4);
      this.gpu.traffic.bytesTo += part.byteLength;
      this.gpu.device.queue.writeBuffer(buffer, 0, part);
    });
    this.gpu.traffic.submissions++;
    this.gpu.device.queue.submit([this.encoder.finish()]);
  }

  /** Used by {@linkcode submit}. */
  results(): Promise<ArrayBuffer[]> {
    return Promise.all(this.#wanted.map(async ({ target, bytes }) => {
      const whole = Math.ceil(bytes / 4) * 4;
      await target.mapAsync(GPUMapMode.READ, 0, whole);
      const copy = target.getMappedRange(0, whole).slice(0, bytes);
      target.unmap();
      return copy;
    }));
  }

  /** Used by {@linkcode submit}. Last taken, first given back: the next pass then takes the same for the same. */
  giveBack(): void {
    for (const buffer of this.#borrowed.reverse()) this.gpu.give(buffer);
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#borrowed.push(buffer);
    return buffer;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }
}
