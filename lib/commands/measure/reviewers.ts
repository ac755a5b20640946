/**
 * `deno task measure-reviewers`: paper 03 with a language model of the user's in its roles.
 *
 * @module
 */
import { chatClient } from "offprint/chat/mod.ts";
import { parse, realNumber, textOptions, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { TOTAL_TOKENS } from "offprint/evaluators/mod.ts";
import { auditSet, type PublicSet, readPublicSet } from "offprint/evaluators/sets/mod.ts";
import { writeWhole } from "offprint/files.ts";
import { readMutants, readStudy, startsOf } from "offprint/papers/aime/mod.ts";
import {
  armDifference,
  MODEL_ARMS,
  type ModelArm,
  type ModelDifference,
  modelRecords,
  type ModelRun,
  modelRuns,
  type ModelStudy,
  studyCalls,
  summarise,
  trialSeed,
} from "offprint/papers/aime/models/mod.ts";
import { javascriptSandbox, pythonSandbox } from "offprint/sandbox/mod.ts";
import { countingLine } from "offprint/terminal.ts";
import type { Command } from "../../kit/command.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import { type NumberOf, SERVER_OPTIONS, serverOptions } from "../../kit/server_options.ts";

const USAGE = `deno task measure-reviewers --endpoint URL --model NAME [--set FOLDER] [options]

Runs paper 03 with a language model: one call for each role, one that turns their texts into advice, one that rewrites
the program; ten times, on the same first programs for every arm. Hidden tests judge all programs; a further call reads
whether the texts say that a program is wrong. How many calls that is at most is said before the first one.

Problems:
  --set FOLDER    HumanEval or LeetCodeHard (a file of JSON lines, or its folder), or QuixBugs with its folders
                  python_programs, correct_python_programs and json_testcases. Python runs in Pyodide, which is
                  fetched once. Without it: the JavaScript functions of the notebook, each with a defect
  --problems N    only the first N problems
  --arms NAMES    with commas (default: all): ${
  MODEL_ARMS.map(({ name }) => `"${name}"`).join(", ")
}
  --iterations N  rewrites (default 10)
  --trials N      times, with other seeds (default 3)
  --tokens N      tokens of all evaluators of an iteration together (default ${TOTAL_TOKENS})
  --seed N        default 1
  --out FILE      write every run there (JSON)

Server (its key is taken from OPENAI_API_KEY):
  --store FOLDER  keep every exchange there (default out/chat); a run that was stopped goes on, and no answer is
                  paid for twice
  --replay        answer from the store alone, without a network
  --max-calls N, --max-total-tokens N, --answer-seconds N, --tries N, --limit-field NAME, --omit FIELDS
                  as in deno task solve --help
  --help          this text

A model may know a public set by heart: HumanEval is older than every model of today.

Examples
  deno task measure-reviewers --endpoint http://127.0.0.1:8080/v1 --model small --set data/problems/03/layouts/quix_bugs
  deno task measure-reviewers --endpoint http://127.0.0.1:8080/v1 --model small --problems 3 --trials 1 --iterations 2`;

/** The command. */
export const command: Command = {
  name: "measure-reviewers",
  summary:
    "paper 03 with a language model of yours in its roles, also on HumanEval, LeetCodeHard or QuixBugs",
  usage: USAGE,
  run,
};

const OWN_OPTIONS = ["set", "problems", "arms", "iterations", "trials", "tokens", "seed", "out"];

async function run(args: string[]): Promise<number> {
  const { values: given } = parse("measure-reviewers", args, {
    ...textOptions(...OWN_OPTIONS, ...SERVER_OPTIONS),
    replay: { type: "boolean" },
  });
  const values = given as Record<string, string | undefined>;
  const number: NumberOf<string> = (name, fallback, low, high, whole = true) => {
    const value = values[name];
    if (value === undefined) return fallback;
    return (whole ? wholeNumber : realNumber)(`--${name}`, value, low, high);
  };
  if (values["endpoint"] === undefined || values["model"] === undefined) {
    throw new UserError({
      what: "measure-reviewers",
      got: args.join(" ") || undefined,
      expected: "--endpoint URL and --model NAME",
      todo: "See deno task measure-reviewers --help.",
    });
  }
  const out = values["out"] === undefined
    ? undefined
    : await checkedOutput({ option: "--out", path: values["out"], kind: "file", data: true });
  const arms = armsOf(values["arms"]);
  const trials = number("trials", 3, 1, 1000), iterations = number("iterations", 10, 1, 1000);
  const seed = number("seed", 1, 0, Number.MAX_SAFE_INTEGER);
  const tokens = number("tokens", TOTAL_TOKENS, 1, 10_000_000);
  const most = number("problems", 1_000_000, 1, 1_000_000);
  const client = chatClient({
    ...serverOptions(values, number),
    replay: given["replay"] === true,
  });
  const python = values["set"] !== undefined;
  await using sandbox = python ? pythonSandbox() : javascriptSandbox();
  const set = python
    ? await auditSet(await readPublicSet(values["set"]!), sandbox)
    : await ownSet();
  for (const { id, reason } of set.leftOut) console.error(`  left out: ${id}: ${reason}`);
  const problems = set.problems.slice(0, most);
  if (problems.length === 0) {
    throw new UserError({
      what: "--set",
      got: new Described("no problem that can be used"),
      expected: "at least one",
      todo: "The reasons are above.",
    });
  }
  const calls = studyCalls(arms, {
    problems: problems.length,
    withoutStart: problems.filter(({ start }) => start === undefined).length,
    withReference: problems.filter(({ reference }) => reference !== undefined).length,
    trials,
    iterations,
  });
  console.error(
    `${set.name}: ${problems.length} problems, ${arms.length} arms, ${trials} trials: at most ${calls} calls, ` +
      `${iterations + 1}(K + 2) in each loop with K evaluators; what is stored is not asked again`,
  );
  const runs: ModelRun[] = [];
  const progress = countingLine();
  for (const [at, problem] of problems.entries()) {
    const options = { client, arms, sandbox, iterations, trials, tokens, seed };
    runs.push(...await modelRuns(problem, options));
    const study = {
      ...{ model: client.model, arms, problems: problems.slice(0, at + 1), iterations, tokens },
      seeds: Array.from({ length: trials }, (_, trial) => trialSeed(seed, trial)),
    };
    if (out !== undefined) await writeWhole(out, runsText(set.name, study, runs));
    progress(at + 1, problems.length);
  }
  console.log(report(`${client.model} on ${set.name}`, runs));
  console.error(`${client.spent.calls} requests sent, ${client.spent.tokens} tokens`);
  return 0;
}

function armsOf(names: string | undefined): readonly ModelArm[] {
  if (names === undefined) return MODEL_ARMS;
  // A name may have a comma in it.
  let rest = names.trim();
  const arms: ModelArm[] = [];
  while (rest !== "") {
    const arm = [...MODEL_ARMS].sort((a, b) => b.name.length - a.name.length)
      .find(({ name }) => rest === name || rest.startsWith(`${name},`));
    if (arm === undefined) {
      throw new UserError({
        what: "--arms",
        got: rest,
        expected: `some of ${MODEL_ARMS.map(({ name }) => `"${name}"`).join(", ")}`,
      });
    }
    arms.push(arm);
    rest = rest.slice(arm.name.length + 1).trim();
  }
  return MODEL_ARMS.filter((arm) => arms.includes(arm));
}

/** The functions of the evaluation half, each with its ported defect or a drawn one. */
async function ownSet(): Promise<PublicSet> {
  await using sandbox = javascriptSandbox();
  const names = (await readMutants()).filter(({ half }) => half === "evaluation")
    .map(({ task }) => task);
  const studies = await readStudy(sandbox, names);
  return {
    name: "the functions of paper 03",
    leftOut: [],
    problems: studies.map((study) => ({
      task: study.task,
      start: startsOf(study)[0]!.text,
      reference: study.programs[0]!.text,
    })),
  };
}

function runsText(set: string, study: ModelStudy, runs: readonly ModelRun[]): string {
  const lines = (rows: readonly unknown[]): string =>
    rows.map((row) => JSON.stringify(row)).join(",\n");
  const records = modelRecords(runs, study);
  return `{"format":1,"set":${JSON.stringify(set)},"records":[\n${lines(records)}\n],"runs":[\n${
    lines(runs)
  }\n]}\n`;
}

function report(title: string, runs: readonly ModelRun[]): string {
  const share = (value: number): string =>
    (Number.isNaN(value) ? "–" : (100 * value).toFixed(1)).padStart(7);
  const rows = summarise(runs).map((arm) =>
    `${arm.arm.padEnd(29)}${
      [arm.first, arm.last, arm.completion, arm.edr, arm.far, arm.judgedEdr].map(share).join("")
    }${(Number.isNaN(arm.kappa) ? "–" : arm.kappa.toFixed(2)).padStart(7)}${
      [arm.truncated, arm.unread].map(share).join("")
    }`
  );
  const heads = ["SR y0", "SR", "CR", "EDR", "FAR", "judge", "κ", "cut", "unread"];
  const names = new Set(runs.map(({ arm }) => arm));
  const several = new Set(runs.map(({ problem }) => problem)).size > 1;
  const compared = several && names.has("AIME-6") && names.has("single")
    ? differenceLines(armDifference(runs, "AIME-6", "single"))
    : [];
  return [
    title,
    `${"in percent".padEnd(29)}${heads.map((head) => head.padStart(7)).join("")}`,
    ...rows,
    ...compared,
  ].join("\n");
}

function differenceLines({ detection, success }: ModelDifference): string[] {
  return Object.entries({ detection, success }).map(([what, { mean, low, high }]) => {
    const points = (value: number): string => (100 * value).toFixed(1);
    const verdict = low > 0 ? "shown" : "not shown";
    return `AIME-6 less single, ${what}: ${points(mean)} points [${points(low)}, ${
      points(high)
    }]: ${verdict}`;
  });
}
