/**
 * Text to token ids and back, by a Hugging Face `tokenizer.json`.
 *
 * @module
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { ifThere, readText } from "offprint/files.ts";
import type { Tokens } from "../interface/language_model.ts";
import { namedToken, templateStart } from "./begin_and_end.ts";
import { checkTokenizer } from "./tokenizer_values.ts";
import {
  byteTokens,
  insideWord,
  lacksByteFallback,
  wholeWordTokens,
} from "./unknown_characters.ts";

/** What a `tokenizer.json` says about a special token. */
interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
}

/** A tokenizer. Load one with {@linkcode loadTokenizer} or build it from values. */
export class Tokenizer {
  /** Number of ids; every id is below it. */
  readonly vocabSize: number;
  /** The ids of special tokens, by their text. */
  readonly special: ReadonlyMap<string, number>;
  /** The token that begins a text, where the tokenizer names one or its template puts one in front. */
  readonly bos: number | undefined;
  /** The token that ends a text, where the tokenizer names one. */
  readonly eos: number | undefined;
  /** All tokens that end a text: `eos`, and others that the model's own configuration lists. */
  readonly ends: readonly number[];
  /**
   * Whether models of this tokenizer read the begin-of-text token in front of every text: as
   * `add_bos_token` says, or else as the template does.
   */
  readonly addsBos: boolean;
  readonly #whole: HuggingFaceTokenizer;
  /** The same without special tokens, so that text which spells one stays text. */
  readonly #plain: HuggingFaceTokenizer;
  readonly #bytes: boolean;
  /** Added tokens that are whole words only: of both tokenizers. */
  readonly #words: { whole: readonly string[]; plain: readonly string[] };

