// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":1800,"exclusive":true,"paper":"10-specdecpp"}}
// ---

// %% [markdown] id="title"
// # 10 · When should a draft stop and be checked?
//
// In speculative decoding a small *draft* model proposes tokens and a large *target* model checks them in one pass. Propose
// too few and you pay for many checks; propose too many and you throw most of them away. The paper of this notebook treats
// each "one more, or check now?" as a decision, shows that the best answer is a threshold on the probability that something
// proposed so far will be rejected, and trains a small head on the draft's hidden state to predict that probability.

// %% id="citation"
import { citation } from "offprint/notebook/mod.ts";

citation("10-specdecpp");

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Two rates say everything about a policy.** $V$, checks per generated token, and $D$, discarded candidates per
//   generated token. They do not depend on the machine; two latencies turn them into time.
// * **Stopping is a threshold rule.** If some candidate is already doomed, drafting on is pure waste; if all are fine,
//   stopping early costs at most one check too many. So stop once a rejection is likely enough.
// * **The probability can be predicted.** A head of a few residual blocks reads the draft's hidden state after each
//   candidate. Its loss weights rejections, which biases it in a known way, so the threshold and the weight belong together.
// * **The output does not change.** A policy only chooses how many candidates are submitted. With a random head the text is
//   still distributed as the target's; it only takes longer.
// * **The gain comes from uneven text.** Where every candidate is accepted with the same probability, the best constant is
//   as good as anything. Where easy and hard stretches alternate, a constant is wrong most of the time.
//
// First everything runs on exact models, in which the true acceptance probability of every candidate is known. Then the same
// on a draft and a target that were trained by this project, where the head has to find out.
//
// **Letters.** The paper writes $p$ for the target and $q$ for the draft, opposite to notebook 02. In code they are
// `target` and `draft`.

// %% [markdown] id="what-you-will-see"
// ## What you will see
//
// Every claim of this notebook, the rule that decides it (written down before the run), and this run's outcome. The table
// fills as the cells below are run.

// %% id="claims-table"
import { claim, claimsTable } from "offprint/notebook/mod.ts";

