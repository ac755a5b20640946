/**
 * Tests that graders run and students do not see.
 *
 * @module
 */
import { checkTolerance, compare } from "./compare.ts";

/** What every hidden test has. */
interface HiddenTestParts {
  /** The answer itself: a value of data. */
  got: unknown;
  /** Its weight among the hidden tests of its cell; by default 1. */
  points?: number;
}

/** What a hidden test compares, or how it decides. */
export type HiddenTest =
  & HiddenTestParts
  & ({
    expected: unknown;
    /** For numbers: the largest deviation, relative to `max(1, |expected|)`; by default 1e-9. */
    tolerance?: number;
  } | {
    /** Whether the answer is right, where more than one is. It runs where no student's code does. */
    // deno-lint-ignore no-explicit-any -- the answer's type is known where the test is written
    accept: (got: any) => boolean | Promise<boolean>;
  });

/**
 * A test inside a region `BEGIN HIDDEN TESTS` of a graded cell. In a notebook it throws where the answer is wrong, and
 * says no more than its name. `deno task grade` takes it apart: `got` is computed beside the student's code,
 * `expected` and `accept` elsewhere, from the teacher's solution. So let `got` be the answer, not a comparison.
 *
 * @throws {Error} when the answer is wrong.
 * @throws {RangeError} when the tolerance is negative or `NaN`.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { hiddenTest } from "offprint/notebook/hidden_tests.ts";
 *
 * const half = (x: number) => x / 2;
 * await hiddenTest("an odd number", { got: half(7), expected: 3.5 });
 * await hiddenTest("a small number", { got: half(1), accept: (got: number) => got < 1 });
 * await assertRejects(
 *   () => hiddenTest("zero", { got: half(1), expected: 0 }),
 *   Error,
 *   "Hidden test failed: zero.",
 * );
 * ```
 */
export async function hiddenTest(name: string, test: HiddenTest): Promise<void> {
  if ("accept" in test) {
    if (await test.accept(test.got)) return;
  } else {
    const { got, expected, tolerance = 1e-9 } = test;
    checkTolerance("hiddenTest", tolerance);
    if (compare(got, expected, tolerance).difference === undefined) return;
  }
  throw new Error(`Hidden test failed: ${name}.`);
}
