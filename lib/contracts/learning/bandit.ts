/**
 * The one-step game against an agent with a hidden cost: post a contract, see what happens.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { TIE_TOLERANCE } from "../planning/best_response.ts";
import { costsAt, type Instance, lawAt, rewardsAt } from "../instance/instance.ts";
import { plan } from "../planning/plan.ts";
import { RegretLedger } from "./regret_ledger.ts";

/** What the principal sees of one round. The object is reused by the next round. */
export interface Round {
  /** The agent's action, or −1 when actions are hidden. */
  action: number;
  outcome: number;
  /** Realised reward less payment. */
  profit: number;
}

/** How a game is played. */
export interface GameOptions {
  /** Whether the principal sees the agent's actions; true unless given. */
  observeAction?: boolean;
}

/**
 * A contractual bandit: the instance's start state, again and again, with an agent that best-responds in
 * every round. The learner sees rounds; the {@linkcode RegretLedger} sees exact expectations.
 *
 * @throws {RangeError} unless the instance has one step.
 */
export class ContractBandit {
  readonly ledger = new RegretLedger();
  /** Outcomes, actions, cap: what everybody knows. */
  readonly n: number;
  readonly m: number;
  readonly cap: number;
  /** Whether rounds show the agent's action. */
  readonly observed: boolean;

  readonly #laws: Float64Array[];
  readonly #rewards: Float64Array[];
  readonly #costs: Float64Array;
  readonly #random: Random;
  readonly #best: number;
  /** Principal's value of each action at its least payment; NaN where it cannot be induced. */
  readonly #leastPaid: Float64Array;
  readonly #round: Round = { action: -1, outcome: 0, profit: 0 };
  readonly #utilities: Float64Array;
  readonly #values: Float64Array;

  constructor(instance: Instance, random: Random, options: GameOptions = {}) {
    if (instance.H !== 1) {
      throw new RangeError(`ContractBandit: got an instance with H = ${instance.H}, expected 1`);
    }
    const { n, m, start } = instance;
    this.n = n;
    this.m = m;
    this.cap = instance.cap;
    this.#random = random;
    this.observed = options.observeAction ?? true;
    this.#laws = Array.from({ length: m }, (_, a) => lawAt(instance, 0, start, a));
    this.#rewards = Array.from({ length: m }, (_, a) => rewardsAt(instance, 0, start, a));
    this.#costs = costsAt(instance, 0, start);
    const optimal = plan(instance);
    this.#best = optimal.value;
    this.#leastPaid = optimal.Q.slice(start * m, start * m + m).map((value) =>
      value === -Infinity ? NaN : value
    );
    this.#utilities = new Float64Array(m);
    this.#values = new Float64Array(m);
  }

  /**
   * Plays one round.
   *
   * @param contract payments `[n]`
   * @param rec the action the principal hopes for (taken when tied), or −1
   */
  post(contract: Float64Array, rec = -1): Round {
    const act = this.#settle(contract, rec, 1);
    const law = this.#laws[act]!;
    let left = this.#random.uniform();
    let outcome = 0;
    for (; outcome < this.n - 1; outcome++) {
      left -= law[outcome]!;
      if (left < 0) break;
    }
    while (law[outcome] === 0) outcome--;
    const round = this.#round;
    round.action = this.observed ? act : -1;
    round.outcome = outcome;
    round.profit = this.#rewards[act]![outcome]! - contract[outcome]!;
    return round;
  }

  /** Plays `rounds` rounds with one contract whose outcomes nobody looks at. */
  commit(contract: Float64Array, rec: number, rounds: number): void {
    if (rounds > 0) this.#settle(contract, rec, rounds);
  }

  /** The agent's choice, with its regret entered for `count` rounds. */
  #settle(contract: Float64Array, rec: number, count: number): number {
    const { n, m } = this;
    const utilities = this.#utilities, values = this.#values;
    let most = -Infinity;
    for (let a = 0; a < m; a++) {
      const law = this.#laws[a]!, rewards = this.#rewards[a]!;
      let paid = 0, earned = 0;
      for (let i = 0; i < n; i++) {
        paid += law[i]! * contract[i]!;
        earned += law[i]! * rewards[i]!;
      }
      const utility = paid - this.#costs[a]!;
      utilities[a] = utility;
      values[a] = earned - paid;
      if (utility > most) most = utility;
    }
    // Rounding decides no tie: a recommendation that is as good as any other is followed.
    const floor = most - TIE_TOLERANCE * (1 + Math.abs(most));
    let act = rec;
    if (rec < 0 || utilities[rec]! < floor) {
      act = -1;
      for (let a = 0; a < m; a++) {
        if (utilities[a]! >= floor && (act < 0 || values[a]! > values[act]!)) act = a;
      }
    }
    const hoped = rec < 0 ? act : rec;
    const followed = values[hoped]!;
    const least = this.#leastPaid[hoped]!;
    const reference = Number.isNaN(least) ? followed : least;
    this.ledger.add(
      this.#best - reference,
      reference - followed,
      followed - values[act]!,
      act !== hoped,
      count,
    );
    return act;
  }
}
