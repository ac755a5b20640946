/**
 * Byte-pair encoding learned from text (Sennrich et al., 2016; on bytes as in GPT-2), written as a
 * Hugging Face `tokenizer.json`. Deterministic: the same text gives the same file.
 *
 * @module
 */
import { BYTE_CHARACTERS, CODE_PIECES, PIECES, toByteCharacters } from "./byte_level.ts";

/** What the trainer returns: the two files of a Hugging Face tokenizer, as values. */
export interface TokenizerFiles {
  /** `tokenizer.json` */
  tokenizer: TokenizerJson;
  /** `tokenizer_config.json` */
  config: TokenizerConfigJson;
}

/** The byte alphabet; `use_regex` cuts text as GPT-2 does. */
interface ByteLevel {
  type: "ByteLevel";
  add_prefix_space: boolean;
  trim_offsets: boolean;
  use_regex: boolean;
}

/** The parts of `tokenizer.json` that a byte-level BPE uses. */
export interface TokenizerJson {
  version: "1.0";
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: boolean;
    lstrip: boolean;
    rstrip: boolean;
    normalized: boolean;
    special: boolean;
  }[];
  normalizer: null;
  pre_tokenizer: ByteLevel | {
    type: "Sequence";
    pretokenizers: [
      { type: "Split"; pattern: { Regex: string }; behavior: "Isolated"; invert: false },
      ByteLevel,
    ];
  };
  post_processor: null;
  decoder: ByteLevel;
  model: {
    type: "BPE";
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: boolean;
    byte_fallback: boolean;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

/** The parts of `tokenizer_config.json` that matter here. */
export interface TokenizerConfigJson {
  tokenizer_class: string;
  add_prefix_space: boolean;
  clean_up_tokenization_spaces: boolean;
  bos_token: string;
  eos_token: string;
  model_max_length: number;
}

/** The default special token: it begins and ends every text. */
export const END_OF_TEXT = "<|end|>";

/**
 * Learns a byte-level BPE of `vocabSize` tokens: token 0 is `special`, 1 … 256 are the bytes, the rest
 * are merges in the order they were learned. The next merge is the most frequent adjacent pair; among
 * equals the pair of smaller ids. Learning stops early when no pair occurs twice.
 *
 * @param options.pieces what merges never cross: GPT-2's words (the default), or those of code.
 * @throws {RangeError} when `vocabSize` has no room for the bytes and the special token.
 */
export function trainBpe(
  texts: Iterable<string>,
  options: {
    vocabSize: number;
    contextLength: number;
    special?: string;
    pieces?: "words" | "code";
  },
): TokenizerFiles {
  const { vocabSize, contextLength, special = END_OF_TEXT, pieces = "words" } = options;
  if (!Number.isInteger(vocabSize) || vocabSize < 257) {
    throw new RangeError(
      `trainBpe: got vocabSize ${vocabSize}, expected a whole number of at least 257`,
    );
  }
  const tokens = [special, ...BYTE_CHARACTERS];
  const words = countWords(texts, pieces === "code" ? CODE_PIECES : PIECES);
  const pairs = new PairCounts(words);
  const merges: [string, string][] = [];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  while (tokens.length < vocabSize) {
    const best = pairs.best();
    if (best === undefined) break;
    const token = tokens[best.left]! + tokens[best.right]!;
    // Two pairs can spell the same token ("a"+"bc", "ab"+"c"): both merges lead to one id.
    const id = idOf.get(token) ?? tokens.length;
    if (id === tokens.length) {
      idOf.set(token, id);
      tokens.push(token);
    }
    merges.push([tokens[best.left]!, tokens[best.right]!]);
    pairs.merge(best.left, best.right, id);
  }
  return tokenizerFiles(tokens, merges, { special, contextLength, pieces });
}

/** A distinct piece of the text, as token ids, and how often it occurs. */
interface Word {
  ids: number[];
  count: number;
}

function countWords(texts: Iterable<string>, pieces: RegExp): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const idOf = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte + 1]));
  return [...counts].map(([piece, count]) => ({
    ids: Array.from(toByteCharacters(piece), (character) => idOf.get(character)!),
    count,
  }));
}

/** Pairs are keyed by one number, which keeps the inner loop free of strings. */
const BASE = 1 << 20;

/** How often each adjacent pair occurs, kept up to date while pairs are merged. */
class PairCounts {
  readonly #words: Word[];
  readonly #counts = new Map<number, number>();
  /** The words in which a pair occurs, or has occurred. */
  readonly #places = new Map<number, Set<number>>();

  constructor(words: Word[]) {
    this.#words = words;
    words.forEach((word, index) => this.#add(word, index, 1));
  }

  /** The most frequent pair that occurs at least twice; of equals the smallest ids. */
  best(): { left: number; right: number } | undefined {
    let bestKey = -1;
    let bestCount = 1;
    for (const [key, count] of this.#counts) {
      if (count > bestCount || (count === bestCount && bestKey >= 0 && key < bestKey)) {
        bestKey = key;
        bestCount = count;
      }
    }
    if (bestKey < 0) return undefined;
    return { left: Math.floor(bestKey / BASE), right: bestKey % BASE };
  }

  merge(left: number, right: number, merged: number): void {
    const key = left * BASE + right;
    for (const index of this.#places.get(key) ?? []) {
      const word = this.#words[index]!;
      this.#add(word, index, -1);
      const ids: number[] = [];
      for (let i = 0; i < word.ids.length; i++) {
        if (word.ids[i] === left && word.ids[i + 1] === right) {
          ids.push(merged);
          i++;
        } else {
          ids.push(word.ids[i]!);
        }
      }
      word.ids = ids;
      this.#add(word, index, 1);
    }
    this.#places.delete(key);
  }

  #add(word: Word, index: number, sign: number): void {
    for (let i = 0; i + 1 < word.ids.length; i++) {
      const key = word.ids[i]! * BASE + word.ids[i + 1]!;
      const count = (this.#counts.get(key) ?? 0) + sign * word.count;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
      if (sign > 0) {
        let places = this.#places.get(key);
        if (places === undefined) this.#places.set(key, places = new Set());
        places.add(index);
      }
    }
  }
}

function tokenizerFiles(
  tokens: string[],
  merges: [string, string][],
  { special, contextLength, pieces }: {
    special: string;
    contextLength: number;
    pieces: "words" | "code";
  },
): TokenizerFiles {
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  } as const;
  const split = {
    type: "Split",
    pattern: { Regex: CODE_PIECES.source },
    behavior: "Isolated",
    invert: false,
  } as const;
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [{
        id: 0,
        content: special,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      }],
      normalizer: null,
      // Code is cut by its own pattern first; the byte level must not cut it again.
      pre_tokenizer: pieces === "words" ? byteLevel : {
        type: "Sequence",
        pretokenizers: [split, { ...byteLevel, use_regex: false }],
      },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      bos_token: special,
      eos_token: special,
      model_max_length: contextLength,
    },
  };
}
