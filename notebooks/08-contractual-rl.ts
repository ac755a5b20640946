// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"codemirror_mode":"typescript","file_extension":".ts","mimetype":"text/x.typescript","name":"typescript","nbconvert_exporter":"script","pygments_lexer":"typescript"},"offprint":{"cellSeconds":600,"exclusive":false,"paper":"08-contractual-rl"}}
// ---

// %% [markdown] id="title"
// # 08 · What to pay someone whose work you cannot see
//
// A platform wants good posts, a buyer wants careful labels, an owner wants a machine looked after. None of them does the
// work. Each can only promise money for results, and the person who works bears the effort and knows more. This notebook
// computes the cheapest promises that work, over many steps and for a worker who plans ahead. Then it learns such
// promises from observation alone. The one who pays is called the *principal*, the one who works the *agent*, and a promise
// of payments for what may come out is a *contract*.

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("08-contractual-rl"));

// %% [markdown] id="provenance"
// **Read this first.** We could read only the abstract of this paper. The abstract promises a polynomial-time dynamic
// program against a far-sighted agent, and learners whose *regret* (what they earn less than the best contracts would, summed
// over $T$ rounds) is of order $\sqrt T$ for several classes of problems, and $T^{2/3}$ in general. Everything below, the model, the programs, the learners, the examples and every number, is *our construction*
// of what such statements can mean. No theorem here carries a number of the paper.

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Least payments.** For each state and each action there is a cheapest contract that makes the agent take that
//   action. It is the solution of a small linear program. The agent keeps a *rent*, a gain above its cost, because
//   payments cannot be negative.
// * **Planning goes backward.** The rents that later contracts will leave are part of what the agent considers today. One
//   linear program for each step, state and action gives the optimal contracts.
// * **Looking ahead helps and hurts.** A rent that waits in a good state motivates the agent at no extra cost. A rent that
//   waits in a bad state works against the principal, who must then pay more. A principal who can commit may promise
//   *less* later in order to pay less now.
// * **The cheapest contract has no safety.** Under it the agent is indifferent. If the payment is slightly lower, the
//   agent stops working. So a learner must pay a margin, and its regret is the price of that margin: of order $\sqrt T$ if
//   the data come from the action that is being paid for, $T^{2/3}$ if exploration has to be bought separately. Without any
//   margin the regret is of order $T$: the learner never recovers.

// %% id="verdicts" tags=["imports"]
await verdicts("08-contractual-rl");

// %% id="imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import { bisect } from "offprint/contracts/boundaries/mod.ts";
import {
  binaryOutcomeExample,
  costsAt,
  farsightedExample,
  type Instance,
  lawAt,
  oneStepExample,
  parseInstance,
  randomInstance,
  regressionExample,
  withCostScale,
  withHorizon,
  withSettings,
} from "offprint/contracts/instance/mod.ts";
import {
  boundaryCosts,
  ContractBandit,
  explorationLength,
  paymentFor,
  roundsPerQuery,
  shrinkingMargin,
} from "offprint/contracts/learning/mod.ts";
import {
  incentiveRows,
  leastPayment,
  LeastPaymentSolver,
  linearProgram,
  loadGeneralSolver,
} from "offprint/contracts/payments/mod.ts";
import {
  bestLinearContract,
  bestResponse,
  evaluate,
  firstBest,
  implementability,
  incentiveSlack,
  inducibilityGap,
  inducingContract,
  plan,
  problemAt,
  robustContract,
  smallestCap,
  withoutLimitedLiability,
  zeroContract,
} from "offprint/contracts/planning/mod.ts";
import { messageOf } from "offprint/errors.ts";
import {
  check,
  claim,
  claimsTable,
  equation,
  experimentsOf,
  formatNumber,
  md,
  plot,
  progress,
  sweep,
  table,
} from "offprint/notebook/mod.ts";
import {
  benchmarkRows,
  bonusTrace,
  contentPlatform,
  type CurvePoint,
  curvePoint,
  curveSlope,
  dataLabelling,
  type ExperimentId,
  experiments,
  maintenanceChain,
  paymentRows,
  simplexRegions,
} from "offprint/papers/contractual_rl/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate, logLogSlope, mean, meanInterval } from "offprint/stats.ts";
import { medianTimesMs } from "offprint/timing.ts";

// %% [markdown] id="idea"
// ## The idea, by hand
//
// There is one principal, one agent, one step and two outcomes. If the agent works, it succeeds with probability $p$ and bears a cost
// $c$. If it shirks, it succeeds with the smaller probability $p_0$ at no cost. Success is worth 1 to the principal, who
// sees only success or failure and promises a bonus $\beta$ for success.
//
// The agent compares $p\,\beta-c$ (work) with $p_0\,\beta$ (shirk). Both are equal at
//
// $$\beta^\star=\frac{c}{p-p_0}.$$
//
// Below $\beta^\star$ every bonus is wasted. Above it, every further cent is a gift to the agent. Exactly at $\beta^\star$
// the agent is indifferent, and the whole notebook is about this point.

// %% id="idea-numbers"
// change me: with 0.6 success says less about effort, and the least bonus rises from 0.4 to 0.67.
const workSucceeds = 0.8;
const shirkSucceeds = 0.3;
const costOfWork = 0.2;

const leastBonus = costOfWork / (workSucceeds - shirkSucceeds);
const worker = binaryOutcomeExample([shirkSucceeds, workSucceeds], [leastBonus], 1);
const hand = leastPayment({
  laws: [[1 - shirkSucceeds, shirkSucceeds], [1 - workSucceeds, workSucceeds]],
  costs: [0, costOfWork],
  action: 1,
});
if (!hand.feasible) throw new Error("work succeeds as often as shirking, so no bonus induces it");
await display(check("the linear program finds the bonus of the formula", {
  got: hand.contract[1],
  expected: leastBonus,
}));

// %% id="idea-figure" tags=["drawing"]
const highestBonus = Math.max(1, 1.25 * leastBonus);
const bonuses = Array.from({ length: 201 }, (_, k) => k * highestBonus / 200);
const byBonus = [...bonuses, leastBonus].sort((a, b) => a - b).map((bonus) => {
  const { actions, VP, VA } = bestResponse(worker, Float64Array.of(0, bonus, 0, bonus));
  return { bonus, works: actions[0] === 1, principal: VP[0] ?? NaN, agent: VA[0] ?? NaN };
});
const shirkingPrincipal = shirkSucceeds * (1 - leastBonus);
const workingPrincipal = workSucceeds * (1 - leastBonus);
await display(plot({
  title: "The agent's two options, and what is left for the principal",
  alt: `Expected value against the bonus from 0 to ${formatNumber(highestBonus, 3)}. ` +
    `The agent's value of shirking rises slowly from 0, its value of working faster from ` +
    `${formatNumber(-costOfWork, 3)}; they cross at ${
      formatNumber(leastBonus, 3)
    }. The principal's value falls, ` +
    `jumps there from ${formatNumber(shirkingPrincipal, 3)} to ${
      formatNumber(workingPrincipal, 3)
    }, and falls again.`,
  caption:
    "The principal's best bonus is the smallest one that works. Just below it, most of the value is lost.",
  height: 320,
  x: { label: "bonus β for success" },
  y: { label: "expected value" },
  color: {
    legend: true,
    label: "whose value",
    domain: ["agent, working", "agent, shirking", "principal"],
  },
  data: byBonus.filter((_, k) => k % 20 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleX([leastBonus], { strokeDasharray: "3 3" }),
    Plot.lineY(bonuses, {
      x: (b) => b,
      y: (b) => workSucceeds * b - costOfWork,
      stroke: () => "agent, working",
    }),
    Plot.lineY(bonuses, {
      x: (b) => b,
      y: (b) => shirkSucceeds * b,
      stroke: () => "agent, shirking",
    }),
    Plot.lineY(byBonus, {
      x: "bonus",
      y: "principal",
      z: "works",
      stroke: () => "principal",
      strokeWidth: 2.5,
    }),
    Plot.text([{ x: leastBonus, y: workingPrincipal, label: "the agent switches" }], {
      x: "x",
      y: "y",
      text: "label",
      textAnchor: "start",
      dx: 6,
      dy: -12,
    }),
  ],
}));

// %% id="idea-table" tags=["drawing"]
await display(table([
  { whose: "agent: expected payment ζ", value: hand.zeta, how: "p β" },
  { whose: "agent: cost", value: costOfWork, how: "c" },
  { whose: "agent: rent", value: hand.rent, how: "p β − c, the same as shirking: p₀ β" },
  { whose: "principal", value: workSucceeds - hand.zeta, how: "p − p β" },
  { whose: "both together (welfare)", value: workSucceeds - costOfWork, how: "p − c" },
], { caption: "The cheapest contract that induces work" }));

// %% id="idea-short" tags=["drawing"]
await display(
  md`**In short.** Below a bonus of ${leastBonus} the agent shirks. At this bonus it works, the principal keeps ${
    workSucceeds - hand.zeta
  } and the agent a rent of ${hand.rent}.`,
);

