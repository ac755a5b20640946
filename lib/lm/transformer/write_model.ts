/**
 * Writing a model's folder, so that weights of one model never stand beside the record of another unnoticed.
 *
 * @module
 */
import { writeWhole } from "offprint/files.ts";
import { sha256 } from "../corpora/corpus.ts";
import { encodeSafetensors, type Tensor } from "./safetensors.ts";

/** The content of `model.safetensors`. */
export interface EncodedWeights {
  bytes: Uint8Array<ArrayBuffer>;
  /** For the model's record, which holds it as `weights`. */
  sha256: string;
}

/** Weights as they are written: float16. */
export async function encodeWeights(tensors: ReadonlyMap<string, Tensor>): Promise<EncodedWeights> {
  const bytes = encodeSafetensors(tensors, { dtype: "F16", metadata: { format: "pt" } });
  return { bytes, sha256: await sha256(bytes) };
}

/**
 * Writes the weights, then the other files in their order; the last is the record that holds the weights' hash.
 * Each appears whole or not at all, and what stops in between leaves a folder that `readTransformer` refuses.
 *
 * @param folder Ends with a slash.
 */
export async function writeModel(
  folder: URL,
  { bytes }: EncodedWeights,
  files: readonly [name: string, content: string | Uint8Array][],
): Promise<void> {
  await writeWhole(new URL("model.safetensors", folder), bytes, { durable: true });
  for (const [name, content] of files) {
    await writeWhole(new URL(name, folder), content, { durable: true });
  }
}

/** JSON as a model's folder holds it. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
