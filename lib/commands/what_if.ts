/**
 * The what-if tool as a command: predicts what candidate-length policies would cost on another system's log.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { parseLog, type Prediction, signalsOf, whatIf } from "offprint/decoding/what_if/mod.ts";
import { defaultPolicies, parseMs, parsePolicies } from "offprint/decoding/policies/mod.ts";
import type { Command } from "../kit/command.ts";

/** The text of `--help`. */
export const USAGE = `deno task what-if LOG.jsonl --draft-ms MS --target-ms MS [options]

Predicts, from logged acceptance probabilities alone, what candidate-length policies of speculative
decoding would cost: verifications per token (V), discarded candidates per token (D), milliseconds per
token (T/N), each with its standard error over texts. No model is loaded. For example:

  deno task what-if LOG.jsonl --draft-ms 23 --target-ms 107

  --draft-ms MS      one pass of the draft
  --target-ms MS     one verification; one number, or by number of candidates: 1:98,5:104,20:131
  --host-ms MS       everything else of a round, in the same two forms (default 0)
  --policy P         may be repeated; several values with commas (default: a grid of all that the log allows)
                       constant:K         always K candidates
                       heuristic[:START]  two more after a round accepted in full, else one less
                       confidence:P       stop at a candidate with draft probability below P
                       top:P              stop once the product of the draft's largest probabilities is below P
                       specdecpp:H        stop once 1 - product of predicted acceptances exceeds H
  --min N, --max N   fewest and most candidates of the threshold policies (default 1, SpecDec++ 2; 20)
  --lag 0|1          candidates that SpecDec++'s product leaves out (default 1)
  --replays N        replays of each text with other random numbers (default 16)
  --seed N           seed of these random numbers (default 1)
  --json             print the same as JSON
  --help             this text

The log has one JSON object a line, one generated text each; lists have one entry per generated token,
prompt not included. Probabilities are after temperature, top-k and top-p.

  acceptance   min(1, draft(x)/target(x)) of each generated token x: how probable it is that x came from
               an accepted candidate. If only the outcome is known: 1 where x was an accepted candidate,
               0 where it replaced a rejected one.
  confidence   draft(x)                                      optional, for confidence
  top          the draft's largest probability there         optional, for top
  predicted    predicted acceptance of x as a candidate      optional, for specdecpp
  rejected     null, or what was drafted from a rejected candidate on: {"drafted": n, and n numbers each
               of confidence, top, predicted; "stopped": true if the last one is a stop token}; optional
  limit        the length limit, if a stop token ended the text earlier; optional

  {"acceptance":[1,0.82,0,1],"confidence":[0.9,0.5,0.2,0.7],
   "rejected":[null,null,{"drafted":2,"confidence":[0.3,0.6]},null]}        (on one line)

"guessed" is the share of rejections for which the log has no branch, or too short a one: another branch
is borrowed, or the round is taken to end there. It can only shift D and T/N, never V of a constant K.`;

/** The command. */
export const command: Command = {
  name: "what-if",
  summary: "predict any candidate-length policy from a log of acceptances",
  usage: USAGE,
  run: async (args) => {
    console.log(await predict(args));
    return 0;
  },
};

/**
 * What the command prints.
 *
 * @returns What goes to stdout.
 * @throws {UserError} for wrong arguments and for a log that cannot be read.
 */
export async function predict(args: string[]): Promise<string> {
  const { values, option, positionals } = parse("what-if", args, {
    ...textOptions("draft-ms", "target-ms", "host-ms", "min", "max", "lag", "replays", "seed"),
    policy: { type: "string", multiple: true },
    json: { type: "boolean" },
  }, true);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task what-if",
      got: positionals.length === 0 ? undefined : positionals.join(" "),
      expected: "one log file",
      todo: "See --help for the format.",
    });
  }
  const needed = (name: string): string => {
    const value = option(name);
    if (value !== undefined) return value;
    throw new UserError({
      what: `--${name}`,
      got: undefined,
      expected: "milliseconds",
      todo: `Give for example --draft-ms 23 --target-ms 107.`,
    });
  };
  const draftMs = parseMs("--draft-ms", needed("draft-ms"))(1);
  const time = {
    draftMs,
    targetMs: parseMs("--target-ms", needed("target-ms")),
    hostMs: parseMs("--host-ms", option("host-ms") ?? "0"),
  };
  const number = (name: string, low: number, high: number): number | undefined => {
    const value = option(name);
    return value === undefined ? undefined : wholeNumber(`--${name}`, value, low, high);
  };
  const min = number("min", 1, 1000);
  const max = number("max", min ?? 1, 1000);
  const lag = number("lag", 0, 1) as 0 | 1 | undefined;
  const defaults = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(lag === undefined ? {} : { lag }),
  };
  const replays = number("replays", 1, 100_000) ?? 16;
  const seed = number("seed", 0, 2 ** 31) ?? 1;

  const named = (values["policy"] as string[] | undefined)?.flatMap((policy) =>
    parsePolicies(policy, defaults)
  );
  const logs = parseLog(await read(file), file);
  const rules = named ?? defaultPolicies(signalsOf(logs), defaults);
  const predictions = rules.map((rule) => whatIf(logs, rule, { time, replays, seed }));
  const tokens = logs.reduce((sum, { acceptance }) => sum + acceptance.length, 0);
  if (values["json"]) {
    return JSON.stringify({ log: file, texts: logs.length, tokens, policies: predictions });
  }
  return report(predictions, file, logs.length, tokens, time.targetMs(1));
}

async function read(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    const got = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "a folder"
      : undefined;
    if (got === undefined) throw error;
    throw new UserError({ what: file, got, expected: "a log in JSONL", todo: "See --help." });
  }
}

/** The predictions as a table, fastest first. */
function report(
  predictions: readonly Prediction[],
  file: string,
  texts: number,
  tokens: number,
  targetMs: number,
): string {
  const rows = predictions
    .toSorted((a, b) => a.msPerToken.mean - b.msPerToken.mean)
    .map((each) => {
      const estimate = ({ mean, standardError }: { mean: number; standardError: number }) =>
        `${mean.toFixed(4)} ± ${Number.isNaN(standardError) ? "?" : standardError.toFixed(4)}`;
      return [
        each.policy,
        estimate(each.verification),
        estimate(each.discard),
        estimate(each.msPerToken),
        (targetMs / each.msPerToken.mean).toFixed(2),
        each.candidates.toFixed(2),
        `${(100 * each.guessed).toFixed(1)} %`,
      ];
    });
  const head = ["policy", "V", "D", "ms per token", "speed-up", "candidates", "guessed"];
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]): string =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(
      "  ",
    );
  return [
    `${file}: ${texts} texts, ${tokens} tokens; fastest first`,
    line(head),
    ...rows.map(line),
    "speed-up: against the target alone at one verification a token",
  ].join("\n");
}