// %% [markdown] id="timing-of-a-step"
// ### Many steps
//
// | | who | what happens at step $h$ in state $s$ |
// |---|---|---|
// | 1 | principal | promises payments $x_h(s,s')\ge0$, one for each possible next state $s'$ |
// | 2 | agent | knows everything, picks an action $a$, bears its cost $c_h(s,a)$ |
// | 3 | nature | draws $s'\sim P_h(\cdot\mid s,a)$ |
// | 4 | both | principal gets $r_h(s,s')-x_h(s,s')$, agent gets $x_h(s,s')-c_h(s,a)$ |
//
// A *far-sighted* agent counts what it will get in later steps; a *myopic* one does not. Ties go to the principal: the
// recommended action is taken when it is as good as any other. *First best* is the largest possible welfare, what a
// principal would reach who could do the work itself at the agent's costs.

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 08 --set costScale=1.5`. What each one changes is said beside
// it. The exact examples and the other claims do not depend on the last four.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full takes three times as many seeds for each regret curve. */
const profile: "quick" | "full" = "quick";
/**
 * Seed of every random stream.
 * Change me: 2 moves the regret curves within their bands, and exact results not at all.
 * @range 0 or more by 1
 */
const seed: number = 1;
/**
 * Seeds behind each point of a regret curve, in quick; at least two, so that there is a band.
 * Change me: with 5 the bands get twice as wide.
 * @range 2 or more by 1 @unit seeds
 */
const seeds: number = 20;
/**
 * Factor on the agent's costs in the scenarios.
 * Change me: with 2 the plans ask for less effort.
 * @range 0 or more
 */
const costScale: number = 1;
/**
 * Largest payment on one transition in the scenarios; 0 for none.
 * Change me: with 0.3 the plans ask for less effort.
 * @range 0 or more
 */
const cap: number = 0;
/**
 * Steps of the maintenance scenario.
 * Change me: with 1 it makes no difference whether the operator looks ahead.
 * @range 1 or more by 1 @unit steps
 */
const horizon: number = 8;
/**
 * How much likelier work makes success, in the section on one run.
 * Change me: with 0.25 the regret is larger.
 * @range 0.01 to 0.8 by 0.01 @unit probability
 */
const gap: number = 0.5;

// %% id="profile" tags=["drawing"]
const seedsPerPoint = { quick: seeds, full: 3 * seeds }[profile];
await display(
  md`This run: profile **${profile}**, ${seedsPerPoint} seeds for each point of a regret curve, seed ${seed}.`,
);

// %% [markdown] id="equations"
// ## The equations
//
// Each formula stands before the function that computes it. The cell then checks the function on values that were
// obtained in another way, and stops the notebook if they disagree.
//
// The one-step example of this section has three outcomes worth $0,\frac12,1$ and three actions:
//
// | action | probabilities of the three outcomes | cost |
// |---|---|---|
// | 0, shirk | .7, .2, .1 | 0 |
// | 1, half effort | .4, .4, .2 | 0.1 |
// | 2, full effort | .1, .3, .6 | 0.3 |

// %% id="one-step-example"
const oneStep = oneStepExample();
const laws = [0, 1, 2].map((action) => [...lawAt(oneStep, 0, 0, action)]);
const costs = [...costsAt(oneStep, 0, 0)];
const [shirk, half, full] = [0, 1, 2] as const;
const actionNames = oneStep.labels.actions ?? [];

// %% [markdown] id="equation-least-payment-text"
// ### The least payment
//
// Action $a$ costs the agent $c_a$ and has outcomes with the probabilities $P_a$. A contract $x$ pays $x_i$ for outcome $i$. To induce
// $a$, payments must beat every other action $b$ by a margin $\epsilon\ge0$. What the agent expects afterwards,
// $v$, counts like a payment that has already been made. Every payment lies between 0 and the cap $\bar B$. The least expected
// payment that induces $a$ is $\zeta(a)$:
//
// $$\zeta(a)=\min_{0\le x\le\bar B}P_a^\top x\quad\text{subject to}\quad(P_a-P_b)^\top(x+v)\ \ge\ c_a-c_b+\epsilon\quad\text{for all } b\ne a$$
//
// By hand for full effort: only the best outcome speaks for full effort against both rivals, so the bonus on it is the
// larger of two thresholds. If a cap lies below that bonus, the middle outcome has to pay the rest.

// %% id="equation-least-payment"
function zeta(action: number, margin: number, cap: number): number {
  const solved = leastPayment({ laws, costs, action, margin, cap });
  return solved.feasible ? solved.zeta : Infinity;
}
/** How much likelier full effort makes outcome `i` than action `b` does. */
const lift = (b: number, i: number) => laws[full]![i]! - laws[b]![i]!;
const bonusByHand = (margin: number) =>
  Math.max(...[shirk, half].map((b) => (costs[full]! - costs[b]! + margin) / lift(b, 2)));
// Under a cap, what the capped bonus leaves to the middle outcome against shirking.
const restByHand = (cap: number) =>
  (costs[full]! - costs[shirk]! - lift(shirk, 2) * cap) / lift(shirk, 1);
const halfByHand = (costs[half]! - costs[shirk]!) / (laws[half]![1]! - laws[shirk]![1]!);
await display(equation({
  id: "least-payment",
  source: "leastPayment of offprint/contracts/payments/mod.ts",
  fn: zeta,
  checks: [
    { args: [shirk, 0, Infinity], equals: 0 },
    // Half effort: the middle outcome is paid, and full effort stays behind by itself.
    { args: [half, 0, Infinity], equals: laws[half]![1]! * halfByHand },
    { args: [full, 0, Infinity], equals: laws[full]![2]! * bonusByHand(0) },
    { args: [full, 0.05, Infinity], equals: laws[full]![2]! * bonusByHand(0.05) },
    { args: [full, 0, 0.58], equals: laws[full]![2]! * 0.58 + laws[full]![1]! * restByHand(0.58) },
    { args: [full, 0, 0.5], equals: Infinity },
  ],
}));

// %% [markdown] id="equation-two-actions-text"
// ### Two actions: pay the most telling outcome
//
// With one rival $b$ all the money goes to the outcome that speaks most against it, the one with the smallest ratio
// $P_b/P_a$. $\Delta$ is what the contract has to make up for: the extra cost of $a$ less what $a$ brings later anyway.
//
// $$\zeta(a)=\frac{\max(\Delta,0)}{1-\min_{s'}P_b(s')/P_a(s')},\qquad\Delta=c_a-c_b-(P_a-P_b)^\top v$$

// %% id="equation-two-actions"
function oneRival(cost: number, wanted: number[], other: number[]): number {
  const solved = leastPayment({ laws: [other, wanted], costs: [0, cost], action: 1 });
  return solved.feasible ? solved.zeta : Infinity;
}
const byRatio = (cost: number, wanted: number[], other: number[]) =>
  cost / (1 - Math.min(...wanted.map((probability, i) => other[i]! / probability)));
const rivals: [number, number[], number[]][] = [
  [costs[full]!, laws[full]!, laws[shirk]!],
  [0.1, [0.1, 0.9], [0.5, 0.5]],
  [0.1, [0.5, 0.5], [0.7, 0.3]],
  // The same distribution at a higher cost: no payment helps.
  [0.1, [0.5, 0.5], [0.5, 0.5]],
];
await display(equation({
  id: "two-actions",
  source: "leastPayment of offprint/contracts/payments/mod.ts",
  fn: oneRival,
  checks: rivals.map((args) => ({ args, equals: byRatio(...args) })),
}));

// %% [markdown] id="equation-recursion-text"
// ### The recursion
//
// The recursion goes backward from the last step. At each step it finds first the least payments of all actions, given what the
// agent will get later, and then the action that is worth most to the principal. What is left to the agent enters the step before.
//
// $V^P_h(s)$ and $V^A_h(s)$ are what principal and agent can expect from step $h$ on in state $s$, and $a^\star$ is the action with
// the largest term in the first line.
//
// $$\begin{aligned}
// V^P_h(s)&=\max_a\Bigl\{\sum_{s'}P_h(s'\mid s,a)\bigl[r_h(s,s')+V^P_{h+1}(s')\bigr]-\zeta_h(s,a)\Bigr\}\\
// V^A_h(s)&=\zeta_h(s,a^\star)+\sum_{s'}P_h(s'\mid s,a^\star)\,V^A_{h+1}(s')-c_h(s,a^\star)
// \end{aligned}$$
//
// These are $H\cdot n\cdot m$ small linear programs for $H$ steps, $n$ states and $m$ actions, so the effort is
// polynomial. The two-step example that is checked here is worked out by hand in the section on two steps.

// %% id="equation-recursion"
function recursiveValues(deltaA: number): number[] {
  const { value, rent } = plan(farsightedExample({ deltaA }));
  return [value, rent];
}
/** By hand: rents 0.125 after the good state and 0.15 after the bad one, which the agent values at a factor δ. */
const twoStepsByHand = (delta: number) => {
  const payment = 0.2 / 0.5 + delta * (0.15 - 0.125);
  return [2.23 - 0.8 * payment, 0.8 * payment + delta * (0.8 * 0.125 + 0.2 * 0.15) - 0.2];
};
await display(equation({
  id: "recursion",
  source: "plan of offprint/contracts/planning/mod.ts",
  fn: recursiveValues,
  checks: [1, 0.9, 0.5].map((delta) => ({
    args: [delta] as [number],
    equals: twoStepsByHand(delta),
  })),
}));

// %% [markdown] id="equation-implementable-text"
// ### When no contract works
//
// An action cannot be induced exactly when a mixture $\mu$ of other actions has the same outcomes for less effort:
// whoever is paid by outcomes would rather mix.
//
// $$\text{no contract induces } a\iff\exists\,\mu\in\Delta(\mathcal A\setminus a):\ \sum_b\mu_bP_b=P_a,\ \ \sum_b\mu_b\bigl(c_b-P_b^\top v\bigr)<c_a-P_a^\top v$$
//
// Add to the one-step example a fourth action with outcomes $\frac12P_0+\frac12P_2$. Mixing shirking and full effort
// costs 0.15. If the fourth action costs more, no contract induces it; at 0.15 the agent is indifferent, which is enough.

// %% id="equation-implementable"
const evenMixture = laws[shirk]!.map((probability, i) => (probability + laws[full]![i]!) / 2);
const mixtureCost = (costs[shirk]! + costs[full]!) / 2;
function undercutting(cost: number): number[] {
  const answer = implementability({
    laws: [...laws, evenMixture],
    costs: [...costs, cost],
    action: 3,
  });
  return answer.implementable ? [] : [...answer.mixture, answer.mixtureCost];
}
await display(equation({
  id: "implementability",
  source: "implementability of offprint/contracts/planning/mod.ts",
  fn: undercutting,
  checks: [
    { args: [mixtureCost + 0.05], equals: [0.5, 0, 0.5, 0, mixtureCost] },
    { args: [mixtureCost + 0.01], equals: [0.5, 0, 0.5, 0, mixtureCost] },
    { args: [mixtureCost], equals: [] },
  ],
}));

// %% [markdown] id="equation-robust-text"
// ### Robust contracts
//
// The *inducibility gap* $\gamma$ of an action is the largest margin by which contracts under the cap can make it win.
// A contract $\hat x$ that misses by $\delta$ becomes good when a little of a safe contract $x^\circ$, which wins by
// $\gamma$, is mixed in, because the constraints are linear. This is why imperfect knowledge of the world costs only in
// proportion to its error.
//
// $$\tilde x=(1-\lambda)\hat x+\lambda x^\circ,\quad\lambda=\frac{\delta}{\delta+\gamma}\quad\Longrightarrow\quad P_a^\top\tilde x\le P_a^\top\hat x+\frac{\delta\,\bar B}{\gamma}$$
//
// The check takes full effort: the bonus 0.6 less $2\delta$ on the best outcome misses by $\delta$, and the cap of 1 wins
// by 0.2.

// %% id="equation-robust"
const safeMargin = lift(shirk, 2) - (costs[full]! - costs[shirk]!);
function mended(violation: number): number[] {
  const short = bonusByHand(0) - violation / lift(shirk, 2);
  const { contract, lambda } = robustContract([0, 0, short], [0, 0, 1], violation, safeMargin);
  return [lambda, incentiveSlack({ laws, costs, action: full }, contract)];
}
await display(equation({
  id: "robust-contract",
  source: "robustContract of offprint/contracts/planning/mod.ts",
  fn: mended,
  checks: [0, 0.01, 0.05, 0.2].map((delta) => ({
    args: [delta] as [number],
    equals: [delta / (delta + safeMargin), 0],
  })),
}));

// %% [markdown] id="equation-margin-text"
// ### Why a shrinking margin costs $\sqrt T$
//
// After $t$ rounds a probability is known to within $\sqrt{\ln T/2t}$. A principal who pays as if it were smaller by that
// much loses about as much in each round. The sum over rounds is of order $\sqrt{T\ln T}$:
//
// $$\sum_{t\le T}\sqrt{\frac{\ln T}{2t}}\ \le\ \sqrt{2\,T\ln T},\qquad\text{and the ratio tends to }1.$$
//
// The check compares the ratio with the Euler–Maclaurin series of $\sum t^{-1/2}$, in which $\zeta(\frac12)$ is
// Riemann's function.

// %% id="equation-margin"
function marginSum(rounds: number): number {
  let sum = 0;
  for (let t = 1; t <= rounds; t++) sum += Math.sqrt(Math.log(rounds) / (2 * t));
  return sum / Math.sqrt(2 * rounds * Math.log(rounds));
}
const ZETA_OF_HALF = -1.4603545088095868;
await display(equation({
  id: "margin-sum",
  fn: marginSum,
  checks: [100, 10_000, 1_000_000].map((T) => ({
    args: [T] as [number],
    equals: 1 + ZETA_OF_HALF / (2 * Math.sqrt(T)) + 1 / (4 * T) - 1 / (48 * T ** 2),
  })),
}));

// %% [markdown] id="equations-short"
// **In short.** The cheapest contract for an action is a small linear program, and a plan is a recursion over such
// programs. A margin makes a contract safe against errors, at a price in proportion to the margin.

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### One step, three outcomes
//
// For each action: its welfare, the least expected payment $\zeta$ that induces it, a contract that attains $\zeta$, what
// both sides get, and the inducibility gap $\gamma$ under a cap of 1.

// %% id="exact-one-step"
const oneStepPlan = plan(oneStep);
const gapOf = (action: number) => inducibilityGap({ laws, costs, action, cap: 1 }).gap;
await display(table(
  [shirk, half, full].map((action) => {
    const solved = leastPayment({ laws, costs, action });
    if (!solved.feasible) throw new Error("every action of the example can be induced");
    const principal = oneStepPlan.Q[action] ?? NaN;
    return {
      action: actionNames[action],
      welfare: principal + solved.zeta - (costs[action] ?? NaN),
      "ζ": solved.zeta,
      "an optimal contract": [...solved.contract],
      principal,
      rent: solved.rent,
      "γ at cap 1": gapOf(action),
    };
  }),
  { caption: "What each action costs and brings" },
));

// %% id="exact-one-step-claims"
await claim("08.one-step-least-payments", [...oneStepPlan.zeta.slice(0, 3)]);
await claim("08.one-step-value", [oneStepPlan.value, oneStepPlan.rent]);
const linearOptimum = bestLinearContract(oneStep);
await claim("08.one-step-linear", [linearOptimum.alpha, linearOptimum.value]);
await claim("08.inducibility-gaps", [shirk, half, full].map(gapOf));
const mixture = undercutting(0.2);
await claim("08.no-contract", [...mixture.slice(0, 3), mixture.at(-1) ?? NaN]);
const robust = robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2);
await claim("08.robust-contract", [
  robust.lambda,
  robust.contract[2] ?? NaN,
  incentiveSlack({ laws, costs, action: full }, robust.contract),
]);

// %% id="contracts-explore" tags=["drawing"]
import { explore } from "offprint/notebook/explore/mod.ts";
import { contractsExploration } from "offprint/papers/contractual_rl/mod.ts";

await display(explore(contractsExploration));

// %% [markdown] id="caps-text"
// ### Caps and margins
//
// A cap below $5/9$ rules full effort out. Between $5/9$ and $0.6$ the middle outcome has to pay a part. Above $0.6$
// nothing changes. In the margin the least payment is convex and piecewise linear; its slope is the sum of the
// multipliers (dual variables) of the program's constraints. Half effort, which is hard to tell from its rivals, pays more for safety (slope 2) than full
// effort (slope 1.2).

// %% id="caps"
const leastCap = smallestCap({ laws, costs, action: full });
const capRows = [leastCap, ...Array.from({ length: 121 }, (_, k) => 0.56 + k / 400)]
  .filter((cap) => cap >= leastCap)
  .map((cap) => ({ cap, "ζ of full effort": zeta(full, 0, cap) }));
const marginRows = [half, full].flatMap((action) =>
  Array.from({ length: 101 }, (_, k) => Math.min(k / 500, gapOf(action))).map((margin) => ({
    margin,
    action: actionNames[action],
    "ζ": zeta(action, margin, 1),
  }))
);
await claim("08.one-step-caps", [0.58, 0.59, 0.6].map((cap) => zeta(full, 0, cap)));
await claim("08.one-step-margins", [
  zeta(half, 0.01, Infinity),
  zeta(full, 0.01, Infinity),
  zeta(half, 0.05, Infinity),
  zeta(full, 0.05, Infinity),
]);

// %% id="caps-figures" tags=["drawing"]
await display(plot({
  title: "Least payment for full effort against the cap",
  alt:
    `No contract below a cap of ${
      formatNumber(leastCap, 3)
    }. From there the least payment falls from ` +
    `${formatNumber(zeta(full, 0, leastCap), 3)} to ${
      formatNumber(zeta(full, 0, Infinity), 3)
    } and stays there.`,
  caption: `Dashed: the smallest cap, ${
    formatNumber(leastCap, 3)
  }, under which any contract induces full effort.`,
  height: 240,
  x: { label: "cap on each payment", domain: [0.5, 0.85] },
  y: { label: "least expected payment ζ", domain: [0.34, 0.42] },
  data: capRows.filter((_, k) => k % 10 === 0),
  marks: [
    Plot.ruleX([leastCap], { strokeDasharray: "3 3" }),
    Plot.lineY(capRows, { x: "cap", y: "ζ of full effort", stroke: "#1f4fe0", strokeWidth: 2 }),
    Plot.text([{ x: (0.5 + leastCap) / 2, y: 0.37, label: "no contract" }], {
      x: "x",
      y: "y",
      text: "label",
    }),
  ],
}));
await display(plot({
  title: "What a margin costs",
  alt: `Least payments under a cap of 1 against the margin: two rising convex lines. ` +
    [half, full].map((action) =>
      `${actionNames[action]} starts at ${
        formatNumber(zeta(action, 0, 1), 3)
      } and ends at a margin of ` +
      formatNumber(gapOf(action), 3)
    ).join(", ") + ".",
  caption:
    "Each line ends at the action's inducibility gap: no contract under the cap has a larger margin.",
  height: 260,
  x: { label: "margin ε", domain: [0, 0.21] },
  y: { label: "least expected payment ζ" },
  color: { legend: true, label: "action" },
  data: marginRows.filter((_, k) => k % 20 === 0),
  marks: [
    Plot.lineY(marginRows, { x: "margin", y: "ζ", stroke: "action", strokeWidth: 2 }),
  ],
}));

// %% [markdown] id="simplex-text"
// ### A map of contracts
//
// Promise a fixed total and split it over the three outcomes: each split is a point of a triangle, and its colour says
// which action it induces. The regions are convex, because the agent's comparisons are linear, and together they fill the
// triangle. The searches further down move through such a map. On a border the agent is indifferent between two actions, and
// the cheapest contracts lie on borders.

// %% id="simplex"
// change me: with 0.5 the agent shirks under every split; full effort needs 0.6 on the best outcome.
const total = 1.2;
const regions = simplexRegions(oneStep, total).map(({ action, corners, share }) => ({
  action: actionNames[action] ?? "",
  corners,
  share,
}));

// %% id="simplex-figure" tags=["drawing"]
const cornerNames = [
  { x: 0, y: -0.05, label: "all on the worst outcome" },
  { x: 1, y: -0.05, label: "all on the middle one" },
  { x: 0.5, y: Math.sqrt(3) / 2 + 0.05, label: "all on the best one" },
];
await display(plot({
  title: `Which action a split of ${total} induces`,
  alt: `A triangle of contracts, cut by straight borders into convex polygons: ${
    regions.map(({ action, share }) =>
      `${action} has ${(100 * share).toFixed(0)} percent of the area`
    )
      .join(", ")
  }. The more of the total stands on the best outcome, the more effort it induces.`,
  caption:
    "Each point of the triangle is a way to split the total over the three outcomes; a corner pays one outcome alone. Percentages: shares of the area.",
  width: 600,
  height: 420,
  marginLeft: 95,
  marginRight: 95,
  x: { axis: null, domain: [-0.1, 1.1] },
  y: { axis: null, domain: [-0.09, 0.95] },
  color: { legend: true, label: "induced action", domain: [...actionNames] },
  data: regions.flatMap(({ action, corners }) =>
    corners.map(({ contract }) => ({
      region: action,
      corner: contract.map((pay) => pay.toFixed(3)).join(" / "),
    }))
  ),
  marks: [
    ...regions.map(({ action, corners }) =>
      Plot.line([...corners, ...corners.slice(0, 1)], {
        x: "x",
        y: "y",
        fill: () => action,
        fillOpacity: 0.4,
        stroke: "currentColor",
        strokeWidth: 1,
        curve: "linear-closed",
      })
    ),
    Plot.text(
      regions.map(({ corners, share }) => ({
        x: mean(corners.map(({ x }) => x)),
        y: mean(corners.map(({ y }) => y)),
        label: `${(100 * share).toFixed(0)} %`,
      })),
      { x: "x", y: "y", text: "label", fontWeight: "bold" },
    ),
    Plot.text(cornerNames, { x: "x", y: "y", text: "label" }),
  ],
}));

// %% [markdown] id="two-steps-text"
// ### Two steps: far-sighted, myopic, committed
//
// In the first step, work makes the good state G more likely (0.8 against 0.3) and costs 0.2; nothing is earned there. In
// the second step, work costs 0.1 and raises the chance of a reward of 3: from 0.5 to 0.9 in G, from 0.3 to 0.5 in the
// bad state B.
//
// We solve it by hand, the second step first. In G, $\zeta=.1/(1-5/9)=.225$ and the agent keeps $.125$. In B, $\zeta=.1/(1-.6)=.25$ and it
// keeps $.15$, *more* than in G. So in the first step a far-sighted agent has a reason to prefer B, and the payment $x_G$
// after G must outweigh it: $.5(x_G+.125)-.5\cdot.15\ge.2$ gives $x_G=.425$. A myopic agent does not see this, and $.4$ is
// enough. A principal who can commit announces that B will pay *nothing*: it loses a little work there, but now the rent
// of G alone motivates the agent in the first step, and $x_G=.275$ is enough.
//
// The table's *recursive* plans decide step by step, going backward. *Commitment* fixes all contracts in advance.

// %% id="two-steps"
const concepts = ["recursive", "myopic", "markov"] as const;
const conceptNames = {
  recursive: "recursive, far-sighted agent",
  myopic: "recursive, myopic agent",
  markov: "commitment",
};
const twoSteps = concepts.map((concept) => ({
  concept: conceptNames[concept],
  found: plan(farsightedExample({ concept })),
}));
const efficient = firstBest(farsightedExample()).value;
await claim(
  "08.far-sighted-table",
  twoSteps.flatMap(({ found: { zeta, contracts, value, rent } }) => [
    zeta[1] ?? NaN,
    contracts[0] ?? NaN,
    value,
    rent,
  ]),
);
await claim("08.first-best", [efficient, withoutLimitedLiability(farsightedExample()).value]);

// %% id="two-steps-table" tags=["drawing"]
await display(table(
  [
    ...twoSteps.map(({ concept, found }) => ({
      concept,
      "ζ, step 1": found.zeta[1],
      "paid after G": found.contracts[0],
      "bonus in G": found.contracts[5],
      "bonus in B": found.contracts[7],
      principal: found.value,
      agent: found.rent,
    })),
    { concept: "first best", principal: efficient, agent: 0 },
  ],
  { caption: "The two-step example under three solution concepts" },
));
const shares = [
  ...twoSteps.map(({ concept, found }) => ({ concept, principal: found.value, agent: found.rent })),
  { concept: "first best", principal: efficient, agent: 0 },
];
await display(plot({
  title: "Two steps: who gets what",
  alt: `Stacked bars of principal and agent: ${
    shares.map(({ concept, principal, agent }) =>
      `${concept} ${principal.toFixed(2)} and ${agent.toFixed(2)}`
    ).join("; ")
  }.`,
  caption:
    "Both recursive plans reach the full welfare and only share it differently. Commitment destroys some welfare (the agent shirks in B) and still leaves the principal better off.",
  height: 240,
  x: { label: "expected value", domain: [0, 2.7] },
  y: { label: null, domain: shares.map(({ concept }) => concept) },
  color: { legend: true, label: "who", domain: ["principal", "agent"] },
  data: shares,
  marks: [
    Plot.barX(
      shares.flatMap(({ concept, principal, agent }) => [
        { concept, who: "principal", value: principal },
        { concept, who: "agent", value: agent },
      ]),
      { x: "value", y: "concept", fill: "who" },
    ),
    Plot.text(shares, {
      x: ({ principal, agent }) => principal + agent,
      y: "concept",
      text: ({ principal, agent }) => `${principal.toFixed(2)} + ${agent.toFixed(2)}`,
      textAnchor: "start",
      dx: 6,
    }),
    Plot.ruleX([0]),
  ],
}));

// %% id="discounting"
// change me: with 0 the agent is myopic and needs 0.4 after G; the more patient it is, the more it needs.
const patience = 0.9;
const impatient = plan(farsightedExample({ deltaA: patience }));
await display(
  md`An agent that values the next step at a factor of ${patience} needs ${
    impatient.contracts[0] ?? NaN
  } after G, and the principal keeps ${impatient.value}.`,
);
const ninetyPercent = plan(farsightedExample({ deltaA: 0.9 }));
await claim("08.discounting", [
  ninetyPercent.zeta[1] ?? NaN,
  ninetyPercent.contracts[0] ?? NaN,
  ninetyPercent.value,
]);

// %% [markdown] id="regression-text"
// ### Three steps, three states, three actions
//
// Anybody can rebuild this example from integers: in step $h$, action $a$ leads from state $s$ to $s'$ with weight
// $1+((3s+5a+7s'+2h)\bmod 11)$, divided by the sum of the weights. The values that the claims expect
// were computed by an independent program.

// %% id="regression"
const threeSteps = regressionExample();
const threeStepsPlan = plan(threeSteps);
const threeStepsMyopic = plan(regressionExample({ concept: "myopic" }));
const threeStepsBest = firstBest(threeSteps);
await display(table(
  [1, 2, 3].flatMap((h) =>
    [0, 1, 2].map((s) => {
      const at = 3 * (h - 1) + s;
      return {
        h,
        s,
        "action": threeStepsPlan.rec[at],
        "ζ of action 1": threeStepsPlan.zeta[3 * at + 1],
        "ζ of action 2": threeStepsPlan.zeta[3 * at + 2],
        principal: threeStepsPlan.VP[at],
        agent: threeStepsPlan.VA[at],
        "first best": threeStepsBest.V[at],
        "principal, myopic agent": threeStepsMyopic.VP[at],
      };
    })
  ),
  { caption: "The whole plan of the example" },
));
await claim("08.regression-values", [...threeStepsPlan.VP.slice(0, 9)]);
await claim("08.regression-rents", [...threeStepsPlan.VA.slice(0, 9)]);

// %% [markdown] id="properties-text"
// ### Random instances
//
// Three checks on random instances, each by another computation than the planner's. The agent's own backward induction
// must follow the plan. The two sides' values must add up to the welfare of the plan. And no contract of a fine grid may be
// worth more to the principal than the planned one.

// %% id="properties"
const randomInstances = Array.from({ length: 200 }, (_, k) =>
  randomInstance({
    H: 1 + k % 4,
    n: 2 + k % 4,
    m: 2 + (k >> 2) % 4,
    seed: seed * 1000 + k,
    costScale: 0.2,
    cap: k % 3 === 1 ? 0.6 : Infinity,
  }));
const followed = randomInstances.map((instance) => {
  const found = plan(instance);
  const { actions } = bestResponse(instance, found.contracts, { rec: found.rec });
  const { welfare } = evaluate(instance, found.contracts, found.rec);
  return {
    differs: actions.some((action, at) => action !== found.rec[at]),
    gap: Math.abs(welfare - found.value - found.rent),
  };
});
const note = `${randomInstances.length} instances`;
await claim("08.welfare-identity", { value: Math.max(...followed.map(({ gap }) => gap)), note });
await claim("08.agent-follows", { value: followed.filter(({ differs }) => differs).length, note });

// %% id="properties-grid"
let advantage = 0;
for (let k = 0; k < 6; k++) {
  const instance = randomInstance({ H: 1, n: 2, m: 3, seed: seed * 100 + k, costScale: 0.15 });
  const { VP: planned } = plan(instance);
  for (let i = 0; i <= 100; i++) {
    for (let j = 0; j <= 100; j++) {
      const contract = [i / 100, j / 100];
      const { VP } = bestResponse(instance, [...contract, ...contract]);
      for (const s of [0, 1]) advantage = Math.max(advantage, VP[s]! - planned[s]!);
    }
  }
}
await claim("08.no-better-contract", {
  value: advantage,
  note: "6 instances, 10 201 contracts each",
});

// %% [markdown] id="oracle-text"
// ### A second opinion
//
// The planner solves its linear programs by a dense simplex written for their shape. (Its dual starts feasible, so it
// needs no first phase.) HiGHS, a general solver, gets the same programs as text.

// %% id="oracle"
const highs = await loadGeneralSolver();
const programs = Array.from({ length: 40 }, (_, k) =>
  randomInstance({
    H: 1,
    n: 2 + k % 7,
    m: 2 + (k * 3) % 7,
    seed: seed * 500 + k,
    sparsity: k % 2 === 0 ? 0.4 : 0,
    cap: k % 3 === 0 ? 0.8 : Infinity,
  })).flatMap((instance) =>
    Array.from({ length: instance.m }, (_, action) => problemAt(instance, 0, 0, action))
  );
const solvedTwice = programs.map((problem) => {
  const solved = leastPayment(problem);
  return { ours: solved.feasible ? solved.zeta : Infinity, theirs: highs.zeta(problem) };
});
const bothFeasible = solvedTwice.filter(({ ours, theirs }) => Math.max(ours, theirs) < Infinity);
const onlyOne = solvedTwice.filter(({ ours, theirs }) => (ours < Infinity) !== (theirs < Infinity));
const programsNote = `${programs.length} programs, ${bothFeasible.length} of them feasible`;
await claim("08.general-solver-verdicts", { value: onlyOne.length, note: programsNote });
await claim("08.general-solver-values", {
  value: Math.max(
    ...bothFeasible.map(({ ours, theirs }) => Math.abs(ours - theirs) / (1 + ours)),
  ),
  note: programsNote,
});

// %% [markdown] id="exact-short"
// **In short.** The plans agree with calculations by hand, with the agent's own best response, with a grid of contracts
// and with a general solver. How far the agent looks ahead, and whether the principal can commit, changes who gets what.

// %% [markdown] id="economics"
// ## Economics of paying for results
//
// As far as we could read it, the paper announces no experiments. These figures are ours. They show what limited
// liability, caps, horizons and foresight do to the two sides.
//
// ### The cost of effort
//
// All costs of the one-step example are multiplied by one factor. The principal gives up full effort while it would still
// be efficient, because it has to pay the agent's rent on top of the cost. Up to that point the agent's rent *rises* with
// its own cost: the harder the work is for the agent, the more the principal must promise.

// %% id="economics-cost"
const scaled = (factor: number) => withCostScale(oneStepExample(), factor);
const costRows = Array.from({ length: 601 }, (_, k) => k / 200).map((factor) => {
  const instance = scaled(factor);
  const found = plan(instance);
  const best = firstBest(instance);
  return {
    factor,
    principal: found.value,
    rent: found.rent,
    "first best": best.value,
    "best linear contract": bestLinearContract(instance).value,
  };
});
const lastInduced = bisect((factor) => plan(scaled(factor)).rec[0] !== full, 0, 3, 1e-6).low;
const lastEfficient =
  bisect((factor) => firstBest(scaled(factor)).actions[0] !== full, 0, 3, 1e-6).low;
await display(
  md`The principal gives up full effort at a factor of ${
    lastInduced.toFixed(2)
  }. It would be efficient up to ${lastEfficient.toFixed(2)}.`,
);

// %% id="economics-cost-figure" tags=["drawing"]
const costLines = costRows.flatMap(({ factor, principal, rent, ...row }) => [
  { factor, what: "principal", value: principal },
  { factor, what: "agent's rent", value: rent },
  { factor, what: "first best", value: row["first best"] },
  { factor, what: "best linear contract", value: row["best linear contract"] },
]);
const costEnd = costRows.at(-1);
await display(plot({
  title: "What both sides get, against the cost of effort",
  alt:
    `First best falls from ${costRows[0]?.["first best"]} to ${
      costEnd?.["first best"]
    }. The principal's value ` +
    `starts there too, falls faster, and is level from a factor of ${
      lastInduced.toFixed(2)
    } on. The agent's rent ` +
    `rises from 0 and drops to 0 where the principal gives up full effort. The best linear contract lies below ` +
    `the best contract in between.`,
  caption: `Dashed lines: the principal gives up full effort at a factor of ${
    lastInduced.toFixed(2)
  }, and it stops being efficient at ${
    lastEfficient.toFixed(2)
  }. First best is the largest possible welfare.`,
  height: 320,
  x: { label: "factor on all costs" },
  y: { label: "expected value" },
  color: { legend: true, label: "curve" },
  data: costLines.filter(({ factor }) => factor % 1 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleX([lastInduced, lastEfficient], { strokeDasharray: "3 3" }),
    Plot.lineY(costLines, { x: "factor", y: "value", stroke: "what", strokeWidth: 2 }),
  ],
}));

