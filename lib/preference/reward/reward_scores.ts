/**
 * The score of a response under a reward model: `r(x, y) = log p(better | x, y) − log p(worse | x, y)`, the
 * log-odds of two label tokens behind it. One forward pass a response.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Completion, completionBatch, type OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import type { LabelTokens } from "./labels.ts";

/** Responses scored at once. */
const ROWS = 64;
/** Rows are filled up to a multiple of this many tokens, so that few graphs serve all lengths. */
const ROW_STEP = 16;

/** What scores: an engine of ONNX Runtime. */
export type ScoreSource = Pick<OnnxEngine, "config" | "distributions">;

/** Tokens of a row that holds every one of the responses and a label. */
export function rewardRowLength(
  { max_position_embeddings: most }: TransformerConfig,
  responses: readonly Completion[],
): number {
  const longest = responses.reduce(
    (length, { prompt, completion }) => Math.max(length, prompt.length + completion.length),
    0,
  );
  if (longest + 1 > most) {
    throw new UserError({
      what: "reward model",
      got: new Described(`a prompt and response of ${longest} tokens`),
      expected: `at most ${most - 1}: the context of ${most} less one token for the label`,
      todo: "Cut or leave out what is longer.",
    });
  }
  return Math.min(most, ROW_STEP * Math.ceil((longest + 1) / ROW_STEP));
}

/**
 * Scores of responses, in nats of log-odds: above 0 where the better label is the likelier one.
 *
 * @param options.length of a row; by default what the longest response needs.
 * @throws {UserError} when a response leaves no room for the label.
 */
export async function rewardScores(
  engine: ScoreSource,
  labels: LabelTokens,
  responses: readonly Completion[],
  { length = rewardRowLength(engine.config, responses) }: { length?: number } = {},
): Promise<Float64Array> {
  const scores = new Float64Array(responses.length);
  const { vocab_size: vocabulary } = engine.config;
  for (let from = 0; from < responses.length; from += ROWS) {
    const some = responses.slice(from, from + ROWS);
    const rows = some.map(({ prompt, completion }) => ({
      prompt: [...prompt, ...completion],
      completion: [labels.better],
    }));
    const { logProbs } = await engine.distributions(completionBatch(engine.config, rows, length));
    rows.forEach(({ prompt }, i) => {
      const at = (i * length + prompt.length) * vocabulary;
      scores[from + i] = logProbs[at + labels.better]! - logProbs[at + labels.worse]!;
    });
  }
  return scores;
}

/** Both responses of pairs: those of pair i at 2i (chosen) and 2i + 1 (rejected). */
export function pairResponses(pairs: readonly TokenPair[]): Completion[] {
  return pairs.flatMap(({ prompt, chosen, rejected }) => [
    { prompt, completion: chosen },
    { prompt, completion: rejected },
  ]);
}
