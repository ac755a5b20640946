/**
 * Steps of an optimiser. AdamW goes through ONNX Runtime: {@linkcode flatAdamW} in float32, on all threads.
 *
 * @module
 */
import { adamWGraph } from "../../onnx/adamw_graph.ts";
import { createSession, type OrtSession, type OrtTensor } from "../../onnx/runtime.ts";
import type { ParameterBlock } from "../../transformer/parameter_blocks.ts";
import type { AdamWOptions } from "./adamw.ts";
import { clipFactor, descend, type FlatState, globalNorm, type Optimizer } from "./flat_adamw.ts";

/** Steps of an optimiser on one state, which they change in place. */
export interface Steps {
  /**
   * One step.
   *
   * @param gradient all parameters in a row, before clipping.
   * @param count steps done, this one included.
   * @returns the norm of the gradient before clipping.
   */
  step(gradient: Float32Array, learningRate: number, count: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Prepares an optimiser's steps.
 *
 * @param blocks what the state consists of: matrices decay, norms do not.
 * @param settings.threads of ONNX Runtime, where the optimiser uses it.
 */
export async function openSteps(
  optimizer: Optimizer,
  state: FlatState,
  blocks: readonly ParameterBlock[],
  settings: { threads?: number } = {},
): Promise<Steps> {
  if (optimizer.kind === "adamw") return await OnnxAdamW.open(state, blocks, optimizer, settings);
  return {
    step(gradient, learningRate) {
      const norm = globalNorm(blocks, gradient);
      const clip = clipFactor(optimizer.clipNorm ?? Infinity, norm);
      descend(state.parameters, gradient, learningRate * clip);
      return Promise.resolve(norm);
    },
    close: () => Promise.resolve(),
  };
}

class OnnxAdamW implements Steps {
  readonly #session: OrtSession;
  readonly #options: AdamWOptions;
  readonly #blocks: readonly ParameterBlock[];
  readonly #keep: Float32Array;
  readonly #tensor: (values: Float32Array, shape?: number[]) => OrtTensor;
  /** Inputs that stay where they are; a step changes what they show. */
  readonly #state: Record<"parameters" | "first" | "second" | "keep", OrtTensor>;

  private constructor(
    session: OrtSession,
    tensor: (values: Float32Array, shape?: number[]) => OrtTensor,
    { parameters, first, second }: FlatState,
    blocks: readonly ParameterBlock[],
    options: AdamWOptions,
  ) {
    this.#session = session;
    this.#tensor = tensor;
    this.#blocks = blocks;
    this.#options = options;
    this.#keep = new Float32Array(parameters.length);
    this.#state = {
      parameters: tensor(parameters),
      first: tensor(first),
      second: tensor(second),
      keep: tensor(this.#keep),
    };
  }

  static async open(
    state: FlatState,
    blocks: readonly ParameterBlock[],
    options: AdamWOptions,
    settings: { threads?: number },
  ): Promise<OnnxAdamW> {
    const graph = adamWGraph(state.parameters.length, options);
    const { ort, session } = await createSession("AdamW graph", graph, settings);
    const tensor = (values: Float32Array, shape = [values.length]): OrtTensor =>
      new ort.Tensor("float32", values, shape);
    return new OnnxAdamW(session, tensor, state, blocks, options);
  }

  async step(gradient: Float32Array, learningRate: number, count: number): Promise<number> {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    const norm = globalNorm(this.#blocks, gradient);
    const clip = clipFactor(clipNorm, norm);
    for (const { offset, size, shape } of this.#blocks) {
      const keep = 1 - (shape.length > 1 ? learningRate * weightDecay : 0);
      this.#keep.fill(keep, offset, offset + size);
    }
    // √(v / c) + ε is (√v + ε·√c) / √c, c being the correction of a young mean.
    const root = Math.sqrt(1 - beta2 ** count);
    const scalar = (value: number): OrtTensor => this.#tensor(Float32Array.of(value), []);
    const { parameters, first, second } = this.#state;
    await this.#session.run({
      ...this.#state,
      gradient: this.#tensor(gradient),
      share_1: scalar((1 - beta1) * clip),
      share_2: scalar((1 - beta2) * clip * clip),
      rate: scalar(learningRate * root / (1 - beta1 ** count)),
      epsilon: scalar(epsilon * root),
    }, { next_parameters: parameters, next_first: first, next_second: second });
    return norm;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
