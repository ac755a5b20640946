/**
 * Answers of the study's models: read back into a machine or a wiring, and compared with the design.
 *
 * @module
 */
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { MachineDesign } from "./machines.ts";
import { type StudyDesign, wires } from "./prompts.ts";
import { LINE, STATE_NAMES, STUDY_END, STUDY_WORDS } from "./words.ts";
import type { WiringDesign } from "./wirings.ts";

/** What an answer is worth. All shares are in [0, 1]. */
export interface StudyGrade {
  /** The answer builds exactly the design. */
  pass: boolean;
  /** `fsm_state`: share of the reference's states that the answer declares; of machines only. */
  states?: number;
  /** `fsm_transition`: share of the reference's transitions that the answer makes; of machines only. */
  transitions?: number;
  /** `fsm_output`: share of the reference's outputs that the answer makes; of machines only. */
  outputs?: number;
  /** `edges_f1` of the answer's wires; of wirings only. */
  edges?: number;
}

/**
 * Compares an answer with the design it was asked for. Names are given in the prompt, so none is renamed. Statements may
 * come in any order.
 */
export function gradeAnswer(design: StudyDesign, answer: Tokens): StudyGrade {
  const words = answer.map((token) => STUDY_WORDS[token]!);
  // Whole answers end with the last semicolon and the end token.
  const ended = answer.at(-1) === STUDY_END && words.at(-2) === ";";
  const statements = statementsOf(ended ? words.slice(0, -2) : words);
  return design.kind === "machine"
    ? gradeMachine(design, statements, ended)
    : gradeWiring(design, statements, ended);
}

/** Statements: a phrase that ends in a space begins one; the first begins in the prompt. */
function statementsOf(words: readonly string[]): { begin: string; names: string[] }[] {
  const statements = [{ begin: "", names: [] as string[] }];
  for (const word of words) {
    if (word.startsWith(";")) statements.push({ begin: word, names: [] });
    else statements.at(-1)!.names.push(word);
  }
  return statements;
}

type Statements = ReturnType<typeof statementsOf>;

/** The lines of an answer that give outputs, and the state of each. */
const OUTPUT_OF: ReadonlyMap<string, string> = new Map(
  STATE_NAMES.flatMap((state) => [0, 1].map((bit) => [LINE.output(state, bit), state])),
);

function gradeMachine(
  { states, next, outputs }: MachineDesign,
  [declaration, ...lines]: Statements,
  ended: boolean,
): StudyGrade {
  const declared = declaration!.names;
  const made = new Map<string, string>();
  const given = new Map<string, string>();
  let wellFormed = ended;
  for (const { begin, names } of lines) {
    const state = OUTPUT_OF.get(begin);
    if (state !== undefined) {
      if (names.length > 0 || given.has(state)) wellFormed = false;
      else given.set(state, begin);
      continue;
    }
    // In a case statement the first line counts; a second one is unreachable, so it is counted as a mistake.
    if (names.length === 1 && !made.has(begin)) made.set(begin, names[0]!);
    else wellFormed = false;
  }
  const right =
    next.flatMap((targets, from) =>
      targets.filter((to, bit) => made.get(LINE.next(states[from]!, bit)) === states[to])
    ).length;
  const rightOutputs =
    states.filter((state, i) => given.get(state) === LINE.output(state, outputs[i]!)).length;
  const same = declared.length === states.length && states.every((name, i) => declared[i] === name);
  const wanted = 2 * states.length;
  return {
    pass: wellFormed && same && made.size === wanted && right === wanted &&
      given.size === states.length && rightOutputs === states.length,
    states: states.filter((name) => declared.includes(name)).length / states.length,
    transitions: right / wanted,
    outputs: rightOutputs / states.length,
  };
}

function gradeWiring(
  design: WiringDesign,
  [first, ...lines]: Statements,
  ended: boolean,
): StudyGrade {
  const wanted = new Map(wires(design).map(({ from, to }) => [LINE.assign(to), from]));
  const all = [{ begin: LINE.assign("u0_x"), names: first!.names }, ...lines];
  const made = new Map<string, string>();
  let wellFormed = ended;
  for (const { begin, names } of all) {
    if (names.length === 1 && !made.has(begin)) made.set(begin, names[0]!);
    else wellFormed = false;
  }
  const right = [...wanted].filter(([sink, driver]) => made.get(sink) === driver).length;
  return {
    pass: wellFormed && made.size === wanted.size && right === wanted.size,
    edges: 2 * right / (all.length + wanted.size),
  };
}
