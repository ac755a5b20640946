/**
 * Public problem sets, read from where they were put: VGen, RTLLM v1 and v2, VerilogEval v1 and v2, each in the
 * layout of its repository. Their benches are behavioural, so Icarus runs them.
 *
 * @module
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { systemError } from "offprint/system_errors.ts";
import type { Icarus } from "../tools/icarus.ts";
import type { Problem } from "./problem.ts";
import type { Files, Found } from "./set_layout.ts";
import { READERS } from "./set_readers.ts";

/** A set as found. */
export interface ProblemSet {
  /** Its name, with the version or part where there are several: `VGen`, `RTLLM v2`, `VerilogEval spec-to-rtl`. */
  set: string;
  problems: Problem[];
  /** What looks like a problem and is none, and why. */
  skipped: { name: string; reason: string }[];
}

/**
 * Reads every problem below a folder, or of one file of VerilogEval v1, in the order of their names.
 *
 * @throws {UserError} when there is no problem of a known layout in it, or there are several benchmarks.
 */
export async function readProblemSet(path: string, icarus: Icarus): Promise<ProblemSet> {
  const root = resolve(path);
  const found: Found[] = [];
  for (const files of await filesOf(root)) {
    for (const read of READERS) found.push(...await read(files, icarus));
  }
  const skipped = found.flatMap((each) => each.skipped);
  const full = found.filter(({ problems }) => problems.length > 0);
  if (full.length === 0) {
    const [first] = skipped;
    throw new UserError({
      what: path,
      got: new Described(
        first === undefined
          ? "no problem"
          : `no problem that is whole (${first.name}: ${first.reason})`,
      ),
      expected: "a folder with VGen (prompt1_*.v, tb_*.v), RTLLM (design_description.txt, " +
        "testbench.v) or VerilogEval (*_prompt.txt, *_test.sv, or VerilogEval_*.jsonl)",
    });
  }
  const sets = Map.groupBy(full, ({ benchmark }) => benchmark);
  if (sets.size > 1) {
    const places = [...sets.values()].map((each) => relative(root, shared(each)) || ".").sort();
    throw new UserError({
      what: path,
      got: new Described(`several benchmarks (${[...sets.keys()].sort().join(", ")})`),
      expected: `one of them: ${places.join(", ")}`,
      todo: "Give that folder or file.",
    });
  }
  return {
    set: full[0]!.benchmark,
    problems: keptApart(full, root).sort((a, b) => a.name < b.name ? -1 : 1),
    skipped,
  };
}

/** The innermost folder or file that holds all places. */
function shared(found: readonly Found[]): string {
  let [{ place }] = found as [Found];
  while (!found.every((each) => `${each.place}/`.startsWith(`${place}/`))) place = dirname(place);
  return place;
}

/** Problems of one name get the folders in front that their own lie in. */
function keptApart(found: readonly Found[], root: string): Problem[] {
  const all = found.flatMap(({ place, problems }) =>
    problems.map((problem) => ({ place, problem }))
  );
  const times = Map.groupBy(all, ({ problem }) => problem.name);
  return all.map(({ place, problem }) =>
    times.get(problem.name)!.length === 1
      ? problem
      : { ...problem, name: `${dirname(relative(root, place))}/${problem.name}` }
  );
}

/** The folders below a path with their files; of a file, its folder with that file alone. */
async function filesOf(root: string): Promise<Files[]> {
  const found: Files[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    let entries: Deno.DirEntry[];
    try {
      entries = await Array.fromAsync(Deno.readDir(folder));
    } catch (error) {
      if (depth > 0) return;
      throw systemError(error) ?? error;
    }
    const names = entries.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
    if (names.length > 0) found.push({ folder, names });
    for (const { name, isDirectory } of entries) {
      if (isDirectory && !name.startsWith(".") && depth < DEEPEST) {
        await visit(join(folder, name), depth + 1);
      }
    }
  };
  if (await Deno.stat(root).then(({ isFile }) => isFile, () => false)) {
    return [{ folder: dirname(root), names: [basename(root)] }];
  }
  await visit(root, 0);
  return found;
}

/** Folders below the given one that are looked into. */
const DEEPEST = 5;
