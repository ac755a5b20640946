/**
 * What carries out training steps. The trainer decides which windows and which learning rate; an engine
 * holds parameters and moments and does the arithmetic.
 *
 * | engine | arithmetic | for |
 * |---|---|---|
 * | `jax` | jax-js, differentiated by the library | the definition; any loss |
 * | `onnx` | ONNX Runtime on {@linkcode gradientGraph} | language-model losses; several times as fast |
 *
 * @module
 */
import type { ModelRecipe } from "../transformer/recipe.ts";
import type { TransformerConfig } from "../transformer/config.ts";
import type { Batch } from "./windows.ts";

/** Parameters and both moments by tensor name, float32. */
export interface TrainingState {
  parameters: Map<string, Float32Array>;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

/** One model in training. */
export interface TrainingEngine {
  /**
   * One step of AdamW on the mean loss of a batch.
   *
   * @param count steps done, this one included.
   * @returns loss in nats per token, before the step, and the norm of its gradient, before clipping.
   */
  step(
    batch: Batch,
    learningRate: number,
    count: number,
  ): Promise<{ loss: number; gradientNorm: number }>;
  /** The mean loss of a batch, nats per token. */
  evaluate(batch: Batch): Promise<number>;
  /** The present state, to be read before the next step. */
  state(): Promise<TrainingState>;
  /** Frees what it holds. */
  close(): Promise<void>;
}

/** Starts the engine that the recipe names, from a state or, without one, from fresh weights. */
export async function openEngine(
  recipe: ModelRecipe,
  config: TransformerConfig,
  start?: TrainingState,
): Promise<TrainingEngine> {
  // Loaded here, so that a training fetches only the library it uses.
  if (recipe.training.engine === "onnx") {
    const { OnnxEngine } = await import("./onnx_engine.ts");
    return await OnnxEngine.open(recipe, config, start);
  }
  const { JaxEngine } = await import("./jax_engine.ts");
  return await JaxEngine.open(recipe, config, start);
}
