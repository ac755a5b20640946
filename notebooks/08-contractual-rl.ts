// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"codemirror_mode":"typescript","file_extension":".ts","mimetype":"text/x.typescript","name":"typescript","nbconvert_exporter":"script","pygments_lexer":"typescript"},"offprint":{"cellSeconds":600,"exclusive":false,"paper":"08-contractual-rl"}}
// ---

// %% [markdown] id="title"
// # 08 · What to pay someone whose work you cannot see
//
// A platform wants good posts, a buyer wants careful labels, an owner wants a machine looked after. None of them does the
// work; each can only promise money for what comes out. The one who works minds the effort and knows more. This notebook
// computes the cheapest promises that work, over many steps and against somebody who looks ahead, and then learns them
// from nothing but watching.

// %% id="citation"
import { citation } from "offprint/notebook/mod.ts";

citation("08-contractual-rl");

// %% [markdown] id="provenance"
// **Read this first.** Of this paper only the abstract could be read here. The abstract promises a polynomial-time
// dynamic program against a far-sighted agent, regret of order $\sqrt T$ for several classes of problems, and
// $T^{2/3}$ in general. Everything below, the model, the programs, the learners, the instances and every number, is *our
// construction* of what such statements can mean. No theorem here carries a number of the paper.

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Least payments.** For each state and each action there is a cheapest contract that makes the agent take that
//   action: a small linear program. The agent keeps a *rent*, because payments cannot be negative.
// * **Planning is a recursion.** Going backward, the rent that later contracts will leave is part of what the agent sees
//   today. One linear program for each step, state and action gives the optimal contracts.
// * **Looking ahead cuts both ways.** Rents in good future states motivate for free; rents in bad ones must be outbid.
//   A principal who can commit may promise *less* later to pay less now.
// * **Contracts sit on a cliff.** At the cheapest contract the agent is indifferent. Pay a hair less and it stops
//   working. So whoever learns must keep a margin, and the price of the margin is the regret: of order $\sqrt T$ if data
//   come from the very action that is paid for, $T^{2/3}$ if exploration has to be bought separately, $T$ without
//   any margin.

// %% [markdown] id="what-you-will-see"
// ## What you will see
//
// Every claim of this notebook, the rule that decides it (written down before the run), and this run's outcome. The table
// fills as the cells below are run.

// %% id="claims-table"
import { claim, claimsTable } from "offprint/notebook/mod.ts";

await claimsTable("08-contractual-rl");

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 08 --set costScale=1.5`. The exact examples and the claims
// do not depend on the last four; the figures on economics, on gaps and the scenarios do.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full takes three times as many seeds for each regret curve. */
const profile: "quick" | "full" = "quick";
/** Seed of every random stream. */
const seed: number = 1;
/** Seeds behind each point of a regret curve, in quick. */
const seeds: number = 20;
/** Factor on the agent's costs in the figures on economics and in the scenarios. */
const costScale: number = 1;
/** Largest payment on one transition in the scenarios; 0 for none. */
const cap: number = 0;
/** Steps of the maintenance scenario. */
const horizon: number = 8;
/** How much likelier work makes success than shirking, in the figure on learning one bonus. */
const gap: number = 0.5;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import { bisect } from "offprint/contracts/boundaries/mod.ts";
import {
  binaryOutcomeExample,
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
  linearContract,
  plan,
  problemAt,
  robustContract,
  smallestCap,
  withoutLimitedLiability,
  zeroContract,
} from "offprint/contracts/planning/mod.ts";
import {
  contentPlatform,
  type CurvePoint,
  curvePoint,
  curveSlope,
  dataLabelling,
  type ExperimentId,
  experiments,
  maintenanceChain,
  simplexRegions,
} from "offprint/papers/contractual_rl/mod.ts";
import { messageOf } from "offprint/errors.ts";
import {
  check,
  display,
  equation,
  md,
  plot,
  progress,
  sweep,
  table,
} from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate, logLogSlope, meanInterval } from "offprint/stats.ts";

const seedsPerPoint = { quick: seeds, full: 3 * seeds }[profile];
md`This run: profile **${profile}**, ${seedsPerPoint} seeds for each point of a regret curve, seed ${seed}.`;

// %% [markdown] id="idea"
// ## The idea, by hand
//
// One principal, one agent, one step, two outcomes. If the agent works, it succeeds with probability 0.8, and working
// costs it 0.2. If it shirks, it succeeds with probability 0.3 at no cost. Success is worth 1 to the principal, who sees
// only success or failure and promises a bonus $\beta$ for success.
//
// The agent compares $0.8\beta-0.2$ with $0.3\beta$. The lines cross at $\beta=0.2/(0.8-0.3)=0.4$. That is the whole
// theory of this notebook in one picture: below 0.4 every bonus is wasted, above 0.4 every cent more is a gift, and
// exactly at 0.4 the agent does not care.

// %% id="idea-figure"
const bonuses = Array.from({ length: 101 }, (_, k) => k / 100);
const worker = binaryOutcomeExample([0.3, 0.8], [0.4], 1);
const byBonus = bonuses.map((bonus) => {
  const contracts = Float64Array.of(0, bonus, 0, bonus);
  const { actions, VP, VA } = bestResponse(worker, contracts);
  return { bonus, works: actions[0] === 1, principal: VP[0] ?? NaN, agent: VA[0] ?? NaN };
});
const crossing = byBonus.find(({ works }) => works)?.bonus ?? NaN;
display(plot({
  title: "The agent's two options, and what is left for the principal",
  alt:
    "Against the bonus from 0 to 1: the agent's utility from shirking rises slowly from 0, from working steeply from -0.2; they cross at 0.4. The principal's value falls, jumps up at 0.4 from 0.18 to 0.48, and falls again.",
  caption:
    "The principal's best bonus is the smallest one that works. It stands at the edge of a cliff.",
  height: 320,
  x: { label: "bonus for success" },
  y: { label: "expected value" },
  color: {
    legend: true,
    domain: ["agent, working", "agent, shirking", "principal"],
  },
  data: byBonus.filter((_, k) => k % 10 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleX([crossing], { strokeDasharray: "3 3" }),
    Plot.lineY(bonuses, { x: (b) => b, y: (b) => 0.8 * b - 0.2, stroke: () => "agent, working" }),
    Plot.lineY(bonuses, { x: (b) => b, y: (b) => 0.3 * b, stroke: () => "agent, shirking" }),
    Plot.lineY(byBonus, {
      x: "bonus",
      y: "principal",
      z: "works",
      stroke: () => "principal",
      strokeWidth: 2.5,
    }),
    Plot.text([{ x: crossing, y: 0.62, label: "the agent switches" }], {
      x: "x",
      y: "y",
      text: "label",
      textAnchor: "start",
      dx: 6,
    }),
  ],
}));
const hand = leastPayment({ laws: [[0.7, 0.3], [0.2, 0.8]], costs: [0, 0.2], action: 1 });
if (!hand.feasible) throw new Error("the example can be induced");
table([
  { whose: "agent's expected payment ζ", value: hand.zeta, how: "0.8 · 0.4" },
  { whose: "agent's cost", value: 0.2, how: "given" },
  { whose: "agent's rent", value: hand.rent, how: "0.32 − 0.2, the same as shirking: 0.3 · 0.4" },
  { whose: "principal", value: 0.8 - hand.zeta, how: "0.8 − 0.32" },
  { whose: "together (welfare)", value: 0.6, how: "0.8 − 0.2, the most there is to share" },
], { caption: "The cheapest contract that works, by hand and by leastPayment" });

// %% [markdown] id="timing-of-a-step"
// ### Many steps
//
// | | who | what happens at step $h$ in state $s$ |
// |---|---|---|
// | 1 | principal | posts payments $x_h(s,s')\ge0$, one for each possible next state $s'$ |
// | 2 | agent | knows everything, picks an action $a$, pays its cost $c_h(s,a)$ |
// | 3 | nature | draws $s'\sim P_h(\cdot\mid s,a)$ |
// | 4 | both | principal gets $r_h(s,s')-x_h(s,s')$, agent gets $x_h(s,s')-c_h(s,a)$ |
//
// A *far-sighted* agent counts what it will get in later steps; a *myopic* one does not. Ties go to the principal: the
// recommended action is taken when it is as good as any other.

// %% [markdown] id="equations"
// ## The equations
//
// Each is tied to the function that computes it, and checked on values obtained in another way when its cell runs. A
// function that disagreed would stop the notebook here. The example C1 of this section has three outcomes worth
// $0,\frac12,1$ and three actions: shirk $(.7,.2,.1)$ at cost 0, half effort $(.4,.4,.2)$ at 0.1, full effort
// $(.1,.3,.6)$ at 0.3.

// %% [markdown] id="equation-least-payment-text"
// ### The least payment
//
// To induce $a$, payments must beat every other action $b$. What the agent expects afterwards, $v$, counts like a payment
// that has been made already. The dual has a multiplier for each rival; multipliers of a feasible contract prove that it
// cannot be beaten.

// %% id="equation-least-payment"
const laws = [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]];
const costs = [0, 0.1, 0.3];

function zeta(action: number, margin: number, cap: number): number {
  const solved = leastPayment({ laws, costs, action, margin, cap });
  return solved.feasible ? solved.zeta : Infinity;
}

equation({
  id: "least-payment",
  latex: String
    .raw`\zeta(a)=\min_{0\le x\le\bar B}P_a^\top x\quad\text{s.t.}\quad(P_a-P_b)^\top(x+v)\ \ge\ c_a-c_b+\epsilon\quad\text{for all } b\ne a`,
  source: "leastPayment of offprint/contracts/payments/mod.ts",
  fn: zeta,
  checks: [
    // By hand: only the best outcome favours full effort, 0.5 x ≥ 0.3 and 0.4 x ≥ 0.2.
    { args: [2, 0, Infinity], equals: 0.6 * 0.6 },
    { args: [1, 0, Infinity], equals: 0.2 },
    { args: [0, 0, Infinity], equals: 0 },
    // A margin moves the binding row: 0.5 x ≥ 0.35.
    { args: [2, 0.05, Infinity], equals: 0.6 * 0.7 },
    // A cap of 0.58 leaves 0.01 to the second outcome: 0.1 x₁ ≥ 0.3 − 0.29.
    { args: [2, 0, 0.58], equals: 0.6 * 0.58 + 0.3 * 0.1 },
    { args: [2, 0, 0.5], equals: Infinity },
  ],
});

// %% [markdown] id="equation-two-actions-text"
// ### Two actions: pay the most telling outcome
//
// With one rival all the money goes to the outcome that speaks most against it, the one with the smallest ratio
// $P_b/P_a$.

// %% id="equation-two-actions"
function oneRival(cost: number, wanted: number[], other: number[]): number {
  const solved = leastPayment({ laws: [other, wanted], costs: [0, cost], action: 1 });
  return solved.feasible ? solved.zeta : Infinity;
}

equation({
  id: "two-actions",
  latex: String
    .raw`\zeta(a)=\frac{\max(\Delta,0)}{1-\min_{s'}P_b(s')/P_a(s')},\qquad\Delta=c_a-c_b-(P_a-P_b)^\top v`,
  source: "leastPayment of offprint/contracts/payments/mod.ts",
  fn: oneRival,
  checks: [
    { args: [0.3, [0.1, 0.3, 0.6], [0.7, 0.2, 0.1]], equals: 0.3 / (1 - 1 / 6) },
    { args: [0.1, [0.1, 0.9], [0.5, 0.5]], equals: 0.1 / (1 - 5 / 9) },
    { args: [0.1, [0.5, 0.5], [0.7, 0.3]], equals: 0.1 / (1 - 3 / 5) },
    // The same law at a higher cost: nothing helps.
    { args: [0.1, [0.5, 0.5], [0.5, 0.5]], equals: Infinity },
  ],
});

