/**
 * Values as keys of a map.
 *
 * @module
 */

/** Objects that count by which object they are, numbered as they come. */
const numbered = new WeakMap<WeakKey, number>();
let count = 0;

/**
 * A text that two values share exactly when they are the same. Each kind of value has a mark of its
 * own, so that `Infinity`, `NaN`, `null`, `undefined` and `"NaN"` are five keys, and `1` and `"1"`
 * two. Lists and plain objects are the same when their parts are, whatever the order of an object's
 * fields. Functions and objects of any other class are the same only as themselves, and so is a
 * value that contains itself.
 *
 * @example
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { valueKey } from "offprint/notebook/value_key.ts";
 *
 * assertEquals(valueKey({ a: 1, b: [2] }), valueKey({ b: [2], a: 1 }));
 * assertNotEquals(valueKey([NaN]), valueKey([null]));
 * ```
 */
export function valueKey(value: unknown): string {
  return keyOf(value, new Set());
}

function keyOf(value: unknown, around: ReadonlySet<object>): string {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "boolean":
      return String(value);
    case "number":
      return Object.is(value, -0) ? "number -0" : `number ${value}`;
    case "bigint":
      return `bigint ${value}`;
    case "string":
      return JSON.stringify(value);
    case "symbol": {
      const name = Symbol.keyFor(value);
      return name === undefined ? identity(value) : `symbol ${JSON.stringify(name)}`;
    }
    case "function":
      return identity(value);
  }
  // The types that are left are null and objects.
  if (typeof value !== "object" || value === null) return "null";
  if (around.has(value)) return identity(value);
  const inside: ReadonlySet<object> = new Set([...around, value]);
  if (Array.isArray(value)) return `[${Array.from(value, (entry) => keyOf(entry, inside)).join()}]`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const entries = Array.from(value as unknown as ArrayLike<number | bigint>, String);
    return `${value.constructor.name} [${entries.join()}]`;
  }
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return identity(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1);
  return `{${fields.map(([name, x]) => `${JSON.stringify(name)}:${keyOf(x, inside)}`).join()}}`;
}

function identity(value: WeakKey): string {
  let number = numbered.get(value);
  if (number === undefined) {
    number = ++count;
    numbered.set(value, number);
  }
  return `object ${number}`;
}
