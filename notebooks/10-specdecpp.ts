// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":1800,"exclusive":true,"paper":"10-specdecpp"}}
// ---

// %% [markdown] id="title"
// # 10 · When should a draft stop and be checked?
//
// In speculative decoding a small *draft* model proposes tokens and a large *target* model checks them in one pass. Propose
// too few and you pay for many checks; propose too many and you throw most of them away. The paper of this notebook treats
// each "one more, or check now?" as a decision, shows that the best answer is a threshold on the probability that something
// proposed so far will be rejected, and trains a small network, a *head*, to predict that probability from the draft's hidden state.

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("10-specdecpp"));

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Two rates describe a policy.** $V$ is the number of checks per generated token, $D$ the number of discarded candidates per
//   generated token. They do not depend on the machine; two latencies turn them into time.
// * **Stopping is a threshold rule.** If some candidate will be rejected, everything drafted after it is wasted; if all are fine,
//   stopping early costs at most one check too many. So stop as soon as a rejection is likely enough.
// * **The probability can be predicted.** A head of a few residual blocks reads the draft's hidden state after each
//   candidate. Its loss gives rejections a weight, which biases it in a known way. So threshold and weight belong together.
// * **The output does not change.** A policy only chooses how many candidates are submitted. Even with a random head the text
//   has the target's distribution; it only takes longer.
// * **The gain comes from uneven text.** Where every candidate is accepted with the same probability, the best constant is
//   as good as any policy. Where easy and hard stretches alternate, a constant is wrong most of the time.
//
// First everything runs on exact models, in which the true acceptance probability of every candidate is known. Then the same runs
// on a draft and a target that were trained by this project, where the head has to find out.
//
// **Letters.** The paper writes $p$ for the target and $q$ for the draft, opposite to notebook 02. In code they are
// `target` and `draft`.
//
// That the rule of acceptance leaves the distribution as it is, and that no unbiased rule rejects less often, is shown in
// [notebook 02](02-specdec-theory.ipynb). A quantised target changes the ratio of costs: [notebook 05](05-comet.ipynb).

// %% id="verdicts" tags=["check"]
await verdicts("10-specdecpp");

// %% [markdown] id="idea"
// ## The idea, on one round
//
// A draft proposes tokens one after the other. Suppose we knew for each the probability $a_i$ that the target will accept
// it. All of the first $k$ survive with probability $P_k=a_1\cdots a_k$. One more candidate costs a draft pass,
// $c_1$. It is worth something only if everything before it survives *and* it is accepted itself. Then the round yields one
// token more. Let $\lambda^\star$ be what the best policy pays for checks and waste, per token and in the long run. So a token costs
// $c_1+\lambda^\star$, and that is what one token more is worth.
//
// Drafting on pays as long as $P_k\,\bar a\,(c_1+\lambda^\star) > c_1$, where $\bar a$ is the acceptance to be expected of the next
// candidate. $P_k$ can only fall, so there is one moment to stop. It comes when the probability of a rejection reaches a threshold:
//
// $$1-P_k\ \ge\ h^\star=1-\frac{c_1}{\bar a\,(c_1+\lambda^\star)}$$
//
// In the example $c_1$ is 1, a check takes $c_2$ (`checkCost`) longer than a draft pass, candidates come in three kinds, and
// `solveKnownAcceptance` finds $\lambda^\star$.

// %% id="idea-imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import { formatNumber, md, plot, table } from "offprint/notebook/mod.ts";
import { solveKnownAcceptance } from "offprint/papers/specdecpp/mod.ts";

// %% id="idea-example"
// change me: try [0.98, 0.5, 0.99, 0.97]. A doubtful candidate ends the round at once.
const round = [0.98, 0.9, 0.99, 0.97, 0.6, 0.98, 0.9, 0.99];
// change me: try 20. Where a check takes 20 draft passes longer, longer rounds pay.
const checkCost = 4;
const kinds = [
  { acceptance: 0.98, share: 0.5 },
  { acceptance: 0.9, share: 0.3 },
  { acceptance: 0.6, share: 0.2 },
];
const costs1 = { discard: 1, verification: checkCost };
const best1 = solveKnownAcceptance(costs1, kinds);
const meanAcceptance = kinds.reduce((sum, kind) => sum + kind.acceptance * kind.share, 0);
let survival = 1;
const roundRows = round.map((acceptance, i) => {
  survival *= acceptance;
  const gain = survival * meanAcceptance * (costs1.discard + best1.cost) - costs1.discard;
  const decision = gain > 0 ? "draft on" : "verify";
  return { candidate: i + 1, acceptance, rejection: 1 - survival, gain, decision };
});
await display(table(roundRows, {
  caption: "Is one more candidate worth its draft pass?",
  columns: [
    "candidate",
    { key: "acceptance", label: "accepted with probability" },
    { key: "rejection", label: "some rejection so far, 1 − P" },
    { key: "gain", label: "gain of one more (draft passes)" },
    "decision",
  ],
}));

// %% id="idea-figure" tags=["drawing"]
const stopsAfter = roundRows.find(({ decision }) => decision === "verify")?.candidate;
await display(plot({
  title: "The probability of a rejection can only rise",
  alt: `A rising line over ${roundRows.length} candidates, from ${
    formatNumber(roundRows[0]?.rejection ?? NaN)
  } to ${formatNumber(roundRows.at(-1)?.rejection ?? NaN)}. ${
    stopsAfter === undefined
      ? "It stays below the threshold"
      : `It reaches the threshold after candidate ${stopsAfter}`
  }, ${formatNumber(best1.threshold)}.`,
  caption: `Candidates of ${kinds.length} kinds (accepted with probability ${
    kinds.map(({ acceptance }) => acceptance).join(", ")
  }), c₁ = 1, c₂ = ${checkCost}. Dashed: the best threshold, h* = ${best1.threshold.toFixed(3)}. ${
    stopsAfter === undefined
      ? "No dot reaches it."
      : "After the first dot above it the round is verified."
  }`,
  height: 280,
  x: { label: "candidates drafted", ticks: round.length, tickFormat: "d" },
  y: {
    label: "probability of some rejection, 1 − P",
    domain: [0, Math.max(0.8, ...roundRows.map(({ rejection }) => rejection))],
  },
  color: { legend: true, label: "decision", domain: ["draft on", "verify"] },
  data: roundRows,
  marks: [
    Plot.ruleY([0]),
    Plot.ruleY([best1.threshold], { strokeDasharray: "5 4" }),
    Plot.lineY(roundRows, { x: "candidate", y: "rejection", stroke: "currentColor" }),
    Plot.dot(roundRows, { x: "candidate", y: "rejection", fill: "decision", r: 5 }),
  ],
}));

// %% id="idea-explore" tags=["drawing"]
import { explore } from "offprint/notebook/explore/mod.ts";
import { thresholdExploration } from "offprint/papers/specdecpp/mod.ts";

await display(explore(thresholdExploration));

