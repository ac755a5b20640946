/**
 * Times of the kernels on this machine, contestants taking turns: shown, never committed.
 *
 * @module
 */
import { type Kernels, quantizeWeights, quantizeWeights8 } from "kernels/mod.ts";
import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { stream } from "offprint/random.ts";

/** Medians of the times of interleaved turns, in milliseconds. */
export async function medianMs<Name extends string>(
  ways: Record<Name, () => unknown>,
  turns = 9,
): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let turn = 0; turn < turns; turn++) {
    for (const name of names) {
      const started = performance.now();
      await ways[name]();
      times.get(name)!.push(performance.now() - started);
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[turns >> 1]!;
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<
    Name,
    number
  >;
}

/** One row of {@linkcode kernelSpeeds}: how many times as fast the mixed product is. */
export interface KernelSpeed {
  readonly tokens: number;
  /** Over ONNX Runtime's product in 32-bit floats. */
  readonly overFloats: number;
  /** Over our own product with 8-bit weights and activations. */
  readonly overW8A8: number;
  /** Over the same weights with all blocks in 8 bits. */
  readonly overW4A8: number;
}

/** Times `side` × `side` products, three quarters of the blocks in 4 bits, blocks of 128. */
export async function kernelSpeeds(
  kernels: Kernels,
  side: number,
  batches: readonly number[],
  seed: number,
): Promise<KernelSpeed[]> {
  const random = stream(seed, "kernel clock");
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const w = normal(side * side), blocks = side / 128;
  const w4 = quantizeWeights(w, side, side, 128), w8 = quantizeWeights8(w, side, side, 128);
  const formatOf = (eight: number) => ({
    blockSize: 128 as const,
    bits: Uint8Array.from({ length: blocks }, (_, b) => b < eight * blocks ? 8 : 4),
  });
  const graph = new OnnxGraph(), input = graph.input("x", "float32", ["M", side]);
  graph.node("MatMul", [input, graph.floats(w, [side, side])], ["y"]);
  graph.output("y", "float32", ["M", side]);
  const options = { threads: kernels.threads };
  const { ort, session } = await createSession("kernel clock", graph.model("clock"), options);
  const rows: KernelSpeed[] = [];
  for (const tokens of batches) {
    const x = normal(tokens * side);
    const feeds = { x: new ort.Tensor("float32", x, [tokens, side]) };
    const ms = await medianMs({
      floats: () => session.run(feeds),
      mixed: () => kernels.linear(x, tokens, formatOf(0.25), w4),
      W4A8: () => kernels.linear(x, tokens, formatOf(1), w4),
      W8A8: () => kernels.linear(x, tokens, formatOf(1), w8),
    });
    rows.push({
      tokens,
      overFloats: ms.floats / ms.mixed,
      overW8A8: ms.W8A8 / ms.mixed,
      overW4A8: ms.W4A8 / ms.mixed,
    });
  }
  await session.release();
  return rows;
}

/** How many times as fast widening a P32 word by two masks is as extending the sign of each nibble, in TypeScript. */
export async function conversionSpeed(seed: number): Promise<number> {
  const random = stream(seed, "conversion");
  const words = Uint32Array.from({ length: 1 << 18 }, () => random.uint32());
  let sink = 0; // so that nothing is optimised away
  const ms = await medianMs({
    masks: () => {
      let sum = 0;
      for (const word of words) {
        sum = (sum + ((word << 4) & 0xF0F0F0F0) + (word & 0xF0F0F0F0)) | 0;
      }
      sink ^= sum;
    },
    signs: () => {
      let sum = 0;
      for (const word of words) {
        for (let nibble = 0; nibble < 8; nibble++) {
          sum = (sum + ((word << (28 - 4 * nibble)) >> 28)) | 0;
        }
      }
      sink ^= sum;
    },
  });
  return Number.isFinite(sink) ? ms.signs / ms.masks : NaN;
}
