/**
 * The twelve advanced units: arrays of processing elements, pipelines and state machines.
 *
 * @module
 */
import { ASYNCHRONOUS, type Inputs, stateful, SYNCHRONOUS, type UnitModel } from "./model.ts";

/** A machine: for each state its outputs and the next state for input values 0, 1, … */
type Table = Record<string, [outputs: Record<string, number>, ...next: string[]]>;

function machine(
  table: Table,
  reset: string,
  inputs: Record<string, number>,
  outputs: Record<string, number>,
  value: (inputs: Inputs) => number,
): UnitModel {
  return {
    inputs,
    outputs,
    clocking: SYNCHRONOUS,
    vectors: 160,
    change: 0.85,
    behaviour: stateful(
      reset,
      (state) => table[state]![0],
      (state, given) => table[state]!.slice(1)[value(given)] as string,
    ),
  };
}

const BYTE = 256;

/** Models by the name of the unit. */
export const ADVANCED: Readonly<Record<string, UnitModel>> = {
  "1x2nocpe": {
    inputs: { a0: 8, a1: 8, w: 8 },
    outputs: { c0: 16, c1: 16 },
    clocking: SYNCHRONOUS,
    behaviour: stateful(
      { c0: 0, c1: 0, passed: 0 },
      ({ c0, c1 }) => ({ c0, c1 }),
      ({ c0, c1, passed }, { a0, a1, w }) => ({
        c0: (c0 + a0! * w!) % 65536,
        c1: (c1 + a1! * passed) % 65536,
        passed: w!,
      }),
    ),
  },
  "1x4systolic": {
    inputs: { x: 4, w0: 4, w1: 4, w2: 4, w3: 4 },
    outputs: { y: 10 },
    clocking: SYNCHRONOUS,
    behaviour: stateful(
      { x: [0, 0, 0, 0], s: [0, 0, 0, 0] },
      ({ s }) => ({ y: s[3]! }),
      ({ x, s }, inputs) => {
        const arriving = [inputs.x!, x[0]!, x[1]!, x[2]!];
        return {
          x: arriving,
          s: arriving.map((value, k) => (k === 0 ? 0 : s[k - 1]!) + value * inputs[`w${k}`]!),
        };
      },
    ),
  },
  "2x2systolic": {
    inputs: { a0: 8, a1: 8, b0: 8, b1: 8 },
    outputs: { c00: 16, c01: 16, c10: 16, c11: 16 },
    clocking: SYNCHRONOUS,
    behaviour: stateful(
      { c: [0, 0, 0, 0], right: [0, 0], down: [0, 0] },
      ({ c }) => ({ c00: c[0]!, c01: c[1]!, c10: c[2]!, c11: c[3]! }),
      ({ c, right, down }, { a0, a1, b0, b1 }) => {
        const products = [a0! * b0!, right[0]! * b1!, a1! * down[0]!, right[1]! * down[1]!];
        return {
          c: c.map((sum, k) => (sum + products[k]!) % 65536),
          right: [a0!, a1!],
          down: [b0!, b1!],
        };
      },
    ),
  },
  "4x4spatialacc": {
    inputs: Object.fromEntries(
      ["x", "w"].flatMap((name) => [0, 1, 2, 3].map((k) => [`${name}${k}`, 4])),
    ),
    outputs: { y0: 10, y1: 10, y2: 10, y3: 10 },
    clocking: SYNCHRONOUS,
    behaviour: stateful(
      Array.from({ length: 4 }, () => [0, 0, 0, 0]),
      (sums) => Object.fromEntries(sums.map((row, r) => [`y${r}`, row[3]!])),
      (sums, inputs) =>
        sums.map((row, r) =>
          row.map((_, k) => (k === 0 ? 0 : row[k - 1]!) + inputs[`x${k}`]! * inputs[`w${r}`]!)
        ),
    ),
  },
  macpe: {
    inputs: { en: 1, a: 8, b: 8 },
    outputs: { acc: 16 },
    clocking: SYNCHRONOUS,
    behaviour: stateful(
      0,
      (acc) => ({ acc }),
      (acc, { en, a, b }) => en === 1 ? (acc + a! * b!) % 65536 : acc,
    ),
  },
  "3stagepipe": {
    inputs: { instr: 14 },
    outputs: { q: 8 },
    clocking: ASYNCHRONOUS,
    change: 0.8,
    behaviour: stateful(
      { op: 0, a: 0, b: 0, y: 0, q: 0 },
      ({ q }) => ({ q }),
      ({ op, a, b, y, q }, { instr }) => ({
        op: instr! >> 12,
        a: (instr! >> 6) & 63,
        b: instr! & 63,
        y: [a + b, a & b, a | b, a ^ b][op]!,
        q: (q + y) % BYTE,
      }),
    ),
  },
  "5stagepipe": {
    inputs: { instr: 10 },
    outputs: { q: 8 },
    clocking: ASYNCHRONOUS,
    change: 0.8,
    vectors: 96,
    behaviour: stateful(
      { word: 0, op: 0, a: 0, b: 0, y: 0, now: 0, before: 0, q: 0 },
      ({ q }) => ({ q }),
      ({ word, op, a, b, y, now, before }, { instr }) => ({
        word: instr!,
        op: word >> 8,
        a: (word >> 4) & 15,
        b: word & 15,
        y: [a + b, a & b, a | b, a ^ b][op]!,
        now: y,
        before: now,
        q: (now + before) % BYTE,
      }),
    ),
  },
  "2state_fsm": machine(
    { A: [{ state: 9 }, "A", "B"], B: [{ state: 8 }, "B", "A"] },
    "A",
    { in: 1 },
    { state: 4 },
    (inputs) => inputs.in!,
  ),
  "3state_fsm": machine(
    {
      RED: [{ light: 1 }, "RED", "GREEN"],
      GREEN: [{ light: 2 }, "GREEN", "YELLOW"],
      YELLOW: [{ light: 3 }, "RED", "GREEN"],
    },
    "RED",
    { go: 1 },
    { light: 2 },
    ({ go }) => go!,
  ),
  "4state_fsm": machine(
    {
      ZERO: [{ open: 0, level: 0 }, "ZERO", "TEN", "FIVE", "PAID"],
      FIVE: [{ open: 0, level: 1 }, "FIVE", "PAID", "TEN", "PAID"],
      TEN: [{ open: 0, level: 2 }, "TEN", "PAID", "PAID", "PAID"],
      PAID: [{ open: 1, level: 3 }, "ZERO", "ZERO", "ZERO", "ZERO"],
    },
    "ZERO",
    { five: 1, ten: 1 },
    { open: 1, level: 2 },
    ({ five, ten }) => 2 * five! + ten!,
  ),
  "5state_fsm": machine(
    {
      S0: [{ hit: 0 }, "S0", "S1"],
      S1: [{ hit: 0 }, "S0", "S2"],
      S2: [{ hit: 0 }, "S3", "S2"],
      S3: [{ hit: 0 }, "S0", "S4"],
      S4: [{ hit: 1 }, "S0", "S2"],
    },
    "S0",
    { d: 1 },
    { hit: 1 },
    ({ d }) => d!,
  ),
  fsm: machine(
    {
      S0: [{ out: 0 }, "S0", "S1"],
      S1: [{ out: 0 }, "S2", "S1"],
      S2: [{ out: 0 }, "S3", "S1"],
      S3: [{ out: 0 }, "S0", "S4"],
      S4: [{ out: 0 }, "S2", "S5"],
      S5: [{ out: 1 }, "S2", "S1"],
    },
    "S0",
    { in: 1 },
    { out: 1 },
    (inputs) => inputs.in!,
  ),
};
