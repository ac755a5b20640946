/**
 * The training engine on ONNX Runtime: forward and backward pass as one graph, the optimiser on the host.
 *
 * @module
 */
import { applyGradient, type FlatState, type Optimizer } from "./flat_adamw.ts";
import { EMBEDDING, gradientGraph, twoGradientGraphs } from "../../onnx/gradient_graph.ts";
import {
  createSession,
  loadOrt,
  type Ort,
  type OrtSession,
  type OrtTensor,
} from "../../onnx/runtime.ts";
import { flatState, restoreFlat, tensorState } from "./flat_state.ts";
import { type ParameterBlock, parameterBlocks } from "../../transformer/parameter_blocks.ts";
import { type ClosableModel, liveOnnxModel } from "../../onnx/transformer_model.ts";
import type {
  EngineOptions,
  ForwardPass,
  GradientResult,
  StepResult,
  TrainingEngine,
  TrainingState,
} from "./engine.ts";
import { parameterCount, type TransformerConfig } from "../../transformer/config.ts";
import type { Batch } from "../batches/windows.ts";

/** What a graph is prepared for. */
type Purpose = "scoring" | "training" | "distributions" | "forward" | "backward";

/** At most this many graphs are kept ready; the one that was not used for longest gives way. */
const KEPT_SESSIONS = 24;

/** A model with fewer parameters runs on one thread: a second one only spins beside its short operations. */
const SMALL = 200_000;

/** Trains through ONNX Runtime. */
export class OnnxEngine implements TrainingEngine {
  readonly config: TransformerConfig;
  /** How gradients become steps. */
  readonly optimizer: Optimizer;
  /** All parameters in a row, live: what is written here counts in the next pass. */
  readonly parameters: Float32Array;
  readonly #ort: Ort;
  readonly #settings: { threads?: number };
  readonly #blocks: ParameterBlock[];
  readonly #state: FlatState;
  /** Views of the parameters; a step changes what they show. */
  readonly #weights: Record<string, OrtTensor> = {};
  /** By purpose and shape, the one used last at the end. */
  readonly #sessions = new Map<string, Promise<OrtSession>>();
  /** What the last forward pass left for its backward pass; graphs of all shapes share it. */
  #kept = new Float32Array();
  /** Changes when the last forward pass can no longer be gone back through. */
  #turn = 0;
  #decoder: Promise<ClosableModel> | undefined;
  /** The gradient of whole steps, which nobody else sees. */
  #own: Float32Array | undefined;

  private constructor(ort: Ort, { config, optimizer, start, threads }: EngineOptions) {
    this.#ort = ort;
    this.config = config;
    this.optimizer = optimizer;
    const count = threads ?? (parameterCount(config) < SMALL ? 1 : undefined);
    this.#settings = count === undefined ? {} : { threads: count };
    this.#blocks = parameterBlocks(config);
    this.#state = flatState({ config, start });
    this.parameters = this.#state.parameters;
    for (const { name, offset, size, shape } of this.#blocks) {
      const view = this.parameters.subarray(offset, offset + size);
      this.#weights[name] = new ort.Tensor("float32", view, shape);
    }
  }

  /**
   * Starts from a state. A graph is prepared for each shape of batch when the first one comes.
   *
   * @param options.threads At the sizes of `sotu-target` they change no bit; at odd ones, where rows of
   *   vectors are cut elsewhere, the last ones.
   */
  static async open(options: EngineOptions): Promise<OnnxEngine> {
    return new OnnxEngine(await loadOrt(), options);
  }

