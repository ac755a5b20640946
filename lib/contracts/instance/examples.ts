/**
 * The instances worked out by hand (all ours: the paper's own examples, if it has any, are unknown).
 *
 * @module
 */
import type { Instance } from "./instance.ts";
import { type InstanceJson, parseInstance } from "./parse_instance.ts";

/** Fields of an example that may be replaced. */
export type ExampleSettings = Partial<
  Pick<InstanceJson, "cap" | "concept" | "agent" | "deltaA" | "deltaP">
>;

/** The numbers of C1: outcome distributions of the actions `[m][n]`, their costs, what outcomes are worth, and the actions' names. */
export const ONE_STEP = {
  laws: [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]],
  costs: [0, 0.1, 0.3],
  rewards: [0, 0.5, 1],
  actions: ["shirk", "half effort", "full effort"],
} as const;

/**
 * C1: one step, three outcomes worth 0, ½ and 1, three actions (shirk, half effort, full effort).
 * Inducing full effort costs ζ = 0.36, paid as 0.6 on the best outcome.
 *
 * @param options.mixture adds a fourth action that mixes shirk and full effort at cost 0.2: it cannot
 * be induced, because the mixture itself costs 0.15
 */
export function oneStepExample(
  settings: ExampleSettings = {},
  options: { mixture?: boolean } = {},
): Instance {
  const laws = ONE_STEP.laws.map((law): number[] => [...law]);
  const costs: number[] = [...ONE_STEP.costs];
  const actions: string[] = [...ONE_STEP.actions];
  if (options.mixture) {
    laws.push([0.4, 0.25, 0.35]);
    costs.push(0.2);
    actions.push("mixture");
  }
  return oneStep("C1: three outcomes", laws, costs, [...ONE_STEP.rewards], actions, settings);
}

/**
 * C2: two steps. In the first the agent's work makes the good state G more likely, in the second its work
 * makes the reward 3 more likely, more so in G. Far-sighted 1.89, myopic 1.91, Markov commitment 1.94.
 * State 1 of the first step is never entered; it copies state 0.
 */
export function farsightedExample(settings: ExampleSettings = {}): Instance {
  const first = [[0.3, 0.7], [0.8, 0.2]];
  return parseInstance({
    name: "C2: far-sighted agent",
    P: [
      [first, first],
      [[[0.5, 0.5], [0.1, 0.9]], [[0.7, 0.3], [0.5, 0.5]]],
    ],
    r: [[[0, 0], [0, 0]], [[0, 3], [0, 3]]],
    c: [[[0, 0.2], [0, 0.2]], [[0, 0.1], [0, 0.1]]],
    labels: {
      states: [["start", "unused"], ["good", "bad"], ["no", "yes"]],
      actions: ["shirk", "work"],
    },
    ...settings,
  });
}

/** C3: the regression instance, H = n = m = 3, with laws from a fixed arithmetic rule. */
export function regressionExample(settings: ExampleSettings = {}): Instance {
  const range = [0, 1, 2];
  const weight = (h: number, s: number, a: number, next: number) =>
    1 + ((3 * s + 5 * a + 7 * next + 2 * h) % 11);
  return parseInstance({
    name: "C3: regression instance",
    P: range.map((index) =>
      range.map((s) =>
        range.map((a) => {
          const weights = range.map((next) => weight(index + 1, s, a, next));
          const total = weights.reduce((sum, w) => sum + w, 0);
          return weights.map((w) => w / total);
        })
      )
    ),
    r: range.map(() => range.map(() => [0, 0.5, 1])),
    c: range.map((index) =>
      range.map((s) => [0, 0.02 * (1 + s), 0.05 * (1 + ((s + index + 1) % 2))])
    ),
    ...settings,
  });
}

/**
 * D1: C1 with only shirk (action 0) and full effort (action 1), payments capped at 3. The best contract
 * pays 0.6 on the best outcome: ζ = 0.36, principal 0.39.
 */
export function twoActionExample(settings: ExampleSettings = {}): Instance {
  const laws = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]];
  return oneStep("D1: two actions", laws, [0, 0.3], [0, 0.5, 1], ["shirk", "full effort"], {
    cap: 3,
    ...settings,
  });
}

/**
 * A one-step instance with outcomes failure and success: action a succeeds with probability
 * `success[a]`, and its cost is such that a payment of `thresholds[a − 1]` on success makes the agent
 * move from action a − 1 to a. Success is worth `reward` to the principal.
 *
 * @param success increasing, starting with the free action
 * @param thresholds increasing, one fewer
 */
export function binaryOutcomeExample(
  success: readonly number[],
  thresholds: readonly number[],
  reward: number,
  settings: ExampleSettings = {},
): Instance {
  const costs = [0];
  for (let a = 1; a < success.length; a++) {
    costs.push(costs[a - 1]! + thresholds[a - 1]! * (success[a]! - success[a - 1]!));
  }
  const laws = success.map((p) => [1 - p, p]);
  return oneStep("binary outcome", laws, costs, [0, reward], undefined, settings);
}

function oneStep(
  name: string,
  laws: number[][],
  costs: number[],
  rewards: number[],
  actions: string[] | undefined,
  settings: ExampleSettings,
): Instance {
  const each = <T>(value: T) => rewards.map(() => value);
  return parseInstance({
    name,
    P: [each(laws)],
    r: [each(rewards)],
    c: [each(costs)],
    ...(actions === undefined ? {} : { labels: { actions } }),
    ...settings,
  });
}
