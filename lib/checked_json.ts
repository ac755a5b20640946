/**
 * JSON from outside, checked against a schema: what was got, what was expected, what to do. One place turns a
 * complaint of zod into a sentence, so that no reader meets the library's own words.
 *
 * @module
 */
import type { z } from "zod";
import { Described, messageOf, UserError } from "./errors.ts";

/** How a wrong value is told. */
export interface CheckOptions {
  /** What is checked: a file, a line of one, the options of something. */
  what: string;
  /** What the whole is expected to be ("a LLaMA configuration"), said in front of what the field should be. */
  expected?: string;
  /** The next step. */
  todo?: string;
}

/**
 * `value` as the schema reads it.
 *
 * @throws {UserError} naming the first wrong field, what it holds and what it should hold.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { z } from "zod";
 * import { checkedValue } from "offprint/checked_json.ts";
 *
 * const schema = z.strictObject({ runs: z.array(z.strictObject({ seed: z.int().min(0) })) });
 * assertThrows(
 *   () => checkedValue(schema, { runs: [{ seed: -1 }] }, { what: "runs.json" }),
 *   Error,
 *   "runs.json: runs[0].seed: got -1, expected at least 0.",
 * );
 * ```
 */
export function checkedValue<T>(schema: z.ZodType<T>, value: unknown, options: CheckOptions): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue, ...others] = parsed.error.issues;
  const { what, expected, todo } = options;
  const field = fieldOf(issue!.path);
  const wanted = expectedBy(issue!);
  const more = others.length === 0
    ? ""
    : others.length === 1
    ? "Another field is wrong too. "
    : `${others.length} more fields are wrong. `;
  throw new UserError({
    what: field === "" ? what : `${what}: ${field}`,
    got: valueAt(value, issue!.path),
    expected: expected === undefined ? wanted : `${expected} (${wanted})`,
    ...(more + (todo ?? "") === "" ? {} : { todo: (more + (todo ?? "")).trimEnd() }),
  });
}

/**
 * A text as JSON, then as the schema reads it.
 *
 * @throws {UserError} as {@linkcode checkedValue}, or when the text is not JSON.
 */
export function checkedJson<T>(schema: z.ZodType<T>, text: string, options: CheckOptions): T {
  return checkedValue(schema, jsonOf(text, options), options);
}

/**
 * A text as JSON.
 *
 * @throws {UserError} when it is none.
 */
export function jsonOf(text: string, { what, expected, todo }: CheckOptions): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError({
      what,
      got: new Described(`text that is not JSON (${messageOf(error)})`),
      expected: expected ?? "JSON",
      ...(todo === undefined ? {} : { todo }),
    });
  }
}

/**
 * Checks that a file still holds what its own hash says.
 *
 * @param own the hash of what was read.
 * @param written the hash that stands in the file.
 * @throws {UserError} where they differ.
 */
export function checkHash(what: string, own: string, written: string): void {
  if (own === written) return;
  throw new UserError({
    what,
    got: new Described(`contents of SHA-256 ${own}`),
    expected: written,
    todo: "The file was changed by hand; restore it, or measure again.",
  });
}

/** A path as it is written in code: `runs[0].seed`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`)
    .join("").replace(/^\./, "");
}

/** What stands at a path; nothing where the path ends before. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  );
}

/** What an issue wanted, in words. */
export function expectedBy(issue: z.core.$ZodIssue): string {
  // A schema that says what it wants is believed; zod's own messages begin like this.
  if (!/^(?:Invalid|Too|Unrecognized|Expected)\b/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "unrecognized_keys":
      return `no field ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_type":
      return KINDS[issue.expected] ??
        `${/^[aio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value) ?? String(value));
      return values.length === 1 ? values[0]! : `one of ${values.join(", ")}`;
    }
    case "too_small":
      return bound(issue.origin, Number(issue.minimum), issue.inclusive ? "at least" : "more than");
    case "too_big":
      return bound(issue.origin, Number(issue.maximum), issue.inclusive ? "at most" : "less than");
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.pattern === undefined ? issue.message : `text that matches ${issue.pattern}`;
    case "invalid_union":
      return unionOf(issue.errors);
    default:
      return issue.message;
  }
}

const KINDS: Record<string, string> = {
  int: "a whole number",
  record: "an object",
  string: "text",
  boolean: "true or false",
  tuple: "a list",
  array: "a list",
};

function bound(origin: string, limit: number, relation: string): string {
  if (origin === "string") {
    return limit === 1 && relation === "at least"
      ? "text that is not empty"
      : `${relation} ${limit} characters`;
  }
  if (["array", "set", "map"].includes(origin)) {
    return `${relation} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  }
  return `${relation} ${limit}`;
}

/** The choices of a union whose members are told apart by their kind; else the first member's wish. */
function unionOf(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const first = errors.map((issues) => issues[0]).filter((issue) => issue !== undefined);
  const wishes = new Set(first.filter(({ path }) => path.length === 0).map(expectedBy));
  if (wishes.size > 0) return [...wishes].join(" or ");
  return "one of the forms of its format";
}
