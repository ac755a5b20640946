// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":120,"exclusive":false,"paper":"10-specdecpp"}}
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
// Everything below runs on exact models, in which the true acceptance probability of every candidate is known. The runs
// with trained language models are not here yet; *what this rerun does not show* says which.
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
/** Seed of every random stream. */
const seed: number = 1;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import {
  acceptanceData,
  type AcceptanceHead,
  type AcceptancePredictor,
  biasedAcceptance,
  type CandidateLength,
  checkThresholdTheorem,
  confidenceRule,
  constantCost,
  constantDiscard,
  constantPredictor,
  constantRates,
  constantRule,
  costsOf,
  draftBy,
  evaluateHead,
  extraCost,
  formatLog,
  greedyConstant,
  greedyOracle,
  headParameters,
  headPredictor,
  heuristicRule,
  logText,
  meanDivergence,
  oraclePredictor,
  parseLog,
  predictAcceptance,
  randomPredictor,
  type Rates,
  ratesOf,
  reliability,
  solveFiniteHorizon,
  solveIndependent,
  solveKnownAcceptance,
  specDecPP,
  specDecPPRule,
  speculate,
  type SpeculativeResult,
  type StoppingRule,
  stretchChains,
  sufficientThreshold,
  thresholdRates,
  timePerToken,
  topProbabilityRule,
  trainHead,
  unbiasedAcceptance,
  weightedLoss,
  whatIf,
  withFeatures,
} from "offprint/decoding/mod.ts";
import { loadJax, markovModel, sevenStateChains } from "offprint/lm/mod.ts";
import { check, display, equation, md, plot, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, estimate, mean, pairedBootstrap, zScore } from "offprint/stats.ts";

