/**
 * What a Verilog module says, free of how it is laid out: the middle ground between source text,
 * description and generator. A module read from text, written again and read once more is the same
 * value.
 *
 * @module
 */

/** Something the reader has no rule for: its kind in the grammar, and its line. */
export interface Unsupported {
  kind: "unsupported";
  /** Name of the syntax node (`sequence_expr`, `class_declaration`, …). */
  node: string;
  /** Line of the file, from 1. */
  line: number;
}

/** Unary operators; `& | ^ ~& ~| ~^` are reductions. */
export type UnaryOperator = "~" | "-" | "!" | "&" | "|" | "^" | "~&" | "~|" | "~^";

/** Binary operators; `<<<` is read as `<<` and `^~` as `~^`, which mean the same. */
export type BinaryOperator =
  | (
    | "+"
    | "-"
    | "*"
    | "/"
    | "%"
    | "**"
    | "&"
    | "|"
    | "^"
    | "~^"
    | "&&"
    | "||"
    | "<<"
    | ">>"
    | ">>>"
  )
  | ("==" | "!=" | "===" | "!==" | "<" | "<=" | ">" | ">=");

/** An expression, or the left side of an assignment. */
export type Expression =
  | { kind: "name"; name: string }
  | { kind: "literal"; text: string }
  | { kind: "unary"; operator: UnaryOperator; operand: Expression }
  | { kind: "binary"; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: "choice"; condition: Expression; yes: Expression; no: Expression }
  | { kind: "concatenation"; parts: Expression[] }
  | { kind: "replication"; count: Expression; value: Expression }
  | { kind: "bit"; of: Expression; index: Expression }
  | { kind: "bits"; of: Expression; high: Expression; low: Expression }
  | { kind: "slice"; of: Expression; width: Expression; from: Expression; upward: boolean }
  | { kind: "call"; name: string; arguments: Expression[] }
  | Unsupported;

/** `[left:right]`. */
export interface Range {
  left: Expression;
  right: Expression;
}

/** How a port, net or variable is declared. */
export interface DataType {
  /** `wire`, `reg`, `logic`, `integer`, `tri`, …; a port without a word is a `wire`. */
  net: string;
  signed: boolean;
  range?: Range;
}

export interface Parameter {
  name: string;
  value: Expression;
}

export interface Port extends DataType {
  direction: "input" | "output" | "inout";
  name: string;
}

/** A net or variable, a memory when it has `entries`. */
export interface Declaration extends DataType {
  kind: "declaration";
  name: string;
  entries?: Range;
  /** `wire x = value;` or `reg x = value;` */
  value?: Expression;
}

/** One event of a sensitivity list. */
export interface Event {
  edge?: "posedge" | "negedge";
  signal: Expression;
}

/**
 * What starts an always block: events, any change of its inputs (`*`), such a change and the beginning
 * (`always_comb`, `always_latch`), or nothing at all.
 */
export type Trigger =
  | { kind: "events"; events: Event[] }
  | { kind: "inputs" }
  | { kind: "combinational" }
  | { kind: "latch" }
  | { kind: "none" };

export interface CaseItem {
  /** Empty for `default`. */
  labels: Expression[];
  body: Statement;
}

export type Statement =
  | { kind: "null" }
  | { kind: "block"; statements: Statement[] }
  | { kind: "if"; condition: Expression; yes: Statement; no?: Statement }
  | { kind: "case"; word: "case" | "casez" | "casex"; subject: Expression; items: CaseItem[] }
  | {
    kind: "assignment";
    blocking: boolean;
    target: Expression;
    value: Expression;
    delay?: Expression;
  }
  | {
    kind: "for";
    variable: string;
    start: Expression;
    condition: Expression;
    step: Expression;
    body: Statement;
  }
  | { kind: "while"; condition: Expression; body: Statement }
  | { kind: "repeat"; count: Expression; body: Statement }
  | { kind: "forever"; body: Statement }
  | { kind: "delay"; time: Expression; body: Statement }
  | { kind: "task"; name: string; arguments: Expression[] }
  | Unsupported;

export interface Connection {
  /** Absent when connected by position. */
  port?: string;
  /** Absent when left open. */
  value?: Expression;
}

/** An argument of a function or task. */
export interface Argument extends DataType {
  direction: "input" | "output" | "inout";
  name: string;
}

export type Item =
  | Declaration
  | { kind: "genvar"; name: string }
  | { kind: "localparam"; name: string; value: Expression }
  | { kind: "assign"; target: Expression; value: Expression; delay?: Expression }
  | { kind: "always"; trigger: Trigger; body: Statement }
  | { kind: "initial"; body: Statement }
  | {
    kind: "instance";
    module: string;
    name: string;
    parameters: Connection[];
    connections: Connection[];
  }
  | { kind: "gate"; gate: string; name?: string; terminals: Expression[] }
  | {
    kind: "generate";
    variable: string;
    start: Expression;
    condition: Expression;
    step: Expression;
    label?: string;
    items: Item[];
  }
  | {
    kind: "function";
    name: string;
    result: DataType;
    arguments: Argument[];
    locals: Declaration[];
    body: Statement;
  }
  | { kind: "task"; name: string; arguments: Argument[]; locals: Declaration[]; body: Statement }
  | Unsupported;

/** A whole module. Ports stand in the order of the header. */
export interface Module {
  name: string;
  parameters: Parameter[];
  ports: Port[];
  items: Item[];
}

/** Calls `visit` for every {@linkcode Unsupported} of a module, an item, a statement or an expression. */
export function eachUnsupported(value: unknown, visit: (found: Unsupported) => void): void {
  if (value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const entry of value) eachUnsupported(entry, visit);
  } else if ((value as { kind?: unknown }).kind === "unsupported") {
    visit(value as Unsupported);
  } else {
    for (const entry of Object.values(value)) eachUnsupported(entry, visit);
  }
}

/** A module as read: what has no rule stands in `unsupported` too, in the order of the file. */
export interface ReadModule extends Module {
  /** Parts of the header that have no rule; parts of the body are among `items`. */
  unsupported: Unsupported[];
  /** The module's own text, from `module` to `endmodule`, in the text that was parsed. */
  start: number;
  end: number;
}
