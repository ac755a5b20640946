/**
 * The design generator: families of modules with random names, widths, resets and layouts, each with a
 * bench. Nothing in it is anybody's, so a corpus of any size can be made and given away.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { readModules } from "../language/module_reader.ts";
import { writeModule } from "../language/module_writer.ts";
import type { Bench } from "../simulate/bench.ts";
import { benchOf, type Blueprint } from "./blueprint.ts";
import * as arithmetic from "./arithmetic.ts";
import * as counters from "./counters.ts";
import * as logic from "./logic.ts";
import * as machines from "./machines.ts";
import * as memories from "./memories.ts";
import * as registers from "./registers.ts";
import { Workshop } from "./random_choices.ts";

/** A generated file with its bench. */
export interface Design {
  family: string;
  seed: number;
  /** The module the bench tests; the file may hold the modules it is made of. */
  top: string;
  text: string;
  bench: Bench;
  /** Numbers that set this member of the family apart. */
  parameters: Record<string, number>;
}

const MAKERS: Readonly<Record<string, (shop: Workshop) => Blueprint>> = {
  ...counters,
  ...registers,
  ...memories,
  ...logic,
  ...arithmetic,
  ...machines,
};

/** Names of the families, in alphabetical order. */
export const FAMILIES: readonly string[] = Object.keys(MAKERS).sort();

/**
 * Makes one design. The same seed and family give the same bytes.
 *
 * @throws {RangeError} for a family that does not exist.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { generateDesign } from "offprint/verilog/designs/mod.ts";
 *
 * const design = await generateDesign(7, "grayCounter");
 * assertEquals(design.text, (await generateDesign(7, "grayCounter")).text);
 * ```
 */
export async function generateDesign(seed: number, family?: string): Promise<Design> {
  const chosen = family ?? FAMILIES[stream(seed, "family").integer(FAMILIES.length)]!;
  const make = MAKERS[chosen];
  if (make === undefined) {
    throw new RangeError(
      `generateDesign: got family ${chosen}, expected one of ${FAMILIES.join(", ")}`,
    );
  }
  const shop = new Workshop(stream(seed, "design", chosen));
  const blueprint = make(shop);
  const style = {
    indent: shop.pick([2, 2, 4]),
    ansi: shop.chance(0.8),
    begins: shop.chance(0.3),
    wires: shop.chance(),
  };
  const modules = await readModules(blueprint.text);
  const { top, parameters } = blueprint;
  return {
    family: chosen,
    seed,
    top,
    text: modules.map((module) => writeModule(module, style)).join("\n"),
    bench: benchOf(blueprint, shop.random),
    parameters,
  };
}

/** Designs of consecutive seeds, all families in turn. */
export async function* generateDesigns(seed: number, count: number): AsyncGenerator<Design> {
  const order = stream(seed, "order").shuffle([...FAMILIES]);
  for (let at = 0; at < count; at++) {
    yield await generateDesign(seed * 1_000_003 + at, order[at % order.length]);
  }
}
