/**
 * Held-out designs asked for in a person's words instead of templates.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { Problem } from "offprint/verilog/problems/mod.ts";

const fileSchema = z.strictObject({
  title: z.string(),
  licence: z.string(),
  problems: z.array(z.strictObject({ name: z.string(), text: z.string().min(1) })).min(1),
});

const PROBLEMS_FILE = new URL("../../../../data/problems/07-natural.json", import.meta.url);

/**
 * The problems of `data/problems/07-natural.json`: each is one of `problems` with other words.
 *
 * @throws {UserError} when a problem of the file is not among them, or the file is malformed.
 */
export async function naturalProblems(problems: readonly Problem[]): Promise<Problem[]> {
  const asked = checkedJson(fileSchema, await readText(PROBLEMS_FILE), {
    what: "data/problems/07-natural.json",
  });
  const byName = new Map(problems.map((problem) => [problem.name, problem]));
  return asked.problems.map(({ name, text }) => {
    const problem = byName.get(name);
    if (problem === undefined) {
      throw new UserError({
        what: "data/problems/07-natural.json",
        got: name,
        expected: "the name of a problem with held-out parameters",
      });
    }
    return { ...problem, description: text };
  });
}
