/**
 * How several opinions become one.
 *
 * @module
 */
import type { Aggregate, Evaluation, Rule } from "./records/contract.ts";

/** How opinions are joined. */
export interface AggregateOptions {
  /** Default `concatenate`. */
  rule?: Rule;
  /** Texts one behind the other without labels, as the paper's released code joins them. */
  raw?: boolean;
  /** For `weighted`: the weight of each opinion, as {@linkcode evidenceWeight} gives it. */
  weights?: readonly number[];
}

/**
 * Joins opinions in the order in which they are given, whatever the order in which they came. The text is the same for
 * every rule; the rule decides the verdict: `concatenate` and `any` fail a program that one opinion fails, `majority` one
 * that more than half fail, `weighted` one whose failing opinions weigh more than 0 together.
 *
 * @throws {RangeError} for no opinion, or a rule `weighted` without a weight for each.
 */
export function aggregate(
  evaluations: readonly Evaluation[],
  { rule = "concatenate", raw = false, weights }: AggregateOptions = {},
): Aggregate {
  if (evaluations.length === 0) throw new RangeError("aggregate: got no opinion, expected one");
  if (rule === "weighted" && weights?.length !== evaluations.length) {
    throw new RangeError(
      `aggregate: got ${weights?.length ?? 0} weights, expected ${evaluations.length}`,
    );
  }
  const failing = evaluations.map(({ verdict }) => verdict === "fail");
  const count = failing.filter((fails) => fails).length;
  const weight = failing.reduce((sum, fails, at) => sum + (fails ? weights?.[at] ?? 0 : 0), 0);
  const fails = {
    concatenate: count > 0,
    any: count > 0,
    majority: count > evaluations.length / 2,
    weighted: weight > 0,
  }[rule];
  return {
    roles: evaluations.map(({ role }) => role),
    rule,
    text: raw
      ? evaluations.map(({ text }) => text).join("")
      : evaluations.map(({ role, text }) => `## ${role}\n${withoutHeadings(text)}`).join("\n\n"),
    findings: evaluations.flatMap(({ findings }) => findings),
    verdict: fails ? "fail" : "pass",
  };
}

/** A text that cannot begin a section, and whose open fence cannot swallow the next one. */
function withoutHeadings(text: string): string {
  const quoted = text.replaceAll(/^#/gm, " #");
  const fences = quoted.match(/^```/gm)?.length ?? 0;
  return fences % 2 === 1 ? `${quoted}\n\`\`\`` : quoted;
}

/**
 * What "fail" by an evaluator is worth: log of q(1 − φ) / (φ(1 − q)), its log-odds under naive Bayes less what "pass" would
 * say. Below 0 it is worse than silence.
 *
 * @param q its detection rate, in (0, 1).
 * @param phi its false-alarm rate, in (0, 1).
 * @throws {RangeError} unless both lie between 0 and 1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { evidenceWeight } from "offprint/evaluators/mod.ts";
 *
 * assertAlmostEquals(evidenceWeight(0.2, 0.3), -0.54, 0.005);
 * ```
 */
export function evidenceWeight(q: number, phi: number): number {
  if (!(q > 0 && q < 1 && phi > 0 && phi < 1)) {
    throw new RangeError(`evidenceWeight: got rates ${q} and ${phi}, expected both within (0, 1)`);
  }
  return Math.log(q * (1 - phi) / (phi * (1 - q)));
}
