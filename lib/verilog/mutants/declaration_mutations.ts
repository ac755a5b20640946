/**
 * Mutations of declarations and drivers: widths (class `behaviour`), reg and wire (class `elaboration`), the released rules for
 * drivers (class `drivers`).
 *
 * @module
 */
import type { Expression, Item, Statement } from "../language/ast.ts";
import { constantsOf, extent, literalValue } from "../language/constant.ts";
import type { ReadModule } from "../language/ast.ts";
import type { MutationList, PlacedNode } from "./mutation.ts";
import type { Source } from "../language/parsed_source.ts";
import { childOf, type SyntaxNode, walk } from "../language/syntax_tree.ts";

/** Ranges `[m:0]` of ports, nets and variables. */
export function addWidths(
  list: MutationList,
  source: Source,
  module: ReadModule,
  node: SyntaxNode,
  path: readonly SyntaxNode[],
  selected: ReadonlySet<string>,
): void {
  const owner = path.find(({ kind }) =>
    ["ansi_port_declaration", "net_declaration", "data_declaration", "port_declaration"].includes(
      kind,
    )
  );
  if (
    owner === undefined ||
    path.some(({ kind }) => kind.startsWith("function_") || kind.startsWith("task_"))
  ) {
    return;
  }
  const range = childOf(node, "constant_range");
  const left = range?.children[0];
  const right = range?.children[2];
  if (left === undefined || right === undefined || source.text(right) !== "0") return;
  const size = extent(
    { left: source.expression(left), right: source.expression(right) },
    constantsOf(module),
  );
  if (size === undefined) return;
  const text = source.text(left);
  const declared = source.tokens.slice(source.tokenAt(owner.start), source.tokenAt(owner.end));
  const names = new Set(
    declared.filter(({ kind }) => kind === "identifier").map(({ text }) => text),
  );
  // A net driven bit by bit would get a bit without a driver, or lose one that is driven.
  if (!reachesTop(source, names, size.count)) {
    list.replace("width.plus", "behaviour", left, shifted(text, 1));
    if (size.count > 2n) list.replace("width.minus", "behaviour", left, shifted(text, -1));
  }
  // A select of what has become one bit is an error, which is another class.
  const memory = path.length > 0 &&
    childOf(owner, "list_of_variable_decl_assignments") !== undefined &&
    [...walk(owner)].some(({ kind }) => kind === "unpacked_dimension");
  if (!memory && size.count > 1n && !declared.some(({ text }) => selected.has(text))) {
    list.replace("width.drop", "behaviour", node, "");
  }
}

/** Whether the highest bit of one of the names is selected by number, which a narrower one does not have. */
function reachesTop(source: Source, names: ReadonlySet<string>, count: bigint): boolean {
  return source.tokens.some(({ text }, at) =>
    names.has(text) && source.tokens[at + 1]?.text === "[" &&
    (literalValue(source.tokens[at + 2]?.text ?? "") ?? 0n) >= count - 1n
  );
}

/** `7` to `8`, `W-1` to `W`, anything else with `+1` or `-1` behind it. */
function shifted(text: string, by: 1 | -1): string {
  if (/^\d+$/.test(text)) return `${Number(text) + by}`;
  const minusOne = /^([A-Za-z_]\w*)\s*-\s*1$/.exec(text);
  if (minusOne !== null) return by === 1 ? minusOne[1]! : `${minusOne[1]}-2`;
  return `${text}${by === 1 ? "+1" : "-1"}`;
}

export function addTypes(
  list: MutationList,
  source: Source,
  node: SyntaxNode,
  path: readonly SyntaxNode[],
  written: Written,
): void {
  if (node.kind !== "reg" && node.kind !== "wire") return;
  if (path.some(({ kind }) => /^(function|task|block_item)_/.test(kind))) return;
  const owner = path.findLast(({ kind }) =>
    ["ansi_port_declaration", "net_declaration", "data_declaration"].includes(kind)
  );
  if (owner === undefined) return;
  const parts = [...walk(owner)];
  if (parts.some(({ kind }) => kind === "unpacked_dimension" || kind === "=")) return;
  const names = parts.filter(({ kind }) => kind === "simple_identifier").map((name) =>
    source.text(name)
  );
  if (node.kind === "reg" && names.some((name) => written.procedural.has(name))) {
    list.replace("type.reg2wire", "elaboration", node, "wire");
  }
  if (node.kind === "wire" && names.some((name) => written.continuous.has(name))) {
    if (owner.kind === "ansi_port_declaration" && parts.some(({ kind }) => kind === "input")) {
      return;
    }
    list.replace("type.wire2reg", "elaboration", node, "reg");
  }
}

