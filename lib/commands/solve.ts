/**
 * `deno task solve`: lets a model write Verilog and grades it.
 *
 * @module
 */
import { loadModel } from "offprint/lm/mod.ts";
import { estimateOf } from "offprint/chat/mod.ts";
import { remoteTextModel, requestsOf } from "offprint/lm/text/mod.ts";
import { parse, type ParsedArguments, realNumber, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import {
  addRun,
  askedOf,
  auditProblem,
  byChat,
  compileShare,
  passShare,
  type Problem,
  readProblemSet,
  type Share,
  solve,
  type Solved,
  solvedOf,
} from "offprint/verilog/problems/mod.ts";
import {
  ARM_SPLIT,
  balanced,
  baselineRuns,
  designProblem,
  evaluateArm,
  HELD_OUT_COUNTS,
  heldOutProblems,
  proseInstance,
  splitDesigns,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import { A_DAY, type NumberOf, serverOptions } from "../kit/server_options.ts";
import { answerLog, warn } from "./solve_server.ts";
import { confinementNote, findIcarus, TOOL_LIMITS, YosysPool } from "offprint/verilog/tools/mod.ts";
import { countingLine } from "offprint/terminal.ts";
import { checkedOutput } from "../kit/outputs.ts";
import type { Command } from "../kit/command.ts";

const USAGE = `deno task solve MODEL… [--out FILE]
deno task solve --baselines [--out FILE]
deno task solve --endpoint URL --model NAME [--set FOLDER] [options] [--out FILE]

Lets a model write Verilog, grades every answer, and prints unbiased pass@k with 95 % intervals.

MODEL is a trained arm (verilog-raw, verilog-aligned, … or a folder); each is asked the held-out
problems of its own kind. --baselines answers them without a model: by the inverse of the templates,
and broken files by leaving them alone or deleting the line the tool names. With --endpoint, a model behind an OpenAI-compatible server is asked; its
key is taken from OPENAI_API_KEY.

  --set FOLDER        VGen, RTLLM or VerilogEval, as their repositories lay them out (needs Icarus); for VerilogEval v1
                      its file of problems (data/VerilogEval_Human.jsonl), for v2 one of its datasets;
                      without it, generated designs with held-out parameters
  --samples N         answers per problem (default 5)
  --temperature X     default 0.1
  --shots N           worked examples in the prompt, from the generated data (default 0)
  --problems N        only the first N problems
  --max-tokens N      longest answer (default 1024)
  --seed N            default 1
  --out FILE          add the counts to this file of results (JSON), after every problem
  --answers FILE      write every answer with its verdict, and the rule by which its code was found (JSONL)

Servers (with --endpoint):
  --answer-seconds N  longest wait for one answer (default 120)
  --tries N           tries when a server is busy or sends no usable answer (default 4)
  --concurrency N     problems under way at the same time (default 4)
  --limit-field NAME  how the server calls the limit: max_tokens (default) or max_completion_tokens
  --omit FIELDS       leave out fields that the server refuses: temperature, seed, max_tokens
  --store FOLDER      keep every exchange there (default out/chat): a run that was stopped goes on, and no
                      answer is paid for twice
  --replay            answer from the store alone, without a network
  --max-calls N       stop after N requests
  --max-total-tokens N  stop after N tokens, prompts and answers together
  --bench-seconds N   longest run of a test bench of --set (default 60)
  --help`;

const TEXT = { type: "string" } as const;
const KNOWN = {
  ...{ endpoint: TEXT, model: TEXT, set: TEXT, samples: TEXT, temperature: TEXT, shots: TEXT },
  ...{ problems: TEXT, "max-tokens": TEXT, seed: TEXT, out: TEXT, answers: TEXT },
  ...{ "answer-seconds": TEXT, tries: TEXT, concurrency: TEXT, "limit-field": TEXT, omit: TEXT },
  ...{ store: TEXT, "max-calls": TEXT, "max-total-tokens": TEXT, "bench-seconds": TEXT },
};
const FLAGS = { baselines: { type: "boolean" }, replay: { type: "boolean" } } as const;

/** Every option of `known` has a value that is a text. */
interface Values {
  values: Partial<Record<keyof typeof KNOWN, string>>;
}

/** The command. */
export const command: Command = {
  name: "solve",
  summary: "let a model write Verilog and grade it",
  usage: USAGE,
  run: run,
};

async function run(args: string[]): Promise<number> {
  const given = parse("solve", args, { ...KNOWN, ...FLAGS }, true);
  const { positionals } = given;
  const { values } = given as ParsedArguments & Values;
  const number: NumberOf<keyof typeof KNOWN> = (name, fallback, low, high, whole = true) => {
    const text = values[name];
    if (text === undefined) return fallback;
    return (whole ? wholeNumber : realNumber)(`--${name}`, text, low, high);
  };
  const remote = values.endpoint !== undefined;
  const baselines = given.values.baselines === true;
  const arms = !remote && !baselines;
  if ((positionals.length > 0) !== arms || (remote && (baselines || values.model === undefined))) {
    throw new UserError({
      what: "deno task solve",
      got: args.join(" "),
      expected: "a MODEL or more, or --baselines, or --endpoint URL with --model NAME",
      todo: "See deno task solve --help.",
    });
  }
  for (const option of ["out", "answers", "store"] as const) {
    const path = values[option];
    if (path === undefined) continue;
    const kind = option === "store" ? "folder" : "file";
    values[option] = await checkedOutput({ option: `--${option}`, path, kind, data: true });
  }
  // On a loaded machine an answer must not fail for want of time.
  await using yosys = new YosysPool({ timeMs: 120_000 });
  if (baselines) return await solveBaselines(values.out, yosys);
  if (!remote) return await solveArms(positionals, values.out, yosys);

  const samples = number("samples", 5, 1, 100_000);
  const temperature = number("temperature", 0.1, 0, 100, false);
  const shots = number("shots", 0, 0, 1000);
  const generate = {
    samples,
    temperature,
    seed: number("seed", 1, 0, Number.MAX_SAFE_INTEGER),
    maxTokens: number("max-tokens", 1024, 1, 10_000_000),
  };
  const concurrency = number("concurrency", 4, 1, 1000);
  const most = number("problems", 1_000_000, 1, 1_000_000);
  const benchSeconds = number("bench-seconds", 60, 1, A_DAY);
  const model = remoteTextModel({
    ...serverOptions(values, number),
    replay: given.values.replay === true,
    concurrency,
  });
  const { set, problems } = values.set === undefined
    ? await generated(yosys)
    : await publicSet(values.set, benchSeconds);
  const some = problems.slice(0, most);
  if (some.length === 0) {
    throw new UserError({
      what: "--set",
      got: new Described("no problem with a bench that works"),
      expected: "at least one",
      todo: "The reasons are above.",
    });
  }
  const asking = byChat(await examples(shots));
  const estimate = estimateOf(
    some.flatMap((problem) => requestsOf(asking(problem).prompt, undefined, generate)),
  );
  console.error(
    `${estimate.calls} answers, about ${estimate.promptTokens} tokens of prompts and at most ` +
      `${estimate.answerTokens} of answers; what is stored is not asked again`,
  );
  const way = shots === 0 ? "zero-shot" : `${shots}-shot`;
  const keep = async (solved: readonly Solved[]): Promise<void> => {
    if (values.out === undefined || solved.length === 0) return;
    await addRun(values.out, {
      model: `${model.name} ${way}`,
      asked: [askedOf({ set, asking: way, samples, temperature }, solved)],
    });
  };
  const log = await answerLog(values.answers);
  const progress = countingLine();
  const kinds = new Map<string, number>();
  const solved = await solve(some, asking, model, {
    ...generate,
    concurrency,
    onProblem: async (done, total, sofar) => {
      await keep(sofar);
      progress(done, total);
    },
    onAnswer: async (answer) => {
      const kind = answer.failure?.split(":")[0] ?? (answer.cut ? "cut" : "whole");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      await log(answer);
    },
  });
  console.log(summary(`${model.name} on ${set}, ${way}`, solved));
  warn(kinds, generate.maxTokens);
  console.error(`${model.client.spent.calls} requests sent, ${model.client.spent.tokens} tokens`);
  return 0;
}

async function solveBaselines(out: string | undefined, yosys: YosysPool): Promise<number> {
  const held = await heldOutProblems(ARM_SPLIT, HELD_OUT_COUNTS, yosys);
  for (const run of await baselineRuns(held, yosys)) {
    for (const asked of run.asked) {
      console.log(summary(`${run.model}, ${asked.set}, by ${asked.asking}`, solvedOf(asked)));
    }
    if (out !== undefined) await addRun(out, run);
  }
  return 0;
}

async function solveArms(
  names: readonly string[],
  out: string | undefined,
  yosys: YosysPool,
): Promise<number> {
  const note = (line: string) => console.error(line);
  // First, since a wrong name must not cost the minute that the problems take.
  const models = await Promise.all(names.map((name) => loadModel(name)));
  note("drawing the held-out problems");
  const problems = await heldOutProblems(ARM_SPLIT, HELD_OUT_COUNTS, yosys);
  for (const loaded of models) {
    const run = await evaluateArm(loaded, problems, yosys, note);
    for (const asked of run.asked) {
      const title = `${run.model} seed ${run.seed}, ${asked.set}, by ${asked.asking}`;
      console.log(summary(title, solvedOf(asked)));
    }
    if (out !== undefined) await addRun(out, run);
    await loaded.model.close();
  }
  return 0;
}

async function generated(yosys: YosysPool): Promise<{ set: string; problems: Problem[] }> {
  const { heldOutParameters } = await splitDesigns(ARM_SPLIT);
  const designs = balanced(heldOutParameters, HELD_OUT_COUNTS.parameters);
  return {
    set: "held-out parameters",
    problems: designs.map((design) => designProblem(design, yosys)),
  };
}

async function publicSet(
  folder: string,
  benchSeconds: number,
): Promise<{ set: string; problems: Problem[] }> {
  const icarus = await findIcarus({ ...TOOL_LIMITS, timeMs: 1000 * benchSeconds });
  if (icarus === undefined) {
    throw new UserError({
      what: "--set",
      got: new Described("no Icarus Verilog"),
      expected: "iverilog to run the benches of this set",
      todo: "Install it (Debian: apt-get install iverilog).",
    });
  }
  const { set, problems, skipped } = await readProblemSet(folder, icarus);
  console.error(`${icarus.version}, ${confinementNote(icarus.confinement)}`);
  const sound: Problem[] = [];
  const reasons = skipped.map(({ name, reason }) => `${name}: ${reason}`);
  for (const problem of problems) {
    const audit = await auditProblem(problem);
    if (!audit.sound) reasons.push(`${problem.name}: its own reference fails (${audit.reason})`);
    else if (audit.vacuous) {
      reasons.push(`${problem.name}: its bench accepts all zeros and all ones`);
    } else sound.push(problem);
  }
  console.error(`${set}: ${problems.length} problems, ${sound.length} with a bench that works`);
  for (const reason of reasons) console.error(`  left out: ${reason}`);
  return { set, problems: sound };
}

async function examples(count: number) {
  if (count === 0) return [];
  const { train } = await splitDesigns({ ...ARM_SPLIT, designs: Math.max(70, 3 * count) });
  return balanced(train, count).map((design) => proseInstance(design, design));
}

function summary(title: string, solved: readonly Solved[]): string {
  const percent = ({ mean, low, high, n }: Share): string =>
    n < 2
      ? `${(100 * mean).toFixed(1)} % (one problem: no interval)`
      : `${(100 * mean).toFixed(1)} % (95 %: ${(100 * Math.max(0, low)).toFixed(1)} to ${
        (100 * Math.min(1, high)).toFixed(1)
      })`;
  const samples = solved[0]?.samples ?? 0;
  return [
    `${title}: ${solved.length} problems, ${samples} answers each`,
    `  compiles ${percent(compileShare(solved))}`,
    ...[1, 5, 10].filter((k) => k <= samples)
      .map((k) => `  pass@${k}   ${percent(passShare(solved, k))}`),
  ].join("\n");
}
