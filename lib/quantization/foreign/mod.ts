/**
 * Networks from elsewhere, as ONNX files, under the same roundings as our own models.
 *
 * Begin with `products.ts`: which of a network's nodes are products that blocks of channels can be rounded in, and why others are
 * not. `rounded_model.ts` puts the roundings in, or shows sizes of channels and errors of products.
 *
 * @module
 */
export { type ForeignProduct, foreignProducts, type LeftOut } from "./products.ts";
export { type ForeignOutputs, type ForeignRounding, roundedForeignModel } from "./rounded_model.ts";
