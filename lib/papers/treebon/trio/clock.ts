/**
 * How long the arms of the trained trio take: the committed `data/results/01-clock.json`, measured once on one machine,
 * and the width of best-of-N that takes as long as a tree.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";

/** Where the times lie. */
export const TRIO_CLOCK_FILE = new URL("../../../../data/results/01-clock.json", import.meta.url);

const schema = z.strictObject({
  /** Processor, cores and Deno version. */
  machine: z.string(),
  /** Day of the measurement. */
  date: z.iso.date(),
  /** Prompts, each decoded once in every round. */
  prompts: z.int().positive(),
  /** Rounds, in which all arms take turns. */
  rounds: z.int().positive(),
  /** Median over the rounds of the tree's seconds a prompt, rewards included. */
  tree: z.number().positive(),
  /** The same for best-of-N of several widths, which grow. */
  best: z.array(z.strictObject({ n: z.int().positive(), seconds: z.number().positive() })).min(2),
});

/** Seconds of the arms on one machine. */
export type TrioClock = z.infer<typeof schema>;

/**
 * Reads the committed times.
 *
 * @throws {UserError} when the file is missing or damaged.
 */
export async function loadTrioClock(file: URL = TRIO_CLOCK_FILE): Promise<TrioClock> {
  return checkedJson(schema, await readText(file), { what: decodeURIComponent(file.pathname) });
}

/** The text of the file of times. */
export function trioClockText(clock: TrioClock): string {
  return `${JSON.stringify(schema.parse(clock), undefined, 2)}\n`;
}

/**
 * The largest N whose best-of-N takes no longer than the tree, by straight lines between the widths that were
 * measured; 0 where even the narrowest takes longer, and the widest where none does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { widthOfEqualClock } from "offprint/papers/treebon/trio/mod.ts";
 *
 * const best = [{ n: 16, seconds: 1 }, { n: 24, seconds: 2 }];
 * assertEquals(widthOfEqualClock({ tree: 1.5, best }), 20);
 * assertEquals(widthOfEqualClock({ tree: 0.9, best }), 0);
 * assertEquals(widthOfEqualClock({ tree: 9, best }), 24);
 * ```
 */
export function widthOfEqualClock({ tree, best }: Pick<TrioClock, "tree" | "best">): number {
  let width = 0;
  for (const [i, { n, seconds }] of best.entries()) {
    if (seconds <= tree) {
      width = Math.max(width, n);
      continue;
    }
    const before = best[i - 1];
    if (before === undefined || before.seconds > tree) continue;
    const share = (tree - before.seconds) / (seconds - before.seconds);
    width = Math.max(width, Math.floor(before.n + share * (n - before.n)));
  }
  return width;
}
