/**
 * Stopping rules and latencies as they are typed on a command line.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  confidenceRule,
  constantRule,
  heuristicRule,
  type Signal,
  specDecPPRule,
  type StoppingRule,
  topProbabilityRule,
} from "./stopping_rules.ts";

/** Bounds and lag that a typed policy takes from other options. */
export interface PolicyDefaults {
  min?: number;
  max?: number;
  lag?: 0 | 1;
}

/**
 * The rules that `text` names: `constant:4`, `heuristic` or `heuristic:5`, `confidence:0.4`, `top:0.3`,
 * `specdecpp:0.7`; several values with commas, `constant:2,4,8`.
 *
 * @throws {UserError} for an unknown policy or a value that it does not take.
 */
export function parsePolicies(text: string, defaults: PolicyDefaults = {}): StoppingRule[] {
  const [name = "", values, ...more] = text.split(":");
  const wrong = () =>
    new UserError({
      what: "--policy",
      got: text,
      expected: "constant:K, heuristic[:START], confidence:P, top:P or specdecpp:H",
      todo: "Give for example --policy constant:2,4,8 --policy specdecpp:0.7.",
    });
  if (more.length > 0) throw wrong();
  const { min, max, lag } = defaults;
  const bounds = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  const rules: Record<string, (value: number) => StoppingRule> = {
    constant: constantRule,
    heuristic: (start) => heuristicRule({ start, ...(max === undefined ? {} : { max }) }),
    confidence: (threshold) => confidenceRule(threshold, bounds),
    top: (threshold) => topProbabilityRule(threshold, bounds),
    specdecpp: (threshold) =>
      specDecPPRule({ threshold, ...bounds, ...(lag === undefined ? {} : { lag }) }),
  };
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) throw wrong();
  if (values === undefined) {
    if (name !== "heuristic") throw wrong();
    return [rule(5)];
  }
  return values.split(",").map((value) => {
    if (!/^\d+(\.\d+)?$|^\.\d+$/.test(value.trim())) throw wrong();
    return rule(Number(value));
  });
}

/** The policies that are compared when none is named: those for which a log has the signals. */
export function defaultPolicies(
  signals: ReadonlySet<Signal>,
  defaults: PolicyDefaults = {},
): StoppingRule[] {
  return [
    "constant:1,2,3,4,5,6,8,10,12,14,16",
    "heuristic",
    ...(signals.has("confidence") ? ["confidence:.1,.2,.3,.4,.5,.6,.8"] : []),
    ...(signals.has("top") ? ["top:.05,.1,.2,.3,.4,.5,.7"] : []),
    ...(signals.has("predicted") ? ["specdecpp:.1,.2,.3,.4,.5,.6,.7,.8,.9"] : []),
  ].flatMap((text) => parsePolicies(text, defaults));
}

/**
 * Milliseconds by number of candidates: one number, or points `1:98,5:104,20:131` with straight lines
 * between them and constant outside.
 *
 * @throws {UserError} for anything else, and for points whose candidates do not increase.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseMs } from "offprint/decoding/policies/mod.ts";
 *
 * const targetMs = parseMs("--target-ms", "1:100,5:120");
 * assertEquals([1, 2, 5, 9].map(targetMs), [100, 105, 120, 120]);
 * ```
 */
export function parseMs(what: string, text: string): (candidates: number) => number {
  const number = String.raw`\d+(?:\.\d+)?|\.\d+`;
  if (new RegExp(`^(?:${number})$`).test(text)) {
    const ms = Number(text);
    return () => ms;
  }
  const points = text.split(",").map((part) =>
    new RegExp(`^(\\d+):(${number})$`).exec(part.trim())?.slice(1).map(Number)
  );
  const increasing = points.every((point, i) =>
    point !== undefined && (i === 0 || point[0]! > (points[i - 1]?.[0] ?? Infinity))
  );
  if (!increasing) {
    throw new UserError({
      what,
      got: text,
      expected: "milliseconds, or points CANDIDATES:MS with increasing candidates",
      todo: `Give for example ${what} 107 or ${what} 1:98,5:104,20:131.`,
    });
  }
  const table = points as [number, number][];
  return (candidates) => {
    const after = table.findIndex(([at]) => at >= candidates);
    if (after === 0) return table[0]![1];
    if (after < 0) return table.at(-1)![1];
    const [x0, y0] = table[after - 1]!;
    const [x1, y1] = table[after]!;
    return y0 + (y1 - y0) * (candidates - x0) / (x1 - x0);
  };
}
