/**
 * Activations and matrix products on a GPU.
 *
 * @module
 */
import { checkArray, checkElements, checkWhole, notFinite } from "../checks.ts";
import type { Weights } from "../packed_weights.ts";
import {
  type ActivationFormat,
  checkedFormat,
  QuantizedActivations,
} from "../quantized_activations.ts";
import { checkGemm } from "../reference/gemm.ts";
import { GROUP_ROWS } from "../reference/p32.ts";
import type { Gpu } from "./device.ts";
import {
  gemmShader,
  GEMV_ROWS,
  gemvShader,
  quantizeShader,
  TILE_ROWS,
  TILE_TOKENS,
} from "./shaders.ts";

/** Up to this many tokens a product is memory-bound and runs token by token. */
const GEMV_TOKENS = 4;

/** How products are laid out on a device. */
export interface ProductOptions {
  readonly packedDot: boolean;
  /** The most bytes of one binding; less than the device's limit only in tests. */
  readonly mostBytes: number;
}

/** Weights on the device, in parts of whole row groups that fit a binding. */
type Part = { words: GPUBuffer; scales: GPUBuffer; firstRow: number; rows: number };

/** Quantised activations on the device. */
type OnDevice = { codes: GPUBuffer; scales: GPUBuffer; sums: GPUBuffer };

