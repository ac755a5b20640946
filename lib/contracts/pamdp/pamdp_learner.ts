/**
 * Learning to contract in a principal–agent MDP of which nothing but rewards is known.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { Described, UserError } from "offprint/errors.ts";
import { EstimatedModel } from "./estimated_model.ts";
import { explorationLength } from "../learning/explore_then_commit.ts";
import type { ContractGame } from "./game.ts";
import { requireObservedActions } from "../learning/observed_actions.ts";
import { explore } from "./pamdp_exploration.ts";

/** A plan is recomputed when some action in use has been seen this many times as often. */
const GROWTH = 1.25;

/** Settings of {@linkcode learnContracts}. */
export interface LearnContractsOptions {
  /** T, the number of episodes. */
  horizon: number;
  /** Draws the contracts tried in the search. */
  random: Random;
  /**
   * Episodes of exploration, {@linkcode explorationLength} unless given; more, up to T/4, if searches are
   * still running by then.
   */
  exploration?: number;
}

/** How a run went, beside the game's ledger. */
export interface LearnContractsRun {
  /** Episodes of exploration, and regret entered in them. */
  exploration: number;
  explorationRegret: number;
  /** Times contracts were computed afterwards. */
  replans: number;
  /** Actions recommended at the end `[H, n]`, −1 where the learner never came. */
  rec: Int32Array;
}

/**
 * The general learner (our construction). It reads from the instance the sizes, rewards, cap,
 * start and whether the agent is far-sighted and patient; laws and costs it learns. Actions must be observed.
 *
 * Exploration, `T^(2/3)(ln T)^(1/3)` episodes: see {@linkcode explore}. Afterwards backward induction with
 * pessimism for the agent (each contract carries a margin for the error of the agent's estimated
 * continuation) and optimism for the principal (a bonus on the value of each action); recomputed as data on
 * the actions in use grow, and at once, with doubled margin and the refused contract excluded, where the
 * agent did something else.
 *
 * @throws {UserError} when the cap is not finite or actions are hidden.
 */
export function learnContracts(
  game: ContractGame,
  options: LearnContractsOptions,
): LearnContractsRun {
  requireObservedActions("learnContracts", game);
  const { instance } = game;
  const { H, n, m, cap, deltaP } = instance;
  if (!(cap < Infinity)) {
    throw new UserError({
      what: `learnContracts on ${instance.name}`,
      got: new Described(`cap ${cap}`),
      expected: "a finite cap on payments",
      todo: "Set cap, for example to three times the largest reward of a step.",
    });
  }
  const { horizon, random } = options;
  const model = new EstimatedModel(instance, horizon);
  const wanted = Math.min(horizon, options.exploration ?? explorationLength(horizon));
  const exploration = explore(game, model, {
    episodes: wanted,
    limit: Math.max(wanted, Math.floor(horizon / 4)),
    tolerance: cap / (100 * horizon),
    random,
  });
  const explorationRegret = game.ledger.total;

  const contracts = new Float64Array(H * n * n);
  const rec = new Int32Array(H * n);
  const VP = new Float64Array((H + 1) * n);
  const largestReward = Math.max(...instance.r);
  const replan = () => {
    for (let h = H - 1; h >= 0; h--) {
      const next = (h + 1) * n;
      for (let s = 0; s < n; s++) {
        const at = h * n + s;
        let best = -Infinity;
        rec[at] = -1;
        contracts.fill(0, at * n, at * n + n);
        for (let a = 0; a < m; a++) {
          if (!model.knows(h, s, a)) continue;
          const { zeta, contract } = model.safeContract(h, s, a);
          if (zeta === Infinity) continue;
          let mean = 0, low = Infinity, high = -Infinity;
          for (let i = 0; i < n; i++) {
            const worth = instance.r[(at * m + a) * n + i]! - contract[i]! + deltaP * VP[next + i]!;
            mean += model.probability(h, s, a, i) * worth;
            low = Math.min(low, worth);
            high = Math.max(high, worth);
          }
          const value = Math.min(
            (H - h) * largestReward,
            mean + model.radius(h, s, a) * (high - low),
          );
          if (value <= best) continue;
          best = value;
          rec[at] = a;
          contracts.set(contract, at * n);
        }
        if (rec[at] < 0) {
          // Never visited, or nothing is safe yet: hope for the best, fear any rent.
          VP[at] = (H - h) * largestReward;
          model.value[at] = 0;
          model.error[at] = (H - h) * cap;
        } else {
          VP[at] = best;
          model.settle(h, s, rec[at]!, contracts.subarray(at * n, at * n + n));
        }
      }
    }
  };

  let replans = 0;
  let fresh = false;
  const limits = new Float64Array(H * n * m);
  for (let t = exploration; t < horizon; t++) {
    if (!fresh) {
      replan();
      replans++;
      game.post(contracts, rec);
      for (let i = 0; i < limits.length; i++) limits[i] = Math.ceil(GROWTH * model.totals[i]! + 1);
      fresh = true;
    }
    const { states, actions } = game.play();
    for (let h = 0; h < H; h++) {
      const at = h * n + states[h]!, action = actions[h]!;
      model.observe(h, states[h]!, action, states[h + 1]!);
      if (model.totals[at * m + action]! >= limits[at * m + action]!) fresh = false;
      if (rec[at]! >= 0 && action !== rec[at]) {
        model.learnRefusal(h, states[h]!, rec[at]!, action, contracts.subarray(at * n, at * n + n));
        fresh = false;
      }
    }
  }
  return { exploration, explorationRegret, replans, rec };
}
