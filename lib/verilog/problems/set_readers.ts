/**
 * The layouts of public problem sets: which files of a folder are a problem, and how its bench is run.
 *
 * @module
 */
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { namesIn } from "../tokens/names.ts";
import { headerOf } from "./problem.ts";
import { judgeWith, MISMATCHES, namedFor } from "./set_bench.ts";
import type { Found, Reader } from "./set_layout.ts";
import { readVerilogEvalLines } from "./verilog_eval_lines.ts";

/** The folders of RTLLM v2 that its problems are sorted into. */
const RTLLM_PARTS = ["Arithmetic", "Control", "Memory", "Miscellaneous"];

/** A reader for each layout. */
export const READERS: readonly Reader[] = [
  /** VGen: `prompt{1,2,3}_x.v` are header and comments, `tb_x.v` prints a last line, `answer_x.v` is right. */
  async ({ folder, names }, icarus) => {
    const prompts = names.filter((name) => /^prompt[123]_.*\.v$/.test(name)).sort();
    if (prompts.length === 0) return [];
    const bench = names.find((name) => /^tb_.*\.v$/.test(name));
    const answer = names.find((name) => /^answer_.*\.v$/.test(name));
    const name = folder.split("/").at(-1)!;
    const found = { benchmark: "VGen", place: folder, problems: [], skipped: [] };
    if (bench === undefined || answer === undefined) {
      return [{ ...found, skipped: [{ name, reason: "no tb_*.v or no answer_*.v" }] }];
    }
    const test = await text(folder, bench);
    const reference = namedFor(await text(folder, answer), test);
    const data = await dataOf(folder, names, test);
    const problems = await Promise.all(prompts.map(async (file) => {
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
          data,
        }),
      };
    }));
    return [{ ...found, problems }];
  },
  /** RTLLM: `design_description.txt`, `testbench.v`, `verified_*.v`. */
  async ({ folder, names }, icarus) => {
    if (!names.includes("design_description.txt")) return [];
    const path = folder.split("/");
    const name = path.at(-1)!;
    const verified = names.find((file) => /^verified_.*\.v$/.test(file));
    const benchmark = RTLLM_PARTS.includes(path.at(-3) ?? "") ? "RTLLM v2" : "RTLLM";
    const found = { benchmark, place: folder, problems: [], skipped: [] };
    if (!names.includes("testbench.v") || verified === undefined) {
      return [{ ...found, skipped: [{ name, reason: "no testbench.v or no verified_*.v" }] }];
    }
    const test = await text(folder, "testbench.v");
    const problem = {
      name,
      group: path.at(-2) ?? "",
      description: await text(folder, "design_description.txt"),
      names: [],
      header: "",
      // Some references are named `verified_x` where the bench asks for `x`.
      reference: namedFor(await text(folder, verified), test),
      judge: judgeWith(icarus, {
        text: test,
        right: /your design passed/i,
        generation: "2012",
        // Its makefiles give this to the files that have none of their own.
        timescale: "1ns/1ns",
        data: await dataOf(folder, names, test),
      }),
    };
    return [{ ...found, problems: [problem] }];
  },
  /** VerilogEval v2: `x_prompt.txt`, `x_test.sv` with the reference beside it in `x_ref.sv`; many in one folder. */
  async ({ folder, names }, icarus) => {
    const prompts = names.filter((name) => name.endsWith("_prompt.txt"));
    if (prompts.length === 0) return [];
    const part = /^dataset_(.+)$/.exec(folder.split("/").at(-1)!)?.[1];
    const found: Found = {
      benchmark: part === undefined ? "VerilogEval" : `VerilogEval ${part}`,
      place: folder,
      problems: [],
      skipped: [],
    };
    for (const file of prompts) {
      const name = file.slice(0, -"_prompt.txt".length);
      if (!names.includes(`${name}_test.sv`) || !names.includes(`${name}_ref.sv`)) {
        found.skipped.push({ name, reason: "no _test.sv or no _ref.sv" });
        continue;
      }
      const reference = await text(folder, `${name}_ref.sv`);
      const bench = `${await text(folder, `${name}_test.sv`)}\n${reference}`;
      const asked = names.includes(`${name}_ifc.txt`) ? await text(folder, `${name}_ifc.txt`) : "";
      found.problems.push({
        name,
        group: "",
        description: await text(folder, file),
        names: namesIn(asked),
        header: asked === "" ? "" : headerOf(asked),
        reference: reference.replace(/\bRefModule\b/g, "TopModule"),
        judge: judgeWith(icarus, {
          text: bench,
          ...MISMATCHES,
          data: await dataOf(folder, names, bench),
        }),
      });
    }
    return [found];
  },
  readVerilogEvalLines,
];

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

function text(folder: string, name: string): Promise<string> {
  return readText(join(folder, name));
}
