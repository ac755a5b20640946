/**
 * What tools say about a mutant, and which class that makes it. No single tool decides: the parser is
 * forgiving, Yosys lets wrong declarations pass, Icarus lets drivers conflict.
 *
 * @module
 */
import { behaviourOf, type Compare } from "./behaviour.ts";
import { type Diagnostic, diagnosticsOf } from "../tools/diagnostics.ts";
import type { Mutant } from "./draw_mutants.ts";
import type { MutationClass } from "./mutation.ts";
import { parseVerilog, type SyntaxTree, treeOf } from "../language/syntax_tree.ts";
import type { Icarus } from "../tools/icarus.ts";
import type { Verilator } from "../tools/verilator.ts";
import type { YosysPool } from "../tools/yosys.ts";

/** The tools available. */
export interface Tools {
  yosys: YosysPool;
  /** Absent where Icarus is not installed. */
  icarus?: Icarus | undefined;
  /** Absent where Verilator is not installed. */
  verilator?: Verilator | undefined;
}

/** What each tool said about one text. */
export interface Observation {
  treeError: boolean;
  /** `read_verilog; hierarchy -auto-top; proc` and `check` went through. */
  yosysAccepts: boolean;
  /** Yosys was stopped by a limit and has said nothing. */
  yosysRanOut?: true;
  /** `check` found no problem. */
  checkPasses: boolean;
  yosys: Diagnostic[];
  /** Verilog-2005; absent without Icarus. */
  icarusAccepts?: boolean;
  icarus?: Diagnostic[];
  /** Lint without errors, warnings allowed; absent without Verilator. */
  verilatorAccepts?: boolean;
  verilator?: Diagnostic[];
}

/** The class a text turned out to have: `equivalent` behaves like the original; `undecided` when a tool gave up. */
export type ObservedClass = MutationClass | "equivalent" | "undecided";

/** A verdict and what it rests on; Verilator is asked only where its word can change something. */
export interface Classified {
  observed: ObservedClass;
  observation: Observation;
  /** What decided: "icarus", "icarus, verilator", "yosys default_nettype none", "yosys assigned in a block", "equivalence", … */
  evidence: string;
}

/** Without `-assert`: what `check` finds stands in its log and is no error. */
const CHECK_SCRIPT = "read_verilog m.v; hierarchy -auto-top; proc; check";

/** Whether `check` found no problem. */
function foundNothing(log: string): boolean {
  return /^Found and reported 0 problems\.$/m.test(log);
}

/** Shows a text to every tool; it may be parsed already. */
export async function observe(
  source: string | SyntaxTree,
  { yosys, icarus, verilator }: Tools,
): Promise<Observation> {
  const text = typeof source === "string" ? source : source.text;
  const [tree, run, compiled, linted] = await Promise.all([
    treeOf(source),
    yosys.run({ script: CHECK_SCRIPT, files: { "m.v": text } }),
    compiledBy(text, icarus),
    lintedBy(text, verilator),
  ]);
  const accepted = run.status === "ok";
  return {
    treeError: tree.hasError,
    yosysAccepts: accepted,
    checkPasses: accepted && foundNothing(run.log),
    ...(run.status === "time" || run.status === "memory" ? { yosysRanOut: true as const } : {}),
    yosys: diagnosticsOf(run.log),
    ...compiled,
    ...linted,
  };
}

/** What Icarus says of a text; nothing where it is not installed or did not have enough time. */
export async function compiledBy(
  text: string,
  icarus: Icarus | undefined,
): Promise<Pick<Observation, "icarusAccepts" | "icarus">> {
  const compiled = await icarus?.check({ "m.v": text });
  return compiled === undefined || compiled.ranOut
    ? {}
    : { icarusAccepts: compiled.accepted, icarus: diagnosticsOf(compiled.log) };
}

/** What Verilator says of a text, in the same way. */
async function lintedBy(
  text: string,
  verilator: Verilator | undefined,
): Promise<Pick<Observation, "verilatorAccepts" | "verilator">> {
  const linted = await verilator?.lint({ "m.v": text });
  return linted === undefined || linted.ranOut
    ? {}
    : { verilatorAccepts: linted.accepted, verilator: diagnosticsOf(linted.log) };
}

