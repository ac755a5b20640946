/**
 * Expressions as phrases of fixed arity. An operator comes before its operands and says how many there
 * are, so a nested expression needs no brackets and has exactly one reading.
 *
 * @module
 */
import type { Expression } from "../language/ast.ts";
import { writeExpression } from "../language/expression_writer.ts";

/** Phrase `the X of A and B` for each binary operator that has it. */
export const BINARY_PHRASES: Readonly<Record<string, string>> = {
  "+": "sum",
  "-": "difference",
  "*": "product",
  "/": "quotient",
  "%": "remainder",
  "**": "power",
  "&": "bitwise AND",
  "|": "bitwise OR",
  "^": "bitwise XOR",
  "~^": "bitwise XNOR",
  "&&": "logical AND",
  "||": "logical OR",
  "==": "equality test",
  "!=": "inequality test",
  "===": "4-state equality test",
  "!==": "4-state inequality test",
  "<": "less-than test",
  "<=": "at-most test",
  ">": "greater-than test",
  ">=": "at-least test",
};

/** Phrase `the X of A by B`. */
export const SHIFT_PHRASES: Readonly<Record<string, string>> = {
  "<<": "left shift",
  ">>": "right shift",
  ">>>": "arithmetic right shift",
};

/** Phrase `the X of A`. */
export const UNARY_PHRASES: Readonly<Record<string, string>> = {
  "~": "bitwise complement",
  "-": "negation",
  "!": "logical NOT",
  "&": "AND reduction",
  "|": "OR reduction",
  "^": "XOR reduction",
  "~&": "NAND reduction",
  "~|": "NOR reduction",
  "~^": "XNOR reduction",
};

/** Words that begin a phrase where a name could stand; such a name is written escaped (`\the`). */
export const LEADING_WORDS: ReadonlySet<string> = new Set(
  ["the", "bits", "first", "after", "nothing", "instance", "gate", "internal", "local", "an"],
);

/** Marks the end of an escaped identifier until the sentence is finished. */
const END_OF_ESCAPED = "\ue000";

/** A name as it is in a sentence. */
export function namePhrase(name: string): string {
  if (name.startsWith("\\")) return name + END_OF_ESCAPED;
  return LEADING_WORDS.has(name) ? `\\${name}${END_OF_ESCAPED}` : name;
}

/** Turns the marks of escaped identifiers into the blanks that end them. */
export function finished(sentence: string): string {
  return sentence.replace(/\ue000 ?/g, " ");
}

/** An expression in words. What has no rule is `an expression without a rule`. */
export function expressionPhrase(expression: Expression): string {
  const say = expressionPhrase;
  switch (expression.kind) {
    case "name":
      return namePhrase(expression.name);
    case "literal":
      return asciiLiteral(expression.text);
    case "unary":
      return `the ${UNARY_PHRASES[expression.operator]} of ${say(expression.operand)}`;
    case "binary": {
      const { operator, left, right } = expression;
      const shift = SHIFT_PHRASES[operator];
      if (shift !== undefined) return `the ${shift} of ${say(left)} by ${say(right)}`;
      return `the ${BINARY_PHRASES[operator]} of ${say(left)} and ${say(right)}`;
    }
    case "choice":
      return `the choice by ${say(expression.condition)} of ${say(expression.yes)} or ${
        say(expression.no)
      }`;
    case "concatenation": {
      const { parts } = expression;
      const list = parts.map(say).join(", ");
      return `the concatenation of ${parts.length} ${
        parts.length === 1 ? "part" : "parts"
      } ${list}`;
    }
    case "replication":
      return `the replication by ${say(expression.count)} of ${say(expression.value)}`;
    case "bit":
      return `bit ${say(expression.index)} of ${say(expression.of)}`;
    case "bits":
      return `bits ${say(expression.high)} to ${say(expression.low)} of ${say(expression.of)}`;
    case "slice": {
      const { of, width, from, upward } = expression;
      const way = `${say(of)} ${upward ? "upward" : "downward"} from ${say(from)}`;
      // A width that is itself a phrase would swallow what follows it, so it comes last.
      if (width.kind !== "name" && width.kind !== "literal") {
        return `as many bits of ${way} as ${say(width)}`;
      }
      return `${say(width)} bits of ${way}`;
    }
    case "call": {
      const values = expression.arguments;
      const count = `${values.length} ${values.length === 1 ? "argument" : "arguments"}`;
      const list = values.length === 0 ? "" : " " + values.map(say).join(", ");
      return `the call of ${namePhrase(expression.name)} on ${count}${list}`;
    }
    case "unsupported":
      return "an expression without a rule";
  }
}

/** Longest bound of a range that is copied; longer ones become phrases, so that no description copies its module. */
const LONGEST_COPIED = 11;

/** A bound of a range: as written when it is short, otherwise in words. */
export function boundPhrase(bound: Expression): string {
  if (bound.kind === "name" || bound.kind === "literal" || bound.kind === "unsupported") {
    return expressionPhrase(bound);
  }
  const text = writeExpression(bound, false);
  return text.length <= LONGEST_COPIED && /^[\w$+*/-]+$/.test(text)
    ? text
    : expressionPhrase(bound);
}

/** A literal in ASCII: other characters of a string become the octal escapes of their UTF-8 bytes. */
function asciiLiteral(text: string): string {
  return text.replace(
    /[\u0080-\uffff]+/g,
    (piece) => [...new TextEncoder().encode(piece)].map((byte) => "\\" + byte.toString(8)).join(""),
  );
}
