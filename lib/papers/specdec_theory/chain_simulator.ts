/**
 * Speculative decoding simulated directly on a pair of chains: no models, no caches, no promises, every
 * token drawn only when it is needed. For Monte Carlo with a hundred thousand texts; the decoders are
 * tested equal to it.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkVocabularies, checkWhole } from "offprint/decoding/verification/mod.ts";
import { ChainRows } from "./chain_rows.ts";

/** What {@linkcode simulateChains} simulates. */
export interface ChainSimulation {
  /** Tokens a text (T). */
  steps: number;
  /** Number of texts. */
  runs: number;
  /**
   * All texts are drawn from it in turn: the first texts do not depend on how many follow. Numbers are taken
   * from it in blocks, so what it gives afterwards is not what follows the last text.
   */
  random: Random;
  /** Texts drafted in each round (M). Default 1, speculative decoding. */
  drafts?: number;
  /** Whether to keep the texts themselves. Default false. */
  keepTexts?: boolean;
}

/** The texts of a simulation. */
export interface SimulatedRuns {
  /** N_rej of each text, `runs` values. */
  rejections: Uint32Array;
  /** With `keepTexts`: the tokens, `runs × steps`, row by row. */
  texts?: Uint32Array;
}

/** Uniform numbers that are drawn at once, at least. */
const BLOCK = 4096;

/**
 * Simulates batch speculative decoding (ordinary for one draft), look-ahead to the end of the text.
 *
 * @throws {UserError} for vocabularies of different size, or sizes out of range.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { simulateChains } from "offprint/papers/specdec_theory/mod.ts";
 * import { twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { rejections } = simulateChains(twoStateChains(), { steps: 1, runs: 4000, random: stream(1, "example") });
 * assertAlmostEquals(rejections.reduce((sum, count) => sum + count, 0) / 4000, 1 / 4, 0.03);
 * ```
 */
export function simulateChains(pair: ChainPair, simulation: ChainSimulation): SimulatedRuns {
  const { steps, runs, random, drafts = 1, keepTexts = false } = simulation;
  checkVocabularies(pair.draft, pair.target);
  checkWhole("steps", steps, 0);
  checkWhole("runs", runs, 0);
  checkWhole("drafts", drafts, 1);
  const rows = new ChainRows(pair, drafts);
  const { size, levels, cells } = rows;
  // Local names for the arrays: making a row may replace them.
  let { numbers, draft, mass, cumulative, guide, made } = rows;
  const rejections = new Uint32Array(runs);
  const texts = new Uint32Array(keepTexts ? runs * steps : 0);
  const uniform = new Float64Array(Math.max(BLOCK, 2 * drafts + 1));
  let next = uniform.length;
  for (let run = 0; run < runs; run++) {
    let previous = 0;
    let fresh = true;
    let count = 0;
    for (let step = 1; step <= steps; step++) {
      const kept = rows.kept(step);
      const place = kept * size + previous;
      let row = place < numbers.length ? numbers[place]! - 1 : -1;
      if (row < 0) {
        row = rows.make(kept, previous);
        ({ numbers, draft, mass, cumulative, guide, made } = rows);
      }
      const attempts = fresh ? drafts : 1;
      // Two numbers for each attempt and one for a replacement.
      if (next + 2 * attempts + 1 > uniform.length) {
        uniform.copyWithin(0, next);
        random.fillUniform(uniform.subarray(uniform.length - next));
        next = 0;
      }
      let table = row * levels;
      let token = 0;
      fresh = true;
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const u = uniform[next++]!;
        let at = row * levels * size + guide[row * levels * cells + (u * cells | 0)]!;
        while (u >= cumulative[at]!) at++;
        token = at - row * levels * size;
        const wanted = mass[table * size + token]!;
        if (wanted > 0 && uniform[next++]! * draft[row * size + token]! <= wanted) {
          fresh = false;
          break;
        }
        if (made[row]! <= attempt) rows.reach(row, attempt);
        table++;
      }
      if (fresh) {
        const u = uniform[next++]!;
        let at = table * size + guide[table * cells + (u * cells | 0)]!;
        while (u >= cumulative[at]!) at++;
        token = at - table * size;
        count++;
      }
      if (keepTexts) texts[run * steps + step - 1] = token;
      previous = token;
    }
    rejections[run] = count;
  }
  return keepTexts ? { rejections, texts } : { rejections };
}