// %% [markdown] id="equation-recursion-text"
// ### The recursion
//
// Backward from the last step: least payments of all actions given the agent's continuation, then the action worth most
// to the principal. What is left to the agent becomes the continuation one step earlier. $H\cdot n\cdot m$ small linear
// programs, so the effort is polynomial. The example C2 below has two steps; its values are computed by hand there.

// %% id="equation-recursion"
function recursiveValues(deltaA: number): number[] {
  const { value, rent } = plan(farsightedExample({ deltaA }));
  return [value, rent];
}

equation({
  id: "recursion",
  latex: String.raw`\begin{aligned}
V^P_h(s)&=\max_a\Bigl\{\sum_{s'}P_h(s'\mid s,a)\bigl[r_h(s,s')+V^P_{h+1}(s')\bigr]-\zeta_h(s,a)\Bigr\}\\
V^A_h(s)&=\zeta_h(s,a^\star)+\sum_{s'}P_h(s'\mid s,a^\star)\,V^A_{h+1}(s')-c_h(s,a^\star)
\end{aligned}`,
  source: "plan of offprint/contracts/planning/mod.ts",
  fn: recursiveValues,
  checks: [
    { args: [1], equals: [1.89, 0.27] },
    // An agent that values the future at 0.9 needs 0.4225 instead of 0.425 after G.
    { args: [0.9], equals: [2.23 - 0.8 * 0.4225, 0.8 * 0.4225 + 0.9 * 0.13 - 0.2] },
  ],
});

// %% [markdown] id="equation-implementable-text"
// ### When no contract works
//
// An action cannot be induced exactly when a mixture of other actions has the same outcomes for less effort: whoever is
// paid by outcomes would rather mix. Add to C1 an action with law $\frac12P_0+\frac12P_2$ at cost 0.2; the mixture costs
// 0.15.

// %% id="equation-implementable"
function undercutting(cost: number): number[] {
  const answer = implementability({
    laws: [...laws, [0.4, 0.25, 0.35]],
    costs: [...costs, cost],
    action: 3,
  });
  return answer.implementable ? [] : [...answer.mixture, answer.mixtureCost];
}

equation({
  id: "implementability",
  latex: String
    .raw`\text{no contract induces } a\iff\exists\,\mu\in\Delta(\mathcal A\setminus a):\ \sum_b\mu_bP_b=P_a,\ \ \sum_b\mu_b\bigl(c_b-P_b^\top v\bigr)<c_a-P_a^\top v`,
  source: "implementability of offprint/contracts/planning/mod.ts",
  fn: undercutting,
  checks: [
    { args: [0.2], equals: [0.5, 0, 0.5, 0, 0.15] },
    { args: [0.16], equals: [0.5, 0, 0.5, 0, 0.15] },
    // At the mixture's own cost the agent is indifferent, which is enough.
    { args: [0.15], equals: [] },
  ],
});

// %% [markdown] id="equation-robust-text"
// ### Robust contracts
//
// The *inducibility gap* $\gamma$ of an action is the largest margin by which contracts under the cap can make it win.
// A contract that misses by $\delta$ becomes good by mixing in a little of the safe one that wins by $\gamma$: the
// constraints are affine. This is why not knowing the world exactly costs only in proportion (Lemma R, ours).

// %% id="equation-robust"
function mended(violation: number, safeMargin: number): number[] {
  const { contract, lambda } = robustContract(
    [0, 0, 0.6 - 2 * violation],
    [0, 0, 1],
    violation,
    safeMargin,
  );
  return [lambda, incentiveSlack({ laws, costs, action: 2 }, contract)];
}

equation({
  id: "lemma-r",
  latex: String
    .raw`\tilde x=(1-\lambda)\hat x+\lambda x^\circ,\quad\lambda=\frac{\delta}{\delta+\gamma}\quad\Longrightarrow\quad P_a^\top\tilde x\le P_a^\top\hat x+\frac{\delta\,\bar B}{\gamma}`,
  source: "robustContract of offprint/contracts/planning/mod.ts",
  fn: mended,
  // Payment 0.6 − 2δ on the best outcome misses shirking's row by δ; the cap of 1 wins by 0.2.
  checks: [0, 0.01, 0.05, 0.2].map((delta) => ({
    args: [delta, 0.2] as [number, number],
    equals: [delta / (delta + 0.2), 0],
  })),
});

// %% [markdown] id="equation-margin-text"
// ### Why a shrinking margin costs $\sqrt T$
//
// After $t$ rounds a probability is known to within $\sqrt{\ln T/2t}$. Paying as if it were that much smaller costs about
// as much; the sum over rounds is of order $\sqrt{T\ln T}$.

// %% id="equation-margin"
function marginSum(rounds: number): number {
  let sum = 0;
  for (let t = 1; t <= rounds; t++) sum += Math.sqrt(Math.log(rounds) / (2 * t));
  return sum / Math.sqrt(2 * rounds * Math.log(rounds));
}

equation({
  id: "margin-sum",
  latex: String
    .raw`\sum_{t\le T}\sqrt{\frac{\ln T}{2t}}\ \le\ \sqrt{2\,T\ln T},\qquad\text{and the ratio tends to }1`,
  fn: marginSum,
  // Euler–Maclaurin: Σ t^(-1/2) = 2√T + ζ(½) + 1/(2√T) − 1/(24√T³) + …, with ζ(½) = −1.4603545088.
  checks: [100, 10_000, 1_000_000].map((T) => ({
    args: [T] as [number],
    equals: 1 - 1.4603545088095868 / (2 * Math.sqrt(T)) + 1 / (4 * T) - 1 / (48 * T ** 2),
  })),
});

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### C1: one step, three outcomes

// %% id="exact-one-step"
const c1 = oneStepExample();
const c1Plan = plan(c1);
display(table(
  [0, 1, 2].map((action) => {
    const solved = leastPayment({ laws, costs, action });
    if (!solved.feasible) throw new Error("every action of C1 can be induced");
    const welfare = (c1Plan.Q[action] ?? NaN) + solved.zeta - (costs[action] ?? NaN);
    return {
      action: c1.labels.actions?.[action],
      welfare,
      "ζ": solved.zeta,
      "an optimal contract": [...solved.contract],
      principal: c1Plan.Q[action],
      rent: solved.rent,
      "γ at cap 1": inducibilityGap({ laws, costs, action, cap: 1 }).gap,
    };
  }),
  { caption: "C1: what each action costs and brings" },
));
await claim("08.one-step-least-payments", [...c1Plan.zeta.slice(0, 3)]);
await claim("08.one-step-value", [c1Plan.value, c1Plan.rent]);
const c1Linear = bestLinearContract(c1);
await claim("08.one-step-linear", [c1Linear.alpha, c1Linear.value]);
await claim(
  "08.inducibility-gaps",
  [0, 1, 2].map((action) => inducibilityGap({ laws, costs, action, cap: 1 }).gap),
);
await claim("08.no-contract", [...undercutting(0.2).slice(0, 3), undercutting(0.2).at(-1) ?? NaN]);
await claim("08.robust-contract", [
  robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2).lambda,
  robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2).contract[2] ?? NaN,
  incentiveSlack(
    { laws, costs, action: 2 },
    robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2).contract,
  ),
]);

