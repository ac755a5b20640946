/**
 * The experiments of a paper, found by its notebook.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import { describeExperiments, type ExperimentDescription } from "offprint/sweeps/mod.ts";
import { notebookIds } from "../pairs/mod.ts";
import { ROOT } from "../project.ts";

/** The folder of notebooks, and the name of the module that holds a paper's experiments. */
const NOTEBOOKS = join(ROOT, "notebooks");

/**
 * The module with the experiments of a notebook's paper, as it is imported: the file `experiments.ts` in the paper's room, which is
 * the first that the notebook imports from. Nothing where there is none.
 */
async function experimentsModule(id: string): Promise<string | undefined> {
  const source = await readText(join(NOTEBOOKS, `${id}.ts`));
  for (const [, room] of source.matchAll(/"offprint\/papers\/([a-z_]+)\//g)) {
    if (await exists(join(ROOT, "lib", "papers", room!, "experiments.ts"))) {
      return `offprint/papers/${room}/experiments.ts`;
    }
  }
  return undefined;
}

/**
 * The module and the description of one experiment of a notebook's paper.
 *
 * @throws {UserError} where the paper has no experiments, or none of this name.
 */
export async function findExperiment(
  id: string,
  name: string,
): Promise<{ module: string; experiment: ExperimentDescription }> {
  const module = await experimentsModule(id);
  const known = module === undefined ? new Map() : await describeExperiments(module);
  const experiment = known.get(name);
  if (module !== undefined && experiment !== undefined) return { module, experiment };
  throw new UserError({
    what: "--experiment",
    got: known.size === 0 ? new Described(`${name} of ${id}, which has no experiments`) : name,
    expected: known.size === 0
      ? "a paper with experiments"
      : `an experiment of ${id}: ${[...known.keys()].join(", ")}`,
    todo: `See deno task sweep ${id.slice(0, 2)} --help.`,
  });
}

/** All experiments of some notebooks, or of all, with their parameters: what `--help` prints. */
export async function experimentsText(ids?: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const id of ids ?? await notebookIds(NOTEBOOKS)) {
    const module = await experimentsModule(id);
    if (module === undefined) continue;
    for (const experiment of (await describeExperiments(module)).values()) {
      parts.push(`${id.slice(0, 2)} ${experiment.name}: ${experiment.summary}`);
      const rows = experiment.parameters.map((parameter) => [
        parameter.name,
        parameter.type,
        parameter.default ?? (parameter.optional ? "" : "must be given"),
        parameter.unit ?? "",
        parameter.summary,
      ]);
      const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]!.length)));
      for (const row of rows) {
        parts.push(
          `     ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd(),
        );
      }
    }
  }
  return parts.length === 0 ? "none" : parts.join("\n");
}
