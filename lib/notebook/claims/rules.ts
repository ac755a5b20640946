/**
 * The closed set of rules by which a claim is decided. A rule is written into the ledger before the
 * run and is data, never an expression, so nobody can tune it to the outcome in a notebook.
 *
 * @module
 */
import { z } from "zod";
import { isList, type MeasuredValue, type Precision } from "./measured.ts";
import { formatNumber, formatTo } from "../output/number.ts";

const finite = z.number();
const notNegative = z.number().nonnegative();
const plain = z.union([finite, z.string(), z.boolean()]);

/** Zod schema of {@linkcode Rule}. */
export const ruleSchema = z.discriminatedUnion("rule", [
  z.strictObject({ rule: z.literal("equals"), value: z.union([plain, z.array(plain).min(1)]) }),
  z.strictObject({
    rule: z.literal("within"),
    value: z.union([finite, z.array(finite).min(1)]),
    absolute: notNegative.exactOptional(),
    relative: notNegative.exactOptional(),
  }),
  z.strictObject({ rule: z.literal("atMost"), bound: finite }),
  z.strictObject({ rule: z.literal("atLeast"), bound: finite }),
  z.strictObject({ rule: z.literal("intervalAbove"), bound: finite }),
  z.strictObject({ rule: z.literal("intervalBelow"), bound: finite }),
  z.strictObject({
    rule: z.literal("monotone"),
    direction: z.enum(["increasing", "decreasing"]),
    strict: z.boolean().exactOptional(),
    tolerance: notNegative.exactOptional(),
  }),
  z.strictObject({ rule: z.literal("zBelow"), z: z.number().positive() }),
  z.strictObject({ rule: z.literal("pAbove"), p: z.number().positive().lt(1) }),
  z.strictObject({ rule: z.literal("needs"), what: z.string().min(1) }),
], { error: "a rule of lib/notebook/claims/rules.ts" }).superRefine((rule, context) => {
  if (rule.rule === "within" && rule.absolute === undefined && rule.relative === undefined) {
    context.addIssue({ code: "custom", message: "a tolerance: absolute, relative or both" });
  }
});

/**
 * A rule of the ledger.
 *
 * | rule | measured | passes when |
 * |---|---|---|
 * | `equals` | as `value` | it is exactly `value` (lists entry by entry) |
 * | `within` | number, or list as long as `value` | every entry is off by at most the larger of `absolute` and `relative · abs(value)` |
 * | `atMost`, `atLeast` | number | measured ≤ `bound`, measured ≥ `bound` |
 * | `intervalAbove`, `intervalBelow` | `{ mean, low, high, n }` | the whole interval is on that side: low > `bound`, high < `bound` |
 * | `monotone` | list of 2 or more | each step goes in `direction`; a step may go back by `tolerance` (default 0); with `strict` it must go forward by more than `tolerance` |
 * | `zBelow` | `{ z }` | the largest absolute score is below `z` |
 * | `pAbove` | `{ pValue }` or number | the p value is above `p` |
 * | `needs` | anything | never decided here: `what` says what a run at the claim's scale takes |
 *
 * A `NaN` anywhere in the measured value fails every rule.
 */
export type Rule = z.infer<typeof ruleSchema>;

/** What a rule expects to be measured, in words. */
function expectedShape(rule: Rule): string {
  switch (rule.rule) {
    case "equals":
      return Array.isArray(rule.value)
        ? `a list of ${[...new Set(rule.value.map((entry) => typeof entry))].join(" and ")}s`
        : `a ${typeof rule.value}`;
    case "within":
      return Array.isArray(rule.value) ? `a list of ${rule.value.length} numbers` : "a number";
    case "atMost":
    case "atLeast":
      return "a number";
    case "intervalAbove":
    case "intervalBelow":
      return "{ mean, low, high, n } with low ≤ high and n ≥ 1";
    case "monotone":
      return "a list of at least two numbers";
    case "zBelow":
      return "{ z } with one score or a list of scores";
    case "pAbove":
      return "{ pValue } or a number, from 0 to 1";
    case "needs":
      return "anything";
  }
}

/** The measured value does not have the shape that the claim's rule works on. */
export class MeasuredShapeError extends TypeError {
  override readonly name = "MeasuredShapeError";
  constructor(rule: Rule, measured: unknown) {
    super(`rule ${rule.rule}: got ${shape(measured)}, expected ${expectedShape(rule)}`);
  }
}

