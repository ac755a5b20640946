// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":1800,"exclusive":false,"paper":"02-specdec-theory"}}
// ---

// %% [markdown] id="title"
// # 02 · How often must a speculative decoder be wrong?
//
// A small *draft* model guesses the next tokens, a large *target* model checks all guesses in one pass and throws away
// what follows the first bad one. The text that comes out is distributed exactly as the target's own. How much this saves
// depends on one number: how often a guess is rejected. The paper of this notebook computes that number exactly, shows
// that no rule of the same kind can lower it, and says what lowering it anyway costs.

// %% id="citation"
import { citation } from "offprint/notebook/mod.ts";

citation("02-specdec-theory");

// %% [markdown] id="summary"
// ## In two minutes
//
// * **One sum.** The expected number of rejections is the total variation distance between draft and target, summed along
//   texts of the *target* (Theorem 1). Nothing else about the two models matters.
// * **No better rule.** Whatever you accept and whatever you sample after a rejection: if the output is still the target's,
//   you reject at least this often, on every single pair of models (Theorem 2).
// * **More drafts help, but not without end.** Drafting $M$ texts at once lowers the count by an exact amount (Theorem 3),
//   which levels off: infinitely many drafts still leave rejections.
// * **Bias buys speed at a fixed price.** Accepting more than allowed changes the output. The best you can do lies on a
//   straight line: rejection probability plus bias is the total variation distance (Theorems 4 and 5).
//
// The paper replaces transformers by Markov chains over tokens, and so do we: then every expectation can be computed
// exactly and compared with decoders that really run. At the end a pair of small trained transformers takes their place.
//
// **Letters.** The paper writes $p$ for the draft and $q$ for the target; much of the literature, SpecDec++ included, has
// it the other way round. In code they are called `draft` and `target`.

// %% [markdown] id="what-you-will-see"
// ## What you will see
//
// Every claim of this notebook, the rule that decides it (written down before the run), and this run's outcome. The table
// fills as the cells below are run.

// %% id="claims-table"
import { claim, claimsTable } from "offprint/notebook/mod.ts";

