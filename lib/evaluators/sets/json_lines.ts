/**
 * Files of problems in JSON lines: HumanEval's `HumanEval.jsonl`, and LeetCodeHard's, whose tests are assertions without a function
 * around them.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { parseSyntax, textOf, walk } from "offprint/syntax/mod.ts";
import type { Example } from "../records/contract.ts";

import { assertionTests } from "./python_tests.ts";
import type { LeftOut, SetProblem } from "./set_problem.ts";

const rowSchema = z.object({
  task_id: z.union([z.string(), z.number()]).transform(String),
  prompt: z.string().min(1),
  entry_point: z.string().exactOptional(),
  canonical_solution: z.string().nullable().exactOptional(),
  test: z.string(),
});

/** Names that the paper's released code imports before every program. */
const TYPING = "from typing import *\n";

/**
 * Reads one problem a line; empty lines are passed over.
 *
 * @throws {UserError} for a line that is no problem of this kind; it names the line.
 */
export async function readJsonLines(
  text: string,
  { file, set }: { file: string; set: string },
): Promise<{ problems: SetProblem[]; leftOut: LeftOut[] }> {
  const problems: SetProblem[] = [], leftOut: LeftOut[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const row = checkedJson(rowSchema, line, { what: `${file}: line ${at + 1}` });
    const entry = row.entry_point ?? await entryOf(row.test, row.prompt);
    if (entry === undefined) {
      leftOut.push({ id: row.task_id, reason: "no function whose name could be found" });
      continue;
    }
    const tests = await assertionTests(row.test, entry);
    if (tests === undefined) {
      leftOut.push({ id: row.task_id, reason: "its tests do not parse, or assert nothing" });
      continue;
    }
    const solution = row.canonical_solution ?? undefined;
    problems.push({
      task: {
        id: row.task_id,
        language: "python",
        statement: row.prompt,
        entry,
        examples: doctests(row.prompt, entry),
        exponent: 9,
        input: "",
        relations: {},
        prelude: await preludeOf(row.prompt, entry),
        source: set,
        licence: "as in the user's folder",
        ...tests,
      },
      ...(solution === undefined ? {} : { reference: whole(row.prompt, solution, entry) }),
    });
  }
  return { problems, leftOut };
}

/** A solution is the rest of its prompt, or a program of its own. */
function whole(prompt: string, solution: string, entry: string): string {
  return new RegExp(`^(?:async )?def ${entry}\\b`, "m").test(solution)
    ? solution
    : prompt + solution;
}

/** The function that an assertion calls first, or the last one that the prompt begins. */
async function entryOf(test: string, prompt: string): Promise<string | undefined> {
  const tree = await parseSyntax("python", test);
  for (const node of walk(tree.root)) {
    if (node.kind !== "assert_statement") continue;
    const call = [...walk(node)].find(({ kind }) => kind === "call");
    const name = call?.children[0];
    if (name?.kind === "identifier" && textOf(tree, name) !== "candidate") {
      return textOf(tree, name);
    }
  }
  return [...prompt.matchAll(/^def (\w+)\s*\(/gm)].at(-1)?.[1];
}

/** What a prompt has before its function: imports, and functions that the program may call. */
async function preludeOf(prompt: string, entry: string): Promise<string> {
  const at = prompt.search(new RegExp(`^def ${entry}\\s*\\(`, "m"));
  const before = at < 0 ? "" : prompt.slice(0, at);
  return (await parseSyntax("python", before)).hasError ? TYPING : TYPING + before;
}

/** Calls with their values that stand in a docstring, on one line each. */
function doctests(prompt: string, entry: string): Example[] {
  const pattern = new RegExp(`^\\s*>>> ${entry}\\((.*)\\)\\s*\\n\\s*(?!>>>)(\\S.*)$`, "gm");
  return [...prompt.matchAll(pattern)].filter(([, , value]) => !/^("""|''')/.test(value!))
    .map(([, args, value]) => ({ args: [args!], expected: value!.trim() }));
}
