/**
 * Runs a program that we trust to its end.
 *
 * @module
 */
import { type ChildEnd, type ChildOptions, startChild } from "./child.ts";

/** How a program ended, and what it printed as UTF-8. */
export interface Ended extends ChildEnd {
  stdout: string;
  stderr: string;
}

/**
 * Starts a program, waits for its end and gives what it printed. It ends with us, however we end.
 *
 * @throws {Deno.errors.NotFound} when there is no such program, or no such working directory.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runToEnd } from "offprint/process/mod.ts";
 *
 * const { code, stdout } = await runToEnd(Deno.execPath(), ["eval", "console.log(6 * 7)"]);
 * assertEquals([code, stdout], [0, "42\n"]);
 * ```
 */
export async function runToEnd(
  program: string,
  args: readonly string[],
  options: Omit<ChildOptions, "stdin" | "stdout"> = {},
): Promise<Ended> {
  const child = startChild(program, args, options);
  const [end, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { ...end, stdout, stderr };
}
