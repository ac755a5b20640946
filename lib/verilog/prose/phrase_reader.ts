/**
 * Reads the phrases of a description back: words to expressions and statements. Every phrase says how
 * many parts it has, so one pass without looking back suffices.
 *
 * @module
 */
import type {
  BinaryOperator,
  CaseItem,
  Event,
  Expression,
  Range,
  Statement,
  Trigger,
  UnaryOperator,
} from "../language/ast.ts";
import { ExpressionReader, NoRule } from "../language/expression_reader.ts";
import { lex } from "../tokens/lex.ts";
import { BINARY_PHRASES, LEADING_WORDS, SHIFT_PHRASES, UNARY_PHRASES } from "./phrases.ts";
import { WordReader } from "./word_reader.ts";

type Shape = { arity: "and" | "by" | "one"; operator: string };

/** Phrase words to operator: `bitwise AND` and so on. */
const SHAPES = new Map<string, Shape>([
  ...Object.entries(BINARY_PHRASES).map(([operator, words]) =>
    [words, { arity: "and", operator }] as const
  ),
  ...Object.entries(SHIFT_PHRASES).map(([operator, words]) =>
    [words, { arity: "by", operator }] as const
  ),
  ...Object.entries(UNARY_PHRASES).map(([operator, words]) =>
    [words, { arity: "one", operator }] as const
  ),
]);

/** Reads whole phrases off the words of one sentence. */
export class PhraseReader extends WordReader {
  /** One expression. @throws {NotADescription} */
  expression(): Expression {
    const value = this.#prefix();
    // `4 bits of a upward from i`: only a name or a literal can be such a width.
    if ((value.kind === "name" || value.kind === "literal") && this.take("bits", "of")) {
      return this.#slice(value);
    }
    return value;
  }

