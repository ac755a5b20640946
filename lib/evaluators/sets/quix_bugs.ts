/**
 * QuixBugs: a folder of defective Python programs, one of the right ones, and one with tests in JSON.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { ifThere, readText } from "offprint/files.ts";
import { parseSyntax, textOf } from "offprint/syntax/mod.ts";

import { pythonLiteral, valueTests } from "./python_tests.ts";
import type { LeftOut, SetProblem } from "./set_problem.ts";

const pairSchema = z.tuple([z.unknown(), z.unknown()]);

/** Where each part lies in the folder. */
export const QUIX_FOLDERS = {
  defective: "python_programs",
  right: "correct_python_programs",
  tests: "json_testcases",
} as const;

/**
 * Reads all programs of the folder that have tests in JSON. The first test is public, the others are hidden; those that need
 * a graph have Python tests alone and are left out.
 *
 * @throws {UserError} for a file of tests that is none.
 */
export async function readQuixBugs(
  folder: string,
): Promise<{ problems: SetProblem[]; leftOut: LeftOut[] }> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(join(folder, QUIX_FOLDERS.defective))) {
    if (isFile && /^[a-z]\w*\.py$/i.test(name) && !/_test\.py$/.test(name)) {
      names.push(name.slice(0, -3));
    }
  }
  const problems: SetProblem[] = [], leftOut: LeftOut[] = [];
  for (const name of names.sort()) {
    const file = join(folder, QUIX_FOLDERS.tests, `${name}.json`);
    const [defective, right, tests] = await Promise.all([
      readText(join(folder, QUIX_FOLDERS.defective, `${name}.py`)),
      ifThere(readText(join(folder, QUIX_FOLDERS.right, `${name}.py`))),
      ifThere(readText(file)),
    ]);
    if (tests === undefined || right === undefined) {
      const lacks = right === undefined ? "no right program" : "no tests in JSON";
      leftOut.push({ id: name, reason: lacks });
      continue;
    }
    const pairs = tests.split(/\r?\n/).flatMap((line, at) => {
      if (line.trim() === "") return [];
      const [args, value] = checkedJson(pairSchema, line, { what: `${file}: line ${at + 1}` });
      return [{ args: Array.isArray(args) ? args : [args], value }];
    });
    if (pairs.length < 2) {
      leftOut.push({ id: name, reason: "fewer than two tests" });
      continue;
    }
    const [{ code, statement }, reference] = await Promise.all([apart(defective), apart(right)]);
    const [shown, ...hidden] = pairs as [typeof pairs[0], ...typeof pairs];
    problems.push({
      task: {
        id: name,
        language: "python",
        statement: statement || reference.statement || `The function ${name}.`,
        entry: name,
        examples: [{
          args: shown.args.map(pythonLiteral),
          expected: pythonLiteral(shown.value),
        }],
        exponent: 9,
        input: "",
        relations: {},
        source: "QuixBugs",
        licence: "as in the user's folder",
        ...valueTests(hidden, name),
      },
      start: code,
      reference: reference.code,
    });
  }
  return { problems, leftOut };
}

/** A program without the text that describes it, and that text. */
async function apart(source: string): Promise<{ code: string; statement: string }> {
  const tree = await parseSyntax("python", source);
  const node = tree.root.children.find(({ kind, children }) =>
    kind === "expression_statement" && children[0]?.kind === "string"
  );
  if (node === undefined) return { code: source.trim(), statement: "" };
  return {
    code: (source.slice(0, node.start) + source.slice(node.end)).trim(),
    statement: textOf(tree, node).replaceAll(/^\w*("""|'''|"|')|("""|'''|"|')$/g, "").trim(),
  };
}
