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

/** What is timed: every shape with every number of tokens, and the decoder with every number of texts. */
export interface ClockSizes {
  /** Rows and columns. */
  readonly shapes: readonly (readonly [rows: number, columns: number])[];
  readonly tokens: readonly number[];
  readonly turns: number;
  /** Numbers of texts that the decoder writes together. */
  readonly batches: readonly number[];
  /** Tokens of each of them. */
  readonly steps: number;
  /** Why times of these kernels decide no claim; absent where they do. */
  readonly needs?: string;
}

/** Sizes that the kernels of a backend get through in seconds. Plain TypeScript would take minutes for the larger ones. */
export function clockSizes({ backend }: Pick<Kernels, "backend">): ClockSizes {
  if (backend === "reference") {
    return {
      shapes: [[1024, 1024]],
      tokens: [2, 8],
      turns: 3,
      batches: [1, 4],
      steps: 2,
      needs: "compiled kernels: plain TypeScript says nothing about what 4 bits save",
    };
  }
  // The four products of a LLaMA-3-8B layer as the paper times them, a quarter as wide and as high.
  const shapes = [[3072, 1024], [1024, 1024], [1024, 3584], [3584, 1024]] as const;
  return {
    shapes,
    tokens: [2, 8, 16, 64, 256],
    turns: 5,
    batches: [1, 2, 4, 8, 16, 32, 64],
    steps: 8,
  };
}

/** One row of {@linkcode kernelSpeeds}: how many times as fast the mixed product is. */
export interface KernelSpeed {
  readonly rows: number;
  readonly columns: number;
  readonly tokens: number;
  /** Over ONNX Runtime's product in 32-bit floats. */
  readonly overFloats: number;
  /** Over our own product with 8-bit weights and activations. */
  readonly overW8A8: number;
  /** Over the same weights with all blocks in 8 bits. */
  readonly overW4A8: number;
  /** Times in milliseconds. */
  readonly ms: { readonly floats: number; readonly mixed: number };
}

/** Times products of one shape, three quarters of the blocks in 4 bits, blocks of 128. */
export async function kernelSpeeds(
  kernels: Kernels,
  [rows, columns]: readonly [rows: number, columns: number],
  batches: readonly number[],
  { seed, turns = 9 }: { seed: number; turns?: number },
): Promise<KernelSpeed[]> {
  const random = stream(seed, "kernel clock");
  // Times do not hang on the values, so the quickest draw will do.
  const numbers = (count: number): Float32Array => {
    const drawn = new Float32Array(count);
    for (let i = 0; i < count; i++) drawn[i] = random.uniform() - 0.5;
    return drawn;
  };
  const w = numbers(rows * columns), blocks = columns / 128;
  const w4 = quantizeWeights(w, rows, columns, 128), w8 = quantizeWeights8(w, rows, columns, 128);
  const formatOf = (eight: number) => ({
    blockSize: 128 as const,
    bits: Uint8Array.from({ length: blocks }, (_, b) => b < eight * blocks ? 8 : 4),
  });
  const graph = new OnnxGraph(), input = graph.input("x", "float32", ["M", columns]);
  graph.node("MatMul", [input, graph.floats(w, [columns, rows])], ["y"]);
  graph.output("y", "float32", ["M", rows]);
  const options = { threads: kernels.threads };
  const { ort, session } = await createSession("kernel clock", graph.model("clock"), options);
  const measured: KernelSpeed[] = [];
  for (const tokens of batches) {
    const x = numbers(tokens * columns);
    const feeds = { x: new ort.Tensor("float32", x, [tokens, columns]) };
    const ms = await medianMs({
      floats: () => session.run(feeds),
      mixed: () => kernels.linear(x, tokens, formatOf(0.25), w4),
      W4A8: () => kernels.linear(x, tokens, formatOf(1), w4),
      W8A8: () => kernels.linear(x, tokens, formatOf(1), w8),
    }, turns);
    measured.push({
      rows,
      columns,
      tokens,
      overFloats: ms.floats / ms.mixed,
      overW8A8: ms.W8A8 / ms.mixed,
      overW4A8: ms.W4A8 / ms.mixed,
      ms: { floats: ms.floats, mixed: ms.mixed },
    });
  }
  await session.release();
  return measured;
}

