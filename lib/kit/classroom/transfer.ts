/**
 * Values on their way between a child process and the grader: as JSON, with what JSON lacks. This module is loaded
 * beside students' code, so it imports nothing.
 *
 * @module
 */

/** Entries of a value that are sent. */
const MOST_ENTRIES = 200_000;
/** Lists and objects inside one another. */
const DEEPEST = 100;

/**
 * A value as something that `JSON.stringify` keeps whole. Lists of every type become lists; what is neither data nor a plain
 * object is sent by the name of its kind, and equals nothing.
 *
 * @throws {RangeError} when it is too large or holds itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeValue, encodeValue } from "offprint/kit/classroom/transfer.ts";
 *
 * const there = (value: unknown) => decodeValue(JSON.parse(JSON.stringify(encodeValue(value))));
 * assertEquals(there({ a: [NaN, -0, undefined], b: new Float64Array([0.5]) }), { a: [NaN, -0, undefined], b: [0.5] });
 * ```
 */
export function encodeValue(value: unknown): unknown {
  let entries = 0;
  const visit = (value: unknown, depth: number): unknown => {
    if (++entries > MOST_ENTRIES || depth > DEEPEST) throw new RangeError("the value is too large");
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { number: Object.is(value, -0) ? "-0" : String(value) };
      case "undefined":
        return { nothing: true };
      case "bigint":
        return { bigint: String(value) };
      case "object":
        break;
      default:
        return { kind: typeof value };
    }
    if (value === null) return null;
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
      return Array.from(value as ArrayLike<unknown>, (entry) => visit(entry, depth + 1));
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return { kind: "class" };
    const fields = Object.entries(value).map(([key, field]) => [key, visit(field, depth + 1)]);
    return { fields };
  };
  return visit(value, 0);
}

/** Stands for a value that cannot be sent; equal to nothing, not even to another of the kind. */
class Unsendable {
  constructor(readonly kind: string) {}
}

/**
 * The value that {@linkcode encodeValue} was given.
 *
 * @throws {TypeError} for anything that it does not write.
 */
export function decodeValue(encoded: unknown): unknown {
  if (encoded === null || typeof encoded !== "object") return encoded;
  if (Array.isArray(encoded)) return encoded.map(decodeValue);
  const [[key, content] = []] = Object.entries(encoded);
  switch (key) {
    case "number":
      return Number(content);
    case "nothing":
      return undefined;
    case "bigint":
      return BigInt(String(content));
    case "kind":
      return new Unsendable(String(content));
    case "fields": {
      const value: Record<string, unknown> = {};
      for (const [name, field] of content as [string, unknown][]) {
        // `__proto__` is a field like others.
        Object.defineProperty(value, String(name), {
          value: decodeValue(field),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return value;
    }
    default:
      throw new TypeError(`decodeValue: got ${JSON.stringify(encoded)}, expected an encoded value`);
  }
}
