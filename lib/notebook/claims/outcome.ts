/**
 * What a run says about a claim, in one plain sentence.
 *
 * @module
 */
import type { Claim, ClaimRecord } from "./ledger.ts";
import { DIGITS, formatMeasured, type Recorded, type RecordedScalar } from "./measured.ts";
import { formatBeside, formatNumber } from "../output/number.ts";
import { describeRule, precisionOf, ROUNDING, type Rule, toleranceOf, zeroBelow } from "./rules.ts";
import { neededFor } from "./verdict.ts";

/**
 * The outcome of a claim as a sentence: what came out and what the rule allows.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeOutcome } from "offprint/notebook/claims/outcome.ts";
 *
 * assertEquals(
 *   describeOutcome({
 *     verdict: "shown",
 *     measured: { z: [0.4, -2.9, 1.1] },
 *     rule: { rule: "zBelow", z: 4 },
 *   }),
 *   "The worst of 3 comparisons is off by 2.9 standard errors; less than 4 is allowed.",
 * );
 * ```
 */
export function describeOutcome(
  record: Pick<ClaimRecord, "verdict" | "measured" | "rule" | "compared">,
): string {
  const { verdict, measured, rule, compared } = record;
  const needs = neededFor(verdict);
  if (needs !== undefined) {
    const closest = measured === null
      ? ""
      : ` The closest that this run measured is ${formatMeasured(measured)}.`;
    return `A verdict needs ${needs}.${closest}`;
  }
  if (measured === null) return "Nothing was measured.";
  const among = compared === undefined
    ? "Measured"
    : `Measured in ${formatNumber(compared)} comparison${compared === 1 ? "" : "s"}`;
  switch (rule.rule) {
    case "equals": {
      const given = Array.isArray(measured) ? formatMeasured(measured) : valueOf(measured);
      const wanted = describeRule(rule).replace(/^exactly /, "");
      return verdict === "holds" || verdict === "shown"
        ? `${among}: ${given}, exactly as the rule asks.`
        : `${among}: ${given}; the rule asks for exactly ${wanted}.`;
    }
    case "within":
      return Array.isArray(measured)
        ? withinList(measured, rule)
        : `Measured: ${valueOf(measured, rule)}; allowed is ${describeRule(rule)}.`;
    case "atMost":
    case "atLeast":
      return `${among}: ${valueBeside(measured, rule)}; ${
        describeRule(rule)
      } is what the rule asks for.`;
    case "intervalAbove":
    case "intervalBelow":
      return intervalSentence(measured, rule);
    case "monotone":
      return monotoneSentence(measured, rule);
    case "zBelow":
      return scoreSentence(measured, rule.z);
    case "pAbove": {
      const p = typeof measured === "object" && "pValue" in measured ? measured.pValue : measured;
      return `The test of fit gives p = ${
        beside(p as RecordedScalar, rule.p)
      }; the rule asks for more than ${formatNumber(rule.p)}.`;
    }
    case "needs":
      return "Not run here.";
  }
}

/**
 * Why a claim is not shown, in plain sentences: what it says, what came out beside what its rule asks for, and why the rule is as it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { whyNotShown } from "offprint/notebook/claims/outcome.ts";
 *
 * assertEquals(
 *   whyNotShown(
 *     { statement: "The tree wins.", check: { rule: "atLeast", bound: 0.5 } },
 *     { verdict: "not shown", measured: 0.4 },
 *   ),
 *   "The tree wins. Measured: 0.4; at least 0.5 is what the rule asks for.",
 * );
 * ```
 */
export function whyNotShown(
  { statement, check, reason }: Pick<Claim, "statement" | "check" | "reason">,
  record: Pick<ClaimRecord, "verdict" | "measured" | "compared">,
): string {
  const sentences = [statement, describeOutcome({ ...record, rule: check })];
  return [...sentences, ...(reason === undefined ? [] : [reason])].join(" ");
}

function valueOf(measured: Recorded, rule?: Rule): string {
  return typeof measured === "object"
    ? formatMeasured(measured)
    : formatMeasured(measured, rule && precisionOf(rule));
}

/** A measured number beside the bound with which its rule compares it. */
function valueBeside(measured: Recorded, rule: Extract<Rule, { bound: number }>): string {
  const rounding = typeof measured === "number" && measured !== 0 &&
    Math.abs(measured) <= zeroBelow(rule)(0);
  return typeof measured === "number" && !rounding
    ? beside(measured, rule.bound)
    : valueOf(measured, rule);
}

function beside(value: RecordedScalar, bound: number): string {
  return typeof value === "number" ? formatBeside(value, bound, DIGITS) : valueOf(value);
}

