/**
 * The model study of paper 06 at a size that a laptop trains: generated state machines and wirings, described in words or as a
 * graph, and a small decoder that writes them as Verilog.
 *
 * Begin with `prompts.ts`: the arms, and what a model is asked in each. `machines.ts` and `wirings.ts` draw designs and know the
 * ceiling of an answer from words alone; `words.ts` is the vocabulary; `answers.ts` grades. `training.ts` trains, `kept_training.ts` keeps it on disk, `asking.ts` asks,
 * `results.ts` keeps what was measured, `summary.ts` compares arms,
 * `again.ts` asks the committed model again.
 *
 * @module
 */
export * from "./again.ts";
export * from "./answers.ts";
export * from "./asking.ts";
export * from "./kept_training.ts";
export * from "./machines.ts";
export * from "./prompts.ts";
export * from "./results.ts";
export * from "./summary.ts";
export * from "./training.ts";
export * from "./wirings.ts";
export * from "./words.ts";