// %% [markdown] id="caps-text"
// Caps and margins. A cap below $5/9$ rules full effort out, between $5/9$ and $0.6$ a second outcome has to help, above
// it nothing changes. In the margin the least payment is convex and piecewise linear; its slope is the sum of the
// multipliers, so a *hard* action (half effort, slope 2) pays more for safety than an easy one (slope 1.2).

// %% id="caps"
const leastCap = smallestCap({ laws, costs, action: 2 });
const capRows = [leastCap, ...Array.from({ length: 121 }, (_, k) => 0.56 + k / 400)].map((cap) => ({
  cap,
  "ζ of full effort": zeta(2, 0, cap),
}));
const marginRows = Array.from({ length: 101 }, (_, k) => k / 500).flatMap((margin) =>
  [1, 2].map((action) => ({
    margin,
    action: c1.labels.actions?.[action],
    "ζ": zeta(action, margin, 1),
  }))
);
display(plot({
  title: "Least payment for full effort against the cap",
  alt:
    "No contract below a cap of 0.556. From there the least payment falls from 0.40 to 0.36 at a cap of 0.6 and stays.",
  height: 240,
  x: { label: "cap on each payment", domain: [0.5, 0.85] },
  y: { label: "ζ", domain: [0.34, 0.42] },
  data: capRows.filter((_, k) => k % 10 === 0),
  marks: [
    Plot.ruleX([leastCap], { strokeDasharray: "3 3" }),
    Plot.lineY(capRows, {
      x: "cap",
      y: "ζ of full effort",
      stroke: "#1f4fe0",
      strokeWidth: 2,
    }),
    Plot.text([{ x: (0.5 + leastCap) / 2, y: 0.37, label: "no contract" }], {
      x: "x",
      y: "y",
      text: "label",
    }),
  ],
}));
display(plot({
  title: "What a margin costs",
  alt:
    "Least payments of half and full effort against the margin, under a cap of 1: two rising convex lines; half effort starts at 0.2 with slope 2 and ends at a margin of 0.14, full effort starts at 0.36 with slope 1.2 and ends at 0.2.",
  caption:
    "Each line ends at the action's inducibility gap: no capped contract has a larger margin.",
  height: 260,
  x: { label: "margin ε", domain: [0, 0.21] },
  y: { label: "ζ" },
  color: { legend: true },
  data: marginRows.filter((_, k) => k % 20 < 2 && k < 100),
  marks: [
    Plot.lineY(marginRows.filter((row) => row["ζ"] < Infinity), {
      x: "margin",
      y: "ζ",
      stroke: "action",
      strokeWidth: 2,
    }),
  ],
}));
await claim("08.one-step-caps", [0.58, 0.59, 0.6].map((cap) => zeta(2, 0, cap)));
await claim("08.one-step-margins", [
  zeta(1, 0.01, Infinity),
  zeta(2, 0.01, Infinity),
  zeta(1, 0.05, Infinity),
  zeta(2, 0.05, Infinity),
]);

// %% [markdown] id="simplex-text"
// ### A map of contracts
//
// Promise a total of 1.2, split over the three outcomes: each split is a point of a triangle. Colour says which action it
// induces. The regions are convex, because the agent's comparisons are linear, and they tile the triangle: this is what
// the searches further down walk through. On a border the agent is indifferent, and cheapest contracts lie on borders.

// %% id="simplex"
const regions = simplexRegions(c1, 1.2).map(({ action, corners, share }) => ({
  action: c1.labels.actions?.[action] ?? "",
  corners,
  share,
}));
const cornerNames = [
  { x: 0, y: -0.05, label: "all on the worst outcome (worth 0)" },
  { x: 1, y: -0.05, label: "all on the middle one (½)" },
  { x: 0.5, y: Math.sqrt(3) / 2 + 0.05, label: "all on the best one (1)" },
];
plot({
  title: "Which action a split of 1.2 induces",
  alt:
    "A triangle of contracts cut into three convex polygons with straight borders: most of it induces shirking, the lower right part half effort, the top full effort.",
  width: 600,
  height: 420,
  marginLeft: 95,
  marginRight: 95,
  x: { axis: null, domain: [-0.1, 1.1] },
  y: { axis: null, domain: [-0.09, 0.95] },
  color: { legend: true, domain: c1.labels.actions?.slice() ?? [] },
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
        x: corners.reduce((sum, { x }) => sum + x, 0) / corners.length,
        y: corners.reduce((sum, { y }) => sum + y, 0) / corners.length,
        label: `${(100 * share).toFixed(0)} %`,
      })),
      { x: "x", y: "y", text: "label", fontWeight: "bold" },
    ),
    Plot.text(cornerNames, { x: "x", y: "y", text: "label" }),
  ],
});

// %% [markdown] id="two-steps-text"
// ### C2: far-sighted, myopic, committed
//
// Two steps. In the first, work makes the good state G more likely (0.8 against 0.3) and costs 0.2; nothing is earned
// there. In the second, work costs 0.1 and raises the chance of a reward of 3: from 0.5 to 0.9 in G, from 0.3 to 0.5 in
// B.
//
// By hand, second step first. G: $\zeta=.1/(1-5/9)=.225$ and the agent keeps $.125$. B: $\zeta=.1/(1-.6)=.25$ and it keeps
// $.15$, *more* than in G. So in the first step a far-sighted agent has a reason not to leave B, which must be outbid:
// $.5(x_G+.125)-.5\cdot.15\ge.2$ gives $x_G=.425$. A myopic agent does not see this and takes $.4$. And a principal who
// can bind itself announces that B will pay *nothing*: it loses a little work there, but now the rent of G alone motivates
// in the first step, and $.275$ is enough.

// %% id="two-steps"
const concepts = ["recursive", "myopic", "markov"] as const;
const c2 = concepts.map((concept) => ({ concept, found: plan(farsightedExample({ concept })) }));
const conceptNames = {
  recursive: "recursive, far-sighted agent",
  myopic: "recursive, myopic agent",
  markov: "Markov commitment",
};
display(table(
  [
    ...c2.map(({ concept, found }) => ({
      concept: conceptNames[concept],
      "ζ, step 1": found.zeta[1],
      "paid after G": found.contracts[0],
      "bonus in G": found.contracts[5],
      "bonus in B": found.contracts[7],
      principal: found.value,
      agent: found.rent,
    })),
    {
      concept: "first best",
      "ζ, step 1": null,
      "paid after G": null,
      "bonus in G": null,
      "bonus in B": null,
      principal: firstBest(farsightedExample()).value,
      agent: 0,
    },
  ],
  { caption: "C2 under three solution concepts" },
));
display(plot({
  title: "C2: who gets what",
  alt:
    "Stacked bars of principal and agent. Recursive 1.89 and 0.27, myopic 1.91 and 0.25, commitment 1.94 and 0.12, first best 2.16 and 0.",
  caption:
    "Recursive and myopic plans both reach the full welfare of 2.16 and only share it differently. Commitment destroys some welfare (the agent shirks in B) and still leaves the principal better off.",
  height: 240,
  x: { label: "expected value", domain: [0, 2.7] },
  y: { label: null, domain: [...concepts.map((concept) => conceptNames[concept]), "first best"] },
  color: { legend: true, domain: ["principal", "agent"] },
  marks: [
    Plot.barX(
      [
        ...c2.flatMap(({ concept, found }) => [
          { concept: conceptNames[concept], who: "principal", value: found.value },
          { concept: conceptNames[concept], who: "agent", value: found.rent },
        ]),
        { concept: "first best", who: "principal", value: firstBest(farsightedExample()).value },
      ],
      { x: "value", y: "concept", fill: "who" },
    ),
    Plot.text(
      [
        ...c2.map(({ concept, found }) => ({
          concept: conceptNames[concept],
          end: found.value + found.rent,
          label: `${found.value.toFixed(2)} + ${found.rent.toFixed(2)}`,
        })),
        { concept: "first best", end: firstBest(farsightedExample()).value, label: "2.16" },
      ],
      { x: "end", y: "concept", text: "label", textAnchor: "start", dx: 6 },
    ),
    Plot.ruleX([0]),
  ],
}));
await claim(
  "08.far-sighted-table",
  c2.flatMap(({ found }) => [
    found.zeta[1] ?? NaN,
    found.contracts[0] ?? NaN,
    found.value,
    found.rent,
  ]),
);
await claim("08.first-best", [
  firstBest(farsightedExample()).value,
  withoutLimitedLiability(farsightedExample()).value,
]);
const impatient = plan(farsightedExample({ deltaA: 0.9 }));
await claim("08.discounting", [
  impatient.zeta[1] ?? NaN,
  impatient.contracts[0] ?? NaN,
  impatient.value,
]);

