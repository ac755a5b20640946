/**
 * Always blocks that leave a signal they read out of their list of events. A simulator waits for the events
 * alone, while synthesis reads such a block as if the list were whole: the two disagree.
 *
 * @module
 */
import type { Expression, Item, Module, Statement } from "./ast.ts";
import { modulesOf } from "./module_reader.ts";
import { DEEPEST_TREE, type SyntaxTree, treeOf } from "./syntax_tree.ts";

/** What synthesis and simulation would read differently, in words; nothing when there is no such block. */
export async function incompleteSensitivity(
  text: string | SyntaxTree,
): Promise<string | undefined> {
  const tree = await treeOf(text);
  if (tree.hasError || tree.depth > DEEPEST_TREE) return undefined;
  for (const module of modulesOf(tree)) {
    const missing = missingEvent(module);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The first block of a module that is triggered by too little. */
function missingEvent(module: Module): string | undefined {
  const constants = new Set(module.parameters.map(({ name }) => name));
  const visit = (items: readonly Item[]): string | undefined => {
    for (const item of items) {
      if (item.kind === "localparam" || item.kind === "genvar") constants.add(item.name);
    }
    for (const item of items) {
      const found = item.kind === "generate" ? visit(item.items) : missingFrom(item, constants);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(module.items);
}

function missingFrom(item: Item, constants: ReadonlySet<string>): string | undefined {
  if (item.kind !== "always" || item.trigger.kind !== "events") return undefined;
  const { events } = item.trigger;
  const edges = events.filter(({ edge }) => edge !== undefined).length;
  if (edges === events.length) return undefined;
  if (edges > 0) return "an always block that waits for edges and for levels";
  const waited = new Set(events.map(({ signal }) => signal.kind === "name" ? signal.name : ""));
  const { read, written } = namesOf(item.body);
  for (const name of read) {
    if (waited.has(name) || written.has(name) || constants.has(name)) continue;
    return `an always block that reads ${name} and does not wait for it`;
  }
  return undefined;
}

/** Names that a statement reads, and those it writes itself. */
function namesOf(body: Statement): { read: Set<string>; written: Set<string> } {
  const read = new Set<string>();
  const written = new Set<string>();
  const see = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(see);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return;
    const node = value as Expression | Statement;
    if (node.kind === "name") read.add(node.name);
    if (node.kind === "for") written.add(node.variable);
    if (node.kind === "assignment") {
      target(node.target);
      see(node.value);
      return;
    }
    for (const entry of Object.values(node)) see(entry);
  };
  const target = (place: Expression): void => {
    if (place.kind === "name") written.add(place.name);
    else if (place.kind === "concatenation") place.parts.forEach(target);
    else if (place.kind === "bit" || place.kind === "bits" || place.kind === "slice") {
      target(place.of);
      for (const [key, entry] of Object.entries(place)) if (key !== "of") see(entry);
    } else see(place);
  };
  see(body);
  return { read, written };
}
