/**
 * Regions of a cell that students do not get: between `BEGIN SOLUTION` and `END SOLUTION`, and between `BEGIN HIDDEN TESTS` and
 * `END HIDDEN TESTS`, as nbgrader finds them.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** What a region holds. */
export type RegionKind = "SOLUTION" | "HIDDEN TESTS";

/** A region, its two marks included. */
export interface Region {
  kind: RegionKind;
  /** Offsets of the first character of its first line and behind its last line's end. */
  start: number;
  end: number;
  /** What stands in front of its first mark. */
  indent: string;
  /** The lines between the marks. */
  lines: string[];
}

const MARK = /(BEGIN|END) (SOLUTION|HIDDEN TESTS)/;

/**
 * The regions of a cell, in order.
 *
 * @param what the cell, for messages.
 * @throws {UserError} for a region that does not end, ends without a beginning, or holds another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { regionsOf } from "offprint/kit/classroom/form/mod.ts";
 *
 * const [region] = regionsOf("f();\n  // BEGIN SOLUTION\n  g();\n  // END SOLUTION\n", "cell a");
 * assertEquals([region?.kind, region?.indent, region?.lines], ["SOLUTION", "  ", ["  g();"]]);
 * ```
 */
export function regionsOf(source: string, what: string): Region[] {
  const wrong = (got: string, expected: string) =>
    new UserError({
      what,
      got: new Described(got),
      expected,
      todo: "Correct the marks of the regions.",
    });
  const regions: Region[] = [];
  let open: Region | undefined;
  let at = 0;
  for (const line of source.split(/(?<=\n)/)) {
    const [, edge, kind] = MARK.exec(line) ?? [];
    if (edge === "BEGIN") {
      if (open !== undefined) throw wrong(`BEGIN ${kind} inside ${open.kind}`, `END ${open.kind}`);
      const indent = /^\s*/.exec(line)![0];
      open = { kind: kind as RegionKind, start: at, end: at, indent, lines: [] };
    } else if (edge === "END") {
      if (open?.kind !== kind) throw wrong(`END ${kind} without a beginning`, `BEGIN ${kind}`);
      regions.push({ ...open!, end: at + line.length });
      open = undefined;
    } else open?.lines.push(line.replace(/\n$/, ""));
    at += line.length;
  }
  if (open !== undefined) throw wrong(`BEGIN ${open.kind} to the cell's end`, `END ${open.kind}`);
  return regions;
}

/** The text with each region replaced, by nothing unless told. */
export function replaceRegions(
  source: string,
  regions: readonly Region[],
  replacement: (region: Region) => string = () => "",
): string {
  return regions.toReversed().reduce(
    (text, region) => text.slice(0, region.start) + replacement(region) + text.slice(region.end),
    source,
  );
}

/** A cell without its solutions: signatures stay, bodies throw one line. */
export function stubOf(source: string, id: string, what: string): string {
  const regions = regionsOf(source, what).filter(({ kind }) => kind === "SOLUTION");
  return replaceRegions(
    source,
    regions,
    ({ indent }) => `${indent}throw new Error(${JSON.stringify(`${id}: your code here`)});\n`,
  );
}
