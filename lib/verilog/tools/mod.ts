/**
 * Outside tools as functions: Yosys, Icarus, Verilator; each limited in time, memory and output.
 *
 * Begin with `YosysPool` in `yosys.ts` (WebAssembly in child processes, no system package needed), or `findIcarus` and
 * `findVerilator` for tools that may be missing. `equivalence.ts` asks Yosys whether two modules are the same
 * function; `diagnostics.ts` brings messages into a form that does not change with version or folder.
 * They run under the limits of `tool_limits.ts`, in a folder of `scratch.ts`.
 *
 * @module
 */
export * from "./confinement.ts";
export * from "./diagnostics.ts";
export * from "./equivalence.ts";
export * from "./guard.ts";
export * from "./icarus.ts";
export { TOOL_LIMITS } from "./tool_limits.ts";
export * from "./verilator.ts";
export * from "./yosys.ts";
