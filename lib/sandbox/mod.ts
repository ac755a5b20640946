/**
 * Untrusted programs: a process without permissions, with limits on time, memory and output, ended by SIGKILL.
 *
 * Begin with `javascriptSandbox` in `javascript.ts`; `job.ts` says what goes in and what comes out. `pool.ts` keeps
 * the processes warm, `line_child.ts` is one of them, `quickjs_program.ts` what it does with a program.
 *
 * @module
 */
export * from "./javascript.ts";
export * from "./job.ts";
export * from "./literal.ts";
export { type SandboxLanguage, type SandboxOptions, SandboxPool } from "./pool.ts";
export * from "./python.ts";
