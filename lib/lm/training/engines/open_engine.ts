/**
 * Choosing an engine.
 *
 * @module
 */
import type { ModelRecipe } from "../../transformer/recipe.ts";
import type { TransformerConfig } from "../../transformer/config.ts";
import { initialWeights } from "../../transformer/definition.ts";
import type { EngineOptions, TrainingEngine, TrainingState } from "./engine.ts";

/** Starts the engine that the recipe names, from a state or, without one, from fresh weights. */
export async function openEngine(
  recipe: ModelRecipe,
  config: TransformerConfig,
  start?: TrainingState,
): Promise<TrainingEngine> {
  const options: EngineOptions = {
    config,
    optimizer: { kind: "adamw", ...recipe.training },
    start: start ?? { parameters: initialWeights(config, recipe.seed) },
  };
  // Loaded here, so that a training fetches only the library it uses.
  if (recipe.training.engine === "onnx") {
    const { OnnxEngine } = await import("./onnx_engine.ts");
    return OnnxEngine.open(options);
  }
  if (recipe.training.engine === "native") {
    const { NativeEngine } = await import("./native_engine.ts");
    return NativeEngine.open(options);
  }
  const { JaxEngine } = await import("./jax_engine.ts");
  return await JaxEngine.open(options);
}
