/**
 * Reads procedural statements from the syntax tree.
 *
 * @module
 */
import type { CaseItem, Event, Expression, Statement, Trigger } from "./ast.ts";
import type { Source } from "./parsed_source.ts";
import { childOf, childrenOf, type SyntaxNode } from "./syntax_tree.ts";

/** Wrappers the grammar puts around every statement. */
const WRAPPERS = new Set([
  "statement_or_null",
  "statement",
  "statement_item",
  "function_statement",
  "function_statement_or_null",
]);

/** Reads one statement, wrapped as the grammar pleases. Never fails: see `Unsupported`. */
export function readStatement(source: Source, node: SyntaxNode): Statement {
  if (WRAPPERS.has(node.kind)) {
    const inner = node.children.find(({ named }) => named);
    if (inner === undefined) return { kind: "null" };
    // A label or an attribute stands beside the statement: no rule.
    const others = node.children.filter((child) => child !== inner && child.kind !== ";");
    if (others.length > 0) return source.unsupported(node);
    return readStatement(source, inner);
  }
  const reader = READERS[node.kind];
  return reader?.(source, node) ?? source.unsupported(node);
}

type Reader = (source: Source, node: SyntaxNode) => Statement | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  seq_block: (source, node) => {
    if (childOf(node, "block_item_declaration") !== undefined) return undefined;
    const statements = childrenOf(node, "statement_or_null").map((child) =>
      readStatement(source, child)
    );
    const block: Statement = statements.length === 0
      ? { kind: "null" }
      : statements.length === 1
      ? statements[0]!
      : { kind: "block", statements };
    source.closed.add(block);
    return block;
  },
  conditional_statement: (source, node) => {
    if (childOf(node, "unique_priority") !== undefined) return undefined;
    return readIf(source, node.children, 0);
  },
  case_statement: readCase,
  nonblocking_assignment: (source, node) => {
    const delay = delayOf(source, node);
    if (delay === "no rule") return undefined;
    const target = childOf(node, "variable_lvalue");
    const value = childOf(node, "expression");
    if (target === undefined || value === undefined) return undefined;
    return {
      kind: "assignment",
      blocking: false,
      target: source.expression(target),
      value: source.expression(value),
      ...(delay === undefined ? {} : { delay }),
    };
  },
  blocking_assignment: readBlocking,
  loop_statement: readLoop,
  procedural_timing_control_statement: (source, node) => {
    const delay = childOf(node, "delay_control");
    if (delay === undefined) return undefined;
    const time = childOf(delay, "delay_value", "mintypmax_expression");
    if (time === undefined) return undefined;
    const body = childOf(node, "statement_or_null");
    return {
      kind: "delay",
      time: source.expression(time),
      body: body === undefined ? { kind: "null" } : readStatement(source, body),
    };
  },
  subroutine_call_statement: (source, node) => {
    const call = childOf(node, "subroutine_call", "simulation_control_task");
    if (call === undefined) return undefined;
    // `$finish;` takes its semicolon along.
    const tail = call.children.at(-1)?.kind === ";" ? call.children.at(-1)!.start : call.end;
    const value = source.expression({ ...call, end: tail });
    if (value.kind === "call") {
      return { kind: "task", name: value.name, arguments: value.arguments };
    }
    if (value.kind === "name") return { kind: "task", name: value.name, arguments: [] };
    return value.kind === "unsupported" ? value : undefined;
  },
};

function readIf(source: Source, parts: readonly SyntaxNode[], at: number): Statement | undefined {
  const [word, , predicate, , body] = parts.slice(at, at + 5);
  if (word?.kind !== "if" || predicate === undefined || body === undefined) return undefined;
  const condition = source.expression(predicate);
  const yes = body.kind === ";" ? { kind: "null" } as const : readStatement(source, body);
  let next = at + 5;
  if (parts[next] === undefined) return { kind: "if", condition, yes };
  if (parts[next]!.kind !== "else") return undefined;
  next++;
  const other = parts[next];
  if (other === undefined) return undefined;
  if (other.kind === "if") {
    const no = readIf(source, parts, next);
    return no === undefined ? undefined : withElse(source, condition, yes, no);
  }
  const no = other.kind === ";" ? { kind: "null" } as const : readStatement(source, other);
  return withElse(source, condition, yes, no);
}

