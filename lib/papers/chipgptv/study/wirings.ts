/**
 * Generated wirings: blocks with typed ports, each sink driven by one driver of its width.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { BLOCK_NAMES, BLOCK_TYPES, INPUT_NAMES, OUTPUT_NAMES } from "./words.ts";

/** What a wiring is for. */
export type WiringFamilyName = "regular" | "network";

/** Something that drives: a port, or a block's output q. */
export interface Driver {
  name: string;
  kind: "port" | "block";
  width: number;
}

/** Something that is driven: an output port, or an input of a block. */
export interface Sink {
  name: string;
  /** The input; absent for a port. */
  pin?: "x" | "w";
  width: number;
}

/** A wiring. */
export interface WiringDesign {
  kind: "wiring";
  family: WiringFamilyName;
  module: string;
  inputs: readonly { name: string; width: number }[];
  outputs: readonly { name: string; width: number }[];
  blocks: readonly { name: string; type: string }[];
  /** For each of {@linkcode sinksOf}, the place of its driver among {@linkcode driversOf}. */
  chosen: readonly number[];
}

/** Ports and blocks of a wiring, before anything is wired. */
export type WiringParts = Pick<WiringDesign, "inputs" | "outputs" | "blocks">;

/** Fewest and most blocks. */
export const WIRING_SIZES = { least: 2, most: 5 } as const;

/** All drivers: ports, then blocks, in their order. */
export function driversOf({ inputs, blocks }: WiringParts): Driver[] {
  return [
    ...inputs.map(({ name, width }): Driver => ({ name, kind: "port", width })),
    ...blocks.map(({ name, type }): Driver => ({
      name,
      kind: "block",
      width: BLOCK_TYPES[type]!.q,
    })),
  ];
}

/** All sinks: the blocks' inputs in their order, then output ports. */
export function sinksOf({ outputs, blocks }: WiringParts): Sink[] {
  return [
    ...blocks.flatMap(({ name, type }): Sink[] => {
      const { x, w } = BLOCK_TYPES[type]!;
      const first: Sink = { name, pin: "x", width: x };
      return w === undefined ? [first] : [first, { name, pin: "w", width: w }];
    }),
    ...outputs.map(({ name, width }): Sink => ({ name, width })),
  ];
}

/** Places among the drivers that may drive each sink, by width. */
function candidatesOf(parts: WiringParts): number[][] {
  const drivers = driversOf(parts);
  return sinksOf(parts).map(({ width }) =>
    drivers.flatMap((driver, i) => driver.width === width ? [i] : [])
  );
}

/**
 * A regular wiring: each sink takes the last or the first driver of its width that is declared before it; outputs are
 * declared last.
 */
function regularChoice(parts: WiringParts, which: "last" | "first"): number[] {
  const ports = parts.inputs.length;
  const place = new Map(parts.blocks.map(({ name }, i) => [name, i]));
  const sinks = sinksOf(parts);
  return candidatesOf(parts).map((candidates, i) => {
    const { name, pin } = sinks[i]!;
    const before = pin === undefined ? Infinity : ports + place.get(name)!;
    const earlier = candidates.filter((driver) => driver < before);
    return which === "last" ? earlier.at(-1)! : earlier[0]!;
  });
}

/** A wiring of `count` blocks. One in two is regular; a network's sinks choose independently and uniformly. */
export function drawWiring(random: Random, count: number): WiringDesign {
  const narrow = 1 + random.integer(2);
  const wide = 1 + random.integer(2);
  const types = Object.keys(BLOCK_TYPES);
  const parts: WiringParts = {
    inputs: INPUT_NAMES.slice(0, narrow + wide).map((name, i) => ({
      name,
      width: i < narrow ? 8 : 16,
    })),
    outputs: OUTPUT_NAMES.map((name, i) => ({ name, width: i === 0 ? 8 : 16 })),
    blocks: BLOCK_NAMES.slice(0, count).map((name) => ({
      name,
      type: types[random.integer(types.length)]!,
    })),
  };
  const kind = "wiring";
  if (random.integer(2) === 0) {
    const which = (["last", "first"] as const)[random.integer(2)]!;
    const module = `${which}_driver`;
    return { kind, family: "regular", module, ...parts, chosen: regularChoice(parts, which) };
  }
  return { kind, family: "network", module: "network", ...parts, chosen: anyChoice(random, parts) };
}

function anyChoice(random: Random, parts: WiringParts): number[] {
  return candidatesOf(parts).map((some) => some[random.integer(some.length)]!);
}

/** The same ports and blocks with all drivers drawn anew, independently and uniformly. */
export function rewired(random: Random, design: WiringDesign): WiringDesign {
  return { ...design, chosen: anyChoice(random, design) };
}

/** Probability of the most likely wiring given purpose, ports, blocks and, where `named`, the module's name. */
export function wiringCeiling(design: WiringDesign, named: boolean): number {
  if (design.family === "network") {
    return candidatesOf(design).reduce((product, { length }) => product / length, 1);
  }
  if (named) return 1;
  const [last, first] = (["last", "first"] as const).map((which) => regularChoice(design, which));
  return last!.every((driver, i) => driver === first![i]) ? 1 : 0.5;
}
