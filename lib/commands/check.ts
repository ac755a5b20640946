/**
 * `deno task check`: everything that can be checked without running a notebook.
 *
 * @module
 */
import { checkProject, type CheckStage, printProblem } from "../kit/check/mod.ts";
import { parse } from "offprint/command_line.ts";
import type { Command } from "../kit/command.ts";
import { ROOT } from "../kit/project.ts";
import { ProgressLine } from "offprint/terminal.ts";

const USAGE = `deno task check

Finds mistakes in the project within seconds, without running a notebook:

  format, lint, types   of lib, kernels, bench, tests and notebooks, and of the ts blocks in *.md
  cells                 ids, parameters, names used before their cell or declared in two,
                        import.meta, Deno.exit, Deno.test, relative imports, cells that deno fmt
                        would merge
  pairs in step         NN-name.ipynb is what NN-name.ts builds, and no edit made in Jupyter is missing
  scripts               data/explorations and data/reader are what their sources give, and notebooks carry
                        the same
  links                 in *.md and in notebooks: files and headings exist
  references            no text refers to a document that readers of the project do not have
  claims                data/papers/*.json are valid, their claims are those of the notebooks,
                        and notebooks/00-start-here.ts is generated from them

On standard error stands a line for each stage as it ends, and on standard output what it found: each problem is one line,
"file:line: what, what to do". The last line is "N passed, N failed".
Exit code 1 when a check failed.

  --help   this text`;

export const command: Command = {
  name: "check",
  summary: "check format, lint, types, notebook pairs, links and claims; run no notebook",
  usage: USAGE,
  run: check,
};

async function check(args: string[]): Promise<number> {
  parse("check", args, {});
  const progress = new ProgressLine();
  const results = await checkProject(ROOT, (stage) => {
    progress.note(stageLine(stage));
    for (const problem of stage.problems) console.log(printProblem(problem));
  });
  const failed = results.filter(({ problems }) => problems.length > 0);
  if (failed.length > 0) console.log(`failed: ${failed.map(({ name }) => name).join(", ")}`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

function stageLine({ name, checks, problems, seconds }: CheckStage): string {
  const many = checks === 1 ? "" : ` (${checks})`;
  const outcome = problems.length === 0 ? "ok" : `${problems.length} to correct`;
  return `${name}${many}: ${outcome}, ${seconds.toFixed(1)} s`;
}
