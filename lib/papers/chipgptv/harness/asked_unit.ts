/**
 * The benchmark's units as they are asked for, under their own names or under names that say nothing.
 *
 * @module
 */
import {
  anonymised,
  printFsm,
  printGraph,
  renameProse,
  renameVerilog,
  type Renaming,
} from "offprint/verilog/diagrams/mod.ts";
import type { Bench } from "offprint/verilog/simulate/mod.ts";
import { bareName } from "offprint/verilog/tokens/mod.ts";
import { type Unit, type UnitPrompt } from "../units/mod.ts";
import { graphSentences, machineSentences } from "./diagram_sentences.ts";
import type { AskedUnit } from "./unit.ts";

/** A unit for the harness; without a picture the arms that show one cannot be asked. */
export function askedUnit(unit: Unit, picture?: Uint8Array): AskedUnit {
  const { name, level, prompts, header, reference, bench, clocking, graph, fsm } = unit;
  return {
    name,
    level,
    prompts,
    header,
    reference,
    bench,
    latencyLocked: clocking !== undefined,
    ...(clocking === undefined ? {} : { reset: { port: clocking.reset, active: clocking.active } }),
    diagram: [
      ...(graph === undefined ? [] : [printGraph(graph)]),
      ...(fsm === undefined ? [] : [printFsm(fsm)]),
    ].join("\n"),
    sentences: [
      ...(graph === undefined ? [] : graphSentences(graph)),
      ...(fsm === undefined ? [] : machineSentences(fsm)),
    ],
    ...(picture === undefined ? {} : { picture }),
  };
}

/**
 * A unit whose names are replaced everywhere, one word by one word: in prompts (where names stand between backticks),
 * header, reference, bench, graph and machine. What the prose says of the function stays. The unit keeps its own name in
 * results.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { anonymousUnit } from "offprint/papers/chipgptv/harness/mod.ts";
 * import { readUnit } from "offprint/papers/chipgptv/units/mod.ts";
 *
 * const hidden = anonymousUnit(await readUnit("macpe"));
 * assertEquals([hidden.name, hidden.top, hidden.bench.top], ["macpe", "m0", "m0"]);
 * ```
 */
export function anonymousUnit(unit: Unit): Unit {
  const { graph, fsm, reference, header, top, bench, prompts, functions, clocking } = unit;
  const { undo, ...hidden } = anonymised({
    ...(graph === undefined ? {} : { graph }),
    ...(fsm === undefined ? {} : { fsm }),
    text: reference,
  });
  const names: Renaming = new Map([...undo].map(([to, from]) => [from, to]));
  const of = (name: string): string => names.get(name) ?? name;
  const prompt = ({ text, withPicture }: UnitPrompt): UnitPrompt => ({
    text: renamePrompt(text, header, names),
    withPicture: renamePrompt(withPicture, header, names),
  });
  return {
    ...unit,
    top: of(top),
    header: renameVerilog(header, names).trimEnd(),
    reference: hidden.text!,
    prompts: {
      simple: prompt(prompts.simple),
      medium: prompt(prompts.medium),
      complex: prompt(prompts.complex),
    },
    functions: Object.fromEntries(
      Object.entries(functions).map(([module, text]) => [of(module), renameProse(text, names)]),
    ),
    bench: renameBench(bench, of),
    ...(clocking === undefined
      ? {}
      : { clocking: { ...clocking, clock: of(clocking.clock), reset: of(clocking.reset) } }),
    ...(hidden.graph === undefined ? {} : { graph: hidden.graph }),
    ...(hidden.fsm === undefined ? {} : { fsm: hidden.fsm }),
  };
}

/** Prose under other names, with the header in it, which is Verilog. */
function renamePrompt(text: string, header: string, names: Renaming): string {
  return text.split(header).map((part) => renameProse(part, names))
    .join(renameVerilog(header, names).trimEnd());
}

function renameBench({ top, inputs, outputs, steps }: Bench, of: (name: string) => string): Bench {
  const keys = <T>(record: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [of(bareName(name)), value]));
  return {
    top: of(top),
    inputs: keys(inputs),
    outputs: keys(outputs),
    steps: steps.map(({ set, expect }) => ({
      set: keys(set),
      ...(expect === undefined ? {} : { expect: keys(expect) }),
    })),
  };
}
