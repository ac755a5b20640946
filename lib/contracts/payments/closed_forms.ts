/**
 * Least payments without a simplex: one competing action, or two outcomes.
 *
 * @module
 */
import { PIVOT_TOLERANCE } from "./tableau.ts";

/** Where the closed forms write: a contract, the multipliers of the rows and the prices of the caps. */
export interface Solution {
  /** Payments `[n]`. */
  readonly contract: Float64Array;
  /** Multiplier of each incentive row, or, when infeasible, its weight in the certificate. */
  readonly multipliers: Float64Array;
  /** Price of each cap `[n]`, or, when infeasible, its weight in the certificate. */
  readonly capPrices: Float64Array;
}

/**
 * One competitor: minimises `Pa·x` subject to `row·x ≥ gap`, `0 ≤ x ≤ cap`. A fractional knapsack: pay
 * the outcome with the most incentive per expected payment, `row(s′)/Pa(s′)`, up to the cap, then the
 * next. For `row = Pa − Pb` and no cap this is `gap / (1 − min Pb/Pa)`, paid on the outcome with the
 * smallest likelihood ratio `Pb/Pa`.
 *
 * @returns the expected payment, or `Infinity` when no contract reaches `gap`.
 */
export function oneCompetitor(
  Pa: ArrayLike<number>,
  row: ArrayLike<number>,
  gap: number,
  cap: number,
  out: Solution,
): number {
  const n = Pa.length;
  const { contract, multipliers, capPrices } = out;
  contract.fill(0, 0, n);
  capPrices.fill(0, 0, n);
  multipliers[0] = 0;
  let missing = gap;
  let payment = 0;
  while (missing > 0) {
    let best = -1;
    let bestRatio = 0;
    for (let i = 0; i < n; i++) {
      const incentive = row[i]!;
      if (incentive <= PIVOT_TOLERANCE || contract[i]! > 0 || cap === 0) continue;
      const ratio = incentive / Pa[i]!;
      if (ratio > bestRatio) {
        best = i;
        bestRatio = ratio;
      }
    }
    if (best < 0) {
      // The last crumb may be rounding: the agent's ties are wider than this.
      if (missing <= PIVOT_TOLERANCE * gap) break;
      multipliers[0] = 1;
      for (let i = 0; i < n; i++) {
        capPrices[i] = Number.isFinite(cap) ? Math.max(0, row[i]!) : 0;
      }
      return Infinity;
    }
    const pay = Math.min(cap, missing / row[best]!);
    contract[best] = pay;
    payment += Pa[best]! * pay;
    missing = pay < cap ? 0 : missing - row[best]! * pay;
    multipliers[0] = Pa[best]! / row[best]!;
  }
  const lambda = multipliers[0]!;
  for (let i = 0; i < n; i++) {
    if (contract[i]! > 0) capPrices[i] = Math.max(0, lambda * row[i]! - Pa[i]!);
  }
  return payment;
}

/**
 * Two outcomes: only the difference `x₁ − x₀` matters to the agent, so the rows
 * `(p − p_b)(x₁ − x₀) ≥ gap_b` bound it from below (`p_b < p`) and from above (`p_b > p`), and the
 * least payment is the difference of smallest size, paid on one outcome.
 *
 * @param Pa law `[2]` of the wanted action
 * @param rows `Pa − Pb`, `[k, 2]`
 * @param gaps `[k]`
 * @returns the expected payment, or `Infinity` when no contract satisfies all rows.
 */
export function twoOutcomes(
  Pa: ArrayLike<number>,
  rows: ArrayLike<number>,
  gaps: ArrayLike<number>,
  k: number,
  cap: number,
  out: Solution,
): number {
  const { contract, multipliers, capPrices } = out;
  contract.fill(0, 0, 2);
  multipliers.fill(0, 0, k);
  capPrices.fill(0, 0, 2);
  let low = -Infinity, high = Infinity;
  let lowRow = -1, highRow = -1;
  for (let b = 0; b < k; b++) {
    const slope = rows[2 * b + 1]!;
    if (Math.abs(slope) <= PIVOT_TOLERANCE) {
      if (gaps[b]! <= 0) continue;
      multipliers[b] = 1;
      return Infinity;
    }
    const bound = gaps[b]! / slope;
    if (slope > 0 && bound > low) [low, lowRow] = [bound, b];
    if (slope < 0 && bound < high) [high, highRow] = [bound, b];
  }
  if (low > high) {
    // A mixture of a less and a more successful action: weights that cancel the slopes.
    const up = rows[2 * lowRow + 1]!, down = -rows[2 * highRow + 1]!;
    const weight = down / (up + down);
    const saving = weight * gaps[lowRow]! + (1 - weight) * gaps[highRow]!;
    if (saving > PIVOT_TOLERANCE * Math.max(Math.abs(gaps[lowRow]!), Math.abs(gaps[highRow]!))) {
      multipliers[lowRow] = weight;
      multipliers[highRow] = 1 - weight;
      return Infinity;
    }
  }
  const [paid, amount, row] = low > 0
    ? [1, low, lowRow]
    : high < 0
    ? [0, -high, highRow]
    : [0, 0, -1];
  if (row < 0) return 0;
  if (amount > cap * (1 + PIVOT_TOLERANCE)) {
    multipliers[row] = 1;
    capPrices[paid] = rows[2 * row + paid]!;
    return Infinity;
  }
  contract[paid] = Math.min(amount, cap);
  multipliers[row] = Pa[paid]! / rows[2 * row + paid]!;
  return Pa[paid]! * contract[paid]!;
}
