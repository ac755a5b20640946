/**
 * VerilogEval v1: a file of problems with one JSON object a line (`data/VerilogEval_Human.jsonl`), and beside it
 * a file of descriptions by the same ids (`descriptions/VerilogDescription_Human.jsonl`).
 *
 * @module
 */
import { basename, join } from "node:path";
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { messageOf } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import type { Icarus } from "../tools/icarus.ts";
import { namesIn } from "../tokens/names.ts";
import { headerOf } from "./problem.ts";
import { judgeWith, MISMATCHES } from "./set_bench.ts";
import type { Files, Found } from "./set_layout.ts";

const problemSchema = z.object({
  task_id: z.string(),
  /** The header of `top_module`, and how its body may go on. */
  prompt: z.string(),
  canonical_solution: z.string(),
  /** The bench, with the reference in it as `reference_module`. */
  test: z.string(),
});

const descriptionSchema = z.object({ task_id: z.string(), detail_description: z.string() });

/** Every file of problems in a folder. */
export async function readVerilogEvalLines(
  { folder, names }: Files,
  icarus: Icarus,
): Promise<Found[]> {
  const files = names.filter((name) => /Eval(?:_\w+)?\.jsonl$/.test(name));
  return await Promise.all(files.map((file) => readFile(folder, file, icarus)));
}

async function readFile(folder: string, file: string, icarus: Icarus): Promise<Found> {
  const place = join(folder, file);
  const found: Found = {
    benchmark: `VerilogEval v1 ${file.replace(/^VerilogEval_|\.jsonl$/g, "")}`,
    place,
    problems: [],
    skipped: [],
  };
  const left = (name: string, reason: string) => found.skipped.push({ name, reason });
  const described = await descriptionsFor(folder, file, left);
  const seen = new Set<string>();
  for (const [at, row] of rowsOf(problemSchema, await readText(place), file, left)) {
    const { task_id: name, prompt, canonical_solution: body, test } = row;
    const description = described?.get(name);
    if (seen.has(name)) left(name, `line ${at}: its task_id occurs a second time`);
    else if (description === undefined) {
      left(name, `no description: ${descriptionFile(file)} with this task_id is not near ${file}`);
    } else {
      found.problems.push({
        name,
        group: "",
        description,
        names: namesIn(prompt),
        header: headerOf(prompt),
        reference: `${prompt}${body}`,
        judge: judgeWith(icarus, { text: test, ...MISMATCHES }),
      });
    }
    seen.add(name);
  }
  return found;
}

/** `VerilogEval_Human.jsonl` is described in `VerilogDescription_Human.jsonl`. */
function descriptionFile(file: string): string {
  return file.replace(/Eval(?=_|\.)/, "Description");
}

/** Descriptions by id; nothing where there is no file of them where the repository has it. */
async function descriptionsFor(
  folder: string,
  file: string,
  left: (name: string, reason: string) => void,
): Promise<Map<string, string> | undefined> {
  const name = descriptionFile(file);
  const places = [".", "..", "descriptions", "../descriptions"].map((each) => join(folder, each));
  const names = [name, name.replace(/\.jsonl$/, "s.jsonl")];
  for (const path of places.flatMap((place) => names.map((each) => join(place, each)))) {
    if (!await exists(path)) continue;
    const rows = rowsOf(descriptionSchema, await readText(path), basename(path), left);
    return new Map(rows.map(([, row]) => [row.task_id, row.detail_description.trim()]));
  }
  return undefined;
}

/** The lines that are what they should be, with their numbers; the others are left out with the reason. */
function rowsOf<T>(
  schema: z.ZodType<T>,
  text: string,
  file: string,
  left: (name: string, reason: string) => void,
): [number, T][] {
  const rows: [number, T][] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const what = `${file}, line ${at + 1}`;
    try {
      rows.push([at + 1, checkedJson(schema, line, { what })]);
    } catch (error) {
      left(what, messageOf(error).replace(`${what}: `, ""));
    }
  }
  return rows;
}
