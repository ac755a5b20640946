/**
 * How a model is asked for an answer to a problem, and how its reply becomes a file.
 *
 * @module
 */
import type { Instance } from "../records/completion.ts";
import { INSTRUCTIONS } from "../records/record.ts";
import { fileIn } from "./answer_file.ts";
import { moduleName, type Problem } from "./problem.ts";
import type { Candidate, Question } from "../../problems/mod.ts";

/** A way of asking for Verilog. */
export type Asking<Answer extends string | Candidate = string | Candidate> = (
  problem: Problem,
) => Question<Answer>;

/**
 * For a chat model: the description, the header where there is one, and worked examples before it (few
 * shots of augmented records).
 */
export function byChat(shots: readonly Instance[] = []): Asking<Candidate> {
  return ({ description, header, reference }) => {
    const examples = shots.map(({ input, output }) =>
      `Description:\n${input.trim()}\n\nVerilog:\n\`\`\`verilog\n${output.trim()}\n\`\`\`\n\n`
    ).join("");
    const begins = header === "" ? "" : `\nThe module begins with:\n${header}\n`;
    return {
      prompt:
        `${INSTRUCTIONS.prose} Answer with one Verilog file in a fenced block.\n\n${examples}` +
        `Description:\n${description.trim()}\n${begins}\nVerilog:\n`,
      answer: (reply) => fileIn(reply, { header, top: moduleName(header || reference) }),
    };
  };
}
