/**
 * The `webgpu` suite: W4Ax products on a GPU against a product in 16-bit floats written in WGSL and
 * against jax-js, and one token against what the card copies. Everything is on the device before the
 * clock starts; quantising the activations is inside. A software adapter is skipped with a message: its times
 * say nothing.
 *
 * @module
 */
import { PackedWeights, type Weights } from "kernels/mod.ts";
import { Gpu, hasPackedDot, requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { GpuProducts } from "kernels/webgpu/products.ts";
import { NONE, type Submission, submit } from "kernels/webgpu/submission.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { stream } from "offprint/random.ts";
import { halfMatmul } from "./kernels/half_matmul.ts";
import { type JaxOnGpu, loadJaxOnGpu } from "./kernels/jax_matmul.ts";
import { passTraffic } from "./kernels/pass_traffic.ts";
import { timesInATurn, type Turn } from "./kernels/turn.ts";

/** What is measured, and for how long. */
export interface WebGpuSizes {
  /** Output and input features; input a multiple of the block of 128. */
  readonly shapes: readonly (readonly [number, number])[];
  readonly tokens: readonly number[];
  readonly repetitions: number;
  /** A contestant's turn repeats its product until it takes about this long: waiting costs a while too. */
  readonly turnMs: number;
  /** Weights of one-token products that are read in turn: more than the card's caches hold. */
  readonly coldBytes: number;
  readonly copyBytes: number;
}

const FULL: WebGpuSizes = {
  shapes: [[4096, 4096], [4096, 14336], [14336, 4096]],
  tokens: [1, 16, 64, 256],
  repetitions: 15,
  turnMs: 20,
  coldBytes: 512e6,
  copyBytes: 128 * 2 ** 20,
};
const BLOCK = 128, SHARE_OF_4 = 0.75;

/** Runs the suite: some minutes on a GPU; no rows where there is none. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const found = await requestDevice({ wanted: ["shader-f16"] }).catch((error: Error) => error);
  if (found instanceof Error && !(found instanceof WebGpuUnavailable)) throw found;
  const skipped = found instanceof Error
    ? found.message
    : found.software
    ? `${found.name} is a software adapter`
    : undefined;
  if (skipped !== undefined || found instanceof Error) {
    const counted = found instanceof Error ? "" : `; ${await passTraffic(found.device)}`;
    const line = `skipped, ${skipped}: nothing measured${counted}`;
    progress(`webgpu: ${line}`);
    return { rows: [], measuredOn: line };
  }
  const rows = await webGpuRows(found.device, FULL, progress);
  const measuredOn =
    `${found.name}; ${await passTraffic(found.device)}; dot4I8Packed ${
      hasPackedDot() ? "" : "not "
    }` +
    `there, shader-f16 ${found.device.features.has("shader-f16") ? "" : "not "}there`;
  return { rows, measuredOn };
}

/** The rows of a device. */
export async function webGpuRows(
  device: GPUDevice,
  sizes: WebGpuSizes,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  const gpu = new Gpu(device);
  const { maxStorageBufferBindingSize: mostBytes } = device.limits;
  const products = new GpuProducts(gpu, { packedDot: hasPackedDot(), mostBytes });
  const bench = new Bench(gpu, products, sizes);
  const jax = await loadJaxOnGpu(progress);
  const rows: BenchRow[] = [];
  for (const [N, K] of sizes.shapes) {
    const weights = randomWeights(N, K, 0);
    const w = halvesOf(weights);
    for (const M of sizes.tokens) {
      progress(`webgpu: M=${M} N=${N} K=${K}`);
      rows.push(...await bench.productRows(weights, w, M, jax, progress));
    }
  }
  const [N, K] = sizes.shapes.at(-1)!;
  progress("webgpu: M=1 on cold weights, against a copy");
  rows.push(await bench.coldRow(N, K));
  jax?.restore();
  return rows;
}

/** Contestants on one device. */
class Bench {
  readonly gpu: Gpu;
  readonly products: GpuProducts;
  readonly sizes: WebGpuSizes;

  constructor(gpu: Gpu, products: GpuProducts, sizes: WebGpuSizes) {
    this.gpu = gpu;
    this.products = products;
    this.sizes = sizes;
  }

  /** W4Ax against each peer at one number of tokens. */
  async productRows(
    weights: PackedWeights,
    w: Float16Array<ArrayBuffer>,
    M: number,
    jax: JaxOnGpu | undefined,
    progress: (line: string) => void,
  ): Promise<BenchRow[]> {
    const { rows: N, columns: K } = weights;
    const x = activations(M * K);
    const ours = await this.#ours(x, M, [weights]);
    const half = await this.#half(x, w, M, N, K);
    const distance = await this.#distance(ours.y, half.y, M * N);
    if (!(distance < 0.5)) {
      throw new Error(`webgpu: products differ by ${distance} of their norm: one of them is wrong`);
    }
    const turns: Record<string, Turn> = { ours: ours.turn, "f16 WGSL": half.turn };
    const arrays: { dispose(): void }[] = [];
    for (const dtype of jax?.dtypes ?? []) {
      try {
        const turn = await jax!.turn(x, w, M, N, K, dtype, this.sizes.turnMs);
        turns[`jax-js ${dtype}`] = turn;
        arrays.push(turn);
      } catch (error) {
        progress(`webgpu: jax-js ${dtype} M=${M} N=${N} K=${K}: skipped, ${messageOf(error)}`);
      }
    }
    const seconds = await this.#medians(turns);
    for (const held of arrays) held.dispose();
    for (const buffer of [...ours.held, ...half.held]) buffer.destroy();
    return Object.keys(turns).filter((name) => name !== "ours").map((peerName) =>
      lessIsBetter({
        name: "W4Ax",
        shape: `M=${M} N=${N} K=${K}`,
        ours: 1000 * seconds["ours"]!,
        peer: 1000 * seconds[peerName]!,
        peerName,
        unit: "ms",
      })
    );
  }

  /** One token on weights that come from memory, as bytes a second, against a copy. */
  async coldRow(N: number, K: number): Promise<BenchRow> {
    const one = N * K / 2 + 4 * N * K / BLOCK;
    const copies = Math.max(1, Math.ceil(this.sizes.coldBytes / one));
    const weights = Array.from({ length: copies }, (_, copy) => randomWeights(N, K, copy));
    const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
    const [source, target] = [0, 1].map(() =>
      this.gpu.device.createBuffer({
        size: this.sizes.copyBytes,
        usage: STORAGE | COPY_SRC | COPY_DST,
      })
    );
    const ours = await this.#ours(activations(K), 1, weights);
    const copy = await this.#turn("copy", (work) => {
      work.copy(source!, 0, target!, 0, this.sizes.copyBytes);
    });
    const seconds = await this.#medians({ ours: ours.turn, copy });
    const rate = weights[0]!.bytes / 1e9 / seconds["ours"]!;
    const peer = 2 * this.sizes.copyBytes / 1e9 / seconds["copy"]!;
    for (const buffer of [source!, target!, ...ours.held]) buffer.destroy();
    return {
      name: "W4Ax cold, bytes of weights",
      shape: `M=1 N=${N} K=${K}, ${copies} copies in turn`,
      ours: rate,
      peer,
      peerName: "copy, read and written",
      unit: "GB/s",
      ratio: rate / peer,
    };
  }

  async #ours(x: Float32Array, M: number, weights: readonly Weights[]) {
    const { rows: N, columns: K, blocks } = weights[0]!;
    const bits = new Uint8Array(blocks).fill(8).fill(4, 0, Math.round(SHARE_OF_4 * blocks));
    const format = { blockSize: BLOCK, bits, scheme: "symmetric" } as const;
    const quantize = await this.products.quantizePipeline(format);
    let product: GPUComputePipeline;
    for (const copy of weights) product = await this.products.prepareProduct(M, copy, format);
    const input = this.gpu.hold(x), refused = this.gpu.hold(Uint32Array.of(NONE));
    const fixed = { bits: this.gpu.hold(Uint32Array.from(bits)), order: null };
    const y = this.#output(M * N);
    let turn = 0;
    const encode = (work: Submission) => {
      const codes = this.products.encodeQuantize(
        ...[work, quantize, input, M, K, format, refused, 0, fixed] as const,
      );
      const taken = weights[turn++ % weights.length]!;
      this.products.encodeProduct(work, product!, codes, M, taken, y);
    };
    const held = [input, refused, fixed.bits, y];
    return { turn: await this.#turn("W4Ax", encode), y, held };
  }

  async #half(x: Float32Array, w: Float16Array<ArrayBuffer>, M: number, N: number, K: number) {
    const native = this.gpu.device.features.has("shader-f16");
    const shader = halfMatmul(M, native);
    const label = `f16 ${shader.tokens} ${native}`;
    const pipeline = await this.gpu.pipeline(label, () => shader.code);
    const input = this.gpu.hold(Float16Array.from(x)), matrix = this.gpu.hold(w);
    const y = this.#output(M * N);
    const turn = await this.#turn("f16 WGSL", (work) => {
      const grid = [Math.ceil(N / shader.rows), Math.ceil(M / shader.tokens)] as const;
      work.run(pipeline, [work.sizes(M, N, K), input, matrix, y], grid);
    });
    return { turn, y, held: [input, matrix, y] };
  }

  #output(count: number): GPUBuffer {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    return this.gpu.device.createBuffer({ size: 4 * count, usage });
  }

  /** A turn of as many repetitions as take about the time of a turn. */
  async #turn(name: string, encode: (work: Submission) => void): Promise<Turn> {
    const run = async (times: number) => {
      await submit(this.gpu, name, (work) => {
        for (let i = 0; i < times; i++) encode(work);
      });
      await this.gpu.device.queue.onSubmittedWorkDone();
    };
    const times = await timesInATurn(run, this.sizes.turnMs);
    return { run: () => run(times), times };
  }

  async #medians(turns: Record<string, Turn>): Promise<Record<string, number>> {
    const contestants = Object.fromEntries(
      Object.entries(turns).map(([name, { run }]) => [name, run]),
    );
    const seconds = await interleaved(contestants, this.sizes.repetitions);
    return Object.fromEntries(
      Object.entries(turns).map(([name, { times }]) => [name, seconds[name]! / times]),
    );
  }

  /** How far two outputs are from each other, as a share of the second's norm. */
  async #distance(a: GPUBuffer, b: GPUBuffer, count: number): Promise<number> {
    const [x, y] = (await submit(this.gpu, "outputs", (work) => {
      for (const buffer of [a, b]) work.read(buffer, 4 * count);
    })).map((bytes) => new Float32Array(bytes));
    let square = 0, norm = 0;
    for (let i = 0; i < count; i++) {
      square += (x![i]! - y![i]!) ** 2;
      norm += y![i]! ** 2;
    }
    return Math.sqrt(square / norm);
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}

function activations(count: number): Float32Array<ArrayBuffer> {
  const random = stream(1, "bench", "activations");
  return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
}

/** Random codes with a scale of 1/100, quickly: the seed is what differs between copies. */
function randomWeights(N: number, K: number, seed: number): PackedWeights {
  const random = stream(1, "bench", "weights", seed);
  const some = Uint32Array.from({ length: 65521 }, () => random.uint32());
  const words = new Uint32Array(N * K / 8);
  for (let i = 0; i < words.length; i++) words[i] = some[i % 65521]!;
  const scales = new Float32Array(N * K / BLOCK).fill(0.01);
  return new PackedWeights({ rows: N, columns: K, blockSize: BLOCK, words, scales });
}

/** What the codes stand for. */
function halvesOf(weights: PackedWeights): Float16Array<ArrayBuffer> {
  const table = Float16Array.from({ length: 16 }, (_, i) => 0.01 * (i - 8));
  const codes = weights.codes(), halves = new Float16Array(codes.length);
  for (let i = 0; i < codes.length; i++) halves[i] = table[codes[i]! + 8]!;
  return halves;
}
