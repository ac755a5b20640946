/**
 * Acceptance heads as safetensors files, with the tensor names of the released head.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import {
  checkShapes,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorDtype,
} from "offprint/lm/transformer/mod.ts";
import { type AcceptanceHead, type HeadConfig, headShapes } from "./head.ts";

/** The bytes of a head's file. Draft and rejection weight go into its metadata. */
export function encodeHead(
  head: AcceptanceHead,
  dtype: TensorDtype = "F32",
): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of headShapes(head.config)) {
    tensors.set(name, { shape, data: head.weights.get(name)! });
  }
  return encodeSafetensors(tensors, {
    dtype,
    metadata: {
      ...(head.draft === undefined ? {} : { draft: head.draft }),
      ...(head.rejectionWeight === undefined
        ? {}
        : { rejection_weight: String(head.rejectionWeight) }),
    },
  });
}

/**
 * Reads the bytes of a head's file. Depth, width and tying follow from the tensors: a file with more than
 * one block of names is untied, one with block 0 alone and the last layer at `model.3` is tied with depth 3.
 *
 * @param where The file's name, for messages.
 * @throws {UserError} for a file that is no head: corrupt, or with other tensors.
 */
export function decodeHead(where: string, bytes: Uint8Array): AcceptanceHead {
  const { tensors, metadata } = decodeSafetensors(where, bytes);
  const config = configOf(where, tensors);
  checkShapes(where, tensors, headShapes(config));
  const weights = new Map(Array.from(tensors, ([name, { data }]) => [name, data]));
  const weight = metadata["rejection_weight"];
  return {
    config,
    ...(metadata["draft"] === undefined ? {} : { draft: metadata["draft"] }),
    ...(weight === undefined ? {} : { rejectionWeight: Number(weight) }),
    weights,
  };
}

function configOf(where: string, tensors: ReadonlyMap<string, Tensor>): HeadConfig {
  for (const [name, { shape }] of tensors) {
    const depth = /^model\.(\d{1,3})\.weight$/.exec(name)?.[1];
    if (depth === undefined || shape.length !== 2) continue;
    return {
      depth: Number(depth),
      hiddenSize: shape[1]!,
      tied: Number(depth) > 0 && !tensors.has("model.1.linear.weight") && Number(depth) !== 1,
    };
  }
  throw new UserError({
    what: where,
    got: new Described(`tensors ${[...tensors.keys()].slice(0, 3).join(", ")}`),
    expected: "an acceptance head, with a last layer model.N.weight",
    todo: "Give the file of a head, not of a language model.",
  });
}
