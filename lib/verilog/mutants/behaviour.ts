/**
 * Does a mutant behave like its original? Random inputs first, since they are fast and show a difference as
 * people see it; then a proof that there is none.
 *
 * @module
 */
import { modulesOf } from "../language/module_reader.ts";
import type { Mutant } from "./draw_mutants.ts";
import { type Reset, resetOf } from "../language/reset.ts";
import { compareByStimulus } from "../simulate/compare.ts";
import type { Refusal } from "../simulate/gates.ts";
import { simulationOf } from "../simulate/run_bench.ts";
import type { Simulation } from "../simulate/simulation.ts";
import { incompleteSensitivity } from "../language/sensitivity.ts";
import { parseVerilog, type SyntaxTree, treeOf } from "../language/syntax_tree.ts";
import { compareModules, type Provable, provable } from "../tools/equivalence.ts";
import { topModules } from "../tools/top_modules.ts";
import type { YosysPool } from "../tools/yosys.ts";

/** Whether two designs behave alike, and how that was found out. */
export interface Comparison {
  verdict: "equal" | "different" | "unknown";
  evidence: string;
}

/** Compares a mutant, whose tree may be at hand, with the original it was made of. */
export type Compare = (mutant: Mutant, tree?: SyntaxTree) => Promise<Comparison>;

interface Original {
  top: string;
  reset: Reset | undefined;
  simulation: Simulation | Refusal;
  /** For the proofs, made when the first of them needs it. */
  provable?: Promise<Provable>;
}

/**
 * The comparison for all mutants of one file. The original is mapped to gates when the first mutant needs
 * it, and once. Every module that no other one contains is compared: one that differs is enough. The proof
 * looks at one clock edge as a step, so it cannot judge which edge it is. When the tools run out of time or
 * memory over one mutant, those that have not begun are not tried: they are as large, and a folder of large
 * designs must come to its end. Therefore the proofs of a file go on one after the other. The file may be parsed
 * already.
 */
export function behaviourOf(source: string | SyntaxTree, yosys: YosysPool): Compare {
  const original = typeof source === "string" ? source : source.text;
  let prepared: Promise<Original[] | string> | undefined;
  let ranOut = false;
  let lastProof: Promise<unknown> = Promise.resolve();
  const unknown = (evidence: string): Comparison => ({ verdict: "unknown", evidence });
  const gaveUp = (evidence: string): Comparison => {
    ranOut = true;
    return unknown(evidence);
  };
  const compare = async (
    { text, rule }: Mutant,
    tree: SyntaxTree,
    gold: Original,
  ): Promise<Comparison> => {
    const { top, reset, simulation } = gold;
    if ("refused" in simulation) {
      if (simulation.ranOut) return gaveUp(simulation.refused);
    } else {
      const seen = await compareByStimulus({ gold: simulation, gate: tree, top, reset, yosys });
      if (seen === "different") return { verdict: "different", evidence: "simulation" };
      if (seen === "ran out") return gaveUp("mapping ran out");
    }
    // The proof takes a clock edge as one step, whichever edge it is, so it cannot tell these apart.
    if (rule === "edge.swap") return unknown("simulation saw no difference");
    const proof = lastProof.then(async (): Promise<Comparison> => {
      if (ranOut) return unknown("tools ran out of time or memory over another mutant");
      return await prove(text, gold);
    });
    lastProof = proof.catch(() => {});
    return await proof;
  };
  const prove = async (text: string, gold: Original): Promise<Comparison> => {
    const { top, reset } = gold;
    const { verdict } = await compareModules(yosys, {
      gold: await (gold.provable ??= provable(yosys, original, top)),
      gate: text,
      goldTop: top,
      gateTop: top,
      ...(reset === undefined ? {} : { reset }),
    });
    if (verdict === "equal") return { verdict, evidence: "equivalence" };
    if (verdict === "ran out") return gaveUp("equivalence: ran out");
    const differs = verdict === "different" || verdict === "interface";
    return { verdict: differs ? "different" : "unknown", evidence: `equivalence: ${verdict}` };
  };
  return async (mutant, given) => {
    if (ranOut) return unknown("tools ran out of time or memory over another mutant");
    const golds = await (prepared ??= prepare(source, yosys));
    if (typeof golds === "string") return unknown(golds);
    const tree = given ?? await parseVerilog(mutant.text);
    const missing = await incompleteSensitivity(tree);
    if (missing !== undefined) return unknown(missing);
    let undecided: Comparison | undefined;
    let equal: Comparison | undefined;
    for (const gold of golds) {
      const found = await compare(mutant, tree, gold);
      if (found.verdict === "different") return found;
      if (found.verdict === "unknown") undecided ??= found;
      else equal ??= found;
    }
    return undecided ?? equal ?? unknown("no top module");
  };
}

async function prepare(
  source: string | SyntaxTree,
  yosys: YosysPool,
): Promise<Original[] | string> {
  const tree = await treeOf(source);
  const original = tree.text;
  const modules = modulesOf(tree);
  const missing = await incompleteSensitivity(tree);
  if (missing !== undefined) return missing;
  const tops = modules.length === 1
    ? new Set([modules[0]!.name])
    : await topModules(original, yosys);
  if (typeof tops === "string") return tops;
  return await Promise.all(
    modules.filter(({ name }) => tops.has(name)).map(async (top) => ({
      top: top.name,
      reset: resetOf(top),
      simulation: await simulationOf(tree, top.name, yosys),
    })),
  );
}
