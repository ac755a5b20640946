/**
 * The training engine on jax-js: loss and gradient of {@linkcode transformer}, as the library
 * differentiates them.
 *
 * @module
 */
import { type AdamWState, adamWState, adamWUpdate } from "./adamw.ts";
import {
  type ArrayTree,
  fromFloats,
  fromIntegers,
  type Jax,
  type JaxArray,
  loadJax,
  refs,
  toFloats,
} from "../../transformer/jax.ts";
import { tokenLogProbs } from "./token_losses.ts";
import type {
  EngineOptions,
  ForwardPass,
  GradientResult,
  StepResult,
  TrainingEngine,
  TrainingState,
} from "./engine.ts";
import { toParameters, transformer } from "../../transformer/definition.ts";
import { tensorViews } from "../../transformer/parameter_blocks.ts";
import { parameterCount, type TransformerConfig } from "../../transformer/config.ts";
import type { Batch } from "../batches/windows.ts";

/** Trains through jax-js. */
export class JaxEngine implements TrainingEngine {
  readonly #jax: Jax;
  readonly #config: TransformerConfig;
  readonly #betas: [number, number];
  readonly #logProbs: Jitted<[ArrayTree, JaxArray[]], JaxArray>;
  readonly #gradient: Jitted<[ArrayTree, JaxArray, JaxArray[]], [ArrayTree, JaxArray]>;
  readonly #update: Jitted<
    [AdamWState, ArrayTree, JaxArray, JaxArray, JaxArray],
    [AdamWState, JaxArray]
  >;
  #state: AdamWState;

  private constructor(jax: Jax, { config, optimizer }: EngineOptions, state: AdamWState) {
    if (optimizer.kind !== "adamw") {
      throw new TypeError("JaxEngine: got plain gradient descent, expected AdamW");
    }
    this.#jax = jax;
    this.#config = config;
    this.#betas = [optimizer.beta1, optimizer.beta2];
    this.#state = state;
    const model = transformer(jax, config);
    // Weights of 1: what masks is the coefficient.
    const logProbs = (p: ArrayTree, [tokens, targets]: JaxArray[]): JaxArray =>
      tokenLogProbs(jax, model, p, tokens!, targets!, jax.numpy.ones(targets!.shape));
    this.#logProbs = jax.jit(logProbs);
    // ∂(−Σ c log p)/∂c = −log p: one backward pass gives both.
    const loss = (p: ArrayTree, c: JaxArray, x: JaxArray[]): JaxArray =>
      logProbs(p, x).mul(c).sum().neg();
    this.#gradient = jax.jit(
      jax.grad(loss, { argnums: [0, 1] }) as unknown as (
        p: ArrayTree,
        c: JaxArray,
        x: JaxArray[],
      ) => [ArrayTree, JaxArray],
    );
    this.#update = jax.jit(adamWUpdate(jax, optimizer));
  }

  /** Loads jax-js and puts the state on the device. */
  static async open(options: EngineOptions): Promise<JaxEngine> {
    const jax = await loadJax();
    const { config, start } = options;
    const tree = (weights: Map<string, Float32Array>): ArrayTree =>
      toParameters(jax, config, weights);
    const fresh = adamWState(jax, tree(start.parameters));
    const replaced = (zeros: ArrayTree, values?: Map<string, Float32Array>): ArrayTree => {
      if (values === undefined) return zeros;
      for (const array of Object.values(zeros)) array.dispose();
      return tree(values);
    };
    return new JaxEngine(jax, options, {
      parameters: fresh.parameters,
      first: replaced(fresh.first, start.first),
      second: replaced(fresh.second, start.second),
    });
  }

  async logProbs(batch: Batch): Promise<Float32Array> {
    const array = this.#logProbs(refs(this.#state.parameters), this.#arrays(batch));
    return await array.data() as Float32Array;
  }

  async gradient(batch: Batch, coefficients: Float32Array): Promise<GradientResult> {
    const [tree, negative] = this.#gradient(
      refs(this.#state.parameters),
      fromFloats(this.#jax, coefficients, [batch.rows, batch.length]),
      this.#arrays(batch),
    );
    const gradient = new Float32Array(parameterCount(this.#config));
    for (const [name, view] of tensorViews(this.#config, gradient)) {
      view.set(await tree[name]!.data() as Float32Array);
    }
    const logProbs = (await negative.data() as Float32Array).map((value) => -value);
    return { logProbs, gradient };
  }

  /** The backward pass computes the forward pass again. */
  async forward(batch: Batch): Promise<ForwardPass> {
    const state = this.#state;
    return {
      logProbs: await this.logProbs(batch),
      gradient: async (coefficients) => {
        if (state !== this.#state) throw new Error("JaxEngine: the pass is over: new parameters");
        return (await this.gradient(batch, coefficients)).gradient;
      },
    };
  }

  async apply(gradient: Float32Array, learningRate: number, count: number): Promise<number> {
    const scalar = (value: number): JaxArray => this.#jax.numpy.array(value);
    const [beta1, beta2] = this.#betas;
    const [next, norm] = this.#update(
      this.#state,
      toParameters(this.#jax, this.#config, tensorViews(this.#config, gradient)),
      scalar(learningRate),
      scalar(1 - beta1 ** count),
      scalar(1 - beta2 ** count),
    );
    this.#state = next;
    return (await norm.data())[0]!;
  }

  async step(
    batch: Batch,
    coefficients: Float32Array,
    learningRate: number,
    count: number,
  ): Promise<StepResult> {
    const { logProbs, gradient } = await this.gradient(batch, coefficients);
    return { logProbs, gradientNorm: await this.apply(gradient, learningRate, count) };
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
    for (const jitted of [this.#logProbs, this.#gradient, this.#update]) jitted.dispose();
    return Promise.resolve();
  }

  #arrays({ tokens, targets, rows, length }: Batch): JaxArray[] {
    return [tokens, targets].map((values) => fromIntegers(this.#jax, values, [rows, length]));
  }
}

type Jitted<Inputs extends unknown[], Result> = {
  (...inputs: Inputs): Result;
  dispose(): void;
};
