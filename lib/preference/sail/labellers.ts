/**
 * Who says which of two responses is better, and who says how good a policy has become. A model that did the one
 * must not do the other: a policy trained on its labels has learned its mistakes as well.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Completion } from "offprint/lm/training/mod.ts";
import { logistic } from "../losses/pair_loss.ts";

/** What gives a score to responses, higher is better: a program, or a `RewardModel`. */
export interface Scorer {
  score(responses: readonly Completion[]): Promise<ArrayLike<number>> | ArrayLike<number>;
}

/** A scorer under a name of its own. `Name` is a literal, so that the type checker can tell scorers apart. */
export interface NamedScorer<Name extends string> extends Scorer {
  readonly name: Name;
}

/** Gives a scorer its name. */
export function namedScorer<const Name extends string>(
  name: Name,
  scorer: Scorer,
): NamedScorer<Name> {
  return { name, score: (responses) => scorer.score(responses) };
}

/** Two responses to one prompt, waiting for a label. */
export interface Unlabelled {
  /** Of the prompt. */
  id: string;
  prompt: readonly number[];
  responses: readonly [first: readonly number[], second: readonly number[]];
}

/** What labels pairs. `Name` is that of the scorer behind it. */
export interface Labeller<Name extends string = string> {
  readonly name: Name;
  /** The probability that the first response is the better one, for each pair. */
  label(pairs: readonly Unlabelled[]): Promise<number[]>;
}

/**
 * Always the response with the higher score, as the authors' trainer does; equal scores give one half.
 *
 * @param options.lowerIsBetter for a cost model.
 */
export function hardLabeller<Name extends string>(
  scorer: NamedScorer<Name>,
  { lowerIsBetter = false }: { lowerIsBetter?: boolean } = {},
): Labeller<Name> {
  return labeller(scorer, (difference) => {
    const gain = lowerIsBetter ? -difference : difference;
    return gain > 0 ? 1 : gain < 0 ? 0 : 0.5;
  });
}

/**
 * The first response with probability `σ(scale · (r₁ − r₂))`, after Bradley and Terry: a noisy judge, from which the
 * trainer draws or whose probability it uses as it is.
 */
export function bradleyTerryLabeller<Name extends string>(
  scorer: NamedScorer<Name>,
  { scale = 1 }: { scale?: number } = {},
): Labeller<Name> {
  return labeller(scorer, (difference) => logistic(scale * difference));
}

function labeller<Name extends string>(
  scorer: NamedScorer<Name>,
  probability: (difference: number) => number,
): Labeller<Name> {
  return {
    name: scorer.name,
    async label(pairs) {
      const rows = pairs.flatMap(({ prompt, responses }) =>
        responses.map((completion) => ({ prompt, completion }))
      );
      const scores = await finiteScores(scorer, rows, (row) => pairs[row >> 1]!.id);
      return pairs.map((_, i) => probability(scores[2 * i]! - scores[2 * i + 1]!));
    },
  };
}

/**
 * Scores, all of them finite.
 *
 * @param idOf the name of a response, for the message.
 * @throws {UserError} naming scorer and response.
 */
export async function finiteScores(
  scorer: NamedScorer<string>,
  responses: readonly Completion[],
  idOf: (row: number) => string = String,
): Promise<ArrayLike<number>> {
  const scores = await scorer.score(responses);
  for (let row = 0; row < responses.length; row++) {
    if (Number.isFinite(scores[row])) continue;
    throw new UserError({
      what: `${scorer.name}: reward of a response to ${idOf(row)}`,
      got: new Described(String(scores[row])),
      expected: "a finite number",
      todo: "Nothing was changed; look at the reward model.",
    });
  }
  return scores;
}

/** `never` where the names are the same: no scorer of that name can be given. */
export type OtherThan<Name extends string, Used extends string> = Name extends Used ? never : Name;

/**
 * Mean score of responses under a scorer that did not label the training.
 *
 * The type checker refuses a scorer whose name is the labeller's:
 *
 * ```ts ignore
 * await evaluationReward(hardLabeller(learned), learned, responses); // does not compile
 * ```
 *
 * @param labels what labelled the training.
 * @throws {UserError} where the names are known only when the program runs, and are the same.
 */
export async function evaluationReward<Used extends string, Name extends string>(
  labels: Labeller<Used>,
  scorer: NamedScorer<OtherThan<Name, Used>>,
  responses: readonly Completion[],
): Promise<Float64Array> {
  if ((scorer.name as string) === labels.name) {
    throw new UserError({
      what: "evaluation reward",
      got: new Described(`${scorer.name}, which labelled the training pairs`),
      expected: "another reward model",
      todo:
        "A policy learns the mistakes of the model that labels; evaluate with one it has not seen.",
    });
  }
  return Float64Array.from(await finiteScores(scorer, responses));
}
