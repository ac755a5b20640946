/**
 * Counts of all n-grams of a text up to an order, as a trie, with what Kneser–Ney smoothing needs: how
 * many different tokens precede and follow each n-gram.
 *
 * @module
 */
import type { Tokens } from "../interface/language_model.ts";

/** No such n-gram. */
export const NONE = -1;

/**
 * A trie of n-grams. A node is the n-gram on the path from the root (node 0, the empty n-gram).
 */
export class NgramCounts {
  readonly order: number;
  readonly vocabSize: number;
  readonly bos: number;
  /** How often each node's n-gram occurs. */
  readonly raw: Int32Array;
  /** How many different tokens occur right before each node's n-gram. */
  readonly preceded: Int32Array;
  /** Length of each node's n-gram. */
  readonly depth: Uint8Array;
  /** The children of node `i` lie at `first[i] … first[i + 1] − 1` of `childNode`, by ascending token. */
  readonly first: Int32Array;
  readonly childNode: Int32Array;
  readonly childToken: Int32Array;

  /**
   * Counts the n-grams of `documents`. Each is taken to begin after `order − 1` times `bos`, which is
   * itself never counted as predicted.
   *
   * @throws {RangeError} when the order is below 1 or a token lies outside the vocabulary.
   */
  constructor(documents: Iterable<Tokens>, order: number, vocabSize: number, bos: number) {
    if (!Number.isInteger(order) || order < 1 || order > 16) {
      throw new RangeError(`NgramCounts: got order ${order}, expected a whole number in [1, 16]`);
    }
    this.order = order;
    this.vocabSize = vocabSize;
    this.bos = bos;
    const trie = new GrowingTrie(vocabSize);
    // nodes[d] is the n-gram of the last d tokens.
    const start = [0];
    for (let d = 1; d < order; d++) start.push(trie.child(start[d - 1]!, bos, d));
    for (const document of documents) {
      let nodes = start;
      for (const token of document) {
        if (!(Number.isInteger(token) && token >= 0 && token < vocabSize)) {
          throw new RangeError(
            `NgramCounts: got token ${token}, expected a whole number in [0, ${vocabSize})`,
          );
        }
        const next = [0];
        for (let d = 1; d <= order; d++) {
          const node = trie.child(nodes[d - 1]!, token, d);
          next.push(node);
          if (trie.raw[node]!++ === 0 && d > 1) trie.preceded[next[d - 1]!]!++;
        }
        nodes = next;
      }
    }
    const { size } = trie;
    this.raw = trie.raw.slice(0, size);
    this.preceded = trie.preceded.slice(0, size);
    this.depth = trie.depth.slice(0, size);
    const sorted = sortedByParentAndToken(trie);
    this.first = sorted.first;
    this.childNode = sorted.nodes;
    this.childToken = Int32Array.from(sorted.nodes, (node) => trie.token[node]!);
  }

  /** The node of `node`'s n-gram followed by `token`, or {@linkcode NONE}. */
  child(node: number, token: number): number {
    let low = this.first[node]!;
    let high = this.first[node + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.childToken[middle]!;
      if (at === token) return this.childNode[middle]!;
      if (at < token) low = middle + 1;
      else high = middle;
    }
    return NONE;
  }

  /** The node of an n-gram, or {@linkcode NONE}. */
  find(tokens: Tokens): number {
    let node = 0;
    for (const token of tokens) {
      node = this.child(node, token);
      if (node === NONE) return NONE;
    }
    return node;
  }
}

/** The trie while it grows: children in one hash table with open addressing. */
class GrowingTrie {
  size = 1;
  raw = new Int32Array(1024);
  preceded = new Int32Array(1024);
  depth = new Uint8Array(1024);
  token = new Int32Array(1024);
  parent = new Int32Array(1024);
  readonly #vocabSize: number;
  /** Node + 1 in each slot; 0 is empty. The key is read from `parent` and `token`. */
  #slots = new Int32Array(4096);

  constructor(vocabSize: number) {
    this.#vocabSize = vocabSize;
  }

  /** The child of `node` by `token`, made with zero counts when there is none. */
  child(node: number, token: number, depth: number): number {
    let slot = this.#slotOf(node, token);
    const found = this.#slots[slot]!;
    if (found !== 0) return found - 1;
    if (this.size * 2 > this.#slots.length) {
      this.#grow();
      slot = this.#slotOf(node, token);
    }
    if (this.size === this.raw.length) this.#growNodes();
    const made = this.size++;
    this.token[made] = token;
    this.parent[made] = node;
    this.depth[made] = depth;
    this.#slots[slot] = made + 1;
    return made;
  }

  #slotOf(node: number, token: number): number {
    const mask = this.#slots.length - 1;
    const key = Math.imul(node, this.#vocabSize) + token | 0;
    let slot = (Math.imul(key ^ (key >>> 15), 0x9e3779b1) >>> 7) & mask;
    while (true) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return slot;
      if (this.parent[entry - 1] === node && this.token[entry - 1] === token) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let node = 1; node < this.size; node++) {
      this.#slots[this.#slotOf(this.parent[node]!, this.token[node]!)] = node + 1;
    }
  }

  #growNodes(): void {
    const grown = <T extends Int32Array | Uint8Array>(array: T): T => {
      const bigger = new (array.constructor as new (size: number) => T)(array.length * 2);
      bigger.set(array);
      return bigger;
    };
    this.raw = grown(this.raw);
    this.preceded = grown(this.preceded);
    this.depth = grown(this.depth);
    this.token = grown(this.token);
    this.parent = grown(this.parent);
  }
}

/** All nodes but the root, by parent and within it by token (two stable counting sorts). */
function sortedByParentAndToken(trie: GrowingTrie): { first: Int32Array; nodes: Int32Array } {
  const { size, parent, token } = trie;
  let nodes = Int32Array.from({ length: size - 1 }, (_, i) => i + 1);
  let first = new Int32Array(0);
  for (const key of [token, parent]) {
    let largest = 0;
    for (let node = 1; node < size; node++) largest = Math.max(largest, key[node]!);
    first = new Int32Array(Math.max(largest + 2, key === parent ? size + 1 : 0));
    for (const node of nodes) first[key[node]! + 1]!++;
    for (let i = 1; i < first.length; i++) first[i]! += first[i - 1]!;
    const next = first.slice();
    const sorted = new Int32Array(nodes.length);
    for (const node of nodes) sorted[next[key[node]!]!++] = node;
    nodes = sorted;
  }
  return { first, nodes };
}
