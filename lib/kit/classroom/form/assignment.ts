/**
 * An assignment: the exercises of a master notebook, and of its other cells what the exercises need.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { type Notebook, tagsOf } from "../../nbformat.ts";
import { parseParameters } from "../../pairs/mod.ts";
import { importsIn, testsOf } from "./cell_tests.ts";
import { type Nbgrader, nbgraderOf, nbgraderSchema, roleOf } from "./nbgrader.ts";
import { regionsOf } from "./regions.ts";
import { needed, type Statement, statementsOf } from "./statements.ts";

const computation = z.strictObject({
  setup: z.array(z.string()),
  expression: z.string(),
  uses: z.array(z.string()),
});
const test = z.strictObject({
  name: z.string(),
  hidden: z.boolean(),
  weight: z.number().min(0),
  got: computation,
  judge: computation,
  by: z.enum(["expected", "accept"]),
  tolerance: z.number().min(0),
  hint: z.string().optional(),
});
const cell = z.strictObject({
  id: z.string(),
  type: z.enum(["code", "markdown"]),
  role: z.enum(["prose", "context", "solution", "graded", "manual", "locked"]),
  tags: z.array(z.string()),
  nbgrader: nbgraderSchema.optional(),
  /** What students get of it; null where only the grader needs it. Solutions and hidden tests are still in it. */
  student: z.string().nullable(),
  /** What the grader runs. */
  teacher: z.string(),
  /** Imports and declarations of a graded cell that other cells need, and whether students get them. */
  shared: z.array(z.strictObject({ text: z.string(), student: z.boolean() })).optional(),
});
const question = z.strictObject({
  /** `grade_id` of its graded cell. */
  id: z.string(),
  points: z.number().min(0),
  /** Empty where a person gives the points. */
  tests: z.array(test),
  /** Imports of the graded cell. */
  imports: z.array(z.string()),
});

/** An assignment as a file. */
export const assignmentSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  title: z.string(),
  /** Of cells and questions: what a submission is graded against. */
  digest: z.string(),
  cells: z.array(cell),
  questions: z.array(question),
  /** Digests of the released texts of cells that students may not change, by cell; empty before the release. */
  released: z.record(z.string(), z.string()),
});

/** An assignment; it holds solutions and hidden tests. */
export type Assignment = z.infer<typeof assignmentSchema>;
/** A cell of it. */
export type AssignmentCell = z.infer<typeof cell>;
/** A question with its points. */
export type Question = z.infer<typeof question>;

/** A statement and the cell where it stands. */
interface Unit extends Omit<Statement, "kind" | "start"> {
  cell: string;
  /** In a region of hidden tests. */
  hidden?: boolean;
}

/**
 * The assignment that a master notebook holds.
 *
 * @param name its id, as students' notebooks name it.
 * @param points other points than the notebook's, by `grade_id`.
 * @throws {UserError} where marks, metadata or tests are wrong, or nothing is graded.
 */
