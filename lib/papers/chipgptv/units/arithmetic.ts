/**
 * The eleven arithmetic units: what each computes.
 *
 * @module
 */
import { ASYNCHRONOUS, stateful, stateless, type UnitModel } from "./model.ts";

/** A number of `bits` bits in two's complement. */
function signed(value: number, bits: number): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** The value whose two's complement of `bits` bits is `value`. */
function unsigned(value: number, bits: number): number {
  return value < 0 ? value + 2 ** bits : value;
}

function adder(width: number, names: { carry?: string; sum: string; out: string }): UnitModel {
  const { carry, sum, out } = names;
  const all = 2 ** width - 1;
  return {
    inputs: { a: width, b: width, ...(carry === undefined ? {} : { [carry]: 1 }) },
    outputs: { [sum]: width, [out]: 1 },
    first: [[0, 0, 0], [all, 0, 1], [all, 1, 0], [all, all, 1]].map(([a, b, cin]) => ({
      a: a!,
      b: b!,
      ...(carry === undefined ? {} : { [carry]: cin! }),
    })),
    behaviour: stateless((inputs) => {
      const total = inputs.a! + inputs.b! + (carry === undefined ? 0 : inputs[carry]!);
      return { [sum]: total % 2 ** width, [out]: Math.floor(total / 2 ** width) };
    }),
  };
}

/** Models by the name of the unit. */
export const ARITHMETIC: Readonly<Record<string, UnitModel>> = {
  accu: {
    inputs: { data_in: 8, valid_in: 1 },
    outputs: { data_out: 10, valid_out: 1 },
    clocking: ASYNCHRONOUS,
    vectors: 96,
    behaviour: stateful(
      { count: 0, sum: 0, done: 0 },
      ({ sum, done }) => ({ data_out: sum, valid_out: done }),
      ({ count, sum }, { data_in, valid_in }) =>
        valid_in === 0 ? { count, sum, done: 0 } : {
          count: (count + 1) % 4,
          sum: count === 0 ? data_in! : sum + data_in!,
          done: Number(count === 3),
        },
    ),
  },
  adder_8bit: adder(8, { carry: "cin", sum: "sum", out: "cout" }),
  adder_16bit: adder(16, { carry: "cin", sum: "sum", out: "cout" }),
  adder_16bit_csa: adder(16, { carry: "cin", sum: "sum", out: "cout" }),
  adder_32bit: adder(32, { carry: "cin", sum: "s", out: "c32" }),
  adder_64bit: {
    inputs: { en: 1, a: 64, b: 64 },
    outputs: { result: 65, done: 1 },
    clocking: ASYNCHRONOUS,
    change: 0.8,
    behaviour: stateful(
      Array.from({ length: 4 }, () => ({ sum: 0n, en: 0 })),
      (line) => ({ result: line[3]!.sum, done: line[3]!.en }),
      (line, inputs) => {
        const word = (name: string) =>
          (BigInt(inputs[`${name}.high`]!) << 32n) + BigInt(inputs[`${name}.low`]!);
        return [{ sum: word("a") + word("b"), en: inputs.en! }, ...line.slice(0, 3)];
      },
    ),
  },
  div_16bit: {
    inputs: { a: 16, b: 8 },
    outputs: { result: 16, odd: 16 },
    first: [{ a: 65535, b: 1 }, { a: 100, b: 200 }, { a: 65535, b: 255 }, { a: 4096, b: 16 }],
    allowed: ({ a, b }) => ({ a: a!, b: Math.max(1, b!) }),
    behaviour: stateless(({ a, b }) => ({ result: Math.floor(a! / b!), odd: a! % b! })),
  },
  multi_booth: {
    inputs: { a: 8, b: 8 },
    outputs: { p: 16 },
    first: [{ a: 128, b: 128 }, { a: 127, b: 128 }, { a: 255, b: 255 }, { a: 1, b: 255 }],
    behaviour: stateless(({ a, b }) => ({ p: unsigned(signed(a!, 8) * signed(b!, 8), 16) })),
  },
  multi_pipe_4bit: {
    inputs: { mul_a: 4, mul_b: 4 },
    outputs: { mul_out: 8 },
    clocking: ASYNCHRONOUS,
    behaviour: stateful(
      [0, 0],
      ([, out]) => ({ mul_out: out! }),
      ([first], { mul_a, mul_b }) => [mul_a! * mul_b!, first!],
    ),
  },
  multi_pipe_8bit: {
    inputs: { en_in: 1, mul_a: 8, mul_b: 8 },
    outputs: { mul_out: 16, en_out: 1 },
    clocking: ASYNCHRONOUS,
    vectors: 96,
    behaviour: stateful(
      { held: 0, sums: 0, out: 0, en: [0, 0, 0] },
      ({ out, en }) => ({ mul_out: out, en_out: en[2]! }),
      ({ held, sums, en }, { en_in, mul_a, mul_b }) => ({
        held: en_in === 1 ? mul_a! * mul_b! : held,
        sums: held,
        out: sums,
        en: [en_in!, en[0]!, en[1]!],
      }),
    ),
  },
  multi_16bit: {
    inputs: { start: 1, ain: 16, bin: 16 },
    outputs: { yout: 32, done: 1 },
    clocking: ASYNCHRONOUS,
    vectors: 160,
    change: 0.5,
    first: [{ start: 0, ain: 3, bin: 5 }, { start: 1, ain: 65535, bin: 65535 }],
    behaviour: stateful(
      { step: 0, a: 0, b: 0, sum: 0 },
      ({ step, sum }) => ({ yout: sum, done: Number(step === 17) }),
      ({ step, a, b, sum }, { start, ain, bin }) => {
        if (step === 0) {
          return start === 1 ? { step: 1, a: ain!, b: bin!, sum: 0 } : { step: 0, a, b, sum };
        }
        if (step === 17) return { step: 0, a, b, sum };
        const bit = step - 1;
        const part = Math.floor(b / 2 ** bit) % 2 === 1 ? a * 2 ** bit : 0;
        return { step: step + 1, a, b, sum: sum + part };
      },
    ),
  },
};
