/**
 * The names of `@std/assert` that this project uses, with the same signatures, over Deno's built-in
 * `node:assert`. It stands in the import map as `@std/assert` because JSR cannot be reached from
 * every network that must build this; README shows the line that switches to `jsr:@std/assert@1`.
 *
 * @module
 */
import nodeAssert from "node:assert/strict";

/** Thrown by every assertion below. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

// deno-lint-ignore no-explicit-any -- a constructor of any error class, as in @std/assert
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function fail(message: string, suffix?: string): never {
  throw new AssertionError(suffix === undefined ? message : `${message}: ${suffix}`);
}

function rethrow(run: () => void, message?: string): void {
  try {
    run();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), message);
  }
}

/** Fails unless `expression` is truthy. */
export function assert(expression: unknown, message = ""): asserts expression {
  if (!expression) fail(message);
}

/** Fails unless `actual` equals `expected`, compared deeply and strictly. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  rethrow(() => nodeAssert.deepStrictEqual(actual, expected), message);
}

/** Fails if `actual` equals `expected`, compared deeply and strictly. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  rethrow(() => nodeAssert.notDeepStrictEqual(actual, expected), message);
}

/** Fails unless `Object.is(actual, expected)`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  rethrow(() => nodeAssert.strictEqual(actual, expected), message);
}

/** Fails unless `|actual − expected| ≤ tolerance` (default: 1e-7 of `expected`, or 1e-7 at zero). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  const bound = tolerance ?? (expected === 0 ? 1e-7 : 1e-7 * Math.abs(expected));
  const delta = Math.abs(expected - actual);
  if (delta <= bound) return;
  fail(`got ${actual}, expected ${expected} ± ${bound}; it is off by ${delta}`, message);
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) fail(`got ${actual}, expected more than ${expected}`, message);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) fail(`got ${actual}, expected at least ${expected}`, message);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) fail(`got ${actual}, expected less than ${expected}`, message);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) fail(`got ${actual}, expected at most ${expected}`, message);
}

/** Fails if `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) fail(`got ${actual}, expected a value`, message);
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<E extends Error>(
  actual: unknown,
  expectedType: ErrorClass<E>,
  message?: string,
): asserts actual is E {
  if (actual instanceof expectedType) return;
  const got = actual instanceof Error ? `${actual.name}: ${actual.message}` : String(actual);
  fail(`got ${got}, expected an instance of ${expectedType.name}`, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    fail(
      `got ${JSON.stringify(actual)}, expected it to contain ${JSON.stringify(expected)}`,
      message,
    );
  }
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) {
    fail(`got ${JSON.stringify(actual)}, expected a match of ${expected}`, message);
  }
}

function verifyError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E> | undefined,
  includes: string | undefined,
  message: string | undefined,
): E | Error {
  assertInstanceOf(error, errorClass ?? Error, message);
  if (includes !== undefined) assertStringIncludes(error.message, includes, message);
  return error;
}

/** Runs `fn` and fails unless it throws (an `ErrorClass` whose message contains `includes`). Returns the error. */
export function assertThrows(fn: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string,
  message?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  classOrMessage?: ErrorClass<E> | string,
  includes?: string,
  message?: string,
): unknown {
  const only = typeof classOrMessage === "string" ? classOrMessage : message;
  let thrown: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  if (thrown === undefined) fail("expected the function to throw, it returned", only);
  if (typeof classOrMessage !== "function") return thrown.error;
  return verifyError(thrown.error, classOrMessage, includes, message);
}

/** Runs `fn` and fails unless its promise rejects (an `ErrorClass` whose message contains `includes`). Returns the error. */
export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  classOrMessage?: ErrorClass<E> | string,
  includes?: string,
  message?: string,
): Promise<unknown> {
  const only = typeof classOrMessage === "string" ? classOrMessage : message;
  let thrown: { error: unknown } | undefined;
  try {
    await fn();
  } catch (error) {
    thrown = { error };
  }
  if (thrown === undefined) fail("expected the promise to reject, it was fulfilled", only);
  if (typeof classOrMessage !== "function") return thrown.error;
  return verifyError(thrown.error, classOrMessage, includes, message);
}