// %% id="idea-short"
await display(
  md`**In short.** ${
    stopsAfter === undefined
      ? "This round goes on to its end"
      : `This round is verified after candidate ${stopsAfter}`
  }: stop when the probability of some rejection passes ${best1.threshold}.`,
);

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 10 --set ratio=10`. The ratio then reaches every table, figure
// and choice of a setting below. The claims that name a ratio are decided at the paper's 4.5 whatever is set here.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full decodes ten times as many texts. */
const profile: "quick" | "full" = "quick";
/**
 * Latency of one verification in units of one draft pass; the paper's machine had about 4.5.
 * Change me: with 10 longer rounds are best, for constants and for SpecDec++.
 * @range 1.1 or more @unit draft passes
 */
const ratio: number = 4.5;
/**
 * Texts decoded for each policy, once for choosing its setting and once for measuring it.
 * @range 1 or more by 1 @unit texts
 */
const texts: number = 100;
/** Tokens of each text. @range 1 or more by 1 @unit tokens */
const textTokens: number = 200;
/** Draft of the trained pair: a name in `data/models`, or a path from here or from the project's folder. */
const draftModel: string = "sotu-draft";
/** Target of the trained pair, with the same vocabulary: a name or a path in the same way. The heads belong to both. */
const targetModel: string = "sotu-target";
/** Where the heads and their measurements lie, a path from here or from the project's folder; empty for `data/heads`. */
const headsFolder: string = "";
/**
 * Texts of the trained pair that are decoded anew, of those of the committed counts.
 * @range 1 or more by 1 @unit texts
 */
const liveTexts: number = 16;
/**
 * Texts of the trained pair for each test of its output's distribution.
 * @range 1 or more by 1 @unit texts
 */
const lawRuns: number = 200;
/**
 * Seed of every random stream. Change me: with 2 all measured numbers move a little.
 * @range 0 or more by 1
 */
const seed: number = 1;

// %% id="imports" tags=["imports"]
import { speculate, type SpeculativeResult } from "offprint/decoding/decoders/mod.ts";
import {
  acceptanceData,
  type AcceptanceHead,
  biasedAcceptance,
  evaluateHead,
  headParameters,
  headPredictor,
  meanDivergence,
  predictStates,
  reliability,
  trainHead,
  unbiasedAcceptance,
  weightedLoss,
  withFeatures,
} from "offprint/decoding/heads/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLengthPolicy,
  confidenceRule,
  constantDiscard,
  constantPredictor,
  constantRule,
  costsOf,
  draftBy,
  extraCost,
  heuristicRule,
  oraclePredictor,
  randomPredictor,
  type Rates,
  ratesOf,
  specDecPP,
  specDecPPRule,
  type StoppingRule,
  timePerToken,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { rememberedSoftmax, softmax, warp } from "offprint/decoding/verification/mod.ts";
import { formatLog, logText, parseLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import {
  bestOnDev,
  chosenSettings,
  CONFIDENCE_FAMILY,
  CONSTANT_FAMILY,
  decodeSetting,
  headFamily,
  headsOfPair,
  HEURISTIC_FAMILY,
  ORACLE_FAMILY,
  PAIR_CLAIMS,
  remeasureHeads,
  ruleOf,
  type Setting,
  SHUFFLED_HEAD_FAMILY,
  shuffledPredictor,
  speedupAt,
  TOP_PROBABILITY_FAMILY,
  variantName,
} from "offprint/papers/specdecpp/heads/mod.ts";
import {
  besideFrontier,
  cachedAgainstAnew,
  countTexts,
  kindPredictor,
  laboratory,
  LABORATORY_KINDS,
  noting,
  predictAndDecode,
  PUBLISHED_CONSTANTS,
  PUBLISHED_SPECDEC,
  roundMarks,
  textProbabilities,
  timeInTurns,
} from "offprint/papers/specdecpp/experiments/mod.ts";
import {
  checkThresholdTheorem,
  constantCost,
  constantRates,
  greedyConstant,
  greedyOracle,
  solveFiniteHorizon,
  solveIndependent,
  stretchChains,
  sufficientThreshold,
  thresholdRates,
} from "offprint/papers/specdecpp/mod.ts";
import { markovModel, sevenStateChains } from "offprint/lm/exact/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { parameterCount, readTransformer } from "offprint/lm/transformer/mod.ts";
import {
  check,
  claim,
  claimsTable,
  equation,
  experimentsOf,
  remarkOnClaims,
  sweep,
} from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, estimate, mean, pairedBootstrap, zScore } from "offprint/stats.ts";

// %% id="sizes"
if (!(ratio > 1)) throw new RangeError(`ratio: got ${ratio}, expected a number above 1`);
// A model, or a folder of heads, that is not there is told now, not after the sections that need none.
// So is a pair of models for which no heads were measured.
const committed = await headsOfPair({ draft: draftModel, target: targetModel }, headsFolder);
if (!committed.own) {
  const remark = `Of the models ${draftModel} and ${targetModel}, not of the committed ones`;
  for (const beginning of PAIR_CLAIMS) remarkOnClaims(beginning, remark);
}
const scaleOf = (count: number): number => ({ quick: 1, full: 10 })[profile] * count;
const decoded = scaleOf(texts);
const latencies = { draft: 1, target: ratio };
/** The ratio of the paper's machine, at which the claims are decided. */
const paperRatio = 4.5;
/** The example of the exact section: c₁ = 1, c₂ = 4, which its claims name. */
const roundCosts = { discard: 1, verification: 4 };
await display(
  md`This run: profile **${profile}**, ${decoded} texts of ${textTokens} tokens for each policy, one verification as long as ${ratio} draft passes, seed ${seed}.`,
);

// %% [markdown] id="idea-decoder-text"
// ## The same in a decoder
//
// A policy is any object that says after each candidate whether to draft another. SpecDec++ is one such policy, over any predictor.
// Below is a text of two kinds of tokens, in which the predictor knows the truth, decoded once with a constant and once with
// SpecDec++. Its threshold is 0.4, near the best for these two kinds; the round above has other kinds and so another optimum. A
// predictor that knows the truth is called the *exact head* in all tables and figures.

// %% id="idea-decoder"
const known = [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }];
const simple = stretchChains({ kinds: known, persistence: 0.8 });
const simpleModels = { draft: markovModel(simple.draft), target: markovModel(simple.target) };
/** How many candidates each round of a text had, and how many were accepted. */
async function rounds(policy: CandidateLengthPolicy): Promise<string> {
  const written: string[] = [];
  await speculate({
    ...simpleModels,
    maxTokens: 60,
    bonus: true,
    random: stream(seed, "rounds"),
    candidates: noting(policy, (outcome) => written.push(roundMarks(outcome))),
  });
  return written.join(" ");
}
// change me: try 10. Longer rounds call the target less often and discard more.
const shownConstant = 4;
const oracle = oraclePredictor(simpleModels.target);
await display(table([
  {
    policy: `constant ${shownConstant}`,
    rounds: await rounds(draftBy(constantRule(shownConstant))),
  },
  {
    policy: "SpecDec++, exact head",
    rounds: await rounds(specDecPP({ predictor: oracle, threshold: 0.4 })),
  },
], {
  caption:
    "Rounds of one text of 60 tokens: ● accepted, ○ discarded; each round ends with one token more, the target's own",
}));

// %% [markdown] id="equations"
// ## The equations
//
// Each formula is followed by the function that computes it. The function is checked, when its cell runs, on values obtained in
// another way. A function that disagreed would stop the notebook.

// %% [markdown] id="equation-time-text"
// ### Time per token
//
// A round of $m$ candidates with $A$ accepted yields $A+1$ tokens: the last one is the target's own. A text of $N$ tokens takes
// $N_{\mathrm{target}}$ verifications and discards $N_{\mathrm{discarded}}$ candidates; a draft pass lasts $t_{\mathrm{draft}}$ and a
// verification $t_{\mathrm{target}}$. Add up the time $T$ of the text and divide by its tokens:
//
// $$\frac{T}{N}=t_{\mathrm{draft}}\,(1+D)+(t_{\mathrm{target}}-t_{\mathrm{draft}})\,V,\qquad D=\frac{N_{\mathrm{discarded}}}{N},\quad V=\frac{N_{\mathrm{target}}}{N}$$

// %% id="equation-time"
/** Time per token from the counts of a text, as the definition says. */
function timeByCounting(tokens: number, verifications: number, discarded: number): number {
  const drafted = tokens - verifications + discarded;
  return (latencies.draft * drafted + latencies.target * verifications) / tokens;
}

function timeByRates(verification: number, discard: number): number {
  return timePerToken(latencies, { verification, discard });
}

await display(equation({
  id: "time-per-token",
  source: "timePerToken of offprint/decoding/policies/mod.ts",
  fn: timeByRates,
  checks: [[100, 100, 0], [100, 30, 45], [200, 41, 130]].map(([N = 1, calls = 0, lost = 0]) => ({
    args: [calls / N, lost / N] as [number, number],
    equals: timeByCounting(N, calls, lost),
  })),
}));

// %% [markdown] id="equation-constant-text"
// ### A constant $K$
//
// With acceptance $\alpha$ everywhere, a round of $K$ candidates yields $1+\alpha+\dots+\alpha^K$ tokens on average. For a constant that is never cut
// short, $V$ fixes $D$, which is a free check of any implementation. (The rejected candidate counts as discarded.)
//
// $$V_K=\frac1{1+\alpha+\dots+\alpha^K},\qquad D_K=(K+1)\,V_K-1$$

// %% id="equation-constant"
function discardOfConstant(acceptance: number, candidates: number): number {
  return constantRates(acceptance, candidates).discard;
}
/** The other way: a sum over where the first rejection falls. */
function discardBySum(alpha: number, K: number): number {
  let lost = 0;
  for (let j = 0; j < K; j++) lost += alpha ** j * (1 - alpha) * (K - j);
  return lost / (K + 1 - lost);
}

await display(equation({
  id: "constant-k",
  source: "constantRates of offprint/papers/specdecpp/mod.ts",
  fn: discardOfConstant,
  checks: [[0.8, 1], [0.8, 4], [0.5, 2], [0, 3]].map(([alpha = 0, K = 0]) => ({
    args: [alpha, K] as [number, number],
    equals: discardBySum(alpha, K),
  })),
}));

// %% [markdown] id="equation-theorem-text"
// ### The theorem
//
// Put $c_1=t_{\mathrm{draft}}$ and $c_2=t_{\mathrm{target}}-t_{\mathrm{draft}}$. After $k$ candidates $Y_1,\dots,Y_k$, stopping is better
// than drafting on whenever the probability that some of them is rejected has reached the threshold:
//
// $$\Pr(\exists\, i\le k:\ Y_i\ \text{rejected}\mid x_{\mathrm{prefix}})\ \ge\ \frac{c_2+\Delta}{c_1+c_2+\Delta}\quad\Longrightarrow\quad\text{stop}$$
//
// $\Delta$ stands for what stopping early does to the rest of the text. The paper does not compute it and tunes the threshold $h$
// instead. Where every candidate is accepted with the same probability $\alpha$ we can compute it. A constant $K$ costs
// $\lambda_K=c_1D_K+c_2V_K$ per token beyond one draft pass, $\lambda^\star$ is the smallest of these, and $c_2+\Delta=c_2-\lambda^\star$.

// %% id="equation-theorem"
function theoremThreshold(acceptance: number): number {
  const { theoremConstant } = solveIndependent(roundCosts, acceptance);
  return sufficientThreshold(roundCosts, theoremConstant);
}

await display(equation({
  id: "threshold-theorem",
  source: "sufficientThreshold of offprint/papers/specdecpp/mod.ts",
  fn: theoremThreshold,
  checks: [0.3, 0.6, 0.8, 0.95].map((alpha) => {
    // λ* by trying every constant.
    const constants = Array.from({ length: 200 }, (_, K) => constantCost(roundCosts, alpha, K));
    const gap = roundCosts.verification - Math.min(...constants);
    return { args: [alpha] as [number], equals: gap / (roundCosts.discard + gap) };
  }),
}));

// %% [markdown] id="equation-bias-text"
// ### What weighting rejections teaches
//
// The head predicts $\hat P$, the probability that a candidate is accepted. It is trained on the true probability $a$ as a soft
// label, and rejections count $w$ times in its loss. Such a loss is smallest not at $\hat P=a$ but below it:
//
// $$\arg\min_{\hat P}\bigl[-w\,(1-a)\log(1-\hat P)-a\log\hat P\bigr]=\frac{a}{a+w\,(1-a)}$$
//
// Heads of different $w$ therefore need different thresholds $h$: a threshold says nothing without its weight.

// %% id="equation-bias-search"
/** The least point of the loss, found by search, not by the formula. */
function searchedMinimiser(acceptance: number, weight: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 100; step++) {
    const left = low + (high - low) / 3;
    const right = high - (high - low) / 3;
    const better = weightedLoss(acceptance, left, weight) < weightedLoss(acceptance, right, weight);
    [low, high] = better ? [low, right] : [left, high];
  }
  return (low + high) / 2;
}

// %% id="equation-bias"
await display(equation({
  id: "loss-minimiser",
  source: "biasedAcceptance of offprint/decoding/heads/mod.ts",
  fn: (acceptance: number, weight: number) => biasedAcceptance(acceptance, weight),
  checks: [[0.99, 6], [0.8, 6], [0.5, 1], [0.5, 12], [0.9, 3]].map(([a = 0, w = 1]) => ({
    args: [a, w] as [number, number],
    equals: searchedMinimiser(a, w),
    tolerance: 1e-6,
  })),
}));

// %% [markdown] id="equations-short"
// **In short.** Time per token follows from two rates; a constant has one formula, an adaptive rule a threshold, and the threshold
// depends on the weight with which the head was trained.

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### Equal acceptance: the best constant cannot be beaten
//
// In this section every candidate is accepted with probability 0.8, a draft pass costs $c_1=1$, and a verification costs $c_2=4$ more.
// The table shows $\lambda_K=c_1D_K+c_2V_K$, what a constant $K$ costs per token beyond one draft pass.

// %% id="exact-constants"
const constantGrid = [1, 2, 3, 4, 5, 6, 8, 12];
const constantRows = constantGrid.map((K) => ({
  K,
  cost: constantCost(roundCosts, 0.8, K),
  ...constantRates(0.8, K),
}));
const solution = solveIndependent(roundCosts, 0.8);
await display(table(constantRows, {
  caption: "Constants at acceptance 0.8",
  columns: [
    "K",
    { key: "cost", label: "extra cost per token λ", digits: 7 },
    { key: "verification", label: "V", digits: 6 },
    { key: "discard", label: "D", digits: 6 },
  ],
}));

// %% id="exact-constants-claims" tags=["check"]
await claim("10.constant-k-cost", constantRows.map(({ cost }) => cost));
await claim("10.constant-k-rates", [
  ...constantRows.map(({ verification }) => verification),
  ...constantRows.map(({ discard }) => discard),
]);
const identityGaps = Array.from({ length: 40 }, (_, i) => {
  const { verification, discard } = constantRates(0.8, i + 1);
  return Math.abs(discard - constantDiscard(i + 1, verification));
});
await claim("10.discard-identity", { value: Math.max(...identityGaps), compared: 40 });
await claim("10.best-constant", solution.candidates);

// %% [markdown] id="exact-theorem-text"
// The exact rule looks one candidate ahead: it stops after $k$ candidates when
//
// $$1-\alpha^{k+1}\ \ge\ \frac{\lambda^\star}{c_1+\lambda^\star}$$
//
// The theorem's condition is sufficient but not necessary: it first applies at $k=6$, where stopping at $k=4$ was best.

// %% id="exact-theorem"
const stoppingRows = Array.from({ length: 8 }, (_, i) => ({
  k: i + 1,
  "1 − α^k": 1 - 0.8 ** (i + 1),
  "1 − α^(k+1)": 1 - 0.8 ** (i + 2),
  "exact rule": 1 - 0.8 ** (i + 2) >= solution.threshold ? "verify" : "draft on",
  theorem: 1 - 0.8 ** (i + 1) >= solution.theoremThreshold ? "verify" : "says nothing",
}));
await display(table(stoppingRows, {
  caption: `Exact threshold ${solution.threshold.toFixed(6)} on 1 − α^(k+1), theorem's threshold ${
    solution.theoremThreshold.toFixed(6)
  } on 1 − α^k`,
}));

// %% id="exact-theorem-claims" tags=["check"]
await claim("10.exact-threshold", solution.threshold);
await claim("10.theorem-constant", [solution.theoremConstant, solution.theoremThreshold]);
await claim("10.theorem-first-stop", solution.theoremCandidates);
await claim("10.homogeneous-control", {
  value: Math.abs(
    solveKnownAcceptance(roundCosts, [{ acceptance: 0.82, share: 1 }]).cost -
      solveIndependent(roundCosts, 0.82).cost,
  ),
  note: "A control: a gain here would be a mistake in the comparison",
});

// %% [markdown] id="exact-horizon-text"
// ### Texts that end: dynamic programming, and the theorem in every state
//
// With $n$ tokens left and $k$ candidates drafted, compare stopping with the best way of going on. For 60 tokens we visit
// every state in which the theorem says stop.

// %% id="exact-horizon"
const horizon = solveFiniteHorizon(roundCosts, 0.8, 60);
const theorem = checkThresholdTheorem(roundCosts, 0.8, 60);
const left = [1, 2, 3, 5, 10, 20, 40, 60];
await display(table(
  left.map((tokens) => ({
    "tokens left": tokens,
    cost: horizon.cost[tokens],
    candidates: horizon.candidates[tokens],
  })),
  {
    caption: "Least expected cost of the rest, and the best next round",
    columns: ["tokens left", { key: "cost", digits: 7 }, "candidates"],
  },
));

// %% id="exact-horizon-claims" tags=["check"]
await claim("10.finite-horizon", left.map((tokens) => horizon.cost[tokens] ?? NaN));
await claim("10.theorem-states", theorem.states);
await claim("10.theorem-violations", {
  value: theorem.violations,
  compared: theorem.states,
  note: `The largest c₂ + Δ is ${formatNumber(theorem.constant)}, its threshold ${
    formatNumber(theorem.threshold)
  }: near the end of a text Δ is larger, and so is the threshold`,
});

// %% [markdown] id="exact-known-text"
// ### Uneven acceptance: a threshold is better than every constant
//
// There are two kinds of candidates, drawn independently: two of three are accepted with probability 0.98, the third with 0.5.
// The mean is 0.82, for which the best constant is 4. The decoder that the authors released, the *official* one, has a lag: the pass
// that yields the head's input for one candidate has already drafted the next, so the product of predictions covers all candidates
// but the last. The official decoder also drafts at least 2 candidates. The exact curves below allow 1, so that nothing but the lag
// separates them from the theorem. A head that is biased by $w=6$ needs a much higher threshold.

// %% id="exact-known"
const knownSolution = solveKnownAcceptance(roundCosts, known);
const knownConstant = solveIndependent(roundCosts, 0.82);
const knownCost = (threshold: number, rejectionWeight: number): number =>
  extraCost(roundCosts, thresholdRates(known, { threshold, rejectionWeight }));
const headWeights = [1, 3, 6, 12];
const weightNames = headWeights.map((weight) => `w = ${weight}`);
const thresholdCurve = Array.from({ length: 99 }, (_, i) => (i + 1) / 100).flatMap((h) =>
  headWeights.map((weight) => ({ h, weight: `w = ${weight}`, time: 1 + knownCost(h, weight) }))
);
await display(
  md`Best constant: K = ${knownConstant.candidates}, ${
    1 + knownConstant.cost
  } draft passes per token. With an unbiased head at its best threshold: ${
    1 +
    Math.min(...thresholdCurve.filter(({ weight }) => weight === "w = 1").map((p) => p.time - 1))
  }.`,
);

// %% id="exact-known-figure" tags=["drawing"]
await display(plot({
  title: "The best threshold depends on the weight the head was trained with",
  alt:
    "Time per token against the threshold, four lines for weights 1, 3, 6 and 12. Each has its lowest stretch at a higher threshold than the one before, and all rise steeply at the right. A dashed line marks the best constant.",
  caption:
    `Computed exactly for two kinds of acceptance. Dashed: the best constant, K = ${knownConstant.candidates}. The lines have steps, because only few products of acceptances occur.`,
  height: 320,
  x: { label: "threshold h", domain: [0, 1] },
  y: { label: "time per token (draft passes)", domain: [2.3, 3.3] },
  color: { legend: true, label: "weight of rejections", domain: weightNames },
  data: thresholdCurve.filter(({ h }) => Math.round(100 * h) % 10 === 0),
  marks: [
    Plot.ruleY([1 + knownConstant.cost], { strokeDasharray: "5 4" }),
    Plot.lineY(thresholdCurve, {
      x: "h",
      y: "time",
      stroke: "weight",
      curve: "step",
      clip: true,
    }),
  ],
}));

// %% id="exact-known-claims" tags=["check"]
const ninths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
await claim("10.known-threshold", knownSolution.threshold);
await claim("10.lagged-thresholds", ninths.map((h) => knownCost(h, 1)));
await claim("10.weighted-thresholds", [0.3, 0.5, 0.7, 0.9].map((h) => knownCost(h, 6)));
await claim("10.adaptive-gain", (1 + knownConstant.cost) / (1 + knownCost(0.4, 1)));

// %% [markdown] id="exact-oracle-text"
// ### Greedy decoding: the oracle
//
// When both models take their most likely token, a candidate is either right or wrong. An oracle that stops right before
// each mismatch discards nothing and calls the target once per mismatch. The example has ten tokens, of which the third and the
// seventh are mismatches:

// %% id="exact-oracle"
// change me: try [5]. With one mismatch the oracle needs fewer checks.
const mismatches = [3, 7];
await display(table([
  { policy: "oracle", ...greedyOracle(10, mismatches) },
  ...[1, 2, 3, 4, 5].map((K) => ({
    policy: `constant ${K}`,
    ...greedyConstant(10, mismatches, K),
  })),
], {
  caption: `Rounds of ten greedy tokens, mismatches at ${mismatches.join(", ")}`,
  columns: ["policy", { key: "schedule", label: "candidates of each round" }, {
    key: "targetCalls",
    label: "target calls",
  }, "discarded"],
}));
const [byOracle, byTwo] = [greedyOracle(10, [3, 7]), greedyConstant(10, [3, 7], 2)];
await claim(
  "10.greedy-oracle",
  [byOracle, byTwo].flatMap(({ targetCalls, discarded }) => [targetCalls, discarded]),
);

// %% [markdown] id="head-text"
// ### The head on paper
//
// Residual blocks $z\leftarrow z+\mathrm{SiLU}(Wz+b)$, then two classes. The released code repeats *one* block object, so all
// blocks share their weights (they are *tied*), and the released file has the size of this reading. The second claim below
// minimises the weighted loss by gradient descent on a single logit.

// %% id="head-exact"
const weightsOf = (depth: number, tied: boolean) =>
  headParameters({ hiddenSize: 4096, depth, tied });
await display(table(
  [0, 1, 2, 3, 4].map((depth) => ({
    depth,
    tied: weightsOf(depth, true).toLocaleString("en"),
    untied: weightsOf(depth, false).toLocaleString("en"),
  })),
  { caption: "Weights of the head for Llama-2-7B" },
));
await claim("10.head-parameters", [weightsOf(3, true), weightsOf(3, false)]);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const descended = [0.99, 0.95, 0.9, 0.8, 0.5].map((a) => {
  let logit = 0;
  for (let step = 0; step < 20_000; step++) {
    const predicted = sigmoid(logit);
    logit -= 0.5 * (6 * (1 - a) * predicted - a * (1 - predicted));
  }
  return sigmoid(logit);
});
await claim("10.loss-minimiser", descended);

// %% [markdown] id="exact-short"
// **In short.** With equal acceptance the best constant cannot be improved. With uneven acceptance a threshold is better, and its best
// value rises with the weight of the head.

// %% [markdown] id="decoders"
// ## Decoders that run
//
// ### Whatever the head says, the text has the target's distribution
//
// All texts of two tokens over seven are counted against the target's exact probabilities, with heads that know nothing, always
// doubt, never doubt, and know everything. (The head trained below joins them.)

// %% id="output-law"
const seven = sevenStateChains();
const sevenDraft = markovModel(seven.draft);
const sevenTarget = markovModel(seven.target);
const exactTexts = await textProbabilities(sevenTarget, { prompt: [], length: 2, warp: softmax });
const lawSamples = Math.max(600, 60 * decoded);
const countWith = (head: string, predictor: (text: number) => AcceptancePredictor) =>
  countTexts({
    draft: sevenDraft,
    target: sevenTarget,
    prompt: [],
    maxTokens: 4,
    length: 2,
    probabilities: exactTexts,
    texts: lawSamples,
    threshold: 0.4,
    predictor,
    random: (text) => stream(seed, "law", head, text),
  });
const lawRows = [];
for (
  const [head, predictor] of [
    ["random", (text: number) => randomPredictor(stream(seed, "random head", text))],
    ["always doubts", () => constantPredictor(0)],
    ["never doubts", () => constantPredictor(1)],
    ["knows the truth", () => oraclePredictor(sevenTarget)],
  ] as const
) lawRows.push({ head, ...await countWith(head, predictor) });
await display(table(lawRows, {
  caption: `${lawSamples} texts of four tokens for each head; chi-square test of the first two`,
  columns: ["head", { key: "candidates", label: "candidates a round" }, {
    key: "pValue",
    label: "p value",
  }],
}));

// %% [markdown] id="lab-text"
// ### A laboratory with easy and hard stretches
//
// Tokens come in four kinds. A drafted token of kind $k$ is accepted with probability $a_k$, exactly. Kinds persist, so
// there are easy and hard stretches. The draft looks less sure on hard kinds, though not reliably. The draft's "hidden
// state" is a list of 16 numbers, computed from the last two tokens by a fixed random function, which the head has to learn to read.

// %% id="lab"
const lab = laboratory(seed);
await display(table(
  LABORATORY_KINDS.map(({ acceptance, share, certainty }) => ({
    acceptance,
    "share of tokens": share,
    "the draft's certainty": certainty,
  })),
  {
    caption: `Kinds of tokens in the laboratory; mean acceptance ${
      LABORATORY_KINDS.reduce((sum, kind) => sum + kind.acceptance * kind.share, 0).toFixed(3)
    }`,
  },
));

// %% [markdown] id="theory-text"
// First we check that the decoder does what the exact formula says. With independent kinds the rates of the official rule are
// known, and twenty long texts must agree with them.

// %% id="theory"
const independent = stretchChains({ kinds: known, persistence: 0 });
const exactOfKinds = kindPredictor(
  "exact",
  known.map(({ acceptance }) => acceptance),
  independent.kindOf,
);
const expectedRates = thresholdRates(known, { threshold: 0.4 });
const longRates: Rates[] = await Array.fromAsync({ length: 20 }, async (_, run) => {
  const result = await speculate({
    draft: markovModel(independent.draft),
    target: markovModel(independent.target),
    maxTokens: 20 * decoded,
    bonus: true,
    candidates: specDecPP({ threshold: 0.4, predictor: exactOfKinds }),
    random: stream(seed, "theory", run),
  });
  return ratesOf([result]);
});
const theoryRows = (["verification", "discard"] as const).map((key) => {
  const measured = estimate(longRates.map((rates) => rates[key]));
  const exact = expectedRates[key];
  const z = zScore(measured.mean, exact, measured.standardError);
  return { rate: key === "verification" ? "V" : "D", exact, ...measured, z };
});

// %% id="theory-claim" tags=["check"]
await display(table(theoryRows, {
  caption: `Official rule, h = 0.4, exact head; 20 texts of ${20 * decoded} tokens`,
  columns: [
    "rate",
    { key: "exact", digits: 5 },
    { key: "mean", label: "measured", digits: 5 },
    { key: "standardError", label: "standard error", digits: 2 },
    { key: "z", label: "off by standard errors", digits: 2 },
  ],
}));
await claim("10.decoder-meets-theory", { z: theoryRows.map(({ z }) => z), n: 20 });

// %% [markdown] id="training-text"
// ### Training heads, live
//
// We train as the paper does. Sample texts from the target. Draw a draft token at every position and label it with its true
// acceptance probability. In 15 % of the positions keep the target's token instead, without a label, so that the head also
// sees contexts made of draft tokens. Then train the head alone with the weighted loss.

// %% id="training"
const samples = async (name: string, count: number) =>
  await acceptanceData({
    draft: lab.draft,
    target: lab.target,
    prompts: Array.from({ length: count }, () => []),
    maxTokens: 100,
    random: (text) => stream(seed, "acceptance data", name, text),
  });
const trainingSet = await samples("training", 150);
const heldOut = await samples("held out", 50);
const lossCurve: { step: number; loss: number; weight: string }[] = [];
async function trainedHead(rejectionWeight: number): Promise<AcceptanceHead> {
  let sum = 0;
  return await trainHead(trainingSet, {
    depth: 1,
    rejectionWeight,
    steps: 300,
    batch: 256,
    peak: 0.02,
    seed,
    draft: lab.draft.name,
    onStep(step, loss) {
      sum += loss;
      if (step % 20 !== 0) return;
      lossCurve.push({ step, loss: sum / 20, weight: `w = ${rejectionWeight}` });
      sum = 0;
    },
  });
}
const heads = new Map(
  await Array.fromAsync(
    headWeights,
    async (weight) => [weight, await trainedHead(weight)] as const,
  ),
);
const headOf = (weight: number): AcceptanceHead => {
  const head = heads.get(weight);
  if (head === undefined) throw new Error(`no head of weight ${weight}`);
  return head;
};

// %% id="training-figure" tags=["drawing"]
await display(plot({
  title: "Training loss of four heads",
  alt: "Four falling lines over 300 steps, one for each weight, flattening after about 100 steps.",
  caption:
    `Heads of depth 1, trained on ${trainingSet.acceptance.length} labelled positions; ${trainingSet.mixed} others keep the target's token. Losses of different weights are not comparable with each other.`,
  height: 260,
  x: { label: "training step" },
  y: { label: "weighted loss, mean of 20 steps (nats)", zero: true },
  color: { legend: true, label: "weight of rejections", domain: weightNames },
  data: lossCurve,
  marks: [Plot.ruleY([0]), Plot.lineY(lossCurve, { x: "step", y: "loss", stroke: "weight" })],
}));