  #slice(width?: Expression): Expression {
    const of = this.expression();
    const upward = this.take("upward");
    if (!upward) this.expect("downward");
    this.expect("from");
    const from = this.expression();
    if (width === undefined) {
      this.expect("as");
      width = this.expression();
    }
    return { kind: "slice", of, width, from, upward };
  }

  #prefix(): Expression {
    if (this.take("as", "many", "bits", "of")) return this.#slice();
    if (this.take("bit")) {
      const index = this.expression();
      this.expect("of");
      return { kind: "bit", of: this.expression(), index };
    }
    if (this.take("bits")) {
      const high = this.expression();
      this.expect("to");
      const low = this.expression();
      this.expect("of");
      return { kind: "bits", of: this.expression(), high, low };
    }
    return this.take("the") ? this.#phrase() : this.#atom();
  }

  #phrase(): Expression {
    if (this.take("choice", "by")) {
      const condition = this.expression();
      this.expect("of");
      const yes = this.expression();
      this.expect("or");
      return { kind: "choice", condition, yes, no: this.expression() };
    }
    if (this.take("concatenation", "of")) {
      const count = this.count();
      this.word();
      return { kind: "concatenation", parts: this.list(count) };
    }
    if (this.take("replication", "by")) {
      const count = this.expression();
      this.expect("of");
      return { kind: "replication", count, value: this.expression() };
    }
    if (this.take("call", "of")) {
      const name = this.name();
      this.expect("on");
      const count = this.count();
      this.word();
      return { kind: "call", name, arguments: this.list(count) };
    }
    // Operators are called by up to four words; "of" ends the name.
    let words = this.word();
    for (let extra = 0; extra < 3 && !this.ahead("of"); extra++) words += ` ${this.word()}`;
    const shape = SHAPES.get(words);
    if (shape === undefined) throw this.wrong(`an operator instead of "the ${words}"`);
    this.expect("of");
    const first = this.expression();
    if (shape.arity === "one") {
      return { kind: "unary", operator: shape.operator as UnaryOperator, operand: first };
    }
    this.expect(shape.arity);
    return {
      kind: "binary",
      operator: shape.operator as BinaryOperator,
      left: first,
      right: this.expression(),
    };
  }

  /** A name, a literal, or a short bound of a range such as `W-1`. */
  #atom(): Expression {
    const word = this.name();
    if (word.startsWith("\\") || LEADING_WORDS.has(word)) return { kind: "name", name: word };
    try {
      return new ExpressionReader(lex(word)).whole();
    } catch (error) {
      if (error instanceof NoRule) throw this.wrong(`an expression instead of "${word}"`);
      throw error;
    }
  }

  /** `count` expressions separated by commas. */
  list(count: number): Expression[] {
    const values: Expression[] = [];
    for (let at = 0; at < count; at++) {
      if (at > 0) this.expect(",");
      values.push(this.expression());
    }
    return values;
  }

  /** `m down to l` or `m up to l`. */
  range(): Range {
    const left = this.expression();
    if (!this.take("up")) this.expect("down");
    this.expect("to");
    return { left, right: this.expression() };
  }

  /** One statement. @throws {NotADescription} */
  statement(): Statement {
    if (this.take("nothing", "happens")) return { kind: "null" };
    if (this.take("first")) {
      const statements = [this.statement()];
      while (this.take(",", "then")) statements.push(this.statement());
      this.expect(",", "end", "of", "sequence");
      return { kind: "block", statements };
    }
    if (this.take("if")) {
      const condition = this.expression();
      this.expect("is", "true", ",", "then");
      const yes = this.statement();
      this.expect(";");
      const no = this.take("otherwise", ",") ? this.statement() : undefined;
      if (no !== undefined) this.expect(";");
      this.expect("end", "of", "if");
      return { kind: "if", condition, yes, ...(no === undefined ? {} : { no }) };
    }
    if (this.take("depending", "on")) return this.#case();
    if (this.take("for")) {
      const variable = this.name();
      this.expect("from");
      const start = this.expression();
      this.expect("while");
      const condition = this.expression();
      this.expect("stepping");
      this.name();
      this.expect("to");
      const step = this.expression();
      this.expect(",");
      return { kind: "for", variable, start, condition, step, body: this.#loop() };
    }
    if (this.take("while")) {
      const condition = this.expression();
      this.expect(",");
      return { kind: "while", condition, body: this.#loop() };
    }
    if (this.take("as", "many", "times", "as")) {
      const count = this.expression();
      this.expect(",");
      return { kind: "repeat", count, body: this.#loop() };
    }
    if (this.take("forever", ",")) return { kind: "forever", body: this.#loop() };
    if (this.take("after")) {
      const time = this.expression();
      this.expect("time", "units", ",");
      return { kind: "delay", time, body: this.statement() };
    }
    if (this.take("task")) return this.#task();
    // Every other statement begins with a word of its own; an assignment begins with its target.
    const target = this.expression();
    this.expect("receives");
    const blocking = this.take("(blocking)");
    if (!blocking) this.expect("(non-blocking)");
    const delay = this.take("after") ? this.expression() : undefined;
    if (delay !== undefined) this.expect("time", "units");
    const value = this.expression();
    return {
      kind: "assignment",
      blocking,
      target,
      value,
      ...(delay === undefined ? {} : { delay }),
    };
  }

  #loop(): Statement {
    this.expect("repeat");
    const body = this.statement();
    this.expect(",", "end", "of", "loop");
    return body;
  }

  #task(): Statement {
    const name = this.name();
    this.expect("is", "called");
    if (this.take("without", "arguments")) return { kind: "task", name, arguments: [] };
    this.expect("on");
    const count = this.count();
    this.word();
    return { kind: "task", name, arguments: this.list(count) };
  }

  #case(): Statement {
    const subject = this.expression();
    const word = this.take("(with", "wildcards)")
      ? "casez"
      : this.take("(with", "wildcards", ",", "x", "too)")
      ? "casex"
      : "case";
    this.expect(":");
    const items: CaseItem[] = [];
    while (!this.take("end", "of", "case")) {
      const labels: Expression[] = [];
      if (!this.take("in", "all", "other", "cases")) {
        this.expect("when", "it", "is");
        labels.push(this.expression());
        while (this.take("or")) labels.push(this.expression());
      }
      this.expect(",");
      items.push({ labels, body: this.statement() });
      this.expect(";");
    }
    return { kind: "case", word, subject, items };
  }

  /** What is behind `Always block k`. */
  trigger(): Trigger {
    if (this.take("repeats", "without", "a", "trigger")) return { kind: "none" };
    this.expect("is", "triggered", "by");
    if (this.take("any", "change", "of", "its", "inputs")) {
      if (!this.take("and", "at", "the", "beginning")) return { kind: "inputs" };
      return { kind: this.take(",", "as", "a", "latch") ? "latch" : "combinational" };
    }
    const events: Event[] = [];
    do {
      const edge = this.take("the", "rising", "edge", "of")
        ? "posedge"
        : this.take("the", "falling", "edge", "of")
        ? "negedge"
        : undefined;
      if (edge === undefined) this.take("any", "change", "of");
      events.push({ ...(edge === undefined ? {} : { edge }), signal: this.expression() });
    } while (this.take("or"));
    return { kind: "events", events };
  }
}
