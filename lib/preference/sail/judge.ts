/**
 * A language model as the judge of two responses: it is shown both, in both orders, and gives two scores. A judge
 * prefers what it reads first often enough that one order alone would be a label of its own.
 *
 * @module
 */
import type { TextModel } from "offprint/lm/text/mod.ts";
import type { Labeller, Unlabelled } from "./labellers.ts";

/** How a judge is asked. */
export interface JudgeOptions<Name extends string> {
  name: Name;
  /** For example `remoteTextModel` with the address of an OpenAI-compatible server. */
  model: TextModel;
  /** Tokens as the text that the judge reads. */
  text: (tokens: readonly number[]) => string;
  /** What the judge is asked; by default {@linkcode judgeQuestion}. */
  question?: (prompt: string, first: string, second: string) => string;
  seed: number;
  /** Default 0.7. */
  temperature?: number;
  /** Times that a judge is asked until its answer can be read. Default 3. */
  tries?: number;
}

/** What a judge has done so far. */
export interface JudgeCounts {
  /** Questions whose answer could be read. */
  read: number;
  /** Questions given up: no answer could be read. */
  unreadable: number;
  /** Pairs whose two orders gave opposite verdicts. */
  contradicted: number;
}

/** A labeller that counts. */
export interface Judge<Name extends string> extends Labeller<Name> {
  readonly counts: Readonly<JudgeCounts>;
}

/** The question of a judge: two scores in brackets, the last pair of the answer counts. */
export function judgeQuestion(prompt: string, first: string, second: string): string {
  return `Two answers to a prompt follow. Give each a score from 1 to 10.

Prompt: ${prompt}

Answer 1: ${first}

Answer 2: ${second}

End with the two scores in brackets, for example [[3, 8]].`;
}

/**
 * The last two scores in an answer, "[[3, 8]]" or "[3, 8]"; undefined where there are none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judgedScores } from "offprint/preference/sail/mod.ts";
 *
 * assertEquals(judgedScores("First [1, 2], but then [[7.5, 3]]."), [7.5, 3]);
 * assertEquals(judgedScores("Both are fine."), undefined);
 * ```
 */
export function judgedScores(answer: string): [first: number, second: number] | undefined {
  const found = [...answer.matchAll(/\[\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*\]/g)].at(-1);
  return found === undefined ? undefined : [Number(found[1]), Number(found[2])];
}

/**
 * A labeller that asks in both orders. The probability that the first response is better is the mean of the two verdicts:
 * 1, ½ or 0 each, equal scores counting ½. A question that stays unreadable is left out; where both are, the
 * label is ½.
 */
export function judgeLabeller<Name extends string>(options: JudgeOptions<Name>): Judge<Name> {
  const { name, model, text, question = judgeQuestion, seed, temperature = 0.7, tries = 3 } =
    options;
  const counts: JudgeCounts = { read: 0, unreadable: 0, contradicted: 0 };
  const verdict = async (asked: string): Promise<number | undefined> => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const settings = { samples: 1, temperature, seed: seed + attempt };
      const [answer = ""] = await model.generate(asked, settings);
      const scores = judgedScores(answer);
      if (scores === undefined) continue;
      counts.read++;
      const [first, second] = scores;
      return first > second ? 1 : first < second ? 0 : 0.5;
    }
    counts.unreadable++;
    return undefined;
  };
  const label = async ({ prompt, responses }: Unlabelled): Promise<number> => {
    const [first, second] = responses.map(text) as [string, string];
    const asked = text(prompt);
    const straight = await verdict(question(asked, first, second));
    // A judge that prefers a place contradicts itself when the answers change places.
    const crossed = await verdict(question(asked, second, first));
    const verdicts = [straight, crossed === undefined ? undefined : 1 - crossed]
      .filter((each) => each !== undefined);
    if (verdicts.length === 0) return 0.5;
    if (verdicts.length === 2 && Math.abs(verdicts[0]! - verdicts[1]!) === 1) counts.contradicted++;
    return verdicts.reduce((sum, each) => sum + each, 0) / verdicts.length;
  };
  return {
    name,
    counts,
    async label(pairs) {
      const labels: number[] = [];
      for (const pair of pairs) labels.push(await label(pair));
      return labels;
    },
  };
}