// %% [markdown] id="calibration-text"
// ### Are they calibrated?
//
// A head of weight $w$ should predict $a/(a+w(1-a))$, not $a$. The points are held-out predictions sorted into bins, with the true
// acceptance in each; the lines are the formula.

// %% id="calibration"
const quality = headWeights.map((weight) => ({ weight, ...evaluateHead(headOf(weight), heldOut) }));
const bins = quality.flatMap(({ weight, predicted }) =>
  reliability(heldOut.acceptance, predicted, 12, weight).filter(({ count }) => count >= 50)
    .map((bin) => ({ ...bin, weight: `w = ${weight}` }))
);
/** Mean prediction of a head for held-out candidates of each kind, against the formula. */
const kindDeviations = quality.flatMap(({ weight, predicted }) =>
  LABORATORY_KINDS.map(({ acceptance }) => {
    const ofKind = [...predicted].filter((_, i) =>
      Math.abs((heldOut.acceptance[i] ?? NaN) - acceptance) < 1e-6
    );
    return Math.abs(mean(ofKind) - biasedAcceptance(acceptance, weight));
  })
);
await claim("10.calibration", {
  value: Math.max(...kindDeviations),
  compared: kindDeviations.length,
});

// %% id="calibration-figure" tags=["drawing"]
const curves = headWeights.flatMap((weight) =>
  Array.from({ length: 51 }, (_, i) => ({
    weight: `w = ${weight}`,
    predicted: i / 50,
    acceptance: unbiasedAcceptance(i / 50, weight),
  }))
);
const reliabilityFigure = (
  words: { title: string; alt: string; caption: string },
  bins: { predicted: number; acceptance: number; weight: string }[],
) =>
  plot({
    ...words,
    width: 500,
    height: 480,
    x: { label: "predicted acceptance", domain: [0, 1] },
    y: { label: "true acceptance", domain: [0, 1] },
    color: { legend: true, label: "weight of rejections", domain: weightNames },
    data: bins,
    marks: [
      Plot.lineY(curves, { x: "predicted", y: "acceptance", stroke: "weight" }),
      Plot.dot(bins, { x: "predicted", y: "acceptance", fill: "weight", r: 5 }),
    ],
  });
await display(reliabilityFigure({
  title: "Reliability of heads trained with different weights",
  alt:
    "True acceptance against prediction, four concave curves rising from (0, 0) to (1, 1); the diagonal belongs to weight 1. The dots of each head lie on its curve.",
  caption: "Bins with at least 50 held-out positions. For w = 1 the curve is the diagonal.",
}, bins));

// %% [markdown] id="informative-text"
// And does the head know more than a constant? The paper's validation number is the divergence, which is smallest for the unweighted
// head:
//
// $$\mathrm{KL}(a\,\|\,\hat P)=a\log\frac{a}{\hat P}+(1-a)\log\frac{1-a}{1-\hat P}$$

