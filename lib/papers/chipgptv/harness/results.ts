/**
 * What a run of the harness found, a line for every answer, and the metrics of each way of asking (spec §6). No two
 * metrics are merged into one number.
 *
 * @module
 */
import { z } from "zod";
import {
  comparePaired,
  compareScores,
  type PairedComparison,
  passAtK,
  type Solved,
} from "offprint/problems/mod.ts";
import { checkedJson } from "offprint/checked_json.ts";
import { mean, type MeanInterval, meanInterval } from "offprint/stats.ts";
import { ARMS, TASKS } from "./arms.ts";
import { PROMPT_LEVELS } from "./unit.ts";

/** One answer, as it is kept: everything but the raw reply, which lies in the store of exchanges. */
const answerSchema = z.strictObject({
  unit: z.string(),
  group: z.string(),
  arm: z.enum(ARMS),
  level: z.enum(PROMPT_LEVELS),
  task: z.enum(TASKS),
  /** Names were replaced in words, header, diagram and bench. */
  anonymous: z.boolean(),
  sample: z.int().nonnegative(),
  /** Of the beginning that was given: its number, seed, end and tokens. */
  prefix: z.strictObject({
    index: z.int(),
    seed: z.int(),
    offset: z.int(),
    tokens: z.int(),
    total: z.int(),
  }).exactOptional(),
  /** Why there is no answer, where there is none. */
  failure: z.string().exactOptional(),
  /** The answer ended at the limit on tokens. */
  cut: z.boolean(),
  /** How its code was found. */
  rule: z.string(),
  blocks: z.int().nonnegative(),
  /** For code. */
  compiles: z.boolean().exactOptional(),
  passes: z.boolean().exactOptional(),
  passed: z.int().exactOptional(),
  total: z.int().exactOptional(),
  reason: z.string().exactOptional(),
  equivalence: z.string().exactOptional(),
  disagree: z.boolean().exactOptional(),
  /** Shares of the reference's machine or graph that are in the answer; absent where the unit has none. */
  machine: z.strictObject({ transitions: z.number(), states: z.number(), outputs: z.number() })
    .exactOptional(),
  edgesF1: z.number().exactOptional(),
  /** For next tokens: by Verilog's tokens, and by blanks. */
  nextToken: z.boolean().exactOptional(),
  nextWord: z.boolean().exactOptional(),
});

/** One answer. */
export type Answer = z.infer<typeof answerSchema>;

const fileSchema = z.strictObject({
  format: z.literal(1),
  model: z.string(),
  temperature: z.number(),
  seed: z.int(),
  answers: z.array(answerSchema),
});

/** A file of answers. */
export type HarnessResults = z.infer<typeof fileSchema>;

/** Reads a file of answers. */
export function parseHarnessResults(text: string, name: string): HarnessResults {
  return checkedJson(fileSchema, text, { what: name });
}

/** A way of asking. */
export type Way = Pick<Answer, "arm" | "level" | "task" | "anonymous">;

/** The answers of one way. */
export function answersOf(answers: readonly Answer[], way: Partial<Way>): Answer[] {
  return answers.filter((answer) =>
    (Object.keys(way) as (keyof Way)[]).every((key) => answer[key] === way[key])
  );
}

/** The metrics of one way; shares from 0 to 1, each with Student's 95 % interval over units. */
export interface Metrics extends Way {
  units: number;
  /** Fewest answers a unit has. */
  samples: number;
  compileAt1?: MeanInterval;
  compileAtK?: MeanInterval;
  passAt1?: MeanInterval;
  passAtK?: MeanInterval;
  /** The best answer's share of comparisons: the paper's function cell. */
  bestRatio?: MeanInterval;
  nextTokenLex?: MeanInterval;
  nextTokenWs?: MeanInterval;
  fsmTransition?: MeanInterval;
  fsmState?: MeanInterval;
  fsmOutput?: MeanInterval;
  edgesF1?: MeanInterval;
}

