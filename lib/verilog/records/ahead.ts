/**
 * Files whose records are made before it is their turn: while the tools look at the last mutants of one file, the next
 * files are begun, so that no process of Yosys waits. What is written keeps the order of the files.
 *
 * @module
 */
import { fingerprint } from "../tokens/fingerprint.ts";
import type { FileNotes } from "./flows.ts";
import type { AugmentedRecord } from "./record.ts";
import type { SourceFile } from "./sources.ts";

/** A file whose turn it is. */
export interface FileTurn {
  entry: SourceFile;
  /** The same for files that differ in names and layout alone; absent for a file that cannot be read. */
  print?: string;
  /** Makes the records of a file that was read, or goes on with what was begun. */
  records(): AsyncGenerator<AugmentedRecord>;
  notes: FileNotes;
}

/** What is under way of a file. */
interface Open extends FileTurn {
  begun: Ahead<AugmentedRecord> | undefined;
}

/** Records of one file that may wait for their turn: all completions of a large file would fill the memory. */
const MOST_WAITING = 200;

/** How files become records. */
export interface FileQueue {
  files: AsyncIterable<SourceFile>;
  /** Files under way at a time. */
  atOnce: number;
  make: (file: SourceFile & { text: string }, notes: FileNotes) => AsyncGenerator<AugmentedRecord>;
  emptyNotes: () => FileNotes;
  /** Fingerprints of files that were done; a file that has one of these is not begun. */
  seen: ReadonlySet<string>;
}

/** The files in their order. What is under way stops when the reader leaves. */
export async function* filesAhead(
  { files, atOnce, make, emptyNotes, seen }: FileQueue,
): AsyncGenerator<FileTurn> {
  const open: Open[] = [];
  const begin = (entry: SourceFile): Open => {
    const notes = emptyNotes();
    if (!("text" in entry)) return { entry, notes, begun: undefined, records: nothing };
    const print = fingerprint(entry.text);
    // One like it may be done when its turn comes.
    const waits = seen.has(print) || open.some((other) => other.print === print);
    const begun = waits || atOnce === 1 ? undefined : new Ahead(make(entry, notes), MOST_WAITING);
    return { entry, print, notes, begun, records: () => begun?.values() ?? make(entry, notes) };
  };
  try {
    for await (const entry of files) {
      open.push(begin(entry));
      if (open.length < atOnce) continue;
      yield open[0]!;
      open.shift();
    }
    while (open.length > 0) {
      yield open[0]!;
      open.shift();
    }
  } finally {
    for (const { begun } of open) begun?.stop();
  }
}

async function* nothing(): AsyncGenerator<never> {}

/** Values of a generator, made before they are asked for; so many wait at most. */
class Ahead<T> {
  readonly #ready: ({ value: T } | { error: unknown } | { done: true })[] = [];
  readonly #most: number;
  #stopped = false;
  #changed = Promise.withResolvers<void>();

  constructor(values: AsyncGenerator<T>, most: number) {
    this.#most = most;
    this.#fill(values);
  }

  async #fill(values: AsyncGenerator<T>): Promise<void> {
    try {
      for await (const value of values) {
        this.#ready.push({ value });
        this.#tell();
        while (this.#ready.length >= this.#most && !this.#stopped) await this.#changed.promise;
        if (this.#stopped) return;
      }
      this.#ready.push({ done: true });
    } catch (error) {
      this.#ready.push({ error });
    }
    this.#tell();
  }

  /** Wakes the side that waits for the other. */
  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async *values(): AsyncGenerator<T> {
    while (true) {
      const next = this.#ready.shift();
      if (next === undefined) {
        await this.#changed.promise;
        continue;
      }
      this.#tell();
      if ("error" in next) throw next.error;
      if ("done" in next) return;
      yield next.value;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#tell();
  }
}
