/**
 * Constant folding with the default values of parameters: what a width is, when it is a number at all.
 *
 * @module
 */
import type { Expression, Module, Range } from "./ast.ts";

/** Values of names that are constants. */
export type Constants = ReadonlyMap<string, bigint>;

/** Parameters and local constants of a module that fold to numbers. */
export function constantsOf(module: Module): Constants {
  const known = new Map<string, bigint>();
  const learn = (name: string, value: Expression) => {
    const folded = fold(value, known);
    if (folded !== undefined) known.set(name, folded);
  };
  for (const { name, value } of module.parameters) learn(name, value);
  for (const item of module.items) if (item.kind === "localparam") learn(item.name, item.value);
  return known;
}

/** The value of a literal without unknown bits: `4'b10_10` is 10, `"text"` and `4'bx` are nothing. */
export function literalValue(text: string): bigint | undefined {
  const match = /^(?:(\d[\d_]*))?'([sS]?)([bodhBODH])([0-9a-fA-F_]+)$/.exec(text);
  if (match === null) return /^\d[\d_]*$/.test(text) ? BigInt(text.replaceAll("_", "")) : undefined;
  const digits = match[4]!.replaceAll("_", "");
  const prefix = { b: "0b", o: "0o", d: "", h: "0x" }[match[3]!.toLowerCase()]!;
  try {
    const value = BigInt(prefix + digits);
    return match[1] === undefined
      ? value
      : BigInt.asUintN(Number(match[1].replaceAll("_", "")), value);
  } catch {
    return undefined;
  }
}

/** The value of an expression of constants, as an unbounded integer; nothing when it has none. */
export function fold(expression: Expression, constants: Constants): bigint | undefined {
  switch (expression.kind) {
    case "literal":
      return literalValue(expression.text);
    case "name":
      return constants.get(expression.name);
    case "unary": {
      const value = fold(expression.operand, constants);
      if (value === undefined) return undefined;
      if (expression.operator === "-") return -value;
      return expression.operator === "!" ? BigInt(value === 0n) : undefined;
    }
    case "binary": {
      const left = fold(expression.left, constants);
      const right = fold(expression.right, constants);
      if (left === undefined || right === undefined) return undefined;
      return binary(expression.operator, left, right);
    }
    case "choice": {
      const condition = fold(expression.condition, constants);
      if (condition === undefined) return undefined;
      return fold(condition === 0n ? expression.no : expression.yes, constants);
    }
    case "call": {
      const value = expression.arguments[0] && fold(expression.arguments[0], constants);
      if (expression.name !== "$clog2" || value === undefined || value < 0n) return undefined;
      return value <= 1n ? 0n : BigInt((value - 1n).toString(2).length);
    }
    default:
      return undefined;
  }
}

function binary(operator: string, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0n ? undefined : a / b;
    case "%":
      return b === 0n ? undefined : a % b;
    case "**":
      return b < 0n || b > 256n ? undefined : a ** b;
    case "<<":
      return b < 0n || b > 256n ? undefined : a << b;
    case ">>":
      return a < 0n || b < 0n || b > 256n ? undefined : a >> b;
    case "==":
      return BigInt(a === b);
    case "!=":
      return BigInt(a !== b);
    case "<":
      return BigInt(a < b);
    case "<=":
      return BigInt(a <= b);
    case ">":
      return BigInt(a > b);
    case ">=":
      return BigInt(a >= b);
    default:
      return undefined;
  }
}

/** How many bits or words a range has, and which way it counts; nothing when it does not fold. */
export function extent(
  range: Range,
  constants: Constants,
): { count: bigint; ascending: boolean } | undefined {
  const left = fold(range.left, constants);
  const right = fold(range.right, constants);
  if (left === undefined || right === undefined) return undefined;
  const ascending = left < right;
  return { count: (ascending ? right - left : left - right) + 1n, ascending };
}

/** Bits of the types that have no range. */
export const ATOM_WIDTHS: Readonly<Record<string, bigint>> = {
  integer: 32n,
  int: 32n,
  time: 64n,
  longint: 64n,
  shortint: 16n,
  byte: 8n,
};
