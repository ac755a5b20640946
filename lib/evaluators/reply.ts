/**
 * What a language model's reply holds: a program, or a verdict. What it lacks is an outcome to be counted, never an
 * exception.
 *
 * @module
 */

/** The program in a reply, or why there is none. */
export type ReadCode =
  | { is: "code"; code: string }
  | { is: "none"; why: "empty" | "no fence" | "open fence" | "several fences" };

/**
 * The one fenced block of a reply. Prose around it is passed over; two blocks, none, or one that is not closed are told
 * apart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readCode } from "offprint/evaluators/mod.ts";
 *
 * const fence = "`".repeat(3);
 * const reply = ["Here:", fence + "js", "let x;", fence].join("\n");
 * assertEquals(readCode(reply), { is: "code", code: "let x;\n" });
 * assertEquals(readCode("I would rather not."), { is: "none", why: "no fence" });
 * ```
 */
export function readCode(reply: string): ReadCode {
  if (reply.trim() === "") return { is: "none", why: "empty" };
  const fences = [...reply.matchAll(/^[ \t]*```[^\n`]*$/gm)];
  if (fences.length === 0) return { is: "none", why: "no fence" };
  if (fences.length === 1) return { is: "none", why: "open fence" };
  if (fences.length > 2) return { is: "none", why: "several fences" };
  const [open, close] = fences;
  return { is: "code", code: reply.slice(open!.index + open![0].length + 1, close!.index) };
}

/** A verdict as a model states it. */
export type StatedVerdict = "fail" | "pass" | "unsure";

/**
 * The verdict of a reply: its one line `VERDICT: FAIL`, `PASS` or `UNSURE`, at the beginning or the end. Nothing where
 * there is none, or several that differ.
 */
export function readVerdict(reply: string): StatedVerdict | undefined {
  const stated = new Set(
    [...reply.matchAll(/^\W*VERDICT:\W*(FAIL|PASS|UNSURE)\b\W*$/gim)].map(([, word]) =>
      word!.toLowerCase()
    ),
  );
  return stated.size === 1 ? [...stated][0] as StatedVerdict : undefined;
}
