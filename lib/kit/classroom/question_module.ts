/**
 * A question as a module: what it needs of the cells above, the student's cells, and its tests as functions.
 *
 * @module
 */
import { injectParameters } from "../pairs/mod.ts";
import {
  type Assignment,
  type CellTest,
  type Computation,
  hasSeed,
  needed,
  type Question,
  type Statement,
  statementsOf,
  wholeUnit,
} from "./form/mod.ts";

/** A piece of code in the order of the notebook. */
type Unit = Omit<Statement, "kind" | "start">;

/** What a submission puts into one place of the notebook. */
export interface Answers {
  /** Text of a student's cell by `grade_id`; missing where it was deleted. */
  solutions: ReadonlyMap<string, string>;
  /** Cells that the student added, by the id of the assignment's cell that they stand behind. */
  added: ReadonlyMap<string, readonly string[]>;
}

/** Makes the modules of an assignment; what the assignment itself needs is read once. */
export class QuestionModules {
  readonly #context = new Map<string, Unit[]>();

  private constructor(readonly assignment: Assignment) {}

  /** @param seed replaces the notebook's parameter `seed`, where it has one; left out, it stays. */
  static async of(assignment: Assignment, seed?: number): Promise<QuestionModules> {
    const made = new QuestionModules(assignment);
    for (const cell of assignment.cells) {
      if (cell.role === "graded") {
        const texts = (cell.shared ?? []).map(({ text }) => text);
        made.#context.set(cell.id, (await statementsOf(texts.join("\n"))).statements);
      }
      if (cell.type !== "code" || (cell.role !== "context" && cell.role !== "locked")) continue;
      const text = seed !== undefined && hasSeed(cell)
        ? injectParameters(cell.teacher, { seed: String(seed) })
        : cell.teacher;
      const { statements } = await statementsOf(text);
      made.#context.set(cell.id, statements);
    }
    return made;
  }

  /** Answers as the teacher has them. */
  key(): Answers {
    const cells = this.assignment.cells.filter(({ role }) => role === "solution");
    return {
      solutions: new Map(cells.map(({ nbgrader, teacher }) => [nbgrader!.grade_id, teacher])),
      added: new Map(),
    };
  }

  /** The module whose functions give the answers to a question's tests. */
  async answering(question: Question, answers: Answers): Promise<string> {
    return await this.#module(question, answers, question.tests.map(({ got }) => thunk(got)));
  }

  /** The module whose functions give expected values, or say whether a value is right. */
  async judging(question: Question): Promise<string> {
    return await this.#module(question, this.key(), question.tests.map(judge));
  }

  /** The module of all cells but the graded ones, which does nothing but run. */
  async running(answers: Answers): Promise<string> {
    const units = await this.#units(answers, undefined, false);
    return `${units.map(({ text }) => text).join("\n")}\nexport default [() => true];\n`;
  }

  async #module(
    question: Question,
    answers: Answers,
    tests: readonly { text: string; uses: readonly string[] }[],
  ): Promise<string> {
    const units = await this.#units(answers, question.id);
    for (const text of question.imports) units.push(...(await statementsOf(text)).statements);
    const wanted = tests.flatMap(({ uses }) => uses);
    const kept = needed(units, wanted).map(({ text }) => text);
    return `${kept.join("\n")}\nexport default [\n${
      tests.map(({ text }) => `${text},\n`).join("")
    }];\n`;
  }

  /** The code above a graded cell, or of all cells; what graded cells above declare is part of it. */
  async #units(answers: Answers, until?: string, graded = true): Promise<Unit[]> {
    const units: Unit[] = [];
    for (const cell of this.assignment.cells) {
      if (until !== undefined && cell.nbgrader?.grade_id === until) break;
      if (graded || cell.role !== "graded") units.push(...this.#context.get(cell.id) ?? []);
      const solution = cell.role === "solution" && cell.type === "code"
        ? answers.solutions.get(cell.nbgrader!.grade_id)
        : undefined;
      const known = cell.role === "solution" ? cell.teacher : undefined;
      if (solution !== undefined) units.push(await ownUnit(solution, known));
      for (const text of answers.added.get(cell.id) ?? []) units.push(await ownUnit(text));
    }
    return units;
  }
}

/**
 * A student's cell as one unit.
 *
 * @param known the teacher's text of the cell: where the student's is no TypeScript, it is taken to declare the same, so
 * that only questions that need it fail.
 */
async function ownUnit(source: string, known?: string): Promise<Unit> {
  const { statements, sound } = await statementsOf(source);
  if (sound || known === undefined) return wholeUnit(source, statements);
  const { declares } = wholeUnit(known, (await statementsOf(known)).statements);
  return { text: source, declares, uses: [], changes: [], streams: [] };
}

function thunk({ setup, expression, uses }: Computation): { text: string; uses: string[] } {
  return { text: `async () => {\n${setup.join("\n")}\nreturn (${expression}\n);\n}`, uses };
}

function judge({ by, judge }: CellTest): { text: string; uses: string[] } {
  if (by === "expected") return thunk(judge);
  const { setup, expression, uses } = judge;
  return {
    text: `async (value) => {\n${setup.join("\n")}\nreturn (${expression}\n)(value);\n}`,
    uses,
  };
}
