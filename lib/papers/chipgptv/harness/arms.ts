/**
 * The ways of asking that are compared: what each sees of a diagram, and the messages that are sent (spec §4, §10.3).
 *
 * @module
 */
import { type ChatMessage, type ChatPart, imagePart } from "offprint/chat/mod.ts";
import { Described, UserError } from "offprint/errors.ts";
import { blankLike } from "./blank_picture.ts";
import type { Prefix } from "./prefixes.ts";
import type { AskedUnit, PromptLevel } from "./unit.ts";

/** Arms by what they see: `V` a picture, `T` the words of the level. */
export const ARMS = [
  ...["V+T", "T", "V", "T+graph", "T-complete", "V-blank+T", "V-wrong+T"] as const,
];

/** One of them. */
export type Arm = typeof ARMS[number];

/** What is known of an arm. */
export interface ArmFacts {
  /** In a line, for `--help` and tables. */
  says: string;
  words: boolean;
  picture?: "right" | "blank" | "wrong";
  /** The diagram as canonical text, or as sentences. */
  diagram?: "text" | "sentences";
}

/** What each arm is given. */
export const ARM_FACTS: Readonly<Record<Arm, ArmFacts>> = {
  "V+T": { says: "words and the picture", words: true, picture: "right" },
  "T": { says: "words alone", words: true },
  "V": { says: "header and picture alone", words: false, picture: "right" },
  "T+graph": { says: "words and the diagram's canonical text", words: true, diagram: "text" },
  "T-complete": {
    says: "words and every connection or transition as a sentence",
    words: true,
    diagram: "sentences",
  },
  "V-blank+T": { says: "words and a white picture", words: true, picture: "blank" },
  "V-wrong+T": { says: "words and another design's picture", words: true, picture: "wrong" },
};

/** What is asked for. */
export const TASKS = ["full", "completion", "next token"] as const;

/** One of them. */
export type Task = typeof TASKS[number];

/** One question about a unit. */
export interface Asked {
  unit: AskedUnit;
  arm: Arm;
  level: PromptLevel;
  task: Task;
  /** The beginning that is given; for `completion` and `next token`. */
  prefix?: Prefix;
  /** Whose picture is shown in the arm with the wrong one. */
  wrong?: AskedUnit;
}

/** What an arm without words says of the picture. */
const PICTURE_ALONE = "Write the Verilog module that the attached picture shows.";

const ORDERS: Readonly<Record<Task, string>> = {
  "full": "Return all modules in one fenced block tagged verilog.",
  "completion":
    "Do not begin anew: continue this code from where it stops. Answer with one fenced block tagged verilog that holds what follows and nothing of what is there.",
  "next token":
    "Do not write the module: which token of Verilog comes next where this code stops? Answer with that token alone.",
};

/**
 * The text of a prompt. Two arms of one unit, level, task and prefix differ in the unit's sentences on the picture and in
 * the diagram's section alone.
 */
export function promptText({ unit, arm, level, task, prefix }: Asked): string {
  const { words, picture, diagram } = ARM_FACTS[arm];
  const { text, withPicture } = unit.prompts[level];
  return [
    words
      ? (picture === undefined ? text : withPicture).trim()
      : `${PICTURE_ALONE} It begins:\n${fenced(unit.header)}`,
    ...(diagram === "text" ? [`The diagram as text:\n${unit.diagram.trim()}`] : []),
    ...(diagram === "sentences" ? [unit.sentences.join("\n")] : []),
    ...(task === "full"
      ? words ? [] : [ORDERS.full]
      : [`The code so far:\n${fenced(prefix?.text ?? "")}`, ORDERS[task]]),
  ].join("\n\n");
}

/** The message of a question, with its picture behind the text. */
export function messagesOf(asked: Asked): ChatMessage[] {
  const text = promptText(asked);
  const { picture } = ARM_FACTS[asked.arm];
  if (picture === undefined) return [{ role: "user", content: text }];
  const parts: ChatPart[] = [{ type: "text", text }, imagePart(shown(asked), "diagram.png")];
  return [{ role: "user", content: parts }];
}

function shown({ unit, arm, wrong }: Asked): Uint8Array {
  const kind = ARM_FACTS[arm].picture;
  const from = kind === "wrong" ? wrong : unit;
  if (from === undefined || (kind === "wrong" && from.name === unit.name)) {
    throw new RangeError(`messagesOf: got no other design for ${unit.name}, arm ${arm} needs one`);
  }
  if (from.picture === undefined) {
    throw new UserError({
      what: `unit ${from.name}`,
      got: new Described("no picture"),
      expected: `a PNG, which arm ${arm} shows`,
      todo: "Give a folder with a picture for each unit, or arms without pictures.",
    });
  }
  return kind === "blank" ? blankLike(from.picture) : from.picture;
}

/** Whose picture stands in for each unit's: the next of its level, so that kinds of picture stay alike. */
export function wrongUnits(units: readonly AskedUnit[]): Map<string, AskedUnit> {
  const wrong = new Map<string, AskedUnit>();
  for (const level of Map.groupBy(units, ({ level }) => level).values()) {
    level.forEach((unit, at) => {
      const other = level[(at + 1) % level.length]!;
      const any = other.name === unit.name ? units.find(({ name }) => name !== unit.name) : other;
      if (any !== undefined) wrong.set(unit.name, any);
    });
  }
  return wrong;
}

function fenced(code: string): string {
  return `\`\`\`verilog\n${code.trimEnd()}\n\`\`\``;
}
