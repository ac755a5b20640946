/**
 * Asking a model for every unit in every way, and grading what it answers.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { ChatAnswer, ChatClient, ChatRequest } from "offprint/chat/mod.ts";
import { type Estimate, estimateOf } from "offprint/chat/mod.ts";
import { extractFsm, extractGraph, type Fsm, type Graph } from "offprint/verilog/diagrams/mod.ts";
import { bareName } from "offprint/verilog/tokens/mod.ts";
import { type Arm, ARM_FACTS, type Asked, messagesOf, type Task, wrongUnits } from "./arms.ts";
import { edgesF1, machineScores } from "./diagram_scores.ts";
import { extract } from "./extraction.ts";
import { gradeCandidate, type Graded, type GradingTools } from "./grading.ts";
import { drawPrefixes, firstToken, firstWord } from "./prefixes.ts";
import type { Answer } from "./results.ts";
import type { AskedUnit, PromptLevel } from "./unit.ts";

/** What is asked. */
export interface HarnessPlan {
  units: readonly AskedUnit[];
  arms: readonly Arm[];
  levels: readonly PromptLevel[];
  tasks: readonly Task[];
  /** Answers a unit for full generation. */
  samples: number;
  /** Beginnings a unit for the other two tasks, which are asked at the medium level. */
  prefixes: number;
  /** The units' names are replaced; for the record. */
  anonymous: boolean;
  temperature: number;
  seed: number;
  maxTokens: number;
}

/** One request of a plan. */
export interface PlannedQuestion {
  asked: Asked;
  sample: number;
  request: ChatRequest;
}

/** The requests of a plan, in a fixed order. The same prefixes serve all arms. */
export function plannedQuestions(plan: HarnessPlan): PlannedQuestion[] {
  const { units, arms, levels, tasks, samples, prefixes, temperature, seed, maxTokens } = plan;
  const wrong = wrongUnits(units);
  return units.flatMap((unit) => {
    const beginnings = tasks.some((task) => task !== "full")
      ? drawPrefixes(unit.name, unit.reference, { count: prefixes, seed })
      : [];
    const other = wrong.get(unit.name);
    const base = { unit, ...(other === undefined ? {} : { wrong: other }) };
    return arms.flatMap((arm) =>
      tasks.flatMap((task): PlannedQuestion[] => {
        // An arm without words is the same at every level.
        const asLevels = ARM_FACTS[arm].words ? levels : levels.slice(0, 1);
        const questions: { asked: Asked; sample: number }[] = task === "full"
          ? asLevels.flatMap((level) =>
            Array.from({ length: samples }, (_, sample) => ({
              asked: { ...base, arm, level, task },
              sample,
            }))
          )
          : beginnings.map((prefix) => ({
            asked: { ...base, arm, level: "medium" as const, task, prefix },
            sample: 0,
          }));
        return questions.map(({ asked, sample }) => ({
          asked,
          sample,
          request: { messages: messagesOf(asked), sample, temperature, seed, maxTokens },
        }));
      })
    );
  });
}

/** What a plan will ask for, before anything is sent. */
export function estimatePlan(questions: readonly PlannedQuestion[]): Estimate {
  return estimateOf(questions.map(({ request }) => request));
}

/** What a run is told. */
export interface HarnessOptions extends GradingTools {
  onAnswer?: (answer: Answer, done: number, total: number) => void | Promise<void>;
  /** Answers that are graded at the same time. Default 4. */
  concurrency?: number;
}

/**
 * Asks and grades. Equal candidates of a unit are graded once. The first error of the endpoint ends the run; `answers`
 * then holds what was graded, and the exchanges so far are in the client's store.
 *
 * @throws {UserError} as the client does, with the number of answers that are kept.
 */