// %% [markdown] id="regression-text"
// ### C3: three steps, three states, three actions
//
// An instance that anybody can rebuild from integers: step $h$, state $s$, action $a$ lead to $s'$ with weight
// $1+((3s+5a+7s'+2h)\bmod 11)$.

// %% id="regression"
const c3 = regressionExample();
const c3Plan = plan(c3);
const c3Blind = plan(regressionExample({ concept: "myopic" }));
const c3Best = firstBest(c3);
display(table(
  [1, 2, 3].flatMap((h) =>
    [0, 1, 2].map((s) => {
      const at = 3 * (h - 1) + s;
      return {
        h,
        s,
        "action": c3Plan.rec[at],
        "ζ of action 1": c3Plan.zeta[3 * at + 1],
        "ζ of action 2": c3Plan.zeta[3 * at + 2],
        principal: c3Plan.VP[at],
        agent: c3Plan.VA[at],
        "first best": c3Best.V[at],
        "principal, myopic agent": c3Blind.VP[at],
      };
    })
  ),
  { caption: "C3, the whole plan" },
));
await claim("08.regression-values", [...c3Plan.VP.slice(0, 9)]);
await claim("08.regression-rents", [...c3Plan.VA.slice(0, 9)]);

// %% [markdown] id="properties-text"
// ### Random instances
//
// Three checks that use another computation than the planner: the agent's own backward induction follows the plan; the two
// values add up to the welfare of the policy; and no contract of a fine grid beats the recursion in any state.

// %% id="properties"
let welfareGap = 0;
let disagreements = 0;
const randomInstances = Array.from({ length: 200 }, (_, k) =>
  randomInstance({
    H: 1 + k % 4,
    n: 2 + k % 4,
    m: 2 + (k >> 2) % 4,
    seed: seed * 1000 + k,
    costScale: 0.2,
    cap: k % 3 === 1 ? 0.6 : Infinity,
  }));
for (const instance of randomInstances) {
  const found = plan(instance);
  const answer = bestResponse(instance, found.contracts, { rec: found.rec });
  if (answer.actions.some((action, at) => action !== found.rec[at])) disagreements++;
  const { welfare } = evaluate(instance, found.contracts, found.rec);
  welfareGap = Math.max(welfareGap, Math.abs(welfare - found.value - found.rent));
}
await claim("08.welfare-identity", { value: welfareGap, note: "200 instances" });
await claim("08.agent-follows", { value: disagreements, note: "200 instances" });

let excess = -Infinity;
for (let k = 0; k < 6; k++) {
  const instance = randomInstance({ H: 1, n: 2, m: 3, seed: seed * 100 + k, costScale: 0.15 });
  const { VP } = plan(instance);
  for (let i = 0; i <= 100; i++) {
    for (let j = 0; j <= 100; j++) {
      const x = [i / 100, j / 100];
      const { VP: value } = bestResponse(instance, [...x, ...x]);
      excess = Math.max(
        excess,
        (value[0] ?? NaN) - (VP[0] ?? NaN),
        (value[1] ?? NaN) - (VP[1] ?? NaN),
      );
    }
  }
}
await claim("08.no-better-contract", {
  value: Math.max(0, excess),
  note: "6 instances, 10 201 contracts each",
});

// %% [markdown] id="oracle-text"
// ### A second opinion
//
// The planner's linear programs are solved by a dense simplex written for their shape (its dual starts feasible, so it needs
// no first phase). HiGHS, a general solver, gets the same programs as text.

// %% id="oracle"
const highs = await loadGeneralSolver();
let verdicts = 0;
let difference = 0;
let infeasible = 0;
let programs = 0;
for (let k = 0; k < 40; k++) {
  const instance = randomInstance({
    H: 1,
    n: 2 + k % 7,
    m: 2 + (k * 3) % 7,
    seed: seed * 500 + k,
    sparsity: k % 2 === 0 ? 0.4 : 0,
    cap: k % 3 === 0 ? 0.8 : Infinity,
  });
  for (let a = 0; a < instance.m; a++) {
    const problem = problemAt(instance, 0, 0, a);
    const ours = leastPayment(problem);
    const theirs = highs.zeta(problem);
    programs++;
    if (!ours.feasible) infeasible++;
    if (ours.feasible !== theirs < Infinity) verdicts++;
    else if (ours.feasible) {
      difference = Math.max(difference, Math.abs(ours.zeta - theirs) / (1 + ours.zeta));
    }
  }
}
const programsNote = `${programs} programs, ${infeasible} of them infeasible`;
await claim("08.general-solver-verdicts", { value: verdicts, note: programsNote });
await claim("08.general-solver-values", { value: difference, note: programsNote });

// %% [markdown] id="economics"
// ## Economics of paying for outcomes
//
// The paper, as far as we could read it, announces no experiments. These figures are ours: what limited liability, caps,
// horizons and foresight do to the two sides.
//
// ### The cost of effort
//
// Costs of C1 scaled up from nothing. The principal's value falls, with a kink where it gives up full effort, long before
// that stops being efficient. Up to there the agent's rent *rises* with its own cost: what is hard to do is dear to buy.

// %% id="economics-cost"
const costRows = Array.from({ length: 121 }, (_, k) => k / 40).flatMap((scale) => {
  const instance = withCostScale(oneStepExample(), scale);
  const found = plan(instance);
  return [
    { scale, what: "principal", value: found.value },
    { scale, what: "agent's rent", value: found.rent },
    { scale, what: "first best", value: firstBest(instance).value },
    { scale, what: "best linear contract", value: bestLinearContract(instance).value },
  ];
});
plot({
  title: "C1: shares against the cost of effort",
  alt:
    "First best falls from 0.75 to 0.2. The principal's value starts there too, falls faster, reaches 0.2 at a cost scale of about 1.5 and stays. The agent's rent rises from 0 and drops to 0 where the principal gives up. The best linear contract lies below the best contract in between.",
  height: 320,
  x: { label: "factor on all costs (C1 is 1)" },
  y: { label: "expected value" },
  color: { legend: true },
  data: costRows.filter((_, k) => k % 40 < 4),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleX([costScale], { strokeDasharray: "3 3" }),
    Plot.lineY(costRows, { x: "scale", y: "value", stroke: "what", strokeWidth: 2 }),
  ],
});

// %% [markdown] id="economics-commitment-text"
// ### Commitment, and linear contracts, on random instances
//
// First: how much commitment adds on random two-step instances. Then: what share of the optimum the best *linear*
// contract (a fixed share of the revenue) reaches on random one-step instances.

