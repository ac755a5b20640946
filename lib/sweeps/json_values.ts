/**
 * Results as JSON, without losing the numbers that JSON does not have.
 *
 * @module
 */

/** Stands for a number that JSON would write as `null` or as 0. */
const MARK = "$number";

/**
 * A text from which {@linkcode fromJson} makes the same value again: `NaN`, both infinities and `-0` are kept.
 * Fields of an object come in the order of their names, so that equal values give equal texts.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromJson, toJson } from "offprint/sweeps/json_values.ts";
 *
 * assertEquals(toJson({ b: 1, a: [NaN] }), '{"a":[{"$number":"NaN"}],"b":1}');
 * assertEquals(fromJson(toJson([-0, Infinity, "NaN"])), [-0, Infinity, "NaN"]);
 * ```
 */
export function toJson(value: unknown, ordered = true): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0))) {
      return { [MARK]: Object.is(part, -0) ? "-0" : String(part) };
    }
    if (ordered && typeof part === "object" && part !== null && !Array.isArray(part)) {
      return Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1));
    }
    return part;
  }) ?? "null";
}

/** The value of a text made by {@linkcode toJson}. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    const mark = part?.[MARK];
    return typeof mark === "string" ? Number(mark) : part;
  });
}
