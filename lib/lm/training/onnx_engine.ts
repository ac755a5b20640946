/**
 * The training engine on ONNX Runtime: forward and backward pass as one graph, AdamW on the host.
 *
 * @module
 */
import { flatAdamW, type FlatState } from "./flat_adamw.ts";
import { gradientGraph } from "../onnx/gradient_graph.ts";
import { createSession, type Ort, type OrtSession, type OrtTensor } from "../onnx/runtime.ts";
import {
  type ParameterBlock,
  parameterBlocks,
  tensorViews,
} from "../transformer/parameter_blocks.ts";
import type { ModelRecipe } from "../transformer/recipe.ts";
import type { TrainingEngine, TrainingState } from "./engine.ts";
import { initialWeights } from "../transformer/definition.ts";
import { parameterCount, type TransformerConfig } from "../transformer/config.ts";
import type { Batch } from "./windows.ts";

/** Trains through ONNX Runtime. */
export class OnnxEngine implements TrainingEngine {
  readonly #ort: Ort;
  readonly #training: OrtSession;
  readonly #scoring: OrtSession;
  readonly #recipe: ModelRecipe;
  readonly #config: TransformerConfig;
  readonly #blocks: ParameterBlock[];
  readonly #state: FlatState;
  /** Views of the parameters; a step changes what they show. */
  readonly #weights: Record<string, OrtTensor> = {};

  private constructor(
    { ort, training, scoring }: { ort: Ort; training: OrtSession; scoring: OrtSession },
    recipe: ModelRecipe,
    config: TransformerConfig,
    state: FlatState,
  ) {
    this.#ort = ort;
    this.#training = training;
    this.#scoring = scoring;
    this.#recipe = recipe;
    this.#config = config;
    this.#state = state;
    this.#blocks = parameterBlocks(config);
    for (const { name, offset, size, shape } of this.#blocks) {
      const view = state.parameters.subarray(offset, offset + size);
      this.#weights[name] = new ort.Tensor("float32", view, shape);
    }
  }

  /**
   * Prepares the graphs and starts from the state, or from fresh weights.
   *
   * @param options.threads of ONNX Runtime. At the sizes of `sotu-target` they change no bit; at odd
   *   ones, where rows of vectors are cut elsewhere, the last ones.
   */
  static async open(
    recipe: ModelRecipe,
    config: TransformerConfig,
    start?: TrainingState,
    options: { threads?: number } = {},
  ): Promise<OnnxEngine> {
    const shape = { batch: recipe.training.batch, length: recipe.model.contextLength };
    const graph = (gradients: boolean): Uint8Array => gradientGraph(config, shape, { gradients });
    const { ort, session: training } = await createSession("training graph", graph(true), options);
    const { session: scoring } = await createSession("scoring graph", graph(false), options);
    const flat = (from?: ReadonlyMap<string, Float32Array>): Float32Array => {
      const values = new Float32Array(parameterCount(config));
      if (from === undefined) return values;
      for (const [name, view] of tensorViews(config, values)) view.set(from.get(name)!);
      return values;
    };
    const state = {
      parameters: flat(start?.parameters ?? initialWeights(config, recipe.seed)),
      first: flat(start?.first),
      second: flat(start?.second),
    };
    return new OnnxEngine({ ort, training, scoring }, recipe, config, state);
  }

  async step(batch: Batch, learningRate: number, count: number) {
    const { logProbs, gradients } = await this.gradients(batch);
    const loss = meanLoss(logProbs, batch);
    const { training } = this.#recipe;
    const options = { ...training, learningRate, count };
    const gradientNorm = flatAdamW(this.#state, this.#blocks, gradients, options);
    return { loss, gradientNorm };
  }

  /** Log-probabilities of the targets and the gradient of the mean loss, by block. */
  async gradients(
    batch: Batch,
  ): Promise<{ logProbs: Float32Array; gradients: Float32Array[] }> {
    const total = batch.weights.reduce((sum, weight) => sum + weight, 0);
    const coefficients = batch.weights.map((weight) => weight / total);
    const results = await this.#training.run({
      ...this.#inputs(batch),
      coefficients: new this.#ort.Tensor("float32", coefficients, [coefficients.length, 1]),
    });
    const values = (name: string): Float32Array => results[name]!.data as Float32Array;
    const gradients = this.#blocks.map(({ name }) => values(`gradient/${name}`));
    addRows(gradients[0]!, batch.tokens, values("gradient/rows"));
    return { logProbs: values("log_probs"), gradients };
  }

  async evaluate(batch: Batch): Promise<number> {
    const results = await this.#scoring.run(this.#inputs(batch));
    return meanLoss(results["log_probs"]!.data as Float32Array, batch);
  }

  state(): Promise<TrainingState> {
    const views = (flat: Float32Array): Map<string, Float32Array> => {
      const copies = new Map<string, Float32Array>();
      for (const [name, view] of tensorViews(this.#config, flat)) copies.set(name, view.slice());
      return copies;
    };
    const { parameters, first, second } = this.#state;
    return Promise.resolve({
      parameters: views(parameters),
      first: views(first),
      second: views(second),
    });
  }

  async close(): Promise<void> {
    await this.#training.release();
    await this.#scoring.release();
  }

  #inputs({ tokens, targets }: Batch): Record<string, OrtTensor> {
    return {
      ...this.#weights,
      tokens: new this.#ort.Tensor("int32", tokens, [tokens.length]),
      targets: new this.#ort.Tensor("int32", targets, [targets.length, 1]),
    };
  }
}

/** `−Σ w log p / Σ w`, summed in float64. */
function meanLoss(logProbs: Float32Array, { weights }: Batch): number {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    loss -= weights[i]! * logProbs[i]!;
    total += weights[i]!;
  }
  return loss / total;
}

/** Adds row `i` of `rows` to row `tokens[i]` of the embedding's gradient. */
function addRows(gradient: Float32Array, tokens: Int32Array, rows: Float32Array): void {
  const width = rows.length / tokens.length;
  for (let i = 0; i < tokens.length; i++) {
    const to = tokens[i]! * width;
    for (let j = 0; j < width; j++) gradient[to + j]! += rows[i * width + j]!;
  }
}
