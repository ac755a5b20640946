/**
 * Two corners of the Hugging Face format in which `@huggingface/tokenizers` 0.2.0 differs from the reference
 * implementation in silence: byte fallback of Unigram models, and added tokens that are whole words only.
 *
 * @module
 */

/** What is read of a `tokenizer.json`. */
interface TokenizerFile {
  model?: { type?: string; byte_fallback?: boolean };
  added_tokens?: { content: string; special?: boolean; single_word?: boolean }[];
}

/** Whether unknown characters are spelt in bytes by a model for which the library does not do it. */
export function lacksByteFallback(tokenizer: object): boolean {
  const { model } = tokenizer as TokenizerFile;
  return model?.type === "Unigram" && model.byte_fallback === true;
}

/**
 * The ids of the bytes of an unknown piece of text (`<0x41>` …), or nothing where the vocabulary lacks one of
 * them: then the whole piece stays unknown.
 */
export function byteTokens(
  piece: string,
  idOf: (token: string) => number | undefined,
): number[] | undefined {
  const ids: number[] = [];
  for (const byte of new TextEncoder().encode(piece)) {
    const id = idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

/** The added tokens that only stand for whole words. */
export function wholeWordTokens(tokenizer: object): string[] {
  return ((tokenizer as TokenizerFile).added_tokens ?? [])
    .filter(({ single_word }) => single_word === true)
    .map(({ content }) => content);
}

// Not one class in brackets: before `$`, that of V8 15.0 misses characters beyond U+FFFF.
const WORD = "(?:\\p{Alphabetic}|\\p{M}|\\p{Nd}|\\p{Pc}|\\u200c|\\u200d)";
const WORD_BEFORE = new RegExp(`${WORD}$`, "u");
const WORD_AFTER = new RegExp(`^${WORD}`, "u");

/** The first of `words` that stands inside a word of `text`, where it is not a token. */
export function insideWord(text: string, words: readonly string[]): string | undefined {
  return words.find((word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      const before = text.slice(Math.max(0, at - 2), at);
      const after = text.slice(at + word.length, at + word.length + 2);
      if (WORD_BEFORE.test(before) || WORD_AFTER.test(after)) return true;
    }
    return false;
  });
}