await claimsTable("10-specdecpp");

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 10 --set ratio=10`.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full decodes ten times as many texts. */
const profile: "quick" | "full" = "quick";
/** Latency of one verification in units of one draft pass; the paper's machine had about 4.5. */
const ratio: number = 4.5;
/** Texts decoded for each policy, once for choosing its setting and once for measuring it. */
const texts: number = 100;
/** Tokens of each text. */
const textTokens: number = 200;
/** The draft and the target, by name in `data/models` or as folders; the heads belong to both. */
const draftModel: string = "sotu-draft";
const targetModel: string = "sotu-target";
/** Where the heads and their measurements lie; empty for `data/heads`. */
const headsFolder: string = "";
/** Texts of the trained pair that are decoded anew, of those that the committed counts are from. */
const liveTexts: number = 16;
/** Texts of the trained pair for each test of its output law. */
const lawRuns: number = 200;
/** Seed of every random stream. */
const seed: number = 1;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import {
  speculate,
  speculateTexts,
  type SpeculativeResult,
  uncached,
} from "offprint/decoding/decoders/mod.ts";
import {
  acceptanceData,
  type AcceptanceHead,
  biasedAcceptance,
  evaluateHead,
  headParameters,
  headPredictor,
  meanDivergence,
  predictAcceptance,
  predictStates,
  reliability,
  trainHead,
  unbiasedAcceptance,
  weightedLoss,
  withFeatures,
} from "offprint/decoding/heads/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLength,
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
  type RoundOutcome,
  specDecPP,
  specDecPPRule,
  type StoppingRule,
  timePerToken,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { softmax, type Warp, warp } from "offprint/decoding/verification/mod.ts";
import {
  formatLog,
  logText,
  loopMs,
  medianTiming,
  modelledMs,
  parseLog,
  type TextTiming,
  timeModel,
  timePlain,
  timeSpeculation,
  whatIf,
} from "offprint/decoding/what_if/mod.ts";
import {
  bestOnDev,
  checkModels,
  CONFIDENCE,
  CONSTANT,
  decodeSetting,
  headFamily,
  HEADS_FOLDER,
  HEURISTIC,
  loadHeads,
  ORACLE,
  remeasureHeads,
  ruleOf,
  type Setting,
  SHUFFLED,
  TOP,
  variantName,
} from "offprint/papers/specdecpp/heads/mod.ts";
import {
  checkThresholdTheorem,
  constantCost,
  constantRates,
  greedyConstant,
  greedyOracle,
  solveFiniteHorizon,
  solveIndependent,
  solveKnownAcceptance,
  stretchChains,
  sufficientThreshold,
  thresholdRates,
} from "offprint/papers/specdecpp/mod.ts";
import { markovModel, sevenStateChains } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { loadJax, parameterCount, readTransformer } from "offprint/lm/transformer/mod.ts";
import { check, display, equation, md, plot, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, estimate, mean, pairedBootstrap, zScore } from "offprint/stats.ts";

const scaleOf = (count: number): number => ({ quick: 1, full: 10 })[profile] * count;
const decoded = scaleOf(texts);
const latencies = { draft: 1, target: ratio };
md`This run: profile **${profile}**, ${decoded} texts of ${textTokens} tokens for each policy, one verification as long as ${ratio} draft passes, seed ${seed}.`;

// %% [markdown] id="idea"
// ## The idea, on one round
//
// A draft proposes tokens one after the other. Suppose we knew for each the probability $a_i$ that the target will accept
// it. All of the first $k$ survive with probability $P_k=a_1\cdots a_k$. One more candidate costs a draft pass,
// $c_1$. It is worth something only if everything before it survives *and* it is accepted itself: then the round yields one
// token more, which saves the long-run cost of a token, $\lambda$, and the draft pass was not in vain.
//
// So drafting on pays as long as $P_k\,\bar a\,(c_1+\lambda) > c_1$, with $\bar a$ the acceptance to be expected of the next
// one. $P_k$ can only fall: there is one moment to stop, when $1-P_k$ crosses a threshold.

// %% id="idea-example"
const round = [0.98, 0.9, 0.99, 0.97, 0.6, 0.98, 0.9, 0.99];
const roundCosts = { discard: 1, verification: 4 };
const roundKinds = [
  { acceptance: 0.98, share: 0.5 },
  { acceptance: 0.9, share: 0.3 },
  { acceptance: 0.6, share: 0.2 },
];
const roundSolution = solveKnownAcceptance(roundCosts, roundKinds);
const meanAcceptance = roundKinds.reduce((sum, kind) => sum + kind.acceptance * kind.share, 0);
let survival = 1;
const roundRows = round.map((acceptance, i) => {
  survival *= acceptance;
  const worth = survival * meanAcceptance * (roundCosts.discard + roundSolution.cost);
  return {
    candidate: i + 1,
    acceptance,
    rejection: 1 - survival,
    worth: worth - roundCosts.discard,
    decision: worth > roundCosts.discard ? "draft on" : "verify",
  };
});
display(plot({
  title: "The probability of a rejection can only rise",
  alt:
    "A rising step line over eight candidates. It stays below a horizontal threshold until a doubtful fifth candidate lifts it to the threshold.",
  caption:
    `Three kinds of candidates (accepted with 0.98, 0.9, 0.6), c₁ = 1, c₂ = 4. Dashed: the optimal threshold, h* = ${
      roundSolution.threshold.toFixed(3)
    }.`,
  height: 280,
  x: { label: "candidates drafted k", ticks: 8, tickFormat: "d" },
  y: { label: "1 − P, probability of some rejection", domain: [0, 0.8] },
  color: { legend: true, domain: ["draft on", "verify"] },
  data: roundRows,
  marks: [
    Plot.ruleY([0]),
    Plot.ruleY([roundSolution.threshold], { strokeDasharray: "5 4" }),
    Plot.lineY(roundRows, { x: "candidate", y: "rejection", stroke: "currentColor" }),
    Plot.dot(roundRows, { x: "candidate", y: "rejection", fill: "decision", r: 5 }),
  ],
}));
table(roundRows, {
  caption: "Is one more candidate worth its draft pass?",
  columns: [
    "candidate",
    { key: "acceptance", label: "a" },
    { key: "rejection", label: "1 − P" },
    { key: "worth", label: "gain of one more" },
    "decision",
  ],
});

// %% [markdown] id="idea-decoder-text"
// ### The same in a decoder
//
// A policy is any object that says after each candidate whether to draft another. SpecDec++ is one, over any predictor.
// Below, a text of two kinds of tokens, in which the predictor knows the truth, decoded once with a constant and once with
// SpecDec++.

// %% id="idea-decoder"
const simple = stretchChains({
  kinds: [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }],
  persistence: 0.8,
});
const simpleModels = { draft: markovModel(simple.draft), target: markovModel(simple.target) };
/** A policy that tells how each round ended. */
function noting(
  policy: CandidateLength,
  onRound: (outcome: RoundOutcome) => void,
): CandidateLength {
  return {
    ...policy,
    begin(start) {
      const run = policy.begin(start);
      return {
        more: (drafting) => run.more(drafting),
        verified(outcome) {
          onRound(outcome);
          run.verified?.(outcome);
        },
        end: () => run.end?.(),
      };
    },
  };
}
/** Writes down how many candidates each round had and how many were accepted. */
async function rounds(policy: CandidateLength): Promise<string> {
  const written: string[] = [];
  await speculate({
    ...simpleModels,
    maxTokens: 60,
    bonus: true,
    random: stream(seed, "rounds"),
    candidates: noting(policy, ({ drafted, accepted }) => {
      written.push("●".repeat(accepted) + "○".repeat(drafted - accepted));
    }),
  });
  return written.join(" ");
}
table([
  { policy: "constant 4", rounds: await rounds(draftBy(constantRule(4))) },
  {
    policy: "SpecDec++, exact head",
    rounds: await rounds(
      specDecPP({ predictor: oraclePredictor(simpleModels.target), threshold: 0.4 }),
    ),
  },
], { caption: "Rounds of one text of 60 tokens: ● accepted, ○ discarded" });

// %% [markdown] id="equations"
// ## The equations
//
// Each is tied to the function that computes it, and checked on values obtained in another way when its cell runs. A
// function that disagreed would stop the notebook here.

// %% [markdown] id="equation-time-text"
// ### Time per token
//
// A round of $m$ candidates with $A$ accepted yields $A+1$ tokens: the last one is the target's own. Count draft passes and
// verifications over a whole text, divide by its tokens:

// %% id="equation-time"
/** Time per token from the counts of a text, as the definition says. */
function timeByCounting(tokens: number, verifications: number, discarded: number): number {
  const drafted = tokens - verifications + discarded;
  return (latencies.draft * drafted + latencies.target * verifications) / tokens;
}

function timeByRates(verification: number, discard: number): number {
  return timePerToken(latencies, { verification, discard });
}

equation({
  id: "time-per-token",
  latex: String
    .raw`\frac{T}{N}=t_{\mathrm{draft}}\,(1+D)+(t_{\mathrm{target}}-t_{\mathrm{draft}})\,V,\qquad D=\frac{N_{\mathrm{discarded}}}{N},\quad V=\frac{N_{\mathrm{target}}}{N}`,
  source: "timePerToken of offprint/decoding/policies/mod.ts",
  fn: timeByRates,
  checks: [[100, 100, 0], [100, 30, 45], [200, 41, 130]].map(([N = 1, calls = 0, lost = 0]) => ({
    args: [calls / N, lost / N] as [number, number],
    equals: timeByCounting(N, calls, lost),
  })),
});

// %% [markdown] id="equation-constant-text"
// ### A constant $K$
//
// With acceptance $\alpha$ everywhere, a round yields $1+\alpha+\dots+\alpha^K$ tokens. For a constant that is never cut
// short, $V$ fixes $D$: a free check of any implementation. (The rejected candidate counts as discarded.)

// %% id="equation-constant"
function discardOfConstant(acceptance: number, candidates: number): number {
  return constantRates(acceptance, candidates).discard;
}

equation({
  id: "constant-k",
  latex: String.raw`V_K=\frac1{1+\alpha+\dots+\alpha^K},\qquad D_K=(K+1)\,V_K-1`,
  source: "constantRates of offprint/papers/specdecpp/mod.ts",
  fn: discardOfConstant,
  checks: [[0.8, 1], [0.8, 4], [0.5, 2], [0, 3]].map(([alpha = 0, K = 0]) => {
    // The other way: sum over where the first rejection falls.
    let lost = 0;
    let yielded = K + 1;
    for (let j = 0; j < K; j++) {
      lost += alpha ** j * (1 - alpha) * (K - j);
      yielded -= alpha ** j * (1 - alpha) * (K - j);
    }
    return { args: [alpha, K] as [number, number], equals: lost / yielded };
  }),
});

// %% [markdown] id="equation-theorem-text"
// ### The theorem
//
// Put $c_1=t_{\mathrm{draft}}$ and $c_2=t_{\mathrm{target}}-t_{\mathrm{draft}}$. Stopping beats drafting on whenever the
// probability of some rejection has reached the threshold. $\Delta$ stands for what stopping early does to the rest of the
// text; the paper does not compute it and tunes $h$ instead. For equal acceptance we can: $c_2+\Delta=c_2-\lambda^\star$.

// %% id="equation-theorem"
function theoremThreshold(acceptance: number): number {
  const { theoremConstant } = solveIndependent(roundCosts, acceptance);
  return sufficientThreshold(roundCosts, theoremConstant);
}

equation({
  id: "threshold-theorem",
  latex: String
    .raw`\Pr(\exists\, i\le k:\ Y_i\ \text{rejected}\mid x_{\mathrm{prefix}})\ \ge\ \frac{c_2+\Delta}{c_1+c_2+\Delta}\quad\Longrightarrow\quad\text{stop}`,
  source: "sufficientThreshold of offprint/papers/specdecpp/mod.ts",
  fn: theoremThreshold,
  checks: [0.3, 0.6, 0.8, 0.95].map((alpha) => {
    // λ* by trying every constant.
    const best = Math.min(
      ...Array.from({ length: 200 }, (_, K) => constantCost(roundCosts, alpha, K)),
    );
    const gap = roundCosts.verification - best;
    return { args: [alpha] as [number], equals: gap / (roundCosts.discard + gap) };
  }),
});

// %% [markdown] id="equation-bias-text"
// ### What weighting rejections teaches
//
// The head is trained with soft labels $a$ and with weight $w$ on the rejection class. Such a loss is least not at
// $\hat P=a$ but below it. Heads of different $w$ therefore need different $h$: a threshold says nothing without its weight.

// %% id="equation-bias"
function minimiser(acceptance: number, weight: number): number {
  return biasedAcceptance(acceptance, weight);
}

/** The least point of the loss, found by search, not by the formula. */
function searchedMinimiser(acceptance: number, weight: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 100; step++) {
    const left = low + (high - low) / 3;
    const right = high - (high - low) / 3;
    if (weightedLoss(acceptance, left, weight) < weightedLoss(acceptance, right, weight)) {
      high = right;
    } else low = left;
  }
  return (low + high) / 2;
}

equation({
  id: "loss-minimiser",
  latex: String
    .raw`\arg\min_{\hat P}\bigl[-w\,(1-a)\log(1-\hat P)-a\log\hat P\bigr]=\frac{a}{a+w\,(1-a)}`,
  source: "biasedAcceptance of offprint/decoding/heads/mod.ts",
  fn: minimiser,
  checks: [[0.99, 6], [0.8, 6], [0.5, 1], [0.5, 12], [0.9, 3]].map(([a = 0, w = 1]) => ({
    args: [a, w] as [number, number],
    equals: searchedMinimiser(a, w),
    tolerance: 1e-6,
  })),
});

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### Equal acceptance: the best constant cannot be beaten
//
// Acceptance 0.8, $c_1=1$, $c_2=4$. $\lambda_K=c_1D+c_2V$ is what a constant costs per token beyond one draft pass.

// %% id="exact-constants"
const constantGrid = [1, 2, 3, 4, 5, 6, 8, 12];
const constantRows = constantGrid.map((K) => ({
  K,
  cost: constantCost(roundCosts, 0.8, K),
  ...constantRates(0.8, K),
}));
const solution = solveIndependent(roundCosts, 0.8);
display(table(constantRows, {
  caption: "Constants at acceptance 0.8",
  columns: ["K", { key: "cost", label: "λ", digits: 7 }, {
    key: "verification",
    label: "V",
    digits: 6,
  }, { key: "discard", label: "D", digits: 6 }],
}));
await claim("10.constant-k-cost", constantRows.map(({ cost }) => cost));
await claim("10.constant-k-rates", [
  ...constantRows.map(({ verification }) => verification),
  ...constantRows.map(({ discard }) => discard),
]);
await claim(
  "10.discard-identity",
  Math.max(
    ...Array.from({ length: 40 }, (_, i) => {
      const { verification, discard } = constantRates(0.8, i + 1);
      return Math.abs(discard - constantDiscard(i + 1, verification));
    }),
  ),
);
await claim("10.best-constant", solution.candidates);

// %% [markdown] id="exact-theorem-text"
// The exact rule looks one candidate ahead; the theorem's condition is sufficient and not tight: it speaks up at $k=6$,
// where stopping at $k=4$ was best.

// %% id="exact-theorem"
const stoppingRows = Array.from({ length: 8 }, (_, i) => ({
  k: i + 1,
  "1 − α^k": 1 - 0.8 ** (i + 1),
  "exact rule": 1 - 0.8 ** (i + 2) >= solution.threshold ? "verify" : "draft on",
  theorem: 1 - 0.8 ** (i + 1) >= solution.theoremThreshold ? "verify" : "says nothing",
}));
display(table(stoppingRows, {
  caption: `Exact threshold ${solution.threshold.toFixed(6)} on 1 − α^(k+1), theorem's threshold ${
    solution.theoremThreshold.toFixed(6)
  } on 1 − α^k`,
}));
await claim("10.exact-threshold", solution.threshold);
await claim("10.theorem-constant", [solution.theoremConstant, solution.theoremThreshold]);
await claim("10.theorem-first-stop", solution.theoremCandidates);
await claim("10.homogeneous-control", {
  value: Math.abs(
    solveKnownAcceptance(roundCosts, [{ acceptance: 0.82, share: 1 }]).cost -
      solveIndependent(roundCosts, 0.82).cost,
  ),
  note: "a control: a gain here would be a mistake in the comparison",
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
display(table(
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
await claim("10.finite-horizon", left.map((tokens) => horizon.cost[tokens] ?? NaN));
await claim("10.theorem-states", theorem.states);
await claim("10.theorem-violations", {
  value: theorem.violations,
  note: `worst c₂ + Δ = ${theorem.constant.toFixed(6)}, threshold ${theorem.threshold.toFixed(6)}`,
});

// %% [markdown] id="exact-known-text"
// ### Uneven acceptance: a threshold beats every constant
//
// Two kinds of candidates, independent: accepted with 0.98 (two of three) or 0.5. The mean is 0.82, for which the best
// constant is 4. The official decoder has a lag: the pass that yields the head's input for one candidate has already drafted
// the next, so the product covers all but the last. A head that is biased by $w=6$ needs a much higher threshold.

// %% id="exact-known"
const known = [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }];
const knownSolution = solveKnownAcceptance(roundCosts, known);
const knownConstant = solveIndependent(roundCosts, 0.82);
const knownCost = (threshold: number, rejectionWeight: number): number =>
  extraCost(roundCosts, thresholdRates(known, { threshold, rejectionWeight }));
const thresholdCurve = Array.from({ length: 99 }, (_, i) => (i + 1) / 100).flatMap((h) =>
  [1, 3, 6, 12].map((weight) => ({
    h,
    weight: `w = ${weight}`,
    time: 1 + knownCost(h, weight),
  }))
);
display(plot({
  title: "The best threshold depends on the weight the head was trained with",
  alt:
    "Time per token against the threshold, four lines for weights 1, 3, 6 and 12. Each has its lowest stretch at a higher threshold than the one before, and all rise steeply at the right. A dashed line marks the best constant.",
  caption:
    `Exact, two kinds of acceptance. Dashed: best constant, K = ${knownConstant.candidates}. In steps, because few products occur.`,
  height: 320,
  x: { label: "threshold h", domain: [0, 1] },
  y: { label: "time per token (draft passes)", domain: [2.3, 3.3] },
  color: { legend: true, domain: ["w = 1", "w = 3", "w = 6", "w = 12"] },
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
const ninths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
await claim("10.known-threshold", knownSolution.threshold);
await claim("10.lagged-thresholds", ninths.map((h) => knownCost(h, 1)));
await claim("10.weighted-thresholds", [0.3, 0.5, 0.7, 0.9].map((h) => knownCost(h, 6)));
await claim("10.adaptive-gain", (1 + knownConstant.cost) / (1 + knownCost(0.4, 1)));

// %% [markdown] id="exact-oracle-text"
// ### Greedy decoding: the oracle
//
// When both models take their most likely token, a candidate is either right or wrong. An oracle that stops right before
// each mismatch discards nothing and calls the target once per mismatch. Ten tokens, mismatches at 3 and 7:

// %% id="exact-oracle"
const oracleCounts = greedyOracle(10, [3, 7]);
const twoCounts = greedyConstant(10, [3, 7], 2);
display(table([
  { policy: "oracle", ...oracleCounts },
  ...[1, 2, 3, 4, 5].map((K) => ({ policy: `constant ${K}`, ...greedyConstant(10, [3, 7], K) })),
], {
  caption: "Rounds of ten greedy tokens",
  columns: ["policy", { key: "schedule", label: "candidates of each round" }, {
    key: "targetCalls",
    label: "target calls",
  }, "discarded"],
}));
await claim("10.greedy-oracle", [
  oracleCounts.targetCalls,
  oracleCounts.discarded,
  twoCounts.targetCalls,
  twoCounts.discarded,
]);

// %% [markdown] id="head-text"
// ### The head on paper
//
// Residual blocks $z\leftarrow z+\mathrm{SiLU}(Wz+b)$, then two classes. The released code repeats *one* block object, so all
// blocks share their weights, and the released file has the size of the tied reading. And the loss, minimised by gradient
// descent on a single logit:

// %% id="head-exact"
display(table(
  [0, 1, 2, 3, 4].map((depth) => ({
    depth,
    tied: headParameters({ hiddenSize: 4096, depth, tied: true }).toLocaleString("en"),
    untied: headParameters({ hiddenSize: 4096, depth, tied: false }).toLocaleString("en"),
  })),
  { caption: "Weights of the head for Llama-2-7B" },
));
await claim("10.head-parameters", [
  headParameters({ hiddenSize: 4096, depth: 3, tied: true }),
  headParameters({ hiddenSize: 4096, depth: 3, tied: false }),
]);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
await claim(
  "10.loss-minimiser",
  [0.99, 0.95, 0.9, 0.8, 0.5].map((a) => {
    let logit = 0;
    for (let step = 0; step < 20_000; step++) {
      const predicted = sigmoid(logit);
      logit -= 0.5 * (6 * (1 - a) * predicted - a * (1 - predicted));
    }
    return sigmoid(logit);
  }),
);

// %% [markdown] id="decoders"
// ## Decoders that run
//
// ### Whatever the head says, the text is the target's
//
// All texts of two tokens over seven, against the target's exact law, with heads that know nothing, always doubt, never
// doubt, and know everything. (The head trained below joins them.)

// %% id="output-law"
const seven = sevenStateChains();
const sevenDraft = markovModel(seven.draft);
const sevenTarget = markovModel(seven.target);
const lawTexts = Array.from({ length: 49 }, (_, i) => [Math.floor(i / 7), i % 7]);
const lawOf = lawTexts.map(([a = 0, b = 0]) =>
  (seven.target.row(1, 0)[a] ?? 0) * (seven.target.row(2, a)[b] ?? 0)
);
const lawSamples = 60 * decoded;
const lawRows: { head: string; "mean candidates": number; "p value": number }[] = [];
const lawPredictors: [string, (run: number) => AcceptancePredictor][] = [
  ["random", (run) => randomPredictor(stream(seed, "random head", run))],
  ["always doubts", () => constantPredictor(0)],
  ["never doubts", () => constantPredictor(1)],
  ["knows the truth", () => oraclePredictor(sevenTarget)],
];
/** Decodes texts under SpecDec++ with a predictor for each, and counts their first two tokens against the law. */
async function countTexts(
  head: string,
  draft: LanguageModel,
  threshold: number,
  predictor: (run: number) => AcceptancePredictor,
): Promise<void> {
  const observed = new Array(49).fill(0);
  let drafted = 0;
  let checks = 0;
  for (let run = 0; run < lawSamples; run++) {
    const result = await speculate({
      draft,
      target: sevenTarget,
      maxTokens: 4,
      bonus: true,
      candidates: specDecPP({ predictor: predictor(run), threshold, min: 1 }),
      random: stream(seed, "law", head, run),
    });
    observed[7 * (result.tokens[0] ?? 0) + (result.tokens[1] ?? 0)]++;
    drafted += result.drafted;
    checks += result.rounds;
  }
  const { pValue } = chiSquare(observed, lawOf);
  lawRows.push({ head, "mean candidates": drafted / checks, "p value": pValue });
}
for (const [head, predictor] of lawPredictors) await countTexts(head, sevenDraft, 0.4, predictor);
table(lawRows, {
  caption: `${lawSamples} texts of four tokens each; chi-square of the first two`,
});

// %% [markdown] id="lab-text"
// ### A laboratory with easy and hard stretches
//
// Tokens come in four kinds. A drafted token of kind $k$ is accepted with probability $a_k$, exactly; kinds persist, so
// there are easy and hard stretches; and the draft looks less sure on hard kinds, though not reliably. The draft's "hidden
// state" is a fixed random picture of the last two tokens in 16 numbers: the head has to learn to read it.

// %% id="lab"
const labKinds = [
  { acceptance: 0.99, share: 0.45, certainty: 0.95 },
  { acceptance: 0.9, share: 0.25, certainty: 0.85 },
  { acceptance: 0.6, share: 0.2, certainty: 0.6 },
  { acceptance: 0.2, share: 0.1, certainty: 0.55 },
];
const lab = stretchChains({ kinds: labKinds, persistence: 0.6 });
const hiddenSize = 16;
const pictures = Array.from(
  { length: 2 },
  (_, place) =>
    Array.from({ length: lab.draft.vocabSize }, (_, token) => {
      const random = stream(seed, "picture", place, token);
      return Array.from({ length: hiddenSize }, () => (place === 0 ? 1 : 0.3) * random.normal());
    }),
);
const labDraft = withFeatures(
  markovModel(lab.draft),
  (text) =>
    Float32Array.from({ length: hiddenSize }, (_, i) => {
      const last = pictures[0]?.[text.at(-1) ?? 0]?.[i] ?? 0;
      const before = text.length > 1 ? pictures[1]?.[text.at(-2) ?? 0]?.[i] ?? 0 : 0;
      return last + before;
    }),
);
const labPlainDraft = markovModel(lab.draft);
const labTarget = markovModel(lab.target);
/** Knows the kind of each candidate, as an oracle would, without asking the target. */
const exactHead: AcceptancePredictor = {
  name: "exact head",
  begin: () => ({
    predict: ({ candidates }, index) =>
      labKinds[lab.kindOf[candidates[index] ?? 0] ?? 0]?.acceptance ?? 0,
  }),
};
table(
  labKinds.map(({ acceptance, share, certainty }) => ({
    acceptance,
    "share of tokens": share,
    "the draft's certainty": certainty,
  })),
  {
    caption: `Kinds of tokens in the laboratory; mean acceptance ${
      labKinds.reduce((sum, kind) => sum + kind.acceptance * kind.share, 0).toFixed(3)
    }`,
  },
);

// %% [markdown] id="theory-text"
// First a check that the decoder does what the exact formula says. With independent kinds the rates of the official rule are
// known; twenty long texts must meet them.

// %% id="theory"
const independentLab = stretchChains({ kinds: known, persistence: 0 });
const independentModels = {
  draft: markovModel(independentLab.draft),
  target: markovModel(independentLab.target),
};
const expectedRates = thresholdRates(known, { threshold: 0.4 });
const longRates: Rates[] = [];
for (let run = 0; run < 20; run++) {
  const result = await speculate({
    ...independentModels,
    maxTokens: 20 * decoded,
    bonus: true,
    candidates: specDecPP({
      threshold: 0.4,
      predictor: {
        name: "exact",
        begin: () => ({
          predict: ({ candidates }, index) =>
            known[independentLab.kindOf[candidates[index] ?? 0] ?? 0]?.acceptance ?? 0,
        }),
      },
    }),
    random: stream(seed, "theory", run),
  });
  longRates.push(ratesOf([result]));
}
const theoryRows = (["verification", "discard"] as const).map((key) => {
  const measured = estimate(longRates.map((rates) => rates[key]));
  return {
    rate: key === "verification" ? "V" : "D",
    exact: expectedRates[key],
    measured: measured.mean,
    "standard error": measured.standardError,
    z: zScore(measured.mean, expectedRates[key], measured.standardError),
  };
});
display(table(theoryRows, {
  caption: `Official rule, h = 0.4, exact head; 20 texts of ${20 * decoded} tokens`,
  columns: [
    "rate",
    { key: "exact", digits: 5 },
    { key: "measured", digits: 5 },
    { key: "standard error", digits: 2 },
    { key: "z", digits: 2 },
  ],
}));
await claim("10.decoder-meets-theory", { z: theoryRows.map(({ z }) => z), n: 20 });

// %% [markdown] id="training-text"
// ### Training heads, live
//
// As the paper does it: sample texts from the target; draw a draft token at every position and label it with its true
// acceptance probability; in 15 % of the positions keep the target's token instead, without a label, so that the head also
// sees contexts made of draft tokens; train the head alone with the weighted loss.

// %% id="training" tags=["native"]
const jax = await loadJax();
const samples = async (name: string, count: number) =>
  await acceptanceData({
    draft: labDraft,
    target: labTarget,
    prompts: Array.from({ length: count }, () => []),
    maxTokens: 100,
    random: (text) => stream(seed, "acceptance data", name, text),
  });
const trainingSet = await samples("training", 150);
const heldOut = await samples("held out", 50);
const heads = new Map<number, AcceptanceHead>();
const lossCurve: { step: number; loss: number; weight: string }[] = [];
for (const rejectionWeight of [1, 3, 6, 12]) {
  let sum = 0;
  heads.set(
    rejectionWeight,
    await trainHead(jax, trainingSet, {
      depth: 1,
      rejectionWeight,
      steps: 300,
      batch: 256,
      peak: 0.02,
      seed,
      draft: labDraft.name,
      onStep(step, loss) {
        sum += loss;
        if (step % 20 !== 0) return;
        lossCurve.push({ step, loss: sum / 20, weight: `w = ${rejectionWeight}` });
        sum = 0;
      },
    }),
  );
}
plot({
  title: "Training loss of four heads",
  alt: "Four falling lines over 300 steps, one for each weight, flattening after about 100 steps.",
  caption:
    `Depth 1, ${trainingSet.acceptance.length} labelled positions, ${trainingSet.mixed} mixed. Losses of different weights are not comparable with each other.`,
  height: 260,
  x: { label: "step" },
  y: { label: "weighted loss, mean of 20 steps", zero: true },
  color: { legend: true, domain: ["w = 1", "w = 3", "w = 6", "w = 12"] },
  data: lossCurve,
  marks: [Plot.ruleY([0]), Plot.lineY(lossCurve, { x: "step", y: "loss", stroke: "weight" })],
});

// %% [markdown] id="calibration-text"
// ### Are they calibrated?
//
// A head of weight $w$ should predict $a/(a+w(1-a))$, not $a$. Points: held-out predictions sorted into bins, with the true
// acceptance in each; lines: the formula.

// %% id="calibration" tags=["native"]
const weights = [1, 3, 6, 12];
const headOf = (weight: number): AcceptanceHead => {
  const head = heads.get(weight);
  if (head === undefined) throw new Error(`no head of weight ${weight}`);
  return head;
};
const quality = weights.map((weight) => ({ weight, ...evaluateHead(headOf(weight), heldOut) }));
const bins = quality.flatMap(({ weight, predicted }) =>
  reliability(heldOut.acceptance, predicted, 12).filter(({ count }) => count >= 50).map((bin) => ({
    ...bin,
    weight: `w = ${weight}`,
  }))
);
const curves = weights.flatMap((weight) =>
  Array.from({ length: 51 }, (_, i) => ({
    weight: `w = ${weight}`,
    predicted: i / 50,
    acceptance: unbiasedAcceptance(i / 50, weight),
  }))
);
display(plot({
  title: "Reliability of heads trained with different weights",
  alt:
    "True acceptance against prediction, four concave curves rising from (0, 0) to (1, 1); the diagonal belongs to weight 1. The dots of each head lie on its curve.",
  caption: "Bins with at least 50 held-out positions. For w = 1 the curve is the diagonal.",
  height: 380,
  x: { label: "predicted acceptance", domain: [0, 1] },
  y: { label: "true acceptance", domain: [0, 1] },
  color: { legend: true, domain: ["w = 1", "w = 3", "w = 6", "w = 12"] },
  data: bins,
  marks: [
    Plot.lineY(curves, { x: "predicted", y: "acceptance", stroke: "weight" }),
    Plot.dot(bins, { x: "predicted", y: "acceptance", fill: "weight", r: 5 }),
  ],
}));
/** Mean prediction of a head for held-out candidates of each kind, against the formula. */
const deviations = quality.flatMap(({ weight, predicted }) =>
  labKinds.map(({ acceptance }) => {
    const of = [...predicted].filter((_, i) =>
      Math.abs((heldOut.acceptance[i] ?? NaN) - acceptance) < 1e-6
    );
    return Math.abs(mean(of) - biasedAcceptance(acceptance, weight));
  })
);
await claim("10.calibration", Math.max(...deviations));

// %% [markdown] id="informative-text"
// And does the head know more than a constant? The paper's validation number is the divergence
// $\mathrm{KL}(a\,\|\,\hat P)$, least for the unweighted head.

// %% id="informative" tags=["native"]
const meanLabel = mean(trainingSet.acceptance);
const divergences = (predicted: ArrayLike<number>) =>
  Array.from(
    heldOut.acceptance,
    (a, i) => meanDivergence([a], [predicted[i] ?? NaN]),
  );
const trainedDivergence = divergences(quality[0]?.predicted ?? []);
const constantDivergence = divergences(
  new Array(heldOut.acceptance.length).fill(meanLabel),
);
display(table([
  { predictor: "constant: the mean acceptance", divergence: mean(constantDivergence) },
  ...quality.map(({ weight, divergence }) => ({
    predictor: `trained head, w = ${weight}`,
    divergence,
  })),
], {
  caption: "Mean binary divergence on held-out texts, nats",
  columns: ["predictor", { key: "divergence", digits: 3 }],
}));
await claim(
  "10.head-beats-constant",
  pairedBootstrap(constantDivergence, trainedDivergence, { seed, resamples: 1000 }),
);

// %% id="law-trained" tags=["native"]
{
  // Any head: here one for other hidden states than it was trained on.
  const sevenWithHidden = withFeatures(
    sevenDraft,
    (text) =>
      Float32Array.from(
        { length: hiddenSize },
        (_, i) => pictures[0]?.[text.at(-1) ?? 0]?.[i] ?? 0,
      ),
  );
  const { draft: _trainedFor, ...freed } = headOf(6);
  await countTexts("trained, w = 6", sevenWithHidden, 0.7, () => headPredictor(freed));
}
display(table(lawRows, {
  caption: `Output law with five heads, ${lawSamples} texts each`,
}));
await claim("10.output-law", {
  value: { pValue: Math.min(...lawRows.map((row) => row["p value"])) },
  note: "the least of five p values",
});

// %% [markdown] id="figures"
// ## The paper's figures, redrawn
//
// ### Discard rate against verification rate
//
// Every policy on the same laboratory. Left and down is better; on the line of constants one buys fewer checks with more
// waste. A policy below that line is better at *some* latency ratio, whatever the machine.

// %% id="policies" tags=["native"]
/** Decodes texts of the laboratory under a policy. */
async function decodeLab(
  candidates: CandidateLength,
  split: "dev" | "test",
  // Pictures of the text are made only for policies that look at them.
  models = { draft: candidates.needsHidden ? labDraft : labPlainDraft, target: labTarget },
): Promise<SpeculativeResult[]> {
  const results = [];
  for (let text = 0; text < decoded; text++) {
    results.push(
      await speculate({
        ...models,
        maxTokens: textTokens,
        bonus: true,
        candidates,
        random: stream(seed, "laboratory", split, text),
      }),
    );
  }
  return results;
}

const hGrid = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
const families: { family: string; members: { setting: string; policy: CandidateLength }[] }[] = [
  {
    family: "constant K",
    members: [1, 2, 3, 4, 5, 6, 8, 10, 12, 14].map((K) => ({
      setting: `K = ${K}`,
      policy: draftBy(constantRule(K)),
    })),
  },
  {
    family: "+2/−1 heuristic",
    members: [{ setting: "start 5", policy: draftBy(heuristicRule()) }],
  },
  {
    family: "confidence of the last token",
    members: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map((p) => ({
      setting: `p = ${p}`,
      policy: draftBy(confidenceRule(p)),
    })),
  },
  {
    family: "product of top probabilities",
    members: [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5].map((p) => ({
      setting: `p = ${p}`,
      policy: draftBy(topProbabilityRule(p)),
    })),
  },
  {
    family: "SpecDec++, trained head",
    members: [...hGrid, 0.98, 0.99].map((h) => ({
      setting: `w = 6, h = ${h}`,
      policy: specDecPP({ predictor: headPredictor(headOf(6)), threshold: h }),
    })),
  },
  {
    family: "SpecDec++, exact head",
    members: hGrid.map((h) => ({
      setting: `h = ${h}`,
      policy: specDecPP({ predictor: exactHead, threshold: h }),
    })),
  },
];
const familyNames = families.map(({ family }) => family);
interface MeasuredPolicy extends Rates {
  family: string;
  setting: string;
  test: SpeculativeResult[];
  /** Draft passes per token on the texts for choosing, and on those for measuring. */
  devTime: number;
  time: number;
}
const measuredPolicies: MeasuredPolicy[] = [];
for (const { family, members } of families) {
  for (const { setting, policy } of members) {
    const dev = await decodeLab(policy, "dev");
    const test = await decodeLab(policy, "test");
    measuredPolicies.push({
      family,
      setting,
      test,
      devTime: timePerToken(latencies, ratesOf(dev)),
      time: timePerToken(latencies, ratesOf(test)),
      ...ratesOf(test),
    });
  }
}
const labPoints = measuredPolicies.map(({ family, setting, verification, discard, time }) => ({
  family,
  setting,
  V: verification,
  D: discard,
  time,
}));
plot({
  title: "Policies in the laboratory",
  alt:
    "Discard rate against verification rate. The constants form the upper line, the product of top probabilities lies below it, and SpecDec++ with the trained head lowest over most of the range, nearly on the exact head's line. At the right end, with short rounds, the rules that need no head lie lowest.",
  caption:
    `Each point ${decoded} texts of ${textTokens} tokens. Lines join the settings of one family.`,
  width: 680,
  height: 430,
  x: { label: "verification rate V (checks per token)", domain: [0.18, 0.58] },
  y: { label: "discard rate D (discarded per token)", domain: [0, 2.2] },
  color: { legend: true, domain: familyNames },
  data: labPoints,
  marks: [
    Plot.line(labPoints, { x: "V", y: "D", stroke: "family", clip: true }),
    Plot.dot(labPoints, { x: "V", y: "D", fill: "family", r: 4, clip: true }),
  ],
});

// %% [markdown] id="frontier-text"
// At the right end, where rounds are short, the rules that look at the draft's own probabilities come out lower. That is the
// lag: they judge the very last candidate and may stop after one, SpecDec++ judges all but the last and drafts at least two.
//
// Is the SpecDec++ frontier below the constants everywhere? Mixing two settings at random reaches every point between them,
// so take the lower hull of the trained head's points and compare at each constant's $V$ inside its range.

// %% id="frontier" tags=["native"]
/** The points at whose V the lower hull of `frontier` is known, with its D there. */
function belowFrontier<Point extends { V: number; D: number }>(
  points: Point[],
  frontier: { V: number; D: number }[],
): (Point & { frontier: number })[] {
  const hull: { V: number; D: number }[] = [];
  for (const point of frontier.toSorted((a, b) => a.V - b.V)) {
    while (hull.length > 1) {
      const [a, b] = hull.slice(-2);
      if (a === undefined || b === undefined) break;
      if ((b.D - a.D) * (point.V - a.V) < (point.D - a.D) * (b.V - a.V)) break;
      hull.pop();
    }
    hull.push({ V: point.V, D: point.D });
  }
  return points.flatMap((point) => {
    const after = hull.findIndex(({ V }) => V >= point.V);
    const a = hull[after - 1];
    const b = hull[after];
    if (a === undefined || b === undefined) return [];
    return [{ ...point, frontier: a.D + (b.D - a.D) * (point.V - a.V) / (b.V - a.V) }];
  });
}
const margins = belowFrontier(
  labPoints.filter(({ family }) => family === "constant K"),
  labPoints.filter(({ family }) => family === "SpecDec++, trained head"),
).map(({ setting, V, D, frontier }) => ({
  constant: setting,
  V,
  "its D": D,
  "D of the frontier": frontier,
  margin: D - frontier,
}));
display(table(margins, { caption: "Constants against the trained head's frontier" }));
await claim("10.frontier", {
  value: Math.min(...margins.map(({ margin }) => margin)),
  note: `${margins.length} of 10 constants lie in the frontier's range`,
});

