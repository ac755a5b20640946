/**
 * What an engine trains as flat arrays: parameters and both moments, each all tensors in a row.
 *
 * @module
 */
import type { FlatState } from "./flat_adamw.ts";
import type { EngineOptions, TrainingState } from "./engine.ts";
import { tensorViews } from "../../transformer/parameter_blocks.ts";
import { parameterCount, type TransformerConfig } from "../../transformer/config.ts";

const KINDS = ["parameters", "first", "second"] as const;

/** The flat arrays of a state, copied; moments that are missing are 0. */
export function flatState({ config, start }: Pick<EngineOptions, "config" | "start">): FlatState {
  const empty = () => new Float32Array(parameterCount(config));
  const state: FlatState = { parameters: empty(), first: empty(), second: empty() };
  restoreFlat(config, state, start);
  return state;
}

/** Copies a state into flat arrays; what is missing of it stays as it is. */
export function restoreFlat(
  config: TransformerConfig,
  state: FlatState,
  from: EngineOptions["start"],
): void {
  for (const kind of KINDS) {
    const tensors = from[kind];
    if (tensors === undefined) continue;
    for (const [name, view] of tensorViews(config, state[kind])) view.set(tensors.get(name)!);
  }
}

/** A copy of flat arrays by tensor name. */
export function tensorState(config: TransformerConfig, state: FlatState): TrainingState {
  const copies = (flat: Float32Array): Map<string, Float32Array> =>
    new Map([...tensorViews(config, flat)].map(([name, view]) => [name, view.slice()]));
  return {
    parameters: copies(state.parameters),
    first: copies(state.first),
    second: copies(state.second),
  };
}