/**
 * Whether a measured value passes a rule. `needs` never passes.
 *
 * @throws {MeasuredShapeError} when the value does not have the shape the rule works on.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { passes } from "offprint/notebook/claims/rules.ts";
 *
 * assert(passes({ rule: "within", value: 0.3, absolute: 1e-12 }, 0.1 + 0.2));
 * assert(!passes({ rule: "intervalAbove", bound: 0 }, { mean: 0.2, low: -0.1, high: 0.5, n: 20 }));
 * ```
 */
export function passes(rule: Rule, measured: MeasuredValue): boolean {
  const wrong = () => new MeasuredShapeError(rule, measured);
  switch (rule.rule) {
    case "equals": {
      if (!Array.isArray(rule.value)) {
        if (typeof measured !== typeof rule.value) throw wrong();
        return measured === rule.value;
      }
      if (!isList(measured)) throw wrong();
      const got = Array.from<unknown>(measured);
      const { value } = rule;
      const types = new Set(value.map((entry) => typeof entry));
      if (got.some((entry) => !types.has(typeof entry as "number"))) throw wrong();
      return got.length === value.length && value.every((entry, i) => got[i] === entry);
    }
    case "within": {
      const expected = Array.isArray(rule.value) ? rule.value : [rule.value];
      const got = Array.isArray(rule.value) ? numbers(measured) : [number(measured)];
      if (got === undefined || got.length !== expected.length) throw wrong();
      return expected.every((value, i) => {
        const x = got[i];
        if (x === undefined) throw wrong();
        const tolerance = Math.max(rule.absolute ?? 0, (rule.relative ?? 0) * Math.abs(value));
        return Math.abs(x - value) <= tolerance;
      });
    }
    case "atMost":
    case "atLeast": {
      const x = number(measured);
      if (x === undefined) throw wrong();
      return rule.rule === "atMost" ? x <= rule.bound : x >= rule.bound;
    }
    case "intervalAbove":
    case "intervalBelow": {
      const { mean, low, high, n } = fields(measured);
      if (mean === undefined || low === undefined || high === undefined || n === undefined) {
        throw wrong();
      }
      if (low > high || !Number.isInteger(n) || n < 1) throw wrong();
      // NaN has the right shape: something was measured, and it does not pass.
      if (Number.isNaN(mean) || Number.isNaN(low) || Number.isNaN(high)) return false;
      return rule.rule === "intervalAbove" ? low > rule.bound : high < rule.bound;
    }
    case "monotone": {
      const xs = numbers(measured);
      if (xs === undefined || xs.length < 2) throw wrong();
      const sign = rule.direction === "increasing" ? 1 : -1;
      const tolerance = rule.tolerance ?? 0;
      return xs.slice(1).every((x, i) => {
        const step = sign * (x - xs[i]!);
        return rule.strict === true ? step > tolerance : step >= -tolerance;
      });
    }
    case "zBelow": {
      const z: unknown = typeof measured === "object" && measured !== null && "z" in measured
        ? measured.z
        : undefined;
      const scores = isList(z) ? numbers(z) : typeof z === "number" ? [z] : undefined;
      if (scores === undefined || scores.length === 0) throw wrong();
      return scores.every((score) => Math.abs(score) < rule.z);
    }
    case "pAbove": {
      const p = number(measured) ?? fields(measured).pValue;
      if (p === undefined || p < 0 || p > 1) throw wrong();
      return p > rule.p;
    }
    case "needs":
      return false;
  }
}

/** A bound up to here allows for rounding alone. */
export const ROUNDING = 1e-6;

/**
 * How far from zero a measured number may lie and still be rounding: the tolerance of an expected zero, or
 * the bound of a deviation that must be nearly none. 0 where the rule allows no rounding.
 *
 * @returns A function of the entry's place in the measured list.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { zeroBelow } from "offprint/notebook/claims/rules.ts";
 *
 * assertEquals([0, 1].map(zeroBelow({ rule: "within", value: [0, 0.2], absolute: 1e-9 })), [1e-9, 0]);
 * assertEquals(zeroBelow({ rule: "atMost", bound: 1e-12 })(0), 1e-12);
 * assertEquals(zeroBelow({ rule: "atMost", bound: 0.05 })(0), 0);
 * ```
 */
