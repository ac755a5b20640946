/**
 * Verilog as material for language models: the front door, with what most programs need. Everything else
 * is in a room of its own:
 *
 * | room | what is there |
 * |---|---|
 * | `language` | text, tokens, syntax trees and modules, and back |
 * | `prose` | modules as English sentences, and read back |
 * | `mutants` | modules broken on purpose, and what kind of fault each has |
 * | `tools` | Yosys, Icarus and Verilator as functions |
 * | `simulate` | test benches and an embedded simulator |
 * | `designs` | a generator of modules with benches |
 * | `records` | from files to training records |
 * | `problems` | problems for models, judges, scores |
 * | `diagrams` | wiring and state machines of a design as graphs, and back |
 * | `pictures` | those graphs, waveforms and truth tables drawn, and read from the drawing again |
 *
 * Import a room as `offprint/verilog/ROOM/mod.ts`. What paper 07 alone needs is in `papers/chipgpt_ft`.
 *
 * @module
 */
export type { ReadModule } from "./language/ast.ts";
export { readModules } from "./language/module_reader.ts";
export { writeModule, type WriteStyle } from "./language/module_writer.ts";
export { describe } from "./prose/describe.ts";
export { readDescription } from "./prose/read_description.ts";
export { augment } from "./records/augment.ts";