  async logProbs(batch: Batch): Promise<Float32Array> {
    const session = await this.#session("scoring", batch);
    const results = await session.run(this.#inputs(batch));
    return results["log_probs"]!.data as Float32Array;
  }

  /**
   * What is behind each target.
   *
   * @returns `hidden`, `[rows · length, D]`, what the output matrix reads, and `logProbs`,
   *   `[rows · length, V]`, of every token of the vocabulary.
   */
  async distributions(batch: Batch): Promise<{ hidden: Float32Array; logProbs: Float32Array }> {
    const session = await this.#session("distributions", batch);
    const results = await session.run(this.#inputs(batch));
    return {
      hidden: results["hidden"]!.data as Float32Array,
      logProbs: results["all_log_probs"]!.data as Float32Array,
    };
  }

  /**
   * The model in training as a language model that can be sampled: it reads the present weights in every pass. One and
   * the same each time; it is closed with the engine.
   */
  decoder(): Promise<ClosableModel> {
    this.#decoder ??= liveOnnxModel(this.config, this.parameters, this.#settings);
    return this.#decoder;
  }

  async gradient(batch: Batch, coefficients: Float32Array): Promise<GradientResult> {
    const gradient = new Float32Array(this.parameters.length);
    return { logProbs: await this.#gradientInto(gradient, batch, coefficients), gradient };
  }

  async forward(batch: Batch): Promise<ForwardPass> {
    const session = await this.#session("forward", batch);
    const turn = ++this.#turn;
    const kept = this.#keptBy(session);
    const { log_probs: logProbs } = await session.run(this.#inputs(batch), {
      ...kept,
      log_probs: null,
    });
    return {
      logProbs: logProbs!.data as Float32Array,
      gradient: async (coefficients) => {
        const backward = await this.#session("backward", batch);
        if (turn !== this.#turn) {
          throw new Error(
            "OnnxEngine: the pass is over: a later one or new parameters replaced it",
          );
        }
        const gradient = new Float32Array(this.parameters.length);
        const { "gradient/rows": rows } = await backward.run({
          ...this.#weights,
          ...kept,
          targets: this.#column("int32", batch.targets),
          coefficients: this.#column("float32", coefficients),
        }, this.#gradientFetches(gradient));
        addRows(gradient, batch.tokens, rows!.data as Float32Array);
        return gradient;
      },
    };
  }

  apply(gradient: Float32Array, learningRate: number, count: number): Promise<number> {
    const schedule = { learningRate, count };
    this.#turn++;
    return Promise.resolve(
      applyGradient(this.optimizer, this.#state, this.#blocks, gradient, schedule),
    );
  }

  async step(
    batch: Batch,
    coefficients: Float32Array,
    learningRate: number,
    count: number,
  ): Promise<StepResult> {
    this.#own ??= new Float32Array(this.parameters.length);
    const logProbs = await this.#gradientInto(this.#own, batch, coefficients);
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

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
    this.#kept = new Float32Array();
    this.#turn++;
    await (await this.#decoder)?.close();
    this.#decoder = undefined;
  }

  async #session(purpose: Purpose, { rows, length }: Batch): Promise<OrtSession> {
    const key = `${purpose} ${rows} × ${length}`;
    const found = this.#sessions.get(key);
    if (found !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, found);
      return await found;
    }
    const shape = { batch: rows, length };
    const graph = purpose === "forward" || purpose === "backward"
      ? twoGradientGraphs(this.config, shape)[purpose]
      : gradientGraph(this.config, shape, {
        gradients: purpose === "training",
        distributions: purpose === "distributions",
      });
    const made = createSession(`${purpose} graph`, graph, this.#settings)
      .then(({ session }) => session);
    this.#sessions.set(key, made);
    if (this.#sessions.size > KEPT_SESSIONS) {
      const [oldest, session] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      await (await session).release();
    }
    return await made;
  }

  /** Tensors for the outputs of a forward graph that its backward graph reads, side by side in one array. */
  #keptBy({ outputMetadata }: OrtSession): Record<string, OrtTensor> {
    const shapes = outputMetadata.flatMap((output): [string, number[]][] =>
      output.isTensor && output.name !== "log_probs"
        ? [[output.name, output.shape.map(Number)]]
        : []
    );
    const sizes = shapes.map(([, shape]) => shape.reduce((a, b) => a * b, 1));
    const needed = sizes.reduce((sum, size) => sum + size, 0);
    if (this.#kept.length < needed) this.#kept = new Float32Array(needed);
    let offset = 0;
    return Object.fromEntries(shapes.map(([name, shape], i) => {
      const view = this.#kept.subarray(offset, offset += sizes[i]!);
      return [name, new this.#ort.Tensor("float32", view, shape)];
    }));
  }

  /** Fills `gradient`, and returns the log-probabilities that come with it. */
  async #gradientInto(
    gradient: Float32Array,
    batch: Batch,
    coefficients: Float32Array,
  ): Promise<Float32Array> {
    const session = await this.#session("training", batch);
    // What no graph writes: the embedding's where it is not the output matrix.
    if (!this.config.tie_word_embeddings) gradient.fill(0, 0, this.#blocks[0]!.size);
    const results = await session.run({
      ...this.#inputs(batch),
      coefficients: this.#column("float32", coefficients),
    }, { ...this.#gradientFetches(gradient), log_probs: null });
    addRows(gradient, batch.tokens, results["gradient/rows"]!.data as Float32Array);
    return results["log_probs"]!.data as Float32Array;
  }

  /**
   * Where a graph is to write gradients: side by side, so that none is copied. An embedding that is not the output
   * matrix has none but that of its rows, which `addRows` adds.
   */
  #gradientFetches(gradient: Float32Array): Record<string, OrtTensor | null> {
    const fetches: Record<string, OrtTensor | null> = { "gradient/rows": null };
    for (const { name, offset, size, shape } of this.#blocks) {
      if (name === EMBEDDING && !this.config.tie_word_embeddings) continue;
      const view = gradient.subarray(offset, offset + size);
      fetches[`gradient/${name}`] = new this.#ort.Tensor("float32", view, shape);
    }
    return fetches;
  }

  #inputs({ tokens, targets }: Batch): Record<string, OrtTensor> {
    return {
      ...this.#weights,
      tokens: new this.#ort.Tensor("int32", tokens, [tokens.length]),
      targets: this.#column("int32", targets),
    };
  }

  #column(type: "int32" | "float32", values: Int32Array | Float32Array): OrtTensor {
    return new this.#ort.Tensor(type, values, [values.length, 1]);
  }
}

/** Adds row `i` of `rows` to row `tokens[i]` of the embedding's gradient, which comes first. */
function addRows(gradient: Float32Array, tokens: Int32Array, rows: Float32Array): void {
  const width = rows.length / tokens.length;
  for (let i = 0; i < tokens.length; i++) {
    const to = tokens[i]! * width;
    for (let j = 0; j < width; j++) gradient[to + j]! += rows[i * width + j]!;
  }
}
