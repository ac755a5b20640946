/**
 * A cursor over the tokens of a module in the plain style: names, and expressions that the parser is sure to take.
 *
 * @module
 */
import type { Expression } from "./ast.ts";
import { ExpressionReader } from "./expression_reader.ts";
import type { Token } from "../tokens/lex.ts";

/** Thrown where a text leaves the plain style. */
export const NOT_PLAIN = new Error("not in the plain style");

/** Longer ones are left to the parser. */
const LONGEST_EXPRESSION = 200;

/** Words that SystemVerilog reserves and the lexer takes for names. */
const RESERVED: ReadonlySet<string> = new Set(
  ("accept_on alias before bind bins binsof cell chandle checker class clocking config constraint context cover " +
    "covergroup coverpoint cross design dist endchecker endclass endclocking endconfig endgroup eventually expect " +
    "extern first_match foreach forkjoin global ignore_bins illegal_bins implements implies incdir include instance " +
    "interconnect intersect let liblist library local matches nettype new nexttime noshowcancelled null " +
    "option pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence reject_on restrict " +
    "s_always s_eventually s_nexttime s_until s_until_with sample scalar showcancelled soft solve static std " +
    "string strong super sync_accept_on sync_reject_on table tagged this throughout timeprecision timeunit type " +
    "type_option unique0 until until_with untyped use uwire virtual void wait_order weak wildcard within")
    .split(" "),
);

