/**
 * The held-out designs, and a model asked about them in an arm.
 *
 * @module
 */
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { gradeAnswer, type StudyGrade } from "./answers.ts";
import { MACHINE_SIZES } from "./machines.ts";
import {
  anotherDesign,
  drawDesign,
  type StudyArm,
  type StudyDesign,
  studyExample,
} from "./prompts.ts";
import { WIRING_SIZES } from "./wirings.ts";
import { STUDY_CONTEXT } from "./training.ts";
import { STUDY_END } from "./words.ts";

/** Of the held-out designs; no training has it. */
const HELD_OUT_SEED = 606;

/** Held-out designs of each size. */
const HELD_OUT = { machines: 40, wirings: 50 } as const;

/** The held-out designs: 40 machines of each of 2 to 9 states, 50 wirings of each of 2 to 5 blocks, 520 in all. */
export function heldOutDesigns(
  { machines, wirings }: { machines: number; wirings: number } = HELD_OUT,
): StudyDesign[] {
  const of = (
    kind: StudyDesign["kind"],
    { least, most }: { least: number; most: number },
    count: number,
  ) =>
    Array.from(
      { length: (most - least + 1) * count },
      (_, i) => {
        const size = least + Math.floor(i / count);
        return drawDesign(stream(HELD_OUT_SEED, kind, size, i % count), kind, size);
      },
    );
  return [...of("machine", MACHINE_SIZES, machines), ...of("wiring", WIRING_SIZES, wirings)];
}

/**
 * Draw `i` of designs that are large enough to be new: machines of 4 to 9 states, wirings of 3 to 5 blocks. Those that no
 * training has shown are the strictly held-out ones.
 */
export function largeDesign(i: number): StudyDesign {
  const random = stream(HELD_OUT_SEED, "large", i);
  return i % 2 === 0
    ? drawDesign(random, "machine", 4 + random.integer(6))
    : drawDesign(random, "wiring", 3 + random.integer(3));
}

/** States of a machine, or blocks of a wiring. */
export function sizeOf(design: StudyDesign): number {
  return design.kind === "machine" ? design.states.length : design.blocks.length;
}

/** Texts that are continued together. */
const TOGETHER = 64;

/** What a model said about a design. */
export interface StudyAnswer {
  answer: number[];
  /** Beside the design that was asked for. */
  grade: StudyGrade;
  /** Where the prompt shows the graph of another design: whether the answer builds that one. */
  follows?: boolean;
}

/**
 * Asks a model about designs in one arm. It always takes the most probable token, so that each design has one answer.
 *
 * @returns the answers in the order of the designs.
 */
export async function askStudyModel(
  model: LanguageModel,
  designs: readonly StudyDesign[],
  arm: StudyArm,
): Promise<StudyAnswer[]> {
  const examples = designs.map((design) => studyExample(design, arm));
  // Answers of one length end together, so that no pass waits for one long text.
  const order = examples.map((_, i) => i)
    .sort((a, b) => examples[a]!.answer.length - examples[b]!.answer.length);
  const found: StudyAnswer[] = new Array(designs.length);
  for (let from = 0; from < order.length; from += TOGETHER) {
    const some = order.slice(from, from + TOGETHER);
    const longest = Math.max(...some.map((i) => examples[i]!.answer.length));
    const room = STUDY_CONTEXT - Math.max(...some.map((i) => examples[i]!.prompt.length));
    const answers = await sampleTexts({
      model,
      prompts: some.map((i) => examples[i]!.prompt),
      // A few tokens more than the right answer takes: an answer that goes on is wrong.
      maxTokens: Math.min(longest + 4, room),
      random: () => stream(HELD_OUT_SEED, "greedy"),
      warp: warp({ temperature: 0 }),
      stop: STUDY_END,
      batch: TOGETHER,
    });
    some.forEach((i, k) => {
      const answer = answers[k]!;
      const grade = gradeAnswer(examples[i]!.design, answer);
      found[i] = arm.wrong
        ? { answer, grade, follows: gradeAnswer(anotherDesign(designs[i]!), answer).pass }
        : { answer, grade };
    });
  }
  return found;
}