// %% id="economics-commitment"
const commitmentGains = Array.from({ length: 200 }, (_, k) => {
  const instance = randomInstance({ H: 2, n: 3, m: 3, seed: seed * 10_000 + k, costScale: 0.2 });
  return plan(withSettings(instance, { concept: "markov" })).value - plan(instance).value;
});
const linearShares = Array.from({ length: 400 }, (_, k) => {
  const instance = randomInstance({ H: 1, n: 4, m: 4, seed: seed * 20_000 + k, costScale: 0.2 });
  return bestLinearContract(instance).value / plan(instance).value;
});
display(plot({
  title: "Commitment less recursion, 200 random two-step instances",
  alt:
    "Histogram of the gain from commitment: most instances gain nothing, a few gain up to some hundredths.",
  height: 240,
  x: { label: "gain in the principal's value" },
  y: { label: "instances", type: "sqrt", ticks: [0, 5, 20, 50, 100, 200], domain: [0, 200] },
  data: [0, 1e-6, 1e-3, 1e-2].map((least) => ({
    "gain above": least,
    instances: commitmentGains.filter((gain) => gain > least).length,
  })),
  marks: [
    Plot.rectY(commitmentGains.map((gain) => ({ gain: Math.max(0, gain) })), {
      ...Plot.binX({ y: "count" }, { x: "gain", thresholds: 30 }),
      fill: "#1f4fe0",
    }),
    Plot.ruleY([0]),
  ],
}));
display(plot({
  title: "Best linear over best contract, 400 random one-step instances",
  alt: "Histogram of the ratio: many at 1 exactly, the others spread down to about 0.9.",
  height: 240,
  x: { label: "share of the optimum" },
  y: { label: "instances", type: "sqrt", ticks: [0, 10, 50, 100, 200, 300], domain: [0, 300] },
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
await claim("08.commitment-helps", meanInterval(commitmentGains));
await claim("08.linear-falls-short", meanInterval(linearShares));

// %% [markdown] id="scenarios"
// ## Three scenarios to edit
//
// Change the numbers in the first lines of a cell and run it again. Each shows the plan beside its benchmarks: no
// contract at all, the best fixed share of the revenue, an agent that does not look ahead, and first best.

// %% id="scenario-tools"
const payable = cap === 0 ? null : cap;

/** The best fixed share of the revenue over all steps, on a grid of hundredths; none where revenue is not seen. */
function bestShare(instance: Instance): { share: number; value: number; rent: number } | undefined {
  const { n, m, r } = instance;
  const seen = r.every((reward, k) => reward === r[k - (Math.floor(k / n) % m) * n]);
  if (!seen) return undefined;
  let best = { share: 0, value: -Infinity, rent: 0 };
  for (let k = 0; k <= 100; k++) {
    const { VP, VA } = bestResponse(instance, linearContract(instance, k / 100));
    const value = VP[instance.start] ?? NaN;
    if (value > best.value + 1e-9) {
      best = { share: k / 100, value, rent: VA[instance.start] ?? NaN };
    }
  }
  return best;
}

/** The plan of an instance beside its benchmarks. */
function benchmarks(instance: Instance) {
  const found = plan(instance);
  const blind = withSettings(instance, { concept: "myopic", agent: "myopic" });
  const blindPlan = plan(blind);
  const nothing = zeroContract(instance);
  const share = bestShare(instance);
  const at = instance.start;
  return table([
    { plan: "optimal contracts", principal: found.value, agent: found.rent },
    { plan: "the agent is myopic", principal: blindPlan.value, agent: blindPlan.rent },
    ...(share === undefined ? [] : [{
      plan: `a share of ${share.share} of the revenue`,
      principal: share.value,
      agent: share.rent,
    }]),
    { plan: "no contract", principal: nothing.VP[at], agent: nothing.VA[at] },
    {
      plan: "payments may be negative",
      principal: withoutLimitedLiability(instance).value,
      agent: withoutLimitedLiability(instance).rent,
    },
    { plan: "first best", principal: firstBest(instance).value, agent: 0 },
  ], {
    caption: `${instance.name}: H = ${instance.H}, ${instance.n} states, ${instance.m} actions`,
  });
}

/** Payments of one step as a heat map over (state, next state), with the recommended action beside each state. */
function paymentMap(instance: Instance, h: number) {
  const found = plan(instance);
  const { n } = instance;
  const name = (step: number, s: number) => instance.labels.states?.[step]?.[s] ?? `state ${s}`;
  const states = Array.from({ length: n }, (_, s) => {
    const action = found.rec[h * n + s] ?? 0;
    return `${name(h, s)}: ${instance.labels.actions?.[action] ?? `action ${action}`}`;
  });
  const cells = Array.from({ length: n * n }, (_, k) => ({
    state: states[Math.floor(k / n)],
    next: name(h + 1, k % n),
    payment: found.contracts[h * n * n + k] ?? NaN,
  }));
  return plot({
    title: `${instance.name}: payments at step ${h + 1}`,
    alt: `Heat map of payments by state (with the induced action) and next state. Paid: ${
      cells.filter(({ payment }) => payment > 1e-9)
        .map(({ state, next, payment }) => `${payment.toFixed(3)} from ${state} to ${next}`)
        .join("; ")
    }.`,
    height: 60 + 46 * n,
    x: { label: "next state", domain: Array.from({ length: n }, (_, s) => name(h + 1, s)) },
    y: { label: null, domain: states },
    color: {
      scheme: "blues",
      domain: [0, Math.max(1e-9, ...cells.map(({ payment }) => payment)) * 1.6],
    },
    data: cells.filter(({ payment }) => payment > 1e-9),
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
// A creator posts once per step. Effort raises the chance that a post finds an audience, and an audience won tends to
// stay. The platform earns by engagement and pays by engagement.

// %% id="scenario-content"
const platform = withCostScale(
  contentPlatform({
    H: 4,
    earnings: [0, 0.5, 1],
    costs: [0, 0.06, 0.18],
    inertia: 0.4,
    cap: payable,
  }),
  costScale,
);
display(benchmarks(platform));
paymentMap(platform, 0);

// %% [markdown] id="scenario-labelling-text"
// ### Data labelling
//
// A batch of labels is audited with some probability; otherwise only agreement with other labellers is seen. What the labels
// are really worth shows much later, so revenue cannot be shared. Without a cap *rare* audits are as good as many: pay
// more when one turns out well. A cap on payments is what makes audits worth money.

// %% id="scenario-labelling"
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
display(benchmarks(labelling(0.3, payable)));
const auditRows = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1].map((rate) => {
  const [free, capped] = [labelling(rate, null), labelling(rate, 0.6)];
  const [freePlan, cappedPlan] = [plan(free), plan(capped)];
  const action = (instance: Instance, index = 0) => instance.labels.actions?.[index];
  return {
    "audit rate": rate,
    "no cap, induces": action(free, freePlan.rec[0]),
    "ζ": freePlan.zeta[freePlan.rec[0] ?? 0],
    "largest payment": Math.max(...freePlan.contracts),
    "buyer": freePlan.value,
    "cap 0.6, induces": action(capped, cappedPlan.rec[0]),
    "ζ ": cappedPlan.zeta[cappedPlan.rec[0] ?? 0],
    "buyer ": cappedPlan.value,
  };
});
table(auditRows, { caption: "Audits, without and with a cap on payments" });

// %% [markdown] id="scenario-maintenance-text"
// ### A machine that wears
//
// Ignoring, oiling or overhauling moves the machine between wear states; the owner earns by the state it ends each shift
// in. Care pays off later, so foresight of the operator is worth money to the owner. And a plan made for a far-sighted
// operator fails badly with a myopic one.

// %% id="scenario-maintenance"
const maintenance = (H: number, output = 1, overhaul = 0.2) =>
  withCostScale(
    maintenanceChain({ H, n: 4, output, costs: [0, 0.05, overhaul], cap: payable }),
    costScale,
  );
const machine = maintenance(horizon);
display(benchmarks(machine));
display(paymentMap(machine, 0));
const horizonRows = Array.from({ length: 12 }, (_, k) => k + 1).flatMap((H) => {
  const instance = maintenance(H);
  const far = plan(instance);
  const blind = withSettings(instance, { concept: "myopic", agent: "myopic" });
  const mismatch = bestResponse(blind, far.contracts, { rec: far.rec });
  return [
    { H, case: "far-sighted operator", value: far.value / H },
    { H, case: "myopic operator", value: plan(blind).value / H },
    { H, case: "planned far-sighted, is myopic", value: (mismatch.VP[0] ?? NaN) / H },
    { H, case: "no contract", value: (zeroContract(instance).VP[0] ?? NaN) / H },
  ];
});
plot({
  title: "Maintenance: owner's value per shift against the horizon",
  alt:
    "Four lines over 1 to 12 shifts. Far-sighted operator highest and nearly flat, myopic slightly lower; the plan for a far-sighted operator with a myopic one falls to about half; no contract falls towards a quarter.",
  height: 320,
  x: { label: "shifts H", ticks: [1, 2, 4, 6, 8, 10, 12], tickFormat: "d" },
  y: { label: "value per shift", zero: true },
  color: { legend: true },
  data: horizonRows.filter(({ H }) => H % 4 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(horizonRows, { x: "H", y: "value", stroke: "case", marker: true }),
  ],
});

// %% id="scenario-foresight"
const chain8 = maintenanceChain();
const chain8Plan = plan(chain8);
const chain8Blind = withSettings(chain8, { concept: "myopic", agent: "myopic" });
await claim(
  "08.foresight-matters",
  chain8Plan.value -
    (bestResponse(chain8Blind, chain8Plan.contracts, { rec: chain8Plan.rec }).VP[0] ?? NaN),
);

// %% [markdown] id="learning"
// ## Learning contracts
//
// Now the principal knows neither the costs nor (in part) the laws. It posts contracts, the agent best-responds, actions
// are seen, costs are not. *Regret* is what the optimal contracts would have brought, less what the posted ones bring, in
// exact expectation, summed over rounds. It has three parts: recommending the wrong action (policy loss), paying more
// than needed (premium), and the agent not doing what was recommended (failed inducement).
//
// ### Searching for the cliff
//
// The agent's answer along a ray of contracts switches at points that bisection finds to any precision, without a
// single estimate. On C1, paying only for the best outcome, the switch is from shirking straight to full effort.

// %% id="search"
const searcher = new ContractBandit(oneStepExample({ cap: 1 }), stream(seed, "bisection"));
const bracket = bisect(
  (pay) => searcher.post(Float64Array.of(0, 0, pay)).action === 2,
  0,
  1,
  2 ** -20,
);
const probes = bracket.probes.map(({ at, response }, k) => ({
  probe: k + 1,
  bonus: at,
  answer: response ? "full effort" : "shirk",
}));
display(plot({
  title: "Twenty questions to the agent",
  alt:
    "Bonus asked at each of 20 probes: 0.5, 0.75, 0.625, 0.5625 and so on, closing in on 0.6; answers below 0.6 are shirk, above full effort.",
  height: 260,
  x: { label: "probe", ticks: [1, 5, 10, 15, 20], tickFormat: "d" },
  y: { label: "bonus for the best outcome" },
  color: { legend: true, domain: ["shirk", "full effort"] },
  data: probes,
  marks: [
    Plot.ruleY([0.6], { strokeDasharray: "3 3" }),
    Plot.lineY(probes, { x: "probe", y: "bonus", strokeOpacity: 0.4 }),
    Plot.dot(probes, { x: "probe", y: "bonus", fill: "answer", r: 4 }),
  ],
}));
await claim("08.bisection", [bracket.low, bracket.high]);
const learntCosts = boundaryCosts(searcher, laws, {
  tolerance: 1e-8,
  random: stream(seed, "boundary search"),
});
await claim("08.boundary-costs", [learntCosts.costs[1] ?? NaN, learntCosts.costs[2] ?? NaN]);
md`Two walks from the zero contract to the caps on the two better outcomes recover all costs of C1 in ${learntCosts.rounds} questions: at a switch between a and b, their cost difference is the difference of their expected payments.`;

// %% [markdown] id="hidden-text"
// If actions are *hidden*, each question must be asked until outcomes tell the actions apart. With the closest two laws at
// distance $d$ that takes about $8\ln(mT)/d^2$ rounds.

// %% id="hidden"
await claim("08.hidden-action-rounds", roundsPerQuery(laws, 10_000));
table(
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
  { caption: "C1: what one bisection costs" },
);

// %% [markdown] id="margin-run-text"
// ### One run with a shrinking margin
//
// The learner knows shirking and the cost of work, but not how often work succeeds. It pays what would suffice if work were
// as weak as the data allow. Here success has probability 0.2 when shirking; the parameter `gap` says how much
// likelier work makes it. The narrower the gap, the more a small doubt costs.

// %% id="margin-run"
const shirkSuccess = 0.2;
const oneBonus = (gap: number) =>
  binaryOutcomeExample([shirkSuccess, shirkSuccess + gap], [0.3], 1, { cap: 3 });
const oneBonusRival = (gap: number) => ({
  target: 1,
  outcome: 1,
  rivalProbability: shirkSuccess,
  extraCost: 0.3 * gap,
});
const runRounds = 20_000;
const recorded: { round: number; bonus: number }[] = [];
const runBandit = new ContractBandit(oneBonus(gap), stream(seed, "one run"));
const postOnce = runBandit.post.bind(runBandit);
runBandit.post = (contract, rec) => {
  const round = runBandit.ledger.episodes + 1;
  if (
    round < 10 || Number.isInteger(20 * Math.log10(round)) || round % Math.ceil(round / 30) === 0
  ) {
    recorded.push({ round, bonus: contract[1] ?? NaN });
  }
  return postOnce(contract, rec);
};
shrinkingMargin(runBandit, runRounds, oneBonusRival(gap));
display(plot({
  title: `Bonus paid over ${runRounds / 1000} thousand rounds, gap ${gap}`,
  alt:
    "The bonus starts at the cap of 3, falls fast after some dozens of rounds and approaches the least bonus of 0.3 from above.",
  height: 260,
  x: { type: "log", label: "round" },
  y: { label: "bonus for success", zero: true },
  data: recorded.filter((_, k) => k % 40 === 0),
  marks: [
    Plot.ruleY([0]),
    Plot.ruleY([0.3], { strokeDasharray: "3 3" }),
    Plot.lineY(recorded, { x: "round", y: "bonus", stroke: "#1f4fe0", strokeWidth: 2 }),
  ],
}));
md`Regret ${runBandit.ledger.total}: premium ${runBandit.ledger.premium}, failed inducements ${runBandit.ledger.failures} times.`;

// %% [markdown] id="curves-text"
// ### Regret curves
//
// Ten learners, half decades of $T$, many seeds; each point is a run of its own with that horizon known. The slope on
// logarithmic axes is what the abstract's rates are about.
//
// | | learner | instance |
// |---|---|---|
// | S1 | shrinking margin | D1: C1 with shirk and full effort only |
// | S2 | explore at the cap, then commit with a margin | D1 |
// | S3 | no margin at all | D1 |
// | S4 | bisection, then UCB over actions; the gap between actions shrinks like $1/\sqrt T$ | success or failure, two actions worth inducing |
// | S4, fixed | the same with a fixed gap | the same |
// | S5 | naive: a grid of $T^{1/3}$ linear contracts as bandit arms | success or failure, five actions |
// | S6 | shrinking margin, and explore then commit | C2, laws of work unknown |
// | general | laws and costs unknown: facet search, exploration, margins, optimism | C2, and a random 3×3×3 instance |

// %% id="curves"
const all = experiments();
const seedsOf = (id: ExperimentId) =>
  id.startsWith("general") ? Math.ceil(seedsPerPoint / 2) : seedsPerPoint;
const curves = new Map<ExperimentId, CurvePoint[]>();
const steps = progress(
  "regret curves",
  Object.values(all).reduce((sum, { horizons }) => sum + horizons.length, 0),
);
for (const experiment of Object.values(all)) {
  const points: CurvePoint[] = [];
  for (const T of experiment.horizons) {
    points.push(curvePoint(experiment, T, seedsOf(experiment.id), seed));
    steps.tick(1, experiment.id);
    // Lets the kernel send the progress.
    await new Promise((resolve) => setTimeout(resolve));
  }
  curves.set(experiment.id, points);
}
const rates = new Map([[null, "log T"], [1 / 2, "√T"], [2 / 3, "T^⅔"], [1, "T"]]);
const slopes = new Map([...curves].map(([id, points]) => [id, curveSlope(points)]));
table(
  [...curves].map(([id, points]) => ({
    id,
    learner: all[id].title,
    theory: rates.get(all[id].exponent),
    "slope, last decade": slopes.get(id)?.slope,
    "± s.e.": slopes.get(id)?.standardError,
    seeds: seedsOf(id),
    "longest T": points.at(-1)?.horizon,
    "regret there": points.at(-1)?.regret.mean,
    "± s.e. ": points.at(-1)?.regret.standardError,
  })),
  { caption: "Slopes of regret over the last decade of T", limit: 20 },
);

// %% id="curves-tools"
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

/** Regret curves with bands of two standard errors. */
function regretFigure(
  ids: ExperimentId[],
  words: { title: string; alt: string; caption?: string },
  triangles: Plot.Markish[],
) {
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
  return plot({
    ...words,
    height: 380,
    marginRight: 30,
    x: { type: "log", label: "T", ticks: [1e3, 1e4, 1e5, 1e6] },
    y: { type: "log", label: "regret" },
    color: { legend: true, domain: ids.map((id) => all[id].title) },
    data: rows.map(({ learner, T, regret, "standard error": error }) => ({
      learner,
      T,
      regret,
      "standard error": error,
    })),
    marks: [
      ...triangles,
      Plot.areaY(rows, {
        x: "T",
        y1: "low",
        y2: "high",
        fill: "learner",
        fillOpacity: 0.25,
      }),
      Plot.lineY(rows, { x: "T", y: "regret", stroke: "learner", marker: true }),
    ],
  });
}

// %% [markdown] id="curves-one-text"
// One instance, three learners. The one that keeps a margin and learns from what it pays for has slope ½. The one that buys
// its data first has slope ⅔ (and a logarithm). The one that trusts its estimate loses the agent as soon as the
// estimate is a little too high, gets no more data, and never recovers: slope 1.

// %% id="curves-one"
display(regretFigure(["S1", "S2", "S3"], {
  title: "D1: the margin decides the rate",
  alt:
    "Regret against T on logarithmic axes, T from 1,000 to 1,000,000. Shrinking margin rises from about 150 to 4,000, parallel to a triangle of slope one half; explore then commit from 400 to 47,000, parallel to two thirds; no margin from 240 to 25,000 at T = 100,000, slope one.",
  caption: "Bands are two standard errors over seeds; both axes logarithmic.",
}, [
  ...slopeTriangle(6e4, 560, 0.5, "½"),
  ...slopeTriangle(3e4, 2700, 2 / 3, "⅔"),
]));
await claim("08.slope-margin", slopes.get("S1")?.slope ?? NaN);
await claim("08.slope-explore", slopes.get("S2")?.slope ?? NaN);
await claim("08.slope-no-margin", slopes.get("S3")?.slope ?? NaN);

// %% [markdown] id="curves-search-text"
// Search first. Bisection costs only $2\lceil\log_2T\rceil$ rounds; what remains is choosing among the actions, an ordinary
// bandit. With a *fixed* gap between the two actions UCB's regret is logarithmic, which is no contradiction: a $\sqrt T$
// lower bound speaks about the worst gap for each $T$, which shrinks like $1/\sqrt T$. Treating contracts as unrelated
// arms of a grid is worse than either.

// %% id="curves-search"
display(regretFigure(["S4", "S4-fixed-gap", "S5"], {
  title: "Success or failure: search the contracts, then choose the action",
  alt:
    "Regret against T on logarithmic axes up to 100,000. Search + UCB with shrinking gap rises with slope one half to about 90; with a fixed gap it bends over towards 45; the naive grid rises with slope two thirds to about 3,300.",
}, [
  ...slopeTriangle(7e3, 6.5, 0.5, "½"),
  ...slopeTriangle(6e3, 250, 2 / 3, "⅔"),
]));
await claim("08.slope-search", slopes.get("S4")?.slope ?? NaN);
await claim("08.slope-grid", slopes.get("S5")?.slope ?? NaN);

// %% [markdown] id="curves-steps-text"
// Several steps. S6 knows the costs and what shirking does, and only learns what work does. The general learner knows
// neither laws nor costs. For each step it first pays nothing afterwards, so that the agent has no future to think of, and
// finds by bisection the planes on which the agent is indifferent; no estimate enters them. Laws have to be estimated all
// the same, to know the rents that later contracts leave, and that exploration costs $T^{2/3}$.

// %% id="curves-steps"
display(regretFigure(["S6-margin", "S6-explore", "general-C2", "general-random"], {
  title: "Several steps: special and general learners",
  alt:
    "Regret against T on logarithmic axes from 10,000 to 1,000,000. Two steps with a shrinking margin: 5,000 to 37,000, slope just under one half. Explore then commit: 18,000 to 220,000, slope two thirds. General learner on C2 and on a random instance: about 3,000 to 32,000, slope two thirds.",
}, [
  ...slopeTriangle(2e5, 5e3, 2 / 3, "⅔", 10 ** 0.5),
  ...slopeTriangle(2e5, 3.8e4, 0.5, "½", 10 ** 0.5),
]));
await claim("08.slope-steps-margin", slopes.get("S6-margin")?.slope ?? NaN);
await claim("08.slope-steps-explore", slopes.get("S6-explore")?.slope ?? NaN);
await claim("08.slope-general-example", slopes.get("general-C2")?.slope ?? NaN);
await claim("08.slope-general-random", slopes.get("general-random")?.slope ?? NaN);
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
// The same runs, split by cause at the longest horizon. Learners with a margin lose almost everything to premiums; without
// one, to an agent that has stopped working. (S3's premium is negative: it promises less than it should, which would save
// something if the agent did not mind.)

// %% id="split"
const split = [...curves].map(([id, points]) => {
  const last = points.at(-1);
  if (last === undefined) throw new Error(`no points for ${id}`);
  const { horizon: T, policyLoss, premium, failedInducement, regret } = last;
  return { id, T, policyLoss, premium, failedInducement, total: regret.mean };
});
display(plot({
  title: "Regret by cause, at each learner's longest horizon",
  alt:
    "Stacked bars of shares. S1, S2 and S6: all premium. S3: failed inducement 110 percent, premium minus 10 percent. S4: nearly all policy loss. S5: mostly premium. General learner: policy loss and premium.",
  height: 330,
  marginLeft: 120,
  x: { label: "share of regret", tickFormat: "%" },
  y: { label: null, domain: split.map(({ id }) => id) },
  color: { legend: true, domain: ["policy loss", "premium", "failed inducement"] },
  data: split,
  marks: [
    Plot.barX(
      split.flatMap(({ id, policyLoss, premium, failedInducement, total }) => [
        { id, cause: "policy loss", share: policyLoss / total },
        { id, cause: "premium", share: premium / total },
        { id, cause: "failed inducement", share: failedInducement / total },
      ]),
      { x: "share", y: "id", fill: "cause" },
    ),
    Plot.ruleX([0]),
  ],
}));
table(split, {
  caption: "Mean regret by cause",
  columns: [
    "id",
    "T",
    { key: "policyLoss", label: "policy loss" },
    "premium",
    { key: "failedInducement", label: "failed inducement" },
    "total",
  ],
});

// %% [markdown] id="gap-text"
// ### How much the gap matters
//
// The price of a margin is proportional to $1/\gamma$: the less the outcomes say about work, the dearer each doubt. One
// horizon, one learner (S1's), success probabilities of work from 0.3 to 0.9 against 0.1 for shirking, and a cost of work
// of 0.05 throughout.

// %% id="gap"
const gapRows = [0.3, 0.45, 0.6, 0.75, 0.9].map((success) => {
  const instance = binaryOutcomeExample([0.1, success], [0.05 / (success - 0.1)], 1, { cap: 3 });
  const T = 100_000;
  const totals = Array.from({ length: 10 }, (_, k) => {
    const bandit = new ContractBandit(instance, stream(seed, "gap", success, k));
    shrinkingMargin(bandit, T, { target: 1, outcome: 1, rivalProbability: 0.1, extraCost: 0.05 });
    return bandit.ledger.total;
  });
  const { mean, standardError } = estimate(totals);
  const { gap: gamma } = inducibilityGap({
    laws: [[0.9, 0.1], [1 - success, success]],
    costs: [0, 0.05],
    action: 1,
    cap: 3,
  });
  const theory = success * 0.05 / (success - 0.1) ** 2 * Math.sqrt(2 * T * Math.log(T));
  return { success, "γ": gamma, regret: mean, "± s.e.": standardError, "first order": theory };
});
display(table(gapRows, {
  caption:
    "Regret at T = 100 000; the last column is the sum of first-order premiums, p Δc ε/(p − p₀)², over rounds",
}));
await claim("08.gap-drives-premium", gapRows.map(({ regret }) => regret));

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// One cell, any parameters: how do cap and gap change what a shrinking margin costs? Change the lists and run the cell
// again; points already computed are kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "cap and gap",
  over: { gap: [0.2, 0.35, 0.5, 0.65], cap: [0.5, 1, 3] },
  seed,
  run: ({ gap, cap }, seed) => {
    const instance = binaryOutcomeExample([0.2, 0.2 + gap], [0.3], 1, { cap });
    const rival = { target: 1, outcome: 1, rivalProbability: 0.2, extraCost: 0.3 * gap };
    const regrets = (T: number) =>
      Array.from({ length: 8 }, (_, k) => {
        const bandit = new ContractBandit(instance, stream(seed, "ablation", T, gap, cap, k));
        shrinkingMargin(bandit, T, rival);
        return bandit.ledger.total;
      });
    const horizons = [10_000, 31_623, 100_000];
    const means = horizons.map((T) => estimate(regrets(T)).mean);
    return { "regret at 100 000": means[2], slope: logLogSlope(horizons, means).slope };
  },
});
display(plot({
  title: "Regret at T = 100 000 by gap and cap",
  alt:
    "Regret falls with the gap between work and shirking; a tight cap keeps it low because the first payments cannot be large.",
  height: 300,
  x: { label: "gap in success probability" },
  y: { label: "regret", zero: true },
  color: { legend: true },
  data: ablation.rows,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(ablation.rows, {
      x: "gap",
      y: "regret at 100 000",
      stroke: ({ cap }) => `cap ${cap}`,
      marker: true,
    }),
  ],
}));
ablation;

// %% [markdown] id="cost"
// ## What it costs
//
// A plan is $H\cdot n\cdot m$ linear programs with at most $n$ rows and $m-1$ columns, so time grows linearly in the
// horizon. Times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
/** Milliseconds of each piece of work, taken in turn: the median of nine rounds after one to warm up. */
const timed = (...works: (() => unknown)[]) => {
  const times = works.map(() => [] as number[]);
  for (let round = 0; round < 10; round++) {
    works.forEach((work, k) => {
      const start = performance.now();
      work();
      if (round > 0) times[k]?.push(performance.now() - start);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[4] ?? NaN);
};
/** The same work several times over, so that short ones can be timed. */
const times = (count: number, work: () => unknown) => () => {
  for (let k = 0; k < count; k++) work();
};
const lengthsTimed = [5, 10, 20, 40, 80];
const planMs = timed(...lengthsTimed.map((H) => {
  const instance = randomInstance({ H, n: 8, m: 8, seed: 8 });
  return times(400 / H, () => plan(instance));
}));
const planTimes = lengthsTimed.map((H, k) => {
  const ms = (planMs[k] ?? NaN) / (400 / H);
  return { H, "programs H·n·m": H * 64, ms, "µs per program": 1000 * ms / (H * 64) };
});
display(table(planTimes, { caption: "Planning with 8 states and 8 actions" }));
const sizeTimes = [2, 4, 8, 16].map((size) => {
  const instance = randomInstance({ H: 10, n: size, m: size, seed: 9 });
  const [total = NaN] = timed(times(5, () => plan(instance)));
  const ms = total / 5;
  return {
    "n = m": size,
    "programs H·n·m": 10 * size ** 2,
    ms,
    "µs per program": 100 * ms / size ** 2,
  };
});
display(table(sizeTimes, { caption: "Planning ten steps; each program grows with n and m too" }));

const timedInstance = randomInstance({ H: 1, n: 8, m: 8, seed: 8 });
const timedProblems = Array.from(
  { length: 64 },
  (_, k) => problemAt(timedInstance, 0, Math.floor(k / 8), k % 8),
).filter((problem) => leastPayment(problem).feasible);
const solver = new LeastPaymentSolver(8, 7);
const ready = timedProblems.map((problem) => incentiveRows(problem));
const texts = timedProblems.map((problem) => linearProgram([problem]));
const [oursTotal = NaN, theirsTotal = NaN] = timed(
  times(100, () => ready.forEach(({ Pa, rows, gaps }) => solver.solve(Pa, rows, gaps, 7))),
  () => texts.forEach((text) => highs.solve(text)),
);
const oursEach = oursTotal / 100 / ready.length;
const theirsEach = theirsTotal / texts.length;
display(table([
  { solver: "dense simplex of this notebook", "µs per program": 1000 * oursEach },
  { solver: "HiGHS in WebAssembly, from text", "µs per program": 1000 * theirsEach },
], { caption: `${ready.length} feasible programs, n = m = 8` }));
const at = (H: number) => planTimes.find((row) => row.H === H)?.ms ?? NaN;
await claim("08.planning-time", at(10));
await claim("08.planning-linear", (at(80) / 80) / (at(10) / 10));
await claim("08.simplex-ratio", theirsEach / oursEach);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Not the paper's theorems.** We could read its abstract only. Which classes it proves $\tilde O(\sqrt T)$ for, under
//   which conditions, with which constants and which dependence on $H$, $n$, $m$ and the gap, is unknown to us. Our
//   learners reach the announced exponents on our instances; that is all the curves say.
// * **A slope is not a bound.** Log factors push ⅔ to about 0.69, caps hide early rates, and one instance is one
//   instance. A $\sqrt T$ *lower* bound is inherited from two-armed bandits (S4 is its picture, not its proof).
// * **S5's regret depends on where its grid falls.** Its thresholds lie just above round numbers; other ones are luckier.
// * **Agents here are perfect.** They know the model, best-respond to every contract, do not experiment, and do not play
//   the learner across episodes. None of this is true of people.
// * **Commitment is brute force**, exact only without caps and only over deterministic Markov contracts. History-dependent
//   contracts can be better still.
// * **No language model runs here**, though paying for what cannot be seen is one way to look at alignment.

// %% id="headline"
await claim("08.rates", null);

// %% [markdown] id="own-model"
// ## With your own instance
//
// An instance is JSON: `P[h][s][a]` are rows over next states, `r[h][s]` rewards of next states, `c[h][s]` costs of
// actions with a free action first. `parseInstance` checks it and says where it is wrong.

// %% id="own-model-example"
const mine = parseInstance({
  name: "coffee stand",
  // States: regulars stay away (0), regulars come (1). Actions: open late, open on time.
  P: [
    [[[0.8, 0.2], [0.3, 0.7]], [[0.5, 0.5], [0.1, 0.9]]],
    [[[0.8, 0.2], [0.3, 0.7]], [[0.5, 0.5], [0.1, 0.9]]],
  ],
  r: [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
  c: [[[0, 0.15], [0, 0.15]], [[0, 0.15], [0, 0.15]]],
  cap: 0.5,
  labels: {
    actions: ["open late", "open on time"],
    states: [["slow", "busy"], ["slow", "busy"], ["slow", "busy"]],
  },
}, "my instance");
display(benchmarks(mine));
paymentMap(mine, 0);

// %% [markdown] id="mistakes-text"
// What a mistake looks like:

// %% id="mistakes"
const complaint = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return messageOf(error);
  }
  return "no complaint";
};
const one = { r: [[[0, 1], [0, 1]]], c: [[[0, 0.1], [0, 0.1]]] };
table([
  {
    mistake: "a row that does not sum to 1",
    message: complaint(() =>
      parseInstance({ ...one, P: [[[[1, 0], [0.5, 0.4]], [[1, 0], [0.5, 0.5]]]] })
    ),
  },
  {
    mistake: "a negative cost",
    message: complaint(() =>
      parseInstance({
        ...one,
        c: [[[0, 0.1], [0, -0.1]]],
        P: [[[[1, 0], [0.5, 0.5]], [[1, 0], [0.5, 0.5]]]],
      })
    ),
  },
  {
    mistake: "a cap below every inducing payment",
    message: complaint(() => inducingContract(oneStepExample({ cap: 0.5 }), 0, 0, 2)),
  },
  {
    mistake: "an action that a mixture undercuts",
    message: complaint(() => inducingContract(oneStepExample({}, { mixture: true }), 0, 0, 3)),
  },
]);

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away. Restart the kernel (do not interrupt it) when
// a cell hangs.
//
// **1. Two outcomes.** An action succeeds with probability `p[a]` and costs `c[a]`; the agent gets $\beta$ for success.
// Write the smallest $\beta$ at which action $a$ beats all *less* successful ones.

// %% id="exercise-1" tags=["exercise","solution"]
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

// %% id="exercise-1-check"
check("exercise 1", {
  got: [
    smallestBonus([0.3, 0.8], [0, 0.2], 1),
    smallestBonus([0, 0.6, 0.8], [0, 0.18, 0.26], 2),
    smallestBonus([0.3, 0.8], [0, 0.2], 0),
  ],
  expected: [0.4, 0.4, 0],
  hint:
    "Each less successful action gives one threshold, a ratio of two differences; all must be passed.",
});

// %% [markdown] id="exercise-2-text"
// **2. Who pays for foresight?** In C2 the rent in B (0.15) exceeds the rent in G (0.125), so a far-sighted agent is dearer
// than a myopic one. Find a cost of work in B (the same in every field of `c[1][1]`) at which both need the *same*
// payment after G in the first step.

// %% id="exercise-2" tags=["exercise","solution"]
function neutralCost(): number {
  // BEGIN SOLUTION
  // The rent in B is 0.3·c/(0.5 − 0.3); it must equal the rent in G, 0.125.
  return 0.125 * (0.5 - 0.3) / 0.3;
  // END SOLUTION
}

// %% id="exercise-2-check"
const withCostInB = (cost: number, concept: "recursive" | "myopic") => {
  const instance = farsightedExample({ concept });
  const c = instance.c.slice();
  c[7] = cost;
  return plan({ ...instance, c }).contracts[0] ?? NaN;
};
check("exercise 2", {
  got: withCostInB(neutralCost(), "recursive"),
  expected: withCostInB(neutralCost(), "myopic"),
  hint:
    "The rent of working at the least payment is what shirking would bring: the payment times 0.3.",
});

// %% [markdown] id="exercise-3-text"
// **3. A split of regret.** Write the premium of a round in which the agent works as recommended under a bonus `bonus` on
// D1 (work succeeds with probability 0.6, the least payment is 0.36).

// %% id="exercise-3" tags=["exercise","solution"]
function premiumOf(bonus: number): number {
  // BEGIN SOLUTION
  return 0.6 * bonus - 0.36;
  // END SOLUTION
}

// %% id="exercise-3-check"
check("exercise 3", {
  got: [premiumOf(0.6), premiumOf(0.7), premiumOf(3)],
  expected: [0, 0.06, 1.44],
  hint: "Expected payment less least expected payment.",
});

// %% [markdown] id="exercise-4-text"
// **4. The first-order price of doubt.** With $p=0.6$, shirking at $0.1$ and an extra cost of $0.3$, paying for $p-\epsilon$
// instead of $p$ costs about $k\,\epsilon$ per round. Find $k$, numerically or by hand, and with it the limit of
// regret over $\sqrt{T\ln T}$ for S1.

// %% id="exercise-4" tags=["exercise","solution"]
function priceOfDoubt(): { k: number; limit: number } {
  // BEGIN SOLUTION
  const k = 0.6 * 0.3 / 0.5 ** 2;
  return { k, limit: k * Math.SQRT2 };
  // END SOLUTION
}

// %% id="exercise-4-check"
const doubt = 1e-6;
const s1Rival = { target: 1, outcome: 2, rivalProbability: 0.1, extraCost: 0.3 };
display(check("exercise 4", {
  got: [priceOfDoubt().k, priceOfDoubt().limit],
  expected: [0.6 * (paymentFor(s1Rival, 0.6 - doubt, 3) - 0.6) / doubt, 1.0182337649],
  tolerance: 1e-5,
  hint: "Differentiate 0.6 · 0.3/(p − 0.1 − ε) at ε = 0; the margins sum to √(2 T ln T).",
}));
const s1Last = curves.get("S1")?.at(-1);
md`S1 at T = ${s1Last?.horizon}: regret is ${
  (s1Last?.regret.mean ?? NaN) / Math.sqrt(1e6 * Math.log(1e6))
} times √(T ln T), on its way down to ${priceOfDoubt().limit}.`;

// %% [markdown] id="exercise-5-text"
// **5. How long to explore?** Exploring $N$ rounds costs $N$ and leaves an error of $N^{-1/2}$ that is paid for $T$ rounds.
// Minimise $N+T\,N^{-1/2}$ over $N$ and give the exponent of $T$ in the best $N$, and of the total.

// %% id="exercise-5" tags=["exercise","solution"]
function explorationExponents(): { length: number; regret: number } {
  // BEGIN SOLUTION
  return { length: 2 / 3, regret: 2 / 3 };
  // END SOLUTION
}

// %% id="exercise-5-check"
const bestLength = (T: number) => {
  let best = { N: 1, total: Infinity };
  for (let N = 1; N < T; N = Math.ceil(N * 1.001)) {
    const total = N + T / Math.sqrt(N);
    if (total < best.total) best = { N, total };
  }
  return best;
};
const lengths = [1e6, 1e7, 1e8];
display(check("exercise 5", {
  got: [explorationExponents().length, explorationExponents().regret],
  expected: [
    logLogSlope(lengths, lengths.map((T) => bestLength(T).N)).slope,
    logLogSlope(lengths, lengths.map((T) => bestLength(T).total)).slope,
  ],
  tolerance: 2e-3,
  hint: "Set the derivative in N to zero: 1 = T N^(-3/2)/2.",
}));
md`S2 explores ${explorationLength(1e6)} of a million rounds.`;

// %% [markdown] id="exercise-6-text"
// **6. Your own far-sighted trap.** Build a three-step instance in which a far-sighted agent needs *less* payment in the
// first step than a myopic one, and one in which the plan for a far-sighted agent brings a myopic one to a standstill.
// `withHorizon(instance, 3)` repeats the first step of any instance. (Open; no check.)

// %% id="exercise-6-start"
const repeated = withHorizon(mine, 3);
md`The coffee stand over ${repeated.H} days brings ${plan(repeated).value} to its owner.`;

// %% [markdown] id="claims"
// ## Claims
//
// The table at the top now holds the outcome of this run. `deno task run 08 --json` prints it for machines, and
// `out/site/` has it beside those of the other papers.
