/**
 * Exact table models behind the {@linkcode LanguageModel} interface: what a decoder does to a transformer
 * it does to these, and here the right answer is known to the last digit.
 *
 * @module
 */
import type { MarkovChain } from "./chains.ts";
import {
  checkBatch,
  checkPrompt,
  checkTokens,
  checkTruncation,
  closedError,
  staleError,
} from "../interface/sequence_checks.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "../interface/language_model.ts";

/** One token of a text, linked to the text before it: branching and rolling back copy nothing. */
interface Node {
  readonly token: number;
  readonly before: Node | undefined;
  readonly length: number;
}

/** Log-probabilities of the next token, and the answer of a one-token `extend` that leads there, made once. */
interface Row {
  readonly logits: Float32Array;
  readonly answer: Promise<ExtendResult>;
}

function toRow(probabilities: ArrayLike<number>): Row {
  const logits = Float32Array.from(probabilities, Math.log);
  return { logits, answer: Promise.resolve({ logits: [logits] }) };
}

/** A text of a {@linkcode TableModel}. `truncate` and `fork` cost nothing that grows with the text. */
class TableSequence implements Sequence {
  readonly model: TableModel;
  #tip: Node | undefined;
  /** Undefined after `truncate`, until the next `extend`. */
  #row: Row | undefined;
  #closed = false;

  constructor(model: TableModel, tip: Node | undefined, row: Row | undefined) {
    this.model = model;
    this.#tip = tip;
    this.#row = row;
  }

  get length(): number {
    this.#open();
    return this.#tip === undefined ? 0 : this.#tip.length;
  }

  get logits(): Float32Array {
    this.#open();
    if (this.#row === undefined) throw staleError(this.model);
    return this.#row.logits;
  }

  extend(tokens: Tokens): Promise<ExtendResult> {
    try {
      checkTokens(this.model, this.length, tokens);
      if (tokens.length === 1) return this.#read(tokens[0]!).answer;
      const logits = new Array<Float32Array>(tokens.length);
      for (let i = 0; i < tokens.length; i++) logits[i] = this.#read(tokens[i]!).logits;
      return Promise.resolve({ logits });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  truncate(length: number): void {
    checkTruncation(this.model, this.length, length);
    let tip = this.#tip;
    while (tip !== undefined && tip.length > length) tip = tip.before;
    this.#tip = tip;
    this.#row = undefined;
  }

  fork(): Sequence {
    this.#open();
    return new TableSequence(this.model, this.#tip, this.#row);
  }

  close(): void {
    this.#closed = true;
    this.#tip = undefined;
    this.#row = undefined;
  }

  #read(token: number): Row {
    const before = this.#tip;
    const length = before === undefined ? 1 : before.length + 1;
    this.#tip = { token, before, length };
    return this.#row = this.model.rowAfter(this.#tip);
  }

  #open(): void {
    if (this.#closed) throw closedError(this.model);
  }
}

/**
 * A language model given by tables. `open([])` starts before the first token. Its `bos` is the id just
 * after the vocabulary: it is never generated, has no logit, is not counted in `length`, and
 * `open([bos, …])` is `open([…])`.
 */
class TableModel implements LanguageModel {
  readonly bos: number;

  constructor(
    readonly name: string,
    readonly vocabSize: number,
    readonly contextLength: number,
    readonly rowAfter: (tip: Node | undefined) => Row,
  ) {
    this.bos = vocabSize;
  }

  open(prompt: Tokens): Promise<Sequence> {
    try {
      let tip: Node | undefined;
      checkPrompt(this, prompt).forEach((token, i) => {
        tip = { token, before: tip, length: i + 1 };
      });
      return Promise.resolve(new TableSequence(this, tip, this.rowAfter(tip)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    const members = checkBatch(this, sequences, tokens, TableSequence);
    members.forEach((member, i) => checkTokens(this, member.length, tokens[i]!));
    const results: Float32Array[][] = [];
    for (const [i, member] of members.entries()) {
      results.push((await member.extend(tokens[i]!)).logits);
    }
    return results;
  }
}

/**
 * The language model of a Markov chain: the logits are the chain's log-probabilities (float32, `-Infinity`
 * for impossible tokens), each row computed once and shared. At the last step of a chain that ends,
 * the next token's logits are all `-Infinity`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const sequence = await markovModel(twoStateChains().target).open([]);
 * const { logits } = await sequence.extend([0, 1]);
 * assertAlmostEquals(Math.exp(logits[0]![0]!), 0.9, 1e-7); // after token 0
 * assertAlmostEquals(Math.exp(logits[1]![0]!), 0.3, 1e-7); // after token 1
 * ```
 */
export function markovModel(chain: MarkovChain): LanguageModel {
  const { name, vocabSize, stationaryFrom, steps } = chain;
  const first = toRow(chain.row(1, 0));
  const past = toRow(new Float64Array(vocabSize));
  const rows: (Row | undefined)[][] = [];
  return new TableModel(name, vocabSize, steps, (tip) => {
    if (tip === undefined) return first;
    const step = tip.length + 1;
    if (step > steps) return past;
    const kept = step < stationaryFrom ? step : stationaryFrom;
    const at = rows[kept] ??= new Array<Row | undefined>(vocabSize).fill(undefined);
    return at[tip.token] ??= toRow(chain.row(kept, tip.token));
  });
}

/**
 * A language model whose next-token law is any function of the text so far: for what a first-order
 * chain cannot say, in tests and small examples. `row` gets the tokens since the start and returns
 * `vocabSize` probabilities; it is called for every token read, nothing is kept.
 */
export function historyModel(
  options: { name: string; vocabSize: number; row: (history: number[]) => ArrayLike<number> },
): LanguageModel {
  const { name, vocabSize, row } = options;
  return new TableModel(name, vocabSize, Infinity, (tip) => {
    const history = new Array<number>(tip?.length ?? 0);
    for (let node = tip; node !== undefined; node = node.before) {
      history[node.length - 1] = node.token;
    }
    const probabilities = row(history);
    if (probabilities.length !== vocabSize) {
      throw new RangeError(
        `${name}: got a row of ${probabilities.length}, expected ${vocabSize} probabilities`,
      );
    }
    return toRow(probabilities);
  });
}
