/**
 * All parameters of a model in one flat array, and which parts of it are multiplied at once: query, key
 * and value matrices lie one behind the other and are one matrix, as are gate and up.
 *
 * @module
 */
import { tensorShapes, type TransformerConfig } from "./config.ts";

/** Neighbouring tensors that a training pass uses as one matrix. */
export interface ParameterBlock {
  /** The tensor's own name, or a joint one (`….qkv_proj.weight`, `….gate_up_proj.weight`). */
  name: string;
  /** Where it begins in the flat array. */
  offset: number;
  size: number;
  /** `[out, in]`, or `[width]` of a norm. */
  shape: number[];
}

const JOINT: Record<string, string> = {
  q_proj: "qkv_proj",
  k_proj: "qkv_proj",
  v_proj: "qkv_proj",
  gate_proj: "gate_up_proj",
  up_proj: "gate_up_proj",
};

/** The blocks in the order of {@linkcode tensorShapes}; together they cover every parameter once. */
export function parameterBlocks(config: TransformerConfig): ParameterBlock[] {
  const blocks: ParameterBlock[] = [];
  let offset = 0;
  for (const [tensor, shape] of tensorShapes(config)) {
    const name = tensor.replace(/[a-z]+_proj/, (part) => JOINT[part] ?? part);
    const size = shape.reduce((product, side) => product * side, 1);
    const last = blocks.at(-1);
    if (last?.name === name) {
      last.size += size;
      last.shape[0]! += shape[0]!;
    } else {
      blocks.push({ name, offset, size, shape: [...shape] });
    }
    offset += size;
  }
  return blocks;
}

/** The part of a flat array that holds each tensor of {@linkcode tensorShapes}; views, not copies. */
export function tensorViews(
  config: TransformerConfig,
  flat: Float32Array,
): Map<string, Float32Array> {
  const views = new Map<string, Float32Array>();
  let offset = 0;
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((product, side) => product * side, 1);
    views.set(name, flat.subarray(offset, offset + size));
    offset += size;
  }
  return views;
}
