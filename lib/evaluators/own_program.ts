/**
 * A user's own function as something to be examined: a JavaScript or TypeScript file, and what is known about it.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { literalOf, withoutTypes } from "offprint/sandbox/mod.ts";
import { parseSyntax } from "offprint/syntax/mod.ts";
import { functionsOf } from "./programs/names.ts";
import type { PublicTask } from "./records/contract.ts";

const taskFileSchema = z.strictObject({
  statement: z.string().exactOptional(),
  /** Pairs of a list of arguments and the value. */
  examples: z.array(z.tuple([z.array(z.unknown()), z.unknown()])).exactOptional(),
  /** A function of a size and a source of whole numbers that makes arguments. */
  input: z.string().exactOptional(),
  exponent: z.number().nonnegative().exactOptional(),
  relations: z.record(z.string(), z.string()).exactOptional(),
});

/** A function to be examined. */
export interface OwnProgram {
  task: PublicTask;
  /** JavaScript, every character at the place that it has in the file. */
  text: string;
}

/** What is known about the function. */
export interface OwnProgramOptions {
  /** The file's name, for messages; one that ends in `.ts` has types. */
  file: string;
  /** Which function; by default the first one with a name. */
  entry?: string;
  /** The text of a JSON file with examples and more. Without it the roles that run programs have nothing to run. */
  taskText?: string;
  taskFile?: string;
}

/**
 * Reads a function and what is known about it. Types and `export` are blanked out. A text with a syntax error is taken:
 * saying so is the roles' business.
 *
 * @throws {UserError} for TypeScript that cannot be made JavaScript, a text without such a function, and a wrong task file.
 */
export async function readOwnProgram(
  source: string,
  { file, entry, taskText, taskFile = "the task" }: OwnProgramOptions,
): Promise<OwnProgram> {
  const text = (await javascriptOf(source, file))
    .replaceAll(/^export(?: default)?(?= )/gm, (word) => " ".repeat(word.length));
  const tree = await parseSyntax("javascript", text);
  const names = functionsOf(tree).flatMap(({ name }) => name ?? []);
  const chosen = entry ?? names[0];
  if (chosen === undefined || !names.includes(chosen) && !tree.hasError) {
    throw new UserError({
      what: file,
      got: new Described(names.length === 0 ? "no function with a name" : names.join(", ")),
      expected: entry === undefined ? "function NAME(…) { … }" : `a function ${entry}`,
    });
  }
  const known = taskText === undefined
    ? {}
    : checkedJson(taskFileSchema, taskText, { what: taskFile });
  return {
    text,
    task: {
      id: chosen,
      language: "javascript",
      statement: known.statement ?? "",
      entry: chosen,
      examples: (known.examples ?? []).map(([args, expected]) => ({
        args: args.map(literalOf),
        expected: literalOf(expected),
      })),
      exponent: known.exponent ?? DECLARED_NOTHING,
      input: known.input ?? "",
      relations: known.relations ?? {},
      source: file,
      licence: "the user's",
    },
  };
}

/** Growth of work that any program stays below. */
const DECLARED_NOTHING = 9;

/** Deeper code is not handed to what erases types: it recurses, and would end our process. */
const DEEPEST_TYPESCRIPT = 300;

async function javascriptOf(source: string, file: string): Promise<string> {
  if (!file.endsWith(".ts")) return source;
  // In broken code the tree is flat where the brackets are deep.
  const depth = Math.max(openBrackets(source), (await parseSyntax("typescript", source)).depth);
  if (depth > DEEPEST_TYPESCRIPT) {
    throw new UserError({
      what: file,
      got: new Described(`code that is nested ${depth} levels deep`),
      expected: `at most ${DEEPEST_TYPESCRIPT} levels`,
    });
  }
  try {
    return withoutTypes(source);
  } catch (error) {
    throw new UserError({
      what: file,
      got: new Described(messageOf(error)),
      expected: "TypeScript whose types can be erased",
    });
  }
}

/** The most brackets that are open at one place, those in texts and comments among them. */
function openBrackets(source: string): number {
  let open = 0, most = 0;
  for (const character of source) {
    if ("([{".includes(character)) most = Math.max(most, ++open);
    else if (")]}".includes(character)) open = Math.max(0, open - 1);
  }
  return most;
}
