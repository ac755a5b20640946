/**
 * Test benches as data, and an embedded simulator that runs them.
 *
 * Begin with `Bench` in `bench.ts` and `runBench` in `run_bench.ts`. Under them: `netlist.ts` lets Yosys elaborate a module,
 * `read_netlist.ts` makes gates of its cells by the rules of `word_gates.ts` and `word_registers.ts`, `compile.ts` turns gates into one straight function, `simulation.ts` runs 32 lanes of it at once.
 * `grade.ts` grades a design in every simulator available, `bench_output.ts` reads what a foreign bench printed; `compare.ts` runs two designs under the same random inputs.
 *
 * @module
 */
export * from "./bench.ts";
export * from "./bench_output.ts";
export * from "./compare.ts";
export * from "./grade.ts";
export type { Netlist, Refusal } from "./gates.ts";
export { netlistOf } from "./netlist.ts";
export * from "./run_bench.ts";
export * from "./simulation.ts";
