/**
 * The training engine on the project's own kernels: forward pass, way back and optimiser in C, and bit for bit the same
 * numbers on every processor and with any number of threads.
 *
 * @module
 */
import { type Kernels, openKernels, type TrainingBatch, TrainingModel } from "kernels/mod.ts";
import { applyGradient, blocksToStep, type FlatState, type Optimizer } from "./flat_adamw.ts";
import { flatState, restoreFlat, tensorState } from "./flat_state.ts";
import { rotaryTable } from "../../transformer/rotary.ts";
import { type ParameterBlock, parameterBlocks } from "../../transformer/parameter_blocks.ts";
import type { TransformerConfig } from "../../transformer/config.ts";
import type {
  EngineOptions,
  ForwardPass,
  GradientResult,
  StepResult,
  TrainingEngine,
  TrainingState,
} from "./engine.ts";
import type { Batch } from "../batches/windows.ts";

/** Trains through the kernels. */
export class NativeEngine implements TrainingEngine {
  readonly config: TransformerConfig;
  /** How gradients become steps. */
  readonly optimizer: Optimizer;
  /** All parameters in a row, live: what is written here counts in the next pass. */
  readonly parameters: Float32Array;
  readonly #kernels: Kernels;
  readonly #blocks: ParameterBlock[];
  readonly #state: FlatState;
  /** One for whole passes, and one whose last pass is kept for its way back; both read the same parameters. */
  readonly #whole: TrainingModel;
  readonly #halfway: TrainingModel;
  /** Changes when the last forward pass can no longer be gone back through. */
  #turn = 0;
  /** The gradient of whole steps, which nobody else sees. */
  #own: Float32Array | undefined;

  private constructor(kernels: Kernels, { config, optimizer, start }: EngineOptions) {
    this.#kernels = kernels;
    this.config = config;
    this.optimizer = optimizer;
    this.#blocks = parameterBlocks(config);
    this.#state = flatState({ config, start });
    this.parameters = this.#state.parameters;
    this.#whole = modelOf(config, this.parameters);
    this.#halfway = modelOf(config, this.parameters);
  }

  /**
   * Starts from a state. Where native kernels cannot run, the reference in plain TypeScript does: the same bits, some
   * hundred times slower; one line says so.
   *
   * @param options.threads they change no bit.
   * @throws {KernelError} for widths that are no multiples of 8.
   *
   * @example
   * ```ts
   * import { assert } from "@std/assert";
   * import { languageModelStep, NativeEngine } from "offprint/lm/training/mod.ts";
   * import { DEFAULT_ADAMW } from "offprint/lm/training/mod.ts";
   * import { initialWeights, transformerConfig } from "offprint/lm/transformer/mod.ts";
   *
   * const config = transformerConfig({
   *   ...{ vocabSize: 20, width: 16, layers: 1, heads: 2, keyValueHeads: 1 },
   *   ...{ feedForward: 32, contextLength: 8 },
   * });
   * const engine = await NativeEngine.open({
   *   ...{ config, optimizer: DEFAULT_ADAMW, start: { parameters: initialWeights(config, 1) } },
   * });
   * const tokens = Int32Array.of(1, 2, 3, 4), targets = Int32Array.of(2, 3, 4, 5);
   * const batch = { rows: 1, length: 4, tokens, targets, weights: new Float32Array(4).fill(1) };
   * const first = await languageModelStep(engine, batch, 1e-2, 1);
   * const second = await languageModelStep(engine, batch, 1e-2, 2);
   * assert(second.loss < first.loss);
   * await engine.close();
   * ```
   */
  static async open(
    options: EngineOptions & { backend?: "native" | "reference" },
  ): Promise<NativeEngine> {
    const { backend, threads } = options;
    const kernels = await openKernels({
      ...(backend === undefined ? {} : { backend }),
      ...(threads === undefined ? {} : { threads }),
    });
    return new NativeEngine(kernels, options);
  }

  logProbs(batch: Batch): Promise<Float32Array> {
    return this.#kernels.trainingForward(this.#whole, batchOf(batch));
  }

  async gradient(batch: Batch, coefficients: Float32Array): Promise<GradientResult> {
    const logProbs = await this.logProbs(batch);
    const gradient = await this.#kernels.trainingGradient(this.#whole, coefficients);
    return { logProbs, gradient };
  }

  async forward(batch: Batch): Promise<ForwardPass> {
    const turn = ++this.#turn;
    const logProbs = await this.#kernels.trainingForward(this.#halfway, batchOf(batch));
    return {
      logProbs,
      gradient: async (coefficients) => {
        if (turn !== this.#turn) {
          throw new Error(
            "NativeEngine: the pass is over: a later one or new parameters replaced it",
          );
        }
        return await this.#kernels.trainingGradient(this.#halfway, coefficients);
      },
    };
  }

  async apply(gradient: Float32Array, learningRate: number, count: number): Promise<number> {
    const schedule = { learningRate, count };
    this.#turn++;
    const { optimizer } = this;
    if (optimizer.kind !== "adamw") {
      return applyGradient(optimizer, this.#state, this.#blocks, gradient, schedule);
    }
    const blocks = blocksToStep(this.#blocks);
    return await this.#kernels.adamw(this.#state, blocks, gradient, { ...optimizer, ...schedule });
  }

  async step(
    batch: Batch,
    coefficients: Float32Array,
    learningRate: number,
    count: number,
  ): Promise<StepResult> {
    this.#own ??= new Float32Array(this.parameters.length);
    const logProbs = await this.logProbs(batch);
    await this.#kernels.trainingGradient(this.#whole, coefficients, this.#own);
    return { logProbs, gradientNorm: await this.apply(this.#own, learningRate, count) };
  }

  state(): Promise<TrainingState> {
    return Promise.resolve(tensorState(this.config, this.#state));
  }

  /** Goes on from a state, which is copied. */
  restore(state: TrainingState): void {
    this.#turn++;
    restoreFlat(this.config, this.#state, state);
  }

  close(): Promise<void> {
    this.#turn++;
    this.#kernels.close();
    return Promise.resolve();
  }
}

function batchOf({ rows, length, tokens, targets }: Batch): TrainingBatch {
  return { texts: rows, length, tokens, targets };
}

/** The model that the kernels read: `tensorShapes` has the order of its parameters too. */
function modelOf(config: TransformerConfig, parameters: Float32Array): TrainingModel {
  const { head_dim: headDim, max_position_embeddings: positions } = config;
  const { cos, sin } = rotaryTable(positions, headDim, config.rope_theta);
  // Both halves of a head turn by the same angles.
  const half = (table: Float32Array) => table.filter((_, i) => i % headDim < headDim / 2);
  return new TrainingModel({
    vocabulary: config.vocab_size,
    width: config.hidden_size,
    inner: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    headDim,
    epsilon: config.rms_norm_eps,
    tied: config.tie_word_embeddings,
    parameters,
    ...{ cos: half(cos), sin: half(sin) },
  });
}
