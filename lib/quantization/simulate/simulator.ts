/**
 * A simulated quantised model: an evaluation graph in ONNX Runtime, and what it says about texts.
 *
 * @module
 */
import { checkTokens, type Tokens } from "offprint/lm/interface/mod.ts";
import { createSession, type Ort, type OrtSession } from "offprint/lm/onnx/mod.ts";
import {
  type EvaluationWindow,
  evaluationWindows,
  type TokenDocument,
} from "offprint/lm/training/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { Calibration } from "../calibration.ts";
import type { Weights } from "../float_decoder.ts";
import { evaluationGraph, type GraphOutputs } from "./evaluation_graph.ts";
import type { Scheme } from "./scheme.ts";

/** How a simulated model is opened. */
export interface SimulatorOptions {
  /** Weighs errors in a clip search of weights. */
  readonly calibration?: Calibration;
  /** What a pass gives besides the scores. */
  readonly outputs?: GraphOutputs;
  /** Longest text, with the begin-of-text token; default and at most the model's. */
  readonly length?: number;
  /** Threads of ONNX Runtime; default: as everywhere in `lm`. */
  readonly threads?: number;
}

/** The nats of a document's tokens, and their number. */
export interface DocumentScore {
  readonly name: string;
  readonly nats: number;
  readonly tokens: number;
}

/** Sums over tokens by their position in a window, the first behind the begin-of-text token. */
export interface PositionScores {
  readonly nats: Float64Array;
  readonly tokens: Float64Array;
}

/** Texts that go through the graph together. */
const BATCH = 4;

/**
 * Opens a model under a scheme.
 *
 * @throws {UserError} for a scheme that does not fit the model.
 */
export async function simulator(
  config: TransformerConfig,
  weights: Weights,
  scheme: Scheme,
  options: SimulatorOptions = {},
): Promise<Simulator> {
  // Of the model's positions the last one predicts a token that nobody asks for.
  const length = Math.min(options.length ?? Infinity, config.max_position_embeddings - 1);
  const graph = evaluationGraph(config, weights, scheme, { ...options, length });
  const { ort, session } = await createSession(
    `simulator of ${scheme.name}`,
    graph,
    options.threads === undefined ? {} : { threads: options.threads },
  );
  return new Simulator(config, scheme, length, ort, session);
}

/** A model under a scheme; made by {@linkcode simulator}. */
export class Simulator {
  readonly config: TransformerConfig;
  readonly scheme: Scheme;
  /** Tokens of a text at most, with the begin-of-text token. */
  readonly length: number;
  readonly #ort: Ort;
  readonly #session: OrtSession;

  constructor(
    config: TransformerConfig,
    scheme: Scheme,
    length: number,
    ort: Ort,
    session: OrtSession,
  ) {
    this.config = config;
    this.scheme = scheme;
    this.length = length;
    this.#ort = ort;
    this.#session = session;
  }

  /**
   * One pass over a few texts, each behind the begin-of-text token. Returns the graph's outputs by name;
   * `log_probs`, `[texts][length]`, are of each text's tokens and 0 behind its end.
   *
   * @throws {RangeError} for a text of more than `length` tokens, or a token outside the vocabulary.
   */
  async run(texts: readonly Tokens[]): Promise<Map<string, Float32Array>> {
    const { length } = this, count = texts.length * length;
    const tokens = new Int32Array(count).fill(this.config.bos_token_id);
    const targets = new Int32Array(count);
    const mask = new Float32Array(count);
    const bounds = {
      name: "simulator",
      vocabSize: this.config.vocab_size,
      contextLength: length,
    };
    texts.forEach((text, row) => {
      checkTokens(bounds, 0, text);
      const at = row * length;
      const numbers = Int32Array.from(text);
      targets.set(numbers, at);
      tokens.set(numbers.subarray(0, length - 1), at + 1);
      mask.fill(1, at, at + text.length);
    });
    const { Tensor } = this.#ort;
    const feeds = {
      tokens: new Tensor("int32", tokens, [texts.length, length]),
      targets: new Tensor("int32", targets, [texts.length, length]),
      // Only ranges over a text need it; the graph drops it otherwise.
      ...(this.#session.inputNames.includes("mask")
        ? { mask: new Tensor("float32", mask, [count, 1]) }
        : {}),
    };
    const results = await this.#session.run(feeds);
    const outputs = new Map<string, Float32Array>();
    for (const [name, tensor] of Object.entries(results)) {
      outputs.set(name, tensor.data as Float32Array);
    }
    const logProbs = outputs.get("log_probs")!;
    mask.forEach((inside, i) => {
      if (inside === 0) logProbs[i] = 0;
    });
    return outputs;
  }

  /**
   * Scores every token of the documents once, in the windows of `evaluate`.
   *
   * @param take which of a document's windows are scored, by their number; default: all.
   */
  async score(
    documents: readonly TokenDocument[],
    take: (window: number) => boolean = () => true,
  ): Promise<DocumentScore[]> {
    const scores: DocumentScore[] = [];
    for (const document of documents) {
      let nats = 0, tokens = 0;
      for await (const { logProbs, window } of this.#windows(document, take)) {
        for (let i = window.first - window.start; i < window.end - window.start; i++) {
          nats -= logProbs[i]!;
          tokens++;
        }
      }
      scores.push({ name: document.name, nats, tokens });
    }
    return scores;
  }

  /** Sums by position in a window: every token of every window, also those that only serve as context. */
  async scoreByPosition(documents: readonly TokenDocument[]): Promise<PositionScores> {
    const nats = new Float64Array(this.length), tokens = new Float64Array(this.length);
    for (const document of documents) {
      for await (const { logProbs, window } of this.#windows(document)) {
        for (let i = 0; i < window.end - window.start; i++) {
          nats[i]! -= logProbs[i]!;
          tokens[i]!++;
        }
      }
    }
    return { nats, tokens };
  }

  async *#windows(
    document: TokenDocument,
    take: (window: number) => boolean = () => true,
  ): AsyncGenerator<{ window: EvaluationWindow; logProbs: Float32Array }> {
    const windows = evaluationWindows(document, this.length).filter((_, i) => take(i));
    for (let at = 0; at < windows.length; at += BATCH) {
      const some = windows.slice(at, at + BATCH);
      const texts = some.map(({ start, end }) => Array.from(document.tokens.subarray(start, end)));
      const logProbs = (await this.run(texts)).get("log_probs")!;
      for (const [row, window] of some.entries()) {
        yield { window, logProbs: logProbs.subarray(row * this.length, (row + 1) * this.length) };
      }
    }
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Nats and tokens of all documents together. */
export function totalScore(scores: readonly DocumentScore[]): { nats: number; tokens: number } {
  return {
    nats: scores.reduce((sum, { nats }) => sum + nats, 0),
    tokens: scores.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}
