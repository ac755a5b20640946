/**
 * The prompts of a unit: three levels, each with and without the sentences about a picture.
 *
 * @module
 */
import type { PictureKind, PromptLevel, UnitPrompt } from "./unit.ts";

/** What a prompt is made of. Names stand between backticks. */
export interface PromptParts {
  top: string;
  /** Completes "Write the Verilog module x: …". */
  purpose: string;
  /** The core of what it does. */
  core: string;
  /** The rest: registers, clock edge, reset, corner cases. */
  detail: readonly string[];
  /** What each block does. */
  functions: Readonly<Record<string, string>>;
  header: string;
}

/** The declared sentences: the whole difference between the two wordings of a prompt. */
export const PICTURE_SENTENCES: Readonly<Record<PictureKind, string>> = {
  block: "The attached block diagram shows how its blocks are connected.",
  schematic: "The attached schematic shows its cells and wires.",
  fsm: "The attached state diagram shows its states and transitions.",
  wave: "The attached waveform shows its signals over time.",
  table: "The attached truth table lists its outputs.",
};

const ROLE = "You are a digital designer who writes synthesizable Verilog.";
const ROLE_OF_PICTURE =
  "The picture gives the structure, the text gives the function; names in the text are those in the picture.";
const ANSWER = "Return all modules in one fenced block tagged verilog. It begins:";

/** The prompts of all levels for a unit that shows a picture of this kind. */
export function promptsOf(
  parts: PromptParts,
  picture: PictureKind,
): Record<PromptLevel, UnitPrompt> {
  const both = (level: PromptLevel): UnitPrompt => ({
    text: promptText(parts, level),
    withPicture: promptText(parts, level, picture),
  });
  return { simple: both("simple"), medium: both("medium"), complex: both("complex") };
}

function promptText(
  { top, purpose, core, detail, functions, header }: PromptParts,
  level: PromptLevel,
  picture?: PictureKind,
): string {
  const shown = picture === undefined ? [] : [PICTURE_SENTENCES[picture]];
  const request = [`Write the Verilog module \`${top}\`: ${purpose}.`, ...shown].join(" ");
  const blocks = Object.entries(functions).map(([name, says]) => `- \`${name}\`: ${says}.`);
  const parts = {
    simple: [request],
    medium: [request, core, ...blocks],
    complex: [
      ROLE,
      ...(picture === undefined ? [] : [ROLE_OF_PICTURE]),
      request,
      core,
      ...detail,
      ...blocks,
    ],
  }[level];
  return [...parts, ANSWER, "```verilog", header, "```", ""].join("\n");
}