// %% [markdown] id="economics-commitment-text"
// ### Commitment, and linear contracts, on random instances
//
// How much does commitment add on random two-step instances? And what share of the optimum does the best *linear* contract
// (a fixed share of the revenue) reach on random one-step instances?

// %% id="economics-commitment"
const commitmentGains = Array.from({ length: 200 }, (_, k) => {
  const instance = randomInstance({ H: 2, n: 3, m: 3, seed: seed * 10_000 + k, costScale: 0.2 });
  return plan(withSettings(instance, { concept: "markov" })).value - plan(instance).value;
});
const linearShares = Array.from({ length: 400 }, (_, k) => {
  const instance = randomInstance({ H: 1, n: 4, m: 4, seed: seed * 20_000 + k, costScale: 0.2 });
  return bestLinearContract(instance).value / plan(instance).value;
});
await claim("08.commitment-helps", meanInterval(commitmentGains));
await claim("08.linear-falls-short", meanInterval(linearShares));

// %% id="economics-commitment-figures" tags=["drawing"]
const withoutGain = commitmentGains.filter((gain) => gain < 1e-9).length;
await display(plot({
  title: "Gain from commitment, 200 random two-step instances",
  alt:
    `Histogram of the gain from commitment: ${withoutGain} of ${commitmentGains.length} instances gain nothing; ` +
    `the largest gain is ${formatNumber(Math.max(...commitmentGains), 2)}.`,
  caption: "The vertical axis is a square root, so that bars of a few instances can be seen.",
  height: 240,
  x: { label: "gain in the principal's value" },
  y: {
    label: "number of instances",
    type: "sqrt",
    ticks: [0, 5, 20, 50, 100, 200],
    domain: [0, 200],
  },
  data: [0, 1e-6, 1e-3, 1e-2].map((least) => ({
    "gain above": least,
    instances: commitmentGains.filter((gain) => gain > Math.max(least, 1e-9)).length,
  })),
  marks: [
    Plot.rectY(commitmentGains.map((gain) => ({ gain: Math.max(0, gain) })), {
      ...Plot.binX({ y: "count" }, { x: "gain", thresholds: 30 }),
      fill: "#1f4fe0",
    }),
    Plot.ruleY([0]),
  ],
}));
const wholeShares = linearShares.filter((share) => share > 1 - 1e-9).length;
await display(plot({
  title: "Best linear over best contract, 400 random one-step instances",
  alt:
    `Histogram of the ratio: ${wholeShares} of ${linearShares.length} instances have a ratio of 1; ` +
    `the smallest is ${formatNumber(Math.min(...linearShares), 2)}.`,
  caption: "The vertical axis is a square root here too.",
  height: 240,
  x: { label: "share of the optimum" },
  y: {
    label: "number of instances",
    type: "sqrt",
    ticks: [0, 10, 50, 100, 200, 300],
    domain: [0, 300],
  },
  data: [0.8, 0.9, 0.95, 0.99, 0.999].map((below) => ({
    "ratio below": below,
    instances: linearShares.filter((share) => share < below).length,
  })),
  marks: [
    Plot.rectY(linearShares.map((share) => ({ share })), {
      ...Plot.binX({ y: "count" }, { x: "share", thresholds: 30 }),
      fill: "#1f9e94",
    }),
    Plot.ruleY([0]),
  ],
}));

