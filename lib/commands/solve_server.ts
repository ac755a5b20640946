/**
 * What `deno task solve` keeps of a server's answers: the log, and what the numbers alone would hide.
 *
 * @module
 */
import { writeWhole } from "offprint/files.ts";
import type { JudgedAnswer } from "offprint/problems/mod.ts";

/** Writes answers to a file as they come, one JSON object a line; a file of an earlier run is replaced. */
export async function answerLog(
  file: string | undefined,
): Promise<(answer: JudgedAnswer) => Promise<void>> {
  if (file === undefined) return () => Promise.resolve();
  await writeWhole(file, "");
  return (answer) => Deno.writeTextFile(file, `${JSON.stringify(answer)}\n`, { append: true });
}

/** What the numbers alone would hide: answers that ended at the limit, and answers that are none. */
export function warn(kinds: ReadonlyMap<string, number>, maxTokens: number): void {
  const total = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  for (const [kind, count] of kinds) {
    if (kind === "whole") continue;
    const what = kind === "cut"
      ? `ended at the limit of ${maxTokens} tokens and count as they are (see --max-tokens)`
      : `are none (${kind}) and count as wrong`;
    console.error(`warning: ${count} of ${total} answers ${what}`);
  }
}
