/**
 * Programs that count what they do: a call in front of every statement, and built-in functions that count the items
 * they go through.
 *
 * @module
 */
import { parseSyntax, type SyntaxNode } from "offprint/syntax/mod.ts";
import { isFunction } from "./names.ts";

/** A program that counts, and where its statements stand in the text that it was made from. */
export interface CountedProgram {
  code: string;
  statements: { start: number; end: number }[];
}

/** Names that the counting needs; a program that uses them itself would disturb its own counts alone. */
export const COUNTING_PRELUDE = `
var __steps = 0, __seen = [];
function __s(k) { __steps++; __seen[k] = 1; }
(() => {
  const sizeOf = (of) => of == null ? 0 : of.length ?? of.size ?? 0;
  const wrap = (proto, names, weight) => {
    for (const name of names) {
      const own = proto[name];
      Object.defineProperty(proto, name, { configurable: true, writable: true, value(...args) {
        const given = Reflect.apply(own, this, args);
        __steps += weight(sizeOf(this), given);
        return given;
      } });
    }
  };
  const whole = (n) => n, sorted = (n) => n < 2 ? n : n * Math.ceil(Math.log2(n));
  wrap(Array.prototype, ["indexOf", "includes", "lastIndexOf", "splice", "shift", "unshift", "join",
    "reverse", "fill", "flat", "every", "some", "map", "filter", "reduce", "forEach", "find", "findIndex"], whole);
  wrap(Array.prototype, ["sort"], sorted);
  const made = (_, given) => sizeOf(given);
  wrap(Array.prototype, ["slice", "concat"], made);
  wrap(String.prototype, ["indexOf", "includes", "lastIndexOf", "split", "replace"], whole);
  wrap(String.prototype, ["slice", "repeat"], made);
  const from = Array.from;
  Array.from = function (items, map) { __steps += sizeOf(items); return from.call(Array, items, map); };
})();`;

const STATEMENT = /_statement$|_declaration$/;
const LOOP = /^(for_statement|for_in_statement|while_statement|do_statement)$/;

/** Puts the counting calls in; a text that does not parse is left as it is. */
export async function countedProgram(text: string): Promise<CountedProgram> {
  const tree = await parseSyntax("javascript", text);
  if (tree.hasError) return { code: text, statements: [] };
  const statements: CountedProgram["statements"] = [];
  const openings: { at: number; text: string }[] = [];
  const closings: { at: number; text: string }[] = [];
  const open = (at: number, text: string): void => void openings.push({ at, text });
  const mark = (node: SyntaxNode): string => {
    statements.push({ start: node.start, end: node.end });
    return `__s(${statements.length - 1});`;
  };
  const visit = (node: SyntaxNode, inFunction: boolean): void => {
    const inside = inFunction || isFunction(node);
    if (node.kind === "statement_block" && inside) {
      const inner = node.children.filter(({ kind }) =>
        STATEMENT.test(kind) && kind !== "function_declaration"
      );
      if (inner.length === 0) open(node.start + 1, mark(node));
      for (const child of inner) open(child.start, mark(child));
    }
    const ends: { at: number; text: string }[] = [];
    const last = node.children.at(-1);
    if (node.kind === "arrow_function" && last !== undefined && last.kind !== "statement_block") {
      open(last.start, `(${mark(last).slice(0, -1)},`);
      ends.push({ at: last.end, text: ")" });
    }
    const bodies = LOOP.test(node.kind)
      ? [node.kind === "do_statement" ? node.children[1] : last]
      : node.kind === "if_statement"
      ? [node.children[2]]
      : node.kind === "else_clause"
      ? [last]
      : [];
    for (const body of bodies) {
      if (body === undefined || body.kind === "statement_block" || body.kind === "if_statement") {
        continue;
      }
      open(body.start, `{${mark(body)}`);
      ends.push({ at: body.end, text: "}" });
    }
    for (const child of node.children) visit(child, inside);
    // What is inside closes first: without a semicolon both may end at the same place.
    closings.push(...ends);
  };
  visit(tree.root, false);
  let code = "", from = 0;
  // The sort is stable: at one place the closings come first, then the openings, outer ones before inner ones.
  for (
    const { at, text: inserted } of [...closings, ...openings].sort((a, b) => a.at - b.at)
  ) {
    code += text.slice(from, at) + inserted;
    from = at;
  }
  return { code: code + text.slice(from), statements };
}
