/**
 * Speculative decoding simulated directly on a pair of chains: no models, no caches, no promises, every
 * token drawn only when it is needed. For Monte Carlo with a hundred thousand texts; the decoders are
 * tested equal to it.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkVocabularies, checkWhole } from "./arguments.ts";
import { residual, tokenAt } from "./distribution.ts";

/** What {@linkcode simulateChains} simulates. */
export interface ChainSimulation {
  /** Tokens a text (T). */
  steps: number;
  /** Number of texts. */
  runs: number;
  /** All texts are drawn from it in turn: the first texts do not depend on how many follow. */
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

/** One row of both chains and what follows from it. */
interface Position {
  readonly draft: Float64Array;
  readonly target: Float64Array;
  /** `residuals[m]`: q^{m+1}, the residual after m rejections here; `residuals[0]` is the target. Made when first needed. */
  readonly residuals: Float64Array[];
}

/**
 * Simulates batch speculative decoding (ordinary for one draft), look-ahead to the end of the text.
 *
 * @throws {UserError} for vocabularies of different size, or sizes out of range.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { simulateChains } from "offprint/decoding/mod.ts";
 * import { twoStateChains } from "offprint/lm/mod.ts";
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
  const positionAt = positions(pair);
  const rejections = new Uint32Array(runs);
  const texts = new Uint32Array(keepTexts ? runs * steps : 0);
  for (let run = 0; run < runs; run++) {
    let previous = 0;
    let fresh = true;
    let count = 0;
    for (let step = 1; step <= steps; step++) {
      const { draft, target, residuals } = positionAt(step, previous);
      const attempts = fresh ? drafts : 1;
      let current = target;
      let token = 0;
      fresh = true;
      for (let attempt = 1; attempt <= attempts; attempt++) {
        token = tokenAt(draft, random.uniform());
        const mass = current[token]!;
        if (mass > 0 && random.uniform() * draft[token]! <= mass) {
          fresh = false;
          break;
        }
        current = residuals[attempt] ??= residual(current, draft);
      }
      if (fresh) {
        token = tokenAt(current, random.uniform());
        count++;
      }
      if (keepTexts) texts[run * steps + step - 1] = token;
      previous = token;
    }
    rejections[run] = count;
  }
  return keepTexts ? { rejections, texts } : { rejections };
}

/** Looks rows up by step and previous token, sharing those of a stationary chain. */
function positions({ draft, target }: ChainPair): (step: number, previous: number) => Position {
  const stationaryFrom = Math.max(draft.stationaryFrom, target.stationaryFrom);
  const made: (Position | undefined)[][] = [];
  return (step, previous) => {
    const kept = step < stationaryFrom ? step : stationaryFrom;
    const at = made[kept] ??= new Array<Position | undefined>(target.vocabSize).fill(undefined);
    return at[previous] ??= {
      draft: draft.row(kept, previous),
      target: target.row(kept, previous),
      residuals: [target.row(kept, previous)],
    };
  };
}
