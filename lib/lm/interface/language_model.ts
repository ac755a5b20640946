/**
 * The one interface that every decoder sees: a language model opens growing texts, each with
 * its own cache; a decoder extends them, rolls them back and branches them.
 *
 * @module
 */

/** Token ids, each in `[0, vocabSize)`. */
export type Tokens = readonly number[];

/** What `extend` returns: one row per token given, in order. */
export interface ExtendResult {
  /** Logits of the token *after* each given token; `logits[i].length === vocabSize`. Rows may be shared: read, never write. */
  logits: Float32Array[];
  /** The last hidden state after each given token; only with `{ hidden: true }`, and only where the model has one. */
  hidden?: Float32Array[];
}

/** One growing text with its cache. */
export interface Sequence {
  /** Tokens seen so far, prompt included. */
  readonly length: number;
  /**
   * Logits of the next token, `vocabSize` values. Read, never write.
   *
   * @throws {Error} after `truncate`, until the next `extend`.
   */
  readonly logits: Float32Array;
  /** Appends `tokens` in one forward pass (the verify pass) and returns the logits after each of them. */
  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult>;
  /**
   * Rolls back to the first `length` tokens.
   *
   * @throws {RangeError} when `length` exceeds the present length or is negative.
   */
  truncate(length: number): void;
  /** A branch: an independent copy of this text; this one stays valid. */
  fork(): Sequence;
  /** Frees the cache. Using a closed sequence throws. */
  close(): void;
}

/** How a model's logits are sharpened and cut before sampling: `warp` of `lib/decoding` says what each does. */
export interface ModelWarpOptions {
  /** Default 1. */
  temperature?: number;
  /** Default: all. */
  topK?: number;
  /** Default 1: all. */
  topP?: number;
}

/** A next-token model over a fixed vocabulary. */
export interface LanguageModel {
  readonly name: string;
  readonly vocabSize: number;
  /** The longest text, in tokens, prompt included. */
  readonly contextLength: number;
  /**
   * The begin-of-text token, where the model has one: then `open([])` is allowed and starts from it. It
   * may lie outside the vocabulary (`bos === vocabSize`) when it is never generated.
   */
  readonly bos?: number;
  /**
   * Logits to the distribution that is sampled, in float64; only where a model has a faster way than `warp` of
   * `lib/decoding`, which it agrees with to the last bits. See `modelWarp` there.
   */
  warp?(options: ModelWarpOptions): (logits: Float32Array) => Float64Array;
  /** Starts a text with `prompt`. */
  open(prompt: Tokens): Promise<Sequence>;
  /** Starts many texts in few passes, each as `open` would; only where a model can. See {@linkcode openTexts}. */
  openBatch?(prompts: readonly Tokens[]): Promise<Sequence[]>;
  /**
   * Extends many texts of this model in one pass, by equal or different numbers of tokens.
   * `result[i][j]` are the logits after the `j`-th token given to `sequences[i]`.
   */
  extendBatch(sequences: readonly Sequence[], tokens: readonly Tokens[]): Promise<Float32Array[][]>;
}

/** Starts a text with each prompt: in few passes where the model can, else one by one. Equal prompts are read once. */
export async function openTexts(
  model: LanguageModel,
  prompts: readonly Tokens[],
): Promise<Sequence[]> {
  const distinct = new Map<string, { prompt: Tokens; at: number }>();
  const places = prompts.map((prompt) => {
    const key = prompt.join(" ");
    const known = distinct.get(key);
    if (known !== undefined) return known.at;
    distinct.set(key, { prompt, at: distinct.size });
    return distinct.size - 1;
  });
  const opened = await openEach(model, [...distinct.values()].map(({ prompt }) => prompt));
  const taken = new Set<number>();
  return places.map((at) => {
    const text = taken.has(at) ? opened[at]!.fork() : opened[at]!;
    taken.add(at);
    return text;
  });
}

async function openEach(model: LanguageModel, prompts: readonly Tokens[]): Promise<Sequence[]> {
  if (model.openBatch !== undefined) return await model.openBatch(prompts);
  const opened: Sequence[] = [];
  try {
    for (const prompt of prompts) opened.push(await model.open(prompt));
  } catch (error) {
    for (const sequence of opened) sequence.close();
    throw error;
  }
  return opened;
}