export async function runHarness(
  questions: readonly PlannedQuestion[],
  anonymous: boolean,
  client: ChatClient,
  options: HarnessOptions,
): Promise<Answer[]> {
  const { onAnswer = () => {}, concurrency = 4 } = options;
  const grader = new Grader(options);
  const results: (Answer | undefined)[] = questions.map(() => undefined);
  let next = 0, done = 0;
  let failed: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < questions.length && failed === undefined) {
      const at = next++;
      const question = questions[at]!;
      try {
        const reply = await client.ask(question.request);
        const answer = await grader.answer(question, anonymous, reply);
        results[at] = answer;
        await onAnswer(answer, ++done, questions.length);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  if (failed !== undefined) throw failed.error;
  return results.filter((each) => each !== undefined);
}

/** Grades replies, and remembers what it has graded. */
class Grader {
  readonly #tools: GradingTools;
  readonly #graded = new Map<string, Promise<Graded & Pick<Answer, "machine" | "edgesF1">>>();
  readonly #diagrams = new Map<string, Promise<{ fsm?: Fsm; graph?: Graph }>>();

  constructor(tools: GradingTools) {
    this.#tools = tools;
  }

  async answer(
    { asked, sample }: PlannedQuestion,
    anonymous: boolean,
    { text, failure, detail, finishReason }: ChatAnswer,
  ): Promise<Answer> {
    const { unit, arm, level, task, prefix } = asked;
    const about = {
      unit: unit.name,
      group: unit.level,
      arm,
      level,
      task,
      anonymous,
      sample,
      ...(prefix === undefined ? {} : {
        prefix: {
          index: prefix.index,
          seed: prefix.seed,
          offset: prefix.offset,
          tokens: prefix.tokens,
          total: prefix.total,
        },
      }),
      cut: finishReason === "length",
    };
    if (failure !== undefined) {
      const none = { failure: `${failure}: ${detail ?? ""}`, rule: "no answer", blocks: 0 };
      return task === "next token"
        ? { ...about, ...none, nextToken: false, nextWord: false }
        : { ...about, ...none, compiles: false, passes: false, passed: 0, total: 0 };
    }
    if (task === "next token") {
      const token = firstToken(text);
      return {
        ...about,
        rule: "the first token",
        blocks: 0,
        nextToken: token !== undefined && bareName(token.text) === bareName(prefix!.nextToken),
        nextWord: firstWord(text) === prefix!.nextWord,
      };
    }
    const top = unit.bench.top;
    const found = task === "full" || prefix === undefined
      ? extract(text, { header: unit.header, top })
      : continued(prefix.text, text);
    const { judges: _, ...graded } = await this.#grade(unit, found.text);
    return { ...about, rule: found.rule, blocks: found.blocks, ...graded };
  }

  #grade(
    unit: AskedUnit,
    candidate: string,
  ): Promise<Graded & Pick<Answer, "machine" | "edgesF1">> {
    const key = `${unit.name}\n${candidate}`;
    let graded = this.#graded.get(key);
    if (graded === undefined) {
      graded = this.#gradeNew(unit, candidate);
      this.#graded.set(key, graded);
    }
    return graded;
  }

  async #gradeNew(
    unit: AskedUnit,
    candidate: string,
  ): Promise<Graded & Pick<Answer, "machine" | "edgesF1">> {
    const graded = await gradeCandidate(unit, candidate, this.#tools);
    const { fsm, graph } = await this.#diagramOf(unit);
    const none = { transitions: 0, states: 0, outputs: 0 };
    if (!graded.compiles) {
      return {
        ...graded,
        ...(fsm === undefined ? {} : { machine: none }),
        ...(graph === undefined ? {} : { edgesF1: 0 }),
      };
    }
    const got = await this.#read(candidate, unit.bench.top, { fsm, graph });
    // Yosys finds no machine in a state register of one bit. A right answer in such a form is left out, not scored 0.
    const unread = got.fsm === undefined && graded.passes;
    return {
      ...graded,
      ...(fsm === undefined || unread
        ? {}
        : { machine: got.fsm === undefined ? none : machineScores(fsm, got.fsm) }),
      ...(graph === undefined
        ? {}
        : { edgesF1: got.graph === undefined ? 0 : edgesF1(graph, got.graph) }),
    };
  }

  /** The reference's machine, or its graph where it has blocks. */
  #diagramOf(unit: AskedUnit): Promise<{ fsm?: Fsm; graph?: Graph }> {
    let found = this.#diagrams.get(unit.name);
    if (found === undefined) {
      found = this.#read(
        unit.reference,
        unit.bench.top,
        { fsm: true, graph: true },
      ).then(({ fsm, graph }) => ({
        ...(fsm === undefined ? {} : { fsm }),
        ...(graph === undefined || graph.nodes.length < 2 ? {} : { graph }),
      }));
      this.#diagrams.set(unit.name, found);
    }
    return found;
  }

  /** What a text shows of machine and wiring; nothing of what it does not have. */
  async #read(
    text: string,
    top: string,
    wanted: { fsm: unknown; graph: unknown },
  ): Promise<{ fsm?: Fsm; graph?: Graph }> {
    const orNothing = async <T>(work: Promise<T>): Promise<T | undefined> => {
      try {
        return await work;
      } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
      }
    };
    const { yosys } = this.#tools;
    const [fsm, graph] = await Promise.all([
      wanted.fsm === undefined ? undefined : orNothing(extractFsm(text, top, yosys)),
      wanted.graph === undefined ? undefined : orNothing(extractGraph(text, top, yosys)),
    ]);
    return {
      ...(fsm === undefined ? {} : { fsm: fsm.fsm }),
      ...(graph === undefined ? {} : { graph }),
    };
  }
}

/** A beginning with what follows it; a whole module takes the beginning's place, as models often repeat it. */
export function continued(
  beginning: string,
  reply: string,
): { text: string; rule: string; blocks: number } {
  const whole = extract(reply);
  if (/\bmodule\b/.test(whole.text) && /^\s*(?:`|\/\/|module\b)/.test(whole.text)) {
    return { ...whole, rule: `${whole.rule}, the module again` };
  }
  const block = /```[^\n]*\n([^]*?)(?:\n```|$)/.exec(reply);
  return {
    text: beginning + (block === null ? reply : block[1]!),
    blocks: block === null ? 0 : 1,
    rule: block === null ? "the answer behind the beginning" : "a block behind the beginning",
  };
}
