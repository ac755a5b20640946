/**
 * Public sets of Python problems in a user's folder, as tasks: HumanEval, LeetCodeHard, QuixBugs.
 *
 * Begin with `readPublicSet` in `public_set.ts`. `json_lines.ts` reads files of problems, `quix_bugs.ts` folders of defective
 * and right programs, `python_tests.ts` makes hidden tests of their test code, `set_problem.ts` is what comes out.
 *
 * @module
 */
export * from "./public_set.ts";
export * from "./set_problem.ts";
