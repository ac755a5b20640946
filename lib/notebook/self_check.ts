/**
 * Checks of exercises that hold no answer: what is expected is there as a salted digest, with its type and shape.
 *
 * @module
 */
import { pbkdf2Sync } from "node:crypto";
import { literalOf } from "offprint/sandbox/literal.ts";
import { Passed } from "./check.ts";
import { isList } from "./claims/measured.ts";

/** An expected value as a student may see it. */
export interface Sealed {
  /** Digest of the rounded value and the salt, in hexadecimal digits. */
  digest: string;
  salt: string;
  /** Numbers are rounded to multiples of this … */
  step: number;
  /** … after this much of a step was added, so that no expected number lies where rounding turns. */
  shift: number;
  /** Its type and shape, in words. */
  form: string;
}

/** What {@linkcode selfCheck} compares. */
export interface SelfCheckOptions {
  got: unknown;
  sealed: Sealed;
  /** Said when the check fails: where to look, without the answer. */
  hint?: string;
}

/** Numbers are told apart at this part of the largest of them (or of 1), unless the tolerance is wider. */
const STEP = 1e-6;
/** Rounds of the key derivation: about ten milliseconds a guess. */
const ROUNDS = 20_000;
/** Shifts that are tried. */
const SHIFTS = 64;

/**
 * Seals an expected value.
 *
 * @param tolerance of the check that it stands for, relative to `max(1, |expected|)`.
 * @param salt any text; another one gives another digest.
 * @throws {RangeError} when the numbers lie so that no shift keeps all of them away from a turn of the rounding.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { seal, selfCheck } from "offprint/notebook/self_check.ts";
 *
 * const sealed = seal([0.25, 1 / 3], 1e-9, "exercise 1");
 * assertEquals(sealed.form, "a list of 2 numbers");
 * assertEquals(String(selfCheck("thirds", { got: [0.25, 1 - 2 / 3], sealed })), "✓ thirds");
 * await assertRejects(
 *   async () => selfCheck("thirds", { got: [0.25, 0.5], sealed, hint: "Divide by three." }),
 *   Error,
 *   "thirds: the value is not the expected one, although its form is right (a list of 2 numbers). Hint: Divide by three.",
 * );
 * ```
 */
export function seal(expected: unknown, tolerance: number, salt: string): Sealed {
  const numbers = numbersIn(expected);
  const largest = Math.max(1, ...numbers.map(Math.abs));
  const step = Math.max(STEP, 100 * tolerance) * 10 ** Math.ceil(Math.log10(largest));
  const margin = (shift: number) =>
    Math.min(
      0.5,
      ...numbers.map((x) => {
        const part = x / step + shift - Math.floor(x / step + shift);
        return Math.min(part, 1 - part);
      }),
    );
  const shifts = Array.from({ length: SHIFTS }, (_, i) => i / SHIFTS);
  const shift = shifts.reduce((best, each) => margin(each) > margin(best) ? each : best);
  if (margin(shift) * step <= tolerance * largest) {
    throw new RangeError("seal: got numbers that cannot be rounded together, expected fewer");
  }
  return {
    digest: digestOf(expected, step, shift, salt),
    salt,
    step,
    shift,
    form: formOf(expected),
  };
}

/**
 * Compares an answer with a sealed value.
 *
 * @param name Names the check in its line and in its error.
 * @returns A line that says the check passed; display it.
 * @throws {Error} when type or shape differ, or the value does: says which, with the hint.
 */
export function selfCheck(name: string, { got, sealed, hint }: SelfCheckOptions): Passed {
  const next = hint === undefined ? "" : ` Hint: ${hint}`;
  const form = formOf(got);
  if (form !== sealed.form) {
    throw new Error(`${name}: got ${form}, expected ${sealed.form}.${next}`);
  }
  if (digestOf(got, sealed.step, sealed.shift, sealed.salt) !== sealed.digest) {
    throw new Error(
      `${name}: the value is not the expected one, although its form is right (${form}).${next}`,
    );
  }
  return new Passed(name);
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return Number.isFinite(value) ? [value] : [];
  if (isList(value)) return Array.from(value, numbersIn).flat();
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(numbersIn);
  return [];
}

function digestOf(value: unknown, step: number, shift: number, salt: string): string {
  const text = literalOf(rounded(value, step, shift));
  return pbkdf2Sync(text, salt, ROUNDS, 16, "sha256").toString("hex");
}

function rounded(value: unknown, step: number, shift: number): unknown {
  if (typeof value === "number") {
    return Number.isFinite(value) ? Math.floor(value / step + shift) : value;
  }
  if (isList(value)) return Array.from(value, (entry) => rounded(entry, step, shift));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, rounded(entry, step, shift)]),
  );
}

/** Type and shape of a value in words. */
export function formOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isList(value)) {
    const forms = Array.from(value, formOf);
    const same = new Set(forms);
    if (forms.length === 0) return "an empty list";
    if (same.size > 1) return `a list of ${forms.join(", ")}`;
    const [each] = forms;
    const plural = PLURALS[each!] ?? `values that are each ${each}`;
    return forms.length === 1
      ? `a list of one value, ${each}`
      : `a list of ${forms.length} ${plural}`;
  }
  if (typeof value === "object") {
    const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
    return `an object with ${fields.map(([key, field]) => `${key} (${formOf(field)})`).join(", ")}`;
  }
  return FORMS[typeof value] ?? `a ${typeof value}`;
}

const FORMS: Record<string, string> = { string: "a text", boolean: "true or false" };
const PLURALS: Record<string, string> = {
  "a number": "numbers",
  "a text": "texts",
  "true or false": "values true or false",
};
