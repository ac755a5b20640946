/**
 * Reads types, ports, parameters, nets and variables from the syntax tree.
 *
 * @module
 */
import type { Argument, DataType, Declaration, Item, Parameter, Port, Unsupported } from "./ast.ts";
import type { Source } from "./parsed_source.ts";
import { childOf, childrenOf, type SyntaxNode, walk } from "./syntax_tree.ts";

const VECTOR_WORDS = new Set(["reg", "logic", "bit"]);
const ATOM_WORDS = new Set(["integer", "time", "int", "byte", "shortint", "longint"]);
const NET_WORDS = new Set([
  "wire",
  "tri",
  "wand",
  "wor",
  "triand",
  "trior",
  "tri0",
  "tri1",
  "supply0",
  "supply1",
]);

/**
 * The type that stands anywhere in `node` (a header, a data type, nothing): its word, its sign and its
 * one range. More than one range, or a type of another sort, has no rule.
 */
export function readType(source: Source, node: SyntaxNode | undefined): DataType | Unsupported {
  const type: DataType = { net: "wire", signed: false };
  if (node === undefined) return type;
  for (const part of walk(node)) {
    if (BAD_TYPES.has(part.kind)) return source.unsupported(part);
    if (part.kind === "packed_dimension") {
      const range = source.range(part);
      if (range === undefined || type.range !== undefined) return source.unsupported(part);
      type.range = range;
    } else if (part.kind === "signed") {
      type.signed = true;
    } else if (!part.named && part.children.length === 0) {
      if (VECTOR_WORDS.has(part.kind) || ATOM_WORDS.has(part.kind) || NET_WORDS.has(part.kind)) {
        type.net = part.kind;
      }
    }
  }
  return type;
}

const BAD_TYPES = new Set([
  ...["non_integer_type", "struct_union", "enum", "class_type", "event", "string", "chandle"],
  ...["interface_port_header", "enum_name_declaration", "type_reference", "ERROR"],
]);

/** Ports of a header with types (`module m(input [3:0] a, …)`). */
export function readAnsiPorts(source: Source, list: SyntaxNode): (Port | Unsupported)[] {
  const ports: (Port | Unsupported)[] = [];
  let before: { direction: Port["direction"]; type: DataType } = {
    direction: "inout",
    type: { net: "wire", signed: false },
  };
  for (const node of childrenOf(list, "ansi_port_declaration")) {
    const header = childOf(
      node,
      "net_port_header",
      "variable_port_header",
      "interface_port_header",
    );
    const name = childOf(node, "simple_identifier", "escaped_identifier");
    const others = node.children.filter((child) => child !== header && child !== name);
    if (name === undefined || others.length > 0) {
      ports.push(source.unsupported(node));
      continue;
    }
    if (header !== undefined) {
      const type = readType(source, header);
      if ("kind" in type) {
        ports.push(type);
        continue;
      }
      const word = source.textOf(header, "port_direction") as Port["direction"] | undefined;
      before = { direction: word ?? before.direction, type };
    }
    ports.push({ direction: before.direction, name: source.name(name), ...before.type });
  }
  return ports;
}

/** `input [3:0] a, b;` in the body of a module with an old-style header. */
export function readPortDeclaration(source: Source, node: SyntaxNode): (Port | Unsupported)[] {
  const inner = childOf(node, "input_declaration", "output_declaration", "inout_declaration");
  const list = inner === undefined
    ? undefined
    : inner.children.find(({ kind }) => kind.startsWith("list_of_"));
  if (inner === undefined || list === undefined) return [source.unsupported(node)];
  const direction = inner.kind.split("_")[0] as Port["direction"];
  const header: SyntaxNode = {
    ...inner,
    children: inner.children.filter((child) => child !== list),
  };
  const type = readType(source, header);
  if ("kind" in type) return [type];
  return names(source, list).map((name) => ({ direction, name, ...type }));
}

/** Ports of an old-style header: their `reg` declarations are taken out of the body. */
export function mergedPorts(order: string[], declared: Port[], items: Item[]): Port[] {
  return order.flatMap((name) => {
    const port = declared.find((candidate) => candidate.name === name);
    if (port === undefined) return [];
    const at = items.findIndex((item) =>
      item.kind === "declaration" && item.name === name && item.entries === undefined
    );
    if (at === -1) return [port];
    const variable = items[at] as Declaration;
    if (variable.value !== undefined) return [port];
    items.splice(at, 1);
    const range = port.range ?? variable.range;
    return [{
      ...port,
      net: variable.net,
      signed: port.signed || variable.signed,
      ...(range === undefined ? {} : { range }),
    }];
  });
}

