/**
 * Text to token ids and back, by a Hugging Face `tokenizer.json`.
 *
 * @module
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { Tokens } from "../interface/language_model.ts";

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
  /** The token that begins a text, where the tokenizer names one. */
  readonly bos: number | undefined;
  /** The token that ends a text, where the tokenizer names one. */
  readonly eos: number | undefined;
  readonly #whole: HuggingFaceTokenizer;
  /** The same without special tokens, so that text which spells one stays text. */
  readonly #plain: HuggingFaceTokenizer;

  /**
   * @param tokenizer the value of a `tokenizer.json`
   * @param config the value of a `tokenizer_config.json`
   * @throws {UserError} when the values are no tokenizer.
   */
  constructor(tokenizer: object, config: object, where = "tokenizer.json") {
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
      this.vocabSize = 1 + Math.max(...this.#whole.get_vocab(true).values());
    } catch (error) {
      throw new UserError({
        what: where,
        got: messageOf(error),
        expected: "a Hugging Face tokenizer.json",
      });
    }
    this.special = new Map(added.map((token) => [token.content, token.id]));
    const named = (key: string): number | undefined => {
      const value = (config as Record<string, unknown>)[key];
      const content = typeof value === "string"
        ? value
        : (value as { content?: string } | null | undefined)?.content;
      return content === undefined ? undefined : this.#whole.token_to_id(content);
    };
    this.bos = named("bos_token");
    this.eos = named("eos_token");
  }

  /**
   * The token ids of `text`. What spells a special token is text, unless `special` is true. Nothing is
   * put in front or behind.
   *
   * @throws {RangeError} when `text` has lone surrogates, which no bytes stand for.
   */
  encode(text: string, options: { special?: boolean } = {}): number[] {
    if (!text.isWellFormed()) {
      throw new RangeError(
        "encode: got a text with a lone surrogate, expected well-formed Unicode",
      );
    }
    if (text === "") return [];
    const tokenizer = options.special ? this.#whole : this.#plain;
    return [...tokenizer.encode(text, { add_special_tokens: false }).ids];
  }

  /**
   * The text of token ids, special tokens included as they are spelt. Bytes that are no UTF-8 (a
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
 * @throws {UserError} when `tokenizer.json` is missing, not JSON, or not a tokenizer.
 */
export async function loadTokenizer(folder: URL): Promise<Tokenizer> {
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
  return new Tokenizer(tokenizer, config, decodeURIComponent(file.pathname));
}

async function readJson(file: URL): Promise<object | undefined> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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