const UNARY = new Set(["~", "!", "-", "&", "|", "^", "~&", "~|", "~^", "^~"]);
/** These may follow a binary operator: `a & ~b`. */
const AFTER_BINARY = new Set(["~", "!", "-"]);
const BETWEEN_VALUES = new Set(
  "** * / % + - << >> <<< >>> < <= > >= == != === !== & ^ ~^ ^~ | && ||".split(" "),
);
const BEFORE_VALUE = new Set(["", "(", "[", "{", ",", "?", ":"]);
const BRACKETS = new Set(["(", ")", "[", "]", "{", "}", ",", ":"]);
const FUNCTIONS = new Set(["$signed", "$unsigned", "$clog2"]);
const PLAIN_NUMBER =
  /^(?:\d+|\d+'[sS]?(?:[bB][01xXzZ?_]+|[oO][0-7xXzZ_]+|[dD]\d[\d_]*|[hH][0-9a-fA-FxXzZ_]+))$/;

/** Reads from the front; throws {@linkcode NOT_PLAIN} where the text leaves the plain style. */
export class PlainCursor {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token at which the cursor stands; nothing at the end. */
  get token(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** Where the last token ended. */
  get end(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0;
  }

  /** The text of that token, empty at the end. */
  peek(): string {
    return this.#tokens[this.#next]?.text ?? "";
  }

  /** Steps over a token, whose text it gives. */
  step(): string {
    return this.#tokens[this.#next++]?.text ?? "";
  }

  /** Steps over a token of this text, if it is the next. */
  take(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#next++;
    return true;
  }

  /** Steps over a token of this text. */
  expect(text: string): void {
    if (!this.take(text)) throw NOT_PLAIN;
  }

  /** Steps over a name. */
  name(): string {
    const token = this.#tokens[this.#next++];
    if (token?.kind !== "identifier" || !isPlainName(token.text)) throw NOT_PLAIN;
    return token.text;
  }

  /** What is assigned to, up to one of the signs. */
  target(...signs: string[]): Expression {
    const from = this.#next;
    let inside = 0;
    for (;; this.#next++) {
      const text = this.peek();
      if (text === "") throw NOT_PLAIN;
      if (inside === 0 && signs.includes(text)) break;
      if (text === "[") inside++;
      else if (text === "]") inside--;
      else if (inside === 0 && !TARGET_SIGNS.has(text)) this.name(), this.#next--;
    }
    return this.#whole(from);
  }

  /** An expression up to what cannot be in it: a comma, a closing bracket, a semicolon, or `end`. */
  expression(end?: ":"): Expression {
    const from = this.#next;
    let inside = 0;
    for (;; this.#next++) {
      const text = this.peek();
      if (text === "(" || text === "[" || text === "{") inside++;
      else if (text === ")" || text === "]" || text === "}") {
        if (inside-- === 0) break;
      } else if (text === ";" || text === "") break;
      else if (inside === 0 && (text === "," || text === end)) break;
      // Then a colon may belong to the choice.
      else if (text === "?" && end !== undefined) throw NOT_PLAIN;
    }
    return this.#whole(from);
  }

  /** The value of a constant. The parser's grammar lacks `P[3:0] + 1` there, so parts of vectors are left to it. */
  constant(): Expression {
    const from = this.#next;
    const value = this.expression();
    const texts = this.#tokens.slice(from, this.#next).map(({ text }) => text);
    if (texts.includes("[") && texts.some((text) => /^[-+]?:$/.test(text))) throw NOT_PLAIN;
    return value;
  }

  /** The tokens from here to where the reader stands, as an expression. */
  #whole(from: number): Expression {
    if (this.#next - from > LONGEST_EXPRESSION) throw NOT_PLAIN;
    for (let at = from; at < this.#next; at++) this.#check(from, at);
    const value = new ExpressionReader(this.#tokens, from, this.#next).whole();
    checkSelects(value);
    return value;
  }

  /** Whether the parser takes a token in this place of an expression: it is stricter than the reader of expressions. */
  #check(from: number, at: number): void {
    const { kind, text } = this.#tokens[at]!;
    const calls = this.#tokens[at + 1]?.text === "(";
    switch (kind) {
      case "identifier":
        if (calls ? !FUNCTIONS.has(text) : !isPlainName(text)) throw NOT_PLAIN;
        return;
      case "number":
        if (!PLAIN_NUMBER.test(text)) throw NOT_PLAIN;
        return;
      case "punctuation":
        if (!BRACKETS.has(text)) throw NOT_PLAIN;
        return;
      case "operator": {
        if (this.#isValue(from, at - 1)) return;
        // It stands before its operand, perhaps after an operator between two values.
        const before = at === from ? "" : this.#tokens[at - 1]!.text;
        const isNext = BETWEEN_VALUES.has(before);
        if (isNext && !this.#isValue(from, at - 2)) throw NOT_PLAIN;
        if (!isNext && !BEFORE_VALUE.has(before)) throw NOT_PLAIN;
        if (!(isNext ? AFTER_BINARY : UNARY).has(text)) throw NOT_PLAIN;
        return;
      }
      default:
        throw NOT_PLAIN;
    }
  }

  /** Whether a value ends at this token. */
  #isValue(from: number, at: number): boolean {
    if (at < from) return false;
    const { kind, text } = this.#tokens[at]!;
    return kind === "identifier" || kind === "number" || text === ")" || text === "]" ||
      text === "}";
  }
}

const TARGET_SIGNS = new Set(["{", "}", ","]);

function isPlainName(text: string): boolean {
  return /^[A-Za-z_]/.test(text) && !RESERVED.has(text);
}

/** A part of a vector is taken of a name, or of an entry of it: the parser knows no part of a part. */
function checkSelects(value: Expression): void {
  switch (value.kind) {
    case "bit":
    case "bits":
    case "slice": {
      if (value.of.kind !== "name" && value.of.kind !== "bit") throw NOT_PLAIN;
      checkSelects(value.of);
      if (value.kind === "bit") return checkSelects(value.index);
      if (value.kind === "bits") return checkSelects(value.high), checkSelects(value.low);
      return checkSelects(value.from), checkSelects(value.width);
    }
    case "unary":
      return checkSelects(value.operand);
    case "binary":
      return checkSelects(value.left), checkSelects(value.right);
    case "choice":
      return checkSelects(value.condition), checkSelects(value.yes), checkSelects(value.no);
    case "concatenation":
      return value.parts.forEach(checkSelects);
    case "replication":
      return checkSelects(value.count), checkSelects(value.value);
    case "call":
      if (value.arguments.length !== 1) throw NOT_PLAIN;
      return checkSelects(value.arguments[0]!);
  }
}
