/**
 * Errors a person can act on: one line that says what was got, what was expected and what to do.
 *
 * @module
 */

/** The parts of a {@linkcode UserError}'s line. */
export interface UserErrorParts {
  /** What the line is about: an option, a file, a field ("--jobs", "data/papers/02.json: claims[3].id"). */
  what: string;
  /** What was found there, as the user would recognise it; a {@linkcode Described} is said as it is. */
  got: unknown;
  /** What would have been accepted. */
  expected: string;
  /** The next step, as an instruction. */
  todo?: string;
}

/**
 * A mistake in what the user gave us (an option, a file, a parameter), explained in one line.
 * Commands print `message` alone, without a stack, and exit with status 2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UserError } from "offprint/errors.ts";
 *
 * const error = new UserError({ what: "--jobs", got: "two", expected: "a whole number from 1 to 64", todo: "Give for example --jobs 2." });
 * assertEquals(error.message, '--jobs: got "two", expected a whole number from 1 to 64. Give for example --jobs 2.');
 * ```
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly parts: UserErrorParts;

  constructor(parts: UserErrorParts) {
    const todo = parts.todo === undefined ? "" : ` ${parts.todo}`;
    const { what, got, expected } = parts;
    super(
      printable(`${what.replaceAll("\n", "\\n")}: got ${shown(got)}, expected ${expected}.${todo}`),
    );
    this.parts = parts;
  }
}

/**
 * A text for a terminal or a log: characters that would steer it, among them those that turn the direction of
 * writing, are written as their codes. Line ends and tabs stay.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printable } from "offprint/errors.ts";
 *
 * assertEquals(printable("a\u001b[31mb\u202egnp"), "a\\u001b[31mb\\u202egnp");
 * ```
 */
export function printable(text: string): string {
  return text.replaceAll(
    // deno-lint-ignore no-control-regex -- these are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Something found that is not a value but a state of affairs ("edits in cell a"): shown whole and without quotes. */
export class Described {
  constructor(readonly text: string) {}
}

/** At most this many characters of a wrong value are repeated in a message. */
const SHOWN_CHARACTERS = 80;

/** A value as it is in a message: strings quoted, long values cut, always one line. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Described) return value.text.replaceAll(/\s*\n\s*/g, " ");
  let text: string;
  if (typeof value === "number" || typeof value === "bigint") text = String(value);
  else if (typeof value === "function") text = `function ${value.name}`;
  else {
    try {
      text = JSON.stringify(value) ?? String(value);
    } catch {
      text = String(value);
    }
  }
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** The message of whatever was thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Numbers that are accepted. */
export interface NumberBounds {
  /** Default: any. */
  readonly least?: number;
  /** Default: any. */
  readonly most?: number;
  /** Default false. */
  readonly whole?: boolean;
}

/**
 * Refuses a number outside its bounds, and what is no finite number.
 *
 * @param what Its name, as the reader knows it.
 * @throws {UserError} saying what is accepted.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkNumber, UserError } from "offprint/errors.ts";
 *
 * checkNumber("rounds", 3, { least: 1, whole: true });
 * const wrong = () => checkNumber("rounds", 2.5, { least: 1, whole: true });
 * assertThrows(wrong, UserError, "rounds: got 2.5, expected a whole number of at least 1");
 * ```
 */
export function checkNumber(what: string, value: number, bounds: NumberBounds): void {
  const { least = -Infinity, most = Infinity, whole = false } = bounds;
  const fits = Number.isFinite(value) && value >= least && value <= most;
  if (fits && (!whole || Number.isInteger(value))) return;
  const range = most === Infinity
    ? ` of at least ${least}`
    : least === -Infinity
    ? ` of at most ${most}`
    : ` from ${least} to ${most}`;
  throw new UserError({
    what,
    got: value,
    expected: `a ${whole ? "whole number" : "number"}${
      least === -Infinity && most === Infinity ? "" : range
    }`,
  });
}