export async function readAssignment(
  master: Notebook,
  name: string,
  points: Readonly<Record<string, number>> = {},
): Promise<Assignment> {
  const cells = master.cells.map((each) => {
    const meta = nbgraderOf(each, name);
    if (meta !== undefined && meta.grade && Object.hasOwn(points, meta.grade_id)) {
      meta.points = points[meta.grade_id]!;
    }
    return { ...each, meta, role: roleOf(meta) };
  });
  checkIds(cells.flatMap(({ meta }) => meta ?? []), points, name);
  const questions: Question[] = [];
  const units: Unit[] = [];
  const forStudents = new Set<string>();
  const forGrader = new Set<string>();
  for (const { id, cell_type, source, role, meta } of cells) {
    if (role === "manual") {
      questions.push({ id: meta!.grade_id, points: meta!.points ?? 0, tests: [], imports: [] });
    }
    if (cell_type !== "code") continue;
    const what = `${name}: cell ${id}`;
    const regions = regionsOf(source, what);
    if (role === "solution" && !regions.some(({ kind }) => kind === "SOLUTION")) {
      throw new UserError({
        what,
        got: new Described("a solution without a region"),
        expected: "BEGIN SOLUTION and END SOLUTION around what students are to write",
      });
    }
    if (role === "graded") {
      const tests = await testsOf(source, what);
      const imports = (await importsIn(source)).map(({ text }) => text);
      questions.push({ id: meta!.grade_id, points: meta!.points ?? 0, tests, imports });
      for (const { hidden, got, judge } of tests) {
        got.uses.forEach((use) => (hidden ? forGrader : forStudents).add(use));
        judge.uses.forEach((use) => forGrader.add(use));
      }
    }
    const { statements } = await statementsOf(source);
    if (role === "graded") {
      const secret = regions.filter(({ kind }) => kind === "HIDDEN TESTS");
      for (const statement of statements.filter(({ kind }) => kind !== "effect")) {
        const hidden = secret.some(({ start, end }) =>
          statement.start >= start && statement.start < end
        );
        units.push({ ...statement, cell: id, hidden });
      }
      continue;
    }
    if (role === "free") units.push(...statements.map((statement) => ({ ...statement, cell: id })));
    else {
      const whole = wholeUnit(source, statements);
      units.push({ ...whole, cell: id });
      whole.uses.forEach((use) => forStudents.add(use));
    }
  }
  if (questions.length === 0) {
    throw new UserError({
      what: name,
      got: new Described("no graded cell"),
      expected: "cells with nbgrader's metadata, as the README shows them",
    });
  }
  const students = new Set(needed(units.filter(({ hidden }) => hidden !== true), forStudents));
  const grader = new Set(needed(units, [...forStudents, ...forGrader]));
  const sourcesOf = (id: string, source: string, wanted: ReadonlySet<Unit>): string | null => {
    const own = units.filter((unit) => unit.cell === id);
    const kept = own.filter((unit) => wanted.has(unit));
    if (kept.length === 0) return null;
    const whole = kept.length === own.length || own.every(({ text }) => /^import\b/.test(text));
    return whole ? source : kept.map(({ text }) => text).join("\n");
  };
  const kept = cells.flatMap((each, index): AssignmentCell[] => {
    const { id, source, role, meta, cell_type: type } = each;
    const tags = tagsOf(each);
    const own = meta === undefined ? {} : { nbgrader: meta };
    if (role !== "free") {
      const shared = units.filter((unit) =>
        role === "graded" && unit.cell === id && grader.has(unit)
      )
        .map((unit) => ({ text: unit.text, student: students.has(unit) }));
      const others = shared.length === 0 ? {} : { shared };
      return [{ id, type, role, tags, ...own, student: source, teacher: source, ...others }];
    }
    if (type === "markdown") {
      const next = cells.slice(index + 1).find((other) =>
        other.cell_type === "code" || other.role !== "free"
      );
      const asks = next?.role === "solution" || next?.role === "manual";
      return asks ? [{ id, type, role: "prose", tags, student: source, teacher: source }] : [];
    }
    const teacher = sourcesOf(id, source, grader);
    if (teacher === null) return [];
    return [{ id, type, role: "context", tags, student: sourcesOf(id, source, students), teacher }];
  });
  const title = /^# (.+)$/m.exec(master.cells[0]?.source ?? "")?.[1] ?? name;
  const digest = digestOf(kept, questions);
  return { format: 1, name, title, digest, cells: kept, questions, released: {} };
}

/** What a submission is graded against, as one number. */
export function digestOf(
  cells: readonly AssignmentCell[],
  questions: readonly Question[],
): string {
  return createHash("sha256").update(JSON.stringify([cells, questions])).digest("hex");
}

/** A cell as one statement: all it declares and uses. */
export function wholeUnit(
  source: string,
  statements: readonly Statement[],
): Omit<Statement, "kind" | "start"> {
  const declares = statements.flatMap((statement) => statement.declares);
  const uses = new Set(statements.flatMap((statement) => statement.uses));
  const changes = statements.flatMap((statement) => statement.changes);
  const streams = statements.flatMap((statement) => statement.streams);
  return {
    text: source,
    declares,
    uses: [...uses].filter((use) => !declares.includes(use)),
    changes,
    streams,
  };
}

/** Whether a cell is the parameters cell with a parameter `seed`. */
export function hasSeed({ tags, teacher, role }: AssignmentCell): boolean {
  return role === "context" && tags.includes("parameters") &&
    parseParameters(teacher).some(({ name, type }) => name === "seed" && type === "number");
}

function checkIds(
  metas: readonly Nbgrader[],
  points: Readonly<Record<string, number>>,
  name: string,
): void {
  const ids = metas.map(({ grade_id }) => grade_id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new UserError({
      what: `${name}: grade_id`,
      got: twice,
      expected: "an id that no other cell has",
    });
  }
  const graded = metas.filter(({ grade }) => grade).map(({ grade_id }) => grade_id);
  const unknown = Object.keys(points).find((id) => !graded.includes(id));
  if (unknown !== undefined) {
    throw new UserError({
      what: "--points",
      got: unknown,
      expected: `graded cells alone: ${graded.join(", ")}`,
    });
  }
}
