/**
 * The audit's committed table, and the text it is kept as.
 *
 * @module
 */
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import { z } from "zod";
import type { UnitAudit } from "./audit.ts";
import type { Unit } from "./unit.ts";

/** Where the table lies. */
export const AUDIT_FILE = new URL("../../../../data/results/06-bench-audit.json", import.meta.url);

/** A line of the table, and the hash of the reference and bench that it is about. */
export interface AuditRow extends UnitAudit {
  sha256: string;
}

const rowSchema = z.strictObject({
  name: z.string(),
  embedded: z.string(),
  icarus: z.string().optional(),
  referencePasses: z.boolean(),
  stubFails: z.boolean(),
  mutantsFailing: z.number().int(),
  mutantsCounted: z.number().int(),
  survivors: z.array(z.string()),
  sound: z.boolean(),
  sha256: z.string(),
});
const fileSchema = z.strictObject({ format: z.literal(1), rows: z.array(rowSchema) });

/** The hash of what an audit looks at: reference and bench. */
export function hashOfUnit({ reference, bench }: Unit): Promise<string> {
  return sha256(new TextEncoder().encode(`${reference}\n${JSON.stringify(bench)}`));
}

/** The text of the file: a line a unit. */
export function auditText(rows: readonly AuditRow[]): string {
  return `{"format":1,"rows":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`;
}

/**
 * The committed table.
 *
 * @throws {UserError} when the file is missing or does not have the form.
 */
export async function readAudit(file: URL = AUDIT_FILE): Promise<AuditRow[]> {
  return checkedJson(fileSchema, await readText(file), {
    what: "06-bench-audit.json",
    expected: "the audit's table",
    todo: "Make it with deno task measure-units audit.",
  }).rows as AuditRow[];
}
