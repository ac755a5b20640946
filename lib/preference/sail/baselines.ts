/**
 * What is subtracted from F in the response term. Because `E_π[∇ log π] = 0`, a number that does not depend on the
 * pair itself changes nothing in expectation and takes most of the noise away.
 *
 * @module
 */

/**
 * | baseline | subtracts | variance |
 * |---|---|---|
 * | `none` | nothing, as in the paper | high, and every own sample is pushed down |
 * | `batch` | the mean of F over the other pairs of the step | low |
 * | `prompt` | the mean over the other pairs of the same prompt; of the step where there are none | lowest |
 */
export type Baseline = "none" | "batch" | "prompt";

/**
 * The baseline of each pair: a mean over others, never over the pair itself.
 *
 * @param values F of each pair.
 * @param prompts the prompt of each pair.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { baselinesOf } from "offprint/preference/sail/mod.ts";
 *
 * const values = [-1, -2, -6];
 * assertEquals([...baselinesOf(values, ["a", "a", "b"], "batch")], [-4, -3.5, -1.5]);
 * assertEquals([...baselinesOf(values, ["a", "a", "b"], "prompt")], [-2, -1, -1.5]);
 * ```
 */
export function baselinesOf(
  values: readonly number[],
  prompts: readonly (string | number)[],
  kind: Baseline,
): Float64Array {
  const result = new Float64Array(values.length);
  if (kind === "none") return result;
  const total = values.reduce((sum, value) => sum + value, 0);
  const groups = new Map<string | number, { sum: number; count: number }>();
  values.forEach((value, i) => {
    const group = groups.get(prompts[i]!) ?? { sum: 0, count: 0 };
    groups.set(prompts[i]!, { sum: group.sum + value, count: group.count + 1 });
  });
  return result.map((_, i) => {
    const own = groups.get(prompts[i]!)!;
    if (kind === "prompt" && own.count > 1) return (own.sum - values[i]!) / (own.count - 1);
    return values.length > 1 ? (total - values[i]!) / (values.length - 1) : 0;
  });
}