/** The symmetric scheme of `quantizeActivations`, and the products of its codes. */
export function gpuProducts(gpu: Gpu, { packedDot, mostBytes }: ProductOptions) {
  const { device } = gpu;
  const { COPY_DST, COPY_SRC, MAP_READ, STORAGE, UNIFORM } = GPUBufferUsage;
  const uploaded = new WeakMap<Weights, Part[]>();

  /** The weights' parts, uploaded at first use. */
  const partsOf = (weights: Weights): Part[] => {
    let parts = uploaded.get(weights);
    if (parts !== undefined) return parts;
    parts = [];
    const values = weights.bits === 4 ? weights.words : weights.values;
    const perGroup = values.length / weights.rowGroups;
    const scalesPerGroup = weights.scales.length / weights.rowGroups;
    const groups = Math.max(1, Math.floor(mostBytes / (perGroup * values.BYTES_PER_ELEMENT)));
    const hold = (data: ArrayBufferView) => {
      const buffer = device.createBuffer({ size: data.byteLength, usage: STORAGE | COPY_DST });
      device.queue.writeBuffer(buffer, 0, data as ArrayBufferView<ArrayBuffer>);
      return buffer;
    };
    for (let first = 0; first < weights.rowGroups; first += groups) {
      const last = Math.min(first + groups, weights.rowGroups);
      parts.push({
        words: hold(values.subarray(first * perGroup, last * perGroup)),
        scales: hold(weights.scales.subarray(first * scalesPerGroup, last * scalesPerGroup)),
        firstRow: first * GROUP_ROWS,
        rows: Math.min(last * GROUP_ROWS, weights.rows) - first * GROUP_ROWS,
      });
    }
    uploaded.set(weights, parts);
    return parts;
  };

  /** Runs one shader over a grid of workgroups. */
  const dispatch = (
    encoder: GPUCommandEncoder,
    pipeline: GPUComputePipeline,
    buffers: GPUBuffer[],
    grid: [number, number],
  ) => {
    const entries = buffers.map((buffer, binding) => {
      const size = Math.min(buffer.size, device.limits.maxStorageBufferBindingSize & ~3);
      return { binding, resource: { buffer, size } };
    });
    const layout = pipeline.getBindGroupLayout(0);
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...grid);
    pass.end();
  };

  /** What one call has taken and must give back. */
  const borrowing = async <T>(work: (borrowed: GPUBuffer[]) => Promise<T>): Promise<T> => {
    gpu.check();
    const borrowed: GPUBuffer[] = [];
    try {
      return await work(borrowed);
    } finally {
      for (const buffer of borrowed) gpu.give(buffer);
    }
  };

  /** Copies buffers back, each `[buffer, bytes]`; resolves once the device has done its work. */
  const readBack = (
    encoder: GPUCommandEncoder,
    borrowed: GPUBuffer[],
    wanted: [GPUBuffer, number][],
  ): () => Promise<ArrayBuffer[]> => {
    const targets = wanted.map(([buffer, bytes]) => {
      const target = gpu.take(bytes, MAP_READ | COPY_DST);
      borrowed.push(target);
      encoder.copyBufferToBuffer(buffer, 0, target, 0, bytes);
      return { target, bytes };
    });
    return () =>
      Promise.all(targets.map(async ({ target, bytes }) => {
        await target.mapAsync(GPUMapMode.READ, 0, bytes);
        const copy = target.getMappedRange(0, bytes).slice(0);
        target.unmap();
        return copy;
      }));
  };

  /** Room for the codes of `tokens`, borrowed. */
  const roomForCodes = (borrowed: GPUBuffer[], tokens: number, padded: number, blocks: number) => {
    const take = (bytes: number) => {
      const buffer = gpu.take(bytes, STORAGE | COPY_SRC | COPY_DST);
      borrowed.push(buffer);
      return buffer;
    };
    const codes = take(tokens * padded);
    return { codes, scales: take(4 * tokens * blocks), sums: take(4 * tokens * blocks) };
  };

  const lend = (borrowed: GPUBuffer[], data: ArrayBufferView<ArrayBuffer>, usage: number) => {
    const buffer = gpu.upload(data, usage);
    borrowed.push(buffer);
    return buffer;
  };

  /** Encodes the quantisation of `x`; returns where the codes will be, and a flag for refused numbers. */
  const encodeQuantize = (
    encoder: GPUCommandEncoder,
    pipeline: GPUComputePipeline,
    borrowed: GPUBuffer[],
    x: Float32Array,
    tokens: number,
    columns: number,
    { bits, blockSize }: Required<ActivationFormat>,
  ) => {
    const blocks = bits.length;
    const on = roomForCodes(borrowed, tokens, blocks * blockSize, blocks);
    const refused = lend(borrowed, new Uint32Array(1), STORAGE | COPY_SRC);
    dispatch(encoder, pipeline, [
      lend(borrowed, Uint32Array.of(columns, blocks, blockSize, 0), UNIFORM),
      lend(borrowed, x as Float32Array<ArrayBuffer>, STORAGE),
      lend(borrowed, Uint32Array.from(bits), STORAGE),
      ...[on.codes, on.scales, on.sums, refused],
    ], [blocks, tokens]);
    return { on, refused };
  };

  /** Encodes the product of codes on the device with weights; returns where `y` will be. */
  const encodeProduct = (
    encoder: GPUCommandEncoder,
    pipeline: GPUComputePipeline,
    borrowed: GPUBuffer[],
    on: OnDevice,
    tokens: number,
    weights: Weights,
  ): GPUBuffer => {
    const { rows, blocks, blockSize } = weights;
    const y = gpu.take(4 * tokens * rows, STORAGE | COPY_SRC);
    borrowed.push(y);
    for (const part of partsOf(weights)) {
      const numbers = [tokens, part.rows, blocks, blockSize, part.firstRow, rows, 0, 0];
      const sizes = lend(borrowed, Uint32Array.from(numbers), UNIFORM);
      const grid: [number, number] = tokens <= GEMV_TOKENS
        ? [Math.ceil(part.rows / GEMV_ROWS), tokens]
        : [Math.ceil(part.rows / TILE_ROWS), Math.ceil(tokens / TILE_TOKENS)];
      const buffers = [sizes, part.words, part.scales, on.codes, on.scales, on.sums, y];
      dispatch(encoder, pipeline, buffers, grid);
    }
    return y;
  };

  const quantizePipeline = () => gpu.pipeline("quantize", quantizeShader);
  const productPipeline = (tokens: number, weightBits: 4 | 8) => {
    const [name, shader] = tokens <= GEMV_TOKENS
      ? ["gemv", gemvShader] as const
      : ["gemm", gemmShader] as const;
    return gpu.pipeline(`${name} W${weightBits}`, () => shader({ packedDot, weightBits }));
  };

  /** Tokens at a time, so that no binding is too large. */
  const chunkOf = (columns: number, rows: number) =>
    Math.max(1, Math.min(32768, Math.floor(mostBytes / (4 * Math.max(columns, rows)))));

  return {
    async quantizeActivations(
      x: Float32Array,
      tokens: number,
      columns: number,
      format: ActivationFormat,
    ): Promise<QuantizedActivations> {
      const made = new QuantizedActivations(tokens, columns, format);
      checkArray("quantizeActivations: x", x, Float32Array, { tokens, columns });
      const pipeline = await quantizePipeline();
      const { blocks, paddedColumns } = made;
      const step = chunkOf(columns, 0);
      for (let first = 0; first < tokens; first += step) {
        const count = Math.min(step, tokens - first);
        const part = x.subarray(first * columns, (first + count) * columns);
        await borrowing(async (borrowed) => {
          const read = await gpu.scoped("quantizeActivations", () => {
            const encoder = device.createCommandEncoder();
            const { on, refused } = encodeQuantize(
              ...[encoder, pipeline, borrowed, part, count, columns, made.format] as const,
            );
            const bytes = 4 * count * blocks;
            const back = readBack(encoder, borrowed, [
              [on.codes, count * paddedColumns],
              [on.scales, bytes],
              [on.sums, bytes],
              [refused, 4],
            ]);
            device.queue.submit([encoder.finish()]);
            return back;
          });
          const [codes, scales, sums, refused] = await read();
          if (new Uint32Array(refused!)[0] !== 0) {
            throw firstNotFinite("quantizeActivations: x", x, columns);
          }
          made.codes.set(new Int8Array(codes!), first * paddedColumns);
          made.scales.set(new Float32Array(scales!), first * blocks);
          made.sums.set(new Int32Array(sums!), first * blocks);
        });
      }
      return made;
    },

    async gemm(
      activations: QuantizedActivations,
      weights: Weights,
      given?: Float32Array,
    ): Promise<Float32Array> {
      const { tokens, columns, blocks, paddedColumns, format } = activations;
      const output = checkGemm(columns, format.blockSize, tokens, weights, given);
      const step = chunkOf(paddedColumns, weights.rows);
      for (let first = 0; first < tokens; first += step) {
        const count = Math.min(step, tokens - first);
        const pipeline = await productPipeline(count, weights.bits);
        await borrowing(async (borrowed) => {
          const read = await gpu.scoped("gemm", () => {
            const encoder = device.createCommandEncoder();
            const on = roomForCodes(borrowed, count, paddedColumns, blocks);
            const put = (
              buffer: GPUBuffer,
              data: Int8Array | Float32Array | Int32Array,
              row: number,
            ) =>
              device.queue.writeBuffer(
                buffer,
                0,
                data.subarray(first * row, (first + count) * row) as Int8Array<ArrayBuffer>,
              );
            put(on.codes, activations.codes, paddedColumns);
            put(on.scales, activations.scales, blocks);
            put(on.sums, activations.sums, blocks);
            const y = encodeProduct(encoder, pipeline, borrowed, on, count, weights);
            const back = readBack(encoder, borrowed, [[y, 4 * count * weights.rows]]);
            device.queue.submit([encoder.finish()]);
            return back;
          });
          const [y] = await read();
          output.set(new Float32Array(y!), first * weights.rows);
        });
      }
      return output;
    },

    async linear(
      x: Float32Array,
      tokens: number,
      format: ActivationFormat,
      weights: Weights,
      given?: Float32Array,
    ): Promise<Float32Array> {
      const { columns, rows } = weights;
      const checked = checkedFormat("linear", columns, format);
      checkWhole("linear: tokens", tokens, 1);
      checkElements("linear", { tokens, columns });
      checkArray("linear: x", x, Float32Array, { tokens, columns });
      const output = checkGemm(columns, format.blockSize, tokens, weights, given);
      const quantize = await quantizePipeline();
      const step = chunkOf(weights.paddedColumns, rows);
      for (let first = 0; first < tokens; first += step) {
        const count = Math.min(step, tokens - first);
        const product = await productPipeline(count, weights.bits);
        const part = x.subarray(first * columns, (first + count) * columns);
        await borrowing(async (borrowed) => {
          const read = await gpu.scoped("linear", () => {
            const encoder = device.createCommandEncoder();
            const { on, refused } = encodeQuantize(
              ...[encoder, quantize, borrowed, part, count, columns, checked] as const,
            );
            const y = encodeProduct(encoder, product, borrowed, on, count, weights);
            const back = readBack(encoder, borrowed, [[y, 4 * count * rows], [refused, 4]]);
            device.queue.submit([encoder.finish()]);
            return back;
          });
          const [y, refused] = await read();
          if (new Uint32Array(refused!)[0] !== 0) throw firstNotFinite("linear: x", x, columns);
          output.set(new Float32Array(y!), first * rows);
        });
      }
      return output;
    },
  };
}

/** The device only says that there is one. */
function firstNotFinite(what: string, x: Float32Array, columns: number): Error {
  const at = x.findIndex((value) => !Number.isFinite(value));
  return notFinite(what, x[at]!, at, columns);
}
