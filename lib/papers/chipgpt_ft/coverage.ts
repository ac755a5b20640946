/**
 * How the pipeline fared on Verilog that people wrote: counts of whole packages, as `deno task augment` gave
 * them. The files themselves are under their own licences and not part of this project.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

const corpusSchema = z.strictObject({
  /** Name and version of the source package. */
  package: z.string(),
  version: z.string(),
  /** Flows that were tried, and mutants drawn of a file by the repair flow. */
  flows: z.array(z.string()),
  mutantsPerFile: count,
  files: count,
  duplicates: count,
  modules: count,
  /** Modules described without an `Unsupported:` line. */
  described: count,
  /** Kinds of syntax nodes without a rule. */
  unsupported: counts,
  /** Files left out, or left out by the repair flow, by reason. */
  skipped: counts,
  mutants: count,
  mismatched: count,
  equivalent: count,
  undecided: count,
  /** Records by task. */
  records: counts,
});

const fileSchema = z.strictObject({
  /** How it was made. */
  command: z.string(),
  /** Day and commit of the run. */
  made: z.string(),
  /** What has changed in the pipeline since, and would move the counts. */
  changedSince: z.array(z.string()),
  tools: z.array(z.string()),
  corpora: z.array(corpusSchema).min(1),
});

/** All packages that were tried. */
export type RealVerilog = z.infer<typeof fileSchema>;

const RESULTS_FILE = new URL("../../../data/results/07-real-verilog.json", import.meta.url);

/**
 * Reads `data/results/07-real-verilog.json`.
 *
 * @throws {UserError} when it is malformed.
 */
export async function realVerilog(): Promise<RealVerilog> {
  return checkedJson(fileSchema, await readText(RESULTS_FILE), {
    what: "data/results/07-real-verilog.json",
  });
}
