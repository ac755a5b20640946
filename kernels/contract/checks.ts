/**
 * Checks of arguments that every core does before it touches memory: the native ones would read past
 * the end where the plain TypeScript ones would only read `undefined`.
 *
 * @module
 */
import { KernelError } from "./errors.ts";

/** The typed arrays a core takes or fills. */
export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** The sizes of an array, outermost first, by name: `{ tokens: 4, columns: 128 }`. */
export type Shape = Readonly<Record<string, number>>;

/**
 * Refuses `value` unless it is a `type` of exactly as many elements as `shape` has, fewer than 2³¹.
 *
 * @throws {KernelError} naming the argument, the type and length got, and the shape expected.
 */
export function checkArray<T extends Numbers>(
  what: string,
  value: unknown,
  type: { new (length: number): T; readonly name: string },
  shape: Shape,
): asserts value is T {
  const length = elements(shape);
  checkElements(what, shape);
  if (value instanceof type && value.length === length) return;
  const names = Object.entries(shape).map(([name, size]) => `[${name} ${size}]`).join("");
  throw new KernelError({ what, got: value, expected: `${type.name} of ${length}, ${names}` });
}

/**
 * The array to fill: the one given, checked, or a new one.
 *
 * @throws {KernelError} as `checkArray`.
 */
export function outputOf<T extends Numbers>(
  what: string,
  given: T | undefined,
  type: { new (length: number): T; readonly name: string },
  shape: Shape,
): T {
  if (given === undefined) return new type(elements(shape));
  checkArray(what, given, type, shape);
  return given;
}

function elements(shape: Shape): number {
  return Object.values(shape).reduce((product, size) => product * size, 1);
}

/**
 * Refuses `value` unless it is a whole number from `low` to `high`.
 *
 * @throws {KernelError} naming the argument and the range.
 */
export function checkWhole(what: string, value: unknown, low: number, high = 0x7fffffff): void {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw new KernelError({ what, got: value, expected: `a whole number from ${low} to ${high}` });
}

/**
 * Refuses `value` unless it is one of `choices`.
 *
 * @throws {KernelError} naming the argument and the choices.
 */
export function checkChoice(what: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  throw new KernelError({ what, got: value, expected: `one of ${choices.join(", ")}` });
}

/**
 * Refuses a product of sizes that 32-bit indices cannot address.
 *
 * @throws {KernelError} naming the sizes.
 */
export function checkElements(what: string, shape: Shape): void {
  if (elements(shape) <= 0x7fffffff) return;
  const names = Object.entries(shape).map(([name, size]) => `${name} ${size}`).join(" x ");
  throw new KernelError({ what, got: names, expected: "at most 2^31 - 1 elements" });
}

/**
 * The error for a value that is NaN or infinite. Every backend finds the first such value and says
 * it with the same words.
 */
export function notFinite(what: string, value: number, index: number, row: number): KernelError {
  return new KernelError({
    what: `${what}[${Math.floor(index / row)}][${index % row}]`,
    got: value,
    expected: "a finite number",
    todo: "Look for an overflow in what computed it.",
  });
}