/** The grammar may give an `else` to an outer `if`; the language gives it to the nearest one. */
function withElse(source: Source, condition: Expression, yes: Statement, no: Statement): Statement {
  const inner = nearest(source, yes, no);
  return inner === undefined
    ? { kind: "if", condition, yes, no }
    : { kind: "if", condition, yes: inner };
}

/** The statement with `no` given to the last `if` inside it that has no `else`; nothing when all have one. */
function nearest(source: Source, statement: Statement, no: Statement): Statement | undefined {
  if (source.closed.has(statement)) return undefined;
  switch (statement.kind) {
    case "if": {
      if (statement.no === undefined) {
        const yes = nearest(source, statement.yes, no);
        return yes === undefined ? { ...statement, no } : { ...statement, yes };
      }
      const last = nearest(source, statement.no, no);
      return last === undefined ? undefined : { ...statement, no: last };
    }
    case "for":
    case "while":
    case "repeat":
    case "forever":
    case "delay": {
      const body = nearest(source, statement.body, no);
      return body === undefined ? undefined : { ...statement, body };
    }
    default:
      return undefined;
  }
}

function readCase(source: Source, node: SyntaxNode): Statement | undefined {
  const word = source.textOf(node, "case_keyword");
  const subject = childOf(node, "case_expression");
  if (word !== "case" && word !== "casez" && word !== "casex") return undefined;
  const known = new Set(["case_keyword", "(", "case_expression", ")", "case_item", "endcase"]);
  if (subject === undefined || node.children.some(({ kind }) => !known.has(kind))) return undefined;
  const items: CaseItem[] = [];
  for (const item of childrenOf(node, "case_item")) {
    const labels = childrenOf(item, "case_item_expression");
    const body = childOf(item, "statement_or_null");
    items.push({
      labels: labels.map((label) => source.expression(label)),
      body: body === undefined ? { kind: "null" } : readStatement(source, body),
    });
  }
  return { kind: "case", word, subject: source.expression(subject), items };
}

function readBlocking(source: Source, node: SyntaxNode): Statement | undefined {
  const step = readStep(source, node);
  if (step !== undefined) return { kind: "assignment", blocking: true, ...step };
  // x = #1 y: target, "=", delay, value stand in the assignment itself.
  const target = childOf(node, "variable_lvalue");
  const value = childOf(node, "expression");
  const delay = delayOf(source, node);
  if (target === undefined || value === undefined || delay === undefined || delay === "no rule") {
    return undefined;
  }
  return {
    kind: "assignment",
    blocking: true,
    target: source.expression(target),
    value: source.expression(value),
    delay,
  };
}

/** `x = e`, `x += e`, `x++`, as target and value. */
export function readStep(
  source: Source,
  node: SyntaxNode,
): { target: Expression; value: Expression } | undefined {
  const counted = childOf(node, "inc_or_dec_expression") ??
    (childOf(node, "inc_or_dec_operator") === undefined ? undefined : node);
  if (counted !== undefined) {
    const place = childOf(counted, "variable_lvalue", "simple_identifier");
    const operator = source.textOf(counted, "inc_or_dec_operator");
    if (place === undefined || operator === undefined) return undefined;
    const target = source.expression(place);
    const right = { kind: "literal", text: "1" } as const;
    const value = { kind: "binary", operator: operator === "++" ? "+" : "-", left: target, right };
    return { target, value: value as Expression };
  }
  const assignment = childOf(node, "operator_assignment", "variable_assignment") ?? node;
  const place = childOf(assignment, "variable_lvalue", "simple_identifier");
  const operator = source.textOf(assignment, "assignment_operator") ??
    (childOf(assignment, "=") === undefined ? undefined : "=");
  const from = childOf(assignment, "expression", "constant_expression");
  if (place === undefined || operator === undefined || from === undefined) return undefined;
  if (childOf(assignment, "delay_or_event_control") !== undefined) return undefined;
  const target = source.expression(place);
  const right = source.expression(from);
  if (operator === "=") return { target, value: right };
  const plain = operator.slice(0, -1);
  const value = { kind: "binary", operator: plain === "<<<" ? "<<" : plain, left: target, right };
  return { target, value: value as Expression };
}

