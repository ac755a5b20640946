/**
 * Points of the paper's figure of discard against verification rates, read off the picture
 * (V ± 0.0005, D ± 0.005): llama-2-chat 7B drafting for 70B on three data sets.
 *
 * @module
 */

/** Constants K = 4, 6 … 14 by data set: [V, D]. */
export const PUBLISHED_CONSTANTS: Readonly<Record<string, readonly [number, number][]>> = {
  Alpaca: [[0.2848, 0.395], [0.2406, 0.638], [0.2152, 0.867], [0.2017, 1.131], [0.1941, 1.368], [
    0.1874,
    1.597,
  ]],
  HumanEval: [[0.2656, 0.322], [0.2167, 0.507], [0.191, 0.704], [0.1747, 0.903], [0.1651, 1.123], [
    0.157,
    1.326,
  ]],
  GSM8K: [[0.261, 0.294], [0.2104, 0.455], [0.1832, 0.624], [0.1677, 0.81], [0.158, 1.004], [
    0.1493,
    1.179,
  ]],
};

/** Some settings of SpecDec++ by data set: [V, D]. */
export const PUBLISHED_SPECDEC: Readonly<Record<string, readonly [number, number][]>> = {
  Alpaca: [[0.188, 0.97], [0.204, 0.77], [0.218, 0.55], [0.244, 0.49], [0.263, 0.38], [
    0.329,
    0.22,
  ]],
  HumanEval: [[0.154, 0.87], [0.173, 0.48], [0.193, 0.38], [0.226, 0.31], [0.262, 0.22]],
  GSM8K: [[0.145, 0.9], [0.16, 0.77], [0.163, 0.56], [0.177, 0.52], [0.19, 0.36], [0.203, 0.36]],
};
