/**
 * The training engine on jax-js: loss and gradient of {@linkcode transformer}, jitted with AdamW into
 * one function.
 *
 * @module
 */
import { type AdamWState, adamWState, adamWStep } from "./adamw.ts";
import {
  type ArrayTree,
  fromFloats,
  fromIntegers,
  type Jax,
  type JaxArray,
  loadJax,
  refs,
  toFloats,
} from "../transformer/jax.ts";
import type { ModelRecipe } from "../transformer/recipe.ts";
import { crossEntropy } from "./token_losses.ts";
import type { TrainingEngine, TrainingState } from "./engine.ts";
import { initialWeights, toParameters, transformer } from "../transformer/definition.ts";
import type { TransformerConfig } from "../transformer/config.ts";
import type { Batch } from "./windows.ts";

/** Trains through jax-js. */
export class JaxEngine implements TrainingEngine {
  readonly #jax: Jax;
  readonly #recipe: ModelRecipe;
  readonly #step: ReturnType<typeof adamWStep>;
  readonly #evaluate: Jitted;
  #state: AdamWState;

  private constructor(
    jax: Jax,
    recipe: ModelRecipe,
    config: TransformerConfig,
    state: AdamWState,
  ) {
    this.#jax = jax;
    this.#recipe = recipe;
    this.#state = state;
    const model = transformer(jax, config);
    const loss = (p: ArrayTree, ...x: JaxArray[]): JaxArray =>
      crossEntropy(jax, model, p, x[0]!, x[1]!, x[2]!);
    this.#step = adamWStep(jax, loss, recipe.training);
    this.#evaluate = jax.jit((p: ArrayTree, x: JaxArray[]) => loss(p, ...x));
  }

  /** Loads jax-js and puts the state, or fresh weights, on the device. */
  static async open(
    recipe: ModelRecipe,
    config: TransformerConfig,
    start?: TrainingState,
  ): Promise<JaxEngine> {
    const jax = await loadJax();
    const tree = (weights: Map<string, Float32Array>): ArrayTree =>
      toParameters(jax, config, weights);
    const state = start === undefined
      ? adamWState(jax, tree(initialWeights(config, recipe.seed)))
      : {
        parameters: tree(start.parameters),
        first: tree(start.first),
        second: tree(start.second),
      };
    return new JaxEngine(jax, recipe, config, state);
  }

  async step(batch: Batch, learningRate: number, count: number) {
    const scalar = (value: number): JaxArray => this.#jax.numpy.array(value);
    const { beta1, beta2 } = this.#recipe.training;
    const [next, report] = this.#step(
      this.#state,
      scalar(learningRate),
      scalar(1 - beta1 ** count),
      scalar(1 - beta2 ** count),
      this.#arrays(batch),
    );
    this.#state = next;
    return {
      loss: (await report.loss.data())[0]!,
      gradientNorm: (await report.gradientNorm.data())[0]!,
    };
  }

  async evaluate(batch: Batch): Promise<number> {
    const array = this.#evaluate(refs(this.#state.parameters), this.#arrays(batch));
    return (await array.data())[0]!;
  }

  async state(): Promise<TrainingState> {
    return {
      parameters: await toFloats(this.#state.parameters),
      first: await toFloats(this.#state.first),
      second: await toFloats(this.#state.second),
    };
  }

  close(): Promise<void> {
    for (const tree of Object.values(this.#state)) {
      for (const array of Object.values(tree)) array.dispose();
    }
    this.#step.dispose();
    this.#evaluate.dispose();
    return Promise.resolve();
  }

  #arrays(batch: Batch): JaxArray[] {
    const rows = this.#recipe.training.batch;
    const shape = [rows, batch.tokens.length / rows];
    return [
      fromIntegers(this.#jax, batch.tokens, shape),
      fromIntegers(this.#jax, batch.targets, shape),
      fromFloats(this.#jax, batch.weights, shape),
    ];
  }
}

type Jitted = {
  (parameters: ArrayTree, inputs: JaxArray[]): JaxArray;
  dispose(): void;
};
