/**
 * Acceptance heads: small networks on the draft's hidden state that predict whether a candidate will be accepted.
 *
 * Begin with `AcceptanceHead` in `head.ts`. `data.ts` labels the target's texts, `training.ts` trains with the gradient of
 * `head_gradient.ts`, `predict_states.ts` predicts for many states at once through ONNX Runtime, `file.ts` reads
 * and writes heads with the tensor names of the released one. `bias.ts` says what weighting rejections does
 * to a prediction, and undoes it. `feature_model.ts` gives hidden states to models that have none.
 *
 * How the committed heads of paper 10 are trained and measured is in `papers/specdecpp/heads`.
 *
 * @module
 */
export * from "./bias.ts";
export * from "./data.ts";
export * from "./feature_model.ts";
export * from "./file.ts";
export * from "./head.ts";
export * from "./head_gradient.ts";
export * from "./predict_states.ts";
export { rows } from "./teacher_forcing.ts";
export * from "./training.ts";