// %% id="informative"
const meanLabel = mean(trainingSet.acceptance);
const divergences = (predicted: ArrayLike<number>) =>
  Array.from(heldOut.acceptance, (a, i) => meanDivergence([a], [predicted[i] ?? NaN]));
const trainedDivergence = divergences(quality[0]?.predicted ?? []);
const constantDivergence = divergences(new Array(heldOut.acceptance.length).fill(meanLabel));
await display(table([
  { predictor: "constant: the mean acceptance", divergence: mean(constantDivergence) },
  ...quality.map(({ weight, divergence }) => ({
    predictor: `trained head, w = ${weight}`,
    divergence,
  })),
], {
  caption: "Mean binary divergence on held-out texts, nats",
  columns: ["predictor", { key: "divergence", label: "divergence (nats)", digits: 3 }],
}));
await claim(
  "10.head-beats-constant",
  pairedBootstrap(constantDivergence, trainedDivergence, { seed, resamples: 1000 }),
);

// %% id="law-trained"
// Any head will do: here one for other hidden states than it was trained on.
const { draft: _trainedFor, ...freed } = headOf(6);
const withTrained = await countTexts({
  draft: withFeatures(sevenDraft, (text) => lab.lastPicture(text)),
  target: sevenTarget,
  prompt: [],
  maxTokens: 4,
  length: 2,
  probabilities: exactTexts,
  texts: lawSamples,
  threshold: 0.7,
  predictor: () => headPredictor(freed),
  random: (text) => stream(seed, "law", "trained, w = 6", text),
});
const pValues = [...lawRows.map(({ pValue }) => pValue), withTrained.pValue];
await display(
  md`With the trained head (w = 6): ${withTrained.candidates} candidates a round, p = ${withTrained.pValue}.`,
);
await claim("10.output-law", {
  value: { pValue: Math.min(...pValues) },
  compared: pValues.length,
  note: "The least of five p values",
});

// %% [markdown] id="decoders-short"
// **In short.** The output has the target's distribution with any head. Trained heads say what their weighted loss teaches them, and
// they know more than a constant.

// %% [markdown] id="figures"
// ## The paper's figures, redrawn
//
// ### Discard rate against verification rate
//
// The figure shows every policy on the same laboratory. Beside constants and SpecDec++ there are three rules that need no head. The
// *+2/−1 heuristic* drafts two candidates more after a round that was accepted whole and one fewer after any other. *Confidence of
// the last token* stops at the first candidate to which the draft itself gives a probability below $p$. *Product of top
// probabilities* stops when the product of the draft's largest probabilities falls below $p$. A point further to the left or further down is better; along the line of
// constants, fewer checks are bought with more discarded candidates. A policy below that line is better at *some* latency ratio; which one depends on the machine.

// %% id="policies-decode"
/** The laboratory's models answer with the same arrays of logits again and again. */
const labWarp = rememberedSoftmax();
const labWarps = { draftWarp: labWarp, targetWarp: labWarp };
/** Decodes texts of the laboratory under a policy. */
async function decodeLab(
  candidates: CandidateLengthPolicy,
  split: "dev" | "test",
  // Pictures of the text are made only for policies that look at them.
  models = { draft: candidates.needsHidden ? lab.draft : lab.plainDraft, target: lab.target },
): Promise<SpeculativeResult[]> {
  const results = [];
  for (let text = 0; text < decoded; text++) {
    const random = stream(seed, "laboratory", split, text);
    results.push(
      await speculate({
        ...models,
        ...labWarps,
        maxTokens: textTokens,
        bonus: true,
        candidates,
        random,
      }),
    );
  }
  return results;
}

// %% id="policies-families"
const hGrid = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
const byHead = (predictor: AcceptancePredictor) => (h: number) =>
  specDecPP({ predictor, threshold: h });
const families: [
  family: string,
  name: string,
  settings: number[],
  policy: (x: number) => CandidateLengthPolicy,
][] = [
  ["constant K", "K", [1, 2, 3, 4, 5, 6, 8, 10, 12, 14], (K) => draftBy(constantRule(K))],
  ["+2/−1 heuristic", "start", [5], () => draftBy(heuristicRule())],
  [
    "confidence of the last token",
    "p",
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    (p) => draftBy(confidenceRule(p)),
  ],
  [
    "product of top probabilities",
    "p",
    [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5],
    (p) => draftBy(topProbabilityRule(p)),
  ],
  ["SpecDec++, trained head", "w = 6, h", [...hGrid, 0.98, 0.99], byHead(headPredictor(headOf(6)))],
  ["SpecDec++, exact head", "h", hGrid, byHead(lab.exactHead)],
];
const familyNames = families.map(([family]) => family);

// %% id="policies"
interface MeasuredPolicy {
  family: string;
  setting: string;
  dev: Rates;
  test: Rates;
  results: SpeculativeResult[];
}
async function measurePolicies(): Promise<MeasuredPolicy[]> {
  const measured: MeasuredPolicy[] = [];
  for (const [family, name, settings, policyOf] of families) {
    for (const setting of settings) {
      const results = await decodeLab(policyOf(setting), "test");
      measured.push({
        family,
        setting: `${name} = ${setting}`,
        dev: ratesOf(await decodeLab(policyOf(setting), "dev")),
        test: ratesOf(results),
        results,
      });
    }
  }
  return measured;
}
const measuredPolicies = await measurePolicies();
const labPoints = measuredPolicies.map(({ family, setting, test }) => ({
  family,
  setting,
  V: test.verification,
  D: test.discard,
  time: timePerToken(latencies, test),
}));

// %% id="policies-figure" tags=["drawing"]
const ratesFigure = (
  words: { title: string; alt: string; caption: string },
  points: { family: string; setting: string | number; V: number; D: number }[],
  domain: string[],
  verification: [number, number],
) =>
  plot({
    ...words,
    width: 680,
    height: 430,
    x: { label: "verification rate V (checks per token)", domain: verification },
    y: { label: "discard rate D (discarded per token)", domain: [0, 2.2] },
    color: { legend: true, label: "policy", domain },
    data: points,
    marks: [
      Plot.line(points, { x: "V", y: "D", stroke: "family", clip: true }),
      Plot.dot(points, { x: "V", y: "D", fill: "family", r: 4, clip: true }),
    ],
  });
await display(ratesFigure(
  {
    title: "Policies in the laboratory",
    alt:
      "Discard rate against verification rate. The constants form the upper line, the product of top probabilities lies below it, and SpecDec++ with the trained head lowest over most of the range, nearly on the exact head's line. At the right end, with short rounds, the rules that need no head lie lowest.",
    caption:
      `Each point is measured on ${decoded} texts of ${textTokens} tokens. Lines join the settings of one family.`,
  },
  labPoints,
  familyNames,
  [0.18, 0.58],
));

// %% [markdown] id="frontier-text"
// At the right end, where rounds are short, the rules that look at the draft's own probabilities come out lower. The reason is the
// lag: they judge the very last candidate and may stop after one, while SpecDec++ judges all but the last and drafts at least two.
//
// Is the SpecDec++ frontier below the constants everywhere? Mixing two settings at random reaches every point between them,
// so we take the lower hull of the trained head's points and compare at each constant's $V$ inside its range.

// %% id="frontier"
const ofFamily = (wanted: string) => labPoints.filter(({ family }) => family === wanted);
const margins = besideFrontier(ofFamily("constant K"), ofFamily("SpecDec++, trained head"))
  .map((point) => ({ ...point, margin: point.D - point.frontier }));
const marginColumns = [
  { key: "setting", label: "constant" },
  "V",
  { key: "D", label: "its D" },
  { key: "frontier", label: "D of the frontier" },
  "margin",
];
await display(table(margins, {
  caption: "Constants against the trained head's frontier",
  columns: marginColumns,
}));
await claim("10.frontier", {
  value: Math.min(...margins.map(({ margin }) => margin)),
  compared: margins.length,
  note: `${margins.length} of 10 constants lie in the frontier's range`,
});

// %% [markdown] id="published-text"
// ### Beside the paper's
//
// These are the points of the paper's Pareto figure, read off the picture ($V\pm0.0005$, $D\pm0.005$). There llama-2-chat 7B drafts
// for 70B on three data sets. Not all SpecDec++ settings lie below the constants; their lower frontier does.

// %% id="published"
const ofPaper = (policy: string, points: typeof PUBLISHED_CONSTANTS) =>
  Object.entries(points).flatMap(([panel, list]) =>
    list.map(([V, D]) => ({ panel, policy, V, D }))
  );
const publishedPoints = [
  ...ofPaper("constant K", PUBLISHED_CONSTANTS),
  ...ofPaper("SpecDec++", PUBLISHED_SPECDEC),
];

// %% id="published-table" tags=["drawing"]
await display(table(
  Object.entries(PUBLISHED_CONSTANTS).flatMap(([dataset, points]) =>
    points.map(([V, D], i) => ({
      "data set": dataset,
      K: 4 + 2 * i,
      V,
      D,
      "K implied by D = (K + 1) V − 1": (D + 1) / V - 1,
    }))
  ),
  {
    caption:
      "The identity on published points: rounds cut short by the end of a text make K look smaller",
  },
));

// %% id="published-figure" tags=["drawing"]
/** Constants and SpecDec++ in one panel a data set, this run's first. */
const besidePaper = (
  texts: { title: string; alt: string; caption: string },
  points: { panel: string; policy: string; V: number; D: number }[],
) =>
  plot({
    ...texts,
    width: 760,
    height: 300,
    x: { label: "verification rate V (checks per token)", ticks: 4 },
    y: { label: "discard rate D (discarded per token)", zero: true, domain: [0, 2.2] },
    fx: { label: null, domain: [...new Set(points.map(({ panel }) => panel))] },
    color: { legend: true, label: "policy", domain: ["constant K", "SpecDec++"] },
    data: points,
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.line(points.filter(({ policy }) => policy === "constant K"), {
        x: "V",
        y: "D",
        stroke: "policy",
        fx: "panel",
      }),
      Plot.dot(points, { x: "V", y: "D", fill: "policy", fx: "panel", r: 3.5 }),
    ],
  });
const inPanel = (panel: string, policy: string, points: { V: number; D: number }[]) =>
  points.map(({ V, D }) => ({ panel, policy, V, D }));
await display(besidePaper({
  title: "Published points beside this laboratory's",
  alt:
    "Four panels of discard rate against verification rate. In each, SpecDec++ points lie below the line of constants. The laboratory's panel has the same shape as Alpaca's, HumanEval's and GSM8K's.",
  caption:
    "Alpaca, HumanEval, GSM8K: constants K = 4 … 14 and some SpecDec++ settings, as published. The laboratory is no language model; compare shapes, not values.",
}, [
  ...inPanel("this laboratory", "constant K", ofFamily("constant K").filter(({ V }) => V < 0.36)),
  ...inPanel(
    "this laboratory",
    "SpecDec++",
    ofFamily("SpecDec++, trained head").filter(({ V }) => V < 0.36),
  ),
  ...publishedPoints,
]));

// %% [markdown] id="throughput-text"
// ### Throughput at a fixed latency ratio
//
// Time per token needs two latencies. We fix their ratio, so that the result does not depend on this machine. Every family
// gets its best setting on one set of texts and is measured on another. Choosing on the texts on which one measures would make
// constants and thresholds alike look better than they are.

// %% id="throughput"
/** The best setting of a family at a latency ratio, chosen on the dev texts. */
const chosenOf = (family: string, at = ratio): MeasuredPolicy => {
  const time = ({ dev }: MeasuredPolicy) => timePerToken({ draft: 1, target: at }, dev);
  const [best] = measuredPolicies.filter((each) => each.family === family)
    .toSorted((a, b) => time(a) - time(b));
  if (best === undefined) throw new Error(`no policy in ${family}`);
  return best;
};
const bestConstant = chosenOf("constant K");
const constantTime = timePerToken(latencies, bestConstant.test);
const throughputRows = familyNames.map((family) => {
  const { setting, test } = chosenOf(family);
  const time = timePerToken(latencies, test);
  const { verification: V, discard: D } = test;
  return {
    policy: family,
    setting,
    V,
    D,
    time,
    speedup: ratio / time,
    gain: constantTime / time - 1,
  };
});
await display(table(throughputRows, {
  caption:
    `Best setting of each family, measured on other texts; one verification takes ${ratio} draft passes`,
  columns: [
    "policy",
    "setting",
    "V",
    "D",
    { key: "time", label: "time per token (draft passes)" },
    { key: "speedup", label: "speed-up", digits: 3 },
    { key: "gain", label: "faster than the best constant", digits: 3 },
  ],
}));

// %% id="throughput-figure" tags=["drawing"]
const speedupFigure = (
  words: { title: string; alt: string; caption: string },
  rows: { policy: string; speedup: number }[],
) =>
  plot({
    ...words,
    height: 260,
    x: {
      label: "speed-up over the target alone",
      domain: [0, 1.15 * Math.max(...rows.map((row) => row.speedup))],
    },
    y: { label: null, domain: rows.map(({ policy }) => policy) },
    data: rows,
    marks: [
      Plot.barX(rows, { y: "policy", x: "speedup", fill: "#1f4fe0" }),
      Plot.text(rows, {
        y: "policy",
        x: "speedup",
        text: ({ speedup }: { speedup: number }) => speedup.toFixed(2),
        dx: 18,
      }),
      Plot.ruleX([0]),
    ],
  });