/** How behaviour is compared: by default with {@linkcode behaviourOf}, which is worth keeping for many mutants of one file. */
export interface ClassifyOptions {
  compare?: Compare;
}

/** Finds out the class of a mutant of `original`. */
export async function classify(
  original: string,
  mutant: Mutant,
  tools: Tools,
  options: ClassifyOptions = {},
): Promise<Classified> {
  // Every step looks at the one tree.
  const tree = await parseVerilog(mutant.text);
  const { yosys, icarus } = tools;
  const seen = await observe(tree, { yosys, icarus });
  // Verilator's word counts only about what Icarus has not accepted, and it takes longer than all the others.
  const counts = seen.icarusAccepts !== true && !seen.yosysRanOut;
  const observation = counts ? { ...seen, ...await lintedBy(tree.text, tools.verilator) } : seen;
  const { treeError, yosysAccepts, checkPasses, icarusAccepts, verilatorAccepts } = observation;
  const result = (observed: ObservedClass, evidence: string) => ({
    observed,
    observation,
    evidence,
  });
  if (observation.yosysRanOut) return result("undecided", "yosys ran out of time or memory");
  const syntax = observation.yosys.some(({ message }) => message.startsWith("syntax error"));
  if (treeError || syntax) {
    if (treeError && !yosysAccepts && icarusAccepts !== true && verilatorAccepts !== true) {
      const others = [
        ...(icarusAccepts === undefined ? [] : ["icarus"]),
        ...(verilatorAccepts === undefined ? [] : ["verilator"]),
      ];
      return result("syntax", ["tree", "yosys", ...others].join(", "));
    }
    return result("undecided", "the parsers disagree");
  }
  if (icarusAccepts === false) {
    // Verilator reads a later language, in which some of these are legal: it may add its voice, no more.
    return result("elaboration", verilatorAccepts === false ? "icarus, verilator" : "icarus");
  }
  if (icarusAccepts === undefined) {
    const evidence = await elaborationEvidence(mutant, observation, tools.yosys) ??
      (await verilatorEvidence(original, observation, tools));
    if (evidence !== undefined) return result("elaboration", evidence);
  }
  if (!yosysAccepts) return result("undecided", "yosys rejects, icarus does not");
  if (!checkPasses) return result("drivers", "yosys check");
  const compare = options.compare ?? behaviourOf(original, tools.yosys);
  const { verdict, evidence } = await compare(mutant, tree);
  if (verdict === "unknown") return result("undecided", evidence);
  return result(verdict === "different" ? "behaviour" : "equivalent", evidence);
}

/** Evidence for an elaboration error where there is no Icarus. */
async function elaborationEvidence(
  mutant: Mutant,
  { yosys, yosysAccepts }: Observation,
  pool: YosysPool,
): Promise<string | undefined> {
  if (!yosysAccepts) return "yosys error";
  if (yosys.some(({ message }) => message.includes("is assigned in a block"))) {
    return "yosys assigned in a block";
  }
  if (
    mutant.rule === "type.wire2reg" &&
    yosys.some(({ message }) => message.includes("is assigned in a continuous assignment"))
  ) {
    return "yosys assigned in a continuous assignment";
  }
  if (mutant.rule !== "name.undeclared") return undefined;
  const text = "`default_nettype none\n" + mutant.text;
  const { status, log } = await pool.run({ script: CHECK_SCRIPT, files: { "m.v": text } });
  const objects = status === "error" || status === "ok" && !foundNothing(log);
  return objects ? "yosys default_nettype none" : undefined;
}

/** Verilator's word where there is no Icarus: it rejects the mutant and does not reject the original. */
async function verilatorEvidence(
  original: string,
  { verilatorAccepts }: Observation,
  { verilator }: Tools,
): Promise<string | undefined> {
  if (verilator === undefined || verilatorAccepts !== false) return undefined;
  return (await verilator.lint({ "m.v": original })).accepted ? "verilator" : undefined;
}
