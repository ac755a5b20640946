/**
 * Yosys's cells over words as gates: what its `techmap` makes of them together with the rules of
 * `unknown_values.ts`, without asking it, which takes most of the time of a small design. The cells are those that
 * `proc` and `memory_map` leave; of any other one nothing is said here, and Yosys maps the design.
 *
 * @module
 */
import type { YosysCell } from "../tools/miter.ts";
import type { GateBuilder } from "./gate_builder.ts";
import { CONSTANT_NETS, type Net } from "./gates.ts";

const { zero: ZERO, one: ONE, unknown: X } = CONSTANT_NETS;

/** A cell as its rule reads it: lowest bits first. */
interface Operands {
  a: Net[];
  b: Net[];
  select: Net[];
  signed: boolean;
  signedB: boolean;
  width: number;
}

type Rule = (gates: GateBuilder, cell: Operands) => Net[];

/**
 * Makes the gates of a cell and drives its outputs with them; false when there is no rule for it.
 */
export function mapWordCell(
  gates: GateBuilder,
  { type, parameters, connections }: YosysCell,
  net: (bit: number | string | undefined) => Net,
): boolean {
  const rule = RULES[type];
  if (rule === undefined) return false;
  const nets = (port: string) => (connections[port] ?? []).map(net);
  const output = nets("Y");
  const signed = numberOf(parameters.A_SIGNED) === 1;
  const signedB = numberOf(parameters.B_SIGNED) === 1;
  if (ARITHMETIC.has(type) && signed !== signedB) return false;
  const cell = {
    a: nets("A"),
    b: nets("B"),
    select: nets("S"),
    signed,
    signedB,
    width: output.length,
  };
  const made = rule(gates, cell);
  output.forEach((target, at) => gates.drive(target, made[at] ?? ZERO));
  return true;
}

/** A parameter: Yosys writes numbers as 32 binary digits. */
export function numberOf(parameter: unknown): number {
  return typeof parameter === "string" ? parseInt(parameter, 2) : Number(parameter ?? 0);
}

/** Cells whose operands are both signed or both not. */
const ARITHMETIC: ReadonlySet<string> = new Set(
  "$add $sub $mul $lt $le $gt $ge $eq $ne $and $or $xor $xnor".split(" "),
);

function extended(bits: readonly Net[], width: number, signed: boolean): Net[] {
  const filling = signed ? bits.at(-1) ?? ZERO : ZERO;
  return Array.from({ length: width }, (_, at) => bits[at] ?? filling);
}

/** Both operands as wide as the result, each bit with its twin. */
const bitwise =
  (make: (gates: GateBuilder, a: Net, b: Net) => Net): Rule => (gates, { a, b, signed, width }) => {
    const [one, two] = [extended(a, width, signed), extended(b, width, signed)];
    return one.map((bit, at) => make(gates, bit, two[at]!));
  };

/** All of the result is unknown where a bit of an operand is (IEEE 1364-2005, section 5.1.5). */
const whole = (rule: Rule): Rule => (gates, cell) => {
  const unknown = gates.unknownIn([...cell.a, ...cell.b]);
  return rule(gates, cell).map((bit) => gates.xor(bit, unknown));
};

const sum: Rule = (gates, { a, b, signed, width }) =>
  gates.sum(extended(a, width, signed), extended(b, width, signed), ZERO).sum;

function difference(gates: GateBuilder, a: readonly Net[], b: readonly Net[]) {
  return gates.sum(a, b.map((bit) => gates.not(bit)), ONE);
}

const product: Rule = (gates, { a, b, signed, width }) => {
  const [one, two] = [extended(a, width, signed), extended(b, width, signed)];
  let total: Net[] = one.map((bit) => gates.and(bit, two[0]!));
  for (let at = 1; at < width; at++) {
    const row = one.slice(0, width - at).map((bit) => gates.and(bit, two[at]!));
    if (row.every((bit) => bit === ZERO)) continue;
    total = [...total.slice(0, at), ...gates.sum(total.slice(at), row, ZERO).sum];
  }
  return total;
};

/** Whether `a < b`: whether there is a borrow, one bit beyond the operands. */
function less(gates: GateBuilder, a: readonly Net[], b: readonly Net[], signed: boolean): Net {
  const width = Math.max(a.length, b.length) + 1;
  return difference(gates, extended(a, width, signed), extended(b, width, signed)).sum.at(-1)!;
}

const compared = (swap: boolean, negate: boolean): Rule =>
  whole((gates, { a, b, signed }) => {
    const found = swap ? less(gates, b, a, signed) : less(gates, a, b, signed);
    return [negate ? gates.not(found) : found];
  });

const unequal = (gates: GateBuilder, { a, b, signed }: Operands): Net => {
  const width = Math.max(a.length, b.length);
  const [one, two] = [extended(a, width, signed), extended(b, width, signed)];
  return gates.any(one.map((bit, at) => gates.xor(bit, two[at]!)));
};

/** `===`: unknown bits are compared too. */
const identical = (gates: GateBuilder, { a, b, signed, signedB }: Operands): Net => {
  const width = Math.max(a.length, b.length);
  const both = signed && signedB;
  const [one, two] = [extended(a, width, both), extended(b, width, both)];
  return gates.all(one.map((bit, at) => gates.same(bit, two[at]!)));
};

