/**
 * The committed results: `03-opinions.json`, `03-loops.json` and `03-order.json` of `data/results`, each with the hash of what it holds.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson, checkHash } from "offprint/checked_json.ts";
import type { Heard } from "offprint/evaluators/mod.ts";
import { readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import { PAPER_ROLES, type PaperRole } from "./arms.ts";
import type { LoopResult } from "./loop_study.ts";
import type { Half } from "./mutants_file.ts";
import type { JudgedProgram } from "./opinions_study.ts";
import type { Origin } from "./study_programs.ts";

/** Where the opinions lie. */
export const OPINIONS_FILE = new URL("../../../data/results/03-opinions.json", import.meta.url);
/** Where the loops lie in which the order of what is said is reversed. */
export const ORDER_FILE = new URL("../../../data/results/03-order.json", import.meta.url);
/** Where the results of the loops lie. */
export const LOOPS_FILE = new URL("../../../data/results/03-loops.json", import.meta.url);

const SEVERITIES = ["error", "warning", "note"] as const;

/** Work, then severity, tokens and work of each finding. */
const heardSchema = z.tuple([
  z.number().nonnegative(),
  z.array(z.tuple([z.int().min(0).max(2), z.int().positive(), z.number().nonnegative()])),
]);
const programSchema = z.strictObject({
  id: z.string(),
  task: z.string(),
  half: z.custom<Half>((value) => value === "calibration" || value === "evaluation"),
  origin: z.custom<Origin>((value) => typeof value === "string"),
  defective: z.boolean(),
  roles: z.array(heardSchema).length(PAPER_ROLES.length),
  samples: z.array(heardSchema),
});
const countsSchema = z.strictObject({ passed: z.int(), completed: z.int() });
const loopSchema = z.strictObject({
  arm: z.string(),
  task: z.string(),
  loops: z.int().positive(),
  tests: z.int().positive(),
  rounds: z.array(countsSchema).min(1),
  byVerdict: countsSchema,
  oracleBest: countsSchema,
  proposals: z.int().nonnegative(),
});
const fileSchema = <T>(row: z.ZodType<T>) =>
  z.strictObject({ format: z.literal(1), sha256: z.string(), rows: z.array(row) });

type PackedHeard = z.infer<typeof heardSchema>;

const packed = ({ work, findings }: Heard): PackedHeard => [
  work,
  findings.map(({ severity, tokens, work: at }) => [SEVERITIES.indexOf(severity), tokens, at]),
];
const unpacked = ([work, findings]: PackedHeard): Heard => ({
  work,
  findings: findings.map(([severity, tokens, at]) => ({
    severity: SEVERITIES[severity]!,
    tokens,
    work: at,
  })),
});

async function fileText(rows: readonly unknown[]): Promise<string> {
  const lines = rows.map((row) => JSON.stringify(row)).join(",\n");
  return `{"format":1,"sha256":"${await hashOf(rows)}","rows":[\n${lines}\n]}\n`;
}

function hashOf(rows: readonly unknown[]): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(rows)));
}

async function rowsOf<T>(file: URL, row: z.ZodType<T>): Promise<T[]> {
  const what = decodeURIComponent(file.pathname);
  const { sha256: hash, rows } = checkedJson(fileSchema(row), await readText(file), { what });
  checkHash(what, await hashOf(rows), hash);
  return rows;
}

/** The text of the file of opinions: one program a line. */
export function opinionsText(programs: readonly JudgedProgram[]): Promise<string> {
  return fileText(programs.map(({ roles, samples, ...rest }) => ({
    ...rest,
    roles: PAPER_ROLES.map((role) => packed(roles[role])),
    samples: samples.map(packed),
  })));
}

/**
 * Reads the committed opinions.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export async function loadOpinions(file: URL = OPINIONS_FILE): Promise<JudgedProgram[]> {
  return (await rowsOf(file, programSchema)).map(({ roles, samples, ...rest }) => ({
    ...rest,
    roles: Object.fromEntries(
      PAPER_ROLES.map((role, at) => [role, unpacked(roles[at]!)]),
    ) as Record<
      PaperRole,
      Heard
    >,
    samples: samples.map(unpacked),
  }));
}

/** The text of the file of loops: one arm and function a line. */
export function loopsText(results: readonly LoopResult[]): Promise<string> {
  return fileText(results);
}

/**
 * Reads the committed results of the loops.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export function loadLoops(file: URL = LOOPS_FILE): Promise<LoopResult[]> {
  return rowsOf(file, loopSchema);
}
