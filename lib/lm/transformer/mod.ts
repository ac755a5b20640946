/**
 * The transformer as data and as a definition: shapes, weights, files.
 *
 * Begin with `transformer` in `definition.ts`, the forward pass in jax-js that everything else is tested against.
 * `config.ts` has the sizes and the shapes of all tensors, `safetensors.ts` reads and writes weights, `recipe.ts` says how a
 * model is trained, `card.ts` what came of it, `model_folder.ts` reads a folder under `data/models`,
 * `write_model.ts` writes one, and `weights_hash.ts` holds both halves together.
 * `rotary.ts` has the table of rotary positions, `parameter_blocks.ts` the order of parameters in one flat array, and
 * `jax.ts` is the one place that loads jax-js.
 *
 * @module
 */
export { type Card, NGRAM_MARGIN } from "./card.ts";
export {
  parameterCount,
  tensorShapes,
  type TransformerConfig,
  transformerConfig,
  type TransformerSizes,
} from "./config.ts";
export { initialWeights, toParameters, type Transformer, transformer } from "./definition.ts";
export * from "./jax.ts";
export {
  modelNames,
  readTransformer,
  resolveModel,
  type SavedTransformer,
} from "./model_folder.ts";
export {
  modelFolder,
  type ModelRecipe,
  modelRecipe,
  recipeKind,
  recipeNames,
  TRAINING_ENGINES,
} from "./recipe.ts";
export { type RotaryTable, rotaryTable } from "./rotary.ts";
export * from "./safetensors.ts";
export { type EncodedWeights, encodeWeights, prettyJson, writeModel } from "./write_model.ts";
export { type ParameterBlock, parameterBlocks, tensorViews } from "./parameter_blocks.ts";
