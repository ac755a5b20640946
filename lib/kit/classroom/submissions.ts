/**
 * The submissions of a folder, and what can be taken from each.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { z } from "zod";
import { withoutByteOrderMark } from "offprint/files.ts";
import type { Assignment, AssignmentCell } from "./form/mod.ts";
import type { Answers } from "./question_module.ts";

/** A file somebody handed in. */
export interface SubmittedFile {
  /** By the name of the file or of its folder: what the notebook says of itself does not count. */
  student: string;
  path: string;
}

/** What a submission holds. */
export type Submission =
  | { answers: Answers; notes: string[] }
  | { refused: string };

/** Larger files are refused. */
const MOST_BYTES = 20_000_000;
/** Characters of all code together; more is no answer to an exercise. */
const MOST_CODE = 500_000;

/**
 * The notebooks of a folder, sorted by student: `STUDENT.ipynb`, `STUDENT/FILE.ipynb`, or nbgrader's
 * `STUDENT/ASSIGNMENT/FILE.ipynb`.
 */
export async function listSubmissions(folder: string): Promise<SubmittedFile[]> {
  const files: SubmittedFile[] = [];
  const look = async (path: string, student: string | undefined, depth: number) => {
    for await (const entry of Deno.readDir(path)) {
      const inside = join(path, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory) {
        if (depth < 2) await look(inside, student ?? entry.name, depth + 1);
      } else if (entry.name.endsWith(".ipynb")) {
        files.push({ student: student ?? basename(entry.name, ".ipynb"), path: inside });
      }
    }
  };
  await look(folder, undefined, 0);
  return files.sort((a, b) =>
    a.student < b.student ? -1 : a.student > b.student ? 1 : a.path < b.path ? -1 : 1
  );
}

const submittedCell = z.object({
  cell_type: z.string(),
  id: z.string().optional(),
  source: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]),
  metadata: z.object({
    nbgrader: z.object({ grade_id: z.string() }).optional().catch(undefined),
  }).optional().catch(undefined),
});
const submittedNotebook = z.object({
  nbformat: z.literal(4),
  metadata: z.object({
    offprint: z.object({
      assignment: z.object({ name: z.string(), digest: z.string() }).optional().catch(undefined),
    }).optional().catch(undefined),
  }).optional().catch(undefined),
  cells: z.array(submittedCell),
});
type SubmittedCell = z.infer<typeof submittedCell>;

/** The bytes of a submission; a reason where it is no file of its own or too large. */
export async function readSubmitted(path: string): Promise<Uint8Array | { refused: string }> {
  const info = await Deno.lstat(path);
  // A link would name another student's file, or ours.
  if (!info.isFile) return { refused: "it is a link or no regular file" };
  if (info.size > MOST_BYTES) return { refused: "it is larger than 20 MB" };
  return await Deno.readFile(path);
}

/**
 * Takes the answers out of a submission. Cells that are not a student's to change are left where they are: the
 * grader has its own.
 */
export function readSubmission(bytes: Uint8Array, assignment: Assignment): Submission {
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(new TextDecoder().decode(bytes)));
  } catch {
    return { refused: "it is not JSON" };
  }
  const parsed = submittedNotebook.safeParse(value);
  if (!parsed.success) return { refused: "it is no Jupyter notebook of format 4" };
  const { cells, metadata } = parsed.data;
  const named = metadata?.offprint?.assignment;
  if (named === undefined) return { refused: "it does not say which assignment it is" };
  if (named.name !== assignment.name) {
    return { refused: `it is from another assignment (${named.name.slice(0, 60)})` };
  }
  const code = cells.reduce(
    (sum, { cell_type, source }) => cell_type === "code" ? sum + source.length : sum,
    0,
  );
  if (code > MOST_CODE) return { refused: `its code has more than ${MOST_CODE} characters` };
  const notes: string[] = [];
  if (named.digest !== assignment.digest) notes.push("made from another version of the assignment");
  const known = new Map<string, AssignmentCell>();
  for (const cell of assignment.cells) {
    known.set(keyOf(cell.nbgrader?.grade_id, cell.id), cell);
  }
  const found = new Map<string, SubmittedCell[]>();
  const added = new Map<string, string[]>();
  let behind = assignment.cells[0]!.id;
  for (const cell of cells) {
    const key = keyOf(cell.metadata?.nbgrader?.grade_id, cell.id ?? "");
    const place = known.get(key);
    if (place !== undefined) {
      behind = place.id;
      found.set(key, [...found.get(key) ?? [], cell]);
    } else if (cell.cell_type === "code" && !OURS.has(cell.id ?? "")) {
      added.set(behind, [...added.get(behind) ?? [], cell.source]);
    }
  }
  const solutions = new Map<string, string>();
  for (const [key, cell] of known) {
    const copies = found.get(key) ?? [];
    const edited = noteOf(cell, copies, assignment.released);
    if (edited !== undefined) notes.push(edited);
    if (cell.role !== "solution") continue;
    const grade = cell.nbgrader!.grade_id;
    const texts = new Set(copies.map(({ source }) => source.replaceAll(/\r\n?/g, "\n")));
    const [text] = texts;
    if (texts.size === 1) solutions.set(grade, text!);
  }
  return { answers: { solutions, added }, notes };
}

/** Cells of the release that hold nothing of the assignment. */
const OURS: ReadonlySet<string> = new Set(["assignment-introduction", "assignment-imports"]);

function keyOf(grade: string | undefined, id: string): string {
  return grade === undefined ? `id ${id}` : `grade ${grade}`;
}

/** What a teacher should know of a cell's copies. */
function noteOf(
  cell: AssignmentCell,
  copies: readonly SubmittedCell[],
  released: Readonly<Record<string, string>>,
): string | undefined {
  if (cell.student === null || cell.type !== "code") return undefined;
  const name = cell.nbgrader?.grade_id ?? cell.id;
  if (copies.length === 0) {
    return `cell ${name} is missing${cell.role === "solution" ? "" : ": put back"}`;
  }
  if (copies.length > 1) {
    const same = new Set(copies.map(({ source }) => source)).size === 1;
    if (cell.role === "solution") {
      return `${copies.length} cells are named ${name}${same ? ", all alike" : ": none is taken"}`;
    }
    return `${copies.length} cells are named ${name}: put back`;
  }
  const edited = cell.role !== "solution" && released[cell.id] !== textDigest(copies[0]!.source);
  return edited ? `cell ${name} was edited: put back` : undefined;
}

/** What tells whether a cell's text was edited; line ends and blanks at its end do not count. */
export function textDigest(source: string): string {
  const text = source.replaceAll(/\r\n?/g, "\n").trimEnd();
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
