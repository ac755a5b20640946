/**
 * Values as JavaScript literals: how arguments go into a sandbox and results come out.
 *
 * @module
 */

/**
 * A value as one line of JavaScript that makes it again. Keys of objects are sorted and `-0` is written as `0`, so two
 * values have one literal exactly when they are equal in content.
 *
 * @throws {TypeError} for a function, a symbol, or a value that holds itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { literalOf } from "offprint/sandbox/mod.ts";
 *
 * assertEquals(literalOf({ b: [1, NaN], a: "x" }), '{"a":"x","b":[1,NaN]}');
 * assertEquals(literalOf(new Map([[1, undefined]])), "new Map([[1,undefined]])");
 * ```
 */
export function literalOf(value: unknown): string {
  return written(value, []);
}

function written(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "number":
      return String(value === 0 ? 0 : value);
    case "bigint":
      return `${value}n`;
    case "string":
      return JSON.stringify(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      break;
    default:
      throw new TypeError(`literalOf: got a ${typeof value}, expected data`);
  }
  if (value === null) return "null";
  if (above.includes(value)) {
    throw new TypeError("literalOf: got a value that holds itself, expected a tree");
  }
  const path = [...above, value];
  const list = (items: Iterable<unknown>): string =>
    `[${Array.from(items, (item) => written(item, path)).join(",")}]`;
  if (Array.isArray(value)) return list(value);
  if (value instanceof Map) return `new Map(${list(value)})`;
  if (value instanceof Set) return `new Set(${list(value)})`;
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${written(field, path)}`)}}`;
}
