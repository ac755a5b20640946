/**
 * A buffer of drawn responses as tensors, so that a training that is resumed goes on with what waited in it.
 *
 * @module
 */
import type { Tensor } from "offprint/lm/transformer/mod.ts";
import type { GeneratedPair } from "./responses.ts";

/** Waiting pairs as bytes of JSON, one number a byte; nothing where nothing waits. */
export function bufferTensors(
  entries: readonly { step: number; pair: GeneratedPair }[],
): Map<string, Tensor> {
  if (entries.length === 0) return new Map();
  const data = Float32Array.from(new TextEncoder().encode(JSON.stringify(entries)));
  return new Map([["responses", { shape: [data.length], data }]]);
}

/** The pairs of {@linkcode bufferTensors}. */
export function restoredBuffer(
  tensors: ReadonlyMap<string, Tensor>,
): { step: number; pair: GeneratedPair }[] {
  const found = tensors.get("responses");
  if (found === undefined) return [];
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(found.data)));
}
