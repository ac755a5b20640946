/**
 * The repeated multi-step game: post contracts for an episode, watch the trajectory.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { bestResponse, type Response } from "../planning/best_response.ts";
import { type Instance, reachable } from "../instance/instance.ts";
import { plan } from "../planning/plan.ts";
import { emptyPlan, StatePlanner } from "../planning/state_planner.ts";
import type { GameOptions } from "../learning/bandit.ts";
import { RegretLedger } from "../learning/regret_ledger.ts";

/** What the principal sees of one episode. The object is reused by the next episode. */
export interface Episode {
  /** States `[H + 1]`, the last one being the outcome of the last step. */
  readonly states: Int32Array;
  /** Actions `[H]`, −1 when actions are hidden. */
  readonly actions: Int32Array;
  /** Realised sum of rewards less payments. */
  profit: number;
}

/**
 * A principal–agent MDP played episode after episode against an agent that best-responds in each. The
 * learner posts contracts and sees episodes; the {@linkcode RegretLedger} sees exact expectations,
 * computed once per posting.
 *
 * The split: policy loss is the benchmark less the value of the recommended policy at its least payments
 * (`E_π Σ ζ`, with continuations of the same policy); it is negative where recommending a worse
 * action later saves payments earlier. Premium is what the posted contracts pay above that if followed;
 * failed inducement is what the agent's own choice costs the principal beyond.
 */
export class ContractGame {
  readonly ledger = new RegretLedger();
  /** The truth. Each learner's doc comment lists which fields it may read. */
  readonly instance: Instance;
  /** Principal's value per episode of the benchmark. */
  readonly benchmark: number;
  /** Whether episodes show the agent's actions. */
  readonly observed: boolean;

  readonly #random: Random;
  readonly #reached: Uint8Array;
  readonly #response: Response;
  readonly #followed: Response;
  /** Recommended actions, filled up with the agent's own where there is no recommendation. */
  readonly #hoped: Int32Array;
  readonly #least = new Map<string, number>();
  readonly #lastPolicy: Int32Array;
  #lastLeast = NaN;
  readonly #planner: StatePlanner;
  readonly #episode: Episode;
  #contracts: Float64Array;
  #parts: readonly [number, number, number, boolean] = [0, 0, 0, false];

  /** @param benchmark value per episode that regret is measured against; the plan's unless given */
  constructor(
    instance: Instance,
    random: Random,
    options: GameOptions & { benchmark?: number } = {},
  ) {
    const { H, n } = instance;
    this.instance = instance;
    this.benchmark = options.benchmark ?? plan(instance).value;
    this.#random = random;
    this.observed = options.observeAction ?? true;
    this.#reached = reachable(instance);
    const values = () => ({
      actions: new Int32Array(H * n),
      VA: new Float64Array((H + 1) * n),
      VP: new Float64Array((H + 1) * n),
    });
    this.#response = values();
    this.#followed = values();
    this.#hoped = new Int32Array(H * n);
    this.#lastPolicy = new Int32Array(H * n).fill(-2);
    this.#planner = new StatePlanner(instance);
    this.#episode = { states: new Int32Array(H + 1), actions: new Int32Array(H), profit: 0 };
    this.#contracts = new Float64Array(H * n * n);
  }

  /**
   * Posts contracts `[H, n, n]` for the episodes to come; the array is read while they are played.
   *
   * @param rec recommended actions `[H, n]`; −1 or none: whatever the agent does counts as recommended
   */
  post(contracts: Float64Array, rec?: Int32Array): void {
    this.#contracts = contracts;
    const { instance } = this;
    const { start } = instance;
    const hoped = this.#hoped;
    const actual = bestResponse(instance, contracts, {
      into: this.#response,
      only: this.#reached,
      ...(rec === undefined ? {} : { rec }),
    });
    for (let at = 0; at < hoped.length; at++) hoped[at] = actual.actions[at]!;
    let followed = actual.VP[start]!;
    let deviated = false;
    if (rec !== undefined) {
      const reached = this.#reached;
      for (let at = 0; at < rec.length; at++) {
        if (reached[at] === 0 || rec[at]! < 0 || actual.actions[at] === rec[at]) continue;
        hoped[at] = rec[at]!;
        deviated = true;
      }
      // What the recommendation would have been worth is wanted only where it was not followed.
      if (deviated) {
        followed = bestResponse(instance, contracts, {
          into: this.#followed,
          only: this.#reached,
          rec: hoped,
          tolerance: Infinity,
        }).VP[start]!;
      }
    }
    const least = this.#leastPaid(hoped);
    const reference = least === -Infinity ? followed : least;
    this.#parts = [
      this.benchmark - reference,
      reference - followed,
      followed - actual.VP[start]!,
      deviated,
    ];
  }

  /** Plays one episode under the posted contracts. */
  play(): Episode {
    const { instance } = this;
    const { H, n, m, P, r } = instance;
    const { states, actions } = this.#episode;
    const responses = this.#response.actions, contracts = this.#contracts, random = this.#random;
    const observed = this.observed;
    const [policyLoss, premium, failed, deviated] = this.#parts;
    this.ledger.add(policyLoss, premium, failed, deviated);
    let profit = 0;
    let s = instance.start;
    states[0] = s;
    for (let h = 0; h < H; h++) {
      const at = h * n + s, a = responses[at]!, row = (at * m + a) * n;
      let left = random.uniform();
      let next = 0;
      for (; next < n - 1; next++) {
        left -= P[row + next]!;
        if (left < 0) break;
      }
      while (P[row + next] === 0) next--;
      profit += r[row + next]! - contracts[at * n + next]!;
      actions[h] = observed ? a : -1;
      states[h + 1] = s = next;
    }
    this.#episode.profit = profit;
    return this.#episode;
  }

  /** Plays episodes under the posted contracts that nobody looks at. */
  skip(episodes: number): void {
    if (episodes > 0) this.ledger.add(...this.#parts, episodes);
  }

  /** Value of a policy when every action in it is induced at its least payment. */
  #leastPaid(policy: Int32Array): number {
    const last = this.#lastPolicy;
    let same = true;
    for (let at = 0; at < policy.length; at++) same &&= policy[at] === last[at];
    if (same) return this.#lastLeast;
    const key = policy.join();
    const known = this.#least.get(key) ?? this.#computeLeastPaid(policy);
    this.#least.set(key, known);
    this.#lastPolicy.set(policy);
    return this.#lastLeast = known;
  }

  #computeLeastPaid(policy: Int32Array): number {
    const { H, n, start } = this.instance;
    const trial = emptyPlan(this.instance);
    for (let h = H - 1; h >= 0; h--) {
      for (let s = 0; s < n; s++) {
        const at = h * n + s;
        if (this.#reached[at] === 0) continue;
        if (!this.#planner.fill(trial, h, s, policy[at]!, false)) return -Infinity;
      }
    }
    return trial.VP[start]!;
  }
}
