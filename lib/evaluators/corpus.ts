/**
 * Reading tasks from a Markdown file, and making their hidden tests.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { literalOf, type SandboxPool } from "offprint/sandbox/mod.ts";
import { type Task, taskSchema } from "./records/contract.ts";
import { INPUT_PRELUDE, splitList } from "./programs/inputs.ts";

const sectionSchema = z.strictObject({
  examples: z.array(z.tuple([z.array(z.unknown()), z.unknown()])).min(2),
  edge: z.array(z.array(z.unknown())),
  input: z.string(),
  exponent: z.number().nonnegative(),
  relations: z.record(z.string(), z.string()),
  defect: z.tuple([z.string(), z.string()]).exactOptional(),
});

/** A task with its reference, and the defective line that it has elsewhere, if it is known. */
export interface CorpusEntry {
  task: Task;
  reference: string;
  /** The reference with its one ported defect. */
  ported?: string;
}

/** Hidden tests of a task, edge cases among them. */
const HIDDEN_TESTS = 12;
/** Sizes of the others, in turn. */
const SIZES = [3, 0, 5, 7, 1, 9, 4, 6, 2, 10, 8, 11];

/**
 * Reads the tasks of a Markdown file: a heading, a statement, data in JSON and a reference for each. Hidden tests are
 * the edge cases and made inputs; their values are what the reference gives.
 *
 * @throws {UserError} for a section that lacks a part, or a reference that fails its own public examples.
 */
export async function readCorpus(
  markdown: string,
  sandbox: SandboxPool,
  what = "the corpus",
): Promise<CorpusEntry[]> {
  const sections = markdown.split(/^## /m).slice(1);
  return await Promise.all(sections.map((section) => readSection(section, sandbox, what)));
}

async function readSection(
  section: string,
  sandbox: SandboxPool,
  file: string,
): Promise<CorpusEntry> {
  const parts = section.match(/^(\w+)\n\n([^]*?)\n\n```json\n([^]*?)\n```\n\n```js\n([^]*?)\n```/);
  if (parts === null) {
    throw new UserError({
      what: file,
      got: section.split("\n")[0],
      expected: "a heading with one name, a statement, a json block and a js block",
    });
  }
  const [, entry, statement, json, reference] = parts as unknown as string[];
  const what = `${file}: ${entry}`;
  const data = checkedJson(sectionSchema, json!, { what });
  const { calls, status, message } = await sandbox.run({
    prelude: INPUT_PRELUDE,
    code:
      `${reference}\nfunction __make(size, seed) { return (${data.input})(size, __random(seed)); }`,
    calls: [
      ...data.examples.map(([args]) => ({ entry: entry!, args: args.map(literalOf) })),
      ...SIZES.map((size, at) => ({ entry: "__make", args: [String(size), String(7 + at)] })),
    ],
  });
  if (status !== "ran") {
    throw new UserError({ what, got: message ?? status, expected: "a reference that can be run" });
  }
  data.examples.forEach(([args, expected], at) => {
    const { value, status, message } = calls[at]!;
    if (value === literalOf(expected)) return;
    throw new UserError({
      what,
      got: new Described(`${value ?? message ?? status} for ${args.map(literalOf).join(", ")}`),
      expected: `${literalOf(expected)}, as its own example says`,
    });
  });
  const made = calls.slice(data.examples.length).map(({ value }) => splitList(value ?? "[]"));
  const known = new Set<string>();
  const inputs = [...data.edge.map((args) => args.map(literalOf)), ...made].filter((args) => {
    const key = args.join();
    return !known.has(key) && known.add(key);
  }).slice(0, Math.max(HIDDEN_TESTS, data.edge.length));
  const values = await sandbox.run({
    code: reference!,
    calls: inputs.map((args) => ({ entry: entry!, args })),
  });
  const hiddenTests = inputs.map((args, at) => {
    const { value, status, message } = values.calls[at]!;
    if (value !== undefined) return { args, expected: value };
    throw new UserError({
      what,
      got: new Described(`${message ?? status} for ${args.join(", ")}`),
      expected: "a value from the reference solution for each hidden test",
    });
  });
  const task: Task = {
    id: entry!,
    language: "javascript",
    statement: statement!,
    entry: entry!,
    examples: data.examples.map(([args, expected]) => ({
      args: args.map(literalOf),
      expected: literalOf(expected),
    })),
    hiddenTests,
    exponent: data.exponent,
    input: data.input,
    relations: data.relations,
    source: data.defect === undefined ? "own" : "own, defect as in QuixBugs",
    licence: "MIT",
  };
  taskSchema.parse(task);
  const [line, defect] = data.defect ?? [];
  if (line !== undefined && !reference!.includes(line)) {
    throw new UserError({
      what,
      got: line,
      expected: "a defect whose line occurs in the reference solution",
    });
  }
  return {
    task,
    reference: reference!,
    ...(line === undefined ? {} : { ported: reference!.replace(line, () => defect!) }),
  };
}
