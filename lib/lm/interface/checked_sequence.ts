/**
 * The part of a sequence that is the same in every model: whether it is closed, which logits are available, and
 * the checks before it is cut or branched.
 *
 * @module
 */
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "./language_model.ts";
import { checkTruncation, closedError, staleError } from "./sequence_checks.ts";

/**
 * A sequence without its cache. A model's own class says how many tokens it holds, how it reads more, how it is
 * cut, branched and freed; it is asked for none of this once the sequence is closed.
 */
export abstract class CheckedSequence<Model extends LanguageModel = LanguageModel>
  implements Sequence {
  readonly model: Model;
  #logits: Float32Array | undefined;
  #closed = false;

  constructor(model: Model, logits?: Float32Array) {
    this.model = model;
    this.#logits = logits;
  }

  /** Tokens held, without a begin-of-text token in front. */
  protected abstract held(): number;
  /** Drops all but the first `length` tokens, a length that is there. */
  protected abstract cut(length: number): void;
  /** A copy that goes on from `logits`, undefined after a cut. */
  protected abstract branch(logits: Float32Array | undefined): Sequence;
  /** Frees what the sequence holds; called once. */
  protected abstract release(): void;

  abstract extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult>;

  get length(): number {
    this.ensureOpen();
    return this.held();
  }

  get logits(): Float32Array {
    this.ensureOpen();
    if (this.#logits === undefined) throw staleError(this.model);
    return this.#logits;
  }

  /** Takes the logits of the next token from the rows of a pass; none are taken from a pass without rows. */
  accept(rows: readonly Float32Array[]): void {
    this.ensureOpen();
    const last = rows.at(-1);
    if (last !== undefined) this.#logits = last;
  }

  truncate(length: number): void {
    checkTruncation(this.model, this.length, length);
    this.cut(length);
    this.#logits = undefined;
  }

  fork(): Sequence {
    this.ensureOpen();
    return this.branch(this.#logits);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#logits = undefined;
    this.release();
  }

  /** @throws {Error} once the sequence is closed. */
  protected ensureOpen(): void {
    if (this.#closed) throw closedError(this.model);
  }
}

/** A row by itself: a copy where it is part of a larger array, which it would keep in memory. */
export function ownRow(row: Float32Array): Float32Array {
  return row.byteLength < row.buffer.byteLength ? row.slice() : row;
}