/**
 * What this machine allows at most, as the measured products show it: the speed of the mixed product over floats if
 * each took the longer of moving its bytes and computing, at the best rates that any of them reached.
 */
export function reachedBounds(speeds: readonly KernelSpeed[]): number[] {
  const work = ({ rows, columns, tokens }: KernelSpeed) => 2 * rows * columns * tokens;
  const bytes = { floats: 4, mixed: 0.5 + 4 / 128 };
  const best = (of: "floats" | "mixed") => {
    const most = (rate: (speed: KernelSpeed) => number) => Math.max(...speeds.map(rate));
    const peak = most((speed) => work(speed) / speed.ms[of]);
    const bandwidth = most(({ rows, columns, ms }) => rows * columns * bytes[of] / ms[of]);
    return (speed: KernelSpeed) =>
      Math.max(work(speed) / peak, speed.rows * speed.columns * bytes[of] / bandwidth);
  };
  const floats = best("floats"), mixed = best("mixed");
  return speeds.map((speed) => floats(speed) / mixed(speed));
}

// Loops count: an iterator over a typed array takes longer than what is timed.

/** How many times as fast widening a P32 word by two masks is as extending the sign of each nibble, in TypeScript. */
export async function conversionSpeed(seed: number): Promise<number> {
  const random = stream(seed, "conversion");
  const words = Uint32Array.from({ length: 1 << 18 }, () => random.uint32());
  let sink = 0; // so that nothing is optimised away
  const ms = await medianMs({
    masks: () => {
      let sum = 0;
      for (let at = 0; at < words.length; at++) {
        const word = words[at]!;
        sum = (sum + ((word << 4) & 0xF0F0F0F0) + (word & 0xF0F0F0F0)) | 0;
      }
      sink ^= sum;
    },
    signs: () => {
      let sum = 0;
      for (let at = 0; at < words.length; at++) {
        const word = words[at]!;
        for (let nibble = 0; nibble < 8; nibble++) {
          sum = (sum + ((word << (28 - 4 * nibble)) >> 28)) | 0;
        }
      }
      sink ^= sum;
    },
  });
  return Number.isFinite(sink) ? ms.signs / ms.masks : NaN;
}

/**
 * How many times as fast a lane's codes are collected from interleaved words as from words of one code after the
 * other, in TypeScript: eight codes a step, columns 0 to 3 and 16 to 19 of 32.
 */
export async function layoutSpeed(seed: number): Promise<number> {
  const random = stream(seed, "layout");
  const words = Uint32Array.from({ length: 1 << 18 }, () => random.uint32());
  let sink = 0; // so that nothing is optimised away
  const ms = await medianMs({
    interleaved: () => {
      let sum = 0;
      // A word is a step: both halves of it by one mask each.
      for (let at = 0; at < words.length; at++) {
        const word = words[at]!;
        sum = (sum + ((word << 4) & 0xF0F0F0F0) + (word & 0xF0F0F0F0)) | 0;
      }
      sink ^= sum;
    },
    sequential: () => {
      let sum = 0;
      // As many steps but two: half of a word and half of the next but one, brought into bytes.
      for (let at = 0; at < words.length - 2; at++) {
        sum = (sum + inBytes(words[at]!) + inBytes(words[at + 2]!)) | 0;
      }
      sink ^= sum;
    },
  });
  return Number.isFinite(sink) ? ms.sequential / ms.interleaved : NaN;
}

/** The lower four codes of a word in the upper halves of four bytes. */
function inBytes(word: number): number {
  const pairs = (word & 0xFF) | ((word & 0xFF00) << 8);
  return ((pairs << 4) & 0x00F000F0) | ((pairs << 8) & 0xF000F000);
}