// %% [markdown] id="published-text"
// ### Beside the paper's
//
// The points of the paper's Pareto figure, read off the picture ($V\pm0.0005$, $D\pm0.005$): llama-2-chat 7B drafting for 70B
// on three data sets. Not all SpecDec++ settings lie below the constants; their lower frontier does.

// %% id="published" tags=["native"]
const publishedConstants = {
  Alpaca: [[0.2848, 0.395], [0.2406, 0.638], [0.2152, 0.867], [0.2017, 1.131], [0.1941, 1.368], [
    0.1874,
    1.597,
  ]],
  HumanEval: [[0.2656, 0.322], [0.2167, 0.507], [0.191, 0.704], [0.1747, 0.903], [0.1651, 1.123], [
    0.157,
    1.326,
  ]],
  GSM8K: [[0.261, 0.294], [0.2104, 0.455], [0.1832, 0.624], [0.1677, 0.81], [0.158, 1.004], [
    0.1493,
    1.179,
  ]],
};
const publishedSpecDec = {
  Alpaca: [[0.188, 0.97], [0.204, 0.77], [0.218, 0.55], [0.244, 0.49], [0.263, 0.38], [
    0.329,
    0.22,
  ]],
  HumanEval: [[0.154, 0.87], [0.173, 0.48], [0.193, 0.38], [0.226, 0.31], [0.262, 0.22]],
  GSM8K: [[0.145, 0.9], [0.16, 0.77], [0.163, 0.56], [0.177, 0.52], [0.19, 0.36], [0.203, 0.36]],
};
const publishedPoints = [
  ...labPoints.filter(({ family, V }) => family === "constant K" && V < 0.36)
    .map(({ V, D }) => ({ panel: "this laboratory", policy: "constant K", V, D })),
  ...labPoints.filter(({ family, V }) => family === "SpecDec++, trained head" && V < 0.36)
    .map(({ V, D }) => ({ panel: "this laboratory", policy: "SpecDec++", V, D })),
  ...Object.entries(publishedConstants).flatMap(([panel, points]) =>
    points.map(([V = 0, D = 0]) => ({ panel, policy: "constant K", V, D }))
  ),
  ...Object.entries(publishedSpecDec).flatMap(([panel, points]) =>
    points.map(([V = 0, D = 0]) => ({ panel, policy: "SpecDec++", V, D }))
  ),
];
/** Constants and SpecDec++ in one panel a data set, ours first. */
const besidePaper = (
  texts: { title: string; alt: string; caption: string },
  points: { panel: string; policy: string; V: number; D: number }[],
) =>
  plot({
    ...texts,
    width: 760,
    height: 300,
    x: { label: "verification rate V", ticks: 4 },
    y: { label: "discard rate D", zero: true, domain: [0, 2.2] },
    fx: { label: null, domain: [...new Set(points.map(({ panel }) => panel))] },
    color: { legend: true, domain: ["constant K", "SpecDec++"] },
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
display(besidePaper({
  title: "Published points beside this laboratory's",
  alt:
    "Four panels of discard rate against verification rate. In each, SpecDec++ points lie below the line of constants. The laboratory's panel has the same shape as Alpaca's, HumanEval's and GSM8K's.",
  caption:
    "Alpaca, HumanEval, GSM8K: constants K = 4 … 14 and some SpecDec++ settings, as published. The laboratory is no language model; compare shapes, not values.",
}, publishedPoints));
table(
  Object.entries(publishedConstants).flatMap(([dataset, points]) =>
    points.map(([V = 0, D = 0], i) => ({
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
);

// %% [markdown] id="throughput-text"
// ### Throughput at a fixed latency ratio
//
// Time per token needs two latencies. We fix their ratio, so that the result does not depend on this machine. Every family
// gets its best setting on one set of texts and is measured on another: choosing on the texts one measures on flatters
// constants and thresholds alike.

// %% id="throughput" tags=["native"]
const chosen = familyNames.map((family) => {
  const best = measuredPolicies.filter((each) => each.family === family)
    .toSorted((a, b) => a.devTime - b.devTime)[0];
  if (best === undefined) throw new Error(`no policy in ${family}`);
  return best;
});
const perTextTime = (results: SpeculativeResult[]) =>
  results.map((result) => timePerToken(latencies, ratesOf([result])));
const chosenOf = (family: string) => {
  const best = chosen.find((each) => each.family === family);
  if (best === undefined) throw new Error(`no policy in ${family}`);
  return best;
};
const bestConstant = chosenOf("constant K");
const throughputRows = chosen.map(({ family, setting, verification, discard, time }) => ({
  policy: family,
  setting,
  V: verification,
  D: discard,
  time,
  speedup: ratio / time,
  gain: bestConstant.time / time - 1,
}));
display(plot({
  title: "Speed-up over the target alone, laboratory",
  alt:
    "Six horizontal bars. The heuristic is slowest, the best constant next, then the two confidence rules, then SpecDec++ with the trained head, and the exact head is fastest.",
  caption: `One verification takes ${ratio} draft passes. Settings chosen on other texts.`,
  height: 260,
  x: {
    label: "speed-up",
    domain: [0, 1.15 * Math.max(...throughputRows.map((row) => row.speedup))],
  },
  y: { label: null, domain: familyNames },
  data: throughputRows,
  marks: [
    Plot.barX(throughputRows, { y: "policy", x: "speedup", fill: "#1f4fe0" }),
    Plot.text(throughputRows, {
      y: "policy",
      x: "speedup",
      text: ({ speedup }: { speedup: number }) => speedup.toFixed(2),
      dx: 18,
    }),
    Plot.ruleX([0]),
  ],
}));
display(table(throughputRows, {
  caption: "Best setting of each family, measured on other texts",
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
const constantTimes = perTextTime(bestConstant.test);
await claim(
  "10.oracle-beats-constant",
  pairedBootstrap(constantTimes, perTextTime(chosenOf("SpecDec++, exact head").test), { seed }),
);
await claim(
  "10.trained-beats-constant",
  pairedBootstrap(constantTimes, perTextTime(chosenOf("SpecDec++, trained head").test), { seed }),
);

// %% [markdown] id="controls-text"
// ### Two controls
//
// A head with its input columns shuffled has the same weights and knows nothing. And where all acceptance is equal, there is
// nothing to adapt to: a gain would betray an unfair comparison.

// %% id="controls" tags=["native"]
const shuffledWeights = new Map(headOf(6).weights);
const firstLayer = shuffledWeights.get("model.0.linear.weight") ?? new Float32Array();
const lastLayer = shuffledWeights.get("model.1.weight") ?? new Float32Array();
const columns = stream(seed, "shuffle").shuffle(Array.from({ length: hiddenSize }, (_, i) => i));
const shuffledColumns = (matrix: Float32Array) =>
  matrix.map((_, at) => matrix[at - at % hiddenSize + (columns[at % hiddenSize] ?? 0)] ?? 0);
shuffledWeights.set("model.0.linear.weight", shuffledColumns(firstLayer));
shuffledWeights.set("model.1.weight", shuffledColumns(lastLayer));
const shuffledHead: AcceptanceHead = { ...headOf(6), weights: shuffledWeights };
const shuffledPolicies = [];
for (const h of hGrid) {
  const policy = specDecPP({ predictor: headPredictor(shuffledHead), threshold: h });
  const devTime = timePerToken(latencies, ratesOf(await decodeLab(policy, "dev")));
  shuffledPolicies.push({ h, policy, devTime });
}
const shuffledBest = shuffledPolicies.toSorted((a, b) => a.devTime - b.devTime)[0];
const shuffledTimes = shuffledBest === undefined
  ? []
  : perTextTime(await decodeLab(shuffledBest.policy, "test"));
await claim("10.head-beats-shuffled", {
  value: pairedBootstrap(
    shuffledTimes,
    perTextTime(chosenOf("SpecDec++, trained head").test),
    { seed },
  ),
  note: `best threshold of the shuffled head on dev texts: ${shuffledBest?.h}`,
});

const even = stretchChains({ kinds: [{ acceptance: 0.81, share: 1 }], persistence: 0 });
const evenModels = { draft: markovModel(even.draft), target: markovModel(even.target) };
const evenBest = async (policies: CandidateLength[]) => {
  const onDev = [];
  for (const policy of policies) {
    onDev.push(timePerToken(latencies, ratesOf(await decodeLab(policy, "dev", evenModels))));
  }
  const best = policies[onDev.indexOf(Math.min(...onDev))];
  if (best === undefined) throw new Error("no policies");
  return timePerToken(latencies, ratesOf(await decodeLab(best, "test", evenModels)));
};
const evenConstant = await evenBest([2, 3, 4, 5, 6].map((K) => draftBy(constantRule(K))));
const evenAdaptive = await evenBest(
  hGrid.map((h) => specDecPP({ predictor: constantPredictor(0.81), threshold: h })),
);
await claim("10.homogeneous-decoded", evenConstant / evenAdaptive - 1);

// %% [markdown] id="what-if-text"
// ## What if? Another policy, from a log alone
//
// To try a policy on a real system one has to change its scheduler. Or not: the outcomes at the positions of a text are
// independent coins *given the text*. A generated token $x$ came from an accepted candidate with probability
// $\min(1,\,\mathrm{draft}(x)/\mathrm{target}(x))$, mind the direction. So a log of these numbers, with the draft's signals,
// is enough to replay every policy exactly. Below: one log of the laboratory, nine policies predicted from it, and each
// decoded for real, with a verification that takes longer for more candidates and some host time in every round. All nine
// predictions rest on the same texts, so where those happen to be easy, all err to the same side.

// %% id="what-if" tags=["native"]
const time = { draftMs: 24, targetMs: (m: number) => 104 + 0.8 * m, hostMs: () => 3 };
const log = [];
for (let text = 0; text < decoded; text++) {
  log.push(
    await logText({
      draft: labDraft,
      target: labTarget,
      maxTokens: textTokens,
      predictor: headPredictor(headOf(6)),
      random: stream(seed, "log", text),
    }),
  );
}
const jsonl = formatLog(log);
const readBack = parseLog(jsonl, "the laboratory's log");
const whatIfRules: StoppingRule[] = [
  constantRule(2),
  constantRule(4),
  constantRule(10),
  heuristicRule(),
  confidenceRule(0.4),
  topProbabilityRule(0.1),
  specDecPPRule({ threshold: 0.5 }),
  specDecPPRule({ threshold: 0.7 }),
  specDecPPRule({ threshold: 0.9 }),
];
const whatIfRows = [];
for (const rule of whatIfRules) {
  const prediction = whatIf(readBack, rule, { time, seed });
  const policy = draftBy(rule, headPredictor(headOf(6)));
  const perText: { V: number; D: number; ms: number }[] = [];
  for (let text = 0; text < decoded; text++) {
    let ms = 0;
    const result = await speculate({
      draft: policy.needsHidden ? labDraft : labPlainDraft,
      target: labTarget,
      maxTokens: textTokens,
      bonus: true,
      random: stream(seed, "decoded for the log", text),
      candidates: noting(policy, ({ drafted }) => {
        ms += drafted * time.draftMs + time.targetMs(drafted) + time.hostMs();
      }),
    });
    const { verification, discard } = ratesOf([result]);
    perText.push({ V: verification, D: discard, ms: ms / result.tokens.length });
  }
  const score = (key: "V" | "D" | "ms", predicted: { mean: number; standardError: number }) => {
    const real = estimate(perText.map((each) => each[key]));
    return {
      real: real.mean,
      z: zScore(
        predicted.mean,
        real.mean,
        Math.hypot(predicted.standardError, real.standardError),
      ),
    };
  };
  const V = score("V", prediction.verification);
  const D = score("D", prediction.discard);
  const ms = score("ms", prediction.msPerToken);
  whatIfRows.push({
    policy: rule.name,
    "V predicted": prediction.verification.mean,
    "V decoded": V.real,
    "D predicted": prediction.discard.mean,
    "D decoded": D.real,
    "ms predicted": prediction.msPerToken.mean,
    "ms decoded": ms.real,
    z: [V.z, D.z, ms.z],
  });
}
display(
  table(
    whatIfRows.map(({ z, ...row }) => ({ ...row, "largest |z|": Math.max(...z.map(Math.abs)) })),
    {
      caption: `Predicted from a log of ${decoded} texts (${
        (jsonl.length / 1e6).toFixed(1)
      } MB of JSONL), and decoded on other texts`,
    },
  ),
);
await claim("10.what-if-agrees", { z: whatIfRows.flatMap(({ z }) => z), n: decoded });

// %% [markdown] id="models"
// ## With trained language models
//
// From here on a transformer drafts for a transformer. Both were trained by this project on State of the Union addresses
// with one tokenizer: the draft has one layer, the target four. Nothing about acceptance is known any more; the head has to
// read it from the draft's hidden state.
//
// Three things are kept apart. Heads were trained on texts that the target wrote after openings of *training* addresses.
// Settings (each $K$, each threshold, and the weight $w$) were chosen on one half of the *held-out* addresses, and every
// number below is measured on the other half. All of it is made again by `deno task train-heads`, in about half an hour;
// this notebook reads the heads and counts from `data/heads`, computes intervals and verdicts from the counts, and decodes a
// part of the texts once more. With `--profile full` only the heads are read: logs, choice of settings and decoded texts are
// made anew in the next cell, with this notebook's seed (another seed means other texts).

// %% id="models-load"
const pair = {
  draft: (await loadModel(draftModel)).model,
  target: (await loadModel(targetModel)).model,
};
const saved = {
  draft: await readTransformer(draftModel),
  target: await readTransformer(targetModel),
};
const committed = await loadHeads(
  headsFolder === "" ? HEADS_FOLDER : new URL(`file://${headsFolder}/`),
);
const { prompts } = committed;
await checkModels(committed.results, { draft: saved.draft.folder, target: saved.target.folder });
const { tokenizer } = saved.target;
const end = tokenizer.eos === undefined ? {} : { stop: tokenizer.eos };
/** The committed measurement; in the full profile a new one with the same heads, logs and decoded texts included. */
const results = profile === "quick"
  ? committed.results
  : await remeasureHeads(committed, { ...pair, ...end, seed });
const realHead = (weight: number): AcceptanceHead => {
  const head = committed.heads.get(weight);
  if (head === undefined) throw new Error(`no committed head of weight ${weight}`);
  return head;
};
const realTexts = scaleOf(liveTexts);
table(
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
);

// %% [markdown] id="models-rounds-text"
// ### One text
//
// The words are the target's own, whoever proposed them: each ● is an accepted candidate, ○ a discarded one, and every
// round ends with a token of the target.

// %% id="models-rounds" tags=["native"]
/** Chosen on the dev texts: the best constant, and the best threshold of the best weight. */
const chosenConstant = bestOnDev(
  results.settings.filter(({ family }) => family === CONSTANT),
  results.recipe.ratio,
);
const chosenHead = bestOnDev(
  results.settings.filter(({ family }) =>
    results.recipe.rejectionWeights.some((weight) => headFamily(weight) === family)
  ),
  results.recipe.ratio,
);
const predictorOf = ({ family }: Setting): AcceptancePredictor | undefined => {
  const weight = results.recipe.rejectionWeights.find((each) => headFamily(each) === family);
  return weight === undefined ? undefined : headPredictor(realHead(weight));
};
const policyOf = ({ family, setting }: Setting): CandidateLength =>
  draftBy(ruleOf({ family, setting }), predictorOf({ family, setting }));
const labelOf = ({ family, setting }: Setting): string =>
  family === CONSTANT
    ? `K = ${setting}`
    : family.startsWith("SpecDec++")
    ? `${family}, h = ${setting}`
    : `${family}, ${setting}`;
const opening = prompts.test[0]?.tokens ?? [];
const realRounds = [];
for (const setting of [chosenConstant, chosenHead]) {
  const written: string[] = [];
  const policy = policyOf(setting);
  const { tokens } = await speculate({
    ...pair,
    ...end,
    prompt: opening,
    maxTokens: 40,
    bonus: true,
    random: stream(seed, "one text"),
    candidates: noting(policy, ({ drafted, accepted }) => {
      written.push("●".repeat(accepted) + "○".repeat(drafted - accepted));
    }),
  });
  realRounds.push({
    policy: labelOf(setting),
    rounds: written.join(" "),
    text: tokenizer.decode(tokens).replaceAll("\n", " / "),
  });
}
table(realRounds, {
  caption: `After “${tokenizer.decode(opening).replaceAll("\n", " / ")}” (from ${
    prompts.test[0]?.document
  })`,
});

// %% [markdown] id="models-law-text"
// ### Is the output the target's?
//
// With a vocabulary of two thousand no one can test the law of whole texts; with three tokens one can. Both models are warped
// to their three most likely tokens, which leaves $3^4=81$ texts of four tokens. Their exact probabilities come from forty
// rows of the target, and the texts decoded with five kinds of heads are counted against them.

// %% id="models-law" tags=["native"]
const narrow = warp({ topK: 3 });
const lawPrompt = opening.slice(0, 8);
const exactLaw = new Map<string, number>();
{
  const root = await pair.target.open(lawPrompt);
  const walk = async (sequence: typeof root, text: number[], probability: number) => {
    const row = narrow(sequence.logits);
    for (const [token, mass] of row.entries()) {
      if (mass === 0) continue;
      const longer = [...text, token];
      if (longer.length === 4) {
        exactLaw.set(longer.join(" "), probability * mass);
        continue;
      }
      const branch = sequence.fork();
      await branch.extend([token]);
      await walk(branch, longer, probability * mass);
      branch.close();
    }
  };
  await walk(root, [], 1);
  root.close();
}
const realLawTexts = scaleOf(lawRuns);
// Rare texts share a cell, so that each is expected at least five times.
const cells = [...exactLaw].toSorted((a, b) => b[1] - a[1]);
const frequent = cells.filter(([, mass]) => mass * realLawTexts >= 5);
const cellOf = new Map(frequent.map(([text], i) => [text, i]));
const cellLaw = [
  ...frequent.map(([, mass]) => mass),
  Math.max(0, 1 - frequent.reduce((sum, [, mass]) => sum + mass, 0)),
];
const realLawRows: { head: string; "mean candidates": number; "p value": number }[] = [];
const realLawHeads: [string, (run: number) => AcceptancePredictor][] = [
  ["random", (run) => randomPredictor(stream(seed, "random head", run))],
  ["always doubts", () => constantPredictor(0)],
  ["never doubts", () => constantPredictor(1)],
  ["knows the truth", () => oraclePredictor(pair.target, narrow)],
  ["trained, w = 6", () => headPredictor(realHead(6))],
];
for (const [head, predictor] of realLawHeads) {
  const decodedTexts: SpeculativeResult[] = [];
  // A predictor of its own for each text where it holds a stream; else all texts side by side.
  const perText = head === "random";
  const options = {
    ...pair,
    maxTokens: 4,
    bonus: true,
    draftWarp: narrow,
    targetWarp: narrow,
  };
  if (perText) {
    for (let run = 0; run < realLawTexts; run++) {
      decodedTexts.push(
        await speculate({
          ...options,
          prompt: lawPrompt,
          candidates: specDecPP({ predictor: predictor(run), threshold: 0.5 }),
          random: stream(seed, "law of models", head, run),
        }),
      );
    }
  } else {
    decodedTexts.push(
      ...await speculateTexts({
        ...options,
        prompts: Array.from({ length: realLawTexts }, () => lawPrompt),
        candidates: specDecPP({ predictor: predictor(0), threshold: 0.5 }),
        random: (run) => stream(seed, "law of models", head, run),
        batch: 32,
      }),
    );
  }
  const observed = new Array(cellLaw.length).fill(0);
  for (const { tokens } of decodedTexts) {
    observed[cellOf.get(tokens.slice(0, 4).join(" ")) ?? cellLaw.length - 1]++;
  }
  const { verification, discard } = ratesOf(decodedTexts);
  realLawRows.push({
    head,
    // Drafted per check: everything kept that is no replacement or bonus, and everything discarded.
    "mean candidates": (1 - verification + discard) / verification,
    "p value": chiSquare(observed, cellLaw).pValue,
  });
}
display(table(realLawRows, {
  caption:
    `${realLawTexts} texts for each head, ${cellLaw.length} cells; draft and target warped to three tokens`,
}));
await claim("10.models-output-law", {
  value: { pValue: Math.min(...realLawRows.map((row) => row["p value"])) },
  note: "the least of five p values",
});

// %% [markdown] id="models-cached-text"
// And the caches: the same texts decoded once more by models that read everything anew in every pass. On exact models the
// two agree token for token, always (a test holds that). A transformer in float32 adds up in another order when it reads
// sixty tokens at once than when it reads two, so its logits differ in the sixth digit; and a token is drawn by walking
// along two thousand probabilities, so a draw that falls next to one of two thousand boundaries comes out as its neighbour.
// From there on the texts differ, though neither is wrong. With three tokens left there are two boundaries.

// %% id="models-cached" tags=["native"]
const cacheRuns = scaleOf(6);
/** Decodes texts with and without caches; counts those that differ, and the largest difference of a logit. */
const cachedAndAnew = async (narrowed: boolean) => {
  let differing = 0;
  let largest = 0;
  for (let text = 0; text < cacheRuns; text++) {
    const decode = async (models: { draft: LanguageModel; target: LanguageModel }) => {
      const rows: Float32Array[] = [];
      const targetWarp: Warp = (logits) => {
        rows.push(logits.slice());
        return narrowed ? narrow(logits) : softmax(logits);
      };
      const { tokens } = await speculate({
        ...models,
        ...end,
        prompt: prompts.test[text]?.tokens ?? [],
        maxTokens: 40,
        bonus: true,
        candidates: policyOf(chosenHead),
        random: stream(seed, "cached", text),
        draftWarp: narrowed ? narrow : softmax,
        targetWarp,
      });
      return { tokens, rows };
    };
    const cached = await decode(pair);
    const anew = await decode({ draft: uncached(pair.draft), target: uncached(pair.target) });
    if (cached.tokens.join(" ") !== anew.tokens.join(" ")) {
      differing++;
      continue;
    }
    for (const [i, row] of cached.rows.entries()) {
      for (const [token, logit] of row.entries()) {
        largest = Math.max(largest, Math.abs(logit - (anew.rows[i]?.[token] ?? NaN)));
      }
    }
  }
  return { differing, largest };
};
const wide = await cachedAndAnew(false);
const few = await cachedAndAnew(true);
display(table([
  {
    vocabulary: "all tokens",
    "texts that differ": wide.differing,
    "largest logit difference": wide.largest,
  },
  {
    vocabulary: "three tokens",
    "texts that differ": few.differing,
    "largest logit difference": few.largest,
  },
], {
  caption:
    `${cacheRuns} texts of 40 tokens, cached against read anew; logits compared where the texts agree`,
  columns: ["vocabulary", "texts that differ", { key: "largest logit difference", digits: 2 }],
}));
await claim("10.models-cached", { value: wide.differing, note: `of ${cacheRuns} texts` });
await claim("10.models-cached-narrow", { value: few.differing, note: `of ${cacheRuns} texts` });

// %% [markdown] id="models-head-text"
// ### Does the hidden state know?
//
// On held-out addresses, against three predictors that need no training or have lost it: the mean acceptance, the draft's
// own largest probability, and the trained head with the numbers of its hidden state in a wrong order. Heads of weight above
// 1 are compared after their bias is undone.

// %% id="models-head"
const { divergences: textDivergence } = results;
const plainHead = results.heads[0];
display(table([
  { predictor: "constant: the mean acceptance", divergence: mean(textDivergence.constant) },
  {
    predictor: "the draft's largest probability",
    divergence: mean(textDivergence.topProbability),
  },
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
  columns: ["predictor", { key: "divergence", digits: 4 }],
}));
const better = (other: number[]) => pairedBootstrap(other, textDivergence.trained, { seed });
await claim("10.models-head-beats-constant", better(textDivergence.constant));
await claim("10.models-head-beats-shuffled", better(textDivergence.shuffled));
await claim("10.models-head-beats-top", better(textDivergence.topProbability));

// %% [markdown] id="models-calibration-text"
// Are the numbers right as well as informative? In each bin of predictions the true acceptance should be what the head says
// with its bias undone. The lines in the figure turn $a/(a+w(1-a))$ round; they are bent, so over a bin the mean of what the
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
display(plot({
  title: "Reliability on held-out addresses",
  alt:
    "True acceptance against prediction for four heads. The dots of each weight lie near the concave curve of that weight; the diagonal belongs to weight 1.",
  caption: "Bins with at least 500 positions. Lines: a/(a + w(1 − a)) turned round.",
  height: 380,
  x: { label: "predicted acceptance", domain: [0, 1] },
  y: { label: "true acceptance", domain: [0, 1] },
  color: { legend: true, domain: ["w = 1", "w = 3", "w = 6", "w = 12"] },
  data: realBins,
  marks: [
    Plot.lineY(curves, { x: "predicted", y: "acceptance", stroke: "weight" }),
    Plot.dot(realBins, { x: "predicted", y: "acceptance", fill: "weight", r: 5 }),
  ],
}));
await claim("10.models-calibration", Math.max(...realBins.map(({ deviation }) => deviation)));

// %% [markdown] id="models-train-text"
// #### A head trained here and now
//
// The same recipe, small: a few texts after openings of the first half of the held-out addresses, a head of depth 1, 150
// steps. Labels are cheap and states are wide: with so few texts a head learns them by heart and may end up behind the
// constant on others. The committed head has seen far more, as the table says.

// %% id="models-train" tags=["native"]
const liveSamples = (split: "dev" | "test") =>
  acceptanceData({
    ...pair,
    ...end,
    prompts: prompts[split].slice(0, realTexts).map(({ tokens }) => tokens),
    maxTokens: results.recipe.textTokens,
    random: (text) => stream(seed, "live data", split, text),
    batch: 32,
  });
const liveTraining = await liveSamples("dev");
const liveHeldOut = await liveSamples("test");
const liveHead = await trainHead(jax, liveTraining, {
  depth: 1,
  rejectionWeight: 1,
  steps: 150,
  batch: 256,
  peak: 0.003,
  seed,
  draft: pair.draft.name,
});
const divergenceOf = async (head: AcceptanceHead) =>
  meanDivergence(
    liveHeldOut.acceptance,
    Array.from(
      await predictStates(head, liveHeldOut.hidden),
      (each) => Math.min(1 - 1e-7, Math.max(1e-7, each)),
    ),
  );
table([
  {
    predictor: "constant",
    divergence: meanDivergence(
      liveHeldOut.acceptance,
      new Array(liveHeldOut.acceptance.length).fill(mean(liveTraining.acceptance)),
    ),
  },
  {
    predictor: `trained here, ${liveTraining.acceptance.length} positions`,
    divergence: await divergenceOf(liveHead),
  },
  {
    predictor: `committed, ${results.data.labelled} positions`,
    divergence: await divergenceOf(realHead(1)),
  },
], {
  caption: `${liveHeldOut.acceptance.length} held-out positions, nats`,
  columns: ["predictor", { key: "divergence", digits: 4 }],
});

// %% [markdown] id="models-pareto-text"
// ### The Pareto figure, with real models
//
// Every policy and setting on the logs of the test texts, beside the points that the paper published. A log has the true
// acceptance of every token, so one pass over each text serves all policies; what is decoded token by token follows below.

// %% id="models-pareto" tags=["native"]
const familyOrder = [
  CONSTANT,
  HEURISTIC,
  CONFIDENCE,
  TOP,
  chosenHead.family,
  SHUFFLED,
  ORACLE,
];
// A setting whose rounds reach beyond what was logged after a rejection would be left out.
const realPoints = results.settings.filter(({ family, test }) =>
  familyOrder.includes(family) && test.guessed < 0.01
).map(
  ({ family, setting, test }) => ({ family, setting, V: test.verification, D: test.discard }),
).toSorted((a, b) => a.setting - b.setting);
const inView = realPoints.filter(({ D }) => D <= 2.2);
display(plot({
  title: "Policies on the trained pair",
  alt:
    "Discard rate against verification rate for seven families of policies on held-out addresses. The oracle lies far below the others. SpecDec++ lies a little below the constants and the shuffled head on them; at the right end, with short rounds, the rules that need no head are lowest.",
  caption:
    `${prompts.test.length} texts of ${results.recipe.textTokens} tokens on held-out addresses. Lines join the settings of one family.`,
  width: 680,
  height: 430,
  x: { label: "verification rate V (checks per token)" },
  y: { label: "discard rate D (discarded per token)", domain: [0, 2.2] },
  color: { legend: true, domain: familyOrder },
  data: inView,
  marks: [
    Plot.line(inView, { x: "V", y: "D", stroke: "family" }),
    Plot.dot(inView, { x: "V", y: "D", fill: "family", r: 4 }),
  ],
}));
const besidePublished = [
  ...realPoints.filter(({ family, D }) => family === CONSTANT && D < 2.2).map((point) => ({
    ...point,
    panel: "sotu pair",
    policy: "constant K",
  })),
  ...realPoints.filter(({ family, D }) => family === chosenHead.family && D < 2.2).map((
    point,
  ) => ({ ...point, panel: "sotu pair", policy: "SpecDec++" })),
  ...publishedPoints.filter(({ panel }) => panel !== "this laboratory"),
];
display(besidePaper({
  title: "Published points beside the trained pair's",
  alt:
    "Four panels of discard rate against verification rate. The trained pair's points lie at larger verification rates than those of Alpaca, HumanEval and GSM8K, for its draft is accepted less often.",
  caption:
    "Alpaca, HumanEval, GSM8K as published (llama-2-chat 7B and 70B). Our draft is weaker beside its target, so every K is checked more often.",
}, besidePublished));
const realMargins = belowFrontier(
  realPoints.filter(({ family }) => family === CONSTANT),
  realPoints.filter(({ family }) => family === chosenHead.family),
);
display(table(
  realMargins.map(({ setting, V, D, frontier }) => ({
    K: setting,
    V,
    "its D": D,
    "D of the frontier": frontier,
    margin: D - frontier,
  })),
  { caption: "Constants against the trained head's frontier" },
));
await claim("10.models-frontier", {
  value: Math.min(...realMargins.map(({ D, frontier }) => D - frontier)),
  note:
    `${realMargins.length} of ${results.recipe.constants.length} constants lie in the frontier's range`,
});

// %% [markdown] id="models-throughput-text"
// ### Throughput at a fixed latency ratio
//
// The best setting of each family on the first half of the held-out addresses, decoded for real after openings of the second
// half. The interval is over prompts, paired: both policies continue the same openings. Decoding draws other candidates and
// coins for each policy, and that noise is in the first interval; walking two policies over the *same* logged texts leaves
// it out, and what remains is the second, narrower interval.

// %% id="models-throughput" tags=["native"]
const realLatencies = { draft: 1, target: results.recipe.ratio };
/** Draft passes per token of each decoded text. */
const timesOf = ({ tokens, targetCalls, discarded }: Pick<
  typeof results.decoded[number],
  "tokens" | "targetCalls" | "discarded"
>) =>
  tokens.map((count, i) =>
    timePerToken(realLatencies, {
      verification: (targetCalls[i] ?? 0) / count,
      discard: (discarded[i] ?? 0) / count,
    })
  );
const decodedTimes = results.decoded.map((each) => ({ ...each, times: timesOf(each) }));
const decodedOf = (family: string) => {
  const found = decodedTimes.find((each) => each.family === family);
  if (found === undefined) throw new Error(`no decoded texts of ${family}`);
  return found;
};
const replayedOf = (family: string): number[] => {
  const found = results.replayed.find((each) => each.family === family);
  if (found === undefined) throw new Error(`no replayed texts of ${family}`);
  return found.times;
};
const realConstant = decodedOf(CONSTANT);
const realThroughput = decodedTimes.map(
  ({ family, setting, tokens, targetCalls, discarded, times }) => {
    const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    const gain = pairedBootstrap(realConstant.times, times, { seed });
    return {
      policy: family,
      setting,
      V: total(targetCalls) / total(tokens),
      D: total(discarded) / total(tokens),
      time: mean(times),
      speedup: realLatencies.target / mean(times),
      saved: `${gain.mean.toFixed(3)} (${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})`,
      replayed: mean(replayedOf(family)),
    };
  },
);
display(table(realThroughput, {
  caption:
    `Decoded on ${realConstant.tokens.length} texts; one verification takes ${realLatencies.target} draft passes`,
  columns: [
    "policy",
    "setting",
    "V",
    "D",
    { key: "time", label: "time per token (draft passes)" },
    { key: "speedup", label: "speed-up", digits: 3 },
    { key: "saved", label: "best constant less this, 95 %" },
    { key: "replayed", label: "time by the logs" },
  ],
}));
display(plot({
  title: "Speed-up over the target alone, trained pair",
  alt:
    "One horizontal bar for each family of policies, with nearly equal lengths; only the heuristic's is clearly shorter.",
  caption:
    `One verification takes ${realLatencies.target} draft passes. Settings chosen on other addresses.`,
  height: 260,
  x: {
    label: "speed-up",
    domain: [0, 1.15 * Math.max(...realThroughput.map((row) => row.speedup))],
  },
  y: { label: null, domain: realThroughput.map(({ policy }) => policy) },
  data: realThroughput,
  marks: [
    Plot.barX(realThroughput, { y: "policy", x: "speedup", fill: "#1f4fe0" }),
    Plot.text(realThroughput, {
      y: "policy",
      x: "speedup",
      text: ({ speedup }: { speedup: number }) => speedup.toFixed(2),
      dx: 18,
    }),
    Plot.ruleX([0]),
  ],
}));
const trainedOver = pairedBootstrap(realConstant.times, decodedOf(chosenHead.family).times, {
  seed,
});
const trainedOverReplayed = pairedBootstrap(
  replayedOf(CONSTANT),
  replayedOf(chosenHead.family),
  { seed },
);
await claim("10.models-trained-beats-constant", {
  value: trainedOver,
  note: `${labelOf(chosenConstant)}; ${labelOf(chosenHead)}`,
});
await claim("10.models-trained-beats-constant-replayed", trainedOverReplayed);
await claim(
  "10.models-trained-beats-shuffled",
  pairedBootstrap(replayedOf(SHUFFLED), replayedOf(chosenHead.family), { seed }),
);
await claim(
  "10.models-oracle-beats-constant",
  pairedBootstrap(replayedOf(CONSTANT), replayedOf(ORACLE), { seed }),
);

// %% id="models-verdict" tags=["native"]
const percent = (interval: { mean: number; low: number; high: number }) =>
  `${(100 * interval.mean / mean(realConstant.times)).toFixed(1)} % (${
    (100 * interval.low / mean(realConstant.times)).toFixed(1)
  } to ${(100 * interval.high / mean(realConstant.times)).toFixed(1)})`;
const oracleOver = pairedBootstrap(replayedOf(CONSTANT), replayedOf(ORACLE), { seed });
md`Of the best constant's time SpecDec++ saves ${percent(trainedOver)} when decoded, ${
  percent(trainedOverReplayed)
} on the same logged texts. ${
  trainedOverReplayed.low <= 0
    ? trainedOverReplayed.high < 0
      ? "Here it costs time"
      : "Whether there is a gain at all this run cannot say"
    : trainedOver.low > 0
    ? "The gain is there"
    : `The gain is there, but too small to be seen in ${realConstant.tokens.length} decoded texts, whose candidates and coins differ from policy to policy; only the walks over the same texts show it`
}, and what can be gained is bounded: a head that knew every acceptance would save ${
  percent(oracleOver)
}. The paper reports 7.2 % on Alpaca. Our draft is accepted less often (${
  results.data.acceptance.toFixed(2)
} against about 0.82), so the best rounds are short; and SpecDec++ drafts at least two candidates and judges all but the last,
which at that length leaves it few decisions. How much the head knows beyond a constant is in the table of divergences.`;

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
display(table(predictionRows, {
  caption: "Draft passes per token: walked over logs, and decoded after the same openings",
}));
await claim("10.models-what-if", {
  z: predictionRows.map(({ z }) => z),
  n: realConstant.tokens.length,
});

// %% [markdown] id="models-live-text"
// And are the committed counts those that come out here? The first prompts once more, with their streams:

// %% id="models-live" tags=["native"]
const liveRows = [];
for (const { family, setting, ...counts } of committed.results.decoded) {
  if (family !== CONSTANT && predictorOf({ family, setting }) === undefined) continue;
  const texts = await decodeSetting(
    {
      ...pair,
      ...end,
      prompts: prompts.test.slice(0, realTexts),
      textTokens: committed.results.recipe.textTokens,
      seed: committed.results.recipe.seed,
      split: "test",
    },
    { family, setting },
    predictorOf({ family, setting }),
  );
  const before = timesOf(counts).slice(0, realTexts);
  const now = texts.map((text) => timePerToken(realLatencies, ratesOf([text])));
  const differences = estimate(now.map((time, i) => time - (before[i] ?? NaN)));
  liveRows.push({
    policy: labelOf({ family, setting }),
    committed: mean(before),
    "this run": mean(now),
    "equal texts": now.filter((time, i) => Math.abs(time - (before[i] ?? NaN)) < 1e-9).length,
    z: zScore(differences.mean, 0, differences.standardError),
  });
}
display(table(liveRows, { caption: `Draft passes per token, first ${realTexts} prompts` }));
await claim("10.models-live", { z: liveRows.map(({ z }) => z), n: realTexts });

// %% [markdown] id="models-ablations-text"
// ### Ablations
//
// Over the threshold, for each weight: every weight has its own best threshold, and at its best each is about as good as the
// others. Over the shape of the head and over mixing: at weight 6, everything else as committed.

// %% id="models-ablations" tags=["native"]
const overThreshold = results.recipe.rejectionWeights.flatMap((weight) =>
  results.settings.filter(({ family }) => family === headFamily(weight)).map((each) => ({
    weight: `w = ${weight}`,
    h: each.setting,
    time: timePerToken(realLatencies, each.test),
  }))
);
const constantTime = Math.min(
  ...results.settings.filter(({ family }) => family === CONSTANT).map((each) =>
    timePerToken(realLatencies, each.test)
  ),
);
display(plot({
  title: "Time against threshold, trained heads",
  alt:
    "Time per token against the threshold for weights 1, 3, 6 and 12. Lines of larger weight have their lowest stretch further right; all rise towards h = 1. A dashed line marks the best constant.",
  caption: "On the logs of the test texts. Dashed: the best constant.",
  height: 320,
  x: { label: "threshold h", domain: [0, 1] },
  y: { label: "time per token (draft passes)", domain: [0.96 * constantTime, 1.2 * constantTime] },
  color: { legend: true, domain: ["w = 1", "w = 3", "w = 6", "w = 12"] },
  data: overThreshold,
  marks: [
    Plot.ruleY([constantTime], { strokeDasharray: "5 4" }),
    Plot.lineY(overThreshold, { x: "h", y: "time", stroke: "weight", clip: true }),
    Plot.dot(overThreshold, { x: "h", y: "time", fill: "weight", r: 3, clip: true }),
  ],
}));
const familyOfHead = ({ variant, committed: kept }: typeof results.heads[number]) =>
  kept ? headFamily(variant.rejectionWeight) : `SpecDec++, ${variantName(variant)}`;
display(table(
  results.heads.filter(({ variant }) =>
    variant.rejectionWeight === results.recipe.ablation.rejectionWeight
  ).map((head) => {
    const ofFamily = results.settings.filter(({ family }) => family === familyOfHead(head));
    const best = bestOnDev(ofFamily, results.recipe.ratio);
    const { variant } = head;
    return {
      depth: variant.depth,
      blocks: variant.depth < 2 ? "–" : variant.tied ? "tied" : "untied",
      r: variant.mixing,
      weights: headParameters({ hiddenSize: saved.draft.config.hidden_size, ...variant })
        .toLocaleString("en"),
      divergence: head.unbiasedDivergence,
      h: best.setting,
      time: timePerToken(realLatencies, best.test),
    };
  }),
  {
    caption: `Heads of weight ${results.recipe.ablation.rejectionWeight}: shape and mixing`,
    columns: [
      "depth",
      "blocks",
      { key: "r", label: "mixing r" },
      "weights",
      { key: "divergence", label: "divergence, bias undone", digits: 4 },
      { key: "h", label: "h chosen on dev" },
      { key: "time", label: "time per token (draft passes)", digits: 4 },
    ],
  },
));
md`$r=1$ is not in the table: then every position keeps the target's token and none has a label.`;

// %% [markdown] id="models-clock-text"
// ### Measured on this machine
//
// Another statement than the one at ratio 4.5: seconds, here and now. Each text is decoded three times and its median time
// counts, so that a slow moment of the machine does not decide. From the passes of all policies on one half of the texts comes
// one cost model ($t_{\mathrm{draft}}$, $t_{\mathrm{target}}$ by number of candidates, everything else of a round); what it
// makes of each policy's rounds on the other half is compared with the clock, both ways round. Nothing of this is kept in the
// file.

// %% id="models-clock" tags=["timing","native"]
{
  const timedTexts = Math.max(4, realTexts / 2);
  const turns = 3;
  const contestants = results.decoded.filter(({ family }) => family !== SHUFFLED).map((
    setting,
  ) => ({
    setting,
    policy: policyOf(setting),
    /** Of each text, one for each turn. */
    turns: Array.from({ length: timedTexts }, (): TextTiming[] => []),
  }));
  const plain = Array.from(
    { length: timedTexts },
    (): { totalMs: number; tokens: number }[] => [],
  );
  // Three turns through all texts, everything text by text; turn −1, one text, warms up.
  for (let turn = -1; turn < turns; turn++) {
    for (let text = 0; text < (turn < 0 ? 1 : timedTexts); text++) {
      const prompt = prompts.test[text % prompts.test.length]?.tokens ?? [];
      const shared = { ...end, prompt, maxTokens: results.recipe.textTokens };
      const random = stream(seed, "plain", text);
      const alone = await timePlain({ model: pair.target, ...shared, random });
      if (turn >= 0) plain[text]?.push(alone);
      for (const contestant of contestants) {
        const timing = await timeSpeculation({
          ...pair,
          ...shared,
          bonus: true,
          candidates: contestant.policy,
          random: stream(seed, "clock", text),
        });
        if (turn >= 0) contestant.turns[text]?.push(timing);
      }
    }
  }
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const middle = plain.map(medianTiming);
  const perToken = total(middle.map(({ totalMs }) => totalMs)) /
    total(middle.map(({ tokens }) => tokens));
  const clockRows = [];
  const ratios: number[] = [];
  const timed = contestants.map(({ setting, turns }) => ({
    setting,
    timings: turns.map(medianTiming),
  }));
  /** One model for all policies from one half of the texts. */
  const models = [0, 1].map((half) =>
    timeModel(timed.flatMap(({ timings }) => timings.filter((_, text) => text % 2 === half)))
  );
  for (const { setting, timings } of timed) {
    const fitted = timeModel(timings);
    // Each half of the texts by the model of the other half.
    const modelled = total(timings.map((each, text) => {
      const model = models[1 - text % 2];
      return model === undefined ? NaN : modelledMs(model, each);
    }));
    const measured = total(timings.map(({ totalMs }) => totalMs));
    ratios.push(measured / modelled);
    const perPolicy = measured / total(timings.map(({ tokens }) => tokens));
    clockRows.push({
      policy: labelOf(setting),
      "ms per token": perPolicy,
      "speed-up": perToken / perPolicy,
      "draft pass, ms": fitted.draftMs,
      "verification of 2, ms": fitted.targetMs(2),
      "clock over model": measured / modelled,
      "loop, % of time": 100 * total(timings.map(loopMs)) /
        measured,
    });
  }
  display(table(clockRows, {
    caption: `Wall clock, ${timedTexts} texts each, median of ${turns}; plain decoding takes ${
      perToken.toFixed(2)
    } ms per token`,
  }));
  display(
    md`A draft pass takes ${
      (100 * (clockRows[0]?.["draft pass, ms"] ?? NaN) / perToken).toFixed(0)
    } % of a plain token of the target here; on the paper's machine it was ${
      (100 / results.recipe.ratio).toFixed(0)
    } %. A verification of a few candidates costs more than a plain token, and for these small models every call has a cost of
its own beside the arithmetic.`,
  );
  await claim("10.wall-clock-model", [Math.max(...ratios), Math.min(...ratios)]);
  await claim("10.wall-clock-speedup", Math.max(...clockRows.map((row) => row["speed-up"])));
}

// %% [markdown] id="models-inputs-text"
// ### What is refused
//
// A wrong pair, a wrong number or a wrong head costs one line.

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
table([
  await refused("another vocabulary", () => speculate({ ...oneText, ...pair, draft: sevenDraft })),
  await refused("K = 0", () => draftBy(constantRule(0))),
  await refused("h = 1.2", () => specDecPP({ predictor: constantPredictor(0.5), threshold: 1.2 })),
  await refused("a head for another draft", () =>
    speculate({
      ...oneText,
      draft: pair.target,
      target: pair.target,
      candidates: specDecPP({ predictor: headPredictor(realHead(6)), threshold: 0.7 }),
    })),
]);

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// One cell, any parameters: how much does the best threshold gain over the best constant, for two kinds of candidates of
// different spread, at different latency ratios? Exact, with a head that knows the truth and the official lag. Change the
// lists and run the cell again; points already computed are kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "gain over the best constant",
  over: { spread: [0, 0.1, 0.2, 0.3, 0.4], ratio: [2, 4.5, 10, 20] },
  seed,
  run: ({ spread, ratio }) => {
    // Mean 0.8 whatever the spread: two thirds above it, one third twice as far below.
    const kinds = [
      { acceptance: 0.8 + spread / 2, share: 2 / 3 },
      { acceptance: 0.8 - spread, share: 1 / 3 },
    ];
    const costs = costsOf({ draft: 1, target: ratio });
    const constant = solveIndependent(costs, 0.8);
    const byThreshold = Array.from({ length: 99 }, (_, i) => {
      const threshold = (i + 1) / 100;
      return { threshold, cost: extraCost(costs, thresholdRates(kinds, { threshold, min: 1 })) };
    });
    const best = byThreshold.reduce((a, b) => b.cost < a.cost ? b : a);
    return {
      "best K": constant.candidates,
      "best h": best.threshold,
      gain: (1 + constant.cost) / (1 + best.cost) - 1,
    };
  },
});
display(plot({
  title: "The gain needs uneven acceptance",
  alt:
    "Gain over the best constant against the spread of acceptance, one line for each latency ratio. All start at zero; larger spreads gain more.",
  caption: "One line for each latency ratio t_target / t_draft.",
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
ablation;

// %% [markdown] id="cost"
// ## What it costs
//
// The head is a small fraction of a draft pass on a real model; here, where a model call is a table look-up, the loop itself
// is what takes time. Times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const timed = async (policy: CandidateLength) => {
  const start = performance.now();
  const results = await decodeLab(policy, "dev");
  const tokens = results.reduce((sum, result) => sum + result.tokens.length, 0);
  return 1000 * (performance.now() - start) / tokens;
};
table([
  { policy: "constant 4", "µs per token": await timed(draftBy(constantRule(4))) },
  {
    policy: "SpecDec++, exact head",
    "µs per token": await timed(specDecPP({ predictor: exactHead, threshold: 0.4 })),
  },
  {
    policy: "SpecDec++, trained head of depth 1",
    "µs per token": await timed(
      specDecPP({ predictor: headPredictor(headOf(6)), threshold: 0.7 }),
    ),
  },
]);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Small models.** A draft of 0.4 and a target of 3.4 million parameters are both weak, and the draft is accepted less often
//   than llama-2-chat 7B is by 70B. The laboratory shows what uneven acceptance is worth; the trained pair shows how much of
//   it a small draft's hidden state gives away.
// * **The latency ratio is fixed by hand**, 4.5 as on the paper's machine. This machine has another one, which grows with the
//   number of candidates, and the measured speed-up is a statement about that.
// * **The paper's speed-ups** are for llama-2-chat 7B and 70B on two A100s. The ledger shows them beside our closest number and
//   does not mark them reproduced.
// * **Unknown to us**: the paper's full table over weights, depths and thresholds, its validation divergences, and the sizes
//   of its test subsets.

// %% id="headline" tags=["native"]
const closest = {
  value: realLatencies.target / mean(decodedOf(chosenHead.family).times),
  note: "the trained pair of this notebook at the paper's latency ratio",
};
await claim("10.speedup-alpaca", closest);
await claim("10.speedup-humaneval", closest);
await claim("10.speedup-gsm8k", closest);
await claim("10.speedup-oracle", null);

// %% [markdown] id="own-model"
// ## With your own model, or your own log
//
// Anything that implements `LanguageModel` goes into `speculate`, and any policy is an object with a name and a `begin`. Here
// one that drafts more after each success and starts over after a failure.

// %% id="own-model-example" tags=["native"]
const doubling: CandidateLength = {
  name: "doubling",
  begin() {
    let length = 1;
    return {
      more: ({ candidates }) => candidates.length < length,
      verified({ drafted, accepted }) {
        length = accepted === drafted ? Math.min(2 * length, 16) : 1;
      },
    };
  },
};
const doublingRates = ratesOf(await decodeLab(doubling, "test"));
md`Doubling: $V$ = ${doublingRates.verification.toFixed(3)}, $D$ = ${
  doublingRates.discard.toFixed(3)
}, ${
  timePerToken(latencies, doublingRates).toFixed(3)
} draft passes per token; the best constant needs ${bestConstant.time.toFixed(3)}.`;

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
table(
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
  { caption: "A log of two texts says little, and the standard error says so" },
);

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away. Restart the kernel (do not interrupt it) when
// a cell hangs.
//
// **1. The rule.** Given the predicted acceptances of the candidates a draft would propose, return how many the official
// decoder submits: at least 2, at most 20, and the product covers all candidates but the last.

// %% id="exercise-1" tags=["exercise","solution"]
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

// %% id="exercise-1-check"
check("exercise 1", {
  got: [
    submitted([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], 0.3),
    submitted([0.1, 1, 1], 0.5),
    submitted([1, 1, 0.4, 1, 1], 0.5),
    submitted(new Array(30).fill(1), 0.5),
  ],
  expected: [5, 2, 4, 20],
  hint: "When t candidates are drafted the product has t − 1 factors, and the test is strict.",
});

// %% [markdown] id="exercise-2-text"
// **2. Never drop a drawn candidate.** A tempting saving: when the draft's token looks doubtful, do not submit it; let the
// target sample that position instead. Write the law of one position under this rule: tokens with draft probability below
// `doubt` are dropped (the target's token is taken), the others are verified as usual. Is it the target's?

// %% id="exercise-2" tags=["exercise","solution"]
function lawWithDropping(draft: number[], target: number[], doubt: number): number[] {
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

// %% id="exercise-2-check"
const dropLaw = lawWithDropping([0.5, 0.3, 0.2], [0.3, 0.3, 0.4], 0.25);
display(check("exercise 2", {
  got: [...dropLaw, ...lawWithDropping([0.5, 0.3, 0.2], [0.3, 0.3, 0.4], 0)],
  expected: [0.36, 0.36, 0.28, 0.3, 0.3, 0.4],
  hint:
    "Three ways to end up with a token: verified and accepted, after a rejection, or after dropping.",
}));
md`With dropping the third token comes out with probability ${
  dropLaw[2]
} instead of 0.4: the rule decides by the drawn token whether to verify it, and so selects. SpecDec++ submits every token it
has drawn; only the *next* one is not drawn.`;

// %% [markdown] id="exercise-3-text"
// **3. From one weight to another.** A head trained with $w=6$ stops after one candidate when $1-\hat P_1>0.7$. Which true
// acceptance is that, and which threshold would an unweighted head need to stop at the same candidate?

// %% id="exercise-3" tags=["exercise","solution"]
function equivalentThreshold(h: number, weight: number): number {
  // BEGIN SOLUTION
  return 1 - unbiasedAcceptance(1 - h, weight);
  // END SOLUTION
}

// %% id="exercise-3-check"
display(check("exercise 3", {
  got: [equivalentThreshold(0.7, 6), equivalentThreshold(0.3, 1)],
  expected: [0.28, 0.3],
  hint: "Turn P̂ = 1 − h back into a, and a into a threshold on 1 − a.",
}));
md`For a single candidate $h=0.7$ at $w=6$ is $h=${
  equivalentThreshold(0.7, 6).toFixed(2)
}$ unweighted. For products of several candidates there is no such translation, and the thresholds have to be tuned.`;

// %% [markdown] id="exercise-4-text"
// **4. When is drafting hopeless?** With equal acceptance $\alpha$, one verification costing `ratio` draft passes, from which
// acceptance on is one candidate ($K=1$) better than none? Give the smallest $\alpha$ as a formula of the ratio.

// %% id="exercise-4" tags=["exercise","solution"]
function leastAcceptance(ratio: number): number {
  // BEGIN SOLUTION
  // λ₀ = c₂ and λ₁ = (c₁ (1 − α) + c₂)/(1 + α); equal at c₁ (1 − α) = c₂ α.
  return 1 / ratio;
  // END SOLUTION
}

// %% id="exercise-4-check"
display(check("exercise 4", {
  got: [2, 4.5, 20].map((each) => {
    const costs = costsOf({ draft: 1, target: each });
    const alpha = leastAcceptance(each);
    return constantCost(costs, alpha, 1) - constantCost(costs, alpha, 0);
  }),
  expected: [0, 0, 0],
  hint: "Compare constantCost for K = 0 and K = 1, and solve for α.",
}));
md`At ratio ${ratio}: drafting pays from an acceptance of ${leastAcceptance(ratio).toFixed(3)} on.`;

// %% [markdown] id="exercise-5-text"
// **5. Your own policy.** Write a policy that uses both the draft's confidence and the round's length, place it in the Pareto
// figure with `decodeLab`, and beat the product of top probabilities without looking at the kinds. (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// The table at the top now holds the outcome of this run. `deno task run 10 --json` prints it for machines, and
// `out/site/` has it beside those of the other papers.
