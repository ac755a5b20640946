/**
 * Whole passes on a GPU with all that they rounded, and the reference's pass with the same roundings.
 *
 * The floats of two backends differ in their last bits. Where one of them lies next to a tie, it becomes
 * another code, and from there on the row is another row, by a step of quantisation. So a whole pass is
 * compared in two parts: every code that differs must lie at a tie, and with the GPU's codes the reference
 * must come to the GPU's logits.
 */
import type { ForwardResult } from "kernels/contract/types.ts";
import { assert, assertEquals } from "@std/assert";
import { type Decoder, type DecoderLinear, QuantizedActivations } from "kernels/mod.ts";
import type { KvPass } from "kernels/contract/kv_cache.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import type { Roundings } from "kernels/reference/forward.ts";
import type { Gpu } from "kernels/webgpu/device.ts";
import { GpuForward } from "kernels/webgpu/forward.ts";
import { GpuKv } from "kernels/webgpu/kv4.ts";
import { GpuProducts, type ProductOptions } from "kernels/webgpu/products.ts";
import type { Submission } from "kernels/webgpu/submission.ts";

/**
 * How far from a tie, in units of a code, a number may be that was rounded the other way: 2⁻²⁰ of the
 * 255 that a block spans.
 */
const AT_A_TIE = 2 ** -12;
/** How far keys and values may be from the reference's, as a share of the norm of a row. */
const STORED = 2 ** -18;

/** What a pass rounded. */
export interface Trace {
  /** Codes of each linear part's input, `[rows][paddedColumns]`. */
  readonly codes: Map<DecoderLinear, Int8Array>;
  /** Keys and values of each layer before they become 16-bit floats, `[rows][kvHeads · headDim]`. */
  readonly keys: Float32Array[];
  readonly values: Float32Array[];
}

/** Copies of buffers on the device, made in the middle of a submission. */
class Copies<Key> {
  #buffers: { key: Key; buffer: GPUBuffer }[] = [];
  readonly gpu: Gpu;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  add(key: Key, work: Submission, from: GPUBuffer, size: number): void {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const buffer = this.gpu.device.createBuffer({ size, usage });
    work.copy(from, 0, buffer, 0, size);
    this.#buffers.push({ key, buffer });
  }

  /** All copies since the last call; those of one key, which a pass in pieces has, in a row. */
  async take(): Promise<Map<Key, Uint8Array<ArrayBuffer>>> {
    const all = new Map<Key, Uint8Array<ArrayBuffer>>();
    for (const { key, buffer } of this.#buffers.splice(0)) {
      await buffer.mapAsync(GPUMapMode.READ);
      const before = all.get(key) ?? new Uint8Array(), more = buffer.getMappedRange();
      const joined = new Uint8Array(before.length + more.byteLength);
      joined.set(before);
      joined.set(new Uint8Array(more), before.length);
      all.set(key, joined);
      buffer.destroy();
    }
    return all;
  }
}

class TracedProducts extends GpuProducts {
  readonly copies = new Copies<DecoderLinear>(this.gpu);

  override encodeQuantize(...args: Parameters<GpuProducts["encodeQuantize"]>) {
    const on = super.encodeQuantize(...args);
    const [work, , , tokens, , { bits, blockSize }] = args;
    const { linear } = args[8] as unknown as { linear: DecoderLinear };
    this.copies.add(linear, work, on.codes, tokens * bits.length * blockSize);
    return on;
  }
}

class TracedKv extends GpuKv {
  readonly copies = new Copies<string>(this.gpu);

  override encodeAppend(...args: Parameters<GpuKv["encodeAppend"]>): void {
    const [work, , { pages, rows }, layer, k, v] = args;
    const bytes = 4 * rows * pages.layout.kvHeads * pages.layout.headDim;
    this.copies.add(`keys ${layer}`, work, k, bytes);
    this.copies.add(`values ${layer}`, work, v, bytes);
    super.encodeAppend(...args);
  }
}

/** `forward` on a GPU that keeps what it rounds. */
export class TracedForward {
  readonly #products: TracedProducts;
  readonly #kv: TracedKv;
  readonly #forward: GpuForward;

  constructor(gpu: Gpu, options: ProductOptions) {
    this.#products = new TracedProducts(gpu, options);
    this.#kv = new TracedKv(gpu, gpu.device.limits.maxStorageBufferBindingSize);
    this.#forward = new GpuForward(this.#products, this.#kv);
  }

  /** Runs a pass; also returns what it rounded. */
  async forward(
    decoder: Decoder,
    pass: KvPass,
    tokens: Int32Array,
    asked?: Int32Array,
  ): Promise<ForwardResult & { trace: Trace }> {
    const result = await this.#forward.forward(decoder, pass, tokens, asked);
    const codes = new Map<DecoderLinear, Int8Array>();
    for (const [linear, { buffer }] of await this.#products.copies.take()) {
      codes.set(linear, new Int8Array(buffer));
    }
    const stored = await this.#kv.copies.take();
    const of = (what: string) =>
      decoder.layers.map((_, layer) => new Float32Array(stored.get(`${what} ${layer}`)!.buffer));
    return { ...result, trace: { codes, keys: of("keys"), values: of("values") } };
  }
}

/**
 * The GPU's roundings for the reference; fails where one of them differs from the reference's own without
 * a tie.
 */
export class TracedRoundings implements Roundings {
  readonly #trace: Trace;
  #layer = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  quantize(part: DecoderLinear, x: Float32Array): QuantizedActivations {
    const { columns } = part.weights, tokens = x.length / columns;
    const own = quantizeActivations(x, tokens, columns, part.format);
    const theirs = this.#trace.codes.get(part)!;
    assertEquals(theirs.length, own.codes.length);
    const codes = new Int8Array(tokens * columns);
    for (let i = 0; i < codes.length; i++) {
      const token = Math.floor(i / columns), column = i % columns;
      const at = token * own.paddedColumns + column;
      codes[i] = theirs[at]!;
      if (codes[i] === own.codes[at]) continue;
      const block = token * own.blocks + Math.floor(column / part.format.blockSize);
      const zero = own.zeros?.[block] ?? 0;
      const place = x[i]! / own.scales[block]! + zero; // of the code, before rounding
      assertEquals(Math.abs(codes[i]! - own.codes[at]!), 1, `code ${codes[i]} for ${place}`);
      const between = (codes[i]! + own.codes[at]!) / 2;
      assert(Math.abs(place - between) <= AT_A_TIE, `code ${codes[i]} for ${place}`);
    }
    return QuantizedActivations.fromCodes({
      ...{ tokens, columns, format: part.format, codes, scales: own.scales },
      ...(own.zeros === null ? {} : { zeros: own.zeros }),
    });
  }

  store(k: Float32Array, v: Float32Array): [Float32Array, Float32Array] {
    const keys = this.#trace.keys[this.#layer]!, values = this.#trace.values[this.#layer]!;
    this.#layer++;
    for (const [theirs, own] of [[keys, k], [values, v]] as const) {
      const size = Math.hypot(...own) / Math.sqrt(own.length);
      theirs.forEach((value, i) => {
        const off = Math.abs(value - own[i]!);
        assert(off <= STORED * Math.max(size, Math.abs(own[i]!)), `${value} stored for ${own[i]}`);
      });
    }
    return [keys, values];
  }
}
