/**
 * What a program may do while it is looked at.
 *
 * @module
 */

/**
 * 100 000 turns of loops in a call, and three times that in all calls of a program together: a program that never ends is
 * late in the calls that come after, too. Every reference of the corpus stays far below.
 */
export const TEST_LIMITS = { steps: 10, allSteps: 30, timeMs: 10_000 };

/**
 * For the tests of public sets in Python: two million lines, or the ten seconds that the paper's released code waits for a test.
 */
export const PYTHON_TEST_LIMITS = { steps: 2_000, timeMs: 10_000 };

/** The work that a call is counted as when it was stopped: the loop turns that it may do. */
export const STOPPED_WORK = 100_000;
