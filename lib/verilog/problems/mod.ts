/**
 * Problems for models that write Verilog, and what their answers are worth.
 *
 * Begin with `Problem` in `problem.ts` (what is asked, and a judge); `solve`, scores and results are those of
 * `lib/problems`. `asking.ts` says how a model is asked; `answer_file.ts` finds the file in a chat model's answer
 * (`answer_blocks.ts` its blocks), `reply.ts` the module in what a small model wrote. `problem_sets.ts` reads VGen, RTLLM
 * and VerilogEval by the layouts in `set_readers.ts` (`verilog_eval_lines.ts` for VerilogEval v1), `set_bench.ts` runs
 * their benches, `audit.ts` tries what a bench is worth.
 *
 * @module
 */
export * from "./answer_file.ts";
export * from "./asking.ts";
export * from "./audit.ts";
export * from "./problem.ts";
export * from "./problem_sets.ts";
export * from "./reply.ts";
export {
  addRun,
  type Asked,
  askedOf,
  compileShare,
  mcnemarExact,
  passAtK,
  passShare,
  type Question,
  readResults,
  type Results,
  type Run,
  type Share,
  solve,
  type Solved,
  solvedOf,
  type SolveOptions,
  type Verdict,
} from "../../problems/mod.ts";