// %% id="economics-short" tags=["drawing"]
await display(
  md`**In short.** Because it must pay a rent, the principal asks for less effort than would be efficient. Commitment helps
  in ${
    commitmentGains.length - withoutGain
  } of ${commitmentGains.length} random instances, and linear contracts reach ${
    mean(linearShares).toFixed(2)
  } of the optimum on average.`,
);

// %% [markdown] id="scenarios"
// ## Three scenarios to edit
//
// Change the numbers in the first lines of a cell and run it again. Each scenario shows the plan beside its benchmarks: no
// contract at all, the best fixed share of the revenue, an agent that does not look ahead, and first best.

// %% id="scenario-tools" tags=["drawing"]
const payable = cap === 0 ? null : cap;

/** The plan of an instance beside its benchmarks. */
const benchmarks = (instance: Instance) =>
  table(benchmarkRows(instance), {
    caption: `${instance.name}: ${instance.H} step${
      instance.H === 1 ? "" : "s"
    }, ${instance.n} states, ${instance.m} actions`,
  });

/** Payments of one step as a heat map over state (with the induced action) and next state. */
function paymentMap(instance: Instance, h: number) {
  const cells = paymentRows(instance, h);
  const paid = cells.filter(({ payment }) => payment > 1e-9);
  return plot({
    title: `${instance.name}: payments at step ${h + 1}`,
    alt: paid.length === 0
      ? "Heat map of payments; nothing is paid."
      : `Heat map of payments: ${
        paid.map(({ state, next, payment }) => `${payment.toFixed(3)} from ${state} to ${next}`)
          .join("; ")
      }.`,
    caption:
      "Rows: the state, and the action that the plan induces there. Columns: the state that comes next. The darker a cell, the more is paid; – is nothing.",
    height: 60 + 46 * instance.n,
    x: { label: "next state", domain: [...new Set(cells.map(({ next }) => next))] },
    y: { label: null, domain: [...new Set(cells.map(({ state }) => state))] },
    color: {
      type: "linear",
      range: ["#e8edf7", "#9db8e8"],
      domain: [0, Math.max(1e-9, ...cells.map(({ payment }) => payment))],
    },
    data: paid,
    marks: [
      Plot.cell(cells, { x: "next", y: "state", fill: "payment", inset: 1 }),
      Plot.text(cells, {
        x: "next",
        y: "state",
        text: ({ payment }) => payment > 1e-9 ? payment.toFixed(3) : "–",
        fill: "#1b1f24",
      }),
    ],
  });
}

