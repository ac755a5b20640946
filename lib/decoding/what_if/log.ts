/**
 * Logs of acceptance probabilities, the input of the what-if tool. One JSON object a line (JSONL), one
 * generated text each; any system that decodes speculatively, or only scores its texts with both models,
 * can write it. Lists have one entry for each generated token, prompt not included:
 *
 *     {"acceptance":[1,0.82,0.4,1],
 *      "confidence":[0.9,0.5,0.2,0.7],
 *      "rejected":[null,{"drafted":3,"confidence":[0.3,0.6,0.8]},{"drafted":1,"confidence":[0.2]},null]}
 *
 * `acceptance` of a generated token x is min(1, draft(x)/target(x)): how probable it is that x, knowing that
 * it is in the text, came from an accepted candidate and not from a replacement. Mind the direction: for a
 * *drafted* token it would be target/draft. A system that knows only what happened writes 1 for a token that
 * was an accepted candidate and 0 for one that replaced a rejected candidate.
 *
 * With these numbers the predictions are exact for every policy, and not only for the one that was logged,
 * because given the text the outcomes at its positions are independent coins.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue, jsonOf } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { withoutByteOrderMark } from "offprint/files.ts";
import type { Signal } from "../policies/stopping_rules.ts";

const share = z.number().min(0, "a number in [0, 1]").max(1, "a number in [0, 1]");
const shares = z.array(share);
const natural = z.int().min(1, "a whole number above 0");

const branchSchema = z.strictObject({
  drafted: natural,
  stopped: z.boolean().exactOptional(),
  confidence: shares.exactOptional(),
  top: shares.exactOptional(),
  predicted: shares.exactOptional(),
});

const textSchema = z.strictObject({
  acceptance: shares.min(1, "at least one token"),
  confidence: shares.exactOptional(),
  top: shares.exactOptional(),
  predicted: shares.exactOptional(),
  rejected: z.array(branchSchema.nullable()).exactOptional(),
  limit: natural.exactOptional(),
}).superRefine((text, context) => {
  const say = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  const tokens = text.acceptance.length;
  for (const name of ["confidence", "top", "predicted", "rejected"] as const) {
    const list = text[name];
    if (list !== undefined && list.length !== tokens) {
      say([name, "length"], `${tokens}, as many entries as acceptance`);
    }
  }
  if (text.limit !== undefined && text.limit < tokens) {
    say(["limit"], `at least ${tokens}, the number of tokens`);
  }
  text.rejected?.forEach((branch, i) => {
    for (const name of ["confidence", "top", "predicted"] as const) {
      const list = branch?.[name];
      if (list !== undefined && list.length !== branch!.drafted) {
        say(["rejected", i, name, "length"], `${branch!.drafted}, as many entries as drafted`);
      }
    }
  });
});

/**
 * What the draft went on to propose at a position where its candidate was rejected: the rejected candidate
 * and those after it. They only decide how many candidates are thrown away.
 */
export type RejectedBranch = z.infer<typeof branchSchema>;

/**
 * One text of a log.
 *
 * - `acceptance`: see the module.
 * - `confidence`, `top`, `predicted`: signals of each token as a candidate: the draft's probability of it,
 *   the draft's largest probability there, and the predicted acceptance.
 * - `rejected`: at each position null or a {@linkcode RejectedBranch}; `stopped` in it says that its last
 *   candidate is a stop token.
 * - `limit`: the length limit of the text, where a stop token ended it earlier.
 */
export type TextLog = z.infer<typeof textSchema>;

/**
 * Reads a log; empty lines are skipped.
 *
 * @param where The file's name, for messages.
 * @throws {UserError} naming the first bad line and what is wrong with it; also for a log without texts.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parseLog } from "offprint/decoding/what_if/mod.ts";
 *
 * assertEquals(parseLog('{"acceptance":[1,0.5]}', "run.jsonl"), [{ acceptance: [1, 0.5] }]);
 * assertThrows(
 *   () => parseLog('{"acceptance":[1]}\n{"acceptance":[1.5]}', "run.jsonl"),
 *   "run.jsonl: line 2: acceptance[0]: got 1.5, expected a number in [0, 1].",
 * );
 * ```
 */
export function parseLog(text: string, where: string): TextLog[] {
  const logs: TextLog[] = [];
  withoutByteOrderMark(text).split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const at = `${where}: line ${i + 1}`;
    const options = { what: at, expected: "a JSON object", todo: TODO };
    const json = jsonOf(line, options);
    logs.push(checkedValue(textSchema, json, { what: at, todo: TODO }));
  });
  if (logs.length > 0) return logs;
  throw new UserError({
    what: where,
    got: new Described("no text"),
    expected: "one JSON object a line",
    todo: TODO,
  });
}

const TODO = "See lib/decoding/what_if/log.ts for the format.";

/** A log as JSONL, probabilities with 6 significant digits unless they are 0 or 1. */
export function formatLog(logs: Iterable<TextLog>): string {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return Array.from(logs, (log) => `${JSON.stringify(log, round)}\n`).join("");
}

/** The signals that every token of a log has. */
export function signalsOf(logs: readonly TextLog[]): Set<Signal> {
  const all: Signal[] = ["confidence", "top", "predicted"];
  return new Set(all.filter((signal) => logs.every((log) => log[signal] !== undefined)));
}
