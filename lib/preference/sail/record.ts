/**
 * What is written down about every pair of a training, one JSON object a line: enough to compute every number of
 * the run anew.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { implicitMargin } from "./pair_terms.ts";
import { ROUTES } from "./routes.ts";

const tokens = z.array(z.int().nonnegative());
const both = <T extends z.ZodType>(each: T) => z.tuple([each, each]);

/** The schema of a {@linkcode PairRecord}. */
export const pairRecordSchema = z.strictObject({
  /** The step that used the pair, from 1. */
  step: z.int().positive(),
  /** Its place in the step. */
  slot: z.int().nonnegative(),
  /** Of the prompt. */
  id: z.string(),
  prompt: tokens,
  route: z.enum(ROUTES as [typeof ROUTES[number], ...typeof ROUTES[number][]]),
  responses: both(tokens),
  /** "data", "policy", or the name of the labeller. */
  labelSource: z.string(),
  /** That the first response is the better one; 0 or 1 where the label was drawn. */
  labelProbability: z.number().min(0).max(1),
  /** log π of both responses when they were labelled, nats, at temperature 1. */
  logProbs: both(z.number()),
  /** log π₀ of both. */
  referenceLogProbs: both(z.number()),
  /** Steps done when the responses were drawn; null for responses of the data set. */
  drawnAt: z.int().nonnegative().nullable(),
  /** Steps done when they were labelled. */
  labelledAt: z.int().nonnegative(),
  /** Whether each response has no end. */
  unfinished: both(z.boolean()),
  /** Why the pair was left out of the gradient, if it was. */
  dropped: z.enum(["equal", "unfinished"]).nullable(),
});

/** What is known about a pair of a training. */
export type PairRecord = z.infer<typeof pairRecordSchema>;

/** A record as a line, without the line break. */
export function recordLine(record: PairRecord): string {
  return JSON.stringify(record);
}

/**
 * Reads lines of records.
 *
 * @param name of the file, for messages.
 * @throws {UserError} naming the line that is wrong.
 */
export function parseRecords(text: string, name: string): PairRecord[] {
  return text.split("\n").flatMap((line, i) =>
    line.trim() === ""
      ? []
      : [checkedJson(pairRecordSchema, line, { what: `${name}, line ${i + 1}` })]
  );
}

/** u of a recorded pair. */
export function recordMargin(record: PairRecord, beta: number): number {
  const [first, second] = record.logProbs;
  const [firstReference, secondReference] = record.referenceLogProbs;
  return implicitMargin({ first, second, firstReference, secondReference }, beta);
}
