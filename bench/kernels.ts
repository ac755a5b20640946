/**
 * The `kernels` suite: matrix products of this project's kernels against ONNX Runtime's `MatMul` and
 * `MatMulNBits`, and of each mix of bits against the next. Floats in, floats out: quantising the
 * activations is inside every timed call.
 *
 * `OFFPRINT_VARIANT` and `OFFPRINT_THREADS` choose what is measured, `OFFPRINT_SHAPE` (`4096x14336`, N by
 * K) one shape of the three, with the cold rows in the last. Each variant's and machine's rows are kept beside the others'. ONNX Runtime gets as many threads, and does not let them spin between calls:
 * spinning threads of one side would slow the other. Rows are also said as they come.
 *
 * @module
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { type Kernels, PackedWeights, PackedWeights8 } from "kernels/mod.ts";
import { plainRead, type ProductPeak, productPeak } from "kernels/native/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  type Contestant,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { matMulModel, matMulNBitsModel } from "./kernels/onnx_matmul.ts";
import { nativeSuite } from "./kernels/native_suite.ts";

/** Output and input features. */
const SHAPES = [[4096, 4096], [4096, 14336], [14336, 4096]] as const;
const TOKENS = [1, 16, 64, 256];
const REPETITIONS = 15;
const BLOCK = 128;
/** Larger than the caches of the processors this is run on. */
const COLD_BYTES = 128e6;
/** Output features of the shape whose weights are also taken from memory. */
const COLD_ROWS = 14336;

/** Share of 4-bit blocks and bits of the weights. */
const CORES = {
  W4Ax: { f: 0.75, weights: 4 },
  W4A4: { f: 1, weights: 4 },
  W4A8: { f: 0, weights: 4 },
  W8A8: { f: 0, weights: 8 },
} as const;
type Core = keyof typeof CORES;
const PEERS = ["ort fp32", "ort nbits b32", "ort nbits b128"] as const;
type Peer = typeof PEERS[number];
/** The peers in 4 bits. */
const NBITS = ["ort nbits b32", "ort nbits b128"] as const;

/** Runs the suite: two minutes on two cores; no rows without native kernels, which are what is measured. */
export function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const part = Deno.env.get("OFFPRINT_SHAPE") || undefined;
  return nativeSuite("kernels", progress, (kernels) => allRows(kernels, progress), part);
}