const decoded = { quick: 1, full: 10 }[profile] * texts;
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
/** Writes down how many candidates each round had and how many were accepted. */
async function rounds(policy: CandidateLength): Promise<string> {
  const written: string[] = [];
  await speculate({
    ...simpleModels,
    maxTokens: 60,
    bonus: true,
    random: stream(seed, "rounds"),
    candidates: {
      ...policy,
      begin(start) {
        const run = policy.begin(start);
        return {
          more: (drafting) => run.more(drafting),
          verified(outcome) {
            const { drafted, accepted } = outcome;
            written.push("●".repeat(accepted) + "○".repeat(drafted - accepted));
            run.verified?.(outcome);
          },
          end: () => run.end?.(),
        };
      },
    },
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
  source: "timePerToken of offprint/decoding/mod.ts",
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
  source: "constantRates of offprint/decoding/mod.ts",
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
  source: "sufficientThreshold of offprint/decoding/mod.ts",
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
  source: "biasedAcceptance of offprint/decoding/mod.ts",
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
for (const [head, predictor] of lawPredictors) {
  const observed = new Array(49).fill(0);
  let drafted = 0;
  let checks = 0;
  for (let run = 0; run < lawSamples; run++) {
    const result = await speculate({
      draft: sevenDraft,
      target: sevenTarget,
      maxTokens: 4,
      bonus: true,
      candidates: specDecPP({ predictor: predictor(run), threshold: 0.4, min: 1 }),
      random: stream(seed, "law", head, run),
    });
    observed[7 * (result.tokens[0] ?? 0) + (result.tokens[1] ?? 0)]++;
    drafted += result.drafted;
    checks += result.rounds;
  }
  const { pValue } = chiSquare(observed, lawOf);
  lawRows.push({ head, "mean candidates": drafted / checks, "p value": pValue });
}
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
  const observed = new Array(49).fill(0);
  let drafted = 0;
  let checks = 0;
  for (let run = 0; run < lawSamples; run++) {
    const result = await speculate({
      draft: sevenWithHidden,
      target: sevenTarget,
      maxTokens: 4,
      bonus: true,
      candidates: specDecPP({ predictor: headPredictor(freed), threshold: 0.7, min: 1 }),
      random: stream(seed, "law", "trained", run),
    });
    observed[7 * (result.tokens[0] ?? 0) + (result.tokens[1] ?? 0)]++;
    drafted += result.drafted;
    checks += result.rounds;
  }
  const { pValue } = chiSquare(observed, lawOf);
  lawRows.push({ head: "trained, w = 6", "mean candidates": drafted / checks, "p value": pValue });
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
const frontierOf = (family: string): { V: number; D: number }[] => {
  const sorted = labPoints.filter((point) => point.family === family)
    .toSorted((a, b) => a.V - b.V);
  const hull: { V: number; D: number }[] = [];
  for (const point of sorted) {
    while (hull.length > 1) {
      const [a, b] = hull.slice(-2);
      if (a === undefined || b === undefined) break;
      if ((b.D - a.D) * (point.V - a.V) < (point.D - a.D) * (b.V - a.V)) break;
      hull.pop();
    }
    hull.push({ V: point.V, D: point.D });
  }
  return hull;
};
const trainedFrontier = frontierOf("SpecDec++, trained head");
const margins = labPoints.filter(({ family }) => family === "constant K").flatMap(
  ({ setting, V, D }) => {
    const after = trainedFrontier.findIndex((point) => point.V >= V);
    const a = trainedFrontier[after - 1];
    const b = trainedFrontier[after];
    if (a === undefined || b === undefined) return [];
    const frontier = a.D + (b.D - a.D) * (V - a.V) / (b.V - a.V);
    return [{
      constant: setting,
      V,
      "its D": D,
      "D of the frontier": frontier,
      margin: D - frontier,
    }];
  },
);
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
const panels = ["this laboratory", "Alpaca", "HumanEval", "GSM8K"];
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
display(plot({
  title: "Published points beside this laboratory's",
  alt:
    "Four panels of discard rate against verification rate. In each, SpecDec++ points lie below the line of constants. The laboratory's panel has the same shape as Alpaca's, HumanEval's and GSM8K's.",
  caption:
    "Alpaca, HumanEval, GSM8K: constants K = 4 … 14 and some SpecDec++ settings, as published. The laboratory is no language model; compare shapes, not values.",
  width: 760,
  height: 300,
  x: { label: "verification rate V", ticks: 4 },
  y: { label: "discard rate D", zero: true, domain: [0, 2.2] },
  fx: { label: null, domain: panels },
  color: { legend: true, domain: ["constant K", "SpecDec++"] },
  data: publishedPoints,
  marks: [
    Plot.frame({ strokeOpacity: 0.2 }),
    Plot.line(publishedPoints.filter(({ policy }) => policy === "constant K"), {
      x: "V",
      y: "D",
      stroke: "policy",
      fx: "panel",
    }),
    Plot.dot(publishedPoints, { x: "V", y: "D", fill: "policy", fx: "panel", r: 3.5 }),
  ],
}));
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
      candidates: {
        ...policy,
        begin(start) {
          const run = policy.begin(start);
          return {
            more: (drafting) => run.more(drafting),
            verified(outcome) {
              const { drafted } = outcome;
              ms += drafted * time.draftMs + time.targetMs(drafted) + time.hostMs();
              run.verified?.(outcome);
            },
          };
        },
      },
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
// * **No language model yet.** The laboratory has exact acceptance probabilities and a made-up hidden state. It shows that
//   the theory, the decoder, the training recipe and the comparison are right; it cannot show that a *real* draft's hidden
//   state predicts acceptance. That section needs the trained family of `data/models` (a draft and a target on one
//   tokenizer) and joins this notebook with it: heads of several depths, tied and untied, mixing shares, held-out texts.
// * **No wall clock.** The latency ratio is fixed by hand. Measured time on this machine is a statement of another kind, and
//   with a draft that costs a third of its target there may be nothing to gain.
// * **The paper's speed-ups** are for llama-2-chat 7B and 70B on two A100s. The ledger shows them beside our closest number and
//   does not mark them reproduced.
// * **Unknown to us**: the paper's full table over weights, depths and thresholds, its validation divergences, and the sizes
//   of its test subsets.

// %% id="headline"
const closest = {
  value: ratio / chosenOf("SpecDec++, trained head").time,
  note: "the laboratory of this notebook, no language model",
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

// %% id="own-model-example"
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
// deno run -R --lock=deno.lock --frozen lib/decoding/what_if_main.ts run.jsonl --draft-ms 23 --target-ms 1:98,5:104,20:131
// ```
//
// If all you know is which tokens were accepted, write 1 and 0; constants and the heuristic need nothing else.

// %% id="own-log-example"
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
