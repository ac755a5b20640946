/**
 * Reads expressions from tokens: precedence climbing with the operator table of IEEE 1364-2005,
 * section 5.1.2.
 *
 * @module
 */
import type { BinaryOperator, Expression, UnaryOperator } from "./ast.ts";
import { plainName, type Token } from "../tokens/lex.ts";

/** Thrown where an expression has no rule; `offset` is the place in the text. */
export class NoRule extends Error {
  override readonly name = "NoRule";
  readonly offset: number;

  constructor(offset: number) {
    super(`no rule for the expression at offset ${offset}`);
    this.offset = offset;
  }
}

/** How tightly each operator binds; a higher number binds tighter. */
export const PRECEDENCE: Readonly<Record<string, number>> = {
  "**": 12,
  "*": 11,
  "/": 11,
  "%": 11,
  "+": 10,
  "-": 10,
  "<<": 9,
  ">>": 9,
  "<<<": 9,
  ">>>": 9,
  "<": 8,
  "<=": 8,
  ">": 8,
  ">=": 8,
  "==": 7,
  "!=": 7,
  "===": 7,
  "!==": 7,
  "&": 6,
  "^": 5,
  "~^": 5,
  "^~": 5,
  "|": 4,
  "&&": 3,
  "||": 2,
};

const UNARY_OPERATORS = new Set(["~", "-", "+", "!", "&", "|", "^", "~&", "~|", "~^", "^~"]);

/** The same operator written in two ways. */
const CANONICAL: Readonly<Record<string, string>> = { "<<<": "<<", "^~": "~^" };

/** Deeper nesting than a person writes, and less than the stack holds. */
const DEEPEST_EXPRESSION = 400;

/** A cursor over tokens that reads expressions. */
export class ExpressionReader {
  readonly #tokens: readonly Token[];
  #next: number;
  readonly #end: number;
  #depth = 0;

  /** Reads `tokens[from]` up to, not including, `tokens[to]`. */
  constructor(tokens: readonly Token[], from = 0, to = tokens.length) {
    this.#tokens = tokens;
    this.#next = from;
    this.#end = to;
  }

  /** The text of the next token, empty at the end. */
  peek(): string {
    return this.#next < this.#end ? this.#tokens[this.#next]!.text : "";
  }

  /** One expression that must reach to the end. @throws {NoRule} */
  whole(): Expression {
    const value = this.expression();
    if (this.#next < this.#end) throw this.#noRule();
    return value;
  }

  /** One expression; stops at what cannot continue it. @throws {NoRule} */
  expression(): Expression {
    if (++this.#depth > DEEPEST_EXPRESSION) throw this.#noRule();
    const condition = this.#binary(1);
    let value = condition;
    if (this.peek() === "?") {
      this.#next++;
      const yes = this.expression();
      this.#expect(":");
      value = { kind: "choice", condition, yes, no: this.expression() };
    }
    this.#depth--;
    return value;
  }

  #binary(lowest: number): Expression {
    let left = this.#unary();
    while (true) {
      const operator = this.peek();
      const binding = PRECEDENCE[operator];
      if (binding === undefined || binding < lowest) return left;
      this.#next++;
      // All binary operators associate to the left.
      const right = this.#binary(binding + 1);
      left = {
        kind: "binary",
        operator: (CANONICAL[operator] ?? operator) as BinaryOperator,
        left,
        right,
      };
    }
  }

  #unary(): Expression {
    const operator = this.peek();
    if (!UNARY_OPERATORS.has(operator)) return this.#primary();
    if (++this.#depth > DEEPEST_EXPRESSION) throw this.#noRule();
    this.#next++;
    const operand = this.#unary();
    this.#depth--;
    if (operator === "+") return operand;
    return { kind: "unary", operator: (CANONICAL[operator] ?? operator) as UnaryOperator, operand };
  }

  #primary(): Expression {
    const token = this.#tokens[this.#next];
    if (token === undefined || this.#next >= this.#end) throw this.#noRule();
    this.#next++;
    switch (token.kind) {
      case "number":
        return { kind: "literal", text: token.text.replace(/\s+/g, "") };
      case "string":
        return { kind: "literal", text: token.text };
      case "identifier":
        return this.#named(plainName(token.text));
    }
    if (token.text === "(") {
      const inner = this.expression();
      this.#expect(")");
      return inner;
    }
    if (token.text === "{") return this.#selects(this.#braces());
    this.#next--;
    throw this.#noRule();
  }

  #named(first: string): Expression {
    let name = first;
    while (this.peek() === ".") {
      this.#next++;
      const part = this.#tokens[this.#next];
      if (part?.kind !== "identifier") throw this.#noRule();
      name += (name.startsWith("\\") ? " ." : ".") + plainName(part.text);
      this.#next++;
    }
    if (this.peek() === "(") {
      this.#next++;
      const values: Expression[] = [];
      if (this.peek() !== ")") {
        values.push(this.expression());
        while (this.peek() === ",") {
          this.#next++;
          values.push(this.expression());
        }
      }
      this.#expect(")");
      return { kind: "call", name, arguments: values };
    }
    return this.#selects({ kind: "name", name });
  }

  #selects(value: Expression): Expression {
    while (this.peek() === "[") {
      this.#next++;
      const first = this.expression();
      if (this.peek() === ":") {
        this.#next++;
        value = { kind: "bits", of: value, high: first, low: this.expression() };
      } else if (this.peek() === "+:" || this.peek() === "-:") {
        const upward = this.peek() === "+:";
        this.#next++;
        value = { kind: "slice", of: value, width: this.expression(), from: first, upward };
      } else {
        value = { kind: "bit", of: value, index: first };
      }
      this.#expect("]");
    }
    if (this.peek() === ".") throw this.#noRule();
    return value;
  }

  #braces(): Expression {
    const parts = [this.expression()];
    if (this.peek() === "{") {
      this.#next++;
      const value = this.#braces();
      this.#expect("}");
      const inner = value.kind === "concatenation" && value.parts.length === 1
        ? value.parts[0]!
        : value;
      return { kind: "replication", count: parts[0]!, value: inner };
    }
    while (this.peek() === ",") {
      this.#next++;
      parts.push(this.expression());
    }
    this.#expect("}");
    return { kind: "concatenation", parts };
  }

  #expect(text: string): void {
    if (this.peek() !== text) throw this.#noRule();
    this.#next++;
  }

  #noRule(): NoRule {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
    return new NoRule(token?.start ?? 0);
  }
}
