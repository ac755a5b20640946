/**
 * Token chains whose next-token law depends on the step and on the previous token alone: the exact
 * stand-ins for language models in which every expectation can be computed.
 *
 * @module
 */
import { stream } from "offprint/random.ts";

/** A first-order chain over the tokens `0 .. vocabSize - 1`; its laws may change with the step. */
export interface MarkovChain {
  readonly name: string;
  /** Number of tokens. */
  readonly vocabSize: number;
  /** Steps from this one on share their rows: 2 for a homogeneous chain, `Infinity` when all steps differ. */
  readonly stationaryFrom: number;
  /** The last step that has a law; `Infinity` for a chain that never ends. */
  readonly steps: number;
  /** The absorbing end token, where the chain has one. */
  readonly end?: number;
  /**
   * Law of token number `step` (the first is 1) after the token `previous`, which is ignored at step 1.
   * `vocabSize` probabilities; the array is shared: read, never write.
   *
   * @throws {RangeError} outside `1 ≤ step ≤ steps`, `0 ≤ previous < vocabSize`.
   */
  row(step: number, previous: number): Float64Array;
}

/** A draft chain and the target chain it proposes tokens for, over the same tokens. */
export interface ChainPair {
  readonly draft: MarkovChain;
  readonly target: MarkovChain;
}

/** What {@linkcode markovChain} builds a chain from. */
export interface MarkovChainParts {
  name: string;
  vocabSize: number;
  /** Law of the first token. */
  first: ArrayLike<number>;
  /** Law of token number `step ≥ 2` after `previous`; called once for each pair and kept. */
  next: (step: number, previous: number) => ArrayLike<number>;
  /** Default 2: `next` is the same at every step. */
  stationaryFrom?: number;
  /** Default `Infinity`. */
  steps?: number;
  /** After this token only this token follows. */
  end?: number;
}

/** Rows may miss 1 by this much; they are divided by their sum. */
const SUM_TOLERANCE = 1e-9;

/**
 * A probability row as float64, scaled to sum 1.
 *
 * @throws {RangeError} when an entry is negative or not a number, or the sum is not 1 within 1e-9.
 */
function probabilityRow(what: string, values: ArrayLike<number>, size: number): Float64Array {
  const row = Float64Array.from(values);
  const sum = row.reduce((total, value) => total + value, 0);
  if (
    row.length !== size || row.some((value) => !(value >= 0)) ||
    Math.abs(sum - 1) > SUM_TOLERANCE
  ) {
    throw new RangeError(
      `${what}: got [${row.join(", ")}], expected ${size} probabilities of sum 1`,
    );
  }
  return sum === 1 ? row : row.map((value) => value / sum);
}

/**
 * Builds a chain from its laws; each row is checked, computed once and kept.
 *
 * @throws {RangeError} for a row that is not a distribution, or sizes that are not whole numbers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markovChain } from "offprint/lm/exact/mod.ts";
 *
 * const weather = markovChain({
 *   name: "weather",
 *   vocabSize: 2,
 *   first: [0.5, 0.5],
 *   next: (_step, previous) => previous === 0 ? [0.9, 0.1] : [0.3, 0.7],
 * });
 * assertEquals([...weather.row(7, 1)], [0.3, 0.7]);
 * ```
 */
export function markovChain(parts: MarkovChainParts): MarkovChain {
  const { name, vocabSize, next, stationaryFrom = 2, steps = Infinity, end } = parts;
  if (!Number.isInteger(vocabSize) || vocabSize < 1) {
    throw new RangeError(`${name}: got vocabSize ${vocabSize}, expected a whole number above 0`);
  }
  if (end !== undefined && !(Number.isInteger(end) && end >= 0 && end < vocabSize)) {
    throw new RangeError(`${name}: got end ${end}, expected a token in [0, ${vocabSize})`);
  }
  const first = probabilityRow(`${name}, first token`, parts.first, vocabSize);
  const rows: Float64Array[][] = [];
  const compute = (step: number, previous: number): Float64Array => {
    if (!(previous >= 0 && previous < vocabSize)) {
      throw new RangeError(`${name}: got previous token ${previous}, expected [0, ${vocabSize})`);
    }
    if (previous === end) return Float64Array.from(first, (_, token) => token === end ? 1 : 0);
    return probabilityRow(
      `${name}, step ${step} after ${previous}`,
      next(step, previous),
      vocabSize,
    );
  };
  return {
    name,
    vocabSize,
    stationaryFrom,
    steps,
    ...(end === undefined ? {} : { end }),
    row(step, previous) {
      if (!(step >= 1 && step <= steps)) {
        throw new RangeError(`${name}: got step ${step}, expected 1 to ${steps}`);
      }
      if (step === 1) return first;
      // From there on all steps have the same rows: one copy is enough.
      const kept = Math.min(step, stationaryFrom);
      const at = rows[kept] ??= [];
      return at[previous] ??= compute(kept, previous);
    },
  };
}

