/**
 * How a model is asked for an answer to a problem, and how its reply becomes a file.
 *
 * @module
 */
import type { Instance } from "../records/completion.ts";
import { instructions } from "../records/record.ts";
import type { Problem } from "./problem.ts";
import { verilogIn } from "./reply.ts";

/** A prompt, and how the model's reply becomes a file. */
export interface Question {
  prompt: string;
  answer(reply: string): string;
}

/** A way of asking. */
export type Asking = (problem: Problem) => Question;

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
