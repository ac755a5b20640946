/**
 * JavaScript, and TypeScript without its types, in QuickJS.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { messageOf } from "offprint/errors.ts";
import { type SandboxOptions, SandboxPool } from "./pool.ts";

/**
 * A pool for JavaScript programs. A program is a script that defines functions; it has the language's own objects
 * without `Date`, and `console.log`. Before each program the QuickJS runtime is put back to its first state, byte for byte,
 * in a process without permissions.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { javascriptSandbox } from "offprint/sandbox/mod.ts";
 *
 * await using sandbox = javascriptSandbox();
 * const { calls } = await sandbox.run({
 *   code: "function twice(x) { return 2 * x; }",
 *   calls: [{ entry: "twice", args: ["21"] }, { entry: "thrice", args: ["14"] }],
 * });
 * assertEquals(calls[0], { status: "value", value: "42" });
 * assertEquals(calls[1]!.status, "throw");
 * ```
 */
export function javascriptSandbox(options: SandboxOptions = {}): SandboxPool {
  return new SandboxPool({
    name: "JavaScript",
    package: "@jitl/quickjs-singlefile-mjs-release-sync",
    child: () => Promise.resolve({ script: new URL("./quickjs_child.ts", import.meta.url) }),
  }, options);
}

/**
 * TypeScript as the JavaScript that it is without types; every character keeps its place. Only what can be erased is
 * taken: enums and parameter properties are not.
 *
 * @throws {SyntaxError} when the text is not TypeScript, or not erasable.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withoutTypes } from "offprint/sandbox/mod.ts";
 *
 * assertEquals(withoutTypes("let x: number = 1;"), "let x         = 1;");
 * ```
 */
export function withoutTypes(code: string): string {
  try {
    return stripTypeScriptTypes(code, { mode: "strip" });
  } catch (error) {
    throw new SyntaxError(messageOf(error).split("\n")[0]);
  }
}
