/**
 * The default runtime of models in the project's layout.
 *
 * @module
 */
import { type ClosableModel, onnxModel, type OnnxModelOptions } from "../onnx/mod.ts";
import type { TransformerConfig } from "../transformer/mod.ts";
import { fitsKernels, nativeModel, nativeModelIfHere } from "./native_model.ts";

/** Which runtime decodes. */
export type Runtime = "native" | "onnx";

/** How a model is run. */
export interface DecodingOptions extends OnnxModelOptions {
  /**
   * Default: native kernels where there is a compiler and `OFFPRINT_KERNELS` does not say otherwise, else ONNX Runtime. The
   * two agree to the last bits of a float32.
   */
  runtime?: Runtime;
}

/**
 * A transformer with the given weights, ready to decode.
 *
 * @param weights float32, by the names of `tensorShapes`.
 * @throws {KernelError} when native kernels are asked for and cannot run here, and for a backend or a variant named in the
 * environment that does not exist.
 */
export async function decodingModel(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  { runtime, ...options }: DecodingOptions = {},
): Promise<ClosableModel> {
  if (runtime === "native") return await nativeModel(config, weights, options);
  const native = runtime === undefined && fitsKernels(config) && !otherKernels();
  const model = native ? await nativeModelIfHere(config, weights, options) : undefined;
  return model ?? await onnxModel(config, weights, options);
}

/** Whether the environment, where it may be read, asks for kernels that have no native code. A name that none has is not ours to judge. */
function otherKernels(): boolean {
  const variable = "OFFPRINT_KERNELS";
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return false;
  const named = Deno.env.get(variable);
  return named === "reference" || named === "webgpu";
}
