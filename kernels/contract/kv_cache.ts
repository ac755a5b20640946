/**
 * KV4: the memory of attention. Complete groups of tokens are kept as 4-bit codes, the group being
 * filled as 16-bit floats.
 *
 * @module
 */
import { checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";
import { KvLayout, type KvShape } from "./kv_layout.ts";

/** Tokens the tip must be beyond the end of a group before its 16-bit floats are given up. */
export const ROLLBACK_TOKENS = 64;

/**
 * Where the contents of a cache are when they are not in the memory of the process: on a GPU. There a
 * group's arrays are empty, and only say which group is meant.
 */
export interface KvHome {
  /** Copies the 16-bit floats of a group. */
  copy(from: Uint16Array, to: Uint16Array): void;
}

/** A group's memory in one of its two forms, shared between branches of a text. */
interface Shared<T> {
  memory: T;
  users: number;
}
type Packed = Shared<Uint8Array>;
type Recent = Shared<Uint16Array>;

/**
 * Memory for the keys and values of any number of growing texts. It only keeps the books; the cores
 * `kvAppend` and `kvAttend` fill and read it.
 *
 * **The position rule.** A query at position p reads group g from its codes if and only if the group
 * ends at or before p, and from 16-bit floats otherwise. So what is computed depends on the tokens
 * alone, not on how many arrived in one pass. The 16-bit floats of a group are kept until the text
 * is {@linkcode ROLLBACK_TOKENS} tokens beyond its end, so that it can be rolled back into the group.
 *
 * @example One pass over one layer.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { KvCache, openKernels } from "kernels/mod.ts";
 *
 * const kernels = await openKernels({ backend: "reference" });
 * const cache = new KvCache({ layers: 1, kvHeads: 1, headDim: 8, groupSize: 32 });
 * const text = cache.open();
 * const pass = cache.begin([{ text, tokens: 2 }]);
 * const k = new Float32Array(16), v = new Float32Array(16).fill(3), q = new Float32Array(16);
 * await kernels.kvAppend(pass, 0, k, v);
 * const out = await kernels.kvAttend(pass, 0, q, 1);
 * pass.commit();
 * assertEquals([out[0], text.length], [3, 2]);
 * ```
 */
export class KvCache {
  /** Sizes of its records. */
  readonly layout: KvLayout;
  #home: KvHome | "process" | undefined;
  #packed = new Store(() => new Uint8Array(this.#records * this.layout.packedRecord));
  #recent = new Store(() => new Uint16Array(this.#records * this.layout.recentRecord));

  /** @throws {KernelError} when a size is not allowed. */
  /** An empty cache; see `KvShape` for the sizes and what is refused. */
  constructor(shape: KvShape) {
    this.layout = new KvLayout(shape);
  }

  /** An empty text. */
  open(): KvText {
    return new KvText(this, this.#packed, this.#recent);
  }

  /**
   * Makes room for a forward pass that extends each text by some tokens.
   *
   * @throws {KernelError} when a text is closed, belongs to another cache or is given twice.
   */
  begin(extensions: readonly { text: KvText; tokens: number }[]): KvPass {
    return new KvPass(this.layout, this, extensions);
  }

  /** Where the contents are; undefined until a core has filled or read the cache. */
  get home(): KvHome | "process" | undefined {
    return this.#home;
  }

  /**
   * Settles where the contents are: for good, with the first core that fills or reads them.
   *
   * @throws {KernelError} naming the caller, when they are elsewhere.
   */
  settle(what: string, home: KvHome | "process"): void {
    this.#home ??= home;
    if (this.#home === home) return;
    throw new KernelError({
      what,
      got: this.#home === "process"
        ? "a cache whose contents are in the memory of the process"
        : "a cache whose contents are on a GPU",
      expected: "one that these kernels have filled from the start",
      todo: "Open a cache for each kernels.",
    });
  }

  /** Copies 16-bit floats from group to group, wherever they are. */
  copy(from: Uint16Array, to: Uint16Array): void {
    if (this.#home === undefined || this.#home === "process") to.set(from);
    else this.#home.copy(from, to);
  }

  /** Records of a new group in the memory of the process. */
  get #records(): number {
    return typeof this.#home === "object" ? 0 : this.layout.records;
  }

  /** Bytes of complete groups and of 16-bit floats now in use. */
  get bytes(): { packed: number; recent: number } {
    return {
      packed: this.#packed.inUse * this.layout.packedRecord * this.layout.records,
      recent: this.#recent.inUse * this.layout.recentRecord * this.layout.records * 2,
    };
  }
}

/** Hands out equal pieces of memory and takes them back for the next who asks. */
class Store<T> {
  inUse = 0;
  #make: () => T;
  #free: T[] = [];

  constructor(make: () => T) {
    this.#make = make;
  }

  take(): Shared<T> {
    this.inUse++;
    return { memory: this.#free.pop() ?? this.#make(), users: 1 };
  }

  release(shared: Shared<T>): void {
    if (--shared.users > 0) return;
    this.inUse--;
    this.#free.push(shared.memory);
  }
}

/** The keys and values of one growing text. */
export class KvText {
  /** The cache that keeps it. */
  readonly cache: KvCache;
  #packedStore: Store<Uint8Array>;
  #recentStore: Store<Uint16Array>;
  #length = 0;
  #closed = false;
  #changes = 0;
  /** Codes of group g, for the complete groups. */
  #packed: Packed[] = [];
  /** 16-bit floats of group g, while they are kept. */
  #recent = new Map<number, Recent>();

  /** Opened by `KvCache.open`. */
  constructor(cache: KvCache, packed: Store<Uint8Array>, recent: Store<Uint16Array>) {
    this.cache = cache;
    this.#packedStore = packed;
    this.#recentStore = recent;
  }

  /** Tokens whose keys and values are stored. */
  get length(): number {
    return this.#length;
  }

  /** How often this text has changed, so that a pass can tell whether it is still about it. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Rolls back to the first `length` tokens.
   *
   * @throws {KernelError} when `length` exceeds the present length, or lies inside a group whose
   * 16-bit floats have been given up.
   */
  truncate(length: number): void {
    this.#check("truncate");
    checkWhole("truncate: length", length, 0, this.#length);
    const { groupSize } = this.cache.layout;
    if (length % groupSize !== 0 && !this.#recent.has(Math.floor(length / groupSize))) {
      throw new KernelError({
        what: "truncate: length",
        got: length,
        expected: `a start of a group of ${groupSize} tokens, or a length at most ` +
          `${ROLLBACK_TOKENS} tokens before the furthest this text has been`,
      });
    }
    this.#length = length;
    this.#drop();
  }

  /** A branch: an independent text of the same tokens. Complete groups are shared, not copied. */
  fork(): KvText {
    this.#check("fork");
    this.#drop();
    const branch = new KvText(this.cache, this.#packedStore, this.#recentStore);
    branch.#length = this.#length;
    branch.#packed = [...this.#packed];
    branch.#recent = new Map(this.#recent);
    for (const shared of [...branch.#packed, ...branch.#recent.values()]) shared.users++;
    return branch;
  }

  /** Gives the memory back. */
  close(): void {
    if (this.#closed) return;
    this.#length = 0;
    this.#drop();
    this.#closed = true;
  }

  /** Makes room for `tokens` more and returns the memory of each group; used by {@linkcode KvPass}. */
  reserve(tokens: number): { packed: (Uint8Array | null)[]; recent: (Uint16Array | null)[] } {
    this.#check("begin");
    this.#drop(); // what an abandoned pass has left
    const { groupSize } = this.cache.layout;
    const end = this.#length + tokens;
    for (let g = Math.floor(this.#length / groupSize); g * groupSize < end; g++) {
      const kept = this.#recent.get(g);
      if (kept === undefined) this.#recent.set(g, this.#recentStore.take());
      else if (kept.users > 1) { // shared with a branch: write to a copy
        const copy = this.#recentStore.take();
        this.cache.copy(kept.memory, copy.memory);
        this.#recentStore.release(kept);
        this.#recent.set(g, copy);
      }
      if ((g + 1) * groupSize <= end) this.#packed[g] = this.#packedStore.take();
    }
    const groups = Math.ceil(end / groupSize);
    return {
      packed: Array.from({ length: groups }, (_, g) => this.#packed[g]?.memory ?? null),
      recent: Array.from({ length: groups }, (_, g) => this.#recent.get(g)?.memory ?? null),
    };
  }

  /** Counts the tokens of a finished pass and gives up 16-bit floats no longer needed. */
  advance(tokens: number): void {
    this.#changes++;
    this.#length += tokens;
    const { groupSize } = this.cache.layout;
    for (const [group, recent] of this.#recent) {
      if ((group + 1) * groupSize + ROLLBACK_TOKENS > this.#length) continue;
      this.#recentStore.release(recent);
      this.#recent.delete(group);
    }
  }

  /** Gives back groups beyond the present length; passes under way are void then. */
  #drop(): void {
    this.#changes++;
    const { groupSize } = this.cache.layout;
    const complete = Math.floor(this.#length / groupSize);
    for (const packed of this.#packed.splice(complete)) this.#packedStore.release(packed);
    for (const [group, recent] of this.#recent) {
      if (group * groupSize < this.#length) continue;
      this.#recentStore.release(recent);
      this.#recent.delete(group);
    }
  }

  #check(what: string): void {
    if (!this.#closed) return;
    throw new KernelError({ what, got: "a closed text", expected: "an open one" });
  }
}

/** One text's part of a pass. */
export interface KvExtension {
  /** The text that grows. */
  readonly text: KvText;
  /** Position of the first new token. */
  readonly start: number;
  /** New tokens. */
  readonly tokens: number;
  /** Codes of each group that is complete at the end of the pass, null for the others. */
  readonly packed: readonly (Uint8Array | null)[];
  /** 16-bit floats of each group where they are kept; always for groups from `start` on. */
  readonly recent: readonly (Uint16Array | null)[];
}

/**
 * A forward pass over one or more texts: rows are the new tokens of the first text, then those of
 * the second, and so on. For each layer in turn `kvAppend` stores the rows, `kvAttend` reads; then
 * `commit`. A pass that is never committed leaves its texts as they were.
 */
export class KvPass {
  /** Sizes of the cache's records. */
  readonly layout: KvLayout;
  /** The cache that it writes to. */
  readonly cache: KvCache;
  /** The texts that grow, in the order of their rows. */
  readonly extensions: readonly KvExtension[];
  /** New tokens of all texts. */
  readonly rows: number;
  #changes: readonly number[];

  /** Begun by `KvCache.begin`. */
  constructor(
    layout: KvLayout,
    cache: KvCache,
    extensions: readonly { text: KvText; tokens: number }[],
  ) {
    const seen = new Set<KvText>();
    extensions.forEach(({ text, tokens }, i) => {
      checkWhole(`begin: extensions[${i}].tokens`, tokens, 1);
      if (text.cache === cache && !seen.has(text)) {
        seen.add(text);
        return;
      }
      throw new KernelError({
        what: `begin: extensions[${i}].text`,
        got: seen.has(text) ? "the same text twice" : "a text of another cache",
        expected: "different texts of this cache",
      });
    });
    if (extensions.length === 0) {
      throw new KernelError({ what: "begin: extensions", got: "none", expected: "at least one" });
    }
    this.layout = layout;
    this.cache = cache;
    this.extensions = extensions.map(({ text, tokens }) => ({
      text,
      start: text.length,
      tokens,
      ...text.reserve(tokens),
    }));
    this.#changes = extensions.map(({ text }) => text.changes);
    this.rows = extensions.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** The pass is done: the texts are longer now. */
  commit(): void {
    this.checkCurrent("commit");
    for (const { text, tokens } of this.extensions) text.advance(tokens);
  }

  /**
   * Refuses a pass that is committed, or whose texts have been extended, rolled back, branched or closed
   * since: the memory it knows may be another text's by now.
   *
   * @throws {KernelError} naming the caller.
   */
  checkCurrent(what: string): void {
    if (this.extensions.every(({ text }, i) => text.changes === this.#changes[i])) return;
    throw new KernelError({
      what,
      got: "a pass that is committed, or whose texts have changed since it began",
      expected: "a pass that is under way",
    });
  }
}