// %% [markdown] id="scenario-content-text"
// ### A content platform
//
// A creator posts once in each step. Effort raises the chance that a post finds an audience, and an audience that has been
// won tends to stay. The platform earns by engagement and pays by engagement.

// %% id="scenario-content"
// change me: with 0.8 a post says little about effort, and the plan asks for less of it.
const inertia = 0.4;
const platform = withCostScale(
  contentPlatform({
    H: 4,
    earnings: [0, 0.5, 1],
    costs: [0, 0.06, 0.18],
    inertia,
    cap: payable,
  }),
  costScale,
);
await display(benchmarks(platform));
await display(paymentMap(platform, 0));

// %% [markdown] id="scenario-labelling-text"
// ### Data labelling
//
// A labeller may guess, skim or read. A batch of labels is audited with some probability; otherwise only its agreement with other
// labellers is seen. What the
// labels are really worth shows much later, so revenue cannot be shared. Without a cap, *rare* audits are as good as many:
// the buyer pays more when an audit turns out well. Only under a cap on payments are frequent audits worth money.

// %% id="scenario-labelling"
// change me: with 0.2 no audit rate induces careful reading any more.
const tightCap = 0.6;
const labelling = (auditRate: number, cap: number | null) =>
  withCostScale(
    dataLabelling({
      auditRate,
      accuracy: [0.3, 0.7, 0.95],
      costs: [0, 0.08, 0.2],
      value: 1.5,
      cap,
    }),
    costScale,
  );
await display(benchmarks(labelling(0.3, payable)));

// %% id="scenario-labelling-audits" tags=["drawing"]
const induced = (instance: Instance) => {
  const found = plan(instance);
  const action = found.rec[0] ?? 0;
  return {
    action: instance.labels.actions?.[action],
    payment: found.zeta[action],
    largest: Math.max(...found.contracts),
    buyer: found.value,
  };
};
await display(table(
  [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1].map((rate) => {
    const [free, capped] = [induced(labelling(rate, null)), induced(labelling(rate, tightCap))];
    return {
      "audit rate": rate,
      "no cap: induces": free.action,
      "expected payment": free.payment,
      "largest payment": free.largest,
      "buyer": free.buyer,
      [`cap ${tightCap}: induces`]: capped.action,
      "expected payment ": capped.payment,
      "buyer ": capped.buyer,
    };
  }),
  { caption: "Audits, without and with a cap on payments" },
));

// %% [markdown] id="scenario-maintenance-text"
// ### A machine that wears
//
// Ignoring, oiling or overhauling moves the machine between wear states. The owner earns by the state in which each shift
// ends. Care pays off later, so an operator who looks ahead is worth money to the owner, and a plan that was made for such
// an operator fails badly with a myopic one.

// %% id="scenario-maintenance"
// change me: with 0.5 the owner gets a tenth less, and no overhaul is asked for in the last shifts.
const overhaulCost = 0.2;
const maintenance = (H: number) =>
  withCostScale(
    maintenanceChain({ H, n: 4, output: 1, costs: [0, 0.05, overhaulCost], cap: payable }),
    costScale,
  );
const myopicOf = (instance: Instance) =>
  withSettings(instance, { concept: "myopic", agent: "myopic" });
/** What the owner gets when the plan for a far-sighted operator meets a myopic one. */
function mismatched(instance: Instance): number {
  const { contracts, rec } = plan(instance);
  return bestResponse(myopicOf(instance), contracts, { rec }).VP[instance.start] ?? NaN;
}
await display(benchmarks(maintenance(horizon)));
await display(paymentMap(maintenance(horizon), 0));

// %% id="scenario-horizons"
const horizonRows = Array.from({ length: 12 }, (_, k) => k + 1).flatMap((H) => {
  const instance = maintenance(H);
  return [
    { H, case: "far-sighted operator", value: plan(instance).value / H },
    { H, case: "myopic operator", value: plan(myopicOf(instance)).value / H },
    { H, case: "planned far-sighted, is myopic", value: mismatched(instance) / H },
    { H, case: "no contract", value: (zeroContract(instance).VP[instance.start] ?? NaN) / H },
  ];
});
const fixedChain = maintenanceChain();
await claim("08.foresight-matters", plan(fixedChain).value - mismatched(fixedChain));

// %% id="scenario-horizons-figure" tags=["drawing"]
await display(plot({
  title: "Maintenance: owner's value per shift against the number of shifts",
  alt: `Four lines over 1 to 12 shifts. At 12 shifts: ${
    horizonRows.filter(({ H }) => H === 12).map((row) => `${row.case} ${row.value.toFixed(2)}`)
      .join(", ")
  }. At 1 shift: ${
    horizonRows.filter(({ H }) => H === 1).map((row) => `${row.case} ${row.value.toFixed(2)}`)
      .join(", ")
  }.`,
  caption:
    "Planned far-sighted, is myopic: contracts made for an operator who looks ahead, given to one who does not.",
  height: 320,
  x: { label: "number of shifts", ticks: [1, 2, 4, 6, 8, 10, 12], tickFormat: "d" },
  y: { label: "owner's value per shift", zero: true },
  color: { legend: true, label: "case" },
  data: horizonRows.filter(({ H }) => H % 4 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(horizonRows, { x: "H", y: "value", stroke: "case", marker: true }),
  ],
}));

// %% [markdown] id="scenarios-short"
// **In short.** Payments stand on the outcomes that say most about effort. Caps, inertia and an agent that does not look
// ahead all make effort more expensive.

// %% [markdown] id="learning"
// ## Learning contracts
//
// Now the principal knows neither the costs nor, in part, the probabilities. It posts contracts, the agent best-responds,
// actions are seen, costs are not. *Regret* is what the optimal contracts would have brought, less what the posted
// contracts $x_t$ bring, in exact expectation, summed over rounds:
//
// $$\mathrm{Regret}_T=\sum_{t\le T}\bigl(V^P(x^\star)-V^P(x_t)\bigr).$$
//
// It has three parts: recommending a wrong action (*policy loss*), paying more than the least payment (*premium*), and an
// agent that does not do what was recommended (*failed inducement*).
//
// ### Searching for the switch
//
// Along a line of contracts the agent's answer switches at certain points. Bisection finds such a point to any precision,
// without a single estimate. In the one-step example, when only the best outcome is paid, the agent switches from
// shirking straight to full effort.

// %% id="search"
const searcher = new ContractBandit(oneStepExample({ cap: 1 }), stream(seed, "bisection"));
const bracket = bisect(
  (pay) => searcher.post(Float64Array.of(0, 0, pay)).action === full,
  0,
  1,
  2 ** -20,
);
const probes = bracket.probes.map(({ at, response }, k) => ({
  probe: k + 1,
  bonus: at,
  answer: response ? "full effort" : "shirk",
}));
await claim("08.bisection", [bracket.low, bracket.high]);
const learntCosts = boundaryCosts(searcher, laws, {
  tolerance: 1e-8,
  random: stream(seed, "boundary search"),
});
await claim("08.boundary-costs", [learntCosts.costs[1] ?? NaN, learntCosts.costs[2] ?? NaN]);
await display(
  md`Two searches from the zero contract, towards the caps on the two better outcomes, recover all costs of the one-step
  example in ${learntCosts.rounds} questions: where the agent switches between two actions, their costs differ by as
  much as their expected payments.`,
);

