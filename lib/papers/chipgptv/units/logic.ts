/**
 * The ten logic units: what each does.
 *
 * @module
 */
import { ASYNCHRONOUS, stateful, stateless, type UnitModel } from "./model.ts";

/** Models by the name of the unit. */
export const LOGIC: Readonly<Record<string, UnitModel>> = {
  Johnson_Counter: {
    inputs: {},
    outputs: { Q: 4 },
    clocking: ASYNCHRONOUS,
    vectors: 24,
    behaviour: stateful(0, (q) => ({ Q: q }), (q) => (q >> 1) | ((~q & 1) << 3)),
  },
  alu: {
    inputs: { op: 3, a: 8, b: 8 },
    outputs: { r: 8, carry: 1, zero: 1 },
    vectors: 128,
    first: [{ op: 0, a: 255, b: 1 }, { op: 1, a: 7, b: 7 }, { op: 6, a: 1, b: 255 }],
    behaviour: stateless(({ op, a, b }) => {
      const sum = op === 1 ? a! + (b! ^ 255) + 1 : a! + b!;
      const results = [
        ...[sum & 255, sum & 255, a! & b!, a! | b!, (a! << (b! & 7)) & 255, a! >> (b! & 7)],
        Number(a! < b!),
        a! ^ b!,
      ];
      const r = results[op!]!;
      return { r, carry: op! < 2 ? sum >> 8 : 0, zero: Number(r === 0) };
    }),
  },
  edge_detect: {
    inputs: { a: 1 },
    outputs: { rise: 1, down: 1 },
    clocking: ASYNCHRONOUS,
    change: 1,
    behaviour: stateful(
      { last: 0, rise: 0, down: 0 },
      ({ rise, down }) => ({ rise, down }),
      ({ last }, { a }) => ({ last: a!, rise: a! & ~last & 1, down: ~a! & last & 1 }),
    ),
  },
  freq_div: {
    inputs: {},
    outputs: { clk_50: 1, clk_10: 1, clk_1: 1 },
    clocking: { ...ASYNCHRONOUS, clock: "clk_in" },
    vectors: 240,
    behaviour: stateful(
      0,
      (n) => ({
        clk_50: n % 2,
        clk_10: Math.floor(n / 5) % 2,
        clk_1: Math.floor(n / 50) % 2,
      }),
      (n) => n + 1,
    ),
  },
  mux: {
    inputs: { sel: 2, d: 4 },
    outputs: { y: 1 },
    vectors: 64,
    first: Array.from({ length: 64 }, (_, n) => ({ sel: n >> 4, d: n & 15 })),
    behaviour: stateless(({ sel, d }) => ({ y: (d! >> sel!) & 1 })),
  },
  parallel2serial: {
    inputs: { d: 4 },
    outputs: { valid_out: 1, dout: 1 },
    clocking: ASYNCHRONOUS,
    behaviour: stateful(
      { count: 0, word: 0, valid: 0 },
      ({ word, valid }) => ({ valid_out: valid, dout: word >> 3 }),
      ({ count, word }, { d }) => ({
        count: (count + 1) % 4,
        word: count === 3 ? d! : (word << 1) & 15,
        valid: Number(count === 3),
      }),
    ),
  },
  pulse_detect: {
    inputs: { data_in: 1 },
    outputs: { data_out: 1 },
    clocking: ASYNCHRONOUS,
    change: 1,
    vectors: 96,
    behaviour: stateful(
      "",
      (seen) => ({ data_out: Number(seen === "010") }),
      (seen, { data_in }) => (seen + String(data_in)).slice(-3),
    ),
  },
  right_shifter: {
    inputs: { d: 1 },
    outputs: { q: 8 },
    clocking: ASYNCHRONOUS,
    behaviour: stateful(0, (q) => ({ q }), (q, { d }) => (q >> 1) | (d! << 7)),
  },
  serial2parallel: {
    inputs: { din_serial: 1, din_valid: 1 },
    outputs: { dout_parallel: 8, dout_valid: 1 },
    clocking: ASYNCHRONOUS,
    vectors: 128,
    first: Array.from(
      { length: 20 },
      (_, n) => ({ din_serial: (0b1011 >> (n % 4)) & 1, din_valid: 1 }),
    ),
    behaviour: stateful(
      { count: 0, word: 0, valid: 0 },
      ({ word, valid }) => ({ dout_parallel: word, dout_valid: valid }),
      ({ count, word }, { din_serial, din_valid }) =>
        din_valid === 0 ? { count, word, valid: 0 } : {
          count: (count + 1) % 8,
          word: ((word << 1) | din_serial!) & 255,
          valid: Number(count === 7),
        },
    ),
  },
  width_8to16: {
    inputs: { valid_in: 1, data_in: 8 },
    outputs: { valid_out: 1, data_out: 16 },
    clocking: ASYNCHRONOUS,
    vectors: 96,
    behaviour: stateful(
      { half: 0, held: 0, word: 0, valid: 0 },
      ({ word, valid }) => ({ valid_out: valid, data_out: word }),
      ({ half, held, word }, { valid_in, data_in }) => {
        if (valid_in === 0) return { half, held, word, valid: 0 };
        return half === 0
          ? { half: 1, held: data_in!, word, valid: 0 }
          : { half: 0, held, word: held * 256 + data_in!, valid: 1 };
      },
    ),
  },
};