const barsInWords = (rows: { policy: string; speedup: number }[]) =>
  rows.map(({ policy, speedup }) => `${policy} ${speedup.toFixed(2)}`).join(", ");
await display(speedupFigure({
  title: "Speed-up over the target alone, laboratory",
  alt: `One horizontal bar for each family: ${barsInWords(throughputRows)}.`,
  caption: `One verification takes ${ratio} draft passes. Settings chosen on other texts.`,
}, throughputRows));

// %% id="throughput-claims" tags=["check"]
/** Draft passes per token of each test text, at the paper's ratio. */
const timesOfTexts = (results: SpeculativeResult[]) =>
  results.map((result) => timePerToken({ draft: 1, target: paperRatio }, ratesOf([result])));
const timesOfBest = (family: string) => timesOfTexts(chosenOf(family, paperRatio).results);
await claim(
  "10.oracle-beats-constant",
  pairedBootstrap(timesOfBest("constant K"), timesOfBest("SpecDec++, exact head"), { seed }),
);
await claim(
  "10.trained-beats-constant",
  pairedBootstrap(timesOfBest("constant K"), timesOfBest("SpecDec++, trained head"), { seed }),
);

// %% [markdown] id="controls-text"
// ### Two controls
//
// A head that reads the numbers of its input in a wrong order has the same weights and knows nothing. And where all acceptance is
// equal, there is nothing to adapt to: a gain would show that the comparison is unfair.

// %% id="controls"
const wrongOrder = shuffledPredictor(headOf(6), seed);
/** The policy of least time on the dev texts at the paper's ratio. */
async function bestOf(
  policies: CandidateLengthPolicy[],
  models?: Parameters<typeof decodeLab>[2],
): Promise<{ policy: CandidateLengthPolicy; at: number }> {
  const onDev: number[] = [];
  for (const policy of policies) {
    onDev.push(mean(timesOfTexts(await decodeLab(policy, "dev", models))));
  }
  const at = onDev.indexOf(Math.min(...onDev));
  return { policy: policies[at]!, at };
}
const shuffledBest = await bestOf(
  hGrid.map((h) => specDecPP({ predictor: wrongOrder, threshold: h })),
);
await claim("10.head-beats-shuffled", {
  value: pairedBootstrap(
    timesOfTexts(await decodeLab(shuffledBest.policy, "test")),
    timesOfBest("SpecDec++, trained head"),
    { seed },
  ),
  note: `The threshold of the shuffled head that was best on other texts: ${
    hGrid[shuffledBest.at]
  }`,
});

// %% id="controls-even"
const even = stretchChains({ kinds: [{ acceptance: 0.81, share: 1 }], persistence: 0 });
const evenModels = { draft: markovModel(even.draft), target: markovModel(even.target) };
const evenTime = async (policies: CandidateLengthPolicy[]) => {
  const { policy } = await bestOf(policies, evenModels);
  return timePerToken(
    { draft: 1, target: paperRatio },
    ratesOf(await decodeLab(policy, "test", evenModels)),
  );
};
const evenConstant = await evenTime([2, 3, 4, 5, 6].map((K) => draftBy(constantRule(K))));
const evenAdaptive = await evenTime(
  hGrid.map((h) => specDecPP({ predictor: constantPredictor(0.81), threshold: h })),
);
await claim("10.homogeneous-decoded", evenConstant / evenAdaptive - 1);

// %% [markdown] id="what-if-text"
// ### What if? Another policy, from a log alone
//
// To try a policy on a real system one has to change its scheduler. Or one uses a log: the outcomes at the positions of a text are
// independent coins *given the text*. A generated token $x$ came from an accepted candidate with probability
// $\min(1,\,\mathrm{draft}(x)/\mathrm{target}(x))$ (mind the direction). So a log of these numbers, with the draft's signals,
// is enough to replay every policy exactly. Below, nine policies are predicted from one log of the laboratory, and each is
// decoded for real, with a verification that takes longer for more candidates and some time of the host program in every round. All nine
// predictions rest on the same texts, so where those happen to be easy, all are wrong in the same direction.

// %% id="what-if"
const time = { draftMs: 24, targetMs: (m: number) => 104 + 0.8 * m, hostMs: () => 3 };
const labPredictor = headPredictor(headOf(6));
const logs = await Array.fromAsync({ length: decoded }, (_, text) =>
  logText({
    draft: lab.draft,
    target: lab.target,
    maxTokens: textTokens,
    predictor: labPredictor,
    random: stream(seed, "log", text),
  }));
const jsonl = formatLog(logs);
const readBack = parseLog(jsonl, "the laboratory's log");

// %% id="what-if-rules"
const whatIfRules: StoppingRule[] = [
  ...[2, 4, 10].map((K) => constantRule(K)),
  heuristicRule(),
  confidenceRule(0.4),
  topProbabilityRule(0.1),
  ...[0.5, 0.7, 0.9].map((threshold) => specDecPPRule({ threshold })),
];
const predictions = [];
for (const rule of whatIfRules) {
  const options = {
    logs: readBack,
    predictor: labPredictor,
    time,
    seed,
    texts: decoded,
    textTokens,
  };
  predictions.push(await predictAndDecode(lab, rule, options));
}
await display(table(
  predictions.map(({ policy, predicted, decoded, z }) => ({
    policy,
    "V predicted": predicted.V,
    "V decoded": decoded.V,
    "D predicted": predicted.D,
    "D decoded": decoded.D,
    "ms predicted": predicted.ms,
    "ms decoded": decoded.ms,
    "off by standard errors": Math.max(...z.map(Math.abs)),
  })),
  {
    caption: `Predicted from a log of ${decoded} texts (${
      (jsonl.length / 1e6).toFixed(1)
    } MB of JSONL), and decoded on other texts`,
  },
));

// %% id="what-if-claim" tags=["check"]
await claim("10.what-if-agrees", { z: predictions.flatMap(({ z }) => z), n: decoded });

// %% [markdown] id="figures-short"
// **In short.** In the laboratory SpecDec++ discards less than constants at the same number of checks, two controls behave as they should,
// and a log alone predicts what decoding measures.

// %% [markdown] id="models"
// ## With trained language models
//
// From here on a transformer drafts for a transformer. Both were trained by this project on State of the Union addresses
// with one tokenizer: the draft has one layer, the target four. Nothing about acceptance is known any more; the head has to
// read it from the draft's hidden state.
//
// Three things are kept apart. Heads were trained on texts that the target wrote after openings of *training* addresses.
// Settings (each $K$, each threshold, and the weight $w$) were chosen on one half of the *held-out* addresses, and every
// number below is measured on the other half. All of it is made again by `deno task train-heads`, in about half an hour.
//
// **What comes from where.** Heads, logs and counts are read from `data/heads`; this notebook computes intervals and verdicts from them,
// chooses settings anew for the `ratio` above, and decodes a part of the texts once more. With `--profile full` only the heads are
// read, and everything else is made anew with this notebook's seed. The heads belong to these two models. Another model is
// refused, in the first cells, until `train-heads` has measured heads for it; the verdicts then name the models that they are of.

// %% id="models-load" tags=["native"]
const pair = {
  draft: (await loadModel(draftModel)).model,
  target: (await loadModel(targetModel)).model,
};
const saved = {
  draft: await readTransformer(draftModel),
  target: await readTransformer(targetModel),
};
const { prompts } = committed;
const { tokenizer } = saved.target;
const end = tokenizer.eos === undefined ? {} : { stop: tokenizer.eos };
/** What train-heads measured; in the full profile a new one with the same heads. */
const results = profile === "quick"
  ? committed.results
  : await remeasureHeads(committed, { ...pair, ...end, seed });
const realTexts = scaleOf(liveTexts);
const tokensOf = (split: "dev" | "test", count: number) =>
  prompts[split].slice(0, count).map(({ tokens }) => tokens);

// %% id="models-pair" tags=["native"]
await display(table(
  (["draft", "target"] as const).map((role) => ({
    role,
    model: pair[role].name,
    parameters: parameterCount(saved[role].config).toLocaleString("en"),
    layers: saved[role].config.num_hidden_layers,
    width: saved[role].config.hidden_size,
    "held-out perplexity": saved[role].card?.heldOut.perplexity ?? "unknown",
  })),
  {
    caption: `The pair. A candidate of the draft is accepted with probability ${
      results.data.acceptance.toFixed(3)
    } on average along texts of the target`,
  },
));

// %% [markdown] id="models-rounds-text"
// ### One text
//
// The text has the target's distribution, whichever model proposed a word. Each ● is an accepted candidate, ○ a discarded one, and
// every round ends with a token of the target. Both settings are the best ones at the latency ratio above.

// %% id="models-rounds" tags=["native"]
const { constant: chosenConstant, head: chosenHead } = chosenSettings(results, ratio);
const realHead = (weight: number): AcceptanceHead => {
  const head = committed.heads.get(weight);
  if (head === undefined) throw new Error(`no head of weight ${weight}`);
  return head;
};
const predictorOf = ({ family }: Setting): AcceptancePredictor | undefined => {
  const weight = results.recipe.rejectionWeights.find((each) => headFamily(each) === family);
  return weight === undefined ? undefined : headPredictor(realHead(weight));
};
const policyOf = (setting: Setting): CandidateLengthPolicy =>
  draftBy(ruleOf(setting), predictorOf(setting));
const labelOf = ({ family, setting }: Setting): string =>
  family === CONSTANT_FAMILY
    ? `K = ${setting}`
    : `${family}, ${family.startsWith("SpecDec++") ? "h = " : ""}${setting}`;
const opening = prompts.test[0]?.tokens ?? [];
const readable = (tokens: number[]) => tokenizer.decode(tokens).replaceAll("\n", " / ");

// %% id="models-text" tags=["native"]
const realRounds = [];
for (const setting of [chosenConstant, chosenHead]) {
  const written: string[] = [];
  const { tokens } = await speculate({
    ...pair,
    ...end,
    prompt: opening,
    maxTokens: 40,
    bonus: true,
    random: stream(seed, "one text"),
    candidates: noting(policyOf(setting), (outcome) => written.push(roundMarks(outcome))),
  });
  realRounds.push({ policy: labelOf(setting), rounds: written.join(" "), text: readable(tokens) });
}
await display(table(realRounds, {
  caption: `After “${readable(opening)}” (from ${prompts.test[0]?.document})`,
}));

// %% [markdown] id="models-law-text"
// ### Does the output have the target's distribution?
//
// With a vocabulary of two thousand tokens no one can test the distribution of whole texts; with three tokens one can. Both models are
// restricted to their three most likely tokens, which leaves $3^4=81$ texts of four tokens. Their exact probabilities come from forty
// rows of the target, and the texts decoded with five kinds of heads are counted against them. Texts that are expected fewer than five
// times share one cell of the test, which is why it has fewer cells than there are texts.

// %% id="models-law" tags=["native"]
const narrow = warp({ topK: 3 });
const lawPrompt = opening.slice(0, 8);
const exactLaw = await textProbabilities(pair.target, {
  prompt: lawPrompt,
  length: 4,
  warp: narrow,
});
const realLawHeads: [string, AcceptancePredictor][] = [
  ["random", randomPredictor(stream(seed, "random head"))],
  ["always doubts", constantPredictor(0)],
  ["never doubts", constantPredictor(1)],
  ["knows the truth", oraclePredictor(pair.target, narrow)],
  ["trained, w = 6", headPredictor(realHead(6))],
];
const realLawRows = await Array.fromAsync(realLawHeads, async ([head, predictor]) => {
  const counted = await countTexts({
    ...pair,
    prompt: lawPrompt,
    maxTokens: 4,
    length: 4,
    warp: narrow,
    probabilities: exactLaw,
    texts: scaleOf(lawRuns),
    threshold: 0.5,
    predictor: () => predictor,
    random: (text) => stream(seed, "law of models", head, text),
    // Texts side by side; the random head draws from one stream for all of them.
    batch: 32,
  });
  return { head, ...counted };
});
const realPValues = realLawRows.map(({ pValue }) => pValue);

// %% id="models-law-claim" tags=["check","native"]
const tooFew = realPValues.some(Number.isNaN);
await display(table(realLawRows.map((row) => ({ ...row, pValue: tooFew ? null : row.pValue })), {
  caption: `${scaleOf(lawRuns)} texts for each head, ${
    realLawRows[0]?.cells
  } cells; draft and target restricted to three tokens`,
  columns: ["head", { key: "candidates", label: "candidates a round" }, {
    key: "pValue",
    label: "p value",
  }],
}));
await claim(
  "10.models-output-law",
  tooFew ? { needs: "more texts for each head (`lawRuns`): at least two cells of the test" } : {
    value: { pValue: Math.min(...realPValues) },
    compared: realPValues.length,
    note: "The least of five p values",
  },
);

// %% [markdown] id="models-cached-text"
// The caches are tested too: the same texts are decoded once more by models that read everything anew in every pass. On exact models the
// two agree token for token, always (a test holds that). A transformer in float32 adds up in another order when it reads
// sixty tokens at once than when it reads two, so its logits differ in the sixth digit. A token is drawn by walking
// along two thousand probabilities, so a draw that falls next to one of two thousand boundaries can come out as its neighbour.
// From there on the texts differ, though neither is wrong. With three tokens left there are only two boundaries.

// %% id="models-cached" tags=["native"]
const cacheRuns = scaleOf(6);
const cachedWith = (warp: typeof narrow) =>
  cachedAgainstAnew({
    ...pair,
    ...end,
    prompts: tokensOf("test", cacheRuns),
    maxTokens: 40,
    warp,
    candidates: policyOf(chosenHead),
    random: (text) => stream(seed, "cached", text),
  });
