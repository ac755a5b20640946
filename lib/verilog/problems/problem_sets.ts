/**
 * Public problem sets, read from a folder where they were put: VGen, RTLLM and VerilogEval v2, each in the
 * layout of its repository. Their benches are behavioural, so Icarus runs them.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import type { Icarus } from "../tools/icarus.ts";
import { namesIn } from "../language/names.ts";
import { headerOf, type Problem } from "./problem.ts";
import { judgeWith, namedFor } from "./set_bench.ts";

/** The sets that are known. */
export type ProblemSetName = "VGen" | "RTLLM" | "VerilogEval";

/** A set as found. */
export interface ProblemSet {
  set: ProblemSetName;
  problems: Problem[];
  /** Folders that look like problems and are none, and why. */
  skipped: { name: string; reason: string }[];
}

/** The files of a problem, before it is known what they are. */
interface Files {
  folder: string;
  names: string[];
}

/**
 * Reads every problem below `folder`, in the order of their names.
 *
 * @throws {UserError} when there is no problem of a known layout in it.
 */
export async function readProblemSet(folder: string, icarus: Icarus): Promise<ProblemSet> {
  const folders = await foldersOf(folder);
  for (const [set, read] of Object.entries(READERS) as [ProblemSetName, Reader][]) {
    const skipped: ProblemSet["skipped"] = [];
    const problems: Problem[] = [];
    const places: string[] = [];
    for (const files of folders) {
      const found = await read(files, icarus, skipped);
      for (const problem of found) problems.push(problem);
      for (const _ of found) places.push(relative(folder, files.folder));
    }
    if (problems.length === 0) continue;
    keepApart(folder, set, problems, places);
    problems.sort((a, b) => a.name < b.name ? -1 : 1);
    return { set, problems, skipped };
  }
  throw new UserError({
    what: folder,
    got: new Described("no problem"),
    expected: "a folder with VGen (prompt1_*.v, tb_*.v), RTLLM (design_description.txt, " +
      "testbench.v) or VerilogEval (*_prompt.txt, *_test.sv)",
  });
}

/** Problems of one name get their folders in front; of VerilogEval's two benchmarks one has to be chosen. */
function keepApart(
  folder: string,
  set: ProblemSetName,
  problems: Problem[],
  places: readonly string[],
): void {
  const times = new Map<string, number>();
  for (const { name } of problems) times.set(name, (times.get(name) ?? 0) + 1);
  if (times.size === problems.length) return;
  if (set === "VerilogEval") {
    throw new UserError({
      what: folder,
      got: new Described(`several benchmarks with problems of the same names`),
      expected: `one of its folders: ${[...new Set(places)].sort().join(", ")}`,
      todo: "Give that folder.",
    });
  }
  problems.forEach((problem, i) => {
    if (times.get(problem.name)! > 1) problem.name = `${dirname(places[i]!)}/${problem.name}`;
  });
}

type Reader = (
  files: Files,
  icarus: Icarus,
  skipped: ProblemSet["skipped"],
) => Promise<Problem[]>;

