/**
 * Reads the items of a module body from a syntax tree: declarations, assignments, processes, instances,
 * routines and generate loops.
 *
 * @module
 */
import type { Argument, Connection, Declaration, Expression, Item, Statement } from "./ast.ts";
import { readArguments, readDeclarations, readParameters, readType } from "./declaration_reader.ts";
import { Source } from "./parsed_source.ts";
import { readProcess, readStatement, readStep } from "./statement_reader.ts";
import { childOf, childrenOf, type SyntaxNode } from "./syntax_tree.ts";

/** Reads one item of a body; declarations of several names give several. */
export function readItem(source: Source, node: SyntaxNode): Item[] {
  switch (node.kind) {
    case "net_declaration":
    case "data_declaration":
      return readDeclarations(source, node);
    case "local_parameter_declaration":
      return readParameters(source, node).map((entry) =>
        "kind" in entry ? entry : { kind: "localparam", ...entry }
      );
    case "genvar_declaration": {
      const list = childOf(node, "list_of_genvar_identifiers")!;
      return childrenOf(list, "simple_identifier").map((name) => ({
        kind: "genvar",
        name: source.name(name),
      }));
    }
    case "continuous_assign":
      return readAssigns(source, node);
    case "always_construct": {
      const process = readProcess(source, node);
      return [process === undefined ? source.unsupported(node) : { kind: "always", ...process }];
    }
    case "initial_construct": {
      const body = childOf(node, "statement_or_null");
      if (body === undefined) return [source.unsupported(node)];
      return [{ kind: "initial", body: readStatement(source, body) }];
    }
    case "module_instantiation":
      return readInstances(source, node);
    case "gate_instantiation":
      return readGates(source, node);
    case "loop_generate_construct":
      return [readGenerate(source, node) ?? source.unsupported(node)];
    case "function_declaration":
      return [readFunction(source, node) ?? source.unsupported(node)];
    case "task_declaration":
      return [readTask(source, node) ?? source.unsupported(node)];
    default:
      return [source.unsupported(node)];
  }
}

function readAssigns(source: Source, node: SyntaxNode): Item[] {
  const list = childOf(node, "list_of_net_assignments", "list_of_variable_assignments");
  if (list === undefined || childOf(node, "drive_strength") !== undefined) {
    return [source.unsupported(node)];
  }
  const control = childOf(node, "delay3", "delay_control");
  const times = control === undefined
    ? []
    : childrenOf(control, "delay_value", "mintypmax_expression");
  const time = times[0];
  if (control !== undefined && times.length !== 1) {
    return [source.unsupported(control)];
  }
  return childrenOf(list, "net_assignment", "variable_assignment").map((entry) => {
    const target = childOf(entry, "net_lvalue", "variable_lvalue");
    const value = childOf(entry, "expression");
    if (target === undefined || value === undefined) return source.unsupported(entry);
    return {
      kind: "assign",
      target: source.expression(target),
      value: source.expression(value),
      ...(time === undefined ? {} : { delay: source.expression(time) }),
    };
  });
}

function readInstances(source: Source, node: SyntaxNode): Item[] {
  const module = childOf(node, "simple_identifier", "escaped_identifier");
  if (module === undefined) return [source.unsupported(node)];
  const overrides = childOf(node, "parameter_value_assignment");
  const list = overrides === undefined
    ? undefined
    : childOf(overrides, "list_of_parameter_value_assignments");
  const parameters = list === undefined ? [] : readConnections(source, list);
  return childrenOf(node, "hierarchical_instance").map((instance) => {
    const named = childOf(instance, "name_of_instance");
    const ports = childOf(instance, "list_of_port_connections");
    const connections = ports === undefined ? [] : readConnections(source, ports);
    if (named?.children.length !== 1 || parameters === undefined || connections === undefined) {
      return source.unsupported(instance);
    }
    return {
      kind: "instance",
      module: source.name(module),
      name: source.name(named),
      parameters,
      connections,
    };
  });
}

/** Connections or overrides; nothing where one has no rule (`.*`, attributes). */
function readConnections(source: Source, list: SyntaxNode): Connection[] | undefined {
  const connections: Connection[] = [];
  for (const node of list.children) {
    if (node.kind === ",") continue;
    const value = childOf(node, "expression", "param_expression");
    if (node.kind.startsWith("ordered_")) {
      connections.push(value === undefined ? {} : { value: source.expression(value) });
      continue;
    }
    const port = childOf(node, "simple_identifier", "escaped_identifier");
    if (!node.kind.startsWith("named_") || port === undefined) return undefined;
    const name = source.name(port);
    // `.a` alone connects the signal of the same name.
    const short = childOf(node, "(") === undefined;
    if (short) connections.push({ port: name, value: { kind: "name", name } });
    else {connections.push(
        value === undefined ? { port: name } : { port: name, value: source.expression(value) },
      );}
  }
  return connections;
}