const wide = await cachedWith(softmax);
const few = await cachedWith(narrow);
await display(table([
  { vocabulary: "all tokens", ...wide },
  { vocabulary: "three tokens", ...few },
], {
  caption:
    `${cacheRuns} texts of 40 tokens, cached against read anew; logits compared where the texts agree`,
  columns: ["vocabulary", { key: "differing", label: "texts that differ" }, {
    key: "largest",
    label: "largest logit difference",
    digits: 2,
  }],
}));
await display(
  md`In this run ${wide.differing || "none"} of the texts drawn from all tokens ${
    wide.differing > 1 ? "differ" : "differs"
  }.`,
);
await claim("10.models-cached", { value: wide.differing, compared: cacheRuns });
await claim("10.models-cached-narrow", { value: few.differing, compared: cacheRuns });

// %% [markdown] id="models-head-text"
// ### Does the hidden state know?
//
// On held-out addresses the trained head is compared with three predictors that need no training or have lost it: the mean
// acceptance, the draft's own largest probability, and the trained head with the numbers of its hidden state in a wrong order. Heads of
// weight above 1 are compared after their bias is undone.

// %% id="models-head" tags=["native"]
const { divergences: textDivergence } = results;
const plainHead = results.heads[0];
await display(table([
  { predictor: "constant: the mean acceptance", divergence: mean(textDivergence.constant) },
  { predictor: "the draft's largest probability", divergence: mean(textDivergence.topProbability) },
  {
    predictor: `shuffled head, w = ${plainHead?.variant.rejectionWeight}`,
    divergence: mean(textDivergence.shuffled),
  },
  ...results.heads.filter((head) => head.committed).map(({ variant, unbiasedDivergence }) => ({
    predictor: `trained head, w = ${variant.rejectionWeight}`,
    divergence: unbiasedDivergence,
  })),
], {
  caption:
    `Mean binary divergence on ${textDivergence.trained.length} texts, nats; heads of depth ${plainHead?.variant.depth}, ${
      results.data.labelled.toLocaleString("en")
    } labelled training positions`,
  columns: ["predictor", { key: "divergence", label: "divergence (nats)", digits: 4 }],
}));
const better = (other: number[]) => pairedBootstrap(other, textDivergence.trained, { seed });
await claim("10.models-head-beats-constant", better(textDivergence.constant));
await claim("10.models-head-beats-shuffled", better(textDivergence.shuffled));
await claim("10.models-head-beats-top", better(textDivergence.topProbability));

// %% [markdown] id="models-calibration-text"
// Are the numbers right as well as informative? In each bin of predictions the true acceptance should be what the head says
// with its bias undone. The lines in the figure are $a/(a+w(1-a))$, solved for $a$. They are bent, so over a bin the mean of what the
// head says lies a little below the line, and it is this mean that the verdict compares.

// %% id="models-calibration" tags=["native"]
const realBins = results.heads.filter((head) => head.committed).flatMap(
  ({ variant: { rejectionWeight }, reliability }) =>
    reliability.filter(({ count }) => count >= 500).map((bin) => ({
      ...bin,
      weight: `w = ${rejectionWeight}`,
      deviation: Math.abs(bin.acceptance - bin.expected),
    })),
);
await claim("10.models-calibration", {
  value: Math.max(...realBins.map(({ deviation }) => deviation)),
  compared: realBins.length,
});

// %% id="models-calibration-figure" tags=["drawing","native"]
await display(reliabilityFigure({
  title: "Reliability on held-out addresses",
  alt:
    "True acceptance against prediction for four heads. The dots of each weight lie near the concave curve of that weight; the diagonal belongs to weight 1.",
  caption: "Bins with at least 500 positions. Lines: a/(a + w(1 − a)), solved for a.",
}, realBins));

// %% [markdown] id="models-train-text"
// #### A head trained here and now
//
// Here the same recipe runs in small: a head of depth 1 is trained for 150 steps on a few texts after openings of the first half of
// the held-out addresses. A state has many numbers, and each position gives only one label. So with few texts a head learns them
// by heart, and may end up behind the constant on others. The committed head has seen far more, as the table says.

// %% id="models-train" tags=["native"]
const liveSamples = (split: "dev" | "test") =>
  acceptanceData({
    ...pair,
    ...end,
    prompts: tokensOf(split, realTexts),
    maxTokens: results.recipe.textTokens,
    random: (text) => stream(seed, "live data", split, text),
    batch: 32,
  });
const liveTraining = await liveSamples("dev");
const liveHeldOut = await liveSamples("test");
const liveHead = await trainHead(liveTraining, {
  depth: 1,
  rejectionWeight: 1,
  steps: 150,
  batch: 256,
  peak: 0.003,
  seed,
  draft: pair.draft.name,
});
const divergenceFrom = (predicted: ArrayLike<number>) =>
  meanDivergence(
    liveHeldOut.acceptance,
    Array.from(predicted, (each) => Math.min(1 - 1e-7, Math.max(1e-7, each))),
  );

// %% id="models-train-table" tags=["native"]
const ofHead = async (head: AcceptanceHead) =>
  divergenceFrom(await predictStates(head, liveHeldOut.hidden));
const everywhere = liveHeldOut.acceptance.map(() => mean(liveTraining.acceptance));
await display(table([
  { predictor: "constant", divergence: divergenceFrom(everywhere) },
  {
    predictor: `trained here, ${liveTraining.acceptance.length} positions`,
    divergence: await ofHead(liveHead),
  },
  {
    predictor: `trained with train-heads, ${results.data.labelled} positions`,
    divergence: await ofHead(realHead(1)),
  },
], {
  caption: `${liveHeldOut.acceptance.length} held-out positions, nats`,
  columns: ["predictor", { key: "divergence", label: "divergence (nats)", digits: 4 }],
}));

// %% [markdown] id="models-pareto-text"
// ### The Pareto figure, with real models
//
// Every policy and setting is replayed on the logs of the test texts and shown beside the points that the paper published. The
// *shuffled head* reads the numbers of its input in a wrong order, and the *oracle* knows the acceptance of every candidate. A log has the true
// acceptance of every token, so one pass over each text serves all policies. What is decoded token by token follows below.

// %% id="models-pareto" tags=["native"]
const familyOrder = [
  CONSTANT_FAMILY,
  HEURISTIC_FAMILY,
  CONFIDENCE_FAMILY,
  TOP_PROBABILITY_FAMILY,
  chosenHead.family,
  SHUFFLED_HEAD_FAMILY,
  ORACLE_FAMILY,
];
// A setting whose rounds reach beyond what was logged after a rejection is left out.
const realPoints = results.settings
  .filter(({ test }) => test.guessed < 0.01)
  .map(({ family, setting, test }) => ({
    family,
    setting,
    V: test.verification,
    D: test.discard,
  }))
  .toSorted((a, b) => a.setting - b.setting);
const pointsOf = (wanted: string) => realPoints.filter(({ family }) => family === wanted);
/** The claim is about the head that is best at the paper's ratio, whatever ratio is set. */
const paperChoice = chosenSettings(results, paperRatio);
const realMargins = besideFrontier(pointsOf(CONSTANT_FAMILY), pointsOf(paperChoice.head.family))
  .map((point) => ({ ...point, margin: point.D - point.frontier }));
await display(table(realMargins, {
  caption: `Constants against the frontier of ${paperChoice.head.family}`,
  columns: marginColumns,
}));
await claim("10.models-frontier", {
  value: Math.min(...realMargins.map(({ margin }) => margin)),
  compared: realMargins.length,
  note:
    `${realMargins.length} of ${results.recipe.constants.length} constants lie in the frontier's range`,
});

// %% id="models-pareto-figure" tags=["drawing","native"]
const inView = realPoints.filter(({ family, D }) => familyOrder.includes(family) && D <= 2.2);
const verifications = inView.map(({ V }) => V);
await display(ratesFigure(
  {
    title: "Policies on the trained pair",
    alt:
      "Discard rate against verification rate for seven families of policies on held-out addresses. The oracle lies far below the others. SpecDec++ lies a little below the constants and the shuffled head on them; at the right end, with short rounds, the rules that need no head are lowest.",
    caption:
      `${prompts.test.length} texts of ${results.recipe.textTokens} tokens on held-out addresses. Lines join the settings of one family.`,
  },
  inView,
  familyOrder,
  [0.98 * Math.min(...verifications), 1.02 * Math.max(...verifications)],
));
await display(besidePaper({
  title: "Published points beside the trained pair's",
  alt:
    "Four panels of discard rate against verification rate. The trained pair's points lie at larger verification rates than those of Alpaca, HumanEval and GSM8K, for its draft is accepted less often.",
  caption:
    "Alpaca, HumanEval, GSM8K as published (llama-2-chat 7B and 70B). The draft of this project is weaker beside its target, so every K is checked more often.",
}, [
  ...inPanel("sotu pair", "constant K", inView.filter(({ family }) => family === CONSTANT_FAMILY)),
  ...inPanel("sotu pair", "SpecDec++", inView.filter(({ family }) => family === chosenHead.family)),
  ...publishedPoints,
]));

// %% [markdown] id="models-ratio-text"
// ### Throughput at any latency ratio
//
// The rates of a setting do not depend on the machine, but the best setting does. Here the constant and SpecDec++ are chosen anew for each ratio on the first
// half of the held-out addresses, and measured on the logs of the second half. For SpecDec++ the weight $w$ is chosen along with
// the threshold. The last column keeps $w=6$ and chooses the threshold alone. With the
// committed heads its best threshold at ratio 50 is the largest one that was measured, 0.99, and a smaller weight does better.

// %% id="models-ratio" tags=["native"]
const ratios = [...new Set([3, 4.5, 10, 20, 50, ratio])].toSorted((a, b) => a - b);
const ratioRows = ratios.map((at) => {
  const { constant, head } = chosenSettings(results, at);
  const six = bestOnDev(results.settings.filter(({ family }) => family === headFamily(6)), at);
  return {
    ratio: at,
    "best K": constant.setting,
    constant: speedupAt(constant.test, at),
    head: labelOf(head),
    specdec: speedupAt(head.test, at),
    gain: speedupAt(head.test, at) / speedupAt(constant.test, at) - 1,
    six: speedupAt(six.test, at),
  };
});

// %% id="models-ratio-table" tags=["drawing","native"]
await display(table(ratioRows, {
  caption: "Speed-up over the target alone, by latency ratio",
  columns: [
    { key: "ratio", label: "latency ratio" },
    "best K",
    { key: "constant", label: "speed-up of the constant" },
    { key: "head", label: "best SpecDec++" },
    { key: "specdec", label: "speed-up of SpecDec++" },
    { key: "gain", label: "SpecDec++ faster by", digits: 2 },
    { key: "six", label: "with w = 6" },
  ],
}));

// %% [markdown] id="models-throughput-text"
// ### Decoded for real, at the paper's ratio
//
// At the paper's ratio, 4.5, the best setting of each family was also decoded after openings of the second
// half. The interval is over prompts, paired: both policies continue the same openings. Decoding draws other candidates and
// random numbers for each policy, and that noise is in the first interval. Walking two policies over the *same* logged texts leaves
// it out, and what remains is the second, narrower interval.

// %% id="models-throughput" tags=["native"]
const realLatencies = { draft: 1, target: results.recipe.ratio };
type DecodedCounts = typeof results.decoded[number];
/** Draft passes per token of each decoded text. */
const timesOf = (each: Pick<DecodedCounts, "tokens" | "targetCalls" | "discarded">) =>
  each.tokens.map((count, i) =>
    timePerToken(realLatencies, {
      verification: (each.targetCalls[i] ?? 0) / count,
      discard: (each.discarded[i] ?? 0) / count,
    })
  );
const decodedTimes = results.decoded.map((each) => ({ ...each, times: timesOf(each) }));
const ofPolicy = <Each extends { family: string }>(list: readonly Each[], family: string): Each => {
  const found = list.find((each) => each.family === family);
  if (found === undefined) throw new Error(`nothing measured of ${family}`);
  return found;
};
const decodedOf = (family: string) => ofPolicy(decodedTimes, family);
const replayedOf = (family: string) => ofPolicy(results.replayed, family).times;
const realConstant = decodedOf(CONSTANT_FAMILY);
const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
const realThroughput = decodedTimes.map(({ family, setting, times, ...counts }) => {
  const gain = pairedBootstrap(realConstant.times, times, { seed });
  return {
    policy: family,
    setting,
    V: total(counts.targetCalls) / total(counts.tokens),
    D: total(counts.discarded) / total(counts.tokens),
    time: mean(times),
    speedup: realLatencies.target / mean(times),
    saved: `${gain.mean.toFixed(3)} (${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})`,
    replayed: mean(replayedOf(family)),
  };
});

// %% id="models-throughput-figure" tags=["drawing","native"]
await display(table(realThroughput, {
  caption:
    `Decoded on ${realConstant.tokens.length} texts; one verification takes ${realLatencies.target} draft passes`,
  columns: [
    "policy",
    "setting",
    "V",
    "D",
    { key: "time", label: "time per token (draft passes)" },
    { key: "speedup", label: "speed-up", digits: 3 },
    { key: "saved", label: "saved against the best constant (95 % interval)" },
    { key: "replayed", label: "time by the logs" },
  ],
}));
await display(speedupFigure({
  title: "Speed-up over the target alone, trained pair",
  alt: `One horizontal bar for each family: ${barsInWords(realThroughput)}.`,
  caption:
    `One verification takes ${realLatencies.target} draft passes. Settings chosen on other addresses.`,
}, realThroughput));

