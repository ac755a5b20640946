/**
 * Verdicts in words, signs and counts.
 *
 * @module
 */
import { element, escapeHtml } from "../output/html.ts";
import type { Verdict } from "./ledger.ts";

/** Shown for a claim that no `claim()` has decided so far. */
export const NOT_YET_RUN = "not yet run";

/** A sign for a verdict, so that it does not hang on colour. */
export function verdictSign(verdict: string): string {
  switch (verdict) {
    case "holds":
    case "shown":
      return "✓";
    case "broken":
      return "✗";
    case "not shown":
      return "○";
    default:
      return "·";
  }
}

/** A verdict without what a run would need: "not run here". */
export function shortVerdict(verdict: string): string {
  return verdict.replace(/ \(needs [^]*$/, "");
}

/** What a run would need, of a verdict that says so. */
export function neededFor(verdict: string): string | undefined {
  return / \(needs ([^]*)\)$/.exec(verdict)?.[1];
}

/** A verdict with its sign, without what a run would need; the colour is only an addition, the text keeps the page's own. */
export function verdictMarkup(verdict: Verdict | typeof NOT_YET_RUN | undefined): string {
  if (verdict === undefined) return "–";
  const colour = {
    holds: "var(--offprint-good, #009e73)",
    shown: "var(--offprint-good, #009e73)",
    broken: "var(--offprint-bad, #d55e00)",
    "not shown": "var(--offprint-open, #8a8a8a)",
  }[verdict as string] ?? "transparent";
  return element(
    "span",
    {
      class: "offprint-verdict",
      style: `display:inline-block;border-left:0.25em solid ${colour};padding-left:0.4em`,
    },
    escapeHtml(`${verdictSign(verdict)} ${shortVerdict(verdict)}`),
  );
}

/** Verdicts in the order in which they are counted, in the singular and in the plural. */
const COUNTED: readonly [verdict: string, one: string, many: string][] = [
  ["holds", "holds", "hold"],
  ["broken", "broken", "broken"],
  ["shown", "shown", "shown"],
  ["not shown", "not shown", "not shown"],
  ["not run here", "not run", "not run"],
  [NOT_YET_RUN, "not yet run", "not yet run"],
];

/**
 * How many claims got which verdict, in one line.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countVerdicts } from "offprint/notebook/claims/verdict.ts";
 *
 * assertEquals(countVerdicts(["holds", "shown", "holds"]), "2 hold, 1 shown");
 * assertEquals(countVerdicts([]), "no claims");
 * ```
 */
export function countVerdicts(verdicts: readonly string[]): string {
  const short = verdicts.map(shortVerdict);
  const parts = COUNTED.flatMap(([verdict, one, many]) => {
    const count = short.filter((given) => given === verdict).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return parts.length === 0 ? "no claims" : parts.join(", ");
}