function readGates(source: Source, node: SyntaxNode): Item[] {
  const type = node.children.find(({ kind }) =>
    kind === "n_input_gatetype" || kind === "n_output_gatetype"
  );
  const others = node.children.filter(({ kind }) =>
    kind.includes("delay") || kind.includes("strength")
  );
  if (type === undefined || others.length > 0) return [source.unsupported(node)];
  return childrenOf(node, "n_input_gate_instance", "n_output_gate_instance").map((instance) => {
    const named = childOf(instance, "name_of_instance");
    if (named !== undefined && named.children.length !== 1) return source.unsupported(instance);
    const terminals = childrenOf(instance, "output_terminal", "input_terminal");
    return {
      kind: "gate",
      gate: source.text(type),
      ...(named === undefined ? {} : { name: source.name(named) }),
      terminals: terminals.map((terminal) => source.expression(terminal)),
    };
  });
}

function readGenerate(source: Source, node: SyntaxNode): Item | undefined {
  const start = childOf(node, "genvar_initialization");
  const iteration = childOf(node, "genvar_iteration");
  const condition = childOf(node, "constant_expression");
  const block = childOf(node, "generate_block");
  if (
    start === undefined || iteration === undefined || condition === undefined || block === undefined
  ) {
    return undefined;
  }
  if (childOf(start, "genvar") !== undefined) return undefined;
  const variable = source.textOf(start, "simple_identifier");
  const first = childOf(start, "constant_expression");
  const step: { target: Expression; value: Expression } | undefined = readStep(source, iteration);
  if (variable === undefined || first === undefined || step === undefined) return undefined;
  if (step.target.kind !== "name" || step.target.name !== variable) return undefined;
  const label = source.textOf(block, "simple_identifier");
  return {
    kind: "generate",
    variable,
    start: source.expression(first),
    condition: source.expression(condition),
    step: step.value,
    ...(label === undefined ? {} : { label }),
    items: [...bodyOf(block)].flatMap((part) => readItem(source, part)),
  };
}

function readFunction(source: Source, node: SyntaxNode): Item | undefined {
  const inner = childOf(node, "function_body_declaration");
  if (inner === undefined || childOf(node, "lifetime") !== undefined) return undefined;
  const name = childOf(inner, "simple_identifier");
  const result = readType(
    source,
    childOf(inner, "data_type_or_void", "implicit_data_type", "data_type_or_implicit", "data_type"),
  );
  const signature = readSignature(source, inner);
  if (name === undefined || "kind" in result || signature === undefined) return undefined;
  return { kind: "function", name: source.name(name), result, ...signature };
}

function readTask(source: Source, node: SyntaxNode): Item | undefined {
  const inner = childOf(node, "task_body_declaration");
  if (inner === undefined || childOf(node, "lifetime") !== undefined) return undefined;
  const name = childOf(inner, "simple_identifier");
  const signature = readSignature(source, inner);
  if (name === undefined || signature === undefined) return undefined;
  return { kind: "task", name: source.name(name), ...signature };
}

/** Arguments, local variables and body, which functions and tasks share. */
function readSignature(source: Source, body: SyntaxNode) {
  const found = readArguments(source, body);
  const locals: Declaration[] = [];
  for (const item of childrenOf(body, "tf_item_declaration", "block_item_declaration")) {
    const inner = childOf(item, "block_item_declaration") ?? item;
    const data = childOf(inner, "data_declaration");
    if (data === undefined) {
      if (childOf(item, "tf_port_declaration") === undefined) return undefined;
      continue;
    }
    for (const entry of readDeclarations(source, data)) {
      if (entry.kind === "unsupported") return undefined;
      locals.push(entry);
    }
  }
  const statements = childrenOf(body, "function_statement_or_null", "statement_or_null");
  const list = found.filter((entry): entry is Argument => !("kind" in entry));
  if (list.length !== found.length) return undefined;
  const read = statements.map((statement) => readStatement(source, statement));
  return {
    arguments: list,
    locals,
    body: joined(read),
  };
}

function joined(statements: Statement[]): Statement {
  if (statements.length === 0) return { kind: "null" };
  return statements.length === 1 ? statements[0]! : { kind: "block", statements };
}

/** The nodes of the body, without the wrappers and `generate … endgenerate`. */
export function* bodyOf(node: SyntaxNode, header?: SyntaxNode): Generator<SyntaxNode> {
  for (const child of node.children) {
    if (child === header || !child.named) continue;
    if (child.kind === "module_item" || child.kind === "generate_region") yield* bodyOf(child);
    else if (!SILENT.has(child.kind)) yield child;
  }
}

/** Nodes that say nothing about the module. */
const SILENT = new Set([
  "comment",
  "module_keyword",
  "simple_identifier",
  "timescale_compiler_directive",
]);
