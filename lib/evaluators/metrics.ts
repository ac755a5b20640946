/**
 * What opinions and programs are worth.
 *
 * @module
 */

/** An opinion with the truth. */
export interface Judged {
  /** The opinion says that the program is defective. */
  flagged: boolean;
  /** It fails a hidden test. */
  defective: boolean;
}

/** How well defects are told from what is right. A rate over nothing is NaN. */
export interface Detection {
  /** Error detection rate: flagged among the defective. */
  edr: number;
  /** False-alarm rate: flagged among those that pass. An opinion that always complains has both at 1. */
  far: number;
  /** Youden's J: EDR less FAR. */
  j: number;
  defective: number;
  passing: number;
}

/** EDR, false-alarm rate and J of opinions. */
export function detection(judged: readonly Judged[]): Detection {
  const bad = judged.filter(({ defective }) => defective);
  const good = judged.filter(({ defective }) => !defective);
  const share = (of: readonly Judged[]): number =>
    of.filter(({ flagged }) => flagged).length / of.length;
  const [edr, far] = [share(bad), share(good)];
  return { edr, far, j: edr - far, defective: bad.length, passing: good.length };
}

/** How well programs do. */
export interface Success {
  /** Success rate: passed tests among all, pooled over problems. */
  pooled: number;
  /** The mean over problems of their shares. */
  perProblem: number;
  /** Completion rate: problems with every test passed. */
  completion: number;
}

/**
 * Success and completion rates of programs, one list of tests for each problem.
 *
 * @throws {RangeError} for no problem, or one without tests.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { success } from "offprint/evaluators/mod.ts";
 *
 * const tests = [[true, true, false], [true, true], [false, false, true], [true, true, true]];
 * assertEquals(success(tests), { pooled: 8 / 11, perProblem: 0.75, completion: 0.5 });
 * ```
 */
export function success(problems: readonly (readonly boolean[])[]): Success {
  if (problems.length === 0 || problems.some((tests) => tests.length === 0)) {
    throw new RangeError("success: got a problem without tests or none, expected tests for each");
  }
  const passed = problems.map((tests) => tests.filter((pass) => pass).length);
  const all = problems.flat().length;
  return {
    pooled: passed.reduce((sum, count) => sum + count, 0) / all,
    perProblem: passed.reduce((sum, count, at) => sum + count / problems[at]!.length, 0) /
      problems.length,
    completion: passed.filter((count, at) => count === problems[at]!.length).length /
      problems.length,
  };
}