/** `parameter A = 1, B = 2` and `localparam`. */
export function readParameters(source: Source, node: SyntaxNode): (Parameter | Unsupported)[] {
  const list = childOf(node, "list_of_param_assignments");
  if (list === undefined) return [source.unsupported(node)];
  // A parameter's own type changes how its value is sized: no rule, except for the plain integer.
  const typed = childOf(node, "data_type_or_implicit", "data_type", "implicit_data_type");
  if (typed !== undefined && source.text(typed) !== "integer") return [source.unsupported(typed)];
  return childrenOf(list, "param_assignment").map((assignment) => {
    const value = childOf(assignment, "constant_param_expression");
    const name = childOf(assignment, "simple_identifier", "escaped_identifier");
    if (value === undefined || name === undefined) return source.unsupported(assignment);
    return { name: source.name(name), value: source.expression(value) };
  });
}

/** `wire [3:0] a = b, c;`, `reg [7:0] m [0:15];`, `integer i;`. */
export function readDeclarations(source: Source, node: SyntaxNode): (Declaration | Unsupported)[] {
  const list = childOf(node, "list_of_net_decl_assignments", "list_of_variable_decl_assignments");
  if (list === undefined) return [source.unsupported(node)];
  const header: SyntaxNode = { ...node, children: node.children.filter((child) => child !== list) };
  // A user's type looks like a name in the place of the word.
  const named = childOf(header, "simple_identifier", "delay3", "drive_strength", "lifetime");
  if (named !== undefined) return [source.unsupported(node)];
  for (const part of walk(header)) {
    if (part.kind === "simple_identifier" && isTypeName(header, part)) {
      return [source.unsupported(node)];
    }
  }
  const type = readType(source, header);
  if ("kind" in type) return [type];
  return childrenOf(list, "net_decl_assignment", "variable_decl_assignment").map((entry) => {
    const name = childOf(entry, "simple_identifier", "escaped_identifier");
    const dimensions = childrenOf(entry, "unpacked_dimension");
    const value = childOf(entry, "expression");
    const entries = dimensions[0] === undefined ? undefined : source.range(dimensions[0]);
    if (name === undefined || dimensions.length > 1) return source.unsupported(entry);
    if (dimensions.length === 1 && entries === undefined) return source.unsupported(dimensions[0]!);
    return {
      kind: "declaration",
      name: source.name(name),
      ...type,
      ...(entries === undefined ? {} : { entries }),
      ...(value === undefined ? {} : { value: source.expression(value) }),
    };
  });
}

/** A name in the header that is not inside a range stands for a type. */
function isTypeName(header: SyntaxNode, name: SyntaxNode): boolean {
  for (const part of walk(header)) {
    if (part.kind === "packed_dimension" && part.start <= name.start && name.end <= part.end) {
      return false;
    }
  }
  return true;
}

/** Arguments of a function or task, in either style. */
export function readArguments(source: Source, body: SyntaxNode): (Argument | Unsupported)[] {
  const found: (Argument | Unsupported)[] = [];
  let before: { direction: Argument["direction"]; type: DataType } | undefined;
  for (
    const item of childrenOf(
      childOf(body, "tf_port_list") ?? { ...body, children: [] },
      "tf_port_item",
    )
  ) {
    const name = childOf(item, "simple_identifier", "escaped_identifier");
    const header: SyntaxNode = {
      ...item,
      children: item.children.filter((child) => child !== name),
    };
    const type = readType(source, header);
    if (name === undefined) found.push(source.unsupported(item));
    else if ("kind" in type) found.push(type);
    else {
      const word = source.textOf(item, "tf_port_direction") as Argument["direction"] | undefined;
      // An argument without a header of its own has that of the one before.
      if (header.children.length > 0 || before === undefined) {
        before = { direction: word ?? before?.direction ?? "input", type };
      }
      found.push({ direction: before.direction, name: source.name(name), ...before.type });
    }
  }
  for (const item of childrenOf(body, "tf_item_declaration")) {
    const ports = childOf(item, "tf_port_declaration");
    if (ports === undefined) continue;
    const list = childOf(ports, "list_of_tf_variable_identifiers");
    const direction = source.textOf(ports, "tf_port_direction") as Argument["direction"];
    const type = readType(source, {
      ...ports,
      children: ports.children.filter((child) => child !== list),
    });
    if (list === undefined) found.push(source.unsupported(ports));
    else if ("kind" in type) found.push(type);
    else found.push(...names(source, list).map((name) => ({ direction, name, ...type })));
  }
  return found;
}

function names(source: Source, list: SyntaxNode): string[] {
  return childrenOf(list, "simple_identifier", "escaped_identifier").map((node) =>
    source.name(node)
  );
}