/**
 * The two-state example of paper 02: after a first token of its own law, both chains are
 * homogeneous. Total variation is 1/4 at the start, 1/5 after token 0, 1/10 after token 1.
 */
export function twoStateChains(): ChainPair {
  const chain = (name: string, first: number[], rows: number[][]) =>
    markovChain({ name, vocabSize: 2, first, next: (_step, previous) => rows[previous]! });
  return {
    target: chain("two-state target", [0.5, 0.5], [[0.9, 0.1], [0.3, 0.7]]),
    draft: chain("two-state draft", [0.75, 0.25], [[0.7, 0.3], [0.4, 0.6]]),
  };
}

/**
 * The seven-state chain whose laws change at each of its 50 steps (the shape of paper 02's
 * simulation), from integer weights: `1 + ((7n+3i+5j+ij) mod 11)` for the target and
 * `1 + ((5n+2i+9j+2ij+4) mod 11)` for the draft, with step n, previous token i (0 before the first), next token j.
 */
export function sevenStateChains(): ChainPair {
  const size = 7;
  const chain = (name: string, weight: (n: number, i: number, j: number) => number) => {
    const row = (step: number, previous: number) => {
      const weights = Array.from(
        { length: size },
        (_, next) => 1 + weight(step, previous, next) % 11,
      );
      const sum = weights.reduce((total, value) => total + value, 0);
      return weights.map((value) => value / sum);
    };
    return markovChain({
      name,
      vocabSize: size,
      first: row(1, 0),
      next: row,
      stationaryFrom: Infinity,
      steps: 50,
    });
  };
  return {
    target: chain("seven-state target", (n, i, j) => 7 * n + 3 * i + 5 * j + i * j),
    draft: chain("seven-state draft", (n, i, j) => 5 * n + 2 * i + 9 * j + 2 * i * j + 4),
  };
}

/** What {@linkcode dirichletChain} draws a chain from. */
export interface DirichletChainOptions {
  /** Also a name of the random stream: a draft and a target of one seed differ by it. */
  name: string;
  vocabSize: number;
  seed: number;
  /** Of every token, in every row; below 1 rows are peaked, above 1 they are flat. Default 1. */
  concentration?: number;
  /** Whether each step has rows of its own. Default false. */
  nonStationary?: boolean;
}

/** A chain whose rows are Dirichlet draws; a row depends on seed, name, step and previous token alone. */
export function dirichletChain(options: DirichletChainOptions): MarkovChain {
  const { name, vocabSize, seed, concentration = 1, nonStationary = false } = options;
  const concentrations = new Float64Array(vocabSize).fill(concentration);
  const row = (step: number, previous: number) =>
    stream(seed, "dirichlet-chain", name, step, previous).dirichlet(concentrations);
  return markovChain({
    name,
    vocabSize,
    first: row(1, 0),
    next: row,
    stationaryFrom: nonStationary ? Infinity : 2,
  });
}

/**
 * The chain with rows `(1 − weight)·base + weight·other`: a draft at a chosen distance from its target,
 * since its total variation from `base` is `weight` times that of `other`.
 *
 * @throws {RangeError} when the chains differ in size or `weight` lies outside [0, 1].
 */
export function mixChains(
  name: string,
  base: MarkovChain,
  other: MarkovChain,
  weight: number,
): MarkovChain {
  if (base.vocabSize !== other.vocabSize) {
    throw new RangeError(
      `${name}: got vocabularies of ${base.vocabSize} and ${other.vocabSize} tokens, expected equal ones`,
    );
  }
  if (!(weight >= 0 && weight <= 1)) {
    throw new RangeError(`${name}: got weight ${weight}, expected a number in [0, 1]`);
  }
  const mixed = (step: number, previous: number) => {
    const row = base.row(step, previous);
    const noise = other.row(step, previous);
    return row.map((value, token) => (1 - weight) * value + weight * noise[token]!);
  };
  return markovChain({
    name,
    vocabSize: base.vocabSize,
    first: mixed(1, 0),
    next: mixed,
    stationaryFrom: Math.max(base.stationaryFrom, other.stationaryFrom),
    steps: Math.min(base.steps, other.steps),
  });
}