// %% id="search-figure" tags=["drawing"]
await display(plot({
  title: "Twenty questions to the agent",
  alt: `Bonus asked at each of ${probes.length} probes: ${
    probes.slice(0, 4).map(({ bonus }) => bonus).join(", ")
  } and so on, closing in on ${
    bonusByHand(0)
  }; below it the agent shirks, above it makes full effort.`,
  caption: `Dashed: the bonus at which the agent switches, ${
    formatNumber(bonusByHand(0), 3)
  }, which the search does not know.`,
  height: 260,
  x: { label: "probe", ticks: [1, 5, 10, 15, 20], tickFormat: "d" },
  y: { label: "bonus for the best outcome" },
  color: { legend: true, label: "answer", domain: ["shirk", "full effort"] },
  data: probes,
  marks: [
    Plot.ruleY([bonusByHand(0)], { strokeDasharray: "3 3" }),
    Plot.lineY(probes, { x: "probe", y: "bonus", strokeOpacity: 0.4 }),
    Plot.dot(probes, { x: "probe", y: "bonus", fill: "answer", r: 4 }),
  ],
}));

// %% [markdown] id="hidden-text"
// If actions are *hidden*, each question must be asked again and again, until the outcomes tell which action was taken. With
// $m$ actions, and the two most similar ones at total variation distance $d$, that takes about $8\ln(mT)/d^2$ rounds.

// %% id="hidden"
await claim("08.hidden-action-rounds", roundsPerQuery(laws, 10_000));
await display(table(
  [1e3, 1e4, 1e5, 1e6, 1e7].map((T) => {
    const questions = Math.ceil(Math.log2(T));
    const each = roundsPerQuery(laws, T);
    return {
      T,
      "questions for width 1/T": questions,
      "rounds, actions seen": questions,
      "rounds, actions hidden": questions * each,
      "share of T": questions * each / T,
    };
  }),
  { caption: "What one bisection costs in the one-step example" },
));

// %% [markdown] id="margin-run-text"
// ### One run with a shrinking margin
//
// This learner knows shirking and the cost of work, but not how often work succeeds. It pays what would be enough if work
// were as weak as the data allow. Here success has probability 0.2 when shirking, and the parameter `gap` says how much
// likelier work makes it. The smaller this gap, the more a small doubt costs.

// %% id="margin-run"
const shirkSuccess = 0.2;
const threshold = 0.3;
const runRounds = 20_000;
const runBandit = new ContractBandit(
  binaryOutcomeExample([shirkSuccess, shirkSuccess + gap], [threshold], 1, { cap: 3 }),
  stream(seed, "one run"),
);
const runBonuses = bonusTrace(runBandit, 1, (bandit) =>
  shrinkingMargin(bandit, runRounds, {
    target: 1,
    outcome: 1,
    rivalProbability: shirkSuccess,
    extraCost: threshold * gap,
  }));
await display(
  md`The regret is ${runBandit.ledger.total}. The premium makes up ${runBandit.ledger.premium} of it, and the agent refused
  to work ${runBandit.ledger.failures} times.`,
);

// %% id="margin-run-figure" tags=["drawing"]
await display(plot({
  title: `Bonus paid over ${runRounds / 1000} thousand rounds, gap ${gap}`,
  alt:
    `The bonus starts at ${runBonuses[0]?.bonus}, falls fast once some data are in, and ends at ` +
    `${formatNumber(runBonuses.at(-1)?.bonus ?? NaN, 3)}, above the least bonus of ${threshold}.`,
  caption:
    `Dashed: the least bonus that induces work, ${threshold}. What lies above it is the premium.`,
  height: 260,
  x: { type: "log", label: "round" },
  y: { label: "bonus for success", zero: true },
  data: runBonuses.filter((_, k) => k % 20 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleY([threshold], { strokeDasharray: "3 3" }),
    Plot.lineY(runBonuses, { x: "round", y: "bonus", stroke: "#1f4fe0", strokeWidth: 2 }),
  ],
}));

// %% [markdown] id="curves-text"
// ### Regret curves
//
// Ten learners, many seeds, horizons $T$ that grow by factors of $\sqrt{10}$. Each point is a run of its own whose horizon is known to the learner. The
// slope on logarithmic axes is what the abstract's rates speak about: a regret of order $T^r$ has slope $r$. ($\tilde O$, in what the
// claims quote of the paper, leaves out factors of $\log T$.)
//
// | short name | learner | instance |
// |---|---|---|
// | S1 | shrinking margin | the one-step example with only shirking and full effort |
// | S2 | explores at the cap, then commits with a margin | the same |
// | S3 | no margin at all | the same |
// | S4 | bisection, then a bandit algorithm over actions; the gap between the actions shrinks like $1/\sqrt T$ | success or failure, two actions worth inducing |
// | S4-fixed-gap | the same with a fixed gap | the same |
// | S5 | naive: a grid of $T^{1/3}$ linear contracts as bandit arms | success or failure, five actions |
// | S6-margin, S6-explore | shrinking margin; explore, then commit | the two-step example, the probabilities of work unknown |
// | general-C2, general-random | all probabilities and costs unknown | the two-step example (C2); a random one with three steps, states and actions (3×3×3) |

// %% id="curves"
const all = experiments();
const seedsOf = (id: ExperimentId) =>
  Math.max(2, id.startsWith("general") ? Math.ceil(seedsPerPoint / 2) : seedsPerPoint);
/** Regret of every learner at every horizon, over the seeds. */
async function regretCurves(): Promise<Map<ExperimentId, CurvePoint[]>> {
  const found = new Map<ExperimentId, CurvePoint[]>();
  const count = Object.values(all).reduce((sum, { horizons }) => sum + horizons.length, 0);
  const steps = progress("regret curves", count);
  for (const experiment of Object.values(all)) {
    const points: CurvePoint[] = [];
    for (const T of experiment.horizons) {
      points.push(curvePoint(experiment, T, seedsOf(experiment.id), seed));
      steps.tick(1, experiment.id);
      // Lets the kernel send the progress.
      await new Promise((resolve) => setTimeout(resolve));
    }
    found.set(experiment.id, points);
  }
  return found;
}
const curves = await regretCurves();
const slopes = new Map([...curves].map(([id, points]) => [id, curveSlope(points)]));
const slopeOf = (id: ExperimentId) => slopes.get(id)?.slope ?? NaN;

// %% id="curves-table" tags=["drawing"]
const rates = new Map([[null, "log T"], [1 / 2, "√T"], [2 / 3, "T^(2/3)"], [1, "T"]]);
await display(table(
  [...curves].map(([id, points]) => ({
    id,
    learner: all[id].title,
    theory: rates.get(all[id].exponent),
    slope: slopes.get(id)?.slope,
    "± s.e.": slopes.get(id)?.standardError,
    seeds: seedsOf(id),
    "longest T": points.at(-1)?.horizon,
    "regret there": points.at(-1)?.regret.mean,
    "± s.e. ": points.at(-1)?.regret.standardError,
  })),
  {
    caption:
      "Slope of the regret over the last decade of T (its last factor of ten), with standard errors (s.e.). A regret of order T^r has slope r, one of order log T has slope 0.",
    limit: 20,
  },
));

// %% id="curves-slopes" tags=["drawing"]
/** A right triangle that shows a slope on logarithmic axes, from T to `width` times T. */
function slopeTriangle(T: number, regret: number, slope: number, label: string, width = 10) {
  const end = { T: width * T, regret };
  const top = { T: width * T, regret: regret * width ** slope };
  return [
    Plot.line([{ T, regret }, end, top, { T, regret }], {
      x: "T",
      y: "regret",
      strokeWidth: 1,
      strokeOpacity: 0.7,
    }),
    Plot.text([{ T: 1.06 * width * T, regret: regret * width ** (slope / 2) }], {
      x: "T",
      y: "regret",
      text: () => label,
      textAnchor: "start",
    }),
  ];
}

/** A curve in words: where it begins, where it ends, its slope. */
const curveWords = (id: ExperimentId) => {
  const points = curves.get(id) ?? [];
  const end = (point?: CurvePoint) =>
    `${formatNumber(point?.regret.mean ?? NaN, 2)} at T = ${point?.horizon}`;
  return `${all[id].title} rises from ${end(points[0])} to ${end(points.at(-1))}, slope ${
    slopeOf(id).toFixed(2)
  } over the last decade`;
};

// %% id="curves-tools" tags=["drawing"]
/** Regret curves with bands of two standard errors. */
function regretFigure(title: string, ids: ExperimentId[], triangles: Plot.Markish[]) {
  const rows = ids.flatMap((id) =>
    (curves.get(id) ?? []).map(({ horizon, regret }) => ({
      learner: all[id].title,
      T: horizon,
      regret: regret.mean,
      low: Math.max(regret.mean / 2, regret.mean - 2 * regret.standardError),
      high: regret.mean + 2 * regret.standardError,
      "standard error": regret.standardError,
    }))
  );
  const [shortest, longest] = [Math.min, Math.max].map((end) => end(...rows.map(({ T }) => T)));
  return plot({
    title,
    alt: `Regret against the horizon T on logarithmic axes. ${ids.map(curveWords).join("; ")}.`,
    caption:
      "Both axes are logarithmic; bands are two standard errors over seeds, cut at half the mean. The triangles show the slopes written beside them.",
    height: 380,
    marginRight: 30,
    x: {
      type: "log",
      label: "horizon T",
      ticks: [1e3, 1e4, 1e5, 1e6].filter((T) => T >= shortest! && T <= longest!),
    },
    y: { type: "log", label: "regret" },
    color: { legend: true, label: "learner", domain: ids.map((id) => all[id].title) },
    data: rows.map(({ learner, T, regret, "standard error": error }) => ({
      learner,
      T,
      regret,
      "standard error": error,
    })),
    marks: [
      ...triangles,
      Plot.areaY(rows, { x: "T", y1: "low", y2: "high", fill: "learner", fillOpacity: 0.25 }),
      Plot.lineY(rows, { x: "T", y: "regret", stroke: "learner", marker: true }),
    ],
  });
}

// %% [markdown] id="curves-one-text"
// Three learners face the same instance. The one that keeps a margin and learns from what it pays for has slope ½. The one that
// buys its data first has slope ⅔, up to a logarithm. The one that trusts its estimate loses the agent as soon as the
// estimate is a little too high, gets no more data, and never recovers: slope 1.

// %% id="curves-one"
await display(regretFigure("One step: the margin decides the rate", ["S1", "S2", "S3"], [
  ...slopeTriangle(6e4, 560, 0.5, "½"),
  ...slopeTriangle(3e4, 2700, 2 / 3, "⅔"),
]));
await claim("08.slope-margin", slopeOf("S1"));
await claim("08.slope-explore", slopeOf("S2"));
await claim("08.slope-no-margin", slopeOf("S3"));

// %% [markdown] id="curves-search-text"
// The learner S4 searches first. Bisection costs it only $2\lceil\log_2T\rceil$ rounds. What remains is the choice among the
// actions, an ordinary bandit problem, which the algorithm UCB (upper confidence bounds) solves. With a *fixed* gap between the two actions the regret of UCB is logarithmic. That does not
// contradict a $\sqrt T$ lower bound, which speaks about the worst gap for each $T$, and that gap shrinks like
// $1/\sqrt T$. S5, which treats contracts as unrelated arms of a grid, does worse than either.

// %% id="curves-search"
await display(regretFigure(
  "Success or failure: search the contracts, then choose the action",
  ["S4", "S4-fixed-gap", "S5"],
  [...slopeTriangle(7e3, 6.5, 0.5, "½"), ...slopeTriangle(6e3, 250, 2 / 3, "⅔")],
));
await claim("08.slope-search", slopeOf("S4"));
await claim("08.slope-grid", slopeOf("S5"));

