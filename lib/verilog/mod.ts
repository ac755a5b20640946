/**
 * Verilog as material for language models: parse, describe, complete, break and repair modules, and
 * judge what comes back with real tools.
 *
 * @module
 */
export * from "./ast.ts";
export * from "./copy_check.ts";
export * from "./describe.ts";
export { grammarVersion } from "./grammar.ts";
export * from "./golden.ts";
export * from "./inverse.ts";
export * from "./lex.ts";
export { modulesOf, type ReadModule, readModules } from "./module_reader.ts";
export { writeModule, type WriteStyle } from "./module_writer.ts";
export { writeExpression } from "./expression_writer.ts";
export {
  lineAt,
  longestText,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
} from "./syntax_tree.ts";
export * from "./behaviour.ts";
export * from "./classify.ts";
export * from "./completion.ts";
export * from "./diagnostics.ts";
export * from "./masks.ts";
export * from "./mutate.ts";
export {
  applyEdits,
  type Edit,
  type Mutation,
  type MutationClass,
  type MutationRule,
  mutationRules,
  undoEdits,
} from "./mutation.ts";
export * from "./reset.ts";
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
export * from "./fingerprint.ts";
export * from "./generate/design.ts";
export { compareByStimulus, type StimulusProblem } from "./simulate/compare.ts";
export * from "./augment/augment.ts";
export * from "./augment/coverage.ts";
export {
  emptyNotes,
  type FileNotes,
  type FlowOptions,
  recordsOf,
  type Skip,
} from "./augment/flows.ts";
export * from "./augment/record.ts";
export * from "./augment/scripts.ts";
export * from "./augment/sources.ts";
export * from "./pass_at_k.ts";
export * from "./published_tables.ts";
export * from "./arms/arm_settings.ts";
export * from "./arms/asking.ts";
export * from "./arms/baselines.ts";
export { armOf, armSampling, evaluateArm } from "./arms/evaluate_arm.ts";
export * from "./arms/compare_arms.ts";
export * from "./arms/held_out.ts";
export * from "./arms/held_out_problems.ts";
export * from "./arms/layout.ts";
export * from "./arms/natural_problems.ts";
export * from "./arms/problem.ts";
export * from "./arms/problem_sets.ts";
export * from "./arms/repair_cases.ts";
export * from "./arms/results.ts";
export * from "./arms/solve.ts";
export * from "./arms/training_corpus.ts";
