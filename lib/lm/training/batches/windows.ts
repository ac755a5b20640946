/**
 * Cuts documents into the fixed-length windows that a model is trained on: each begins with the
 * begin-of-text token and, where possible, at the start of a sentence.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import type { CorpusDocument } from "../../corpora/corpus.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** A document as token ids: each sentence ends with a line break, the document with the end token. */
export interface TokenDocument {
  name: string;
  tokens: Int32Array;
  /** Where each sentence begins, ascending, the first at 0. */
  starts: number[];
  /** Set where the document is one window as it stands ({@linkcode packRecords}). */
  packed?: true;
}

/** Encodes a document. */
export function tokenDocument(tokenizer: Tokenizer, document: CorpusDocument): TokenDocument {
  if (tokenizer.eos === undefined) throw new TypeError("tokenDocument: the tokenizer has no eos");
  const tokens: number[] = [];
  const starts: number[] = [];
  for (const sentence of document.sentences) {
    starts.push(tokens.length);
    for (const token of tokenizer.encode(`${sentence}\n`)) tokens.push(token);
  }
  tokens.push(tokenizer.eos);
  return { name: document.name, tokens: Int32Array.from(tokens), starts };
}

/** How many windows are filled at the same time. */
const OPEN_WINDOWS = 32;

/**
 * Puts whole records into windows of at most `length` tokens, so that none is cut: each goes into the
 * fullest open window that has room. Deterministic; the order of the records decides.
 *
 * @throws {RangeError} for a record longer than a window.
 */
export function packRecords(records: readonly TokenDocument[], length: number): TokenDocument[] {
  const done: TokenDocument[][] = [];
  const open: { size: number; records: TokenDocument[] }[] = [];
  for (const record of records) {
    const size = record.tokens.length;
    if (size > length) {
      throw new RangeError(
        `packRecords: got ${record.name} of ${size} tokens, expected at most ${length}`,
      );
    }
    const room = open.filter((window) => window.size + size <= length);
    let window = room.reduce<typeof open[0] | undefined>(
      (best, one) => best === undefined || one.size > best.size ? one : best,
      undefined,
    );
    if (window === undefined) {
      if (open.length === OPEN_WINDOWS) {
        // The fullest goes: it has the least chance of taking one more.
        open.sort((a, b) => b.size - a.size);
        done.push(open.shift()!.records);
      }
      open.push(window = { size: 0, records: [] });
    }
    window.size += size;
    window.records.push(record);
  }
  return [...done, ...open.map(({ records }) => records)].map((records, at) => {
    const tokens = new Int32Array(records.reduce((sum, record) => sum + record.tokens.length, 0));
    const starts: number[] = [];
    let filled = 0;
    for (const record of records) {
      starts.push(filled);
      tokens.set(record.tokens, filled);
      filled += record.tokens.length;
    }
    return { name: `window ${at}`, tokens, starts, packed: true };
  });
}

/** A window: the `length` tokens of `document` from `start` on are predicted. */
export interface Window {
  document: number;
  start: number;
}

/**
 * The windows of one epoch in random order. Together they predict every token at least once: a window
 * begins with the sentence that the one before it cut. The first cut of each document is random, so
 * epochs differ. Fixed by `seed` and `epoch`.
 */
export function epochWindows(
  documents: readonly TokenDocument[],
  length: number,
  seed: number,
  epoch: number,
): Window[] {
  const random = stream(seed, "windows", epoch);
  const windows: Window[] = [];
  documents.forEach((document, index) => {
    for (const start of windowStarts(document, length, random)) {
      windows.push({ document: index, start });
    }
  });
  return random.shuffle(windows);
}

function windowStarts(document: TokenDocument, length: number, random: Random): number[] {
  if (document.packed === true) return [0];
  const starts = [0];
  let start = 0;
  let covered = 1 + random.integer(length);
  while (covered < document.tokens.length) {
    start = sentenceBefore(document.starts, covered, start);
    starts.push(start);
    covered = start + length;
  }
  return starts;
}

/** The last sentence start in `(after, position]`, or `position` when a sentence is longer than that. */
export function sentenceBefore(starts: readonly number[], position: number, after: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  const found = low === 0 ? -1 : starts[low - 1]!;
  return found > after ? found : position;
}

/** Inputs, targets and weights of a batch, each row-major `[rows, length]`. */
export interface Batch {
  /** Texts. */
  rows: number;
  /** Tokens of each. */
  length: number;
  /** What each text's token is predicted from: the text behind a begin-of-text token. */
  tokens: Int32Array;
  /** The token after each of `tokens`. */
  targets: Int32Array;
  /** 1 where a token is predicted, 0 behind the end (and in a prompt, where there is one). */
  weights: Float32Array;
}

/** Lays windows out as arrays; `bos` comes before the first token of each. */
export function batchOf(
  documents: readonly TokenDocument[],
  windows: readonly Window[],
  length: number,
  bos: number,
): Batch {
  const tokens = new Int32Array(windows.length * length).fill(bos);
  const targets = new Int32Array(windows.length * length).fill(bos);
  const weights = new Float32Array(windows.length * length);
  windows.forEach(({ document, start }, row) => {
    const source = documents[document]!.tokens;
    const count = Math.min(length, source.length - start);
    targets.set(source.subarray(start, start + count), row * length);
    tokens.set(source.subarray(start, start + Math.min(count, length - 1)), row * length + 1);
    weights.fill(1, row * length, row * length + count);
  });
  return { rows: windows.length, length, tokens, targets, weights };
}
