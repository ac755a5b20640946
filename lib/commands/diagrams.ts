/**
 * `deno task diagrams`: asks a model for the units of paper 06 with and without their diagrams.
 *
 * @module
 */
import { join } from "node:path";
import { chatClient } from "offprint/chat/mod.ts";
import { parse, type ParsedArguments, realNumber, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, writeWhole } from "offprint/files.ts";
import {
  anonymousUnit,
  type Answer,
  type Arm,
  ARM_FACTS,
  ARMS,
  type AskedUnit,
  askedUnit,
  estimatePlan,
  type HarnessResults,
  type Metrics,
  metricsOf,
  plannedQuestions,
  PROMPT_LEVELS,
  type PromptLevel,
  runHarness,
  type Task,
  TASKS,
} from "offprint/papers/chipgptv/harness/mod.ts";
import { promptPicture, readUnits, UNIT_NAMES } from "offprint/papers/chipgptv/units/mod.ts";
import type { MeanInterval } from "offprint/stats.ts";
import { countingLine } from "offprint/terminal.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";
import { checkedOutput } from "../kit/outputs.ts";
import type { Command } from "../kit/command.ts";
import { type NumberOf, serverOptions } from "../kit/server_options.ts";

const USAGE = `deno task diagrams --endpoint URL --model NAME [options] [--out FILE]
deno task diagrams --estimate [options]

Asks a model for the 33 units of paper 06 in several ways, grades every answer by a counted bench, and prints for each way
what compiles, what passes and how much of the diagram is in the answers. The key is taken from OPENAI_API_KEY.

Ways of asking (--arms, with commas between them; default T):
${ARMS.map((arm) => `  ${arm.padEnd(12)}${ARM_FACTS[arm].says}`).join("\n")}

  --units NAMES       only these units, with commas between them
  --levels NAMES      prompt levels: ${PROMPT_LEVELS.join(", ")} (default medium)
  --tasks NAMES       full, completion, next-token (default full)
  --samples N         answers a unit for full generation (default 5)
  --prefixes N        beginnings a unit for the other tasks, the same for all arms (default 3)
  --anonymous         replace every name in words, header, diagram and bench
  --pictures FOLDER   a PNG for each unit, UNIT.png, in place of the diagrams that are drawn for arms with a picture
  --temperature X     default 0.2
  --max-tokens N      longest answer (default 3000)
  --seed N            of prefixes and answers (default 1)
  --prove             compare answers that compile with the reference by proof as well
  --out FILE          write all answers with their verdicts there (JSON); notebook 06 reads it
  --estimate          say what would be asked for, and ask nothing

Servers, as for deno task solve:
  --answer-seconds N  --tries N  --concurrency N  --limit-field NAME  --omit FIELDS
  --store FOLDER (default out/chat)  --replay  --max-calls N  --max-total-tokens N
  --help`;

const TEXT = { type: "string" } as const;
const KNOWN = {
  ...{ endpoint: TEXT, model: TEXT, units: TEXT, arms: TEXT, levels: TEXT, tasks: TEXT },
  ...{ samples: TEXT, prefixes: TEXT, pictures: TEXT, temperature: TEXT, "max-tokens": TEXT },
  ...{ seed: TEXT, out: TEXT, "answer-seconds": TEXT, tries: TEXT, concurrency: TEXT },
  ...{ "limit-field": TEXT, omit: TEXT, store: TEXT, "max-calls": TEXT, "max-total-tokens": TEXT },
};
const FLAG = { type: "boolean" } as const;
const FLAGS = { anonymous: FLAG, prove: FLAG, estimate: FLAG, replay: FLAG };

/** The command. */
export const command: Command = {
  name: "diagrams",
  summary: "ask a model for Verilog with and without diagrams",
  usage: USAGE,
  run,
};

type Name = keyof typeof KNOWN;

