/**
 * Which line of which cell a stack frame means. The kernel transpiles a cell before it runs it, so its
 * stack frames count the lines of text that nobody sees, and all cells have one name there,
 * `<anonymous>`. The same transpiler is available in `node:module`, with a source map: the cell is
 * transpiled again, here, and the frame's position looked up.
 *
 * @module
 */
import * as nodeModule from "node:module";
import type { Thrown } from "../kernel/mod.ts";

/** A place in the source of a cell. */
export interface Place {
  /** The cell's id. */
  cell: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** A cell that has been run: what a frame can point into. */
export interface RunCell {
  id: string;
  source: string;
}

/** The kernel evaluates this text and the cell's on one line. */
const KERNEL_PREFIX = "'use strict'; void 0;".length;

interface Frame {
  /** Name of the function, empty for the top level of a cell. */
  name: string;
  line: number;
  column: number;
}

/**
 * The places of an error's stack that lie in cells, innermost first. A frame that points into none
 * of them unmistakably is left out, so the result may be empty.
 *
 * @param cells The cells run so far, the failing one last.
 */
export function placesOf(error: Thrown, cells: readonly RunCell[]): Place[] {
  const newestFirst = cells.toReversed();
  const failing = newestFirst[0];
  if (failing === undefined) return [];
  if (error.traceback.every((line) => line.trim() === "")) {
    const place = syntaxErrorOf(failing)?.place;
    return place === undefined ? [] : [place];
  }
  const places: Place[] = [];
  for (const frame of error.traceback.map(frameOf)) {
    if (frame === undefined) continue;
    // The top level of a cell is only on the stack of the cell that runs.
    const candidates = frame.name === ""
      ? [failing]
      : newestFirst.filter(({ source }) => declares(source, frame.name));
    for (const cell of candidates) {
      const place = placeIn(cell, frame);
      if (place === undefined) continue;
      places.push(place);
      break;
    }
  }
  return places;
}

/** A cell that is not TypeScript: what the parser says. The kernel itself only says that it failed. */
export function syntaxErrorOf(cell: RunCell): { message: string; place: Place } | undefined {
  try {
    transpile(cell.source);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const at = /stripTypeScriptTypes\.ts:(\d+):(\d+)/.exec(text);
    if (at === null) return undefined;
    const message = text.split("\n")[0]!;
    return { message, place: { cell: cell.id, line: Number(at[1]), column: Number(at[2]) } };
  }
}

function frameOf(text: string): Frame | undefined {
  const match = /^\s*at (?:async )?(?:new )?(?:(\S+) .*)?\(?<anonymous>:(\d+):(\d+)\)?$/.exec(text);
  if (match === null) return undefined;
  return { name: match[1] ?? "", line: Number(match[2]), column: Number(match[3]) };
}

/** Whether a cell defines what a frame is named after: `f`, `Foo.bar`, `Foo`. */
function declares(source: string, name: string): boolean {
  const first = name.split(".")[0]!.replace(/[^\w$]/g, "");
  if (first === "") return false;
  const escaped = first.replaceAll("$", "\\$");
  if (first === "Object" || first === "Array") return source.includes(`${name.split(".")[1]}`);
  return new RegExp(`\\b(?:function\\s*\\*?|class|const|let|var)\\s+${escaped}(?![\\w$])`).test(
    source,
  );
}

function placeIn(cell: RunCell, frame: Frame): Place | undefined {
  let mappings: string;
  try {
    mappings = transpile(cell.source);
  } catch {
    return undefined;
  }
  const column = frame.column - 1 - (frame.line === 1 ? KERNEL_PREFIX : 0);
  const line = decodeMappings(mappings)[frame.line - 1] ?? [];
  const exact = line.find((segment) => segment.column === column);
  // A frame inside an unnamed function of the failing cell may sit between two segments.
  const nearest = frame.name === ""
    ? line.findLast((segment) => segment.column <= column)
    : undefined;
  const segment = exact ?? nearest;
  if (segment === undefined || segment.sourceLine >= cell.source.split("\n").length) {
    return undefined;
  }
  return { cell: cell.id, line: segment.sourceLine + 1, column: segment.sourceColumn + 1 };
}

/** `mappings` of the source map of a cell, transpiled as the kernel does. */
function transpile(source: string): string {
  // The kernel keeps imports that are never used; here a mention of the names keeps them.
  const names = [...source.matchAll(/^import\s+(?!type\b)([^"';]+?)\s+from\s/gm)]
    .flatMap((match) => [...match[1]!.matchAll(/(?:\bas\s+)?([A-Za-z_$][\w$]*)\s*(?=[,}]|$)/g)])
    .map((match) => match[1]!);
  const kept = names.length === 0 ? source : `${source}\n;[${names.join(", ")}];`;
  const text = nodeModule.stripTypeScriptTypes(kept, { mode: "transform", sourceMap: true });
  const encoded = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(text)?.[1];
  if (encoded === undefined) return "";
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(encoded))).mappings;
}

interface Segment {
  column: number;
  sourceLine: number;
  sourceColumn: number;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The segments of each line of a source map (version 3: base-64 VLQ differences; ECMA-426). */
function decodeMappings(mappings: string): Segment[][] {
  let sourceLine = 0;
  let sourceColumn = 0;
  return mappings.split(";").map((line) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const text of line.split(",")) {
      const [dColumn, , dLine, dSourceColumn] = decodeVlq(text);
      if (dColumn === undefined) continue;
      column += dColumn;
      if (dLine === undefined || dSourceColumn === undefined) continue;
      sourceLine += dLine;
      sourceColumn += dSourceColumn;
      segments.push({ column, sourceLine, sourceColumn });
    }
    return segments;
  });
}

/** Signed integers from base-64 digits of five bits each, the sixth bit = more follows. */
function decodeVlq(text: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of text) {
    const digit = BASE64.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}