/** All metrics that the answers of one way allow; `k` is the fewest answers a unit has. */
export function metricsOf(answers: readonly Answer[], way: Way): Metrics {
  const units = [...Map.groupBy(answersOf(answers, way), ({ unit }) => unit).values()];
  const samples = units.length === 0 ? 0 : Math.min(...units.map(({ length }) => length));
  const over = (
    value: (answers: readonly Answer[]) => number | undefined,
  ): MeanInterval | undefined => {
    const values = units.map(value).filter((each) => each !== undefined);
    if (values.length === 0) return undefined;
    return values.length > 1
      ? meanInterval(values)
      : { mean: values[0]!, low: NaN, high: NaN, n: 1 };
  };
  const code = way.task !== "next token";
  const at = (holds: (answer: Answer) => boolean | undefined, k: number) =>
    code && k > 0
      ? over((of) => passAtK(of.length, of.filter((each) => holds(each) === true).length, k))
      : undefined;
  const meanOf = (value: (answer: Answer) => number | undefined) =>
    over((of) => {
      const values = of.map(value).filter((each) => each !== undefined);
      return values.length === 0 ? undefined : mean(values);
    });
  const share = (value: boolean | undefined) => value === undefined ? undefined : value ? 1 : 0;
  const found = {
    compileAt1: at(({ compiles }) => compiles, 1),
    compileAtK: at(({ compiles }) => compiles, samples),
    passAt1: at(({ passes }) => passes, 1),
    passAtK: at(({ passes }) => passes, samples),
    bestRatio: code
      ? over((of) =>
        Math.max(...of.map(({ passed = 0, total = 0 }) => total > 0 ? passed / total : 0))
      )
      : undefined,
    nextTokenLex: meanOf(({ nextToken }) => share(nextToken)),
    nextTokenWs: meanOf(({ nextWord }) => share(nextWord)),
    fsmTransition: meanOf(({ machine }) => machine?.transitions),
    fsmState: meanOf(({ machine }) => machine?.states),
    fsmOutput: meanOf(({ machine }) => machine?.outputs),
    edgesF1: meanOf(({ edgesF1 }) => edgesF1),
  };
  const present = Object.entries(found).filter(([, value]) => value !== undefined);
  return { ...way, units: units.length, samples, ...Object.fromEntries(present) };
}

/** Counts of one way, unit by unit in the order of their names, as `comparePaired` wants them. */
export function countsOf(answers: readonly Answer[], way: Partial<Way>): Solved[] {
  const groups = Map.groupBy(answersOf(answers, way), ({ unit }) => unit);
  return [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([name, of]) => ({
    name,
    group: of[0]!.group,
    samples: of.length,
    compiled: of.filter(({ compiles }) => compiles === true).length,
    passed: of.filter(({ passes }) => passes === true).length,
  }));
}

/**
 * Two ways of asking compared over the units that both were asked, by pass@1, or by the share of next tokens.
 *
 * @throws {RangeError} where they share fewer than two units.
 */
export function compareWays(
  answers: readonly Answer[],
  first: Partial<Way> & { task: Way["task"] },
  second: Partial<Way> & { task: Way["task"] },
): PairedComparison {
  if (first.task === "next token") {
    const shares = (way: Partial<Way>) =>
      new Map([...Map.groupBy(answersOf(answers, way), ({ unit }) => unit)].map(([unit, of]) => [
        unit,
        mean(of.map(({ nextToken }) => nextToken === true ? 1 : 0)),
      ]));
    const [a, b] = [shares(first), shares(second)];
    const shared = [...a.keys()].filter((unit) => b.has(unit)).sort();
    return compareScores(shared.map((unit) => a.get(unit)!), shared.map((unit) => b.get(unit)!));
  }
  const [a, b] = [countsOf(answers, first), countsOf(answers, second)];
  const names = new Set(b.map(({ name }) => name));
  const shared = a.filter(({ name }) => names.has(name));
  const known = new Set(shared.map(({ name }) => name));
  return comparePaired(shared, b.filter(({ name }) => known.has(name)));
}