async function allRows(kernels: Kernels, progress: (line: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const add = (more: BenchRow[]) => {
    rows.push(...more);
    for (const { name, shape, ratio, peerName } of more) {
      progress(`kernels: ${ratio.toFixed(2)}x ${name} (${shape}); peer: ${peerName}`);
    }
  };
  const limit = await productPeak(kernels.variant, kernels.threads);
  for (const [N, K] of chosenShapes()) {
    const shape = await openShape(kernels, N, K, 1);
    for (const M of TOKENS) add(await productRows(shape, M, limit));
    await shape.close();
    if (N === COLD_ROWS) add(await coldRows(kernels, N, K));
  }
  return rows;
}

function chosenShapes() {
  const wanted = Deno.env.get("OFFPRINT_SHAPE");
  if (!wanted) return SHAPES;
  const chosen = SHAPES.filter(([N, K]) => `${N}x${K}` === wanted);
  if (chosen.length > 0) return chosen;
  throw new UserError({
    what: "OFFPRINT_SHAPE",
    got: wanted,
    expected: `one of ${SHAPES.map(([N, K]) => `${N}x${K}`).join(", ")}`,
    todo: "Leave it out to measure all.",
  });
}

/** Every core against its peers at one number of tokens, and products of many tokens against their limit. */
async function productRows(shape: OpenShape, M: number, limit?: ProductPeak): Promise<BenchRow[]> {
  const { N, K } = shape;
  const x = activations(M * K);
  const contestants: Record<string, Contestant> = {};
  for (const core of Object.keys(CORES) as Core[]) contestants[core] = shape.ours(core, x, M);
  for (const peer of PEERS) contestants[peer] = shape.peer(peer, x, M);
  let multiplyAdds = 0;
  if (limit) contestants["limit"] = () => multiplyAdds = limit.run();
  const seconds = await interleaved(contestants, REPETITIONS);
  const size = `M=${M} N=${N} K=${K}`;
  const row = (name: Core, peer: string, peerName = peer) =>
    lessIsBetter({
      name,
      shape: size,
      ours: 1000 * seconds[name]!,
      peer: 1000 * seconds[peer]!,
      peerName,
      unit: "ms",
    });
  const fastest = NBITS.reduce((best, peer) => seconds[peer]! < seconds[best]! ? peer : best);
  const rows = [
    ...PEERS.map((peer) => row("W4Ax", peer)),
    row("W4Ax", fastest, "the faster ort nbits"),
    row("W4A4", "W4A8"),
    row("W4A8", "W8A8"),
  ];
  if (limit && M > 1) {
    const ours = 2e-9 * M * N * K / seconds["W4Ax"]!,
      peer = 2e-9 * multiplyAdds / seconds["limit"]!;
    const peerName = `${limit.instructions}, registers only`;
    rows.push({
      name: "W4Ax, operations",
      shape: size,
      ours,
      peer,
      peerName,
      unit: "GOP/s",
      ratio: ours / peer,
    });
  }
  return rows;
}

/**
 * One token, weights that come from memory: copies are taken in turn. Against `MatMulNBits` under the
 * same rule, and against just reading as many bytes on the same threads.
 */
async function coldRows(kernels: Kernels, N: number, K: number): Promise<BenchRow[]> {
  const copies = Math.ceil(COLD_BYTES / (N * K / 2));
  const shape = await openShape(kernels, N, K, copies, NBITS);
  const x = activations(K);
  const contestants: Record<string, Contestant> = {
    W4Ax: shape.ours("W4Ax", x, 1),
    "ort nbits b32": shape.peer("ort nbits b32", x, 1),
    "ort nbits b128": shape.peer("ort nbits b128", x, 1),
  };
  contestants["plain read"] = await reader(kernels.threads, shape.words);
  const seconds = await interleaved(contestants, 4 * REPETITIONS);
  await shape.close();
  const where = `M=1 N=${N} K=${K}, ${copies} copies in turn`;
  const rows: BenchRow[] = NBITS.map((peerName) =>
    lessIsBetter({
      name: "W4Ax cold",
      shape: where,
      ours: 1000 * seconds["W4Ax"]!,
      peer: 1000 * seconds[peerName]!,
      peerName,
      unit: "ms",
    })
  );
  const gigabytes = shape.bytes / 1e9;
  const ours = gigabytes / seconds["W4Ax"]!;
  const peer = shape.words[0]!.byteLength / 1e9 / seconds["plain read"]!;
  const name = "W4Ax cold, bytes";
  rows.push({
    name,
    shape: where,
    ours,
    peer,
    peerName: "plain read",
    unit: "GB/s",
    ratio: ours / peer,
  });
  return rows;
}

/** Reads copies in turn with the threads of the kernels. */
async function reader(threads: number, copies: Uint32Array[]): Promise<Contestant> {
  const read = await plainRead(threads);
  let turn = 0;
  return () => read(copies[turn++ % copies.length]!);
}

/** One shape's weights on both sides. */
interface OpenShape {
  readonly N: number;
  readonly K: number;
  /** Packed words of each copy. */
  readonly words: Uint32Array[];
  /** Bytes that one product reads of 4-bit weights and scales. */
  readonly bytes: number;
  ours(core: Core, x: Float32Array, tokens: number): Contestant;
  peer(peer: Peer, x: Float32Array, tokens: number): Contestant;
  close(): Promise<void>;
}

async function openShape(
  kernels: Kernels,
  N: number,
  K: number,
  copies: number,
  peers: readonly Peer[] = PEERS,
): Promise<OpenShape> {
  const blocks = K / BLOCK;
  const scales = new Float32Array(N * blocks).fill(0.01);
  // Weights of each core's own: none finds them in the cache because another has just used them.
  const own = copies > 1 ? ["W4Ax"] as const : ["W4Ax", "W4A4", "W4A8"] as const;
  const packed = Array.from({ length: copies * own.length }, (_, copy) =>
    new PackedWeights({
      rows: N,
      columns: K,
      blockSize: BLOCK,
      words: randomWords(N * K / 8, copy),
      scales,
    }));
  const wide = copies > 1 ? undefined : new PackedWeights8({
    rows: N,
    columns: K,
    blockSize: BLOCK,
    values: new Int8Array(randomWords(N * K / 4, 1).buffer).map((code) => code === -128 ? 0 : code),
    scales,
  });
  const sessions = new Map<Peer, InferenceSession[]>();
  for (const peer of peers) {
    const opened: InferenceSession[] = [];
    for (let copy = 0; copy < copies; copy++) opened.push(await session(kernels, peer, N, K, copy));
    sessions.set(peer, opened);
  }
  const { Tensor } = await ort();
  return {
    N,
    K,
    words: packed.map(({ words }) => words),
    bytes: packed[0]!.bytes,
    ours(core, x, tokens) {
      const bits = new Uint8Array(blocks).fill(8).fill(4, 0, Math.round(CORES[core].f * blocks));
      const output = new Float32Array(tokens * N);
      let turn = 0;
      return () => {
        const first = copies * Math.max(0, own.findIndex((name) => name === core));
        const weights = core === "W8A8" ? wide! : packed[first + turn++ % copies]!;
        return kernels.linear(x, tokens, { blockSize: BLOCK, bits }, weights, output);
      };
    },
    peer(peer, x, tokens) {
      const feeds = { x: new Tensor("float32", x, [tokens, K]) };
      const output: Record<string, Tensor> = {
        y: new Tensor("float32", new Float32Array(tokens * N), [tokens, N]),
      };
      const own = sessions.get(peer)!;
      let turn = 0;
      return () => own[turn++ % copies]!.run(feeds, output);
    },
    async close() {
      for (const opened of sessions.values()) for (const one of opened) await one.release();
    },
  };
}

async function session(kernels: Kernels, peer: Peer, N: number, K: number, copy: number) {
  const { InferenceSession } = await ort();
  return await InferenceSession.create(peerModel(peer, N, K, copy), {
    executionProviders: ["cpu"],
    intraOpNumThreads: kernels.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}

function peerModel(peer: Peer, N: number, K: number, copy: number): Uint8Array {
  if (peer === "ort fp32") {
    const words = randomWords(N * K, copy);
    return matMulModel(Float32Array.from(words, (word) => word * 2 ** -32 - 0.5), N, K);
  }
  const block = peer === "ort nbits b32" ? 32 : 128;
  const codes = new Uint8Array(randomWords(N * K / 8, copy).buffer);
  return matMulNBitsModel(codes, new Float32Array(N * K / block).fill(0.01), N, K, block);
}

/** Loaded when this suite runs, not when it is looked at. */
async function ort() {
  const { default: module } = await import("onnxruntime-node");
  return module;
}

function activations(count: number): Float32Array {
  const random = stream(1, "bench", "activations");
  return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
}

/** Random bits, quickly: the seed is what differs between copies. */
function randomWords(count: number, seed: number): Uint32Array<ArrayBuffer> {
  const random = stream(1, "bench", "weights", seed);
  const some = Uint32Array.from({ length: 65521 }, () => random.uint32());
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = some[i % 65521]!;
  return words;
}
