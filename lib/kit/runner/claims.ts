/**
 * The claims that a notebook decided while it ran.
 *
 * @module
 */
import { CLAIM_MEDIA_TYPE, type ClaimRecord } from "offprint/notebook/claims/ledger.ts";
import type { CodeCell, Notebook } from "../nbformat.ts";
import type { LocatedClaim } from "../report.ts";

/** The claims in the outputs of a cell, in order. */
export function claimsOfCell(cell: CodeCell): ClaimRecord[] {
  return cell.outputs.flatMap((output) => {
    if (output.output_type !== "display_data" && output.output_type !== "execute_result") return [];
    const record: unknown = output.data[CLAIM_MEDIA_TYPE];
    return isClaimRecord(record) ? [record] : [];
  });
}

/** The claims in a notebook, in order of their first call; of a claim decided twice the later verdict stands. */
export function claimsOf(notebook: Notebook): LocatedClaim[] {
  const latest = new Map<string, LocatedClaim>();
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    for (const record of claimsOfCell(cell)) latest.set(record.id, { cell: cell.id, record });
  }
  return [...latest.values()];
}

function isClaimRecord(value: unknown): value is ClaimRecord {
  if (value === null || typeof value !== "object") return false;
  const { id, kind, verdict } = value as Record<string, unknown>;
  return typeof id === "string" && typeof kind === "string" && typeof verdict === "string";
}
