/**
 * What the comment above a parameter says about its values, for the reader's panel and for `--set`: `@range 1 to 5`,
 * `@range 2 or more`, `@range 0 to 1 by 0.05`, `@values 32, 64, 128` and `@unit tokens`.
 *
 * @module
 */

/** The values that a number may have, and what it counts or measures. */
export interface ParameterLimits {
  min?: number;
  max?: number;
  /** Between two neighbouring values. */
  step?: number;
  /** All values that it may have. */
  values?: number[];
  unit?: string;
}

const NUMBER = String.raw`(-?\d+(?:\.\d+)?)`;
const RANGE = new RegExp(`^${NUMBER} (?:to ${NUMBER}|or more)(?: by ${NUMBER})?$`);
const VALUES = new RegExp(`^${NUMBER}(?:, ${NUMBER})*$`);

/** What was expected where a tag says something else. */
export const LIMIT_TAGS =
  "@range LOW to HIGH, @range LOW or more (with or without “by STEP”), @values A, B, C or @unit WORDS";

/**
 * Parts the words of a comment from its tags; nothing where a tag is none of those above.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { limitsIn } from "offprint/kit/pairs/mod.ts";
 *
 * assertEquals(limitsIn("Largest payment. @range 0 to 3 by 0.1 @unit rewards"), {
 *   words: "Largest payment.",
 *   limits: { min: 0, max: 3, step: 0.1, unit: "rewards" },
 * });
 * assertEquals(limitsIn("Seed. @range some"), undefined);
 * ```
 */
export function limitsIn(doc: string): { words: string; limits: ParameterLimits } | undefined {
  const [words = "", ...tags] = ` ${doc}`.split(/\s+(?=@[a-z])/);
  const limits: ParameterLimits = {};
  for (const tag of tags) {
    const [, name, text] = /^@(\w+)\s+(.*?)$/.exec(tag.trim()) ?? [];
    if (name === "unit") limits.unit = text!;
    else if (name === "range") {
      const [, min, max, step] = RANGE.exec(text!) ?? [];
      if (min === undefined || Number(min) > Number(max ?? Infinity)) return undefined;
      limits.min = Number(min);
      if (max !== undefined) limits.max = Number(max);
      if (step !== undefined) limits.step = Number(step);
    } else if (name === "values" && VALUES.test(text!)) {
      limits.values = text!.split(", ").map(Number);
    } else {
      return undefined;
    }
  }
  return { words: words.trim(), limits };
}

/** "a number from 1 to 5, in tokens": what a message says that a parameter takes. */
export function limitsText({ min, max, step, values, unit }: ParameterLimits): string {
  const range = values !== undefined
    ? values.join(" or ")
    : min === undefined
    ? "a number"
    : max === undefined
    ? `a number of at least ${min}`
    : `a number from ${min} to ${max}`;
  const kind = step === 1
    ? range.replace("a number", "a whole number")
    : step === undefined
    ? range
    : `${range} in steps of ${step}`;
  return unit === undefined ? kind : `${kind}, in ${unit}`;
}

/** Whether a number is among those that its parameter takes. */
export function withinLimits(value: number, limits: ParameterLimits): boolean {
  const { min = -Infinity, max = Infinity, step, values } = limits;
  if (values !== undefined) return values.includes(value);
  const steps = step === undefined ? 0 : (value - min) / step;
  return value >= min && value <= max && Math.abs(steps - Math.round(steps)) < 1e-9;
}
