/**
 * Paper 05, COMET: what is measured on the committed model, and on which texts.
 *
 * Begin with `configurations.ts`: every scheme of the comparison, with and without injected outliers.
 * `measurement_texts.ts` says which documents are calibrated on and which are judged; `measure_accuracy.ts`
 * scores the whole held-out text under every configuration and keeps what is finished.
 *
 * The quantisation itself is in `quantization`, its simulator in `quantization/simulate`, the cores in `kernels`.
 *
 * @module
 */
export * from "./configurations.ts";
export * from "./measure_accuracy.ts";
export * from "./measurement_texts.ts";
