/**
 * Reads modules in the plain style that most are written in, from their tokens alone: several times as fast as the
 * parser, whose tree is the definition. Anything but that style is left to the parser, and so is every text that
 * might have an error: what is read here the parser accepts, and it gives the same modules.
 *
 * @module
 */
import type {
  CaseItem,
  Connection,
  DataType,
  Event,
  Expression,
  Item,
  Parameter,
  Port,
  Range,
  ReadModule,
  Statement,
  Trigger,
} from "./ast.ts";
import { mergedPorts } from "./declaration_reader.ts";
import { NoRule } from "./expression_reader.ts";
import { NOT_PLAIN, PlainCursor } from "./plain_cursor.ts";
import { lex } from "../tokens/lex.ts";

/** Longer texts and deeper statements are left to the parser, which has bounds of its own. */
const LONGEST_TEXT = 100_000;
const DEEPEST_STATEMENT = 50;

/** The modules of a text that has been preprocessed; nothing when the parser has to read it. */
export function readPlainModules(text: string): ReadModule[] | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const tokens = lex(text);
  if (tokens.length === 0) return undefined;
  // A comment that is not closed is an error, and no token.
  if (/\/\*(?![^]*\*\/)/.test(text.slice(tokens.at(-1)!.end))) return undefined;
  try {
    return new PlainReader(new PlainCursor(tokens)).modules();
  } catch (error) {
    if (error === NOT_PLAIN || error instanceof NoRule) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #at: PlainCursor;
  #depth = 0;

  constructor(cursor: PlainCursor) {
    this.#at = cursor;
  }

  modules(): ReadModule[] {
    const modules: ReadModule[] = [];
    do modules.push(this.#module()); while (this.#at.token !== undefined);
    return modules;
  }

  #module(): ReadModule {
    const start = this.#at.token?.start ?? 0;
    this.#at.expect("module");
    const name = this.#at.name();
    const parameters: Parameter[] = [];
    if (this.#at.take("#")) {
      this.#at.expect("(");
      do {
        this.#at.expect("parameter");
        parameters.push(this.#constant());
      } while (this.#at.take(","));
      this.#at.expect(")");
    }
    const ports: Port[] = [];
    const items: Item[] = [];
    this.#at.expect("(");
    // An old-style header has names only; directions and types are declared in the body.
    const order = isDirection(this.#at.peek()) ? undefined : this.#names();
    if (order === undefined) ports.push(...this.#ports());
    this.#at.expect(")");
    this.#at.expect(";");
    const declared: Port[] = [];
    while (!this.#at.take("endmodule")) {
      if (this.#at.take("parameter")) {
        do parameters.push(this.#constant()); while (this.#at.take(","));
        this.#at.expect(";");
      } else if (order !== undefined && isDirection(this.#at.peek())) {
        declared.push(...this.#portDeclaration());
      } else items.push(...this.#item());
    }
    if (order !== undefined) ports.push(...mergedPorts(order, declared, items));
    return { name, parameters, ports, items, unsupported: [], start, end: this.#at.end };
  }

  #names(): string[] {
    const names: string[] = [];
    do names.push(this.#at.name()); while (this.#at.take(","));
    return names;
  }

  /** `NAME = value` */
  #constant(): Parameter {
    const name = this.#at.name();
    this.#at.expect("=");
    return { name, value: this.#at.constant() };
  }

  #ports(): Port[] {
    const ports: Port[] = [];
    let before = this.#portType();
    ports.push({ direction: before.direction, name: this.#at.name(), ...before.type });
    while (this.#at.take(",")) {
      if (isDirection(this.#at.peek())) before = this.#portType();
      ports.push({ direction: before.direction, name: this.#at.name(), ...before.type });
    }
    return ports;
  }

  #portType(): { direction: Port["direction"]; type: DataType } {
    const direction = this.#at.step() as Port["direction"];
    const net = ["wire", "reg", "logic"].find((word) => this.#at.take(word)) ?? "wire";
    return { direction, type: this.#type(net) };
  }

  /** `input [3:0] a, b;` */
  #portDeclaration(): Port[] {
    const { direction, type } = this.#portType();
    const names = this.#names();
    this.#at.expect(";");
    return names.map((name) => ({ direction, name, ...type }));
  }

  /** Sign and range, after the word. */
  #type(net: string): DataType {
    const signed = this.#at.take("signed");
    const range = this.#at.peek() === "[" ? this.#range() : undefined;
    return { net, signed, ...(range === undefined ? {} : { range }) };
  }

  #range(): Range {
    this.#at.expect("[");
    const left = this.#at.expression(":");
    this.#at.expect(":");
    const right = this.#at.expression();
    this.#at.expect("]");
    return { left, right };
  }

  #item(): Item[] {
    if (this.#at.token?.kind === "identifier") return this.#instances();
    const word = this.#at.step();
    switch (word) {
      case "wire":
      case "reg":
      case "logic":
        return this.#declarations(this.#type(word));
      case "integer":
        return this.#declarations({ net: word, signed: false });
      case "localparam":
        return this.#list(() => ({ kind: "localparam", ...this.#constant() }));
      case "assign":
        return this.#list(() => {
          const target = this.#at.target("=");
          this.#at.step();
          return { kind: "assign", target, value: this.#at.expression() };
        });
      case "always":
      case "always_ff":
        return [{ kind: "always", trigger: this.#trigger(), body: this.#statement() }];
      case "always_comb":
        return [{ kind: "always", trigger: { kind: "combinational" }, body: this.#statement() }];
    }
    throw NOT_PLAIN;
  }

  /** Several of one kind between commas, up to the semicolon. */
  #list(one: () => Item): Item[] {
    const items: Item[] = [];
    do items.push(one()); while (this.#at.take(","));
    this.#at.expect(";");
    return items;
  }

  #declarations(type: DataType): Item[] {
    return this.#list(() => {
      const name = this.#at.name();
      const entries = this.#at.peek() === "[" ? this.#range() : undefined;
      const value = this.#at.take("=") ? this.#at.expression() : undefined;
      return {
        kind: "declaration",
        name,
        ...type,
        ...(entries === undefined ? {} : { entries }),
        ...(value === undefined ? {} : { value }),
      };
    });
  }

  #instances(): Item[] {
    const module = this.#at.name();
    const parameters = this.#at.take("#") ? this.#connections() : [];
    return this.#list(() => {
      const name = this.#at.name();
      return { kind: "instance", module, name, parameters, connections: this.#connections() };
    });
  }

  /** `(.a(b), .c())` or `(b, d)` */
  #connections(): Connection[] {
    this.#at.expect("(");
    const named = this.#at.peek() === ".";
    const connections: Connection[] = [];
    do {
      if (!named) {
        connections.push({ value: this.#at.expression() });
        continue;
      }
      this.#at.expect(".");
      const port = this.#at.name();
      this.#at.expect("(");
      connections.push(this.#at.peek() === ")" ? { port } : { port, value: this.#at.expression() });
      this.#at.expect(")");
    } while (this.#at.take(","));
    this.#at.expect(")");
    return connections;
  }

  #trigger(): Trigger {
    this.#at.expect("@");
    if (this.#at.take("*")) return { kind: "inputs" };
    this.#at.expect("(");
    if (this.#at.take("*")) {
      this.#at.expect(")");
      return { kind: "inputs" };
    }
    const events: Event[] = [];
    do {
      const edge = (["posedge", "negedge"] as const).find((word) => this.#at.take(word));
      const signal: Expression = { kind: "name", name: this.#at.name() };
      events.push(edge === undefined ? { signal } : { edge, signal });
    } while (this.#at.take("or") || this.#at.take(","));
    this.#at.expect(")");
    return { kind: "events", events };
  }

  #statement(): Statement {
    if (++this.#depth > DEEPEST_STATEMENT) throw NOT_PLAIN;
    const statement = this.#oneOf(this.#at.peek());
    this.#depth--;
    return statement;
  }

  #oneOf(word: string): Statement {
    switch (word) {
      case "begin":
        return this.#block();
      case "if":
        return this.#if();
      case "case":
      case "casez":
      case "casex":
        return this.#case(word);
      case "for":
        return this.#for();
      default:
        return this.#assignment();
    }
  }

  #block(): Statement {
    this.#at.expect("begin");
    const statements: Statement[] = [];
    while (!this.#at.take("end")) statements.push(this.#statement());
    if (statements.length === 0) return { kind: "null" };
    return statements.length === 1 ? statements[0]! : { kind: "block", statements };
  }

  /** `(value)` */
  #inBrackets(): Expression {
    this.#at.expect("(");
    const value = this.#at.expression();
    this.#at.expect(")");
    return value;
  }

  #if(): Statement {
    this.#at.expect("if");
    const condition = this.#inBrackets();
    const yes = this.#statement();
    if (!this.#at.take("else")) return { kind: "if", condition, yes };
    return { kind: "if", condition, yes, no: this.#statement() };
  }

  #case(word: "case" | "casez" | "casex"): Statement {
    this.#at.expect(word);
    const subject = this.#inBrackets();
    const items: CaseItem[] = [];
    do {
      const labels: Expression[] = [];
      if (!this.#at.take("default")) {
        do labels.push(this.#at.expression(":")); while (this.#at.take(","));
      }
      this.#at.expect(":");
      items.push({ labels, body: this.#at.take(";") ? { kind: "null" } : this.#statement() });
    } while (!this.#at.take("endcase"));
    return { kind: "case", word, subject, items };
  }

  #for(): Statement {
    this.#at.expect("for");
    this.#at.expect("(");
    const { name: variable, value: start } = this.#constant();
    this.#at.expect(";");
    const condition = this.#at.expression();
    this.#at.expect(";");
    const { name, value: step } = this.#constant();
    if (name !== variable) throw NOT_PLAIN;
    this.#at.expect(")");
    return { kind: "for", variable, start, condition, step, body: this.#statement() };
  }

  #assignment(): Statement {
    const target = this.#at.target("=", "<=");
    const blocking = this.#at.step() === "=";
    const value = this.#at.expression();
    this.#at.expect(";");
    return { kind: "assignment", blocking, target, value };
  }
}

function isDirection(word: string): boolean {
  return word === "input" || word === "output" || word === "inout";
}
