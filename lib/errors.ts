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
    super(`${parts.what}: got ${shown(parts.got)}, expected ${parts.expected}.${todo}`);
    this.parts = parts;
  }
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