await claimsTable("02-specdec-theory");

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 02 --set runs=20000`.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full takes ten times as many texts. */
const profile: "quick" | "full" = "quick";
/** Texts drawn by the direct simulator for each Monte Carlo estimate. */
const runs: number = 100000;
/** Texts drawn by the decoders themselves, through the model interface. */
const decoderRuns: number = 20000;
/** The trained pair, by name in `data/models` or as folders. */
const draftModel: string = "sotu-draft";
const targetModel: string = "sotu-target";
/** Texts of the trained pair, and their tokens; full takes 20 times as many, of at least 200 tokens. */
const modelTexts: number = 100;
const modelTokens: number = 50;
/** Seed of every random stream. */
const seed: number = 1;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import {
  batchSpeculate,
  batchSpeculateTexts,
  sampleTexts,
  speculate,
  speculateTexts,
} from "offprint/decoding/decoders/mod.ts";
import { constantLength, tokensPerCall } from "offprint/decoding/policies/mod.ts";
import {
  bernoulliRootRejection,
  rejectionRule,
  residual,
  rootRejection,
  softmax,
  stepLaw,
  totalVariation,
  uniformRootRejection,
} from "offprint/decoding/verification/mod.ts";
import {
  acceleration,
  decodingOpt,
  decodingUno,
  exactRejections,
  expectedBatchRejections,
  expectedRejections,
  lookAheadCounts,
  optimalPostRejection,
  overAcceptance,
  paretoFront,
  postRejectionLoss,
  simulateChains,
  twoStateFractions,
  unbiasedReplacement,
} from "offprint/papers/specdec_theory/mod.ts";
import { loadPrompts } from "offprint/papers/specdecpp/heads/mod.ts";
import {
  type ChainPair,
  dirichletChain,
  historyModel,
  markovModel,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { check, display, equation, md, plot, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import {
  chiSquare,
  estimate,
  mean,
  meanInterval,
  quantile,
  RunningMoments,
  zScore,
} from "offprint/stats.ts";

for (const [name, value] of Object.entries({ runs, decoderRuns })) {
  if (!(Number.isInteger(value) && value >= 100)) {
    throw new RangeError(`${name}: got ${value}, expected a whole number of texts from 100`);
  }
}
const scale = { quick: 1, full: 10 }[profile];
const simulated = scale * runs;
const decoded = scale * decoderRuns;
md`This run: profile **${profile}**, ${simulated} simulated and ${decoded} decoded texts for each estimate, seed ${seed}.`;

// %% [markdown] id="idea"
// ## The idea, on four tokens
//
// Take one position. The draft draws a token $x$ from $p$; the target would have drawn from $q$. Put the two
// distributions on top of each other: where they overlap, a draft token can be passed on as if it were the target's. So
// accept $x$ with probability $\min(1, q(x)/p(x))$. What is then missing is the part of $q$ that sticks out above $p$, so
// after a rejection sample from exactly that part, scaled to sum 1: the *residual* $[q-p]_+$.
//
// The overlap is accepted, the rest is rejected, and the rest is the total variation distance.

// %% id="idea-example"
const p4 = Float64Array.of(0.4, 0.3, 0.2, 0.1);
const q4 = Float64Array.of(0.1, 0.2, 0.3, 0.4);
const tokens4 = ["a", "b", "c", "d"];
const rows4 = tokens4.map((token, x) => ({
  token,
  draft: p4[x] ?? 0,
  target: q4[x] ?? 0,
  overlap: Math.min(p4[x] ?? 0, q4[x] ?? 0),
}));
display(plot({
  title: `Draft and target overlap in ${
    Math.round(100 * (1 - totalVariation(p4, q4)))
  } % of their mass`,
  alt:
    "Bars for four tokens. The draft falls from 0.4 to 0.1, the target rises from 0.1 to 0.4; their overlap is 0.1, 0.2, 0.2, 0.1.",
  caption:
    "The overlap is what can be accepted. What the target has above it is the residual, from which a rejected token is replaced.",
  height: 260,
  x: { label: null },
  y: { label: "probability", domain: [0, 0.45] },
  color: {
    legend: true,
    domain: ["accepted (overlap)", "draft only: rejected", "target only: residual"],
  },
  data: rows4,
  marks: [
    Plot.barY(
      rows4.flatMap(({ token, draft, target, overlap }) => [
        { token, part: "accepted (overlap)", mass: overlap },
        { token, part: "draft only: rejected", mass: draft - overlap },
        { token, part: "target only: residual", mass: target - overlap },
      ]),
      { x: "token", y: "mass", fill: "part" },
    ),
    Plot.ruleY([0]),
  ],
}));
table(
  rows4.map(({ token, draft, target, overlap }, x) => ({
    token,
    draft,
    target,
    accept: Math.min(1, target / draft),
    overlap,
    residual: residual(q4, p4)[x],
  })),
  { caption: "One position, by hand" },
);

// %% id="idea-total-variation"
md`Accepted: ${rows4.reduce((sum, row) => sum + row.overlap, 0)}. Rejected: ${
  1 - rows4.reduce((sum, row) => sum + row.overlap, 0)
}. Total variation: ${totalVariation(p4, q4)}.`;

// %% [markdown] id="decoder"
// ### The same, as a decoder
//
// `speculate` is the real decoder of this kit: it sees only the `LanguageModel` interface, drafts with one model,
// verifies with one pass of the other and rolls both caches back after a rejection. Behind the interface stands an exact
// two-state Markov chain here; a transformer takes its place without a change.
//
// The two chains: the first token has $q=(\frac12,\frac12)$ and $p=(\frac34,\frac14)$, afterwards
//
// $$Q=\begin{pmatrix}.9&.1\\.3&.7\end{pmatrix},\qquad P=\begin{pmatrix}.7&.3\\.4&.6\end{pmatrix}$$
//
// with one row for each previous token, so the distance is $\frac14$ at the start, $\frac15$ after token 0 and
// $\frac1{10}$ after token 1.

// %% id="decoder-example"
const two = twoStateChains();
const draft2 = markovModel(two.draft);
const target2 = markovModel(two.target);

const one = await speculate({
  draft: draft2,
  target: target2,
  maxTokens: 20,
  random: stream(seed, "one text"),
  trace: true,
});
table(
  (one.trace ?? []).map(({ position, token, accepted, acceptance, totalVariation }) => ({
    position: position + 1,
    drafted: token,
    "accept with": acceptance,
    outcome: accepted ? "accepted" : `rejected, ${one.tokens[position]} instead`,
    "total variation": totalVariation,
  })),
  {
    caption:
      `One text of 20 tokens: ${one.rejections} rejections, ${one.targetCalls} target calls. Text: ${
        one.tokens.join("")
      }`,
  },
);

// %% [markdown] id="equations"
// ## The equations
//
// Each is tied to the function that computes it, and checked when its cell runs on values found separately: by hand, in
// closed form, or in exact fractions. A
// function that disagreed would stop the notebook here.

// %% [markdown] id="equation-family-text"
// ### Any rule that drafts, accepts and replaces
//
// Accept token $x$ with some probability $b(x)$; after a rejection sample from some distribution $\mathcal P$. The
// output then follows

// %% id="equation-family"
function outputLaw(b: number[], replacement: number[]): number[] {
  const rule = rejectionRule({
    name: "any rule",
    acceptance: () => b,
    replacement: () => Float64Array.from(replacement),
  });
  return [...stepLaw(rule, p4, q4).law];
}

equation({
  id: "output-law",
  latex: String
    .raw`\mathbb P^{\mathcal A}(x)=b(x)\,p(x)+\mathcal P(x)\,Z,\qquad Z=\sum_{x}\bigl(1-b(x)\bigr)p(x)=\Pr(\text{reject})`,
  source: "stepLaw of offprint/decoding/verification/mod.ts",
  fn: outputLaw,
  checks: [
    // Speculative decoding: b = min(1, q/p), the residual.
    { args: [[1 / 4, 2 / 3, 1, 1], [0, 0, 1 / 4, 3 / 4]], equals: [0.1, 0.2, 0.3, 0.4] },
    // Accept nothing: the output is the replacement.
    { args: [[0, 0, 0, 0], [0.7, 0.1, 0.1, 0.1]], equals: [0.7, 0.1, 0.1, 0.1] },
    // Accept everything: the output is the draft.
    { args: [[1, 1, 1, 1], [1, 0, 0, 0]], equals: [0.4, 0.3, 0.2, 0.1] },
  ],
});

// %% [markdown] id="equation-theorem-1-text"
// ### Theorem 1: the exact count
//
// Given the text so far, a rejection has probability $1-\sum_x\min(p,q)$, the total variation. The texts are the
// target's, since the output law is. So the count is a sum along the target's own texts. On our two chains the target's
// state forgets its start at rate $0.6$, which gives a closed form to check against:
// $0.175\,T+0.0125+0.0625\cdot0.6^{T-1}$.

// %% id="equation-theorem-1"
function rejectionsOfTwoStates(tokens: number): number {
  return expectedRejections(two, tokens).total;
}

equation({
  id: "theorem-1",
  latex: String
    .raw`\mathbb E[N_{\mathrm{rej}}]=\sum_{n=1}^{T}\ \mathbb E_{x_{1:n-1}\sim q}\bigl[\mathrm{TV}(p_n,q_n)(x_{1:n-1})\bigr]`,
  source: "expectedRejections of offprint/papers/specdec_theory/mod.ts",
  fn: rejectionsOfTwoStates,
  checks: [1, 2, 3, 5, 10, 20, 50].map((T) => ({
    args: [T] as [number],
    equals: 0.175 * T + 0.0125 + 0.0625 * 0.6 ** (T - 1),
  })),
});

// %% [markdown] id="equation-theorem-3-text"
// ### Theorem 3: several drafts at once
//
// Draft $M$ texts independently. At the first position after a rejection (the *root*) try their first tokens one after
// the other, each against what the earlier ones left: $q^1=q$, $q^{m+1}=[q^m-p]_+$. All $M$ fail with probability
// $\prod_m\mathrm{TV}(q^m,p)$. Once one is accepted, follow that text and forget its siblings. So only roots gain, and
// how often a position is a root is kept by a measure $f$ that is *not* normalised: $f_n(x_{1:n})$ is the probability
// that the text begins with $x_{1:n}$ and step $n$ was rejected.

// %% id="equation-theorem-3"
function batchRejectionsOfTwoStates(tokens: number, drafts: number): number {
  return expectedBatchRejections(two, tokens, drafts).total;
}

equation({
  id: "theorem-3",
  latex: String
    .raw`\mathbb E[N_{\mathrm{rej}}]=\sum_{n=1}^{T}\mathbb E_{q}[\mathrm{TV}(q,p)]-\sum_{n=1}^{T}\sum_{x_{1:n-1}}f_{n-1}(x_{1:n-1})\Bigl[\mathrm{TV}(q,p)-\prod_{m=1}^{M}\mathrm{TV}(q^{m},p)\Bigr]`,
  source: "expectedBatchRejections of offprint/papers/specdec_theory/mod.ts",
  fn: batchRejectionsOfTwoStates,
  checks: [[1, 2], [2, 2], [2, 3], [5, 3], [8, 4]].map(([T = 0, M = 1]) => ({
    args: [T, M] as [number, number],
    // The same theorem in exact fractions, with the residuals of its statement.
    equals: exactRejections(twoStateFractions(), T, M).toNumber(),
  })),
});

// %% [markdown] id="equation-theorem-4-text"
// ### Theorem 4: what to sample after a rejection
//
// Fix how you accept. If you accept too much ($b\,p>q$ somewhere), the output is biased whatever comes after a rejection.
// The least bias is the mass accepted too much, and sampling from $[q-bp]_+$ attains it.

// %% id="equation-theorem-4"
function leastBias(epsilon: number): number {
  return optimalPostRejection(p4, q4, overAcceptance(p4, q4, epsilon)).loss;
}

equation({
  id: "theorem-4",
  latex: String
    .raw`\min_{\mathcal P}\mathrm{TV}(\mathbb P^{\mathcal A},q)=\sum_x\max\bigl(b(x)p(x)-q(x),\,0\bigr),\qquad b_\epsilon(x)=\min\Bigl\{1,\frac{q(x)+\epsilon}{p(x)}\Bigr\}`,
  source: "optimalPostRejection of offprint/papers/specdec_theory/mod.ts",
  fn: leastBias,
  // By hand: tokens a and b are over-accepted by ε each, as far as the draft has mass.
  checks: [[0, 0], [0.05, 0.1], [0.1, 0.2], [0.15, 0.25], [0.2, 0.3], [0.3, 0.4]].map((
    [epsilon = 0, loss = 0],
  ) => ({ args: [epsilon] as [number], equals: loss })),
});

// %% [markdown] id="equation-theorem-5-text"
// ### Theorem 5: the straight line
//
// Rejecting less by $\delta$ costs at least $\delta$ of bias, and the optimal rule pays no more.

// %% id="equation-theorem-5"
function rejectionPlusBias(epsilon: number): number {
  return paretoFront(p4, q4, [epsilon]).map(({ rejection, optBias }) => rejection + optBias)[0] ??
    NaN;
}

equation({
  id: "theorem-5",
  latex: String
    .raw`\Pr(\text{reject})+\mathrm{Loss}^\star_{\mathrm{TV}}(b)=\mathrm{TV}(p,q)\quad\text{for every } b\ge\min(1,q/p)`,
  source: "paretoFront of offprint/papers/specdec_theory/mod.ts",
  fn: rejectionPlusBias,
  checks: [0, 0.01, 0.05, 0.1, 0.2, 0.3].map((epsilon) => ({
    args: [epsilon] as [number],
    equals: 0.4,
  })),
});

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### Two states, in fractions
//
// Nothing can hide in a fraction. The table is Theorem 3 in exact arithmetic; with $M=1$ it is Theorem 1.

// %% id="exact-fractions"
const fractions = twoStateFractions();
display(table(
  [1, 2, 3, 5].map((T) => ({
    T,
    ...Object.fromEntries(
      [1, 2, 3].map((M) => {
        const value = exactRejections(fractions, T, M);
        const text = value.toString();
        return [`M = ${M}`, text.length > 24 ? `≈ ${value.toNumber().toPrecision(10)}` : text];
      }),
    ),
  })),
  {
    caption:
      "Expected rejections of the two-state chain; ≈ where the fraction is too long to print",
  },
));
await claim("02.theorem-1-rational", exactRejections(fractions, 5, 1).toString());

// %% [markdown] id="exact-two-text"
// ### Two states, longer texts
//
// The fast recursion costs $O(TV^2M)$ and uses floating point. It meets the fractions, and goes on to infinitely many
// drafts.

// %% id="exact-two"
const horizons = [1, 2, 5, 20, 50];
const batchSizes = [1, 2, 3, 4, 5, 10, Infinity];
display(table(
  horizons.map((T) => ({
    T,
    ...Object.fromEntries(
      batchSizes.map((M) => [
        M === Infinity ? "M → ∞" : `M = ${M}`,
        expectedBatchRejections(two, T, M).total,
      ]),
    ),
  })),
  {
    caption: "Expected rejections of the two-state chain",
    columns: [
      "T",
      ...batchSizes.map((M) => ({ key: M === Infinity ? "M → ∞" : `M = ${M}`, digits: 7 })),
    ],
  },
));
await claim("02.theorem-1-two-state", horizons.map((T) => expectedRejections(two, T).total));
await claim(
  "02.theorem-3-two-state",
  batchSizes.slice(0, -1).map((M) => expectedBatchRejections(two, 20, M).total),
);
await claim(
  "02.theorem-3-single-draft",
  Math.max(
    ...Array.from({ length: 50 }, (_, i) =>
      Math.abs(
        expectedBatchRejections(two, i + 1, 1).total - expectedRejections(two, i + 1).total,
      )),
  ),
);
await claim("02.no-free-lunch", expectedBatchRejections(two, 20, Infinity).total);
await claim(
  "02.limit-slope",
  expectedBatchRejections(two, 200, Infinity).total -
    expectedBatchRejections(two, 199, Infinity).total,
);

// %% [markdown] id="exact-seven-text"
// ### Seven states that change at every step
//
// The paper simulates a chain of seven states whose transition matrix is another one at each step. Its matrices were not
// published, so we use one of the same shape that anybody can rebuild from integers: for step $n$, previous state $i$,
// next state $j$ the target's row has weights $1+((7n+3i+5j+ij)\bmod 11)$ and the draft's
// $1+((5n+2i+9j+2ij+4)\bmod 11)$, each row divided by its sum, starting from state 0.

// %% id="exact-seven"
const seven = sevenStateChains();
const sevenBatches = [2, 3, 4, 5, 8, 16, 64, 256].map((drafts) => ({
  drafts,
  rejections: expectedBatchRejections(seven, 50, drafts).total,
}));
display(table(
  [
    { drafts: 1, rejections: expectedRejections(seven, 50).total },
    ...sevenBatches,
    { drafts: "∞", rejections: expectedBatchRejections(seven, 50, Infinity).total },
  ],
  {
    caption: "Expected rejections of the seven-state chain, T = 50",
    columns: [{ key: "drafts", label: "drafts M", align: "right" }, {
      key: "rejections",
      digits: 8,
    }],
  },
));
await claim("02.theorem-1-seven-state", [5, 10, 50].map((T) => expectedRejections(seven, T).total));
await claim("02.theorem-1-acceleration", acceleration(seven, 50));
await claim("02.theorem-3-seven-state", sevenBatches.map(({ rejections }) => rejections));

// %% [markdown] id="lower-bound-text"
// ### Theorem 2: nobody rejects less
//
// An unbiased rule cannot accept more of a token than the target has of it: $b\,p\le q$. So it accepts at most
// $\sum\min(p,q)$. One example by hand first: accept half as often as speculative decoding does. That rule is unbiased
// with the right replacement, and rejects $7/10$ instead of $4/10$.
//
// Then an adversary: for random pairs of distributions a blind search changes $b$ and $\mathcal P$ at will, rewarded for
// fewer rejections and fined twice for every bit of bias. If some unbiased rule rejected less than the total variation,
// the search could end below it.

// %% id="lower-bound"
const halved = Float64Array.from(p4, (p, x) => 0.5 * Math.min(1, (q4[x] ?? 0) / p));
const halvedReplacement = unbiasedReplacement(p4, q4, halved);
const halvedLaw = stepLaw(
  rejectionRule({
    name: "half as often",
    acceptance: () => halved,
    replacement: () => halvedReplacement,
  }),
  p4,
  q4,
);
display(check("half as often is unbiased", { got: halvedLaw.law, expected: q4, tolerance: 1e-12 }));
await claim("02.theorem-2-example", halvedLaw.rejection);

const searches = 60;
const trials = 2000;
let unbiasedBelow = 0;
const gaps: number[] = [];
for (let search = 0; search < searches; search++) {
  const random = stream(seed, "searching rules", search);
  const size = 2 + random.integer(7);
  const flat = new Float64Array(size).fill(1);
  const p = random.dirichlet(flat);
  const q = random.dirichlet(flat);
  let b = Float64Array.from(p, () => random.uniform());
  let replacement = random.dirichlet(flat);
  const score = (b: Float64Array, replacement: Float64Array) => {
    const rule = { name: "tried", acceptance: () => b, replacement: () => replacement };
    const { rejection, bias } = stepLaw(rejectionRule(rule), p, q);
    return rejection + 2 * bias;
  };
  let best = score(b, replacement);
  for (let step = 0; step < trials; step++) {
    // One acceptance probability moves, and some mass of the replacement goes from one token to another.
    const reach = 0.5 * (1 - step / trials) ** 2;
    const [x, from, to] = [random.integer(size), random.integer(size), random.integer(size)];
    const nextB = b.map((value, i) =>
      i === x ? Math.min(1, Math.max(0, value + reach * (2 * random.uniform() - 1))) : value
    );
    const moved = (replacement[from] ?? 0) * reach * random.uniform();
    const nextReplacement = replacement.map((value, i) =>
      value + (i === to ? moved : 0) - (i === from ? moved : 0)
    );
    const next = score(nextB, nextReplacement);
    if (next <= best) [best, b, replacement] = [next, nextB, nextReplacement];
  }
  const gap = best - totalVariation(p, q);
  gaps.push(gap);
  if (gap < -1e-12) unbiasedBelow++;
}
await claim("02.theorem-2-random", {
  value: unbiasedBelow,
  note: `${searches} searches of ${trials} steps on 2 to 8 tokens; the best ended ${
    Math.min(...gaps).toExponential(1)
  } above TV, half of them within ${
    quantile(gaps.toSorted((a, b) => a - b), 0.5).toExponential(1)
  }`,
});

// %% [markdown] id="post-rejection-text"
// ### Theorems 4 and 5, against random competitors
//
// At $\epsilon=0.1$ the four-token example has many optimal replacements, among them $(0,0,\frac14,\frac34)$,
// $(0,0,\frac12,\frac12)$ and $(0,0,0,1)$; putting everything on the third token is not one.

// %% id="post-rejection"
const b4 = overAcceptance(p4, q4, 0.1);
const best4 = optimalPostRejection(p4, q4, b4);
display(table(
  [[0, 0, 0.25, 0.75], [0, 0, 0.5, 0.5], [0, 0, 0, 1], [0, 0, 1, 0], [0.1, 0, 0.2, 0.7]].map(
    (replacement) => {
      const bias = postRejectionLoss(p4, q4, b4, replacement);
      return { replacement, bias, optimal: Math.abs(bias - best4.loss) < 1e-12 };
    },
  ),
  { caption: `Bias left by five replacements at ε = 0.1; the least possible is ${best4.loss}` },
));
await claim("02.theorem-4-optimum", best4.loss);

let beaten = 0;
let below = 0;
for (let trial = 0; trial < trials; trial++) {
  const random = stream(seed, "post-rejection", trial);
  const size = 2 + random.integer(19);
  const flat = new Float64Array(size).fill(0.5);
  const p = random.dirichlet(flat);
  const q = random.dirichlet(flat);
  const b = Float64Array.from(p, () => random.uniform());
  const replacement = random.dirichlet(flat);
  const bias = postRejectionLoss(p, q, b, replacement);
  const { loss, rejection } = optimalPostRejection(p, q, b);
  if (bias < loss - 1e-12) beaten++;
  if (rejection + bias < totalVariation(p, q) - 1e-12) below++;
}
await claim("02.theorem-4-random", {
  value: beaten,
  note: `${trials} random rules and replacements`,
});
await claim("02.theorem-5-floor", {
  value: below,
  note: `${trials} random rules and replacements`,
});

// %% [markdown] id="simulations"
// ## Decoders that run
//
// Exact numbers are worth little if no decoder has them. Two implementations follow: the decoders themselves, through
// the model interface, and a direct simulator of the chain for very many texts. First: are the
// *texts* right? All eight texts of three tokens, against the target's law.

// %% id="output-law"
const texts3 = Array.from({ length: 8 }, (_, i) => [i >> 2 & 1, i >> 1 & 1, i & 1]);
const law3 = texts3.map((text) =>
  text.reduce(
    (probability, token, i) =>
      probability * (two.target.row(i + 1, i === 0 ? 0 : text[i - 1] ?? 0)[token] ?? 0),
    1,
  )
);
const counts3 = { speculative: new Array(8).fill(0), batch: new Array(8).fill(0) };
for (let run = 0; run < decoded; run++) {
  const shared = { draft: draft2, target: target2, maxTokens: 3 };
  const single = await speculate({ ...shared, random: stream(seed, "law", "single", run) });
  const batch = await batchSpeculate({
    ...shared,
    drafts: 4,
    random: stream(seed, "law", "batch", run),
  });
  counts3.speculative[parseInt(single.tokens.join(""), 2)]++;
  counts3.batch[parseInt(batch.tokens.join(""), 2)]++;
}
display(table(
  texts3.map((text, i) => ({
    text: text.join(""),
    "target's law": law3[i],
    speculative: counts3.speculative[i] / decoded,
    "batch, M = 4": counts3.batch[i] / decoded,
  })),
  { caption: `Share of each text of three tokens in ${decoded} decoded texts` },
));
await claim("02.theorem-1-law", {
  value: { pValue: chiSquare(counts3.speculative, law3).pValue },
  note: `${decoded} texts`,
});
await claim("02.theorem-3-law", {
  value: { pValue: chiSquare(counts3.batch, law3).pValue },
  note: `${decoded} texts`,
});

// %% [markdown] id="agreement-text"
// Then: do the two implementations count the same? Texts of 20 tokens on the two-state chain.

// %% id="agreement"
const decoderMoments = new RunningMoments();
for (let run = 0; run < decoded; run++) {
  const { rejections } = await speculate({
    draft: draft2,
    target: target2,
    maxTokens: 20,
    random: stream(seed, "agreement", run),
  });
  decoderMoments.add(rejections);
}
const simulatorTwo = estimate(
  simulateChains(two, { steps: 20, runs: simulated, random: stream(seed, "agreement simulated") })
    .rejections,
);
display(table([
  {
    from: "decoder, through the interface",
    texts: decoded,
    mean: decoderMoments.mean,
    "standard error": decoderMoments.standardError,
  },
  {
    from: "direct simulator",
    texts: simulated,
    mean: simulatorTwo.mean,
    "standard error": simulatorTwo.standardError,
  },
  {
    from: "Theorem 1",
    texts: null,
    mean: expectedRejections(two, 20).total,
    "standard error": null,
  },
], {
  caption: "Rejections in 20 tokens",
  columns: ["from", "texts", { key: "mean", digits: 5 }, { key: "standard error", digits: 2 }],
}));
await claim("02.interface-simulator-agree", {
  value: {
    z: zScore(
      decoderMoments.mean,
      simulatorTwo.mean,
      Math.hypot(decoderMoments.standardError, simulatorTwo.standardError),
    ),
  },
  note: `${decoded} decoded and ${simulated} simulated texts`,
});

// %% [markdown] id="figures"
// ## The paper's figures, redrawn
//
// ### Simulation, left and middle: running averages meet the theorems
//
// One chain from the integers above and two random ones (seven states, 50 steps; Dirichlet rows of concentration 1, spread
// evenly, and 0.3, more peaked). The paper has two panels for this, we draw three. Each
// line is the average number of rejections over the texts drawn so far, divided by the exact expectation, so all of them
// should end at 1: for speculative decoding, and for $M=4$ and $M=5$ drafts.

// %% id="simulation"
const randomPair = (concentration: number): ChainPair => {
  const rows = { vocabSize: 7, seed, concentration, nonStationary: true };
  return {
    target: dirichletChain({ name: "target", ...rows }),
    draft: dirichletChain({ name: "draft", ...rows }),
  };
};
const chains: { chain: string; pair: ChainPair }[] = [
  { chain: "from integers", pair: seven },
  ...[1, 0.3].map((concentration) => ({
    chain: `random rows, concentration ${concentration}`,
    pair: randomPair(concentration),
  })),
];
/** Numbers of texts after which the running average is drawn: evenly spaced on a logarithmic axis. */
const marks = [
  ...new Set(Array.from({ length: 60 }, (_, i) => Math.round(10 * (simulated / 10) ** (i / 59)))),
];

const running: { drafts: string; chain: string; texts: number; ratio: number }[] = [];
const outcomes: {
  drafts: number;
  chain: string;
  expected: number;
  mean: number;
  standardError: number;
  z: number;
}[] = [];
for (const drafts of [1, 4, 5]) {
  for (const { chain, pair } of chains) {
    const expected = expectedBatchRejections(pair, 50, drafts).total;
    const random = stream(seed, "simulation", chain, drafts);
    const { rejections } = simulateChains(pair, { steps: 50, runs: simulated, random, drafts });
    const moments = new RunningMoments();
    let next = 0;
    for (const count of rejections) {
      moments.add(count);
      if (moments.count !== marks[next]) continue;
      running.push({
        drafts: drafts === 1 ? "one draft" : `M = ${drafts}`,
        chain,
        texts: moments.count,
        ratio: moments.mean / expected,
      });
      next++;
    }
    const { mean, standardError } = moments;
    outcomes.push({
      drafts,
      chain,
      expected,
      mean,
      standardError,
      z: zScore(mean, expected, standardError),
    });
  }
}
display(plot({
  title: "Average rejections over their exact expectation",
  alt:
    "Three panels of three lines each, for one, four and five drafts. The lines scatter around 1 while there are few texts, and settle on 1.",
  caption: `Seven states, 50 tokens; up to ${simulated} texts, logarithmic axis.`,
  width: 720,
  height: 300,
  x: { type: "log", label: "texts" },
  y: { label: "average ÷ expectation" },
  fx: { label: null, domain: ["one draft", "M = 4", "M = 5"] },
  color: { legend: true },
  data: outcomes,
  marks: [
    Plot.ruleY([1]),
    Plot.lineY(running, { x: "texts", y: "ratio", stroke: "chain", fx: "drafts" }),
  ],
}));
display(table(outcomes, {
  caption: `Means of ${simulated} texts against the exact expectation`,
  columns: ["drafts", "chain", { key: "expected", digits: 6 }, { key: "mean", digits: 6 }, {
    key: "standardError",
    label: "standard error",
    digits: 2,
  }, { key: "z", digits: 2 }],
}));
const scores = (drafts: number) =>
  outcomes.filter((row) => row.drafts === drafts).map((row) => row.z);
await claim("02.simulation-sd", { z: scores(1), n: simulated });
await claim("02.simulation-batch-4", { z: scores(4), n: simulated });
await claim("02.simulation-batch-5", { z: scores(5), n: simulated });

// %% [markdown] id="drafts-text"
// ### Simulation, right: more drafts, fewer rejections, never none
//
// The same chains, exactly. Each line falls and flattens towards its limit for infinitely many drafts (dashed), which is
// above zero: after the root a batch decoder rejects as often as an ordinary one.
//
// Why it flattens can be said in one line (our derivation): with $c_m$ the probability that the first $m-1$ tries fail and
// $s_M=c_1+\dots+c_M$, a root with $M$ drafts accepts exactly the mass $\min(q,\,s_M\,p)$. More drafts stretch $p$ until it
// covers $q$ wherever the draft goes at all; positions after the root still see the unstretched $p$.

// %% id="drafts"
const byDrafts = chains.flatMap(({ chain, pair }) =>
  [1, 2, 3, 4, 5, 6, 8, 11, 16, 23, 32, 45, 64].map((drafts) => ({
    chain,
    drafts,
    rejections: expectedBatchRejections(pair, 50, drafts).total,
    limit: expectedBatchRejections(pair, 50, Infinity).total,
  }))
);
display(plot({
  title: "Expected rejections by number of drafts",
  alt:
    "Three falling lines over 1 to 64 drafts, each flattening towards its own dashed limit well above zero.",
  height: 360,
  x: { type: "log", label: "drafts M", ticks: [1, 2, 4, 8, 16, 32, 64], tickFormat: String },
  y: { label: "expected rejections in 50 tokens", zero: true },
  color: { legend: true },
  data: byDrafts,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(byDrafts, { x: "drafts", y: "limit", stroke: "chain", strokeDasharray: "4 4" }),
    Plot.lineY(byDrafts, { x: "drafts", y: "rejections", stroke: "chain", marker: true }),
  ],
}));
await claim(
  "02.more-drafts-fewer-rejections",
  Array.from({ length: 64 }, (_, i) => expectedBatchRejections(seven, 50, i + 1).total),
);

// %% [markdown] id="improvement-text"
// ### Batch improvement: two families in closed form
//
// How much does a root gain from $M$ drafts? With $p$ uniform on $V$ tokens and $q$ uniform on $V'$ of them, the rejection
// probability falls as $(1-V'/V)^M$. Turn it round, with the draft on the smaller support, and it is $1-V/V'$ for every
// $M$: extra drafts never help, because after one rejection the residual lies where the draft never goes. With two coins,
// $p=\mathrm{Ber}(u)$ and $q=\mathrm{Ber}(v)$, it falls as $(v-u)(1-u)^{M-1}$ when $v>u$ and as $(u-v)u^{M-1}$ otherwise.

// %% id="improvement"
const uniformOn = (size: number, support: number) =>
  Float64Array.from({ length: size }, (_, x) => x < support ? 1 / support : 0);
const families = [
  ...[[10, 7], [10, 5], [10, 2], [5, 10]].map(([draftSupport = 1, targetSupport = 1]) => {
    const size = Math.max(draftSupport, targetSupport);
    return {
      family: "uniform",
      label: `draft on ${draftSupport}, target on ${targetSupport}`,
      draft: uniformOn(size, draftSupport),
      target: uniformOn(size, targetSupport),
      closed: (attempts: number) => uniformRootRejection({ draftSupport, targetSupport, attempts }),
    };
  }),
  ...[[0.1, 0.6], [0.3, 0.8], [0.8, 0.3]].map(([draft = 0, target = 0]) => ({
    family: "Bernoulli",
    label: `draft ${draft}, target ${target}`,
    draft: Float64Array.of(1 - draft, draft),
    target: Float64Array.of(1 - target, target),
    closed: (attempts: number) => bernoulliRootRejection({ draft, target, attempts }),
  })),
];
const improvement = families.flatMap(({ family, label, draft, target, closed }) =>
  Array.from({ length: 12 }, (_, i) => {
    const product = rootRejection(target, draft, i + 1);
    return {
      family,
      label,
      drafts: i + 1,
      improvement: totalVariation(draft, target) - product,
      deviation: Math.abs(product - closed(i + 1)),
    };
  })
);
for (const family of ["uniform", "Bernoulli"]) {
  const rows = improvement.filter((row) => row.family === family);
  display(plot({
    title: `Batch improvement at a root, ${family} laws`,
    alt:
      `Improvement in rejection probability over 1 to 12 drafts: rising from 0 and levelling off${
        family === "uniform" ? "; flat at 0 where the draft has the smaller support" : ""
      }.`,
    height: 280,
    x: { label: "drafts M", ticks: 12 },
    y: { label: "TV − Pr(all drafts rejected)", domain: [0, 0.85] },
    color: { legend: true },
    data: rows,
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(rows, { x: "drafts", y: "improvement", stroke: "label", marker: true }),
    ],
  }));
}
const worstDeviation = (family: string) =>
  Math.max(...improvement.filter((row) => row.family === family).map((row) => row.deviation));
await claim("02.improvement-uniform", worstDeviation("uniform"));
await claim("02.improvement-bernoulli", worstDeviation("Bernoulli"));

// %% [markdown] id="pareto-text"
// ### Pareto front: bias against rejections
//
// Accept more than allowed, with $b_\epsilon=\min\{1,(q+\epsilon)/p\}$. *Decoding-OPT* then samples from the best
// replacement of Theorem 4, which for this rule is the ordinary residual; *Decoding-UNO* samples from the target, the
// obvious choice. Both reject equally often. Only OPT lies on the line, and nothing can lie below it.

// %% id="pareto"
const epsilons = [0, 0.05, 0.1, 0.15, 0.2, 0.3];
const front = paretoFront(p4, q4, epsilons);
const cloud = Array.from({ length: 400 }, (_, trial) => {
  const random = stream(seed, "cloud", trial);
  const b = Float64Array.from(p4, () => random.uniform() ** 0.5);
  const replacement = random.dirichlet([0.5, 0.5, 0.5, 0.5]);
  return {
    rejection: optimalPostRejection(p4, q4, b).rejection,
    bias: postRejectionLoss(p4, q4, b, replacement),
  };
});
display(plot({
  title: "Every rejection saved costs as much bias",
  alt:
    "Rejection probability against bias. OPT's six points lie on the straight line from (0, 0.4) to (0.4, 0); UNO's lie above it; 400 random rules lie above it as well.",
  caption: `Line: rejection + bias = TV(p, q) = ${
    totalVariation(p4, q4)
  }. Small dots: random acceptance rules with random replacements.`,
  height: 400,
  x: { label: "Pr(reject)", domain: [0, 0.7] },
  y: { label: "bias (total variation from the target)", domain: [0, 0.7] },
  color: { legend: true, domain: ["OPT", "UNO", "random rules"] },
  data: front.map((row) => ({ ...row })),
  marks: [
    Plot.lineY([{ x: 0, y: 0.4 }, { x: 0.4, y: 0 }], { x: "x", y: "y", stroke: "currentColor" }),
    Plot.dot(cloud, { x: "rejection", y: "bias", r: 1.5, fill: () => "random rules" }),
    Plot.dot(front, { x: "rejection", y: "unoBias", r: 5, fill: () => "UNO" }),
    Plot.dot(front, { x: "rejection", y: "optBias", r: 5, fill: () => "OPT" }),
  ],
}));
display(table(front.map((row) => ({ ...row, sum: row.rejection + row.optBias })), {
  caption: "The ε sweep, exact",
  columns: [
    { key: "epsilon", label: "ε" },
    { key: "rejection", label: "Pr(reject)" },
    { key: "optBias", label: "bias of OPT" },
    { key: "sum", label: "Pr(reject) + bias of OPT" },
    { key: "unoBias", label: "bias of UNO" },
  ],
}));
await claim(
  "02.theorem-5-line",
  Math.max(
    ...front.map(({ rejection, optBias }) =>
      Math.abs(rejection + optBias - totalVariation(p4, q4))
    ),
  ),
);
await claim("02.uno-bias", front.map(({ unoBias }) => unoBias));

// %% [markdown] id="pareto-decoded-text"
// The same with the decoders. OPT's bias shows as target mass that its output lacks on tokens c and d, where the target
// exceeds the draft; measured on finitely many texts this difference can come out a little below zero.

// %% id="pareto-decoded"
const always = (name: string, row: Float64Array) =>
  markovModel({ name, vocabSize: 4, stationaryFrom: 1, steps: Infinity, row: () => row });
const drafting4 = always("four-token draft", p4);
const targeting4 = always("four-token target", q4);
const decodedFront = [];
for (const { epsilon, rejection, optBias } of front) {
  const observed = { opt: { rejected: 0, high: 0 }, uno: { rejected: 0, high: 0 } };
  for (
    const [name, rule] of [["opt", decodingOpt(epsilon)], ["uno", decodingUno(epsilon)]] as const
  ) {
    for (let run = 0; run < decoded; run++) {
      const { tokens, rejections } = await speculate({
        draft: drafting4,
        target: targeting4,
        maxTokens: 1,
        rule,
        random: stream(seed, "pareto", name, epsilon, run),
      });
      observed[name].rejected += rejections;
      if ((tokens[0] ?? 0) >= 2) observed[name].high++;
    }
  }
  const share = (count: number) => count / decoded;
  const error = (count: number) => Math.sqrt(share(count) * (1 - share(count)) / decoded);
  const measuredBias = (q4[2] ?? 0) + (q4[3] ?? 0) - share(observed.opt.high);
  decodedFront.push({
    epsilon,
    "Pr(reject)": rejection,
    "OPT rejects": share(observed.opt.rejected),
    "UNO rejects": share(observed.uno.rejected),
    "bias of OPT": optBias,
    "measured": measuredBias,
    sameRejections: zScore(
      share(observed.opt.rejected),
      share(observed.uno.rejected),
      Math.hypot(error(observed.opt.rejected), error(observed.uno.rejected)),
    ),
    biasScore: zScore(measuredBias, optBias, error(observed.opt.high)),
  });
}
display(table(decodedFront, {
  caption: `The ε sweep with the decoders, ${decoded} texts of one token each`,
  columns: [
    { key: "epsilon", label: "ε" },
    "Pr(reject)",
    "OPT rejects",
    "UNO rejects",
    "bias of OPT",
    { key: "measured", label: "measured bias of OPT" },
  ],
}));
await claim("02.opt-uno-same-rejections", {
  z: decodedFront.map(({ sameRejections }) => sameRejections),
  n: decoded,
});
await claim("02.opt-bias-measured", {
  z: decodedFront.map(({ biasScore }) => biasScore),
  n: decoded,
});

// %% [markdown] id="finite"
// ## What a practical decoder changes
//
// The paper drafts to the end of the text and adds nothing of its own. A practical decoder drafts $K$ tokens, and when all
// are accepted it takes one more token from the target's pass for free, the *bonus token*. The theory counts rejections; a
// decoder also pays for target calls and for drafted tokens, and these are three different numbers. Even in the paper's
// setting each text takes one call more than it has rejections, or as many when its very last token is a rejection.
//
// Without the bonus token the rejections do not depend on $K$. With it they drop below Theorem 1, because bonus positions
// cannot be rejected. What still holds, for every stopping rule, is the sum over the positions that were *examined*.

// %% id="finite-counts"
const lookAheads = [1, 2, 4, 8, 20];
const finite = lookAheads.flatMap((candidates) =>
  [false, true].map((bonus) => ({
    K: candidates,
    bonus,
    ...lookAheadCounts(two, 20, { candidates, bonus }),
  }))
);
display(table(finite, {
  caption: "Expected costs of 20 tokens on the two-state chain, exact",
  columns: [
    "K",
    { key: "bonus", label: "bonus token" },
    { key: "rejections", digits: 5 },
    { key: "targetCalls", label: "target calls", digits: 5 },
    { key: "drafted", digits: 5 },
    { key: "discarded", digits: 5 },
    { key: "tokensPerCall", label: "tokens per call", digits: 5 },
  ],
}));
const withoutBonus = [1, 4, 20].map((candidates) =>
  lookAheadCounts(two, 20, { candidates, bonus: false })
);
const withBonus = [1, 2, 4, 8].map((candidates) =>
  lookAheadCounts(two, 20, { candidates, bonus: true })
);
await claim("02.finite-k-rejections", withoutBonus.map(({ rejections }) => rejections));
await claim("02.finite-k-calls", withoutBonus.map(({ targetCalls }) => targetCalls));
await claim("02.bonus-token-counts", [
  ...withBonus.map(({ rejections }) => rejections),
  ...withBonus.map(({ targetCalls }) => targetCalls),
]);

// %% id="martingale"
const surplus = new RunningMoments();
const examinedSum = new RunningMoments();
for (let run = 0; run < decoded; run++) {
  const { rejections, trace = [] } = await speculate({
    draft: draft2,
    target: target2,
    maxTokens: 20,
    candidates: constantLength(4),
    bonus: true,
    random: stream(seed, "martingale", run),
    trace: true,
  });
  const examined = trace.reduce((sum, position) => sum + position.totalVariation, 0);
  surplus.add(rejections - examined);
  examinedSum.add(examined);
}
display(
  md`With $K=4$ and the bonus token, ${decoded} decoded texts had on average ${
    surplus.mean + examinedSum.mean
  } rejections, and a total variation of ${examinedSum.mean} summed over their examined positions. Theorem 1, which
  counts every position, says ${expectedRejections(two, 20).total}.`,
);
await claim("02.bonus-token-martingale", {
  z: zScore(surplus.mean, 0, surplus.standardError),
  n: decoded,
});

// %% [markdown] id="independent-text"
// ### If every guess were right with the same probability
//
// Much of the literature assumes that each candidate is accepted independently with probability $\alpha$. Then a call
// yields $(1-\alpha^{K+1})/(1-\alpha)$ tokens. In a chain, whether a guess is right depends on where the text is, so the
// formula is an approximation there. On these two states, with the chain's own average acceptance for $\alpha$, it is a
// good one for long texts; short ones lose a little, because their last round is cut short.

// %% id="independent"
const alpha = 1 - expectedRejections(two, 20).total / 20;
display(equation({
  id: "tokens-per-call",
  latex: String.raw`\frac{1-\alpha^{K+1}}{1-\alpha}=1+\alpha+\dots+\alpha^{K}`,
  source: "offprint/decoding/policies/mod.ts",
  fn: tokensPerCall,
  checks: [1, 2, 4, 8].map((K) => ({
    args: [0.8, K] as [number, number],
    equals: Array.from({ length: K + 1 }, (_, i) => 0.8 ** i).reduce((sum, term) => sum + term),
  })),
}));
const perCall = lookAheads.slice(0, -1).flatMap((K) => [
  { K, model: `independent, α = ${alpha.toFixed(3)}`, tokens: tokensPerCall(alpha, K) },
  {
    K,
    model: "two-state chain, T = 20",
    tokens: lookAheadCounts(two, 20, { candidates: K, bonus: true }).tokensPerCall,
  },
  {
    K,
    model: "two-state chain, T = 2000",
    tokens: lookAheadCounts(two, 2000, { candidates: K, bonus: true }).tokensPerCall,
  },
]);
display(plot({
  title: "Tokens per target call",
  alt:
    "Tokens per call rise with K. For long texts the chain is close to the independent formula; for 20 tokens it is lower, since the last round is cut short.",
  height: 280,
  x: { label: "candidates K", ticks: [1, 2, 4, 8], tickFormat: "d" },
  y: { label: "tokens per call", zero: true },
  color: { legend: true },
  data: perCall,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(perCall, { x: "K", y: "tokens", stroke: "model", marker: true }),
  ],
}));
await claim("02.independent-acceptance", [1, 2, 4, 8].map((K) => tokensPerCall(0.8, K)));

// %% [markdown] id="models"
// ## With trained language models
//
// Now a transformer of one layer drafts for one of four layers, both trained by this project on State of the Union
// addresses with one tokenizer; prompts are the beginnings of sentences of held-out addresses. No expectation can be
// computed any more, but every distance can: at each position both models give all their probabilities. What the theorems say
// about *sums along the text* is then checked on the very texts that the decoder writes.

// %% id="models-load"
const pair = {
  draft: (await loadModel(draftModel)).model,
  target: (await loadModel(targetModel)).model,
};
const { dev, test } = await loadPrompts();
const prompts = [...test, ...dev].map(({ tokens }) => tokens);
/** Prompts for so many texts, in the full profile for twenty times as many; in turn, where there are fewer prompts. */
const many = (texts: number): number[][] =>
  Array.from(
    { length: { quick: 1, full: 20 }[profile] * texts },
    (_, i) => prompts[i % prompts.length] ?? [],
  );
const openings = many(modelTexts);
const longTokens = { quick: modelTokens, full: Math.max(modelTokens, 200) }[profile];
table(
  (["draft", "target"] as const).map((role) => ({
    role,
    model: pair[role].name,
    vocabulary: pair[role].vocabSize,
    context: pair[role].contextLength,
  })),
  { caption: `The pair; ${prompts.length} prompts of ${prompts[0]?.length} tokens` },
);

// %% [markdown] id="models-rejections-text"
// ### Rejections are total variation
//
// Without a bonus token the number of rejections does not depend on how many candidates a round has (that was shown above),
// so two will do. In each text, subtract from its rejections the total variation summed over the positions that were
// examined: the mean must be 0. A decoder that compared other distributions than it samples from would fail here.

// %% id="models-rejections" tags=["native"]
const modelRuns = await speculateTexts({
  ...pair,
  prompts: openings,
  maxTokens: longTokens,
  candidates: constantLength(2),
  random: (text) => stream(seed, "models", text),
  trace: true,
  batch: 100,
});
const summedDistance = modelRuns.map(({ trace = [] }) =>
  trace.reduce((sum, position) => sum + position.totalVariation, 0)
);
const excess = estimate(
  modelRuns.map(({ rejections }, i) => rejections - (summedDistance[i] ?? 0)),
);
const perText = modelRuns.map(({ rejections, tokens }, i) => ({
  rejections,
  distance: summedDistance[i] ?? 0,
  tokens: tokens.length,
}));
display(plot({
  title: "Each text's rejections against its summed distance",
  alt:
    "One dot for each text: its rejections against the total variation summed along it. The dots scatter around the diagonal.",
  caption: `${perText.length} texts of ${longTokens} tokens; dashed: equal`,
  height: 360,
  x: { label: "total variation summed along the text" },
  y: { label: "rejections" },
  data: perText,
  marks: [
    Plot.line(
      [Math.min(...summedDistance), Math.max(...summedDistance)].map((at) => ({ at })),
      { x: "at", y: "at", strokeDasharray: "5 4" },
    ),
    Plot.dot(perText, { x: "distance", y: "rejections", fill: "#1f4fe0", r: 3.5 }),
  ],
}));
display(
  md`On average ${
    mean(perText.map(({ rejections }) => rejections)).toFixed(2)
  } rejections and a summed distance of ${
    mean(summedDistance).toFixed(2)
  } in ${longTokens} tokens: this draft's token is rejected ${
    (100 * mean(summedDistance) / longTokens).toFixed(0)
  } % of the time, and no unbiased rule of this kind can do better with it.`,
);
await claim("02.models-rejections", {
  z: zScore(excess.mean, 0, excess.standardError),
  n: modelRuns.length,
});

// %% [markdown] id="models-drafts-text"
// ### More drafts
//
// The batch decoder on the same pair, fewer and shorter texts. Each round gains at its first position only; how much it can
// gain there is known exactly at every position where a round began.

// %% id="models-drafts" tags=["native"]
const draftCounts = [1, 2, 4, 8];
const batchOpenings = many(16);
const batchTokens = 20;
const batchRuns: { drafts: number; rejections: number[] }[] = [];
for (const drafts of draftCounts) {
  // The two ends are compared in pairs and get all prompts, what lies between gets half of them.
  const share = drafts === 1 || drafts === 8 ? 1 : 0.5;
  const runs = await batchSpeculateTexts({
    ...pair,
    drafts,
    prompts: batchOpenings.slice(0, share * batchOpenings.length),
    maxTokens: batchTokens,
    lookAhead: 2,
    random: (text) => stream(seed, "batch of models", text),
  });
  batchRuns.push({ drafts, rejections: runs.map(({ rejections }) => rejections) });
}
/** Draft and target at every position of some texts of the target. */
const positions: { draft: Float64Array; target: Float64Array }[] = [];
const positionOpenings = many(8);
const positionTexts = await sampleTexts({
  model: pair.target,
  prompts: positionOpenings,
  maxTokens: 20,
  random: (text) => stream(seed, "positions", text),
});
for (const [i, prompt] of positionOpenings.entries()) {
  const text = positionTexts[i] ?? [];
  const read = async (model: LanguageModel) => {
    const sequence = await model.open(prompt);
    const first = softmax(sequence.logits);
    const { logits } = await sequence.extend(text.slice(0, -1));
    sequence.close();
    return [first, ...logits.map(softmax)];
  };
  const drafts = await read(pair.draft);
  const targets = await read(pair.target);
  for (const [i, draft] of drafts.entries()) {
    const target = targets[i];
    if (target !== undefined) positions.push({ draft, target });
  }
}
const rootMeans = draftCounts.map((drafts) =>
  mean(positions.map(({ draft, target }) => rootRejection(target, draft, drafts)))
);
display(table(
  batchRuns.map(({ drafts, rejections }, i) => {
    const { mean, standardError } = estimate(rejections);
    return {
      "drafts M": drafts,
      texts: rejections.length,
      [`rejections in ${batchTokens} tokens`]: mean,
      "standard error": standardError,
      "all M rejected at the root": rootMeans[i],
    };
  }),
  {
    caption:
      `Texts of ${batchTokens} tokens; last column: exact, mean of ${positions.length} positions`,
  },
));
await claim(
  "02.models-drafts",
  meanInterval(
    (batchRuns[0]?.rejections ?? []).map((one, i) => one - (batchRuns[3]?.rejections[i] ?? NaN)),
  ),
);
await claim("02.models-root", rootMeans);

// %% [markdown] id="models-front-text"
// ### The straight line, at real positions
//
// Rejection probability and bias of both rules, exact at each of these positions, then averaged.

// %% id="models-front" tags=["native"]
const modelEpsilons = [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3];
let offTheLine = 0;
const meanDistance = mean(positions.map(({ draft, target }) => totalVariation(draft, target)));
const modelFront = modelEpsilons.flatMap((epsilon) =>
  [decodingOpt(epsilon), decodingUno(epsilon)].map((rule, uno) => {
    const steps = positions.map(({ draft, target }) => {
      const step = stepLaw(rule, draft, target);
      if (uno === 0) {
        offTheLine = Math.max(
          offTheLine,
          Math.abs(step.rejection + step.bias - totalVariation(draft, target)),
        );
      }
      return step;
    });
    return {
      rule: uno === 0 ? "OPT" : "UNO",
      epsilon,
      rejection: mean(steps.map(({ rejection }) => rejection)),
      bias: mean(steps.map(({ bias }) => bias)),
    };
  })
);
display(plot({
  title: "Rejections against bias, trained pair",
  alt:
    "Bias against rejection probability. OPT's points lie on a falling straight line that joins the mean total variation on both axes; UNO's lie above it.",
  caption: `Means of ${positions.length} positions, ε from 0 to 0.3. Dashed: rejection + bias = ${
    meanDistance.toFixed(3)
  }, the mean total variation.`,
  height: 320,
  x: { label: "probability of a rejection" },
  y: { label: "bias (total variation to the target)", zero: true },
  color: { legend: true, domain: ["OPT", "UNO"] },
  data: modelFront,
  marks: [
    Plot.line([[0, meanDistance], [meanDistance, 0]], { strokeDasharray: "5 4" }),
    Plot.line(modelFront, { x: "rejection", y: "bias", stroke: "rule" }),
    Plot.dot(modelFront, { x: "rejection", y: "bias", fill: "rule", r: 4 }),
  ],
}));
await claim("02.models-front", offTheLine);

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// One cell, any parameters: how do rejections depend on how peaked the models are (the concentration of their random
// rows), and on the number of drafts? Change the lists and run the cell again; points already computed are kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "peaked or flat, few or many drafts",
  over: { concentration: [0.1, 0.3, 1, 3], drafts: [1, 2, 4, 8] },
  seed,
  run: ({ concentration, drafts }, seed) => {
    const rows = { vocabSize: 7, seed, concentration, nonStationary: true };
    const pair = {
      target: dirichletChain({ name: "target", ...rows }),
      draft: dirichletChain({ name: "draft", ...rows }),
    };
    const { total } = expectedBatchRejections(pair, 50, drafts);
    return { rejections: total, "tokens per rejection": 50 / total };
  },
});
display(plot({
  title: "Expected rejections by peakedness and number of drafts",
  alt:
    "Expected rejections in 50 tokens against the concentration of the rows, one line for each number of drafts: all fall as rows get flatter.",
  height: 300,
  x: { type: "log", label: "concentration of the random rows" },
  y: { label: "expected rejections in 50 tokens", zero: true },
  color: { legend: true, type: "ordinal", label: "drafts M" },
  data: ablation.rows,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(ablation.rows, {
      x: "concentration",
      y: "rejections",
      stroke: "drafts",
      marker: true,
    }),
  ],
}));
ablation;

// %% [markdown] id="cost"
// ## What it costs
//
// The exact recursion visits each step, each pair of tokens, and each draft once. The simulator needs very many
// texts to know the same number to three digits. Times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const timed = <T>(work: () => T) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
table([
  { what: "Theorem 1, exact, T = 20", ms: timed(() => expectedRejections(two, 20)) },
  {
    what: "Theorem 3, exact, T = 50, 7 states, M = 256",
    ms: timed(() => expectedBatchRejections(seven, 50, 256)),
  },
  {
    what: `direct simulator, ${simulated} texts, T = 20`,
    ms: timed(() =>
      simulateChains(two, { steps: 20, runs: simulated, random: stream(seed, "timing") })
    ),
  },
]);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **No large model.** Chains obey the theorems exactly and the small trained pair obeys them within its sampling error, but
//   neither says how far a 70 M draft is from a 2.8 B target.
// * **Rejections are not time.** The theory takes drafting as free. On a real machine the draft costs something, a
//   verify pass of many tokens costs more than one of few, and fewer rejections can be slower.
// * **Table 1** compares OPT and UNO by reward models and GPT-4 on 200 prompts. We could not read its eight percentages
//   and do not have its models; the ledger says so.
// * **The paper's own matrices** are not published, so the figures above have its shapes and not its numbers.
// * **Not the last word on batches.** Theorem 3 is exact for the rule that tries siblings at the root only. Tree and block
//   verification accept jointly, are outside this family, and can do better.

// %% id="headline"
await claim("02.win-rate-table", null);

// %% [markdown] id="own-model"
// ## With your own model
//
// Anything that implements `LanguageModel` (`offprint/lm/interface/language_model.ts`) goes into `speculate`. The shortest way is a function
// from the text so far to next-token probabilities; here a target that likes to repeat what it said two tokens ago.

// %% id="own-model-example"
const echo = (strength: number) => (history: number[]) => {
  const row = new Array(5).fill((1 - strength) / 5);
  const before = history.at(-2);
  if (before === undefined) return new Array(5).fill(0.2);
  row[before] += strength;
  return row;
};
const mine = await speculate({
  draft: historyModel({ name: "hesitant", vocabSize: 5, row: echo(0.4) }),
  target: historyModel({ name: "sure", vocabSize: 5, row: echo(0.9) }),
  maxTokens: 40,
  candidates: constantLength(4),
  bonus: true,
  random: stream(seed, "own model"),
});
md`Text: ${
  mine.tokens.join("")
}. ${mine.rejections} rejections, ${mine.targetCalls} target calls for ${mine.tokens.length} tokens, ${mine.drafted} drafted.`;

// %% [markdown] id="calculator-text"
// If you have *logged* draft and target distributions of another system, the theory tells how well it could do. Put one
// pair of rows for each examined position into `logged`; the average total variation is the best possible rejection rate
// of any unbiased rule.

// %% id="calculator"
const logged: { draft: number[]; target: number[]; rejected: boolean }[] = [
  { draft: [0.7, 0.2, 0.1], target: [0.6, 0.3, 0.1], rejected: false },
  { draft: [0.5, 0.4, 0.1], target: [0.1, 0.8, 0.1], rejected: true },
  { draft: [0.3, 0.3, 0.4], target: [0.2, 0.3, 0.5], rejected: true },
];
const best = logged.reduce((sum, { draft, target }) => sum + totalVariation(draft, target), 0) /
  logged.length;
const yours = logged.filter(({ rejected }) => rejected).length / logged.length;
md`Best possible: ${100 * best} % of the examined tokens rejected. This log: ${
  100 * yours
} % (of only ${logged.length} positions).`;

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away. Restart the kernel (do not interrupt it) when
// a cell hangs.
//
// **1. The overlap.** Write the acceptance probability of a whole position, $\sum_x\min(p(x),q(x))$, without using
// `totalVariation`.

// %% id="exercise-1" tags=["exercise","solution"]
function acceptanceRate(draft: ArrayLike<number>, target: ArrayLike<number>): number {
  // BEGIN SOLUTION
  let sum = 0;
  for (let x = 0; x < draft.length; x++) sum += Math.min(draft[x] ?? 0, target[x] ?? 0);
  return sum;
  // END SOLUTION
}

// %% id="exercise-1-check"
check("exercise 1", {
  got: [acceptanceRate(p4, q4), acceptanceRate(p4, p4), acceptanceRate([1, 0], [0, 1])],
  expected: [0.6, 1, 0],
  hint: "Equal distributions accept everything, disjoint ones nothing.",
});

// %% [markdown] id="exercise-2-text"
// **2. Matching is not verifying.** A tempting rule: sample $y$ from the target, and call the draft token accepted if it
// equals $y$; otherwise output $y$. Its output is always the target's. How often does it reject? Write the probability and
// compare with the total variation: Theorem 2 says which is larger.

// %% id="exercise-2" tags=["exercise","solution"]
function matchingRejection(draft: ArrayLike<number>, target: ArrayLike<number>): number {
  // BEGIN SOLUTION
  let match = 0;
  for (let x = 0; x < draft.length; x++) match += (draft[x] ?? 0) * (target[x] ?? 0);
  return 1 - match;
  // END SOLUTION
}

// %% id="exercise-2-check"
display(check("exercise 2", {
  got: [matchingRejection(p4, q4), matchingRejection([1, 0], [1, 0])],
  expected: [0.8, 0],
  hint: "The two draws are independent: they agree on x with probability p(x) q(x).",
}));
md`Matching rejects ${
  matchingRejection(p4, q4)
} of the tokens of the four-token example, verifying ${
  totalVariation(p4, q4)
}. With two equal uniform distributions on 100 tokens: ${
  matchingRejection(uniformOn(100, 100), uniformOn(100, 100))
} against 0.`;

// %% [markdown] id="exercise-3-text"
// **3. Whose texts?** Theorem 1 averages the total variation along texts of the target. Compute the same sum along texts of
// the *draft* for the two-state chain and 20 tokens, a mistake that is easy to make in a real decoder, and see that it is
// another number.

// %% id="exercise-3" tags=["exercise","solution"]
function alongTheDraft(pair: ChainPair, tokens: number): number {
  // BEGIN SOLUTION
  let law = [1];
  let sum = 0;
  for (let step = 1; step <= tokens; step++) {
    const next = new Array(pair.draft.vocabSize).fill(0);
    law.forEach((probability, previous) => {
      const row = pair.draft.row(step, previous);
      sum += probability * totalVariation(row, pair.target.row(step, previous));
      row.forEach((mass, token) => next[token] += probability * mass);
    });
    law = next;
  }
  return sum;
  // END SOLUTION
}

// %% id="exercise-3-check"
display(check("exercise 3", {
  got: alongTheDraft(two, 20),
  // The draft's chain has stationary law (4/7, 3/7) and forgets at rate 0.3.
  expected: 0.25 + 19 * (0.1 + 0.1 * 4 / 7) + 0.1 * (0.75 - 4 / 7) * (1 - 0.3 ** 19) / 0.7,
  hint: "Carry the law of the last token forward with the draft's rows, not the target's.",
}));
md`Along the draft: ${alongTheDraft(two, 20)}. Along the target, as the theorem says: ${
  expectedRejections(two, 20).total
}.`;

// %% [markdown] id="exercise-4-text"
// **4. How many drafts are worth it?** Find the smallest $M$ for which the seven-state chain at $T=50$ has come within
// 1 % of its limit for infinitely many drafts.

// %% id="exercise-4" tags=["exercise","solution"]
function enoughDrafts(pair: ChainPair, tokens: number): number {
  // BEGIN SOLUTION
  const limit = expectedBatchRejections(pair, tokens, Infinity).total;
  let drafts = 1;
  while (expectedBatchRejections(pair, tokens, drafts).total > 1.01 * limit) drafts++;
  return drafts;
  // END SOLUTION
}

// %% id="exercise-4-check"
const enough = enoughDrafts(seven, 50);
const closeEnough = (drafts: number) =>
  drafts >= 1 && expectedBatchRejections(seven, 50, drafts).total <=
    1.01 * expectedBatchRejections(seven, 50, Infinity).total;
display(check("exercise 4", {
  got: [closeEnough(enough), closeEnough(enough - 1)],
  expected: [true, false],
  hint:
    "Compare with expectedBatchRejections(pair, tokens, Infinity), and look for the first M that is close enough.",
}));
md`${enough} drafts.`;

// %% [markdown] id="exercise-5-text"
// **5. Your own rule.** Write a verification rule that accepts like speculative decoding with the target's temperature
// raised a little, and place it in the Pareto figure with `stepLaw`. Is it on the line? Why not? (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// The table at the top now holds the outcome of this run. `deno task run 02 --json` prints it for machines, and
// `out/site/` has it beside those of the other papers.
