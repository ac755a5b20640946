/**
 * Exact table models behind the {@linkcode LanguageModel} interface: what a decoder does to a transformer
 * it does to these, and here the right answer is known to the last digit.
 *
 * @module
 */
import type { MarkovChain } from "./chains.ts";
import { CheckedSequence } from "../interface/checked_sequence.ts";
import { checkPrompt, checkTokens, extendOneByOne } from "../interface/sequence_checks.ts";
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
  readonly logitRows: Float32Array[];
  readonly answer: Promise<ExtendResult>;
}

function toRow(probabilities: ArrayLike<number>): Row {
  const logits = Float32Array.from(probabilities, Math.log);
  const logitRows = [logits];
  return { logits, logitRows, answer: Promise.resolve({ logits: logitRows }) };
}

/** A text of a {@linkcode TableModel}. `truncate` and `fork` cost nothing that grows with the text. */
class TableSequence extends CheckedSequence<TableModel> {
  #tip: Node | undefined;

  constructor(model: TableModel, tip: Node | undefined, logits: Float32Array | undefined) {
    super(model, logits);
    this.#tip = tip;
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

  protected held(): number {
    return this.#tip === undefined ? 0 : this.#tip.length;
  }

  protected cut(length: number): void {
    let tip = this.#tip;
    while (tip !== undefined && tip.length > length) tip = tip.before;
    this.#tip = tip;
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new TableSequence(this.model, this.#tip, logits);
  }

  protected release(): void {
    this.#tip = undefined;
  }

  #read(token: number): Row {
    const before = this.#tip;
    const length = before === undefined ? 1 : before.length + 1;
    this.#tip = { token, before, length };
    const row = this.model.rowAfter(this.#tip);
    this.accept(row.logitRows);
    return row;
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
      return Promise.resolve(new TableSequence(this, tip, this.rowAfter(tip).logits));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendOneByOne(this, sequences, tokens, TableSequence);
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