export function zeroBelow(rule: Rule): (entry: number) => number {
  switch (rule.rule) {
    case "within": {
      const { value, absolute = 0 } = rule;
      return (entry) => (Array.isArray(value) ? value[entry] : value) === 0 ? absolute : 0;
    }
    case "atMost":
      return () => rule.bound <= ROUNDING ? Math.max(0, rule.bound) : 0;
    default:
      return () => 0;
  }
}

/**
 * The tolerance within which each measured number is compared, so that its digits can be written down to it;
 * 0 where the rule knows none.
 *
 * @returns A function of the entry's place in the measured list.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toleranceOf } from "offprint/notebook/claims/rules.ts";
 *
 * const tolerance = toleranceOf({ rule: "within", value: [4, 100], absolute: 0.5, relative: 0.01 });
 * assertEquals([0, 1].map(tolerance), [0.5, 1]);
 * ```
 */
export function toleranceOf(rule: Rule): (entry: number) => number {
  if (rule.rule !== "within") return () => 0;
  const { absolute = 0, relative = 0 } = rule;
  return (entry) => {
    const value = Array.isArray(rule.value) ? rule.value[entry] : rule.value;
    return Math.max(absolute, relative * Math.abs(value ?? 0));
  };
}

/** How the numbers that a rule decides are written. */
export function precisionOf(rule: Rule): Precision {
  return { zeroBelow: zeroBelow(rule), tolerance: toleranceOf(rule) };
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function numbers(value: unknown): number[] | undefined {
  if (!isList(value)) return undefined;
  const entries = Array.from(value);
  return entries.every((entry) => typeof entry === "number") ? entries : undefined;
}

function fields(value: unknown): Record<string, number | undefined> {
  if (typeof value !== "object" || value === null || isList(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, x]) => typeof x === "number"));
}

function shape(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isList(value)) {
    const types = [...new Set(Array.from(value, (entry) => typeof entry))];
    return `a list of ${value.length} (${types.join(", ") || "empty"})`;
  }
  if (typeof value === "object") return `an object { ${Object.keys(value).join(", ")} }`;
  return `a ${typeof value} (${JSON.stringify(value)})`;
}

/** The rule in one phrase, as it is in claims tables. */
export function describeRule(rule: Rule): string {
  switch (rule.rule) {
    case "equals":
      return `exactly ${listed(rule.value)}`;
    case "within": {
      const { value, absolute = 0, relative = 0 } = rule;
      // A share of 0 is 0: only the absolute part counts there.
      const allZero = [value].flat().every((x) => x === 0);
      const bounds = [
        ...(absolute === 0 ? [] : [formatNumber(absolute)]),
        ...(relative === 0 || allZero ? [] : [`${formatNumber(relative * 100)} %`]),
      ];
      return bounds.length === 0
        ? `exactly ${listed(value)}`
        : `${listed(value, toleranceOf(rule))} ± ${bounds.join(" or ")}`;
    }
    case "atMost":
      return `at most ${formatNumber(rule.bound)}`;
    case "atLeast":
      return `at least ${formatNumber(rule.bound)}`;
    case "intervalAbove":
      return `whole interval above ${formatNumber(rule.bound)}`;
    case "intervalBelow":
      return `whole interval below ${formatNumber(rule.bound)}`;
    case "monotone": {
      const { direction, strict = false, tolerance = 0 } = rule;
      const backward = direction === "increasing" ? "decreasing" : "increasing";
      const by = tolerance === 0 ? "" : ` by more than ${formatNumber(tolerance)}`;
      return strict ? `each step ${direction}${by}` : `no step ${backward}${by}`;
    }
    case "zBelow":
      return `within ${formatNumber(rule.z)} standard errors`;
    case "pAbove":
      return `p value above ${formatNumber(rule.p)}`;
    case "needs":
      return `needs ${rule.what}`;
  }
}

function listed(
  value: number | string | boolean | readonly (number | string | boolean)[],
  tolerance: (entry: number) => number = () => 0,
): string {
  const all = Array.isArray(value) ? value : [value];
  const head = all.slice(0, 6).map((x, i) =>
    typeof x === "number" ? formatTo(x, tolerance(i), 6) : String(x)
  );
  return head.join(", ") + (all.length > 6 ? `, … (${all.length} values)` : "");
}
