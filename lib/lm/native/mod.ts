/**
 * Models in the project's layout on its own kernels in 32-bit floats.
 *
 * Begin with `decodingModel` in `decoding_model.ts`, which takes them where they run and ONNX Runtime elsewhere;
 * `native_model.ts` has the model itself.
 *
 * @module
 */
export { decodingModel, type DecodingOptions, type Runtime } from "./decoding_model.ts";
export { fitsKernels, nativeModel, type NativeModelOptions } from "./native_model.ts";