/** Bits moved by `b`, which is known; `filling` comes in. A left shift by `2^k` a place of `b` at a time. */
function shifted(
  gates: GateBuilder,
  bits: readonly Net[],
  b: readonly Net[],
  left: boolean,
  filling: Net,
): Net[] {
  const places = Math.min(Math.ceil(Math.log2(Math.max(2, bits.length))) + 1, b.length);
  const overflow = gates.any(b.slice(places));
  let buffer = bits.map((bit) => gates.mux(bit, filling, overflow));
  for (let at = 0; at < places; at++) {
    const by = 2 ** at;
    const moved = buffer.map((_, place) => buffer[left ? place - by : place + by] ?? filling);
    buffer = buffer.map((bit, place) => gates.mux(bit, moved[place]!, b[at]!));
  }
  return buffer;
}

const shift = (left: boolean, arithmetic: boolean): Rule => (gates, { a, b, signed, width }) => {
  const unknown = gates.unknownIn(b);
  const bits = extended(a, Math.max(a.length, width), signed);
  const filling = arithmetic && signed ? a.at(-1)! : ZERO;
  return shifted(gates, bits, b, left, filling).slice(0, width)
    .map((bit) => gates.xor(bit, unknown));
};

/** `a[b + i]` for each bit `i` of the result, with what lies past either end of `a`. */
function selected(gates: GateBuilder, { a, b, signedB, width }: Operands, beyond: Net): Net[] {
  const bits = extended(a, Math.max(a.length, width), false).map((bit, at) =>
    at < a.length ? bit : beyond
  );
  if (!signedB) return shifted(gates, bits, b, false, beyond).slice(0, width);
  const sign = b.at(-1)!;
  const forwards = shifted(gates, bits, b.slice(0, -1), false, beyond);
  // -b is ~b + 1, and a shift by one more place is a shift of the shifted.
  const back = shifted(gates, bits, b.slice(0, -1).map((bit) => gates.not(bit)), true, beyond);
  const backwards = [beyond, ...back];
  return Array.from(
    { length: width },
    (_, at) => gates.mux(forwards[at]!, backwards[at]!, sign),
  );
}

const branch = (gates: GateBuilder, a: Net[], b: Net[], select: Net): Net[] => {
  const taken = gates.isOne(select);
  return a.map((bit, at) => gates.mux(bit, b[at]!, taken));
};

const RULES: Record<string, Rule | undefined> = {
  $pos: (_, { a, signed, width }) => extended(a, width, signed),
  $buf: (_, { a }) => a,
  $not: (gates, { a, signed, width }) => extended(a, width, signed).map((bit) => gates.not(bit)),
  $and: bitwise((gates, a, b) => gates.and(a, b)),
  $or: bitwise((gates, a, b) => gates.or(a, b)),
  $xor: bitwise((gates, a, b) => gates.xor(a, b)),
  $xnor: bitwise((gates, a, b) => gates.not(gates.xor(a, b))),
  $reduce_and: (gates, { a }) => [gates.all(a)],
  $reduce_or: (gates, { a }) => [gates.any(a)],
  $reduce_bool: (gates, { a }) => [gates.any(a)],
  $reduce_xor: (gates, { a }) => [gates.parity(a)],
  $reduce_xnor: (gates, { a }) => [gates.not(gates.parity(a))],
  $logic_not: (gates, { a }) => [gates.not(gates.any(a))],
  $logic_and: (gates, { a, b }) => [gates.and(gates.any(a), gates.any(b))],
  $logic_or: (gates, { a, b }) => [gates.or(gates.any(a), gates.any(b))],
  $eq: (gates, cell) => [gates.not(unequal(gates, cell))],
  $ne: (gates, cell) => [unequal(gates, cell)],
  $eqx: (gates, cell) => [identical(gates, cell)],
  $nex: (gates, cell) => [gates.not(identical(gates, cell))],
  $add: whole(sum),
  $sub: whole((gates, { a, b, signed, width }) =>
    difference(gates, extended(a, width, signed), extended(b, width, signed)).sum
  ),
  $neg: whole((gates, { a, signed, width }) =>
    difference(gates, Array.from({ length: width }, () => ZERO), extended(a, width, signed)).sum
  ),
  $mul: whole(product),
  $lt: compared(false, false),
  $ge: compared(false, true),
  $gt: compared(true, false),
  $le: compared(true, true),
  $shl: shift(true, false),
  $sshl: shift(true, false),
  $shr: shift(false, false),
  $sshr: shift(false, true),
  // Reading past an end gives x, and so does an unknown place.
  $shiftx: (gates, cell) => {
    const unknown = gates.unknownIn(cell.b);
    return selected(gates, cell, X).map((bit) => gates.xor(bit, unknown));
  },
  // Yosys uses it for `y[i] = …` alone; an unknown `i` writes nothing (IEEE 1364-2005, sections 9.2.2 and 4.2.1).
  $shift: (gates, cell) => {
    const place = gates.same(gates.unknownIn(cell.b), ZERO);
    return selected(gates, cell, ZERO).map((bit) => gates.and(bit, place));
  },
  $mux: (gates, { a, b, select }) => a.map((bit, at) => gates.mux(bit, b[at]!, select[0]!)),
  offprint_choice: (gates, { a, b, select }) =>
    a.map((bit, at) => gates.mux(bit, b[at]!, select[0]!)),
  // `if` takes the other branch when its condition is unknown.
  offprint_branch: (gates, { a, b, select }) => branch(gates, a, b, select[0]!),
  offprint_cases: (gates, { a, b, select, width }) =>
    select.reduce(
      (chosen, bit, at) => branch(gates, chosen, b.slice(at * width, (at + 1) * width), bit),
      a,
    ),
};
