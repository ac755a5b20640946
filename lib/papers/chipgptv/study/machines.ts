/**
 * Generated state machines with one input bit, in three families. The purpose names the family; the module's name tells
 * a counter's variant as well.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { reachableFunctions } from "../ambiguity/machine_counts.ts";
import { STATE_NAMES } from "./words.ts";

/** What a machine is for. */
export type MachineFamilyName = "counter" | "detector" | "controller";

/** A Moore machine with one output bit; state 0 is the reset state. */
export interface MachineDesign {
  kind: "machine";
  family: MachineFamilyName;
  module: string;
  /** Names of the states. */
  states: readonly string[];
  /** Next states of each state on in = 0 and in = 1. */
  next: readonly (readonly [number, number])[];
  /** The output bit of each state. */
  outputs: readonly number[];
}

/** What a machine does, whatever its names. */
export type MachineTable = MachineDesign["next"];

/** The smallest and the largest machine. */
export const MACHINE_SIZES = { least: 2, most: 9 } as const;

const COUNTERS = ["up_hold", "down_hold", "up_clear", "down_clear"] as const;

/** The table of a counter of `n` states: one step on in = 1, hold or go back to the start on in = 0. */
function counterTable(variant: string, n: number): MachineTable {
  const step = variant.startsWith("up") ? 1 : n - 1;
  const clear = variant.endsWith("clear");
  return Array.from({ length: n }, (_, i) => [clear ? 0 : i, (i + step) % n]);
}

/** The table of the machine that looks for `pattern`, overlaps included: its state is the longest prefix just seen. */
export function detectorTable(pattern: readonly number[]): MachineTable {
  const state = (seen: readonly number[]): number => {
    for (let length = Math.min(seen.length, pattern.length); length > 0; length--) {
      const tail = seen.slice(seen.length - length);
      if (tail.every((bit, i) => bit === pattern[i])) return length;
    }
    return 0;
  };
  return Array.from({ length: pattern.length + 1 }, (_, i) => {
    const seen = pattern.slice(0, i);
    return [state([...seen, 0]), state([...seen, 1])];
  });
}

/** Whether the reset state reaches every state. */
export function reachesAll(next: MachineTable): boolean {
  const seen = new Set([0]);
  // A set iterates over what is added on the way.
  for (const from of seen) for (const to of next[from]!) seen.add(to);
  return seen.size === next.length;
}

/**
 * A machine of `n` states: each family is as likely as the others, and so is each member of a family. The output of a
 * counter or detector is 1 in its last state; that of a controller is any bit in each state.
 */
export function drawMachine(random: Random, n: number): MachineDesign {
  const states = STATE_NAMES.slice(0, n);
  const kind = "machine";
  const outputs = states.map((_, i) => Number(i === n - 1));
  const family = (["counter", "detector", "controller"] as const)[random.integer(3)]!;
  if (family === "counter") {
    const module = COUNTERS[random.integer(COUNTERS.length)]!;
    return { kind, family, module, states, next: counterTable(module, n), outputs };
  }
  if (family === "detector") {
    const pattern = Array.from({ length: n - 1 }, () => random.integer(2));
    const next = detectorTable(pattern);
    return { kind, family, module: family, states, next, outputs };
  }
  for (;;) {
    const next = Array.from(
      { length: n },
      (): [number, number] => [random.integer(n), random.integer(n)],
    );
    if (!reachesAll(next)) continue;
    const bits = states.map(() => random.integer(2));
    return { kind, family, module: family, states, next, outputs: bits };
  }
}

/**
 * Probability of the most likely table and outputs given family, number of states and, where `named`, the module's name: no answer
 * that is made from these alone is right more often.
 */
export function machineCeiling({ family, next }: MachineDesign, named: boolean): number {
  const n = next.length;
  if (family === "controller") {
    return 2 ** -n / Number(reachableFunctions({ states: n, inputBits: 1 }));
  }
  // Two different patterns are told apart by the machines that look for them.
  if (family === "detector") return 2 ** (1 - n);
  if (named) return 1;
  const times = new Map<string, number>();
  for (const variant of COUNTERS) {
    const key = JSON.stringify(counterTable(variant, n));
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return Math.max(...times.values()) / COUNTERS.length;
}
