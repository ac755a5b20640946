/**
 * The words of one sentence of a description, with a cursor.
 *
 * @module
 */
import { LEADING_WORDS } from "./phrases.ts";

/** Thrown where a sentence is not of the form that `describe` writes. */
export class NotADescription extends Error {
  override readonly name = "NotADescription";
}
/** Words of one sentence, read from left to right. */
export class WordReader {
  readonly #words: string[];
  #next = 0;

  /** @param sentence without its number and its final period */
  constructor(sentence: string) {
    this.#words = sentence.match(/"(?:\\[^]|[^"\\])*"|\\\S+|[,;:]|[^\s,;:"]+/g) ?? [];
  }

  /** Whether the next words are these; if so they are read. */
  take(...words: string[]): boolean {
    if (!this.ahead(...words)) return false;
    this.#next += words.length;
    return true;
  }

  /** Whether the next words are these. */
  ahead(...words: string[]): boolean {
    return words.every((word, at) => this.#words[this.#next + at] === word);
  }

  /** Reads exactly these words. @throws {NotADescription} */
  expect(...words: string[]): void {
    if (!this.take(...words)) throw this.wrong(`"${words.join(" ")}"`);
  }

  /** Any one word. @throws {NotADescription} at the end of the sentence */
  word(): string {
    const word = this.#words[this.#next++];
    if (word === undefined) throw this.wrong("another word");
    return word;
  }

  get done(): boolean {
    return this.#next >= this.#words.length;
  }

  wrong(expected: string): NotADescription {
    const got = this.#words.slice(this.#next, this.#next + 4).join(" ");
    return new NotADescription(`got "${got}", expected ${expected}`);
  }

  /** A name; `\the` is the name `the`. */
  name(): string {
    const word = this.word();
    return word.startsWith("\\") && LEADING_WORDS.has(word.slice(1)) ? word.slice(1) : word;
  }

  /** A whole number. */
  count(): number {
    const word = this.word();
    if (!/^\d+$/.test(word)) throw this.wrong(`a number instead of "${word}"`);
    return Number(word);
  }
}
