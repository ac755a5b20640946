/**
 * How many sentences it takes to tell every connection of three kinds of wiring, counted by writing them.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type LogLogSlope, logLogSlope } from "offprint/stats.ts";

/** Wirings whose connections grow differently with the number of blocks. */
export const CONNECTION_KINDS = ["crossbar", "mesh", "ring"] as const;

/** One of them. */
export type ConnectionKind = typeof CONNECTION_KINDS[number];

/** Sizes at which they are counted. */
export const CONNECTION_SIZES = [4, 16, 64] as const;

/**
 * A sentence for each connection: every input of an n × n crossbar to every output; each neighbour in a square mesh of n
 * blocks, to the right and down; each block of a ring to the next.
 *
 * @throws {UserError} for a mesh whose number of blocks is no square.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { connectionSentences } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * assertEquals(connectionSentences("ring", 2), ["b0 drives b1.", "b1 drives b0."]);
 * ```
 */
export function connectionSentences(kind: ConnectionKind, n: number): string[] {
  const tell = (from: string, to: string): string => `${from} drives ${to}.`;
  const blocks = Array.from({ length: n }, (_, i) => i);
  if (kind === "crossbar") {
    return blocks.flatMap((i) => blocks.map((o) => tell(`in${i}`, `out${o}`)));
  }
  if (kind === "ring") return blocks.map((i) => tell(`b${i}`, `b${(i + 1) % n}`));
  const side = Math.round(Math.sqrt(n));
  if (side * side !== n) {
    throw new UserError({ what: "blocks of a square mesh", got: n, expected: "a square number" });
  }
  return blocks.flatMap((i) => [
    ...(i % side < side - 1 ? [tell(`b${i}`, `b${i + 1}`)] : []),
    ...(i + side < n ? [tell(`b${i}`, `b${i + side}`)] : []),
  ]);
}

/** The closed form of their number: n², 2n − 2√n, n. */
export function connectionCount(kind: ConnectionKind, n: number): number {
  return { crossbar: n * n, mesh: 2 * n - 2 * Math.sqrt(n), ring: n }[kind];
}

/** Slope of the counts in n on logarithmic axes, from sentences that are really written. */
export function connectionSlope(
  kind: ConnectionKind,
  sizes: readonly number[] = CONNECTION_SIZES,
): LogLogSlope {
  return logLogSlope(sizes, sizes.map((n) => connectionSentences(kind, n).length));
}
