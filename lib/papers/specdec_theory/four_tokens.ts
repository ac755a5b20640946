/**
 * The example with four tokens on which the paper's theorems can be followed by hand.
 *
 * @module
 */

/** Draft and target of one position. */
export interface Position {
  /** [V] */
  draft: Float64Array;
  /** [V] */
  target: Float64Array;
}

/**
 * Draft (0.4, 0.3, 0.2, 0.1), target (0.1, 0.2, 0.3, 0.4). They overlap in 0.6, so that speculative
 * decoding rejects with probability 0.4.
 */
export function fourTokenExample(): Position {
  return {
    draft: Float64Array.of(0.4, 0.3, 0.2, 0.1),
    target: Float64Array.of(0.1, 0.2, 0.3, 0.4),
  };
}
