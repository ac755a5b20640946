/**
 * A compiled query as the message that a chat model gets, and what comes back put together.
 *
 * @module
 */
import { type ChatMessage, imagePart } from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";
import type { CompiledQuery } from "./compile.ts";

/**
 * One user message: the text, then the pictures in declared order.
 *
 * @param read gives the bytes of a picture by its path.
 * @throws {UserError} for a file that is no picture, is too large, or has another type than its name.
 */
export async function queryMessage(
  { text, images }: CompiledQuery,
  read: (path: string) => Promise<Uint8Array>,
): Promise<ChatMessage> {
  const parts = [];
  for (const { path } of images) parts.push(imagePart(await read(path), path));
  return { role: "user", content: [{ type: "text", text }, ...parts] };
}

/**
 * The answers to the requests of one query as one source text, in the order of the requests.
 *
 * @param answers Verilog of each, with the names of the modules in it.
 * @throws {UserError} when two answers define one module.
 */
export function joinedAnswers(
  answers: readonly { modules: readonly string[]; verilog: string }[],
): string {
  const seen = new Set<string>();
  for (const name of answers.flatMap(({ modules }) => modules)) {
    if (seen.has(name)) {
      throw new UserError({
        what: "answers to one query",
        got: `module ${name} twice`,
        expected: "each module once",
      });
    }
    seen.add(name);
  }
  return answers.map(({ verilog }) => verilog.trimEnd()).join("\n\n") + "\n";
}
