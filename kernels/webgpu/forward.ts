/**
 * A whole forward pass of a decoder on a GPU: tokens go up, logits and hidden states come down.
 *
 * @module
 */
import type { ForwardResult } from "../contract/types.ts";
import { type Decoder, LINEAR_NAMES } from "../contract/decoder.ts";
import type { KvPass } from "../contract/kv_cache.ts";
import { checkForward } from "../reference/forward.ts";
import {
  type DecoderOnDevice,
  type HalfPart,
  type LinearOnDevice,
  uploadDecoder,
} from "./decoder_buffers.ts";
import {
  embedShader,
  HALF_TILE,
  halfProductShader,
  normShader,
  rotateShader,
} from "./shaders/decoder_shaders.ts";
import { type GpuKv, gridOf, type KvPipelines } from "./kv4.ts";
import { GRID_ITEMS } from "./shaders/kv_append_shader.ts";
import type { GpuProducts } from "./products.ts";
import { refuse, type Step, STEPS } from "./refusals.ts";
import { NONE, type Submission, submit } from "./submission.ts";

/** The shaders of a pass. */
interface Pipelines {
  readonly kv: KvPipelines;
  readonly embed: GPUComputePipeline;
  readonly norm: GPUComputePipeline;
  readonly rotate: GPUComputePipeline;
  readonly halfProduct: GPUComputePipeline;
  quantize(part: LinearOnDevice, gated?: boolean): GPUComputePipeline;
  product(part: LinearOnDevice, tokens: number): GPUComputePipeline;
}

/** A run of rows of a pass, and which of them are asked for. */
interface Run {
  readonly pass: KvPass;
  readonly first: number;
  readonly count: number;
  readonly tokens: Int32Array;
  /** Rows of the run, in the order in which they are asked for. */
  readonly wanted: Uint32Array;
}

/** Forward passes on one device. */
export class GpuForward {
  #products: GpuProducts;
  #kv: GpuKv;
  #decoders = new WeakMap<Decoder, DecoderOnDevice>();

  constructor(products: GpuProducts, kv: GpuKv) {
    this.#products = products;
    this.#kv = kv;
  }

  /**
   * `forward` of the contract. A pass whose rows do not fit the device's bindings runs in several
   * pieces, one after the other; the cache makes that the same.
   */
  async forward(
    decoder: Decoder,
    pass: KvPass,
    tokens: Int32Array,
    asked?: Int32Array,
  ): Promise<ForwardResult> {
    const wanted = checkForward(decoder, pass, tokens, asked, this.#kv.pagesOf(pass));
    const { width, vocabulary } = decoder;
    const logits = new Float32Array(wanted.length * vocabulary);
    const hidden = new Float32Array(wanted.length * width);
    const step = this.#rowsAtOnce(decoder, wanted.length > 0);
    for (let first = 0; first < pass.rows; first += step) {
      const count = Math.min(step, pass.rows - first);
      const places: number[] = [];
      wanted.forEach((row, i) => row >= first && row < first + count && places.push(i));
      const pieces = places.length === 0 ? [[]] : cut(places, step);
      // A row may be asked for more often than there are rows: the rest then needs a pass of its own.
      for (const piece of pieces) {
        const rows = Uint32Array.from(piece, (i) => wanted[i]! - first);
        const part = tokens.subarray(first, first + count);
        const result = await this.#run(decoder, { pass, first, count, tokens: part, wanted: rows });
        piece.forEach((i, at) => {
          const row = (of: Float32Array, size: number) => of.subarray(at * size, (at + 1) * size);
          logits.set(row(result.logits, vocabulary), i * vocabulary);
          hidden.set(row(result.hidden, width), i * width);
        });
      }
    }
    return { logits, hidden };
  }

  /** Rows whose widest array fits a binding. */
  #rowsAtOnce(decoder: Decoder, logits: boolean): number {
    const { width, inner, heads, kvHeads, headDim, vocabulary } = decoder;
    const widest = Math.max(
      ...[width, 2 * inner, (heads + 2 * kvHeads) * headDim, logits ? vocabulary : 0],
    );
    const fit = Math.floor(this.#products.options.mostBytes / (4 * widest));
    return Math.max(1, Math.min(GRID_ITEMS, fit));
  }

  async #run(decoder: Decoder, run: Run): Promise<ForwardResult> {
    const { gpu } = this.#products;
    let on = this.#decoders.get(decoder);
    if (on === undefined) {
      gpu.check();
      const { mostBytes } = this.#products.options;
      on = await gpu.scoped("decoder", () => uploadDecoder(gpu, decoder, mostBytes));
      this.#decoders.set(decoder, on);
    }
    const ready = on;
    const pipelines = await this.#pipelines(ready, run);
    const asked = run.wanted.length;
    const results = await submit(gpu, "forward", (work) => {
      const places = STEPS.length * decoder.layers.length + 1;
      const refused = work.lend(new Uint32Array(places).fill(NONE));
      const x = this.#encodeLayers(work, pipelines, ready, decoder, run, refused);
      if (asked > 0) this.#encodeHead(work, pipelines, ready, decoder, run, x, refused);
      work.read(refused, 4 * places);
    });
    refuse(decoder, run, new Uint32Array(results.pop()!));
    const [hidden, logits] = results.map((bytes) => new Float32Array(bytes));
    return { logits: logits ?? new Float32Array(0), hidden: hidden ?? new Float32Array(0) };
  }

