/**
 * One token through weights that come from memory: what 4-bit weights buy where nothing but their bytes counts.
 * Times are shown, never committed.
 *
 * @module
 */
import { type Kernels, PackedWeights } from "kernels/mod.ts";
import { plainRead } from "kernels/native/mod.ts";
import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { stream } from "offprint/random.ts";
import { medianMs } from "./kernel_clock.ts";

/** Rows and columns: 64 MB in 32-bit floats, 8 MB in 4 bits. */
const SIZE = 4096;
/** Copies of the 4-bit weights, taken in turn, so that each has left the caches when its turn comes. */
const COPIES = 8;
const BLOCK = 128;

/** What {@linkcode gemvRates} measured. */
export interface GemvRates {
  /** Times of ONNX Runtime's product in 32-bit floats over those of the 4-bit product. */
  readonly overFloats: number;
  /** Bytes a second that the 4-bit product reads, over those of reading and nothing else. */
  readonly ofPlainRead: number;
}

/** Times products of one token; undefined where the native kernels are not what runs. */
export async function gemvRates(
  kernels: Kernels,
  { seed, turns = 31 }: { seed: number; turns?: number },
): Promise<GemvRates | undefined> {
  if (kernels.backend !== "native") return undefined;
  const random = stream(seed, "one token");
  const x = Float32Array.from({ length: SIZE }, () => random.normal());
  const packed = Array.from({ length: COPIES }, () => randomWeights(random.uint32()));
  const [{ words, bytes }] = packed as [PackedWeights, ...PackedWeights[]];
  const format = { blockSize: BLOCK, bits: new Uint8Array(SIZE / BLOCK).fill(4) } as const;
  const floats = await floatProduct(x, kernels.threads);
  const read = await plainRead(kernels.threads);
  let product = 0, reading = 0;
  const ms = await medianMs({
    floats: () => floats.run(),
    packed: () => kernels.linear(x, 1, format, packed[product++ % COPIES]!),
    read: () => read(packed[reading++ % COPIES]!.words),
  }, turns);
  await floats.close();
  return {
    overFloats: ms.floats / ms.packed,
    ofPlainRead: (bytes / ms.packed) / (words.byteLength / ms.read),
  };
}

/** Weights of any codes: their size is what counts. */
function randomWeights(first: number): PackedWeights {
  const words = new Uint32Array(SIZE * SIZE / 8);
  let word = first;
  for (let i = 0; i < words.length; i++) words[i] = word = Math.imul(word, 1664525) + 1013904223;
  const scales = new Float32Array(SIZE * SIZE / BLOCK).fill(0.01);
  return new PackedWeights({ rows: SIZE, columns: SIZE, blockSize: BLOCK, words, scales });
}

/** ONNX Runtime's product with a matrix that is larger than any cache. */
async function floatProduct(x: Float32Array, threads: number) {
  const graph = new OnnxGraph(), input = graph.input("x", "float32", [1, SIZE]);
  const w = new Float32Array(SIZE * SIZE).map((_, i) => (i % 251 - 125) / 8000);
  graph.node("MatMul", [input, graph.floats(w, [SIZE, SIZE])], ["y"]);
  graph.output("y", "float32", [1, SIZE]);
  const { ort, session } = await createSession("one token", graph.model("one token"), { threads });
  const feeds = { x: new ort.Tensor("float32", x, [1, SIZE]) };
  return { run: () => session.run(feeds), close: () => session.release() };
}