function delayOf(source: Source, node: SyntaxNode): Expression | undefined | "no rule" {
  const control = childOf(node, "delay_or_event_control", "delay_control");
  if (control === undefined) return undefined;
  const delay = control.kind === "delay_control" ? control : childOf(control, "delay_control");
  const time = delay === undefined
    ? undefined
    : childOf(delay, "delay_value", "mintypmax_expression");
  return time === undefined ? "no rule" : source.expression(time);
}

function readLoop(source: Source, node: SyntaxNode): Statement | undefined {
  const word = node.children[0]?.kind;
  const inner = childOf(node, "statement_or_null", "statement");
  const body: Statement = inner === undefined ? { kind: "null" } : readStatement(source, inner);
  if (word === "forever") return { kind: "forever", body };
  const condition = childOf(node, "expression");
  if (condition === undefined) return undefined;
  if (word === "repeat") return { kind: "repeat", count: source.expression(condition), body };
  if (word === "while") return { kind: "while", condition: source.expression(condition), body };
  if (word !== "for") return undefined;
  const start = childOf(node, "for_initialization");
  const assignments = start === undefined
    ? undefined
    : childOf(start, "list_of_variable_assignments");
  const step = childOf(node, "for_step");
  if (assignments?.children.length !== 1 || step?.children.length !== 1) return undefined;
  const first = readStep(source, assignments.children[0]!);
  const next = readStep(source, step) ?? readStep(source, step.children[0]!);
  if (first?.target.kind !== "name" || next?.target.kind !== "name") return undefined;
  if (first.target.name !== next.target.name) return undefined;
  return {
    kind: "for",
    variable: first.target.name,
    start: first.value,
    condition: source.expression(condition),
    step: next.value,
    body,
  };
}

/** What starts an always block, and what it then does. */
export function readProcess(
  source: Source,
  node: SyntaxNode,
): { trigger: Trigger; body: Statement } | undefined {
  const word = source.textOf(node, "always_keyword") ?? "always";
  const outer = childOf(node, "statement");
  if (outer === undefined) return undefined;
  if (word === "always_comb" || word === "always_latch") {
    const kind = word === "always_comb" ? "combinational" : "latch";
    return { trigger: { kind }, body: readStatement(source, outer) };
  }
  const timed = outer.children[0]?.children[0];
  const control = timed === undefined ? undefined : childOf(timed, "event_control");
  if (timed?.kind !== "procedural_timing_control_statement" || control === undefined) {
    return { trigger: { kind: "none" }, body: readStatement(source, outer) };
  }
  const trigger = readTrigger(source, control);
  if (trigger === undefined) return undefined;
  const body = childOf(timed, "statement_or_null");
  return {
    trigger,
    body: body === undefined ? { kind: "null" } : readStatement(source, body),
  };
}

function readTrigger(source: Source, control: SyntaxNode): Trigger | undefined {
  const from = source.tokenAt(control.start);
  const tokens = source.tokens.slice(from, source.tokenAt(control.end)).map(({ text }) => text);
  const joined = tokens.join("");
  if (joined === "@*" || joined === "@(*)") return { kind: "inputs" };
  const clocking = childOf(control, "clocking_event");
  if (clocking === undefined) return undefined;
  const events: Event[] = [];
  const list = childOf(clocking, "event_expression");
  if (list === undefined) {
    const name = clocking.children.at(-1)!;
    return { kind: "events", events: [{ signal: source.expression(name) }] };
  }
  return collect(source, list, events) ? { kind: "events", events } : undefined;
}

function collect(source: Source, node: SyntaxNode, events: Event[]): boolean {
  const inner = childrenOf(node, "event_expression");
  if (inner.length > 0) return inner.every((child) => collect(source, child, events));
  if (childOf(node, "iff") !== undefined) return false;
  const edge = source.textOf(node, "edge_identifier");
  const signal = childOf(node, "expression");
  if (signal === undefined || edge === "edge") return false;
  events.push({
    ...(edge === undefined ? {} : { edge: edge as "posedge" | "negedge" }),
    signal: source.expression(signal),
  });
  return true;
}
