/**
 * A circuit of gates and registers, as the simulator runs it.
 *
 * @module
 */

/** Number of a net; 0, 1 and 2 are the constants 0, 1 and x. */
export type Net = number;

/** Nets of the constants. */
export const CONSTANT_NETS = { zero: 0, one: 1, unknown: 2 } as const;

/** A gate without memory. */
export interface Gate {
  /** Yosys's name without the frame: `AND`, `MUX`, …; `is_one` and `same` see unknown values as such. */
  type: string;
  /** Input nets in the order A, B, C, D or A, B, S. */
  inputs: Net[];
  output: Net;
}

/** A flip-flop or latch, all pins active high. Absent pins are not there. */
export interface Register {
  kind: "flipflop" | "latch";
  data: Net;
  /** Rising clock, or the level at which a latch is open. Absent: set and reset alone. */
  clock?: Net;
  enable?: Net;
  set?: Net;
  reset?: Net;
  /** Loads `loadData` while high. */
  load?: Net;
  loadData?: Net;
  output: Net;
  /** 0, 1 or x before anything happens. */
  initial: 0 | 1 | "x";
}

/** The whole circuit. */
export interface Netlist {
  nets: number;
  gates: Gate[];
  registers: Register[];
  /** Nets of each input and output, least significant bit first. */
  inputs: Map<string, Net[]>;
  outputs: Map<string, Net[]>;
  /** Outputs that are signed: a wire wider than such a port is filled with its sign. */
  signed: Set<string>;
}

/** Why a design cannot be simulated here. */
export interface Refusal {
  refused: string;
  /** It was too much for the time or memory there is. */
  ranOut?: true;
}