const READERS: Record<ProblemSetName, Reader> = {
  /** `prompt{1,2,3}_x.v` are header and comments, `tb_x.v` prints a last line, `answer_x.v` is right. */
  async VGen({ folder, names }, icarus, skipped) {
    const prompts = names.filter((name) => /^prompt[123]_.*\.v$/.test(name)).sort();
    if (prompts.length === 0) return [];
    const bench = names.find((name) => /^tb_.*\.v$/.test(name));
    const answer = names.find((name) => /^answer_.*\.v$/.test(name));
    const name = folder.split("/").at(-1)!;
    if (bench === undefined || answer === undefined) {
      skipped.push({ name, reason: "no tb_*.v or no answer_*.v" });
      return [];
    }
    const test = await text(folder, bench);
    const reference = namedFor(await text(folder, answer), test);
    return await Promise.all(prompts.map(async (file) => {
      const prompt = await text(folder, file);
      return {
        name: `${name}/${file.slice(0, 7)}`,
        group: name.replace(/\d+$/, ""),
        description: prompt,
        names: namesIn(prompt),
        header: headerOf(prompt),
        reference,
        judge: judgeWith(icarus, {
          text: test,
          right: /all tests passed/i,
          generation: "2005",
          data: await dataOf(folder, names, test),
        }),
      };
    }));
  },
  /** `design_description.txt`, `testbench.v`, `verified_*.v`. */
  async RTLLM({ folder, names }, icarus, skipped) {
    if (!names.includes("design_description.txt")) return [];
    const name = folder.split("/").at(-1)!;
    const verified = names.find((file) => /^verified_.*\.v$/.test(file));
    if (!names.includes("testbench.v") || verified === undefined) {
      skipped.push({ name, reason: "no testbench.v or no verified_*.v" });
      return [];
    }
    const test = await text(folder, "testbench.v");
    // Some references are named `verified_x` where the bench asks for `x`.
    const reference = namedFor(await text(folder, verified), test);
    return [{
      name,
      group: folder.split("/").at(-2) ?? "",
      description: await text(folder, "design_description.txt"),
      names: [],
      header: "",
      reference,
      judge: judgeWith(icarus, {
        text: test,
        right: /your design passed/i,
        generation: "2012",
        data: await dataOf(folder, names, test),
      }),
    }];
  },
  /** `x_prompt.txt`, `x_test.sv` with the reference beside it in `x_ref.sv`; many in one folder. */
  async VerilogEval({ folder, names }, icarus, skipped) {
    const problems: Problem[] = [];
    for (const file of names.filter((name) => name.endsWith("_prompt.txt"))) {
      const name = file.slice(0, -"_prompt.txt".length);
      if (!names.includes(`${name}_test.sv`) || !names.includes(`${name}_ref.sv`)) {
        skipped.push({ name, reason: "no _test.sv or no _ref.sv" });
        continue;
      }
      const reference = await text(folder, `${name}_ref.sv`);
      const bench = `${await text(folder, `${name}_test.sv`)}\n${reference}`;
      const asked = names.includes(`${name}_ifc.txt`) ? await text(folder, `${name}_ifc.txt`) : "";
      problems.push({
        name,
        group: "",
        description: await text(folder, file),
        names: namesIn(asked),
        header: asked === "" ? "" : headerOf(asked),
        reference: reference.replace(/\bRefModule\b/g, "TopModule"),
        judge: judgeWith(icarus, {
          text: bench,
          right: /^Mismatches: 0 in [1-9]\d* samples/m,
          generation: "2012",
          data: await dataOf(folder, names, bench),
        }),
      });
    }
    return problems;
  },
};

async function foldersOf(root: string): Promise<Files[]> {
  const found: Files[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    let entries: Deno.DirEntry[];
    try {
      entries = await Array.fromAsync(Deno.readDir(folder));
    } catch (error) {
      if (depth > 0) return;
      throw new UserError({
        what: root,
        got: error instanceof Error ? error.name : error,
        expected: "a folder that can be read",
      });
    }
    const names = entries.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
    if (names.length > 0) found.push({ folder, names });
    for (const { name, isDirectory } of entries) {
      if (isDirectory && !name.startsWith(".") && depth < DEEPEST) {
        await visit(join(folder, name), depth + 1);
      }
    }
  };
  await visit(root, 0);
  return found;
}

/** Folders below the given one that are looked into. */
const DEEPEST = 5;

/** The files beside a bench that it speaks of. */
async function dataOf(
  folder: string,
  names: readonly string[],
  bench: string,
): Promise<Record<string, string>> {
  const data: Record<string, string> = {};
  for (const name of names) {
    if (/\.s?vh?$/.test(name) || !bench.includes(`${name}"`)) continue;
    data[name] = await text(folder, name);
  }
  return data;
}

async function text(folder: string, name: string): Promise<string> {
  return new TextDecoder().decode(await Deno.readFile(join(folder, name)));
}
