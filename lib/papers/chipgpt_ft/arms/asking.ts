/**
 * How each arm is asked: in the form it was trained in.
 *
 * @module
 */
import { COMPLETION_INSTRUCTIONS, INSTRUCTIONS } from "offprint/verilog/records/mod.ts";
import { namesIn } from "offprint/verilog/language/mod.ts";
import { type Asking, verilogIn } from "offprint/verilog/problems/mod.ts";
import { promptText, spaced, spelled } from "./token_layout.ts";

/** Words alone; the whole module is the answer. */
export const byDescription: Asking<string> = ({ description, names }) => ({
  prompt: promptText({ instruction: INSTRUCTIONS.prose, input: description }, names),
  answer: (reply) => verilogIn(spelled(reply, names)),
});

/** Words, and the header as the beginning of the answer. */
export const byDescriptionAndHeader: Asking<string> = ({ description, header, names }) => ({
  prompt: promptText({ instruction: INSTRUCTIONS.prose, input: description }, names) +
    spaced(header, names),
  answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
});

/** The header alone, as a completion record. */
export const byHeader: Asking<string> = ({ header }) => {
  const names = namesIn(header);
  return {
    prompt: promptText({ instruction: COMPLETION_INSTRUCTIONS.module, input: header }, names),
    answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
  };
};

/** The header alone, as plain code. */
export const byPlainHeader: Asking<string> = ({ header }) => {
  const names = namesIn(header);
  return {
    prompt: spaced(header, names),
    answer: (reply) => verilogIn(`${header}\n${spelled(reply, names)}`),
  };
};

/** A broken file to correct, with the tool's report before it or without. */
export function byBrokenFile(withReport: boolean): Asking<string> {
  const instruction = withReport ? INSTRUCTIONS.report : INSTRUCTIONS.repair;
  return ({ description, names }) => ({
    prompt: promptText({ instruction, input: description }, names),
    answer: (reply) => verilogIn(spelled(reply, names)),
  });
}
