/**
 * Paper 05, COMET: its printed tables, arithmetic of serving, golden examples, and what is measured on the
 * committed model.
 *
 * Begin with `configurations.ts`: every scheme of the comparison, with and without injected outliers.
 * `measurement_texts.ts` says which documents are calibrated on and which are judged; `measure_accuracy.ts`
 * scores the held-out text under every configuration, `studies` asks the questions behind it, and
 * both keep what is finished. `accuracy_results.ts` reads what was committed. `experiments.ts` are what
 * sweeps run; `explore_channels.ts` is the figure that can be moved.
 *
 * The quantisation itself is in `quantization`, its simulator in `quantization/simulate`, the cores in `kernels`.
 *
 * @module
 */
export * from "./accumulators.ts";
export * from "./accuracy_results.ts";
export * from "./configurations.ts";
export {
  exploration as channelsExploration,
  type RoundedChannels,
  roundedChannels,
} from "./explore_channels.ts";
export * from "./gemv_clock.ts";
export * from "./golden.ts";
export * from "./kernel_clock.ts";
export * from "./measure_accuracy.ts";
export * from "./measurement_texts.ts";
export * from "./networks/mod.ts";
export * from "./published_tables.ts";
export * from "./serving.ts";
export type { Studies } from "./studies_schema.ts";
export * from "./work_share.ts";
