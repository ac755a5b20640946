/**
 * The integers inside the mixed product: the same on every backend, whoever computes which tile.
 *
 * @module
 */
import { openKernels, quantizeWeights, type UsableKernels, usableKernels } from "kernels/mod.ts";
import { stream } from "offprint/random.ts";

/** Channels of the one block, tokens and rows. */
const COLUMNS = 128, TOKENS = 7, ROWS = 200;
/**
 * How far an output may lie from its sum, as a share of it: on another processor the output and both scales may each
 * differ by 1e-6. No sum is larger than 128 · 127 · 7, so that a sum that is off by one is never within this.
 */
const FLOAT_DIGITS = 4e-6;
/** Threads that the native kernels are run with. */
const THREADS = [1, 2, 3, 4];

/** What {@linkcode accumulatorMismatches} found. */
export interface AccumulatorCheck {
  /** Sums that are not the integer they should be. */
  value: number;
  /** Sums compared. */
  compared: number;
  /** The backends and numbers of threads that were run. */
  runs: string[];
}

/**
 * Computes block sums of random codes with every backend that runs here, the native one with 1 to 4 threads
 * too, and counts those that are not the sum of products.
 *
 * Every row and token holds the largest code, so that all scales are exactly 1 and an output is the sum itself.
 *
 * @param compared other kernels than those.
 */
export async function accumulatorMismatches(
  seed: number,
  compared?: readonly UsableKernels[],
): Promise<AccumulatorCheck> {
  const check: AccumulatorCheck = { value: 0, compared: 0, runs: [] };
  const w = codes(seed, ROWS, 7), weights = quantizeWeights(w, ROWS, COLUMNS, COLUMNS);
  const products = ([[4, 7], [8, 127]] as const).map(([bits, limit]) => {
    const x = codes(seed + 1, TOKENS, limit);
    return { x, bits, sums: exactSums(x, w) };
  });
  for (const { name, open } of compared ?? await contestants()) {
    const kernels = await open();
    check.runs.push(name);
    for (const { x, bits, sums } of products) {
      const format = { blockSize: COLUMNS, bits: Uint8Array.of(bits) } as const;
      const y = await kernels.linear(x, TOKENS, format, weights);
      check.compared += sums.length;
      check.value += sums.filter((sum, i) =>
        !(Math.abs(y[i]! - sum) <= FLOAT_DIGITS * Math.abs(sum))
      )
        .length;
    }
    kernels.close();
  }
  return check;
}

/** Rows of random whole numbers up to `limit` in size, the first of each `limit` itself. */
function codes(seed: number, rows: number, limit: number): Float32Array {
  const random = stream(seed, "accumulators", rows, limit);
  return Float32Array.from(
    { length: rows * COLUMNS },
    (_, i) => i % COLUMNS === 0 ? limit : random.integer(2 * limit + 1) - limit,
  );
}

function exactSums(x: Float32Array, w: Float32Array): number[] {
  return Array.from({ length: TOKENS * ROWS }, (_, i) => {
    const token = Math.floor(i / ROWS) * COLUMNS, row = i % ROWS * COLUMNS;
    let sum = 0;
    for (let j = 0; j < COLUMNS; j++) sum += x[token + j]! * w[row + j]!;
    return sum;
  });
}

async function contestants(): Promise<UsableKernels[]> {
  const usable = await usableKernels();
  const native = usable.some(({ name }) => name.startsWith("native"));
  return [
    ...usable,
    ...(native ? THREADS : []).map((threads) => ({
      name: `native, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      open: () => openKernels({ backend: "native", threads, say: () => {} }),
    })),
  ];
}
