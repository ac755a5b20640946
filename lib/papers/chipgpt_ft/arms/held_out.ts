/**
 * Which generated designs are trained on and which are asked about. Two questions are kept apart: can a
 * model write a family it has seen with parameters it has not, and can it write a family it has not seen?
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { describe } from "offprint/verilog/prose/mod.ts";
import { fingerprint, readModules, writeModule } from "offprint/verilog/language/mod.ts";
import { type Design, FAMILIES, generateDesign } from "offprint/verilog/designs/mod.ts";

/** A design with its description. */
export interface DescribedDesign extends Design {
  /** Sentences of its modules in the order of the file. */
  prose: string;
}

/** Designs in three parts; no two parts share a module up to the names in it. */
export interface DesignSplit {
  train: DescribedDesign[];
  /** Families of `train` with parameters that do not occur there. */
  heldOutParameters: DescribedDesign[];
  /** Families that do not occur in `train`. */
  heldOutFamilies: DescribedDesign[];
}

/** What fixes a split. */
export interface SplitOptions {
  seed: number;
  /** Designs drawn in all. */
  designs: number;
  /** Characters of description and code together, at most; what is longer is left out. */
  longest: number;
}

/** Families nobody trains on, drawn by seed. */
export function heldOutFamilies(seed: number): string[] {
  return stream(seed, "held-out families").shuffle([...FAMILIES]).slice(0, HELD_OUT_FAMILIES)
    .sort();
}

const ONE_STYLE = { indent: 2, ansi: true, begins: false, wires: false } as const;
const HELD_OUT_FAMILIES = 5;
const HELD_OUT_PARAMETERS = 0.2;

/** Whether this combination of a family's parameters is kept for asking. */
function isHeldOut(seed: number, { family, parameters }: Design): boolean {
  const key = JSON.stringify(parameters);
  return stream(seed, "held-out parameters", family, key).uniform() < HELD_OUT_PARAMETERS;
}

/** The last split: corpora and problems of a run ask for the same one. */
let last: { key: string; split: Promise<DesignSplit> } | undefined;

/** Draws designs of all families in turn and splits them. The same options give the same split. */
export function splitDesigns({ seed, designs, longest }: SplitOptions): Promise<DesignSplit> {
  const key = JSON.stringify([seed, designs, longest]);
  if (last?.key !== key) last = { key, split: drawSplit({ seed, designs, longest }) };
  return last.split;
}

async function drawSplit({ seed, designs, longest }: SplitOptions): Promise<DesignSplit> {
  const apart = new Set(heldOutFamilies(seed));
  const split: DesignSplit = { train: [], heldOutParameters: [], heldOutFamilies: [] };
  const order = stream(seed, "order of families").shuffle([...FAMILIES]);
  for (let at = 0; at < designs; at++) {
    const design = await generateDesign(seed * 1_000_003 + at, order[at % order.length]);
    const modules = await readModules(design.text);
    const prose = modules.map((module) => describe(module).text.trimEnd()).join("\n");
    // The prose does not say how a file is laid out, so all are laid out alike.
    const text = modules.map((module) => writeModule(module, ONE_STYLE)).join("\n");
    if (prose.length + text.length > longest) continue;
    const described = { ...design, text, prose };
    if (apart.has(design.family)) split.heldOutFamilies.push(described);
    else if (isHeldOut(seed, design)) split.heldOutParameters.push(described);
    else split.train.push(described);
  }
  const seen = new Set(split.train.map(({ text }) => fingerprint(text)));
  const fresh = ({ text }: Design): boolean => {
    const print = fingerprint(text);
    if (seen.has(print)) return false;
    seen.add(print);
    return true;
  };
  return {
    train: split.train,
    heldOutParameters: split.heldOutParameters.filter(fresh),
    heldOutFamilies: split.heldOutFamilies.filter(fresh),
  };
}

/** The first `count` designs, families in turn, so that none crowds out the others. */
export function balanced<T extends Design>(designs: readonly T[], count: number): T[] {
  const byFamily = new Map<string, T[]>();
  for (const design of designs) {
    byFamily.set(design.family, [...(byFamily.get(design.family) ?? []), design]);
  }
  const queues = [...byFamily.keys()].sort().map((family) => byFamily.get(family)!);
  const chosen: T[] = [];
  for (let round = 0; chosen.length < Math.min(count, designs.length); round++) {
    for (const queue of queues) {
      if (queue[round] !== undefined && chosen.length < count) chosen.push(queue[round]!);
    }
  }
  return chosen;
}
