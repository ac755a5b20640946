/**
 * Public models as they are published in ONNX, in the layout of transformers.js and Optimum.
 *
 * Begin with `openPublicModel` in `public_model.ts`. `public_layout.ts` says what a folder must hold, `public_decoder.ts` is
 * the model over its graph, `public_cache.ts` keeps pasts that branches share. `hub` downloads such folders.
 *
 * @module
 */
export * from "./public_model.ts";
