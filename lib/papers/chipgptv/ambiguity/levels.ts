/**
 * What descriptions of growing detail leave open.
 *
 * @module
 */
import { type Fsm, type Graph, printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";
import {
  agreeingDesigns,
  type DesignFamily,
  type Fact,
  machineFamily,
  wiringFamily,
} from "./choices.ts";
import { log2Exact } from "./machine_counts.ts";
import { toldFacts } from "./told_facts.ts";

/** What is left open of one design. */
export interface AmbiguityRow {
  name: string;
  /** Bits that each description leaves open: simple, medium, complex, graph. */
  bits: number[];
  /** Sentences that raised the ambiguity when they were told one after the other. */
  rises: number;
}

/**
 * The ambiguity of a design as it is told: names of blocks, ports and states alone (simple); half of its sentences besides
 * (medium); all of them (complex); its canonical graph. What a text tells is read back from its words, so that a sentence
 * which said nothing, or something wrong, would show.
 *
 * @param sentences that tell every connection or transition.
 * @throws {RangeError} when a description agrees with no design at all.
 */
export function ambiguityRow(
  name: string,
  shown: Graph | Fsm,
  sentences: readonly string[],
): AmbiguityRow {
  const machine = "states" in shown;
  const family: DesignFamily = machine ? machineFamily(shown) : wiringFamily(shown);
  const inputs = machine ? shown.inputs : [];
  const bits = (facts: readonly Fact[]): number => {
    const count = agreeingDesigns(family, facts);
    if (count === 0n) throw new RangeError(`${name}: no design agrees with its description`);
    return log2Exact(count);
  };
  const half = sentences.slice(0, Math.ceil(sentences.length / 2));
  const text = machine ? printFsm(shown) : printGraph(shown);
  const described = [[], half, sentences, text.split("\n")];
  let rises = 0;
  let before = bits([]);
  const told: Fact[] = [];
  for (const sentence of sentences) {
    told.push(...toldFacts([sentence], inputs));
    const after = bits(told);
    if (after > before) rises++;
    before = after;
  }
  return { name, bits: described.map((lines) => bits(toldFacts(lines, inputs))), rises };
}
