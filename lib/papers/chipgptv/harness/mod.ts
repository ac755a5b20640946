/**
 * Asking a model for the benchmark's units with and without their diagrams, and grading the answers.
 *
 * Begin with `arms.ts` (what each way of asking is given) and `runHarness` in `run.ts`. `unit.ts` says what must be known of
 * a design, `asked_unit.ts` takes it from the benchmark, under its names or without them, `prefixes.ts` cuts beginnings, `extraction.ts` finds the code in an answer, `grading.ts` judges it,
 * `diagram_scores.ts` compares machines and wirings, `diagram_sentences.ts` tells them, `results.ts` has the record of an answer and the metrics;
 * `blank_picture.ts` is the control with nothing to see.
 *
 * @module
 */
export * from "./arms.ts";
export * from "./asked_unit.ts";
export * from "./blank_picture.ts";
export * from "./diagram_scores.ts";
export * from "./diagram_sentences.ts";
export * from "./extraction.ts";
export * from "./grading.ts";
export * from "./prefixes.ts";
export * from "./results.ts";
export * from "./run.ts";
export * from "./unit.ts";
