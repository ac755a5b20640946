/**
 * The parameters cell of a notebook: typed constants that `--set name=value` can change. Only
 * declarations of this form stand in it, so that it can be read without running it. Tags of a comment
 * say which numbers are taken (see `parameter_limits.ts`).
 *
 * ```ts
 * /** which sample sizes to use *\/
 * const profile: "quick" | "full" = "quick";
 * /** texts that are drawn @range 1 to 1000 *\/
 * const texts: number = 100;
 * ```
 *
 * @module
 */
import { UserError, type UserErrorParts } from "offprint/errors.ts";
import {
  LIMIT_TAGS,
  limitsIn,
  limitsText,
  type ParameterLimits,
  withinLimits,
} from "./parameter_limits.ts";

/** One parameter of a notebook. */
export interface Parameter {
  name: string;
  type: "number" | "string" | "boolean" | "choice";
  /** The strings that a `choice` allows. */
  options?: string[];
  /** As written in the notebook. */
  value: number | string | boolean;
  /** The words of the comment above it; empty when there is none. */
  doc: string;
  /** Which numbers it takes, and their unit, where the comment says so. */
  limits?: ParameterLimits;
}

/** A parameter and where it is in the cell. */
interface LocatedParameter extends Parameter {
  /** Offsets of the literal in the cell's text. */
  start: number;
  end: number;
  line: number;
}

/** A mistake in a parameters cell, at a line of it (1-based). */
export interface ParameterProblem extends UserErrorParts {
  line: number;
}

/**
 * The parameters that a cell declares, in order.
 *
 * @throws {UserError} for anything but `const name: TYPE = LITERAL;` with TYPE `number`, `string`, `boolean` or a
 * union of strings.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseParameters } from "offprint/kit/pairs/mod.ts";
 *
 * const cell = '/** seed of all streams *\/\nconst seed: number = 1;';
 * assertEquals(parseParameters(cell), [
 *   { name: "seed", type: "number", value: 1, doc: "seed of all streams" },
 * ]);
 * ```
 */
export function parseParameters(cellSource: string): Parameter[] {
  return scan(cellSource).map(({ start: _s, end: _e, line: _l, ...parameter }) => parameter);
}

/** The first mistake in a parameters cell, or undefined. */
export function parameterProblem(cellSource: string): ParameterProblem | undefined {
  try {
    scan(cellSource);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const line = /line (\d+)/.exec(error.parts.what);
    return { ...error.parts, line: Number(line?.[1] ?? 1) };
  }
}

/** Where a value is given: as `NAME=VALUE` of an option, as `--seed VALUE`, or in the reader's panel. */
export type GivenBy = "--set" | "--grid" | "--seed" | "panel";

/** "a whole number from 1 to 5, in tokens": the values that a parameter takes, in words. */
export function takenBy({ type, options = [], limits = {} }: Parameter): string {
  switch (type) {
    case "number":
      return limitsText(limits);
    case "boolean":
      return "true or false";
    case "choice":
      return options.map((option) => JSON.stringify(option)).join(" or ");
    case "string":
      return "a text";
  }
}

/**
 * The text of a parameters cell with other values; types, comments and layout stay.
 *
 * @param set Values as typed on the command line.
 * @param by Where they were given, for messages.
 * @throws {UserError} for a name that the cell does not declare (the message lists those it does), and for
 * a value of the wrong type.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { injectParameters } from "offprint/kit/pairs/mod.ts";
 *
 * assertEquals(injectParameters("let seed: number = 1;", { seed: "7" }), "let seed: number = 7;");
 * ```
 */
