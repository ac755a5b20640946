/**
 * Problems for models that write Verilog, and what their answers are worth.
 *
 * Begin with `Problem` in `problem.ts` (what is asked, and a judge) and `solve` in `solve.ts`, which `deno task solve` runs.
 * `asking.ts` says how a model is asked, `reply.ts` finds the code in what it wrote. `problem_sets.ts` reads VGen, RTLLM and
 * VerilogEval from a folder; `pass_at_k.ts` scores; `results.ts` reads and writes `data/results`.
 *
 * @module
 */
export * from "./asking.ts";
export * from "./pass_at_k.ts";
export * from "./problem.ts";
export * from "./problem_sets.ts";
export * from "./reply.ts";
export * from "./results.ts";
export * from "./solve.ts";