  /**
   * @param tokenizer the value of a `tokenizer.json`
   * @param config the value of a `tokenizer_config.json`
   * @param ends end tokens that the model's configuration lists beside the tokenizer's own
   * @throws {UserError} when the values are no tokenizer.
   */
  constructor(
    tokenizer: object,
    config: object,
    where = "tokenizer.json",
    ends: readonly number[] = [],
  ) {
    checkTokenizer(where, tokenizer);
    // Cleaning up spaces would turn " ," into ",": decoding must give back what was encoded.
    const exact = { ...config, clean_up_tokenization_spaces: false };
    const added = ((tokenizer as { added_tokens?: AddedToken[] }).added_tokens ?? [])
      .filter((token) => token.special ?? true);
    try {
      this.#whole = new HuggingFaceTokenizer(tokenizer, exact);
      const plain = {
        ...tokenizer,
        added_tokens: ((tokenizer as { added_tokens?: AddedToken[] }).added_tokens ?? [])
          .filter((token) => !(token.special ?? true)),
      };
      this.#plain = new HuggingFaceTokenizer(plain, exact);
      let largest = -1;
      for (const id of this.#whole.get_vocab(true).values()) largest = Math.max(largest, id);
      this.vocabSize = 1 + largest;
      this.#bytes = lacksByteFallback(tokenizer);
      this.#words = { whole: wholeWordTokens(tokenizer), plain: wholeWordTokens(plain) };
    } catch (error) {
      throw new UserError({
        what: where,
        got: messageOf(error),
        expected: "a Hugging Face tokenizer.json",
      });
    }
    this.special = new Map(added.map((token) => [token.content, token.id]));
    const named = (key: string): number | undefined => {
      const content = namedToken(config, key);
      return content === undefined ? undefined : this.#whole.token_to_id(content);
    };
    const start = templateStart(tokenizer);
    const flag = (config as { add_bos_token?: unknown }).add_bos_token;
    this.bos = start ?? named("bos_token");
    this.addsBos = this.bos !== undefined &&
      (typeof flag === "boolean" ? flag : start !== undefined);
    this.eos = named("eos_token");
    this.ends = [...new Set([...(this.eos === undefined ? [] : [this.eos]), ...ends])];
  }

  /**
   * The token ids of `text`. What spells a special token is text, unless `special` is true. Nothing is
   * put in front or behind.
   *
   * @throws {RangeError} when `text` has lone surrogates, which no bytes stand for; has a character that the
   * tokenizer has neither a token nor an unknown token for; or has an added token inside a word that stands for
   * whole words only.
   */
  encode(text: string, options: { special?: boolean } = {}): number[] {
    if (!text.isWellFormed()) {
      throw new RangeError(
        "encode: got a text with a lone surrogate, expected well-formed Unicode",
      );
    }
    if (text === "") return [];
    const tokenizer = options.special ? this.#whole : this.#plain;
    const words = options.special ? this.#words.whole : this.#words.plain;
    if (words.length > 0) {
      const inside = insideWord(text, words) ??
        insideWord(tokenizer.normalizer?.(text) ?? "", words);
      if (inside !== undefined) {
        throw new RangeError(
          `encode: got ${JSON.stringify(inside)} inside a word, expected it as a word of its own ` +
            "(the tokenizer says single_word, which is not supported inside words)",
        );
      }
    }
    const { ids, tokens } = encoded(tokenizer, text);
    if (!this.#bytes) return checkedIds(ids, tokens);
    const idOf = (token: string): number | undefined => this.#whole.token_to_id(token);
    return checkedIds(
      ids.flatMap((id, i) => {
        const token = tokens[i]!;
        return idOf(token) === undefined ? byteTokens(token, idOf) ?? [id] : [id];
      }),
      tokens,
    );
  }

  /**
   * The text of token ids, special tokens included as they are spelt. Bytes that are not UTF-8 (a
   * character cut in two) become U+FFFD.
   *
   * @throws {RangeError} for an id outside the vocabulary.
   */
  decode(tokens: Tokens): string {
    for (const token of tokens) this.tokenText(token);
    if (tokens.length === 0) return "";
    return this.#whole.decode([...tokens], { skip_special_tokens: false });
  }

  /**
   * How the vocabulary writes a token (in GPT-2's byte alphabet, for byte-level tokenizers).
   *
   * @throws {RangeError} for an id outside the vocabulary.
   */
  tokenText(token: number): string {
    const text = this.#whole.id_to_token(token);
    if (text === undefined) {
      throw new RangeError(`token ${token} is not in the vocabulary of ${this.vocabSize}`);
    }
    return text;
  }
}

/**
 * Loads `tokenizer.json` and `tokenizer_config.json` (which may be missing) from a folder.
 *
 * @param folder ends with a slash.
 * @param ends end tokens that the model's configuration lists beside the tokenizer's own.
 * @throws {UserError} when `tokenizer.json` is missing, not JSON, or not a tokenizer.
 */
export async function loadTokenizer(
  folder: URL,
  ends: readonly number[] = [],
): Promise<Tokenizer> {
  const file = new URL("tokenizer.json", folder);
  const tokenizer = await readJson(file);
  if (tokenizer === undefined) {
    throw new UserError({
      what: decodeURIComponent(file.pathname),
      got: new Described("no such file"),
      expected: "a Hugging Face tokenizer.json",
    });
  }
  const config = await readJson(new URL("tokenizer_config.json", folder)) ?? {};
  return new Tokenizer(tokenizer, config, decodeURIComponent(file.pathname), ends);
}

/** The library spreads the tokens of a piece over the stack, which some hundred thousand of them overflow. */
function encoded(
  tokenizer: HuggingFaceTokenizer,
  text: string,
): { ids: number[]; tokens: string[] } {
  try {
    return tokenizer.encode(text, { add_special_tokens: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(
      `encode: got a text of ${text.length} characters with a piece that is too long for the ` +
        "tokenizer's library, expected shorter ones (cut the text at its lines)",
      { cause: error },
    );
  }
}

/** The ids, once each of them is one: without an unknown token, an unknown piece has none. */
function checkedIds(ids: readonly (number | undefined)[], tokens: readonly string[]): number[] {
  const unknown = ids.findIndex((id) => !Number.isInteger(id));
  if (unknown >= 0) {
    throw new RangeError(
      `encode: got ${JSON.stringify(tokens[unknown])}, for which the tokenizer has no token`,
    );
  }
  return ids as number[];
}

async function readJson(file: URL): Promise<object | undefined> {
  const text = await ifThere(readText(file));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // falls through to the one message
  }
  throw new UserError({
    what: decodeURIComponent(file.pathname),
    got: text.slice(0, 40),
    expected: "an object in JSON",
  });
}
