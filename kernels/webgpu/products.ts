/**
 * Activations and matrix products on a GPU.
 *
 * @module
 */
import { checkArray, notFinite } from "../contract/checks.ts";
import type { Weights } from "../contract/packed_weights.ts";
import { type ActivationFormat, QuantizedActivations } from "../contract/quantized_activations.ts";
import type { Kernels } from "../contract/types.ts";
import { checkGemm, checkLinear } from "../reference/gemm.ts";
import { GROUP_ROWS } from "../contract/p32.ts";
import type { Gpu } from "./device.ts";
import { type QuantizeOptions, quantizeShader } from "./shaders/quantize_shader.ts";
import {
  gemmShader,
  GEMV_ROWS,
  gemvShader,
  type ShaderOptions,
  TILE_ROWS,
  TILE_TOKENS,
} from "./shaders/product_shaders.ts";
import { NONE, type Submission, submit } from "./submission.ts";
import { UploadedWeights } from "./uploaded_weights.ts";

/** Up to this many tokens a product only waits for weights, and one workgroup takes all of them. */
const GEMV_TOKENS = 4;

/** How products are laid out on a device. */
export interface ProductOptions {
  readonly packedDot: boolean;
  /** The most bytes of one binding; less than the device's limit only in tests. */
  readonly mostBytes: number;
}

/** Quantised activations on the device; `zeros` for the scheme that has them. */
export interface CodesOnDevice {
  readonly codes: GPUBuffer;
  readonly scales: GPUBuffer;
  readonly sums: GPUBuffer;
  readonly zeros: GPUBuffer | null;
}

type Format = Required<ActivationFormat>;

/** Activation quantisation and products on one device. */
export class GpuProducts {
  readonly gpu: Gpu;
  readonly options: ProductOptions;
  #weights: UploadedWeights;

  constructor(gpu: Gpu, options: ProductOptions) {
    this.gpu = gpu;
    this.options = options;
    this.#weights = new UploadedWeights(gpu, options.mostBytes);
  }

  /** `quantizeActivations` of the contract. */
  async quantizeActivations(
    x: Float32Array,
    tokens: number,
    columns: number,
    format: ActivationFormat,
  ): Promise<QuantizedActivations> {
    const made = new QuantizedActivations(tokens, columns, format);
    checkArray("quantizeActivations: x", x, Float32Array, { tokens, columns });
    const pipeline = await this.quantizePipeline({ scheme: made.format.scheme });
    const { blocks, paddedColumns } = made;
    for (const { first, count } of this.chunks(tokens, columns, 0)) {
      const part = x.subarray(first * columns, (first + count) * columns);
      const results = await submit(this.gpu, "quantizeActivations", (work) => {
        const refused = work.lend(Uint32Array.of(NONE));
        const on = this.encodeQuantize(
          ...[work, pipeline, work.lend(part), count, columns, made.format, refused, 0] as const,
        );
        const bytes = 4 * count * blocks;
        work.read(refused, 4);
        work.read(on.codes, count * paddedColumns);
        work.read(on.scales, bytes);
        work.read(on.sums, bytes);
        if (on.zeros !== null) work.read(on.zeros, bytes);
      });
      const [refused, codes, scales, sums, zeros] = results;
      refuse("quantizeActivations: x", part, refused!, first, columns);
      made.codes.set(new Int8Array(codes!), first * paddedColumns);
      made.scales.set(new Float32Array(scales!), first * blocks);
      made.sums.set(new Int32Array(sums!), first * blocks);
      made.zeros?.set(new Float32Array(zeros!), first * blocks);
    }
    return made;
  }

  /** `gemm` of the contract. */
  async gemm(
    activations: QuantizedActivations,
    weights: Weights,
    given?: Float32Array,
  ): Promise<Float32Array> {
    const { tokens, columns, blocks, paddedColumns, format } = activations;
    const output = checkGemm(columns, format.blockSize, tokens, weights, given);
    for (const { first, count } of this.chunks(tokens, paddedColumns, weights.rows)) {
      const pipeline = await this.prepareProduct(count, weights, format);
      const [y] = await submit(this.gpu, "gemm", (work) => {
        const lend = (data: Int8Array | Float32Array | Int32Array, row: number) =>
          work.lend(data.subarray(first * row, (first + count) * row));
        const on = {
          codes: lend(activations.codes, paddedColumns),
          scales: lend(activations.scales, blocks),
          sums: lend(activations.sums, blocks),
          zeros: activations.zeros && lend(activations.zeros, blocks),
        };
        const y = work.room(4 * count * weights.rows);
        this.encodeProduct(work, pipeline, on, count, weights, y);
        work.read(y, 4 * count * weights.rows);
      });
      output.set(new Float32Array(y!), first * weights.rows);
    }
    return output;
  }