// %% [markdown] id="curves-steps-text"
// Now the instances have several steps. The learner S6 knows the costs and what shirking does, and only learns what work does.
// The general learner knows neither probabilities nor costs. For each step it first pays nothing afterwards, so that the agent has no future to
// think of. Then it finds by bisection the planes on which the agent is indifferent; no estimate is needed for that. But
// the probabilities have to be estimated all the same, to know the rents that later contracts leave, and this exploration
// costs $T^{2/3}$.

// %% id="curves-steps"
await display(regretFigure(
  "Several steps: special and general learners",
  ["S6-margin", "S6-explore", "general-C2", "general-random"],
  [
    ...slopeTriangle(2e5, 5e3, 2 / 3, "⅔", 10 ** 0.5),
    ...slopeTriangle(2e5, 3.8e4, 0.5, "½", 10 ** 0.5),
  ],
));
await claim("08.slope-steps-margin", slopeOf("S6-margin"));
await claim("08.slope-steps-explore", slopeOf("S6-explore"));
await claim("08.slope-general-example", slopeOf("general-C2"));
await claim("08.slope-general-random", slopeOf("general-random"));
await claim(
  "08.failures-vanish",
  Math.max(
    ...(["general-C2", "general-random"] as const).map((id) =>
      curves.get(id)?.at(-1)?.failures ?? NaN
    ),
  ),
);

// %% [markdown] id="split-text"
// ### What the regret is made of
//
// Here the regret of the same runs, at their longest horizon, is split by cause. (S3's premium is negative: it promises less than it should,
// which would save something if the agent still worked.)

// %% id="split"
const split = [...curves].map(([id, points]) => {
  const last = points.at(-1);
  if (last === undefined) throw new Error(`no points for ${id}`);
  const { horizon: T, policyLoss, premium, failedInducement, regret } = last;
  return { id, T, policyLoss, premium, failedInducement, total: regret.mean };
});
const causes = {
  policyLoss: "policy loss",
  premium: "premium",
  failedInducement: "failed inducement",
};
const mainlyBy = (cause: keyof typeof causes) =>
  split.filter((row) => row[cause] > 0.9 * row.total).map(({ id }) => id).join(", ") || "none";
await display(
  md`More than nine tenths of the regret are **premium** for ${
    mainlyBy("premium")
  }, **failed inducement** for ${mainlyBy("failedInducement")}, and **policy loss** for ${
    mainlyBy("policyLoss")
  }. The others lose to more than one cause.`,
);

// %% id="split-figure" tags=["drawing"]
const percentOf = (part: number, whole: number) => `${(100 * part / whole).toFixed(0)} %`;
await display(plot({
  title: "Regret by cause, at each learner's longest horizon",
  alt: `Stacked bars of shares. ${
    split.map((row) =>
      `${row.id}: ${
        Object.entries(causes).map(([key, name]) =>
          `${name} ${percentOf(row[key as keyof typeof causes], row.total)}`
        ).join(", ")
      }`
    ).join("; ")
  }.`,
  caption:
    "Rows: the short names of the table of learners. A negative share, left of 0, is what was saved by paying less than the least payment.",
  height: 330,
  marginLeft: 120,
  x: { label: "share of the regret", tickFormat: "%" },
  y: { label: null, domain: split.map(({ id }) => id) },
  color: { legend: true, label: "cause", domain: Object.values(causes) },
  data: split,
  marks: [
    Plot.barX(
      split.flatMap((row) =>
        Object.entries(causes).map(([key, cause]) => ({
          id: row.id,
          cause,
          share: row[key as keyof typeof causes] / row.total,
        }))
      ),
      { x: "share", y: "id", fill: "cause" },
    ),
    Plot.ruleX([0]),
  ],
}));
await display(table(split, {
  caption: "Mean regret by cause",
  columns: [
    "id",
    "T",
    ...Object.entries(causes).map(([key, label]) => ({ key: key as keyof typeof causes, label })),
    "total",
  ],
}));

// %% [markdown] id="gap-text"
// ### How much the gap matters
//
// The price of a margin is proportional to $1/\gamma$: the less the outcomes say about work, the dearer each doubt. The
// table has one horizon and one learner (S1's). Work succeeds with probabilities from 0.3 to 0.9, shirking with 0.1, and the cost
// of work is always 0.05. To first order, a doubt $\epsilon$ about the success probability $p$ costs
// $p\,c\,\epsilon/(p-p_0)^2$ in each round; the last column sums this over the rounds.

// %% id="gap"
const [gapShirk, gapCost, gapHorizon] = [0.1, 0.05, 100_000];
const gapRows = [0.3, 0.45, 0.6, 0.75, 0.9].map((success) => {
  const threshold = gapCost / (success - gapShirk);
  const instance = binaryOutcomeExample([gapShirk, success], [threshold], 1, { cap: 3 });
  const rival = { target: 1, outcome: 1, rivalProbability: gapShirk, extraCost: gapCost };
  const totals = Array.from({ length: 10 }, (_, k) => {
    const bandit = new ContractBandit(instance, stream(seed, "gap", success, k));
    shrinkingMargin(bandit, gapHorizon, rival);
    return bandit.ledger.total;
  });
  const doubts = Math.sqrt(2 * gapHorizon * Math.log(gapHorizon));
  return {
    success,
    "γ": inducibilityGap(problemAt(instance, 0, 0, 1)).gap,
    regret: estimate(totals).mean,
    "± s.e.": estimate(totals).standardError,
    "first order": success * gapCost / (success - gapShirk) ** 2 * doubts,
  };
});
await display(table(gapRows, { caption: `Regret at T = ${gapHorizon}, mean of 10 seeds` }));
await claim("08.gap-drives-premium", gapRows.map(({ regret }) => regret));

// %% [markdown] id="learning-short"
// **In short.** Where the agent switches can be found without any estimate. What remains is the price of the margin: of
// order √T when the data come from the action that is paid for, T to the power ⅔ when they are bought separately, and T
// without a margin.

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How do cap and gap change what a shrinking margin costs? Change the lists, or make `rounds` or `threshold` an axis: a small gap and
// a large cap should cost most. Each point is a mean over eight learners. The points run on all cores, and what has been run is kept.

// %% id="ablation-run" tags=["ablation"]
// change me: [0.1, 0.2, 0.35, 0.5, 0.65] adds a small gap, where the regret is largest.
const gaps = [0.2, 0.35, 0.5, 0.65];
const ablation = await sweep({
  name: "cap and gap",
  module: experimentsOf<typeof import("offprint/papers/contractual_rl/experiments.ts")>(
    "offprint/papers/contractual_rl/experiments.ts",
  ),
  run: "marginRegret",
  over: { gap: gaps, cap: [0.5, 1, 3] },
  fixed: { rounds: 100_000 },
  seed,
  seeds: 8,
});
await display(ablation);
await display(ablation.compare({ cap: 0.5 }));

// %% id="ablation-figure" tags=["drawing"]
await display(ablation.figure({
  title: "Regret at T = 100 000 by gap and cap",
  alt: `Regret against the gap between work and shirking, one line with its band a cap: ${
    ablation.rows.map((row) =>
      `gap ${row.gap}, cap ${row.cap}: ${formatNumber(Number(row.regret), 2)}`
    ).join("; ")
  }.`,
  caption:
    "A tight cap keeps the regret low, because the first payments cannot be large. Bands are 95 % intervals over learners.",
  lines: true,
}));

// %% [markdown] id="cost"
// ## What it costs
//
// A plan is $H\cdot n\cdot m$ linear programs with at most $n$ rows and $m-1$ columns, so its time grows linearly in the
// number of steps. The times are those of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
/** The same work several times over, so that short ones can be timed. */
const times = (count: number, work: () => unknown) => () => {
  for (let k = 0; k < count; k++) work();
};
const lengthsTimed = [5, 10, 20, 40, 80];
const planMs = await medianTimesMs(lengthsTimed.map((H) => {
  const instance = randomInstance({ H, n: 8, m: 8, seed: 8 });
  return times(160 / H, () => plan(instance));
}));
const planTimes = lengthsTimed.map((H, k) => {
  const ms = (planMs[k] ?? NaN) / (160 / H);
  return { H, "programs H·n·m": H * 64, ms, "µs per program": 1000 * ms / (H * 64) };
});
await display(table(planTimes, { caption: "Planning with 8 states and 8 actions" }));
const msAt = (H: number) => planTimes.find((row) => row.H === H)?.ms ?? NaN;
await claim("08.planning-time", msAt(10));
await claim("08.planning-linear", (msAt(80) / 80) / (msAt(10) / 10));

// %% id="timing-size" tags=["timing"]
const sizesTimed = [2, 4, 8, 16];
const sizeMs = await medianTimesMs(sizesTimed.map((size) => {
  const instance = randomInstance({ H: 10, n: size, m: size, seed: 9 });
  return times(2, () => plan(instance));
}));
await display(table(
  sizesTimed.map((size, k) => {
    const ms = (sizeMs[k] ?? NaN) / 2;
    return {
      "n = m": size,
      "programs H·n·m": 10 * size ** 2,
      ms,
      "µs per program": 100 * ms / size ** 2,
    };
  }),
  { caption: "Planning ten steps; each program grows with n and m too" },
));

// %% id="timing-solvers" tags=["timing"]
const timedInstance = randomInstance({ H: 1, n: 8, m: 8, seed: 8 });
const timedProblems = Array.from(
  { length: 64 },
  (_, k) => problemAt(timedInstance, 0, Math.floor(k / 8), k % 8),
).filter((problem) => leastPayment(problem).feasible);
const solver = new LeastPaymentSolver(8, 7);
const ready = timedProblems.map((problem) => incentiveRows(problem));
const texts = timedProblems.map((problem) => linearProgram([problem]));
const [oursTotal = NaN, theirsTotal = NaN] = await medianTimesMs([
  times(100, () => ready.forEach(({ Pa, rows, gaps }) => solver.solve(Pa, rows, gaps, 7))),
  () => texts.forEach((text) => highs.solve(text)),
]);
const oursEach = oursTotal / 100 / ready.length;
const theirsEach = theirsTotal / texts.length;
await display(table([
  { solver: "dense simplex of this notebook", "µs per program": 1000 * oursEach },
  { solver: "HiGHS in WebAssembly, from text", "µs per program": 1000 * theirsEach },
], { caption: `${ready.length} feasible programs, n = m = 8` }));
await claim("08.simplex-ratio", theirsEach / oursEach);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Not the paper's theorems.** We could read its abstract only. For which classes it proves $\tilde O(\sqrt T)$, under
//   which conditions, with which constants and which dependence on $H$, $n$, $m$ and the gap, is unknown to us. Our
//   learners reach the announced exponents on our instances, and the curves say no more than that.
// * **A slope is not a bound.** Logarithmic factors raise a slope of ⅔ to about 0.69, caps hide early rates, and one
//   instance is one instance. The $\sqrt T$ *lower* bound is inherited from two-armed bandits; S4 illustrates it and proves
//   nothing.
// * **S5's regret depends on where its grid falls.** Its thresholds lie just above round numbers; with other thresholds it
//   does better.
// * **Agents here are perfect.** They know the model, best-respond to every contract, do not experiment, and do not play
//   against the learner across episodes. None of this is true of people.
// * **Commitment is brute force**, exact only without caps and only over deterministic Markov contracts. Contracts that
//   depend on the history can be better still.
// * **No language model runs here**, though paying for what cannot be seen is one way to look at alignment.

// %% id="headline"
await claim("08.rates", null);

