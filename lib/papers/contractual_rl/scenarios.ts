/**
 * Three settings in which someone pays for effort it cannot see, as instances with numbers to change.
 *
 * @module
 */
import { type Instance, parseInstance } from "offprint/contracts/instance/mod.ts";

/** Numbers of {@linkcode contentPlatform}. */
export interface ContentPlatformOptions {
  /** Posts until the season ends. */
  H?: number;
  /** Platform's earnings per post at low, medium and high engagement. */
  earnings?: readonly [number, number, number];
  /** Creator's cost of reposting nothing, a routine post and an original one. */
  costs?: readonly [number, number, number];
  /** How much of the audience's mood carries over from post to post, 0 to 1. */
  inertia?: number;
  cap?: number | null;
}

/**
 * A content platform pays a creator by the engagement that a post reaches. States are engagement levels; effort
 * raises the chance of a higher one, and engagement carries over.
 */
export function contentPlatform(options: ContentPlatformOptions = {}): Instance {
  const { H = 4, earnings = [0, 0.5, 1], costs = [0, 0.06, 0.18], inertia = 0.4, cap = null } =
    options;
  const effort = [[0.75, 0.2, 0.05], [0.4, 0.4, 0.2], [0.15, 0.35, 0.5]];
  const laws = [0, 1, 2].map((s) =>
    effort.map((law) => law.map((p, next) => (1 - inertia) * p + (next === s ? inertia : 0)))
  );
  return parseInstance({
    name: "content platform",
    P: times(H, laws),
    r: times(H, times(3, [...earnings])),
    c: times(H, times(3, [...costs])),
    cap,
    labels: {
      states: times(H + 1, ["low", "medium", "high"]),
      actions: ["nothing", "routine post", "original post"],
    },
  });
}

/** Numbers of {@linkcode dataLabelling}. */
export interface DataLabellingOptions {
  /** Share of batches that are audited. */
  auditRate?: number;
  /** Labels that are right when guessing, skimming and reading. */
  accuracy?: readonly [number, number, number];
  /** Labeller's cost per batch of each. */
  costs?: readonly [number, number, number];
  /** Worth of a batch whose labels are all right. */
  value?: number;
  cap?: number | null;
}

/**
 * A batch of labels, paid by what an audit says. Outcomes: audited and bad, audited and good, not audited with low
 * or high agreement with other labellers. What a batch is worth to the buyer hangs on how it was made and
 * is not seen when it is paid for, so rewards depend on the action and revenue cannot be shared.
 */
export function dataLabelling(options: DataLabellingOptions = {}): Instance {
  const {
    auditRate = 0.3,
    accuracy = [0.3, 0.7, 0.95],
    costs = [0, 0.08, 0.2],
    value = 1.5,
    cap = null,
  } = options;
  // An unaudited batch shows high agreement mostly, but not only, when it is good.
  const agreement = (right: number) => 0.25 + 0.5 * right;
  const laws = accuracy.map((right) =>
    normalised([
      auditRate * (1 - right),
      auditRate * right,
      (1 - auditRate) * (1 - agreement(right)),
      (1 - auditRate) * agreement(right),
    ])
  );
  const rewards = accuracy.map((right) => times(4, value * right));
  return parseInstance({
    name: "data labelling",
    P: [times(4, laws)],
    r: [times(4, rewards)],
    c: [times(4, [...costs])],
    cap,
    labels: {
      states: [["batch", "batch", "batch", "batch"], [
        "audit: bad",
        "audit: good",
        "low agreement",
        "high agreement",
      ]],
      actions: ["guess", "skim", "read"],
    },
  });
}

/** Numbers of {@linkcode maintenanceChain}. */
export interface MaintenanceOptions {
  /** Shifts. */
  H?: number;
  /** Wear states, 3 to 5, from new to broken. */
  n?: 3 | 4 | 5;
  /** Owner's earnings per shift when the machine is new; they fall to 0 when it is broken. */
  output?: number;
  /** Operator's cost of ignoring, oiling and overhauling. */
  costs?: readonly [number, number, number];
  cap?: number | null;
}

/**
 * A machine wears from shift to shift unless its operator cares for it. Care today pays off over many shifts, so
 * it matters whether the operator looks ahead.
 */
export function maintenanceChain(options: MaintenanceOptions = {}): Instance {
  const { H = 8, n = 4, output = 1, costs = [0, 0.05, 0.2], cap = null } = options;
  // Chances of one step better, no change, one step worse.
  const moves = [[0, 0.35, 0.65], [0.1, 0.7, 0.2], [0.6, 0.35, 0.05]];
  const laws = Array.from({ length: n }, (_, s) =>
    moves.map((move) => {
      const law = new Array(n).fill(0);
      move.forEach((p, k) => law[Math.min(n - 1, Math.max(0, s + k - 1))] += p);
      return normalised(law);
    }));
  const rewards = Array.from({ length: n }, (_, next) => output * (1 - next / (n - 1)));
  const names = Array.from(
    { length: n },
    (_, s) => s === 0 ? "new" : s === n - 1 ? "broken" : `wear ${s}`,
  );
  return parseInstance({
    name: "maintenance chain",
    P: times(H, laws),
    r: times(H, times(n, rewards)),
    c: times(H, times(n, [...costs])),
    cap,
    labels: { states: times(H + 1, names), actions: ["ignore", "oil", "overhaul"] },
  });
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