  /** `linear` of the contract. */
  async linear(...asked: Parameters<Kernels["linear"]>): Promise<Float32Array> {
    const { format: checked, output } = checkLinear(...asked);
    const [x, tokens, , weights] = asked;
    const { columns, rows } = weights;
    const quantize = await this.quantizePipeline({ scheme: checked.scheme });
    for (const { first, count } of this.chunks(tokens, weights.paddedColumns, rows)) {
      const product = await this.prepareProduct(count, weights, checked);
      const part = x.subarray(first * columns, (first + count) * columns);
      const [y, refused] = await submit(this.gpu, "linear", (work) => {
        const refused = work.lend(Uint32Array.of(NONE));
        const y = work.room(4 * count * rows);
        const on = this.encodeQuantize(
          ...[work, quantize, work.lend(part), count, columns, checked, refused, 0] as const,
        );
        this.encodeProduct(work, product, on, count, weights, y);
        work.read(y, 4 * count * rows);
        work.read(refused, 4);
      });
      refuse("linear: x", part, refused!, first, columns);
      output.set(new Float32Array(y!), first * rows);
    }
    return output;
  }

  /**
   * Encodes the quantisation of `x` on the device. `refused[flag]` becomes the least place of a number
   * that is not finite. `fixed` are the format's bits and the order of the channels where they are on
   * the device already.
   */
  encodeQuantize(
    work: Submission,
    pipeline: GPUComputePipeline,
    x: GPUBuffer,
    tokens: number,
    columns: number,
    { bits, blockSize, scheme }: Format,
    refused: GPUBuffer,
    flag: number,
    fixed?: { bits: GPUBuffer; order: GPUBuffer | null },
  ): CodesOnDevice {
    const blocks = bits.length;
    const on = {
      codes: work.room(tokens * blocks * blockSize),
      scales: work.room(4 * tokens * blocks),
      sums: work.room(4 * tokens * blocks),
      zeros: scheme === "minmax" ? work.room(4 * tokens * blocks) : null,
    };
    const bindings = [
      work.sizes(columns, blocks, blockSize, flag),
      ...[x, fixed?.bits ?? work.lend(Uint32Array.from(bits)), on.codes, on.scales, on.sums],
      refused,
    ];
    if (on.zeros !== null) bindings.push(on.zeros);
    if (fixed?.order) bindings.push(fixed.order);
    work.run(pipeline, bindings, [blocks, tokens]);
    return on;
  }

  /**
   * Encodes the product of codes on the device with weights into `y`, `[tokens][weights.rows]`, or adds
   * it to what is there.
   */
  encodeProduct(
    work: Submission,
    pipeline: GPUComputePipeline,
    on: CodesOnDevice,
    tokens: number,
    weights: Weights,
    y: GPUBuffer,
    add = false,
  ): void {
    const { rows, blocks, blockSize } = weights;
    for (const part of this.#weights.partsOf(weights)) {
      const firstRow = part.firstGroup * GROUP_ROWS;
      const sizes = work.sizes(tokens, part.rows, blocks, blockSize, firstRow, rows, Number(add));
      const buffers = [sizes, part.words, part.scales, on.codes, on.scales, on.sums, y];
      if (on.zeros !== null) buffers.push(on.zeros, part.sums!);
      work.run(
        pipeline,
        buffers,
        tokens <= GEMV_TOKENS
          ? [Math.ceil(part.rows / GEMV_ROWS)]
          : [Math.ceil(part.rows / TILE_ROWS), Math.ceil(tokens / TILE_TOKENS)],
      );
    }
  }

  /** The shader that quantises. */
  quantizePipeline(options: QuantizeOptions): Promise<GPUComputePipeline> {
    const { scheme, ordered = false, gated = false } = options;
    const label = `quantize ${scheme}${ordered ? ", ordered" : ""}${gated ? ", gated" : ""}`;
    return this.gpu.pipeline(label, () => quantizeShader({ scheme, ordered, gated }));
  }

  /** Uploads the weights at first use, and returns the shader that multiplies this many tokens. */
  async prepareProduct(
    tokens: number,
    weights: Weights,
    { scheme }: Format,
  ): Promise<GPUComputePipeline> {
    const offset = scheme === "minmax";
    await this.#weights.upload(weights, offset);
    const built: ShaderOptions = {
      packedDot: this.options.packedDot,
      weightBits: weights.bits,
      offset,
    };
    const kind = `W${weights.bits}${offset ? " with offset" : ""}`;
    return tokens <= GEMV_TOKENS
      ? await this.gpu.pipeline(`gemv ${kind} x${tokens}`, () => gemvShader(built, tokens))
      : await this.gpu.pipeline(`gemm ${kind}`, () => gemmShader(built));
  }

  /** Runs of tokens, so that no binding is too large. */
  chunks(tokens: number, columns: number, rows: number): { first: number; count: number }[] {
    const fit = Math.floor(this.options.mostBytes / (4 * Math.max(columns, rows)));
    const step = Math.max(1, Math.min(32768, fit));
    return Array.from({ length: Math.ceil(tokens / step) }, (_, i) => ({
      first: i * step,
      count: Math.min(step, tokens - i * step),
    }));
  }
}

/** Throws where the device has found a number that is not finite; `first` is the first token of `part`. */
function refuse(
  what: string,
  part: Float32Array,
  refused: ArrayBuffer,
  first: number,
  columns: number,
): void {
  const at = new Uint32Array(refused)[0]!;
  if (at !== NONE) throw notFinite(what, part[at]!, first * columns + at, columns);
}
