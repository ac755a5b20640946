/**
 * What the decoding tests share: exact laws by enumeration, and models that watch their decoder.
 *
 * @module
 */
import { assertLess } from "@std/assert";
import fc from "fast-check";
import {
  speculate,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "offprint/decoding/decoders/mod.ts";
import { type ChainPair, type MarkovChain, markovModel } from "offprint/lm/exact/mod.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import { type Random, stream } from "offprint/random.ts";
import { estimate, zScore } from "offprint/stats.ts";

/** Probability of every text of `length` tokens, indexed by the text read as a number in base `vocabSize`. */
export function textLaw(
  vocabSize: number,
  length: number,
  row: (history: number[]) => ArrayLike<number>,
): Float64Array {
  const law = new Float64Array(vocabSize ** length);
  const visit = (history: number[], index: number, probability: number): void => {
    if (history.length === length) {
      law[index] = probability;
      return;
    }
    const next = row(history);
    for (let token = 0; token < vocabSize; token++) {
      visit([...history, token], index * vocabSize + token, probability * next[token]!);
    }
  };
  visit([], 0, 1);
  return law;
}

/** The law of a chain's texts of `length` tokens. */
export function chainLaw(chain: MarkovChain, length: number): Float64Array {
  return textLaw(
    chain.vocabSize,
    length,
    (history) => chain.row(history.length + 1, history.at(-1) ?? 0),
  );
}

/** The index of a text in {@linkcode textLaw}; a text that ended early is padded with `pad`. */
export function textIndex(
  tokens: ArrayLike<number>,
  vocabSize: number,
  length: number,
  pad = 0,
): number {
  let index = 0;
  for (let i = 0; i < length; i++) index = index * vocabSize + (tokens[i] ?? pad);
  return index;
}

/** A random distribution in which each token has probability 0 with probability `zeros`. */
export function randomDistribution(random: Random, size: number, zeros: number): Float64Array {
  while (true) {
    const weights = Float64Array.from(
      { length: size },
      () => random.uniform() < zeros ? 0 : random.exponential(),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum > 0) return weights.map((weight) => weight / sum);
  }
}

/** Draft p, target q and one number in [0, 1] for each token. */
export interface Case {
  p: Float64Array;
  q: Float64Array;
  coins: number[];
}

/** Pairs of distributions over 2 to 20 tokens, zeros and equal entries among them. */
export const cases: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 20 }).chain((size) => {
  const weight = fc.oneof(
    fc.constant(0),
    fc.constant(1),
    fc.double({ min: 1e-9, max: 1, noNaN: true }),
  );
  const weights = fc.array(weight, { minLength: size, maxLength: size })
    .filter((values) => values.some((value) => value > 0))
    .map((values) => {
      const sum = values.reduce((total, value) => total + value, 0);
      return Float64Array.from(values, (value) => value / sum);
    });
  const coin = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
  return fc.record({
    p: weights,
    q: weights,
    coins: fc.array(coin, { minLength: size, maxLength: size }),
  });
});

/** What {@linkcode watched} saw. */
export interface Watch {
  /** The text held and the tokens read, for each `extend` in order. */
  passes: { held: number[]; read: number[] }[];
  opened: number;
  closed: number;
}

/** A text without any cache: every pass opens it anew. */
class WatchedSequence implements Sequence {
  #held: number[];
  #row: Float32Array | undefined;

  constructor(
    readonly model: LanguageModel,
    readonly watch: Watch,
    held: number[],
    row: Float32Array | undefined,
  ) {
    this.#held = held;
    this.#row = row;
    watch.opened++;
  }

  get length(): number {
    return this.#held.length;
  }

  get logits(): Float32Array {
    if (this.#row === undefined) throw new Error("no logits after truncate");
    return this.#row;
  }

  async extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    if (tokens.length === 0) throw new Error("an empty pass");
    this.watch.passes.push({ held: [...this.#held], read: [...tokens] });
    const logits: Float32Array[] = [];
    for (const token of tokens) {
      this.#held.push(token);
      logits.push((await this.model.open(this.#held)).logits);
    }
    this.#row = logits.at(-1)!;
    const hidden = tokens.map((token) => Float32Array.of(token));
    return options?.hidden ? { logits, hidden } : { logits };
  }

  truncate(length: number): void {
    if (length > this.#held.length) throw new RangeError("truncate beyond the end");
    this.#held = this.#held.slice(0, length);
    this.#row = undefined;
  }

  fork(): Sequence {
    return new WatchedSequence(this.model, this.watch, [...this.#held], this.#row);
  }

  close(): void {
    this.watch.closed++;
  }
}

/**
 * `model` without any cache. Its hidden state after a token is that token. `watch` records what the
 * decoder did.
 */
export function watched(model: LanguageModel, watch: Watch): LanguageModel {
  return {
    name: `${model.name}, watched`,
    vocabSize: model.vocabSize,
    contextLength: model.contextLength,
    ...(model.bos === undefined ? {} : { bos: model.bos }),
    async open(prompt) {
      return new WatchedSequence(model, watch, [...prompt], (await model.open(prompt)).logits);
    },
    async extendBatch(sequences, tokens) {
      const rows: Float32Array[][] = [];
      for (const [i, each] of sequences.entries()) {
        rows.push((await each.extend(tokens[i]!)).logits);
      }
      return rows;
    },
  };
}

/** An empty record for {@linkcode watched}. */
export function newWatch(): Watch {
  return { passes: [], opened: 0, closed: 0 };
}

/** Options of `speculate` that a test varies. */
export type Variant = Omit<SpeculativeOptions, "draft" | "target" | "random" | "maxTokens">;

/** A pair of chains as models. */
export function models(pair: ChainPair): { draft: LanguageModel; target: LanguageModel } {
  return { draft: markovModel(pair.draft), target: markovModel(pair.target) };
}

/** Decodes `runs` texts, each with a stream of its own. */
export async function decodeMany(
  pair: { draft: LanguageModel; target: LanguageModel },
  runs: number,
  maxTokens: number,
  variant: Variant,
  visit: (result: SpeculativeResult) => void,
): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const random = stream(11, "speculative test", run);
    visit(await speculate({ ...pair, ...variant, maxTokens, random }));
  }
}

/** Asserts that the mean lies within 4 standard errors of what is expected. */
export function assertWithin4(values: ArrayLike<number>, expected: number, what: string): void {
  const { mean, standardError } = estimate(values);
  const z = zScore(mean, expected, standardError);
  assertLess(Math.abs(z), 4, `${what}: mean ${mean}, expected ${expected}, z = ${z}`);
}
