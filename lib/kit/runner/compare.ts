/**
 * Comparing a run with the committed notebook.
 *
 * @module
 */
import type { ClaimRecord } from "offprint/notebook/claims/ledger.ts";
import { type CodeCell, type Json, type Notebook, type Output, tagsOf } from "../nbformat.ts";
import { claimsOf, claimsOfCell } from "./claims.ts";
import { withoutMeasured } from "./measured_text.ts";

/** A cell whose outputs are not the committed ones. */
export interface Difference {
  cell: string;
  /** What differs first, on one or more lines. */
  text: string;
}

/** Characters shown on either side of the first difference. */
const SHOWN = 60;

/**
 * Compares outputs by where their content comes from. Cells tagged `timing` are left out; of cells tagged
 * `native`, whose last digits hang on the processor, only the claims are compared: same verdicts, and
 * numbers within the tolerance of a `within` rule. All other outputs must be equal byte for byte, except
 * for what such claims measured, where a table of claims shows it.
 *
 * @param committed Null when there is no committed notebook: one difference.
 */
export function compareNotebooks(committed: Notebook | null, executed: Notebook): Difference[] {
  if (committed === null) {
    return [{ cell: "", text: "there is no committed notebook; run with --write to make it" }];
  }
  const old = new Map(committed.cells.map((cell) => [cell.id, cell]));
  const ids = (notebook: Notebook) => notebook.cells.map(({ id }) => id).join(", ");
  const stale = executed.cells.find((cell) => {
    const before = old.get(cell.id);
    return before?.cell_type !== cell.cell_type || before.source !== cell.source;
  });
  if (stale !== undefined || ids(committed) !== ids(executed)) {
    const text = "the committed notebook was not built from this source; run deno task sync";
    return [{ cell: stale?.id ?? "", text }];
  }
  const native = new Set(
    claimsOf(executed).filter(({ cell }) => isNative(executed, cell)).map(({ record }) =>
      record.id
    ),
  );
  return executed.cells.flatMap((cell): Difference[] => {
    const before = old.get(cell.id);
    if (cell.cell_type !== "code" || before?.cell_type !== "code") return [];
    const tags = tagsOf(cell);
    if (tags.includes("timing")) return [];
    const text = tags.includes("native")
      ? claimDifference(claimsOfCell(before), claimsOfCell(cell))
      : outputDifference(before, cell, native);
    return text === undefined ? [] : [{ cell: cell.id, text }];
  });
}

/** The notebook as it is committed: cells tagged `timing` keep no output. */
export function withoutTimings(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" && tagsOf(cell).includes("timing") ? { ...cell, outputs: [] } : cell
  );
  return { ...notebook, cells };
}

function isNative(notebook: Notebook, id: string): boolean {
  return notebook.cells.some((cell) => cell.id === id && tagsOf(cell).includes("native"));
}

/** @param native Claims whose measured values are not compared here, but where they are decided. */
function outputDifference(
  before: CodeCell,
  now: CodeCell,
  native: ReadonlySet<string>,
): string | undefined {
  const count = Math.max(before.outputs.length, now.outputs.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [parts(before.outputs[index], native), parts(now.outputs[index], native)];
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      const [left, right] = [a.get(key), b.get(key)];
      if (left === right) continue;
      const place = `output ${index + 1} of ${now.outputs.length} (${key})`;
      if (left === undefined) return `${place} is not in the committed notebook`;
      if (right === undefined) return `${place} is only in the committed notebook`;
      return `${place}${firstDifference(left, right)}`;
    }
  }
  return undefined;
}

/** The comparable texts of an output by what they are: a media type, the name of a stream, … */
function parts(output: Output | undefined, native: ReadonlySet<string>): Map<string, string> {
  if (output === undefined) return new Map();
  switch (output.output_type) {
    case "stream":
      return new Map([[output.name, output.text]]);
    case "error":
      return new Map([["error", `${output.ename}: ${output.evalue}`]]);
    default:
      return new Map([
        ...Object.entries(withoutMeasured(output.data, native)).map((
          [type, content],
        ): [string, string] => [
          `${output.output_type}, ${type}`,
          typeof content === "string" ? content : canonical(content),
        ]),
        ["metadata", canonical(output.metadata)],
      ]);
  }
}

/** JSON with the keys of objects in order. */
function canonical(value: Json): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}

function firstDifference(left: string, right: string): string {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const line = left.slice(0, at).split("\n").length;
  const cut = (text: string) => {
    const start = Math.max(text.lastIndexOf("\n", at - 1) + 1, at - SHOWN);
    const end = text.indexOf("\n", at);
    return text.slice(start, Math.min(end < 0 ? text.length : end, at + SHOWN));
  };
  return `, line ${line}:\n      committed: ${cut(left)}\n      this run:  ${cut(right)}`;
}

function claimDifference(
  before: readonly ClaimRecord[],
  now: readonly ClaimRecord[],
): string | undefined {
  for (const claim of now) {
    const old = before.find(({ id }) => id === claim.id);
    if (old === undefined) return `claim ${claim.id} is not in the committed notebook`;
    if (old.verdict !== claim.verdict) {
      return `claim ${claim.id}: committed ${old.verdict}, this run ${claim.verdict}`;
    }
    if (!withinTolerance(old, claim)) {
      return `claim ${claim.id}: committed ${JSON.stringify(old.measured)}, ` +
        `this run ${JSON.stringify(claim.measured)}, further apart than its tolerance`;
    }
  }
  const gone = before.find(({ id }) => !now.some((claim) => claim.id === id));
  return gone === undefined ? undefined : `claim ${gone.id} is only in the committed notebook`;
}

/** Whether two runs agree on a number as closely as its rule asks of the published one. */
function withinTolerance(old: ClaimRecord, now: ClaimRecord): boolean {
  if (now.rule.rule !== "within") return true;
  const { absolute = 0, relative = 0 } = now.rule as { absolute?: number; relative?: number };
  const [a, b] = [numbersOf(old.measured), numbersOf(now.measured)];
  return a.length === b.length &&
    a.every((x, i) => Math.abs(x - b[i]!) <= Math.max(absolute, relative * Math.abs(x)));
}

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return Array.isArray(value) ? value.flatMap(numbersOf) : [];
}
