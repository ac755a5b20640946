/**
 * `deno task measure-evaluators`: the runs behind `data/results/03-opinions.json`, `03-loops.json` and `03-order.json`.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { readCorpus } from "offprint/evaluators/mod.ts";
import { exists, readText, writeWhole } from "offprint/files.ts";
import {
  drawAll,
  EXPLORED_FILE,
  exploredText,
  FUNCTIONS_FILE,
  type JudgedProgram,
  loadOpinions,
  LOOP_ARMS,
  type LoopResult,
  LOOPS_FILE,
  loopsOf,
  loopsText,
  MUTANTS_FILE,
  mutantsText,
  OPINIONS_FILE,
  opinionsOf,
  opinionsText,
  ORDER_FILE,
  readMutants,
  readStudy,
  REVERSED_ARMS,
  totalBudget,
} from "offprint/papers/aime/mod.ts";
import { javascriptSandbox } from "offprint/sandbox/mod.ts";
import type { Command } from "../../kit/command.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";

const USAGE = `deno task measure-evaluators STEP [--out FOLDER] [--collect]

Runs the study of paper 03, one step after the other. What is made of each function is kept in a file of its own: stop
it whenever you like, and start it several times to share the work.

  mutants        draw the mutants of all functions and write data/problems/03/mutants.json
  opinions       let all six roles look at every program
  loops          rewrite defective programs by what each arm says
  order          the same with all that is said in reverse order
  --out FOLDER   where the pieces are kept (default out/03-runs)
  --collect      put the pieces of a step together into data/results
  --help         this text

Examples
  deno task measure-evaluators opinions
  deno task measure-evaluators opinions --collect`;

/** The command. */
export const command: Command = {
  name: "measure-evaluators",
  summary: "run the study of paper 03: mutants, opinions, loops",
  usage: USAGE,
  run,
};

const STEPS = ["mutants", "opinions", "loops", "order"] as const;

/** A step whose pieces are collected into one file. */
type Collected = Exclude<typeof STEPS[number], "mutants">;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse("measure-evaluators", args, {
    out: { type: "string" },
    collect: { type: "boolean" },
  }, true);
  const step = STEPS.find((each) => each === positionals[0]);
  if (step === undefined || positionals.length > 1) {
    throw new UserError({
      what: "measure-evaluators",
      got: positionals.join(" ") || undefined,
      expected: `one step: ${STEPS.join(", ")}`,
    });
  }
  const folder = pathToFileURL(`${resolve((values["out"] as string) ?? "out/03-runs")}/`);
  if (step === "mutants") await draw();
  else if (values["collect"] === true) await collect(step, folder);
  else await measure(step, folder);
  return 0;
}

async function draw(): Promise<void> {
  await using sandbox = javascriptSandbox({ processes: availableParallelism() });
  const entries = await readCorpus(await readText(FUNCTIONS_FILE), sandbox);
  const sets = await drawAll(entries, sandbox);
  await writeWhole(MUTANTS_FILE, mutantsText(sets));
  const count = sets.reduce((sum, { mutants }) => sum + mutants.length, 0);
  console.error(`${count} mutants of ${sets.length} functions`);
}

/** Functions that a step works on: loops leave those for calibration out. */
async function namesFor(step: Collected): Promise<string[]> {
  return (await readMutants()).filter(({ half }) => step === "opinions" || half === "evaluation")
    .map(({ task }) => task);
}

async function measure(step: Collected, folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const total = step === "opinions" ? undefined : totalBudget(await loadOpinions());
  const arms = step === "order" ? REVERSED_ARMS : LOOP_ARMS;
  await using sandbox = javascriptSandbox();
  for (const name of await namesFor(step)) {
    await keepOnce(folder, `${step}_${name}.json`, async () => {
      const [study] = await readStudy(sandbox, [name]);
      return total === undefined
        ? await opinionsOf(study!, sandbox)
        : await loopsOf(study!, total, sandbox, { arms });
    });
  }
}

async function collect(step: Collected, folder: URL): Promise<void> {
  const pieces: unknown[] = [];
  const names = await namesFor(step);
  for (const name of names) {
    const piece = new URL(`${step}_${name}.json`, folder);
    if (await exists(piece)) pieces.push(...await readKept<unknown[]>(piece));
    else {
      throw new UserError({
        what: `measure-evaluators ${step} --collect`,
        got: `no piece for ${name}`,
        expected: `a piece for each of ${names.length} functions`,
        todo: `Run deno task measure-evaluators ${step} to the end first.`,
      });
    }
  }
  if (step === "opinions") {
    const opinions = pieces as JudgedProgram[];
    await writeWhole(OPINIONS_FILE, await opinionsText(opinions));
    await writeWhole(EXPLORED_FILE, exploredText(opinions));
  } else {
    const file = step === "loops" ? LOOPS_FILE : ORDER_FILE;
    await writeWhole(file, await loopsText(pieces as LoopResult[]));
  }
  console.error(`${names.length} functions collected`);
}