function withinList(
  measured: readonly RecordedScalar[],
  rule: Extract<Rule, { rule: "within" }>,
): string {
  const expected = [rule.value].flat();
  const { absolute = 0, relative = 0 } = rule;
  const gaps = expected.map((value, i) => Math.abs(Number(measured[i]) - value));
  const allowed = expected.map((_, i) => toleranceOf(rule)(i));
  const outside = gaps.filter((gap, i) => !(gap <= allowed[i]!)).length;
  const count = expected.length === 1 ? "The value agrees" : `All ${expected.length} values agree`;
  if (gaps.every((gap) => gap === 0)) return `${count} exactly.`;
  // Where the tolerance allows for rounding alone, the digits of a deviation say nothing.
  if (outside === 0 && Math.max(...allowed) <= ROUNDING) {
    const bounds = [
      ...(absolute === 0 ? [] : [formatNumber(absolute)]),
      ...(relative === 0 ? [] : [`${formatNumber(relative * 100)} %`]),
    ];
    return `${count} within ${bounds.join(" or ")}.`;
  }
  // The farthest is the one that uses most of what it is allowed.
  const use = gaps.map((gap, i) =>
    Number.isNaN(gap) ? Infinity : gap === 0 ? 0 : gap / allowed[i]!
  );
  const worst = use.indexOf(Math.max(...use));
  const share = relative * Math.abs(expected[worst]!) > absolute;
  const unit = share ? 100 / Math.abs(expected[worst]!) : 1;
  const bound = share ? 100 * relative : absolute;
  const off = formatBeside(gaps[worst]! * unit, bound, 2);
  const farthest = share
    ? `the farthest is off by ${off} %; at most ${formatNumber(bound)} % is allowed`
    : `the farthest is off by ${off}; ${
      bound === 0 ? "nothing" : `at most ${formatNumber(bound)}`
    } is allowed`;
  if (outside > 0) {
    const verb = outside === 1 ? "value is" : "values are";
    return `${outside} of ${expected.length} ${verb} too far off: ${farthest}.`;
  }
  return `${count}: ${farthest}.`;
}

function intervalSentence(
  measured: Recorded,
  rule: Extract<Rule, { rule: "intervalAbove" | "intervalBelow" }>,
): string {
  if (measured === null || typeof measured !== "object" || !("mean" in measured)) {
    return `Measured: ${formatMeasured(measured)}.`;
  }
  const { mean, low, high, n } = measured;
  const above = rule.rule === "intervalAbove";
  const passes = above ? Number(low) > rule.bound : Number(high) < rule.bound;
  const side = above ? "above" : "below";
  const bound = formatNumber(rule.bound);
  return `The mean of ${valueOf(n)} is ${valueOf(mean)}, its interval ${
    above ? beside(low, rule.bound) : valueOf(low)
  } to ${above ? valueOf(high) : beside(high, rule.bound)}: ${
    passes ? `wholly ${side} ${bound}` : `not wholly ${side} ${bound}`
  }.`;
}

function monotoneSentence(
  measured: Recorded,
  rule: Extract<Rule, { rule: "monotone" }>,
): string {
  if (!Array.isArray(measured)) return `Measured: ${formatMeasured(measured)}.`;
  const sign = rule.direction === "increasing" ? 1 : -1;
  const steps = measured.slice(1).map((value, i) => sign * (Number(value) - Number(measured[i])));
  const tolerance = rule.tolerance ?? 0;
  const wrong =
    steps.filter((step) => rule.strict === true ? !(step > tolerance) : !(step >= -tolerance))
      .length;
  const verb = rule.direction === "increasing" ? "up" : "down";
  const ends = `from ${valueOf(measured[0]!)} to ${valueOf(measured.at(-1)!)}`;
  const way = rule.strict === true ? `goes ${verb}` : `goes ${verb} or stays`;
  const back = tolerance === 0 ? "" : `, ${formatNumber(tolerance)} back being allowed`;
  return wrong === 0
    ? `Each of the ${steps.length} steps ${way}, ${ends}${back}.`
    : `${wrong} of ${steps.length} steps ${wrong === 1 ? "does" : "do"} not go ${verb}${back}.`;
}

function scoreSentence(measured: Recorded, allowed: number): string {
  if (measured === null || typeof measured !== "object" || !("z" in measured)) {
    return `Measured: ${formatMeasured(measured)}.`;
  }
  const scores = [measured.z].flat().map((score) => Math.abs(Number(score)));
  const worst = scores.some(Number.isNaN) ? NaN : Math.max(...scores);
  const off = `off by ${formatBeside(worst, allowed, 2)} standard error${worst === 1 ? "" : "s"}`;
  return `${
    scores.length === 1 ? "The comparison" : `The worst of ${scores.length} comparisons`
  } is ${off}; less than ${formatNumber(allowed)} is allowed.`;
}