/** Names assigned in processes, and names driven by assignments. */
export interface Written {
  procedural: Set<string>;
  continuous: Set<string>;
}

export function assigned(
  items: readonly Item[],
  written: Written = { procedural: new Set(), continuous: new Set() },
): Written {
  const target = (expression: Expression, set: Set<string>): void => {
    if (expression.kind === "name") set.add(expression.name);
    else if (expression.kind === "concatenation") {
      expression.parts.forEach((part) => target(part, set));
    } else if (
      expression.kind === "bit" || expression.kind === "bits" || expression.kind === "slice"
    ) {
      // Whoever drives a part of a vector drives the vector.
      target(expression.of, set);
    }
  };
  const visit = (statement: Statement): void => {
    switch (statement.kind) {
      case "assignment":
        return target(statement.target, written.procedural);
      case "block":
        return statement.statements.forEach(visit);
      case "if":
        visit(statement.yes);
        return statement.no === undefined ? undefined : visit(statement.no);
      case "case":
        return statement.items.forEach(({ body }) => visit(body));
      case "for":
      case "while":
      case "repeat":
      case "forever":
      case "delay":
        return visit(statement.body);
    }
  };
  for (const item of items) {
    if (item.kind === "assign") target(item.target, written.continuous);
    if (item.kind === "always" || item.kind === "initial") visit(item.body);
    if (item.kind === "generate") assigned(item.items, written);
  }
  return written;
}

export function declaredNames(module: ReadModule): Set<string> {
  const names = new Set([...module.ports, ...module.parameters].map(({ name }) => name));
  for (const item of module.items) {
    if (item.kind === "declaration" || item.kind === "localparam" || item.kind === "genvar") {
      names.add(item.name);
    }
  }
  return names;
}

/** Names followed by `[` in the body. */
export function selectedNames(source: Source, module: ReadModule): Set<string> {
  const names = new Set<string>();
  for (let at = source.tokenAt(module.start); at < source.tokenAt(module.end); at++) {
    if (source.tokens[at + 1]?.text === "[") names.add(source.tokens[at]!.text);
  }
  return names;
}

/** The three released rules: a second driver, an output without one, a loop. */
export function addDrivers(
  list: MutationList,
  module: ReadModule,
  nodes: readonly PlacedNode[],
  written: Written,
  names: ReadonlySet<string>,
  invented: string,
): void {
  const endmodule = nodes.find(({ node }) => node.kind === "endmodule")?.node;
  if (endmodule === undefined) return;
  const place = { start: endmodule.start, end: endmodule.start };
  const inputs = module.ports.filter(({ direction }) => direction === "input");
  const driven = module.ports.filter(({ direction, name, net }) =>
    direction === "output" && net === "wire" && written.continuous.has(name)
  );
  for (const output of driven) {
    for (const input of inputs.slice(0, 3)) {
      list.replace(
        "driver.conflict",
        "drivers",
        place,
        `  assign ${output.name} = ${input.name};\n`,
      );
    }
  }
  const last = nodes.findLast(({ node }) => node.kind === "ansi_port_declaration")?.node;
  const fresh = (base: string) => names.has(base) ? `${base}_${invented}` : base;
  if (last !== undefined) {
    list.replace(
      "driver.none",
      "drivers",
      { start: last.end, end: last.end },
      `,\n  output wire ${fresh("extra")}`,
    );
  }
  const [first] = inputs;
  for (const input of inputs.slice(0, 3)) {
    const [u, v] = [fresh("loop_a"), fresh("loop_b")];
    const text = `  wire ${u};\n  wire ${v};\n  assign ${u} = ${v} ^ ${first!.name};\n` +
      `  assign ${v} = ~${u};\n  assign ${input.name} = ${u};\n`;
    list.replace("driver.loop", "drivers", place, text);
  }
}