// %% [markdown] id="own-model"
// ## With your own instance
//
// An instance is JSON: `P[h][s][a]` are probabilities of the next states, `r[h][s]` rewards of the next states, `c[h][s]`
// costs of the actions, of which the first is free. `parseInstance` checks it and says where it is wrong.

// %% id="own-model-example"
// change me: with 0.4 the plan no longer asks for opening on time.
const openingCost = 0.15;
const days = 2;
const mine = parseInstance({
  name: "coffee stand",
  // States: regulars stay away (0), regulars come (1). Actions: open late, open on time.
  P: Array(days).fill([[[0.8, 0.2], [0.3, 0.7]], [[0.5, 0.5], [0.1, 0.9]]]),
  r: Array(days).fill([[0, 1], [0, 1]]),
  c: Array(days).fill([[0, openingCost], [0, openingCost]]),
  cap: 0.5,
  labels: {
    actions: ["open late", "open on time"],
    states: Array(days + 1).fill(["slow", "busy"]),
  },
}, "my instance");
await display(benchmarks(mine));
await display(paymentMap(mine, 0));

// %% [markdown] id="mistakes-text"
// A mistake in an instance, or a contract that cannot exist, is answered by one line:

// %% id="mistakes" tags=["check"]
const complaint = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return messageOf(error);
  }
  return "no complaint";
};
const small = { r: [[[0, 1], [0, 1]]], c: [[[0, 0.1], [0, 0.1]]] };
const even = [[1, 0], [0.5, 0.5]];
await display(table([
  {
    mistake: "probabilities that do not sum to 1",
    message: complaint(() => parseInstance({ ...small, P: [[[[1, 0], [0.5, 0.4]], even]] })),
  },
  {
    mistake: "a negative cost",
    message: complaint(() =>
      parseInstance({ ...small, c: [[[0, 0.1], [0, -0.1]]], P: [[even, even]] })
    ),
  },
  {
    mistake: "a cap below every inducing payment",
    message: complaint(() => inducingContract(oneStepExample({ cap: 0.5 }), 0, 0, full)),
  },
  {
    mistake: "an action that a mixture undercuts",
    message: complaint(() => inducingContract(oneStepExample({}, { mixture: true }), 0, 0, 3)),
  },
]));

// %% [markdown] id="exercises"
// ## Exercises
//
// Each exercise has a check that says what is wrong without giving the answer away. When a cell hangs, restart the kernel
// (an interrupt does not reach Deno's kernel).
//
// **1. Two outcomes.** (15 minutes, 3 points.) Action $a$ succeeds with probability `p[a]` and costs `c[a]`; the agent gets $\beta$ for success.
// Write the smallest $\beta\ge0$ at which action $a$ is worth at least as much to the agent as every *less* successful action. With no
// such action it is 0.

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function smallestBonus(p: number[], c: number[], a: number): number {
  // BEGIN SOLUTION
  let bonus = 0;
  p.forEach((other, b) => {
    const mine = p[a] ?? NaN;
    if (other < mine) bonus = Math.max(bonus, ((c[a] ?? NaN) - (c[b] ?? NaN)) / (mine - other));
  });
  return bonus;
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 1", {
  got: [
    smallestBonus([0.3, 0.8], [0, 0.2], 1),
    smallestBonus([0, 0.6, 0.8], [0, 0.18, 0.26], 2),
    smallestBonus([0.3, 0.8], [0, 0.2], 0),
  ],
  expected: [0.4, 0.4, 0],
  hint:
    "Each less successful action gives one threshold, a ratio of two differences; all must be passed.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
const gradedDraw = stream(seed, "graded actions");
const gradedChances = [0.1, 0.3, 0.6, 0.9].map((p) => p + 0.05 * gradedDraw.uniform());
const gradedCosts = [0, 0.1, 0.3, 0.7].map((c) => c + 0.05 * gradedDraw.uniform());
const gradedWorth = (bonus: number, a: number) =>
  gradedChances.every((p, b) =>
    p >= gradedChances[a]! || bonus * (gradedChances[a]! - p) >= gradedCosts[a]! - gradedCosts[b]!
  );
await hiddenTest("four drawn actions", {
  got: [1, 2, 3].map((a) => smallestBonus(gradedChances, gradedCosts, a)),
  accept: (bonuses: number[]) =>
    bonuses.every((bonus, i) =>
      gradedWorth(bonus + 1e-9, i + 1) && !gradedWorth(bonus - 1e-6, i + 1)
    ),
  points: 2,
});
await hiddenTest("success that costs less", {
  got: smallestBonus([0.2, 0.5], [0.4, 0.1], 1),
  expected: 0,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2. Who pays for foresight?** (20 minutes, 3 points.) In the two-step example the rent in B (0.15) exceeds the rent in G (0.125), so a far-sighted
// agent needs a larger payment than a myopic one. Find the cost of work in B at which both need the *same* payment after G in
// the first step. The cost in the example is 0.1. Give all digits, as a formula.

// %% id="exercise-2" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-2","locked":false,"schema_version":3,"solution":true,"task":false}
function neutralCost(): number {
  // BEGIN SOLUTION
  // The rent in B is 0.3·c/(0.5 − 0.3); it must equal the rent in G, 0.125.
  return 0.125 * (0.5 - 0.3) / 0.3;
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const withCostInB = (cost: number, concept: "recursive" | "myopic") => {
  const instance = farsightedExample({ concept });
  const c = instance.c.slice();
  c[7] = cost;
  return plan({ ...instance, c }).contracts[0] ?? NaN;
};
await display(check("exercise 2", {
  got: withCostInB(neutralCost(), "recursive"),
  expected: withCostInB(neutralCost(), "myopic"),
  hint:
    "The rent of working at the least payment is what shirking would bring: the bonus times 0.3.",
}));

// %% id="exercise-2-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("both need the same payment", {
  got: neutralCost(),
  accept: (cost: number) =>
    cost > 0 && Math.abs(withCostInB(cost, "recursive") - withCostInB(cost, "myopic")) < 1e-9,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-3-text"
// **3. A part of the regret.** (5 minutes, 2 points.) In the instance of S1, work succeeds with probability 0.6 and the least expected payment is
// 0.36. Write the premium of a round in which the agent works as recommended under a bonus `bonus`.

// %% id="exercise-3" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-3","locked":false,"schema_version":3,"solution":true,"task":false}
function premiumOf(bonus: number): number {
  // BEGIN SOLUTION
  return 0.6 * bonus - 0.36;
  // END SOLUTION
}

// %% id="exercise-3-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 3", {
  got: [premiumOf(0.6), premiumOf(0.7), premiumOf(3)],
  expected: [0, 0.06, 1.44],
  hint: "Expected payment less least expected payment.",
}));

// %% id="exercise-3-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("two other bonuses", {
  got: [premiumOf(0.65), premiumOf(5)],
  expected: [0.03, 2.64],
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-4-text"
// **4. The price of doubt, to first order.** (15 minutes, 3 points.) With $p=0.6$, shirking at $0.1$ and an extra cost of $0.3$, paying for $p-\epsilon$
// instead of $p$ costs about $k\,\epsilon$ per round. Find $k$, numerically or by hand, and with it the limit of the
// regret of S1 over $\sqrt{T\ln T}$.

// %% id="exercise-4" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-4","locked":false,"schema_version":3,"solution":true,"task":false}
function priceOfDoubt(): { k: number; limit: number } {
  // BEGIN SOLUTION
  const k = 0.6 * 0.3 / 0.5 ** 2;
  return { k, limit: k * Math.SQRT2 };
  // END SOLUTION
}

// %% id="exercise-4-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const doubt = 1e-6;
const s1Rival = { target: 1, outcome: 2, rivalProbability: 0.1, extraCost: 0.3 };
const slopeOfDoubt = 0.6 * (paymentFor(s1Rival, 0.6 - doubt, 3) - paymentFor(s1Rival, 0.6, 3)) /
  doubt;
await display(check("exercise 4", {
  got: [priceOfDoubt().k, priceOfDoubt().limit],
  expected: [slopeOfDoubt, slopeOfDoubt * Math.sqrt(2)],
  tolerance: 1e-5,
  hint: "Differentiate 0.6 · 0.3/(p − 0.1 − ε) at ε = 0; the margins sum to √(2 T ln T).",
}));
const s1Last = curves.get("S1")?.at(-1);
const s1Scale = Math.sqrt((s1Last?.horizon ?? NaN) * Math.log(s1Last?.horizon ?? NaN));
await display(
  md`At T = ${s1Last?.horizon} the regret of S1 is ${
    (s1Last?.regret.mean ?? NaN) / s1Scale
  } times √(T ln T); it falls towards ${priceOfDoubt().limit}.`,
);

// %% id="exercise-4-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("both numbers", {
  got: priceOfDoubt(),
  accept: ({ k, limit }: { k: number; limit: number }) =>
    Math.abs(k - slopeOfDoubt) < 1e-4 && Math.abs(limit - k * Math.sqrt(2)) < 1e-9,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-5-text"
// **5. How long to explore?** (10 minutes, 2 points.) Exploring for $N$ rounds costs $N$ and leaves an error of $N^{-1/2}$ that is paid for in $T$
// rounds. Minimise $N+T\,N^{-1/2}$ over $N$. Give the exponent of $T$ in the best $N$, and in the total.

// %% id="exercise-5" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-5","locked":false,"schema_version":3,"solution":true,"task":false}
function explorationExponents(): { length: number; regret: number } {
  // BEGIN SOLUTION
  return { length: 2 / 3, regret: 2 / 3 };
  // END SOLUTION
}

// %% id="exercise-5-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-5-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const bestLength = (T: number) => {
  let best = { N: 1, total: Infinity };
  for (let N = 1; N < T; N = Math.ceil(N * 1.001)) {
    const total = N + T / Math.sqrt(N);
    if (total < best.total) best = { N, total };
  }
  return best;
};
const lengths = [1e6, 1e7, 1e8];
await display(check("exercise 5", {
  got: [explorationExponents().length, explorationExponents().regret],
  expected: [
    logLogSlope(lengths, lengths.map((T) => bestLength(T).N)).slope,
    logLogSlope(lengths, lengths.map((T) => bestLength(T).total)).slope,
  ],
  tolerance: 2e-3,
  hint: "Set the derivative in N to zero: 1 = T N^(-3/2)/2.",
}));
await display(md`S2 explores ${explorationLength(1e6)} of a million rounds.`);

// %% id="exercise-5-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-5-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("both exponents", {
  got: explorationExponents(),
  accept: ({ length, regret }: { length: number; regret: number }) =>
    Math.abs(3 * length - 2) < 1e-9 && Math.abs(3 * regret - 2) < 1e-9,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-6-text"
// **6. Foresight of both signs.** Build a three-step instance in which a far-sighted agent needs *less* payment in the first
// step than a myopic one, and one in which a myopic agent does nothing under the plan for a far-sighted one.
// `withHorizon(instance, 3)` repeats the first step of any instance. (Open; no check.)

// %% id="exercise-6-start"
const repeated = withHorizon(mine, 3);
await display(
  md`The coffee stand over ${repeated.H} days brings ${plan(repeated).value} to its owner.`,
);

// %% [markdown] id="claims"
// ## Claims
//
// Every claim of this notebook with this run's outcome. The rules that decide were written down before the run.
// `deno task run 08 --json` prints the same for machines.

// %% id="claims-table" tags=["imports"]
await claimsTable("08-contractual-rl");
