/**
 * Writes expressions as Verilog, with the parentheses that are needed and no others.
 *
 * @module
 */
import type { Expression, Range } from "./ast.ts";
import { PRECEDENCE } from "./expression_reader.ts";

/** Binds tighter than every operator. */
const TIGHTEST = 20;

/**
 * The source of an expression. `spaced` puts blanks around binary operators, as people do outside
 * ranges. An escaped identifier is followed by the blank that ends it.
 *
 * @throws {TypeError} for an expression that was not understood when it was read.
 */
export function writeExpression(expression: Expression, spaced = true): string {
  return written(expression, 0, spaced);
}

/** `[left:right]`. */
export function writeRange({ left, right }: Range): string {
  return `[${writeExpression(left, false)}:${writeExpression(right, false)}]`;
}

/** A name; an escaped one ends with its blank. */
export function writeName(name: string): string {
  return name.includes("\\") ? `${name} ` : name;
}

function written(expression: Expression, binding: number, spaced: boolean): string {
  const inner = (value: Expression, least = 0) => written(value, least, spaced);
  const blank = spaced ? " " : "";
  switch (expression.kind) {
    case "name":
      return writeName(expression.name);
    case "literal":
      return expression.text;
    case "unary": {
      const text = expression.operator + inner(expression.operand, TIGHTEST);
      return binding >= TIGHTEST ? `(${text})` : text;
    }
    case "binary": {
      const own = PRECEDENCE[expression.operator]!;
      const right = inner(expression.right, own + 1);
      // `a & &b` needs its blank, `a&&b` is another operator.
      const gap = !spaced && /^[&|^~!+-]/.test(right) ? " " : blank;
      const text = inner(expression.left, own) + blank + expression.operator + gap + right;
      return own < binding ? `(${text})` : text;
    }
    case "choice": {
      const { condition, yes, no } = expression;
      const text = `${inner(condition, 1)}${blank}?${blank}${inner(yes)}${blank}:${blank}${
        inner(no)
      }`;
      return binding > 0 ? `(${text})` : text;
    }
    case "concatenation":
      return `{${expression.parts.map((part) => inner(part)).join("," + blank)}}`;
    case "replication":
      return `{${inner(expression.count, TIGHTEST)}${
        expression.value.kind === "concatenation"
          ? inner(expression.value)
          : `{${inner(expression.value)}}`
      }}`;
    case "bit":
      return `${inner(expression.of, TIGHTEST)}[${writeExpression(expression.index, false)}]`;
    case "bits":
      return inner(expression.of, TIGHTEST) +
        writeRange({ left: expression.high, right: expression.low });
    case "slice": {
      const { of, from, width, upward } = expression;
      const sign = upward ? "+" : "-";
      return `${inner(of, TIGHTEST)}[${writeExpression(from, false)} ${sign}: ${
        writeExpression(width, false)
      }]`;
    }
    case "call": {
      const list = expression.arguments.map((value) => inner(value)).join("," + blank);
      return `${writeName(expression.name)}(${list})`;
    }
    case "unsupported":
      throw new TypeError(
        `writeExpression: got ${expression.node} of line ${expression.line}, expected an expression that was understood`,
      );
  }
}