// %% id="models-throughput-claims" tags=["check","native"]
const paperHead = paperChoice.head.family;
const over = (a: number[], b: number[]) => pairedBootstrap(a, b, { seed });
const trainedOver = over(realConstant.times, decodedOf(paperHead).times);
const trainedOverReplayed = over(replayedOf(CONSTANT_FAMILY), replayedOf(paperHead));
await claim("10.models-trained-beats-constant", {
  value: trainedOver,
  note: `${labelOf(paperChoice.constant)}; ${labelOf(paperChoice.head)}`,
});
await claim("10.models-trained-beats-constant-replayed", trainedOverReplayed);
// At its best threshold a head without knowledge may do what a constant does: then nothing is compared.
const differ =
  replayedOf(SHUFFLED_HEAD_FAMILY).filter((time, i) => time !== replayedOf(CONSTANT_FAMILY)[i])
    .length;
await claim(
  "10.models-trained-beats-shuffled",
  differ === 0
    ? {
      needs: `a shuffled head that decides; this one, at its best threshold, acts exactly like ${
        labelOf(paperChoice.constant)
      } in all ${replayedOf(SHUFFLED_HEAD_FAMILY).length} texts, so there is nothing to compare`,
    }
    : over(replayedOf(SHUFFLED_HEAD_FAMILY), replayedOf(paperHead)),
);
await claim(
  "10.models-oracle-beats-constant",
  over(replayedOf(CONSTANT_FAMILY), replayedOf(ORACLE_FAMILY)),
);

// %% id="models-verdict" tags=["native"]
const percent = (interval: { mean: number; low: number; high: number }) => {
  const [share, low, high] = [interval.mean, interval.low, interval.high]
    .map((value) => (100 * value / mean(realConstant.times)).toFixed(1));
  return `${share} % (${low} to ${high})`;
};
const meaning = trainedOverReplayed.high < 0
  ? "Here it costs time"
  : trainedOverReplayed.low <= 0
  ? "Whether there is a gain at all, this run cannot say"
  : trainedOver.low > 0
  ? "There is a gain"
  : `There is a gain, but it is too small to be seen in ${realConstant.tokens.length} decoded texts, whose random numbers differ from policy to policy; only the walks over the same texts show it`;
await display(
  md`**In short.** Of the best constant's time SpecDec++ saves ${
    percent(trainedOver)
  } when decoded and ${
    percent(trainedOverReplayed)
  } on the same logged texts. ${meaning}. What can be gained is bounded: a head that knew every acceptance would save ${
    percent(over(replayedOf(CONSTANT_FAMILY), replayedOf(ORACLE_FAMILY)))
  }. The paper reports 7.2 % on Alpaca. The draft here is accepted less often (${
    results.data.acceptance.toFixed(2)
  } against about 0.82), so the best rounds are short; and SpecDec++ drafts at least two candidates and judges all but the last,
which at that length leaves it few decisions.`,
);

// %% [markdown] id="models-what-if-text"
// ### Predictions from logs, against real decoding
//
// The logs were made once, without any policy. They predict the time per token of each decoded policy, prompt by prompt.

// %% id="models-what-if" tags=["native"]
const predictionRows = decodedTimes.map(({ family, setting, times }) => {
  const predictedTimes = replayedOf(family);
  const differences = estimate(times.map((time, i) => time - (predictedTimes[i] ?? NaN)));
  return {
    policy: family,
    setting,
    predicted: mean(predictedTimes),
    decoded: mean(times),
    z: zScore(differences.mean, 0, differences.standardError),
  };
});
await display(table(predictionRows, {
  caption: "Draft passes per token: walked over logs, and decoded after the same openings",
  columns: ["policy", "setting", "predicted", "decoded", {
    key: "z",
    label: "off by standard errors",
  }],
}));
await claim("10.models-what-if", {
  z: predictionRows.map(({ z }) => z),
  n: realConstant.tokens.length,
});

// %% [markdown] id="models-live-text"
// And are the counts that `train-heads` measured those that come out here? The first prompts are decoded once more, with their random streams:

// %% id="models-live" tags=["native"]
const liveRows = [];
for (const { family, setting, ...counts } of committed.results.decoded) {
  const predictor = predictorOf({ family, setting });
  if (family !== CONSTANT_FAMILY && predictor === undefined) continue;
  const { textTokens, seed } = committed.results.recipe;
  const options = { ...pair, ...end, prompts: prompts.test.slice(0, realTexts), textTokens, seed };
  const texts = await decodeSetting({ ...options, split: "test" }, { family, setting }, predictor);
  const before = timesOf(counts).slice(0, realTexts);
  const now = texts.map((text) => timePerToken(realLatencies, ratesOf([text])));
  const differences = now.map((time, i) => time - (before[i] ?? NaN));
  const { mean: difference, standardError } = estimate(differences);
  liveRows.push({
    policy: labelOf({ family, setting }),
    measured: mean(before),
    "this run": mean(now),
    "equal texts": differences.filter((each) => Math.abs(each) < 1e-9).length,
    z: zScore(difference, 0, standardError),
  });
}
await display(table(liveRows, {
  caption: `Draft passes per token, first ${realTexts} prompts`,
  columns: [
    "policy",
    { key: "measured", label: "as measured with train-heads" },
    "this run",
    "equal texts",
    {
      key: "z",
      label: "off by standard errors",
      digits: 2,
    },
  ],
}));
await claim("10.models-live", { z: liveRows.map(({ z }) => z), n: realTexts });

// %% [markdown] id="models-ablations-text"
// ### Ablations
//
// First over the threshold, for each weight: every weight has its own best threshold, and at its best each is about as good as the
// others. Then over the shape of the head and over mixing: at weight 6, with everything else as committed. Both are given at the latency
// ratio set above.

// %% id="models-ablations" tags=["native"]
const overThreshold = results.recipe.rejectionWeights.flatMap((weight) =>
  results.settings.filter(({ family }) => family === headFamily(weight)).map((each) => ({
    weight: `w = ${weight}`,
    h: each.setting,
    time: timePerToken(latencies, each.test),
  }))
);
const leastConstant = timePerToken(latencies, chosenConstant.test);
const familyOfHead = ({ variant, committed: kept }: typeof results.heads[number]) =>
  kept ? headFamily(variant.rejectionWeight) : `SpecDec++, ${variantName(variant)}`;
const shapeRows = results.heads.filter(({ variant }) =>
  variant.rejectionWeight === results.recipe.ablation.rejectionWeight
).map((head) => {
  const { variant } = head;
  const ofHead = results.settings.filter(({ family }) => family === familyOfHead(head));
  const best = bestOnDev(ofHead, ratio);
  return {
    depth: variant.depth,
    blocks: variant.depth < 2 ? "–" : variant.tied ? "tied" : "untied",
    mixing: variant.mixing,
    weights: headParameters({ hiddenSize: saved.draft.config.hidden_size, ...variant })
      .toLocaleString("en"),
    divergence: head.unbiasedDivergence,
    h: best.setting,
    time: timePerToken(latencies, best.test),
  };
});

// %% id="models-ablations-figure" tags=["drawing","native"]
await display(plot({
  title: "Time against threshold, trained heads",
  alt:
    "Time per token against the threshold for weights 1, 3, 6 and 12. Lines of larger weight have their lowest stretch further right; all rise towards h = 1. A dashed line marks the best constant.",
  caption: `On the logs of the test texts, latency ratio ${ratio}. Dashed: the best constant.`,
  height: 320,
  x: { label: "threshold h", domain: [0, 1] },
  y: {
    label: "time per token (draft passes)",
    domain: [0.96 * leastConstant, 1.2 * leastConstant],
  },
  color: { legend: true, label: "weight of rejections", domain: weightNames },
  data: overThreshold,
  marks: [
    Plot.ruleY([leastConstant], { strokeDasharray: "5 4" }),
    Plot.lineY(overThreshold, { x: "h", y: "time", stroke: "weight", clip: true }),
    Plot.dot(overThreshold, { x: "h", y: "time", fill: "weight", r: 3, clip: true }),
  ],
}));
await display(table(shapeRows, {
  caption:
    `Heads of weight ${results.recipe.ablation.rejectionWeight}: shape and mixing. Mixing 1 is missing: then every position keeps the target's token and none has a label.`,
  columns: [
    "depth",
    "blocks",
    { key: "mixing", label: "mixing r" },
    "weights",
    { key: "divergence", label: "divergence, bias undone (nats)", digits: 4 },
    { key: "h", label: "h, chosen on other texts" },
    { key: "time", label: "time per token (draft passes)", digits: 4 },
  ],
}));

// %% [markdown] id="models-clock-text"
// ### Measured on this machine
//
// So far time was counted in draft passes. Here we measure seconds on this machine. Each text is decoded three times (in the quick profile half of it, with the setting of each family that took least time above), in turns with all other
// policies, and its median time counts, so that a slow moment of the machine does not decide. From the passes of all policies on one half
// of the texts comes one cost model ($t_{\mathrm{draft}}$, $t_{\mathrm{target}}$ by number of candidates, everything else of a round).
// What it makes of each policy's rounds on the other half is compared with the clock, both ways round. Beside other work this
// comparison moves by more than ten percent, so it is reported without a verdict. Nothing of this is kept in the file.

// %% id="models-clock" tags=["timing","native"]
{
  const unshuffled = decodedTimes.filter(({ family }) => family !== SHUFFLED_HEAD_FAMILY);
  const bestOfFamilies = [...Map.groupBy(unshuffled, ({ family }) => family).values()]
    .map((family) => family.reduce((a, b) => mean(b.times) < mean(a.times) ? b : a));
  const clock = await timeInTurns({
    ...pair,
    ...end,
    prompts: tokensOf("test", Math.max(4, realTexts / 4)),
    maxTokens: profile === "quick" ? results.recipe.textTokens / 2 : results.recipe.textTokens,
    policies: (profile === "quick" ? bestOfFamilies : unshuffled)
      .map((setting) => ({ name: labelOf(setting), policy: policyOf(setting) })),
    turns: 3,
    seed,
  });
  await display(table(clock.rows.map((row) => ({ ...row })), {
    caption: `Wall clock, medians of 3 turns; plain decoding takes ${
      clock.plainMsPerToken.toFixed(2)
    } ms per token`,
    columns: [
      "policy",
      { key: "msPerToken", label: "ms per token" },
      { key: "speedup", label: "speed-up" },
      { key: "draftMs", label: "draft pass, ms" },
      { key: "verifyTwoMs", label: "verification of 2, ms" },
      { key: "overModel", label: "clock over model" },
      { key: "loop", label: "share of time outside models" },
    ],
  }));
  await display(
    md`A draft pass takes ${
      (100 * (clock.rows[0]?.draftMs ?? NaN) / clock.plainMsPerToken).toFixed(0)
    } % of a plain token of the target here; on the paper's machine it was ${
      (100 / paperRatio).toFixed(0)
    } %. A verification of a few candidates costs more than a plain token, and for these small models every call has a cost of
its own beside the arithmetic.`,
  );
  const overModel = clock.rows.map((row) => row.overModel);
  await claim("10.wall-clock-model", [Math.max(...overModel), Math.min(...overModel)]);
  await claim("10.wall-clock-speedup", Math.max(...clock.rows.map((row) => row.speedup)));
}

// %% [markdown] id="models-inputs-text"
// ### What is refused
//
// A wrong pair, a wrong number or a wrong head is answered by one line.

// %% id="models-inputs" tags=["native"]
const refused = async (what: string, work: () => unknown) => {
  try {
    await work();
    return { what, message: "accepted" };
  } catch (error) {
    return { what, message: error instanceof Error ? error.message : String(error) };
  }
};
const oneText = { maxTokens: 4, random: stream(seed, "refused") };
const foreign = specDecPP({ predictor: headPredictor(realHead(6)), threshold: 0.7 });
await display(table([
  await refused("another vocabulary", () => speculate({ ...oneText, ...pair, draft: sevenDraft })),
  await refused("K = 0", () => draftBy(constantRule(0))),
  await refused("h = 1.2", () => specDecPP({ predictor: constantPredictor(0.5), threshold: 1.2 })),
  await refused(
    "a head for another draft",
    () => speculate({ ...oneText, draft: pair.target, target: pair.target, candidates: foreign }),
  ),
]));

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How much does the best threshold gain over the best constant, for two kinds of candidates of different spread, at different latency
// ratios? Change the lists: more spread should gain more, and long rounds less. Everything is exact, with a head that knows the truth and
// the official lag; where several thresholds are equally good, *best h* is the smallest. The points run on all cores, and are kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "gain over the best constant",
  module: experimentsOf<typeof import("offprint/papers/specdecpp/experiments.ts")>(
    "offprint/papers/specdecpp/experiments.ts",
  ),
  run: "thresholdGain",
  // Add 50 to the second list: rounds get longer. From 4.5 to 20 the relative gain falls.
  over: { spread: [0, 0.1, 0.2, 0.3, 0.4], ratio: [2, 4.5, 10, 20] },
});
await display(ablation);

