/**
 * Whether a measured value compares anything at all. A rule cannot tell an empty comparison from a good
 * one: of no differences the largest is −∞, and two arms that are one and the same never differ. So this
 * is asked before the rule, and the verdict is then `not run here`.
 *
 * @module
 */
import { isList, type MeasuredNothing, type MeasuredValue } from "./measured.ts";
import type { Rule } from "./rules.ts";

/** What {@linkcode missingComparison} looks at besides the value. */
export interface ComparisonCounts {
  /** How many comparisons the value rests on, where the notebook says so. */
  compared?: number | undefined;
  /** How many the ledger asks for, where it does. */
  required?: number | undefined;
}

/**
 * What a verdict by `rule` would take and this value has not, in words that follow "needs"; undefined
 * where something was compared.
 *
 * | nothing was compared when | needs |
 * |---|---|
 * | the notebook says what is missing, `{ needs }` | that |
 * | fewer comparisons were made than the ledger asks for, or none | that many |
 * | a list is empty, or holds one entry where the rule looks at steps | entries |
 * | the largest of no values (`-Infinity`) is held to `atMost`, the least of none (`Infinity`) to `atLeast` | values |
 * | an interval stands on fewer than 2 observations | observations |
 * | an interval has no width and lies on the bound: both arms gave the same every time | arms that differ |
 * | a list of a `monotone` rule that is not strict holds one value throughout | values that differ |
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { missingComparison } from "offprint/notebook/claims/comparison.ts";
 *
 * const rule = { rule: "intervalAbove", bound: 0 } as const;
 * assertEquals(
 *   missingComparison(rule, { mean: 0, low: 0, high: 0, n: 200 }),
 *   "arms that differ: all 200 differences are 0",
 * );
 * assertEquals(missingComparison(rule, { mean: 1, low: 0.5, high: 1.5, n: 200 }), undefined);
 * ```
 */
export function missingComparison(
  rule: Rule,
  value: MeasuredValue,
  { compared, required }: ComparisonCounts = {},
): string | undefined {
  if (isNothing(value)) return value.needs;
  if (compared !== undefined && compared < (required ?? 1)) {
    return `${required ?? "at least one"} comparison${(required ?? 1) === 1 ? "" : "s"}: ` +
      `${compared === 0 ? "none was" : `${compared} were`} made`;
  }
  if (isList(value) && value.length === 0) return "at least one value: there are none";
  switch (rule.rule) {
    case "atMost":
      // The maximum of nothing is −Infinity and would pass any bound.
      return value === -Infinity ? "at least one value: there are none" : undefined;
    case "atLeast":
      return value === Infinity ? "at least one value: there are none" : undefined;
    case "intervalAbove":
    case "intervalBelow":
      return isInterval(value) ? missingInterval(value, rule.bound) : undefined;
    case "monotone": {
      if (!isList(value)) return undefined;
      const entries = Array.from(value as ArrayLike<unknown>);
      if (entries.length === 1) return "at least two values: there is one";
      // A constant passes as monotone and says nothing.
      return rule.strict !== true && entries.every((entry) => entry === entries[0])
        ? `values that differ: all ${entries.length} are the same`
        : undefined;
    }
    case "zBelow": {
      const z: unknown = typeof value === "object" && value !== null && "z" in value
        ? value.z
        : undefined;
      return isList(z) && z.length === 0 ? "at least one score: there are none" : undefined;
    }
    default:
      return undefined;
  }
}

/** True for `{ needs }`: the notebook itself says that nothing was compared. */
function isNothing(value: MeasuredValue): value is MeasuredNothing {
  return typeof value === "object" && value !== null && !isList(value) && "needs" in value;
}

interface WholeInterval {
  low: number;
  high: number;
  n: number;
}

function isInterval(value: MeasuredValue): value is MeasuredValue & WholeInterval {
  return typeof value === "object" && value !== null && !isList(value) && "low" in value;
}

function missingInterval({ low, high, n }: WholeInterval, bound: number): string | undefined {
  if (n < 2) return `at least two observations: there ${n === 1 ? "is one" : `are ${n}`}`;
  return low === high && low === bound
    ? `arms that differ: all ${n} differences are ${bound}`
    : undefined;
}
