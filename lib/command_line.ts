/**
 * How the arguments of a command are read: a wrong one gives one clear line.
 *
 * @module
 */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { Described, messageOf, UserError } from "offprint/errors.ts";

/** Options and positional arguments as typed; `--help` is always accepted. */
export interface ParsedArguments {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
  /** The text given for an option; nothing where it was not given. */
  option(name: string): string | undefined;
}

/** Options that take a text, as {@linkcode parse} wants them. */
export function textOptions(...names: string[]): ParseArgsOptionsConfig {
  return Object.fromEntries(names.map((name) => [name, { type: "string" }]));
}

/**
 * Reads a command line strictly (`node:util` `parseArgs`).
 *
 * @throws {UserError} for an unknown option, a missing or an unwanted value.
 */
export function parse(
  name: string,
  args: string[],
  options: ParseArgsOptionsConfig,
  allowPositionals = false,
): ParsedArguments {
  try {
    const parsed = parseArgs({
      args,
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals,
      strict: true,
    });
    const values: ParsedArguments["values"] = parsed.values;
    const { positionals } = parsed;
    return { values, positionals, option: (name) => values[name] as string | undefined };
  } catch (error) {
    // "Unknown option '--x'. To specify …", "Option '-s, --set <value>' argument missing",
    // "Option '--limit' argument is ambiguous.\nDid you forget …"
    const complaint = messageOf(error).split(/[.\n]/)[0]!;
    const [, ambiguous] = /^Option '(?:-\w, )?(--[\w-]+)' argument is ambiguous/.exec(complaint) ??
      [];
    if (ambiguous !== undefined) {
      throw new UserError({
        what: `deno task ${name}`,
        got: new Described(`${ambiguous} with a value that begins with a dash, or with none`),
        expected: `a value for ${ambiguous}`,
        todo: `Write ${ambiguous}=VALUE where it does begin so.`,
      });
    }
    const known = Object.keys(options).map((option) => `--${option}`);
    throw new UserError({
      what: `deno task ${name}`,
      got: new Described(complaint.charAt(0).toLowerCase() + complaint.slice(1)),
      expected: known.length === 0 ? "no option but --help" : `options among ${known.join(", ")}`,
      todo: `See deno task ${name} --help.`,
    });
  }
}

/**
 * A number given as an option's value.
 *
 * @param least whether `low` itself is allowed. Default true.
 * @throws {UserError} when it is none, or lies outside `[low, high]`.
 */
export function realNumber(
  what: string,
  text: string,
  low: number,
  high: number,
  least = true,
): number {
  const value = Number(text);
  if (
    !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ||
    !(least ? value >= low : value > low) || value > high
  ) {
    throw new UserError({
      what,
      got: text,
      expected: `a number ${least ? `from ${low} to` : `above ${low}, at most`} ${high}`,
    });
  }
  return value;
}

/**
 * A whole number given as an option's value.
 *
 * @throws {UserError} when it is not one, or lies outside `[low, high]`; without `high` there is no upper limit.
 */
export function wholeNumber(
  what: string,
  text: string,
  low: number,
  high: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    const limit = high === Number.MAX_SAFE_INTEGER
      ? `of at least ${low}`
      : `from ${low} to ${high}`;
    throw new UserError({
      what,
      got: text,
      expected: `a whole number ${limit}`,
      todo: `Give for example ${what} ${low}.`,
    });
  }
  return value;
}
