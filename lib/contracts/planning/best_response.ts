/**
 * What an agent that knows the true model does when contracts are posted, and what that is worth.
 *
 * @module
 */
import type { AgentKind, Instance } from "../instance/instance.ts";

/** Actions whose utility is this close to the best, relative to `1 + |best|`, are ties. */
export const TIE_TOLERANCE = 1e-9;

/** An agent's actions with the exact values of both sides. */
export interface Response {
  /** Actions taken `[H, n]`. */
  readonly actions: Int32Array;
  /** Agent's value to go `[H + 1, n]`, as received. */
  readonly VA: Float64Array;
  /** Principal's value to go `[H + 1, n]`. */
  readonly VP: Float64Array;
}

/** How the agent answers. */
export interface ResponseOptions {
  /** Recommended actions `[H, n]`, taken when they are among the ties; −1 or none: no recommendation. */
  rec?: ArrayLike<number>;
  /** `instance.agent` unless given. */
  agent?: AgentKind;
  /** {@linkcode TIE_TOLERANCE} unless given. */
  tolerance?: number;
  /** The `(h, s)` to compute `[H, n]`, for example the reachable ones; all of them unless given. */
  only?: Uint8Array;
  /** Arrays to write to instead of new ones. */
  into?: Response;
}

/** Room for what each action gives the agent, what it is judged by, and what it leaves the principal. */
const scratch = (m: number): [Float64Array, Float64Array, Float64Array] => [
  new Float64Array(m),
  new Float64Array(m),
  new Float64Array(m),
];
// Kept between calls: this runs once per posted contract, and new arrays cost more than the sums.
let kept = scratch(16);

/**
 * The agent's exact best response to `contracts` `[H, n, n]` by backward induction. Ties go to the
 * recommended action, else to the tied action that is worth most to the principal, else to the
 * smallest index. A myopic agent leaves the continuation out of its choice but still receives it.
 *
 * @throws {RangeError} when `contracts` has the wrong length.
 */
export function bestResponse(
  instance: Instance,
  contracts: ArrayLike<number>,
  options: ResponseOptions = {},
): Response {
  const { H, n, m, P, r, c, deltaA, deltaP } = instance;
  if (contracts.length !== H * n * n) {
    throw new RangeError(
      `bestResponse: got ${contracts.length} payments, expected H·n·n = ${H * n * n}`,
    );
  }
  const { rec, tolerance = TIE_TOLERANCE } = options;
  const farsighted = (options.agent ?? instance.agent) === "farsighted";
  const out = options.into ?? {
    actions: new Int32Array(H * n),
    VA: new Float64Array((H + 1) * n),
    VP: new Float64Array((H + 1) * n),
  };
  const { actions, VA, VP } = out;
  const { only } = options;
  // Short loops, here and in the caller, are quicker than the calls that do the same.
  for (let at = 0; at < H * n; at++) VA[at] = VP[at] = 0;
  if (kept[0].length < m) kept = scratch(m);
  const [received, utility, worth] = kept;
  for (let h = H - 1; h >= 0; h--) {
    const later = (h + 1) * n;
    for (let s = 0; s < n; s++) {
      const at = h * n + s;
      if (only !== undefined && only[at] === 0) continue;
      let most = -Infinity;
      for (let a = 0; a < m; a++) {
        const row = (at * m + a) * n;
        let paid = 0, continued = 0, earned = 0;
        for (let next = 0; next < n; next++) {
          const p = P[row + next]!, pay = contracts[at * n + next]!;
          paid += p * pay;
          continued += p * VA[later + next]!;
          earned += p * (r[row + next]! - pay + deltaP * VP[later + next]!);
        }
        const own = paid - c[at * m + a]!, whole = own + deltaA * continued;
        const wanted = farsighted ? whole : own;
        received[a] = whole;
        utility[a] = wanted;
        worth[a] = earned;
        if (wanted > most) most = wanted;
      }
      const floor = most - tolerance * (1 + Math.abs(most));
      const recommended = rec?.[at] ?? -1;
      let act = -1;
      if (recommended >= 0 && utility[recommended]! >= floor) act = recommended;
      else {
        for (let a = 0; a < m; a++) {
          if (utility[a]! >= floor && (act < 0 || worth[a]! > worth[act]!)) act = a;
        }
      }
      actions[at] = act;
      VA[at] = received[act]!;
      VP[at] = worth[act]!;
    }
  }
  return out;
}
