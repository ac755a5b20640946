/**
 * A training state as named tensors, the form in which checkpoints hold it.
 *
 * @module
 */
import type { Tensor } from "../../transformer/safetensors.ts";
import { tensorShapes, type TransformerConfig } from "../../transformer/config.ts";
import type { TrainingState } from "./engine.ts";

/** The tensors of a state, keyed `parameters/NAME`, `first/NAME`, `second/NAME`. */
export function stateTensors(config: TransformerConfig, state: TrainingState): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const shapes = tensorShapes(config);
  for (const [kind, arrays] of Object.entries(state)) {
    for (const [name, data] of arrays as Map<string, Float32Array>) {
      tensors.set(`${kind}/${name}`, { shape: shapes.get(name)!, data });
    }
  }
  return tensors;
}

/** The state that {@linkcode stateTensors} was made from. */
export function restoredState(
  config: TransformerConfig,
  tensors: ReadonlyMap<string, Tensor>,
): TrainingState {
  const arrays = (kind: string): Map<string, Float32Array> => {
    const found = new Map<string, Float32Array>();
    for (const name of tensorShapes(config).keys()) {
      const tensor = tensors.get(`${kind}/${name}`);
      if (tensor === undefined) throw new TypeError(`the checkpoint lacks ${kind}/${name}`);
      found.set(name, tensor.data);
    }
    return found;
  };
  return { parameters: arrays("parameters"), first: arrays("first"), second: arrays("second") };
}
