/**
 * Diagrams as pictures, generated from a design, each read from its drawing again.
 *
 * Begin with `drawBlockDiagram` in `block_diagram.ts` (blocks and wires, through netlistsvg; its skin is in `block_skin.ts`),
 * `drawStateDiagram` in `state_diagram.ts` (Graphviz), `drawWaveform` in `waveform.ts` (WaveDrom) and `drawTruthTable` in
 * `truth_table.ts`. For each there is a `read…` that gets from the drawing what was drawn; `plain_picture.ts` makes a smaller one that is only looked at. `png.ts` makes pixels of an SVG, `shown_texts.ts` lists its words;
 * `packages.ts` loads what draws when it is first used, `markup.ts` walks through drawings. What is drawn is in the room `diagrams`.
 *
 * @module
 */
export * from "./block_diagram.ts";
export { loadNetlistsvg } from "./packages.ts";
export * from "./plain_picture.ts";
export * from "./png.ts";
export * from "./shown_texts.ts";
export * from "./state_diagram.ts";
export * from "./truth_table.ts";
export * from "./waveform.ts";