  /** Embedding and layers; returns the residual stream. */
  #encodeLayers(
    work: Submission,
    pipelines: Pipelines,
    on: DecoderOnDevice,
    decoder: Decoder,
    run: Run,
    refused: GPUBuffer,
  ): GPUBuffer {
    const { width, inner, heads, kvHeads, headDim, epsilon } = decoder;
    const rows = run.count;
    const room = (columns: number) => work.room(4 * rows * columns);
    const x = room(width), normed = room(width);
    const qkv = room((heads + 2 * kvHeads) * headDim), gateUp = room(2 * inner);
    const q = room(heads * headDim), k = room(kvHeads * headDim), v = room(kvHeads * headDim);
    const mixed = room(heads * headDim);
    const all = work.lend(Uint32Array.from({ length: rows }, (_, row) => row));
    const positions = work.lend(positionsOf(run));
    const tokens = work.lend(run.tokens);
    const cache = this.#kv.lendPass(work, run.pass, heads, run);

    for (const { buffer, firstRow, lastRow } of on.embedding) {
      const sizes = work.sizes(width, rows, firstRow, lastRow);
      work.run(pipelines.embed, [sizes, tokens, buffer, x], [rows]);
    }
    const norm = (gain: GPUBuffer) => {
      const sizes = work.sizes(width, NONE, floatBits(epsilon));
      work.run(pipelines.norm, [sizes, x, all, gain, normed, refused], [rows]);
    };
    on.layers.forEach((layer, index) => {
      const flag = (step: Step) => index * STEPS.length + STEPS.indexOf(step);
      const linear = (name: typeof LINEAR_NAMES[number], input: GPUBuffer, output: GPUBuffer) =>
        this.#encodeLinear(
          ...[work, pipelines, layer[name], input, rows, output, refused, flag(name)] as const,
          { gated: name === "down", add: output === x },
        );
      norm(layer.attentionNorm);
      linear("qkv", normed, qkv);
      work.run(
        pipelines.rotate,
        [
          work.sizes(heads, kvHeads, headDim, flag("q")),
          ...[qkv, positions, on.cos, on.sin, q, k, v, refused],
        ],
        [Math.ceil((heads + 2 * kvHeads) * headDim / 128), rows],
      );
      const kv = this.#kv;
      kv.encodeAppend(work, pipelines.kv, cache, index, k, v, refused, flag("kvAppend"));
      kv.encodeAttend(work, pipelines.kv, cache, index, q, mixed, refused, flag("scores"));
      linear("o", mixed, x);
      norm(layer.mlpNorm);
      linear("gateUp", normed, gateUp);
      linear("down", gateUp, x);
    });
    return x;
  }

  /** The last norm and the head of the rows asked for; reads hidden states and logits back. */
  #encodeHead(
    work: Submission,
    pipelines: Pipelines,
    on: DecoderOnDevice,
    decoder: Decoder,
    { wanted }: Run,
    x: GPUBuffer,
    refused: GPUBuffer,
  ): void {
    const { width, vocabulary, epsilon } = decoder;
    const flag = STEPS.length * decoder.layers.length;
    const hidden = work.room(4 * wanted.length * width);
    const logits = work.room(4 * wanted.length * vocabulary);
    const quantized = "linear" in on.head;
    const sizes = work.sizes(width, quantized ? NONE : flag, floatBits(epsilon));
    const bindings = [sizes, x, work.lend(wanted), on.finalNorm, hidden, refused];
    work.run(pipelines.norm, bindings, [wanted.length]);
    if (quantized) {
      this.#encodeLinear(
        ...[work, pipelines, on.head as LinearOnDevice, hidden, wanted.length] as const,
        ...[logits, refused, flag, {}] as const,
      );
    } else {
      for (const { buffer, firstRow, lastRow } of on.head as readonly HalfPart[]) {
        const rows = lastRow - firstRow;
        const sizes = work.sizes(width, wanted.length, rows, firstRow, vocabulary, GRID_ITEMS);
        work.run(
          pipelines.halfProduct,
          [sizes, buffer, hidden, logits],
          gridOf(Math.ceil(wanted.length / HALF_TILE), rows),
        );
      }
    }
    work.read(hidden, 4 * wanted.length * width);
    work.read(logits, 4 * wanted.length * vocabulary);
  }

  /** A linear part of `tokens` rows, quantisation included. */
  #encodeLinear(
    work: Submission,
    pipelines: Pipelines,
    part: LinearOnDevice,
    input: GPUBuffer,
    tokens: number,
    output: GPUBuffer,
    refused: GPUBuffer,
    flag: number,
    { gated = false, add = false }: { gated?: boolean; add?: boolean },
  ): void {
    const { linear: { weights }, format } = part;
    const codes = this.#products.encodeQuantize(
      ...[work, pipelines.quantize(part, gated), input, tokens, weights.columns] as const,
      ...[format, refused, flag, part] as const,
    );
    const product = pipelines.product(part, tokens);
    this.#products.encodeProduct(work, product, codes, tokens, weights, output, add);
  }

  /** Makes ready every shader that a run needs. */
  async #pipelines(on: DecoderOnDevice, run: Run): Promise<Pipelines> {
    const { gpu } = this.#products;
    const made = new Map<string, GPUComputePipeline>();
    const key = ({ linear, format, order }: LinearOnDevice, rest: unknown) =>
      `${linear.weights.bits} ${format.scheme} ${order === null} ${rest}`;
    const prepare = async (part: LinearOnDevice, tokens: number, gated: boolean) => {
      const options = { scheme: part.format.scheme, ordered: part.order !== null, gated };
      made.set(key(part, gated), await this.#products.quantizePipeline(options));
      const { weights } = part.linear;
      const product = await this.#products.prepareProduct(tokens, weights, part.format);
      made.set(key(part, tokens), product);
    };
    for (const layer of on.layers) {
      for (const name of LINEAR_NAMES) await prepare(layer[name], run.count, name === "down");
    }
    if ("linear" in on.head && run.wanted.length > 0) {
      await prepare(on.head, run.wanted.length, false);
    }
    return {
      kv: await this.#kv.pipelines(run.pass.layout),
      embed: await gpu.pipeline("embed", embedShader),
      norm: await gpu.pipeline("norm", normShader),
      rotate: await gpu.pipeline("rotate", rotateShader),
      halfProduct: await gpu.pipeline("product with 16-bit floats", halfProductShader),
      quantize: (part, gated = false) => made.get(key(part, gated))!,
      product: (part, tokens) => made.get(key(part, tokens))!,
    };
  }
}

/** The position of each row of a run. */
function positionsOf({ pass, first, count }: Run): Uint32Array {
  const all = pass.extensions.flatMap(({ start, tokens }) =>
    Array.from({ length: tokens }, (_, i) => start + i)
  );
  return Uint32Array.from(all.slice(first, first + count));
}

function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from(
    { length: Math.ceil(items.length / size) },
    (_, i) => items.slice(i * size, (i + 1) * size),
  );
}
