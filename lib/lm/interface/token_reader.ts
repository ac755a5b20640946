/**
 * Reading texts that are already written: only the log-probability of each given token comes back, not a whole
 * distribution.
 *
 * @module
 */
import type { LanguageModel, Sequence, Tokens } from "./language_model.ts";

/** A growing text of a {@linkcode TokenReader}. */
export interface UnreadText {
  /** An independent copy; this one stays valid. */
  fork(): UnreadText;
  /** Frees what it holds. */
  close(): void;
}

/** A model that says how likely given tokens are. */
export interface TokenReader {
  readonly name: string;
  readonly vocabSize: number;
  /** The longest text, in tokens, prompt included. */
  readonly contextLength: number;
  /** Starts a text with `prompt`. */
  open(prompt: Tokens): Promise<UnreadText>;
  /**
   * Appends tokens to several texts and gives for each `log p` of every token given, after what stands before it;
   * nats. `-Infinity` for a token that is impossible.
   */
  read(texts: readonly UnreadText[], tokens: readonly Tokens[]): Promise<ArrayLike<number>[]>;
}

class ModelText implements UnreadText {
  constructor(readonly sequence: Sequence) {}

  fork(): UnreadText {
    return new ModelText(this.sequence.fork());
  }

  close(): void {
    this.sequence.close();
  }
}

/**
 * Reads with any language model: the plain way, through whole distributions.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { modelReader } from "offprint/lm/interface/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const reader = modelReader(markovModel(twoStateChains().target));
 * const [logProbs] = await reader.read([await reader.open([])], [[0, 1]]);
 * assertAlmostEquals(Math.exp(logProbs![1]!), 0.1, 1e-7);
 * ```
 */
export function modelReader(model: LanguageModel): TokenReader {
  const { name, vocabSize, contextLength } = model;
  return {
    name,
    vocabSize,
    contextLength,
    open: async (prompt) => new ModelText(await model.open(prompt)),
    async read(texts, tokens) {
      const sequences = texts.map((text) => (text as ModelText).sequence);
      const before = sequences.map(({ logits }) => logits);
      const rows = await model.extendBatch(sequences, tokens);
      return tokens.map((list, i) =>
        Float64Array.from(
          list,
          (token, k) => tokenLogProb(k === 0 ? before[i]! : rows[i]![k - 1]!, token),
        )
      );
    },
  };
}

/** `log p` of a token from logits, in float64; nats. */
export function tokenLogProb(logits: ArrayLike<number>, token: number): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return logits[token]! - largest - Math.log(sum);
}
