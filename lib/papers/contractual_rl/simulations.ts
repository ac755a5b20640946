/**
 * The simulations that show the rates: fixed instances, learners and horizons.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import {
  binaryOutcomeExample,
  farsightedExample,
  type Instance,
  randomInstance,
  twoActionExample,
} from "offprint/contracts/instance/mod.ts";
import {
  ContractBandit,
  exploreThenCommit,
  linearGrid,
  type OneRival,
  paymentSearch,
  type RegretLedger,
  searchThenUcb,
  shrinkingMargin,
  withoutMargin,
} from "offprint/contracts/learning/mod.ts";
import { ContractGame, learnContracts, learnWorkLaws } from "offprint/contracts/pamdp/mod.ts";

/** Names of the simulations; S1 to S6 are the notebook's, the last two for the general learner. */
export type ExperimentId =
  | "S1"
  | "S2"
  | "S3"
  | "S4"
  | "S4-fixed-gap"
  | "S5"
  | "S6-margin"
  | "S6-explore"
  | "general-C2"
  | "general-random";

/** One learner on one instance, ready to run at any horizon. */
export interface Experiment {
  readonly id: ExperimentId;
  /** What learns, in a few words. */
  readonly title: string;
  /** Exponent of T that theory gives, logarithms aside; null for logarithmic regret. */
  readonly exponent: number | null;
  /** Horizons T in half decades. */
  readonly horizons: readonly number[];
  /** Plays T rounds (or episodes); the same arguments give the same ledger. */
  run(horizon: number, seed: number): RegretLedger;
}

/** D1 as the learner of S1 to S3 knows it. */
const D1_RIVAL: OneRival = { target: 1, outcome: 2, rivalProbability: 0.1, extraCost: 0.3 };

/** The seed of the random 3×3×3 instance of `general-random`; its optimum needs costly actions. */
const RANDOM_INSTANCE_SEED = 1;

const HALF_DECADES = [1e3, 3162, 1e4, 31623, 1e5, 316228, 1e6];

/** The random instance that the general learner is tried on: H = n = m = 3, payments capped at 3. */
export function learnerInstance(): Instance {
  return randomInstance({ H: 3, n: 3, m: 3, seed: RANDOM_INSTANCE_SEED, cap: 3 });
}

/** All simulations by name. */
export function experiments(): Record<ExperimentId, Experiment> {
  const onD1 = (
    id: ExperimentId,
    title: string,
    exponent: number,
    horizons: readonly number[],
    learn: (bandit: ContractBandit, horizon: number) => void,
  ): Experiment => ({
    id,
    title,
    exponent,
    horizons,
    run(horizon, seed) {
      const bandit = new ContractBandit(twoActionExample(), streamOf(id, horizon, seed));
      learn(bandit, horizon);
      return bandit.ledger;
    },
  });
  const searching = (id: ExperimentId, title: string, reward: (horizon: number) => number) => ({
    id,
    title,
    horizons: [300, ...HALF_DECADES.slice(0, 5)],
    run(horizon: number, seed: number) {
      // The worth of success may change with the horizon, and with it how far the two actions lie apart.
      const worth = reward(horizon);
      const instance = binaryOutcomeExample([0, 0.6, 0.8], [0.3, 0.4], worth);
      const bandit = new ContractBandit(instance, streamOf(id, horizon, seed));
      searchThenUcb(bandit, {
        horizon,
        search: paymentSearch(1, 1),
        actions: [1, 2],
        rewards: [0, worth],
      });
      return bandit.ledger;
    },
  });
  const chain = (
    id: ExperimentId,
    exponent: number,
    method: "shrinking margin" | "explore then commit",
  ): Experiment => ({
    id,
    title: `two steps, ${method}`,
    exponent,
    horizons: HALF_DECADES.slice(2),
    run(horizon, seed) {
      const game = new ContractGame(farsightedExample({ cap: 3 }), streamOf(id, horizon, seed));
      learnWorkLaws(game, { horizon, method });
      return game.ledger;
    },
  });
  const general = (id: ExperimentId, title: string, instance: Instance): Experiment => ({
    id,
    title,
    exponent: 2 / 3,
    horizons: HALF_DECADES.slice(3),
    run(horizon, seed) {
      const game = new ContractGame(instance, streamOf(id, horizon, seed));
      learnContracts(game, { horizon, random: stream(seed, "contracts", id, horizon, "search") });
      return game.ledger;
    },
  });
  return {
    S1: onD1("S1", "shrinking margin", 1 / 2, HALF_DECADES, (bandit, horizon) => {
      shrinkingMargin(bandit, horizon, D1_RIVAL);
    }),
    S2: onD1("S2", "explore then commit", 2 / 3, HALF_DECADES, (bandit, horizon) => {
      exploreThenCommit(bandit, horizon, D1_RIVAL);
    }),
    S3: onD1("S3", "no margin", 1, HALF_DECADES.slice(0, 5), (bandit, horizon) => {
      withoutMargin(bandit, horizon, D1_RIVAL);
    }),
    S4: {
      ...searching("S4", "search + UCB, gap 1/√T", (horizon) => 0.7 + 5 / Math.sqrt(horizon)),
      exponent: 1 / 2,
    },
    "S4-fixed-gap": {
      ...searching("S4-fixed-gap", "search + UCB, gap 0.06", () => 1),
      exponent: null,
    },
    S5: {
      id: "S5",
      title: "naive grid + UCB",
      exponent: 2 / 3,
      horizons: HALF_DECADES.slice(0, 5),
      run(horizon, seed) {
        const instance = binaryOutcomeExample(
          [0, 0.2, 0.4, 0.6, 0.8],
          [0.1137, 0.2137, 0.3137, 0.4137],
          1,
        );
        const bandit = new ContractBandit(instance, streamOf("S5", horizon, seed));
        linearGrid(bandit, horizon, [0, 1]);
        return bandit.ledger;
      },
    },
    "S6-margin": chain("S6-margin", 1 / 2, "shrinking margin"),
    "S6-explore": chain("S6-explore", 2 / 3, "explore then commit"),
    "general-C2": general("general-C2", "general learner, C2", farsightedExample({ cap: 3 })),
    "general-random": general("general-random", "general learner, 3×3×3", learnerInstance()),
  };
}

function streamOf(id: ExperimentId, horizon: number, seed: number) {
  return stream(seed, "contracts", id, horizon);
}
