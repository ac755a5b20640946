/**
 * What nbgrader keeps in a cell's metadata, version 3 of its format.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { Cell, Json } from "../../nbformat.ts";

/** `metadata.nbgrader` of a cell. */
export const nbgraderSchema = z.object({
  schema_version: z.literal(3, "3, the version of nbgrader's format"),
  /** Whether it brings points. */
  grade: z.boolean(),
  /** Whether a student writes in it. */
  solution: z.boolean(),
  /** Whether it is put back before grading. */
  locked: z.boolean(),
  /** A text that asks for work in other cells. */
  task: z.boolean().default(false),
  grade_id: z.string().min(1),
  points: z.number().min(0).optional(),
  cell_type: z.enum(["code", "markdown", "raw"]).optional(),
  checksum: z.string().optional(),
});

/** What nbgrader knows of a cell. */
export type Nbgrader = z.infer<typeof nbgraderSchema>;

/** What a cell is to a student and to the grader. */
export type Role =
  /** A student writes here; the points are elsewhere. */
  | "solution"
  /** Tests with points. */
  | "graded"
  /** A student writes here, and a person gives the points. */
  | "manual"
  /** Neither may be changed nor brings points. */
  | "locked"
  /** As it likes. */
  | "free";

/**
 * What nbgrader's metadata says of a cell; nothing where there is none.
 *
 * @param what the notebook, for messages.
 * @throws {UserError} where version 3 of the format does not allow it.
 */
export function nbgraderOf(
  cell: Pick<Cell, "cell_type" | "metadata" | "id">,
  what: string,
): Nbgrader | undefined {
  const found = cell.metadata["nbgrader"];
  if (found === undefined) return undefined;
  const where = `${what}: cell ${cell.id}: nbgrader`;
  const wrong = (got: string, expected: string) =>
    new UserError({
      what: where,
      got: new Described(got),
      expected,
      todo: "Correct the cell's metadata.",
    });
  const meta = checkedValue(nbgraderSchema, found, { what: where }) as Nbgrader;
  if (meta.grade && meta.points === undefined) {
    throw wrong("a graded cell without points", "points");
  }
  if (meta.task && cell.cell_type !== "markdown") throw wrong("a task in code", "a text");
  if (!meta.task && cell.cell_type === "markdown" && meta.grade !== meta.solution) {
    throw wrong("a text that is graded or a solution alone", "both or neither, as nbgrader has it");
  }
  return meta;
}

/** What a cell is, by its metadata. */
export function roleOf(meta: Nbgrader | undefined): Role {
  if (meta === undefined) return "free";
  if (meta.task || (meta.grade && meta.solution)) return "manual";
  if (meta.grade) return "graded";
  if (meta.solution) return "solution";
  return meta.locked ? "locked" : "free";
}

/** The checksum that nbgrader 0.9 computes for a cell, by which it notices edits. */
export function checksumOf(source: string, cellType: string, meta: Nbgrader): string {
  const python = (value: boolean) => value ? "True" : "False";
  const { grade, solution, grade_id, points = 0 } = meta;
  const locked = !solution && (grade || meta.locked);
  const text = source + cellType + python(grade) + python(solution) + python(locked) + grade_id +
    (grade ? Number.isInteger(points) ? `${points}.0` : String(points) : "");
  return createHash("md5").update(text).digest("hex");
}

/** Metadata of a released cell: with its checksum, and what Jupyter needs to keep students from deleting it. */
export function releasedMetadata(
  metadata: Record<string, Json>,
  meta: Nbgrader,
  source: string,
  cellType: "code" | "markdown",
): Record<string, Json> {
  const checksum = checksumOf(source, cellType, meta);
  const { points, ...others } = meta;
  return {
    ...metadata,
    deletable: false,
    ...(meta.solution ? {} : { editable: false }),
    nbgrader: {
      ...others,
      ...(points === undefined ? {} : { points }),
      cell_type: cellType,
      checksum,
    } as Json,
  };
}
