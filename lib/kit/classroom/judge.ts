/**
 * Deciding about answers, in a process where no student's code runs: expected values come from the teacher's solution.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { compare } from "offprint/notebook/compare.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import type { Assignment, Question } from "./form/mod.ts";
import { type GradingLimits, LimitedChild, type Reply } from "./limited_child.ts";
import type { QuestionModules } from "./question_module.ts";
import { decodeValue, encodeValue } from "./transfer.ts";

/** Knows what is right. */
export class Judge {
  readonly #expected = new Map<string, Promise<unknown>>();
  readonly #written = new Map<string, Promise<string>>();
  #child: LimitedChild | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly assignment: Assignment,
    readonly modules: QuestionModules,
    readonly seed: number,
    readonly limits: GradingLimits,
    readonly folder: string,
  ) {}

  /** Starts nothing until something is asked. */
  static async of(modules: QuestionModules, seed: number, limits: GradingLimits): Promise<Judge> {
    const folder = await temporaryFolder("judge");
    return new Judge(modules.assignment, modules, seed, limits, folder);
  }

  /**
   * What a test expects.
   *
   * @throws {UserError} when the teacher's own cells fail.
   */
  expected(question: Question, index: number): Promise<unknown> {
    const key = `${question.id} ${index}`;
    let value = this.#expected.get(key);
    if (value === undefined) {
      value = this.#ask(question, index).then((reply) => {
        if ("value" in reply) return decodeValue(reply.value);
        const { name } = question.tests[index]!;
        throw new UserError({
          what: `${this.assignment.name}: ${question.id}: ${name}`,
          got: new Described(`no expected value: ${failureText(reply)}`),
          expected: "a value that the teacher's cells compute",
          todo: "Correct the test or the cells above it.",
        });
      });
      this.#expected.set(key, value);
    }
    return value;
  }

  /** Whether an answer is right. */
  async accepts(question: Question, index: number, value: unknown): Promise<boolean> {
    const test = question.tests[index]!;
    if (test.by === "accept") {
      let encoded: unknown;
      try {
        encoded = encodeValue(value);
      } catch {
        return false; // nested too deep for any answer
      }
      const reply = await this.#ask(question, index, encoded);
      return "value" in reply && reply.value === true;
    }
    const expected = await this.expected(question, index);
    return compare(value, expected, test.tolerance).difference === undefined;
  }

  /** Ends its process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue;
    await this.#child?.close();
    await Deno.remove(this.folder, { recursive: true });
  }

  /** One after the other, so that a limit of time is one question's. */
  #ask(question: Question, index: number, value?: unknown): Promise<Reply> {
    const asked = this.#queue.then(async () => {
      const module = await this.#module(question);
      if (this.#child?.alive !== true) {
        await this.#child?.close();
        this.#child = await LimitedChild.start(this.folder, this.seed, this.limits, true);
      }
      return await this.#child.ask(module, index, value);
    });
    this.#queue = asked.catch(() => {});
    return asked;
  }

  #module(question: Question): Promise<string> {
    let written = this.#written.get(question.id);
    if (written === undefined) {
      const name = `judge_${this.assignment.questions.indexOf(question)}.ts`;
      written = this.modules.judging(question).then(async (text) => {
        await Deno.writeTextFile(join(this.folder, name), text);
        return name;
      });
      this.#written.set(question.id, written);
    }
    return written;
  }
}

/** Why there is no value, in words. */
export function failureText(reply: Exclude<Reply, { value: unknown }>): string {
  if ("threw" in reply) return reply.threw;
  if ("cell" in reply) return reply.cell;
  return FAILURES[reply.none];
}

/** What ends a process, in words. */
const FAILURES = {
  time: "it took too long",
  memory: "it used too much memory",
  output: "it printed too much",
  disk: "it wrote too much to the disk",
  ended: "it ended the process",
} as const;