async function run(args: string[]): Promise<number> {
  const given = parse("diagrams", args, { ...KNOWN, ...FLAGS });
  const { values } = given as ParsedArguments & { values: Partial<Record<Name, string>> };
  const flag = (name: keyof typeof FLAGS): boolean => given.values[name] === true;
  const number: NumberOf<Name> = (name, fallback, low, high, whole = true) => {
    const text = values[name];
    return text === undefined
      ? fallback
      : (whole ? wholeNumber : realNumber)(`--${name}`, text, low, high);
  };
  const estimateOnly = flag("estimate");
  if (!estimateOnly && (values.endpoint === undefined || values.model === undefined)) {
    throw new UserError({
      what: "deno task diagrams",
      got: args.length === 0 ? new Described("no arguments") : args.join(" "),
      expected: "--endpoint URL and --model NAME, or --estimate",
      todo: "See deno task diagrams --help.",
    });
  }
  for (const option of ["out", "store"] as const) {
    const path = values[option];
    if (path === undefined) continue;
    const kind = option === "store" ? "folder" : "file";
    values[option] = await checkedOutput({ option: `--${option}`, path, kind, data: true });
  }
  const list = <T extends string>(name: Name, known: readonly T[], fallback: readonly T[]): T[] =>
    listOf(`--${name}`, values[name], known, fallback);
  const arms = list<Arm>("arms", ARMS, ["T"]);
  const anonymous = flag("anonymous");
  const plan = {
    units: await unitsOf(
      list("units", UNIT_NAMES, UNIT_NAMES),
      !arms.some((arm) => ARM_FACTS[arm].picture !== undefined)
        ? "none"
        : values.pictures === undefined
        ? "drawn"
        : { folder: values.pictures },
      anonymous,
    ),
    arms,
    levels: list<PromptLevel>("levels", PROMPT_LEVELS, ["medium"]),
    tasks: listOf("--tasks", values.tasks?.replaceAll("next-token", "next token"), TASKS, ["full"]),
    samples: number("samples", 5, 1, 1000),
    prefixes: number("prefixes", 3, 1, 1000),
    anonymous,
    temperature: number("temperature", 0.2, 0, 100, false),
    seed: number("seed", 1, 0, Number.MAX_SAFE_INTEGER),
    maxTokens: number("max-tokens", 3000, 1, 10_000_000),
  };
  const questions = plannedQuestions(plan);
  const { calls, promptTokens, answerTokens } = estimatePlan(questions);
  const estimate = `${calls} answers, about ${promptTokens} tokens of prompts and at most ` +
    `${answerTokens} of answers`;
  if (estimateOnly) {
    console.log(estimate);
    return 0;
  }
  console.error(`${estimate}; what is stored is not asked again`);
  const concurrency = number("concurrency", 4, 1, 1000);
  const client = chatClient({
    ...serverOptions(values, number),
    replay: flag("replay"),
    concurrency,
  });
  const done: Answer[] = [];
  const keep = async (): Promise<void> => {
    if (values.out === undefined || done.length === 0) return;
    const { temperature, seed } = plan;
    const sorted = done.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
    const file: HarnessResults = {
      format: 1,
      model: client.model,
      temperature,
      seed,
      answers: sorted,
    };
    await writeWhole(values.out, `${JSON.stringify(file)}\n`);
  };
  const progress = countingLine();
  await using yosys = new YosysPool({ timeMs: 120_000 });
  try {
    await runHarness(questions, anonymous, client, {
      yosys,
      icarus: await findIcarus(),
      prove: flag("prove"),
      concurrency,
      onAnswer: async (answer, count, total) => {
        done.push(answer);
        if (done.length % ANSWERS_BETWEEN_WRITES === 0) await keep();
        progress(count, total);
      },
    });
  } finally {
    await keep();
  }
  console.log(summary(done, plan.arms, plan.levels, plan.tasks, anonymous));
  console.error(`${client.spent.calls} requests sent, ${client.spent.tokens} tokens`);
  return 0;
}

/** The file of answers is written anew after so many, and at the end however it comes. */
const ANSWERS_BETWEEN_WRITES = 25;

function keyOf({ unit, arm, level, task, sample, prefix }: Answer): string {
  return [unit, arm, level, task, `${sample}`.padStart(4, "0"), prefix?.index ?? ""].join("|");
}

function listOf<T extends string>(
  option: string,
  text: string | undefined,
  known: readonly T[],
  fallback: readonly T[],
): T[] {
  if (text === undefined) return [...fallback];
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const odd = names.find((name) => !known.includes(name as T));
  if (odd !== undefined || names.length === 0) {
    throw new UserError({
      what: option,
      got: odd ?? text,
      expected: `names among ${known.join(", ")}, with commas between them`,
    });
  }
  return known.filter((name) => names.includes(name));
}

/** Where pictures come from: a folder, drawn from the units as they are asked for, or none is shown. */
type Pictures = { folder: string } | "drawn" | "none";

async function unitsOf(
  names: readonly string[],
  pictures: Pictures,
  anonymous: boolean,
): Promise<AskedUnit[]> {
  await using yosys = new YosysPool();
  const asked: AskedUnit[] = [];
  for (const given of await readUnits(names)) {
    const unit = anonymous ? anonymousUnit(given) : given;
    if (pictures === "none") asked.push(askedUnit(unit));
    else if (pictures === "drawn") asked.push(askedUnit(unit, await promptPicture(unit, yosys)));
    else {
      const file = join(pictures.folder, `${unit.name}.png`);
      asked.push(askedUnit(unit, await ifThere(Deno.readFile(file))));
    }
  }
  return asked;
}

function summary(
  answers: readonly Answer[],
  arms: readonly Arm[],
  levels: readonly PromptLevel[],
  tasks: readonly Task[],
  anonymous: boolean,
): string {
  const lines: string[] = [];
  for (const task of tasks) {
    for (const arm of arms) {
      for (const level of task === "full" ? levels : ["medium"] as const) {
        const metrics = metricsOf(answers, { arm, level, task, anonymous });
        if (metrics.units === 0) continue;
        lines.push(
          `${arm}, ${level}, ${task}${
            anonymous ? ", without names" : ""
          }: ${metrics.units} units, ` +
            `${metrics.samples} answers each`,
          ...NAMES.flatMap(([key, name]) =>
            metrics[key] === undefined ? [] : [`  ${name.padEnd(28)}${percent(metrics[key])}`]
          ),
        );
      }
    }
  }
  return lines.join("\n");
}

type MetricName = {
  [K in keyof Metrics]-?: NonNullable<Metrics[K]> extends MeanInterval ? K : never;
}[keyof Metrics];

const NAMES: readonly [MetricName, string][] = [
  ["compileAt1", "compile@1"],
  ["passAt1", "pass@1"],
  ["passAtK", "pass@k, all answers"],
  ["bestRatio", "best share of comparisons"],
  ["fsmTransition", "transitions"],
  ["fsmState", "states"],
  ["fsmOutput", "outputs"],
  ["edgesF1", "edges, F1"],
  ["nextTokenLex", "next token"],
  ["nextTokenWs", "next word, by blanks"],
];

function percent({ mean, low, high, n }: MeanInterval): string {
  const share = (value: number) => (100 * Math.min(1, Math.max(0, value))).toFixed(1);
  return n < 2
    ? `${share(mean)} % (one unit: no interval)`
    : `${share(mean)} % (95 %: ${share(low)} to ${share(high)})`;
}
