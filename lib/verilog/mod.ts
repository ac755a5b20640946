/**
 * Verilog as material for language models: parse, describe, complete, break and repair modules, and
 * judge what comes back with real tools.
 *
 * @module
 */
export * from "./language/ast.ts";
export * from "./prose/copy_check.ts";
export * from "./prose/describe.ts";
export { grammarVersion } from "./language/grammar.ts";
export * from "./designs/saturating_counter.ts";
export * from "./prose/read_description.ts";
export * from "./language/lex.ts";
export { modulesOf, type ReadModule, readModules } from "./language/module_reader.ts";
export { writeModule, type WriteStyle } from "./language/module_writer.ts";
export { writeExpression } from "./language/expression_writer.ts";
export {
  lineAt,
  longestText,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
} from "./language/syntax_tree.ts";
export * from "./mutants/behaviour.ts";
export * from "./mutants/classify.ts";
export * from "./records/completion.ts";
export * from "./tools/diagnostics.ts";
export * from "./records/masks.ts";
export * from "./mutants/draw_mutants.ts";
export {
  applyEdits,
  type Edit,
  type Mutation,
  type MutationClass,
  type MutationRule,
  mutationRules,
  undoEdits,
} from "./mutants/mutation.ts";
export * from "./language/reset.ts";
export { compareModules, type Equivalence, type EquivalenceProblem } from "./tools/equivalence.ts";
export {
  findIcarus,
  type Generation,
  Icarus,
  reachesOutside,
  type SimulationRun,
} from "./tools/icarus.ts";
export {
  type LimitedResult,
  type Limits,
  runLimited,
  toolLimits,
} from "./tools/limited_process.ts";
export { findVerilator, type LintResult, Verilator } from "./tools/verilator.ts";
export {
  type YosysOptions,
  YosysPool,
  type YosysResult,
  type YosysRun,
  yosysVersion,
} from "./tools/yosys.ts";
export * from "./simulate/bench.ts";
export * from "./simulate/grade.ts";
export { type Netlist, netlistOf, type Refusal } from "./simulate/netlist.ts";
export { type BenchOutcome, runBench, runSteps, simulationOf } from "./simulate/run_bench.ts";
export { lanes, Simulation } from "./simulate/simulation.ts";
export * from "./language/fingerprint.ts";
export * from "./designs/design.ts";
export { compareByStimulus, type StimulusProblem } from "./simulate/compare.ts";
export * from "./records/augment.ts";
export * from "../papers/chipgpt_ft/coverage.ts";
export {
  emptyNotes,
  type FileNotes,
  type FlowOptions,
  recordsOf,
  type Skip,
} from "./records/flows.ts";
export * from "./records/record.ts";
export * from "./records/scripts.ts";
export * from "./records/sources.ts";
export * from "./problems/pass_at_k.ts";
export * from "../papers/chipgpt_ft/published_tables.ts";
export * from "../papers/chipgpt_ft/arms/settings.ts";
export * from "../papers/chipgpt_ft/arms/asking.ts";
export * from "../papers/chipgpt_ft/arms/baselines.ts";
export { armOf, armSampling, evaluateArm } from "../papers/chipgpt_ft/arms/evaluate_arm.ts";
export * from "../papers/chipgpt_ft/arms/compare_arms.ts";
export * from "../papers/chipgpt_ft/arms/held_out.ts";
export * from "../papers/chipgpt_ft/arms/held_out_problems.ts";
export * from "../papers/chipgpt_ft/arms/token_layout.ts";
export * from "../papers/chipgpt_ft/arms/natural_problems.ts";
export * from "./problems/problem.ts";
export * from "./problems/problem_sets.ts";
export * from "../papers/chipgpt_ft/arms/repair_cases.ts";
export * from "./problems/results.ts";
export * from "./problems/solve.ts";
export * from "../papers/chipgpt_ft/arms/training_corpus.ts";
