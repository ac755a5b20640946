/**
 * How each kind of model is asked, so that every arm is asked in the form it was trained in.
 *
 * @module
 */
import { instructions } from "../../../verilog/records/record.ts";
import { completionInstructions, type Instance } from "../../../verilog/records/completion.ts";
import { namesIn, promptText, spaced, spelled, verilogIn } from "./token_layout.ts";
import type { Problem } from "../../../verilog/problems/problem.ts";

/** A prompt, and how the model's reply becomes a file. */
export interface Question {
  prompt: string;
  answer(reply: string): string;
}

/** A way of asking. */
export type Asking = (problem: Problem) => Question;

/** Words alone; the whole module is the answer. */
export const byDescription: Asking = ({ description, names }) => ({
  prompt: promptText({ instruction: instructions.prose, input: description }, names),
  answer: (reply) => verilogIn(spelled(reply, names)),
});

/** Words, and the header as the beginning of the answer. */
export const byDescriptionAndHeader: Asking = ({ description, header, names }) => ({
  prompt: promptText({ instruction: instructions.prose, input: description }, names) +
    spaced(header, names),
  answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
});

/** The header alone, as a completion record. */
export const byHeader: Asking = ({ header }) => {
  const names = namesIn(header);
  return {
    prompt: promptText({ instruction: completionInstructions.module, input: header }, names),
    answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
  };
};

/** The header alone, as plain code. */
export const byPlainHeader: Asking = ({ header }) => {
  const names = namesIn(header);
  return {
    prompt: spaced(header, names),
    answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
  };
};

/** A broken file to correct, with the tool's report before it or without. */
export function byBrokenFile(withReport: boolean): Asking {
  const instruction = withReport ? instructions.report : instructions.repair;
  return ({ description, names }) => ({
    prompt: promptText({ instruction, input: description }, names),
    answer: (reply) => verilogIn(spelled(reply, names)),
  });
}

/**
 * For a chat model: the description, the header where there is one, and worked examples before it (few
 * shots of augmented records).
 */
export function byChat(shots: readonly Instance[] = []): Asking {
  return ({ description, header }) => {
    const examples = shots.map(({ input, output }) =>
      `Description:\n${input.trim()}\n\nVerilog:\n\`\`\`verilog\n${output.trim()}\n\`\`\`\n\n`
    ).join("");
    const begins = header === "" ? "" : `\nThe module begins with:\n${header}\n`;
    return {
      prompt:
        `${instructions.prose} Answer with one Verilog file in a fenced block.\n\n${examples}` +
        `Description:\n${description.trim()}\n${begins}\nVerilog:\n`,
      answer: (reply) => {
        const text = verilogIn(reply);
        // Some models go on after the header instead of repeating it.
        return /^\s*module\b/.test(text) ? text : verilogIn(`${header}\n${text}`);
      },
    };
  };
}