export function injectParameters(
  cellSource: string,
  set: Record<string, string>,
  by: GivenBy = "--set",
): string {
  const parameters = scan(cellSource);
  const unknown = Object.keys(set).find((name) => !parameters.some((p) => p.name === name));
  if (unknown !== undefined) {
    const names = parameters.map(({ name }) => name).join(", ");
    throw new UserError({
      what: by,
      got: unknown,
      expected: names === "" ? "nothing: there are no parameters" : `one of ${names}`,
      todo: by === "panel"
        ? "See the parameters cell of the notebook."
        : "See deno task run NN --help, with the notebook's number for NN.",
    });
  }
  let text = cellSource;
  for (const parameter of parameters.toReversed()) {
    const given = Object.hasOwn(set, parameter.name) ? set[parameter.name] : undefined;
    if (given === undefined) continue;
    text = text.slice(0, parameter.start) + parameterLiteral(parameter, given, by) +
      text.slice(parameter.end);
  }
  return text;
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A value as it stands in the cell.
 *
 * @throws {UserError} for a value that the parameter does not take.
 */
export function parameterLiteral(
  parameter: Parameter,
  given: string,
  by: GivenBy = "--set",
): string {
  const { name, type, options = [], limits = {} } = parameter;
  if (type === "string") return JSON.stringify(given);
  if (type === "number") {
    const value = NUMBER.test(given) ? Number(given) : NaN;
    if (Number.isFinite(value) && withinLimits(value, limits)) return String(value);
  }
  if (type === "boolean" && /^(?:true|false)$/.test(given)) return given;
  if (type === "choice" && options.includes(given)) return JSON.stringify(given);
  const example = type === "boolean"
    ? !parameter.value
    : type === "choice"
    ? options[0]
    : parameter.value;
  const [what, written] = by === "panel"
    ? [name, example]
    : by === "--seed"
    ? [by, `${by} ${example}`]
    : [`${by} ${name}`, `${by} ${name}=${example}`];
  const expected = takenBy(parameter);
  throw new UserError({ what, got: given, expected, todo: `Write for example ${written}.` });
}

const SPACE = /(?:\s|\/\/[^\n]*)*/y;
const DOC = /\/\*\*((?:[^*]|\*(?!\/))*)\*\//y;
const START = /(?:export\s+)?(?:const|let)\s+([A-Za-z_$][\w$]*)\s*:\s*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'[^'\\\n]*'/y;
const PLAIN_TYPE = /(?:number|string|boolean)\b/y;
const VALUE =
  /"(?:[^"\\\n]|\\.)*"|'[^'\\\n]*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b/y;

/** Walks the cell once; `at` is the offset of what has not been read. */
function scan(text: string): LocatedParameter[] {
  const parameters: LocatedParameter[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const fail = (expected: string, got?: string): never => {
    const line = text.slice(0, at).split("\n").length;
    throw new UserError({
      what: `parameters cell, line ${line}`,
      got: got ?? (text.slice(at).split("\n")[0]!.trim() || "the end of the cell"),
      expected,
      todo: "Write for example: const seed: number = 1;",
    });
  };
  while (true) {
    take(SPACE);
    const doc = take(DOC)?.[1] ?? "";
    take(SPACE);
    if (at === text.length) {
      if (doc !== "") fail("a parameter below its comment");
      return parameters;
    }
    const line = text.slice(0, at).split("\n").length;
    const name = (take(START) ?? fail("const or let, a name, a type and a value"))[1]!;
    if (parameters.some((parameter) => parameter.name === name)) fail(`${name} declared once`);
    const plain = take(PLAIN_TYPE)?.[0] as "number" | "string" | "boolean" | undefined;
    const options = plain === undefined ? takeUnion(take) : undefined;
    if (options?.length === 0) fail("number, string, boolean or a union of strings as type");
    take(/\s*=\s*/y) ?? fail('"=" after the type');
    const start = at;
    const literal = (take(VALUE) ?? fail("a number, a string, true or false as value"))[0];
    const end = at;
    const value = literal.startsWith("'") ? literal.slice(1, -1) : JSON.parse(literal);
    const valueType: string = typeof value;
    const fits = options === undefined ? valueType === plain : options.includes(value);
    if (!fits) {
      // The message shows the rest of the line from the value on.
      at = start;
      fail(`a value of type ${plain ?? options!.map((o) => JSON.stringify(o)).join(" | ")}`);
    }
    take(/\s*;/y) ?? fail('";" after the value');
    const { words, limits } = limitsIn(cleanDoc(doc)) ??
      fail(`in its comment only ${LIMIT_TAGS}`, cleanDoc(doc));
    const limited = Object.keys(limits).length > 0;
    if (limited && (plain !== "number" || !withinLimits(value, limits))) {
      fail(`as its comment says, ${limitsText(limits)}`, `${name} = ${literal}`);
    }
    parameters.push({
      name,
      type: plain ?? "choice",
      ...(options === undefined ? {} : { options }),
      value,
      doc: words,
      ...(limited ? { limits } : {}),
      start,
      end,
      line,
    });
  }
}

function takeUnion(take: (pattern: RegExp) => RegExpExecArray | null): string[] {
  const options: string[] = [];
  take(/\|\s*/y);
  while (true) {
    const option = take(STRING)?.[0];
    if (option === undefined) return [];
    options.push(option.startsWith("'") ? option.slice(1, -1) : JSON.parse(option));
    if (take(/\s*\|\s*/y) === null) return options;
  }
}

/** The words of a doc comment, without the stars that decorate its lines. */
function cleanDoc(comment: string): string {
  return comment.split("\n").map((line) => line.trim().replace(/^\*\s?/, "")).join(" ").trim();
}
