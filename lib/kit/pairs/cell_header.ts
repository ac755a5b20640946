/**
 * The line that starts a cell in the percent format: `// %% [markdown] id="title" tags=["slow"]`.
 *
 * @module
 */
import type { Json } from "../nbformat.ts";

/** What is in a cell's header line; `id` is kept apart from the other attributes. */
export interface CellHeader {
  type: "markdown" | "code";
  /** As written; undefined when the line has none. */
  id: Json | undefined;
  /** All other attributes: the cell's metadata. */
  metadata: Record<string, Json>;
}

/** Why a header line cannot be read. */
export interface HeaderProblem {
  /** The part of the line that is wrong. */
  got: string;
  expected: string;
}

/** The form of a cell's id in this project, stricter than nbformat's own. */
export const CELL_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Whether a line of a source file starts a cell. */
export function isCellHeader(line: string): boolean {
  return /^\/\/ %%(?:\s|$)/.test(line);
}

/** Reads a line for which {@linkcode isCellHeader} holds. */
export function parseCellHeader(line: string): CellHeader | HeaderProblem {
  let rest = line.slice("// %%".length).trim();
  let type: CellHeader["type"] = "code";
  const bracket = /^\[([^\]]*)\]/.exec(rest);
  if (bracket !== null) {
    if (bracket[1] !== "markdown") {
      return { got: bracket[0], expected: "[markdown], or nothing for a code cell" };
    }
    type = "markdown";
    rest = rest.slice(bracket[0].length).trimStart();
  }
  const attributes: Record<string, Json> = {};
  while (rest !== "") {
    const key = /^([A-Za-z_][\w.-]*)=/.exec(rest);
    if (key === null) return { got: rest, expected: 'attributes such as id="title"' };
    const name = key[1]!;
    if (Object.hasOwn(attributes, name)) return { got: rest, expected: `${name} once` };
    const value = rest.slice(key[0].length);
    const end = endOfJson(value);
    try {
      setOwn(attributes, name, JSON.parse(value.slice(0, end)));
    } catch {
      return { got: rest, expected: `${name}= followed by a JSON value` };
    }
    if (end < value.length && !/\s/.test(value[end]!)) {
      return { got: value.slice(end), expected: `a space after the value of ${name}` };
    }
    rest = value.slice(end).trimStart();
  }
  const { id, ...metadata } = attributes;
  return { type, id, metadata };
}

/** The header line of a cell, attributes in alphabetical order after id and tags. */
export function printCellHeader(
  type: CellHeader["type"],
  id: string,
  metadata: Record<string, Json>,
): string {
  const { tags, ...others } = metadata;
  const parts = ["// %%"];
  if (type === "markdown") parts.push("[markdown]");
  parts.push(`id=${jsonOnOneLine(id)}`);
  if (tags !== undefined) parts.push(`tags=${jsonOnOneLine(tags)}`);
  for (const key of Object.keys(others).sort()) {
    parts.push(`${key}=${jsonOnOneLine(others[key]!)}`);
  }
  return parts.join(" ");
}

/** Whether metadata under this key can be in a header line. */
export function isAttributeName(key: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(key) && key !== "id";
}

/** JSON that fits on one line of a TypeScript comment: U+2028 and U+2029 would end it. Keys sorted. */
export function jsonOnOneLine(value: Json): string {
  return JSON.stringify(sortKeys(value)).replace(
    /[\u2028\u2029]/g,
    (separator) => `\\u${separator.charCodeAt(0).toString(16)}`,
  );
}

/** The same value with the keys of every object in order. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const sorted: Record<string, Json> = {};
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, sortKeys(value[key]!));
  return sorted;
}

/** `__proto__` is an ordinary key in JSON, not in an assignment. */
function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Where the JSON value at the start of `text` ends, were it valid: at a closing bracket or quote, or at a space. */
function endOfJson(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character === "\\") i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    else if (depth === 0) {
      if (/\s/.test(character)) return i;
      continue;
    }
    if (!quoted && depth === 0) return i + 1;
  }
  return text.length;
}
