/**
 * Counting state machines that agree with a partial transition table, one by one.
 *
 * @module
 */

/** Next state of each state under each value of the inputs; null where nothing is said. State 0 is the reset state. */
export type PartialTable = readonly (readonly (number | null)[])[];

/** Tables that agree. */
export interface Agreeing {
  all: number;
  /** Those in which the reset state reaches every state. */
  reachable: number;
}

/** At most this many tables are counted one by one. */
const MOST = 20_000_000;

/**
 * Counts the complete tables that agree with a partial one, by going through them.
 *
 * @throws {RangeError} for more than twenty million.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { agreeingTables } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * const nothing = [[null, null], [null, null]];
 * assertEquals(agreeingTables(nothing), { all: 16, reachable: 12 });
 * ```
 */
export function agreeingTables(table: PartialTable): Agreeing {
  const states = table.length;
  const next = table.map((targets) => targets.map((to) => to ?? 0));
  const open = table.flatMap((targets, from) =>
    targets.flatMap((to, symbol) => to === null ? [[from, symbol] as const] : [])
  );
  const all = states ** open.length;
  if (all > MOST) {
    throw new RangeError(`agreeingTables: got ${all} tables, expected at most ${MOST}`);
  }
  let reachable = 0;
  for (let count = 0; count < all; count++) {
    let rest = count;
    for (const [from, symbol] of open) {
      next[from]![symbol] = rest % states;
      rest = Math.floor(rest / states);
    }
    if (reachesEvery(next)) reachable++;
  }
  return { all, reachable };
}

function reachesEvery(next: readonly (readonly number[])[]): boolean {
  let seen = 1;
  // Bits of states whose successors are still to be looked at.
  let waiting = 1;
  while (waiting !== 0) {
    const from = 31 - Math.clz32(waiting);
    waiting &= ~(1 << from);
    for (const to of next[from]!) {
      if ((seen & (1 << to)) !== 0) continue;
      seen |= 1 << to;
      waiting |= 1 << to;
    }
  }
  return seen === 2 ** next.length - 1;
}
