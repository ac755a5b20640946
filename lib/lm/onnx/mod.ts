/**
 * Transformers through ONNX Runtime: training and gradients, and decoding where the kernels of `lm/native` do not run.
 *
 * Begin with `onnxModel` in `transformer_model.ts`; `liveOnnxModel` is the same for weights that are in training. `decoding_graph.ts` writes the graph it runs (its blocks are in `decoding_blocks.ts`), `key_value_cache.ts` keeps
 * the cache that the graph reads; `token_reader.ts` runs the same graph with one number a token coming out, for texts that
 * are already written. `gradient_graph.ts` writes the training pass (blocks in `differentiable_blocks.ts`), used by
 * `training`. `graph.ts` and `protobuf.ts` build ONNX files in memory. `runtime.ts` is the one place that loads ONNX Runtime (290 MB, fetched when
 * first used). `foreign_model.ts` reads ONNX files from elsewhere and puts nodes in between.
 *
 * @module
 */
export {
  type ForeignConstant,
  ForeignModel,
  type ForeignNode,
  readForeignModel,
  type Replacement,
} from "./foreign_model.ts";
export { OnnxGraph } from "./graph.ts";
export { createSession, type Ort, type OrtSession } from "./runtime.ts";
export { type ClosableReader, onnxReader } from "./token_reader.ts";
export {
  type ClosableModel,
  liveOnnxModel,
  onnxModel,
  type OnnxModelOptions,
} from "./transformer_model.ts";