// %% id="ablation-figure" tags=["drawing"]
await display(plot({
  title: "The gain needs uneven acceptance",
  alt:
    "Gain over the best constant against the spread of acceptance, one line for each latency ratio. All start at zero; larger spreads gain more.",
  caption:
    "One line for each latency ratio, the time of a verification over that of a draft pass. One third of the candidates is accepted less often than 0.8 by the spread, the others more often by half of it.",
  height: 300,
  x: { label: "spread of acceptance around a mean of 0.8" },
  y: { label: "gain over the best constant", tickFormat: "%" },
  color: { legend: true, type: "ordinal", label: "latency ratio" },
  data: ablation.rows,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(ablation.rows, { x: "spread", y: "gain", stroke: "ratio", marker: true }),
  ],
}));

// %% [markdown] id="cost"
// ## What it costs
//
// The head is a small fraction of a draft pass on a real model. Here, where a model call is a table look-up, the loop itself
// is what takes time. The times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const timed = async (policy: string, candidates: CandidateLengthPolicy) => {
  const start = performance.now();
  const tokens = (await decodeLab(candidates, "dev"))
    .reduce((sum, result) => sum + result.tokens.length, 0);
  return { policy, "µs per token": 1000 * (performance.now() - start) / tokens };
};
await display(table([
  await timed("constant 4", draftBy(constantRule(4))),
  await timed("SpecDec++, exact head", byHead(lab.exactHead)(0.4)),
  await timed("SpecDec++, trained head of depth 1", byHead(headPredictor(headOf(6)))(0.7)),
]));

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Small models.** A draft of 0.4 and a target of 3.67 million parameters are both weak, and the draft is accepted less often
//   than llama-2-chat 7B is by 70B. The laboratory shows what uneven acceptance is worth; the trained pair shows how much of
//   it a small draft's hidden state gives away.
// * **The latency ratio is fixed by hand**, 4.5 as on the paper's machine. This machine has another one, which grows with the
//   number of candidates, and the measured speed-up is a statement about this machine.
// * **The paper's speed-ups** are for llama-2-chat 7B and 70B on two A100s. The claims table shows them beside our closest number and
//   does not mark them reproduced.
// * **Unknown to us**: the paper's full table over weights, depths and thresholds, its validation divergences, and the sizes
//   of its test subsets.

// %% id="headline" tags=["check","native"]
const closest = {
  value: realLatencies.target / mean(decodedOf(paperHead).times),
  note: "Measured on the trained pair of this notebook, at the paper's latency ratio",
};
await claim("10.speedup-alpaca", closest);
await claim("10.speedup-humaneval", closest);
await claim("10.speedup-gsm8k", closest);
await claim("10.speedup-oracle", null);

// %% [markdown] id="own-model"
// ## With your own model, or your own log
//
// `deno task run 10 --set draftModel=models/small --set targetModel=models/large --set headsFolder=/path/to/heads` runs the section on
// trained models with another pair, once `deno task train-heads --draft … --target … --to FOLDER` has trained and measured heads for it. Paths count from the notebooks' folder or
// from the project's. The laboratory and everything exact stay as they are.
//
// Anything that implements `LanguageModel` goes into `speculate`, and any policy is an object with a name and a `begin`. Here is
// one that drafts more after each success and starts over after a failure.

// %% id="own-model-example" tags=["native"]
// change me: try 4. With a lower cap the policy discards less and checks more often.
const longest = 16;
const doubling: CandidateLengthPolicy = {
  name: "doubling",
  begin() {
    let length = 1;
    return {
      more: ({ candidates }) => candidates.length < length,
      verified({ drafted, accepted }) {
        length = accepted === drafted ? Math.min(2 * length, longest) : 1;
      },
    };
  },
};
const doublingRates = ratesOf(await decodeLab(doubling, "test"));
await display(
  md`Doubling: $V$ = ${doublingRates.verification.toFixed(3)}, $D$ = ${
    doublingRates.discard.toFixed(3)
  }, ${
    timePerToken(latencies, doublingRates).toFixed(3)
  } draft passes per token; the best constant needs ${constantTime.toFixed(3)}.`,
);

// %% [markdown] id="own-log"
// A log of another system (vLLM, llama.cpp, your own) needs one JSON object per generated text. On the command line, with the
// format in `--help`:
//
// ```sh
// deno task what-if run.jsonl --draft-ms 23 --target-ms 1:98,5:104,20:131
// ```
//
// If all you know is which tokens were accepted, write 1 and 0; constants and the heuristic need nothing else.

// %% id="own-log-example" tags=["native"]
const myLog = parseLog(
  [
    '{"acceptance":[1,1,0,1,1,1,1,0,1,1,1,1]}',
    '{"acceptance":[1,1,1,1,1,0.7,1,1,1,0.2,0,1]}',
  ].join("\n"),
  "my log",
);
await display(table(
  [1, 2, 4, 8].map((K) => {
    const { policy, verification, discard, msPerToken } = whatIf(myLog, constantRule(K), { time });
    return {
      policy,
      V: verification.mean,
      D: discard.mean,
      "ms per token": msPerToken.mean,
      "± standard error": msPerToken.standardError,
    };
  }),
  { caption: "A log of two texts says little, as the standard errors show" },
));

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away. Restart the kernel (do not interrupt it) when
// a cell hangs.
//
// **1. The rule.** (15 minutes, 3 points.) Given the predicted acceptances of the candidates a draft would propose, return how many the official
// decoder submits: at least 2, at most 20. It stops as soon as 1 less the product of predictions is greater than the threshold `h`; the product covers
// all candidates but the last one drafted. Where no more are proposed, it submits what there is.

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function submitted(predicted: number[], h: number): number {
  // BEGIN SOLUTION
  let product = 1;
  for (let drafted = 1; drafted < 20; drafted++) {
    if (drafted >= 2) product *= predicted[drafted - 2] ?? 1;
    if (drafted >= 2 && 1 - product > h) return drafted;
  }
  return 20;
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 1", {
  got: [
    submitted([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], 0.3),
    submitted([0.1, 1, 1], 0.5),
    submitted([1, 1, 0.4, 1, 1], 0.5),
    submitted(new Array(30).fill(1), 0.5),
  ],
  expected: [5, 2, 4, 20],
  hint: "When t candidates are drafted the product has t − 1 factors, and the test is strict.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
const gradedDraw = stream(seed, "graded acceptances");
const gradedAcceptances = Array.from({ length: 25 }, () => 0.8 + 0.2 * gradedDraw.uniform());
await hiddenTest("drawn acceptances", {
  got: submitted(gradedAcceptances, 0.4),
  expected: Array.from({ length: 18 }, (_, i) =>
    i + 2).find((t) =>
      1 - gradedAcceptances.slice(0, t - 1).reduce((all, each) => all * each, 1) > 0.4
    ) ?? 20,
  points: 2,
});
await hiddenTest("a product that meets the threshold and does not pass it", {
  got: submitted([0.5, ...new Array(29).fill(1)], 0.5),
  expected: 20,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2. Never drop a drawn candidate.** (25 minutes, 4 points.) A tempting saving: when the draft's token looks doubtful, do not submit it; let the
// target sample that position instead. Write the distribution of one position under this rule: tokens with draft probability below
// `doubt` are dropped (the target's token is taken), the others are verified as usual. Is it the target's?

// %% id="exercise-2" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-2","locked":false,"schema_version":3,"solution":true,"task":false}
function distributionWithDropping(draft: number[], target: number[], doubt: number): number[] {
  // BEGIN SOLUTION
  const kept = draft.map((mass) => mass >= doubt);
  const dropped = draft.reduce((sum, mass, x) => sum + (kept[x] ? 0 : mass), 0);
  const accepted = draft.map((mass, x) => kept[x] ? Math.min(mass, target[x] ?? 0) : 0);
  const rejected = draft.reduce(
    (sum, mass, x) => sum + (kept[x] ? mass - (accepted[x] ?? 0) : 0),
    0,
  );
  const residual = target.map((mass, x) => Math.max(0, mass - (draft[x] ?? 0)));
  const residualSum = residual.reduce((sum, mass) => sum + mass, 0);
  return target.map((mass, x) =>
    (accepted[x] ?? 0) + dropped * mass +
    (residualSum > 0 ? rejected * (residual[x] ?? 0) / residualSum : 0)
  );
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const dropped3 = distributionWithDropping([0.5, 0.3, 0.2], [0.3, 0.3, 0.4], 0.25);
await display(check("exercise 2", {
  got: [...dropped3, ...distributionWithDropping([0.5, 0.3, 0.2], [0.3, 0.3, 0.4], 0)],
  expected: [0.36, 0.36, 0.28, 0.3, 0.3, 0.4],
  hint:
    "Three ways to end up with a token: verified and accepted, after a rejection, or after dropping.",
}));
await display(
  md`With dropping the third token comes out with probability ${
    dropped3[2] ?? NaN
  } instead of 0.4: the rule decides by the drawn token whether to verify it, and so selects. SpecDec++ submits every token it
has drawn; only the *next* one is not drawn.`,
);

// %% id="exercise-2-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-hidden","locked":true,"points":4,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedPair = stream(seed, "graded distributions");
const gradedDraft = gradedPair.dirichlet(new Array(5).fill(1));
const gradedTarget = gradedPair.dirichlet(new Array(5).fill(1));
await hiddenTest("nothing dropped, everything dropped", {
  got: [0, 2].map((doubt) => distributionWithDropping([...gradedDraft], [...gradedTarget], doubt)),
  expected: [gradedTarget, gradedTarget],
});
await hiddenTest("one token dropped", {
  got: distributionWithDropping([0.6, 0.25, 0.15], [0.2, 0.5, 0.3], 0.2),
  // Accepted 0.2 and 0.25; 0.4 rejected, of residual (0, 0.25, 0.15); 0.15 dropped.
  expected: [0.2 + 0.15 * 0.2, 0.25 + 0.25 + 0.15 * 0.5, 0.15 + 0.15 * 0.3],
  points: 2,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-3-text"
// **3. From one weight to another.** (10 minutes, 2 points.) A head whose loss counts rejections $w$ times learns $\hat P=a/(a+w(1-a))$ where the true acceptance is
// $a$. With $w=6$ it stops after one candidate when $1-\hat P_1>0.7$. Which true acceptance is that, and which threshold would an unweighted head need to stop at the same candidate?

// %% id="exercise-3" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-3","locked":false,"schema_version":3,"solution":true,"task":false}
function equivalentThreshold(h: number, weight: number): number {
  // BEGIN SOLUTION
  return 1 - unbiasedAcceptance(1 - h, weight);
  // END SOLUTION
}

// %% id="exercise-3-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 3", {
  got: [equivalentThreshold(0.7, 6), equivalentThreshold(0.3, 1)],
  expected: [0.28, 0.3],
  hint: "Turn P̂ = 1 − h back into a, and a into a threshold on 1 − a.",
}));
await display(
  md`For a single candidate $h=0.7$ at $w=6$ is $h=${
    equivalentThreshold(0.7, 6).toFixed(2)
  }$ unweighted. For products of several candidates there is no such translation, and the thresholds have to be tuned.`,
);

// %% id="exercise-3-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedThreshold = 0.1 + 0.8 * stream(seed, "graded threshold").uniform();
await hiddenTest("a drawn threshold at weight 3", {
  got: equivalentThreshold(gradedThreshold, 3),
  expected: gradedThreshold / (gradedThreshold + 3 * (1 - gradedThreshold)),
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-4-text"
// **4. When is drafting hopeless?** (15 minutes, 3 points.) With equal acceptance $\alpha$, one verification costing `ratio` draft passes, from which
// acceptance on does one candidate a round ($K=1$) cost less time per token than none? A round gives a token more than it accepts. Give the smallest $\alpha$ as a formula of the ratio.

// %% id="exercise-4" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-4","locked":false,"schema_version":3,"solution":true,"task":false}
function leastAcceptance(ratio: number): number {
  // BEGIN SOLUTION
  // λ₀ = c₂ and λ₁ = (c₁ (1 − α) + c₂)/(1 + α); equal at c₁ (1 − α) = c₂ α.
  return 1 / ratio;
  // END SOLUTION
}

// %% id="exercise-4-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 4", {
  got: [2, 4.5, 20].map((each) => {
    const costs = costsOf({ draft: 1, target: each });
    const alpha = leastAcceptance(each);
    return constantCost(costs, alpha, 1) - constantCost(costs, alpha, 0);
  }),
  expected: [0, 0, 0],
  hint: "Compare constantCost for K = 0 and K = 1, and solve for α.",
}));
await display(
  md`At ratio ${ratio}: drafting pays from an acceptance of ${
    leastAcceptance(ratio).toFixed(3)
  } on.`,
);

// %% id="exercise-4-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("two other ratios", {
  got: [leastAcceptance(3.7), leastAcceptance(50)],
  accept: (alphas: number[]) =>
    alphas.every((alpha, at) => {
      const costs = costsOf({ draft: 1, target: [3.7, 50][at]! });
      return Math.abs(constantCost(costs, alpha, 1) - constantCost(costs, alpha, 0)) < 1e-9;
    }),
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-5-text"
// **5. Your own policy.** Write a policy that uses both the draft's confidence and the round's length, place it in the Pareto
// figure with `decodeLab`, and beat the product of top probabilities without looking at the kinds. (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// All claims of this notebook, with what this run measured and the verdict. The rules were written down before the run; they
// stand below the table. `deno task run 10 --json` prints the same for machines, and `out/site/` has it beside the other papers.

// %% id="claims-table" tags=["check"]
await claimsTable("10-specdecpp");
