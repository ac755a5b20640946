/**
 * What a diagram of a design shows, as data: wiring and state machines, without where things lie.
 *
 * Begin with `extractGraph` in `extract_graph.ts` (a design to the wiring of its blocks, through Yosys) and `extractFsm` in
 * `extract_fsm.ts` (a design to its state machine). `graph.ts` and `fsm.ts` hold the types and their canonical texts, both
 * ways; `guards.ts` what stands on the arrows of a machine. `skeleton.ts` writes a graph as Verilog again; `anonymise.ts` takes
 * the names away. `elaborated.ts`, `cell_names.ts` and `fsm_table.ts` read what Yosys says. The drawings are in the room `pictures`.
 *
 * @module
 */
export * from "./anonymise.ts";
export { elaborate, type Elaborated, type Level } from "./elaborated.ts";
export * from "./extract_fsm.ts";
export { type Block, extractGraph, graphOf, graphOfBlocks, type Pin } from "./extract_graph.ts";
export * from "./fsm.ts";
export { type FsmTable, readFsmTables } from "./fsm_table.ts";
export * from "./graph.ts";
export * from "./guards.ts";
export { type Declared, declaredPins, skeletonOf } from "./skeleton.ts";
