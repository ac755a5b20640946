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

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("02-specdec-theory"));

// %% [markdown] id="summary"
// ## In two minutes
//
// * **One sum.** The total variation distance of two distributions is the probability that they do *not* share: 0 when they are
//   equal, 1 when they have no token in common. The expected number of rejections is this distance between draft and target,
//   summed along texts of the *target* (Theorem 1). Nothing else about the two models matters.
// * **No better rule.** Whatever a rule accepts, and whatever it samples after a rejection: if its output still has the
//   target's distribution, it rejects at least this often, for every single pair of models (Theorem 2).
// * **More drafts help, up to a limit.** Drafting $M$ texts at once lowers the count by an amount that can be computed exactly
//   (Theorem 3). The gain levels off: even infinitely many drafts leave rejections.
// * **Bias buys speed at a fixed price.** Accepting more than allowed changes the output's distribution. Its bias is the total
//   variation distance between the output and the target. The best possible rules lie on a straight line: rejection probability
//   plus bias is the total variation distance of draft and target (Theorems 4 and 5).
//
// The paper replaces transformers by Markov chains over tokens, and so do we: for chains every expectation can be computed
// exactly and compared with decoders that really run. Near the end, a pair of small trained transformers takes the place of the chains.
//
// **Letters.** The paper writes $p$ for the draft and $q$ for the target; much of the literature, SpecDec++ included, has
// it the other way round. In code they are called `draft` and `target`.
//
// How many tokens a round should draft is the question of [notebook 10](10-specdecpp.ipynb).

// %% id="verdicts" tags=["check"]
await verdicts("02-specdec-theory");

// %% [markdown] id="idea"
// ## The idea, on four tokens
//
// Take one position of a text. The draft draws a token $x$ from its distribution $p$; the target would have drawn from $q$. Put
// the two distributions on top of each other: where they overlap, a token of the draft can be passed on as if it were the
// target's. So accept $x$ with probability $\min(1, q(x)/p(x))$. What is then missing is the part of $q$ that sticks out above $p$.
// After a rejection, sample from exactly that part, scaled to sum 1. This is the *residual*; we write it $[q-p]_+$, and with
// $[\cdot]_+$ we always mean the positive part divided by its sum.
//
// The overlap is accepted and the rest is rejected. The rest is the total variation distance of the two distributions:
//
// $$\mathrm{TV}(p,q)=1-\sum_x\min\bigl(p(x),q(x)\bigr)=\tfrac12\sum_x|p(x)-q(x)|$$

// %% id="idea-imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import { distribution, residual, totalVariation } from "offprint/decoding/verification/mod.ts";
import { formatNumber, md, plot, table } from "offprint/notebook/mod.ts";

// %% id="idea-example"
// change me: try [0.4, 0.4, 0.1, 0.1]. The overlap, the residual and every number
// about these four tokens follow.
const p4 = distribution("the draft p4", [0.4, 0.3, 0.2, 0.1]);
// change me: try [0.25, 0.25, 0.25, 0.25]. The closer it is to the draft, the less is
// rejected; the sum must be 1.
const q4 = distribution("the target q4", [0.1, 0.2, 0.3, 0.4]);

const tokens4 = [...p4].map((_, x) => "abcdefghijklmnopqrstuvwxyz"[x] ?? `token ${x}`);
const residual4 = residual(q4, p4);
const rows4 = tokens4.map((token, x) => {
  const [draft, target] = [p4[x] ?? 0, q4[x] ?? 0];
  return {
    token,
    draft,
    target,
    accept: draft === 0 ? 1 : Math.min(1, target / draft),
    overlap: Math.min(draft, target),
    residual: residual4[x],
  };
});
await display(table(rows4, {
  caption:
    "One position, by hand: with what probability each token of the draft is accepted, and what is drawn after a rejection (residual)",
}));

// %% id="idea-figure" tags=["drawing"]
await display(plot({
  title: `Draft and target overlap in ${
    Math.round(100 * (1 - totalVariation(p4, q4)))
  } % of their probability`,
  alt: `Bars for ${tokens4.length} tokens. ${
    rows4.map(({ token, draft, target, overlap }) =>
      `${token}: draft ${draft}, target ${target}, overlap ${overlap}`
    ).join("; ")
  }.`,
  caption:
    "The overlap is what can be accepted. What the target has above it is the residual, from which a rejected token is replaced.",
  height: 260,
  x: { label: "token" },
  y: { label: "probability", domain: [0, 1.1 * Math.max(...p4, ...q4)] },
  color: {
    legend: true,
    label: "part",
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

// %% id="idea-explore" tags=["drawing"]
import { explore } from "offprint/notebook/explore/mod.ts";
import { acceptanceExploration } from "offprint/papers/specdec_theory/mod.ts";

await display(explore(acceptanceExploration));

// %% id="idea-total-variation"
const accepted4 = rows4.reduce((sum, row) => sum + row.overlap, 0);
await display(
  md`**In short.** This draft token is accepted with probability ${accepted4} and rejected with probability ${
    1 - accepted4
  }. The second number is the total variation distance of draft and target, ${
    totalVariation(p4, q4)
  }.`,
);

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 02 --set runs=20000`. A value set there reaches every cell below.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full takes ten times as many texts. */
const profile: "quick" | "full" = "quick";
/**
 * Texts drawn by the direct simulator for each Monte Carlo estimate.
 * Change me: with 10000 the curves of the simulation figure end further from 1.
 * @range 100 or more by 1 @unit texts
 */
const runs: number = 100000;
/**
 * Texts drawn by the decoders themselves, through the model interface.
 * Change me: 2000 makes their standard errors three times as large.
 * @range 100 or more by 1 @unit texts
 */
const decoderRuns: number = 20000;
/** Draft of the trained pair: a name in `data/models`, or a path from here or from the project's folder. */
const draftModel: string = "sotu-draft";
/** Target of the trained pair, with the same vocabulary: a name or a path in the same way. */
const targetModel: string = "sotu-target";
/** Texts of the trained pair; full takes 20 times as many. @range 2 or more by 1 @unit texts */
const modelTexts: number = 100;
/** Length of these texts; full takes 200. @range 2 to 200 by 1 @unit tokens */
const modelTokens: number = 50;
/**
 * Seed of every random stream.
 * Change me: with 2 all measured numbers move a little, and all exact ones stay.
 * @range 0 or more by 1
 */
const seed: number = 1;

// %% id="imports" tags=["imports"]
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
  rootRejection,
  stepLaw,
  uniformRootRejection,
} from "offprint/decoding/verification/mod.ts";
import {
  acceleration,
  decodingOpt,
  decodingUno,
  exactRejections,
  expectedBatchRejections,
  expectedRejections,
  fourTokenExample,
  lookAheadCounts,
  optimalPostRejection,
  overAcceptance,
  paretoFront,
  postRejectionLoss,
  randomPosition,
  readPositions,
  searchBelowTotalVariation,
  simulateAgainstExact,
  simulateChains,
  twoStateFractions,
  unbiasedReplacement,
} from "offprint/papers/specdec_theory/mod.ts";
import { heldOutPrompts } from "offprint/papers/specdecpp/heads/mod.ts";
import {
  type ChainPair,
  dirichletChain,
  historyModel,
  markovModel,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { resolveModel } from "offprint/lm/transformer/mod.ts";
import {
  check,
  claim,
  claimsTable,
  equation,
  experimentsOf,
  sweep,
} from "offprint/notebook/mod.ts";
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

// %% id="sizes"
for (const [name, value] of Object.entries({ runs, decoderRuns })) {
  if (!(Number.isInteger(value) && value >= 100)) {
    throw new RangeError(`${name}: got ${value}, expected a whole number of texts from 100`);
  }
}
// A model that is not there is told now, not after the sections that need none.
for (const model of [draftModel, targetModel]) await resolveModel(model);
const scale = { quick: 1, full: 10 }[profile];
const simulated = scale * runs;
const decoded = scale * decoderRuns;
/** The paper's example, on which the claims are decided: it stays when p4 and q4 are changed. */
const example = fourTokenExample();
await display(
  md`This run: profile **${profile}**, ${simulated} simulated and ${decoded} decoded texts for each estimate, seed ${seed}.`,
);

// %% [markdown] id="decoder"
// ## The same, as a decoder
//
// `speculate` is the real decoder of this kit. It sees only the `LanguageModel` interface, drafts with one model,
// verifies with one pass of the other and rolls both caches back after a rejection. Here an exact two-state Markov chain stands
// behind the interface; a transformer can take its place without a change.
//
// The first token has the distribution $q=(\frac12,\frac12)$ under the target and $p=(\frac34,\frac14)$ under the draft. Afterwards the
// target follows the transition matrix $Q$ and the draft $P$,
//
// $$Q=\begin{pmatrix}.9&.1\\.3&.7\end{pmatrix},\qquad P=\begin{pmatrix}.7&.3\\.4&.6\end{pmatrix}$$
//
// with one row for each previous token. So the distance of draft and target is $\frac14$ at the start, $\frac15$ after token 0 and
// $\frac1{10}$ after token 1.

// %% id="decoder-example"
const two = twoStateChains();
const draft2 = markovModel(two.draft);
const target2 = markovModel(two.target);
// change me: try 60. A longer text has more rejections, in proportion.
const shownTokens = 20;

const one = await speculate({
  draft: draft2,
  target: target2,
  maxTokens: shownTokens,
  random: stream(seed, "one text"),
  trace: true,
});

// %% id="decoder-table" tags=["drawing"]
await display(table(
  (one.trace ?? []).map(({ position, token, accepted, acceptance, totalVariation }) => ({
    position: position + 1,
    drafted: token,
    "accepted with probability": acceptance,
    outcome: accepted ? "accepted" : `rejected, ${one.tokens[position]} instead`,
    "TV(p, q) here": totalVariation,
  })),
  {
    caption:
      `One text of ${one.tokens.length} tokens: ${one.rejections} rejections, ${one.targetCalls} target calls. Text: ${
        one.tokens.join("")
      }`,
  },
));

// %% [markdown] id="decoder-short"
// **In short.** A decoder writes down for each position what it drafted and whether it was accepted. The following sections compute
// how many rejections to expect, and then check that decoders have that many.

// %% [markdown] id="equations"
// ## The equations
//
// Each formula is followed by the function that computes it. The function is checked, when its cell runs, on values that were
// found in another way: by hand, in closed form, or in exact fractions. A function that disagreed would stop the notebook.
// A claim that names an independent calculation is compared with values that another program computed beforehand; they stand with the
// claim in `data/papers`.

// %% [markdown] id="equation-family-text"
// ### Any rule that drafts, accepts and replaces
//
// Accept token $x$ with some probability $b(x)$; after a rejection sample from some distribution $\mathcal P$. The
// output then has the distribution
//
// $$\mathbb P^{\mathcal A}(x)=b(x)\,p(x)+\mathcal P(x)\,Z,\qquad Z=\sum_{x}\bigl(1-b(x)\bigr)p(x)=\Pr(\text{reject})$$

// %% id="equation-family"
function outputDistribution(b: ArrayLike<number>, replacement: ArrayLike<number>): number[] {
  const rule = rejectionRule({
    name: "any rule",
    acceptance: () => Float64Array.from(b),
    replacement: () => Float64Array.from(replacement),
  });
  return [...stepLaw(rule, p4, q4).law];
}
const [first4] = [Float64Array.from(p4, (_, x) => x === 0 ? 1 : 0)];

await display(equation({
  id: "output-distribution",
  source: "stepLaw of offprint/decoding/verification/mod.ts",
  fn: outputDistribution,
  checks: [
    // Speculative decoding: accept with min(1, q/p), replace from the residual. The output is the target's.
    { args: [rows4.map(({ accept }) => accept), residual4], equals: [...q4] },
    // Accept nothing: the output is the replacement.
    { args: [new Float64Array(p4.length), first4], equals: [...first4] },
    // Accept everything: the output is the draft's.
    { args: [new Float64Array(p4.length).fill(1), first4], equals: [...p4] },
  ],
}));

// %% [markdown] id="equation-theorem-1-text"
// ### Theorem 1: the exact count
//
// Let $T$ be the number of tokens of a text, and $p_n$, $q_n$ what draft and target say about token $n$ after the tokens
// $x_{1:n-1}$. Given these, a rejection has probability $1-\sum_x\min(p_n,q_n)$, which is the total variation distance. Because the
// decoder's output has the target's distribution, the average runs over texts written by the target. So the count is a sum along
// the target's own texts:
//
// $$\mathbb E[N_{\mathrm{rej}}]=\sum_{n=1}^{T}\ \mathbb E_{x_{1:n-1}\sim q}\bigl[\mathrm{TV}(p_n,q_n)(x_{1:n-1})\bigr]$$
//
// On our two chains the target's state forgets its start at rate $0.6$, which gives a closed form to check against:
// $0.175\,T+0.0125+0.0625\cdot0.6^{T-1}$.

// %% id="equation-theorem-1"
function rejectionsOfTwoStates(tokens: number): number {
  return expectedRejections(two, tokens).total;
}

await display(equation({
  id: "theorem-1",
  source: "expectedRejections of offprint/papers/specdec_theory/mod.ts",
  fn: rejectionsOfTwoStates,
  checks: [1, 2, 3, 5, 10, 20, 50].map((T) => ({
    args: [T] as [number],
    equals: 0.175 * T + 0.0125 + 0.0625 * 0.6 ** (T - 1),
  })),
}));

// %% [markdown] id="equation-theorem-3-text"
// ### Theorem 3: several drafts at once
//
// Draft $M$ texts independently. A *root* is the first position of a text, or the first position after a rejection. At a root, try
// the first tokens of the drafts one after the other, each against what the earlier ones left: $q^1=q$, $q^{m+1}=[q^m-p]_+$. All $M$
// fail with probability $\prod_m\mathrm{TV}(q^m,p)$. Once one is accepted, follow that text and forget the others. So only roots gain:
//
// $$\mathbb E[N_{\mathrm{rej}}]=\sum_{n=1}^{T}\mathbb E_{q}[\mathrm{TV}(q,p)]-\sum_{n=1}^{T}\sum_{x_{1:n-1}}f_{n-1}(x_{1:n-1})\Bigl[\mathrm{TV}(q,p)-\prod_{m=1}^{M}\mathrm{TV}(q^{m},p)\Bigr]$$
//
// The measure $f$ says how often a position is a root. It is *not* normalised: $f_n(x_{1:n})$ is the probability that the text
// begins with $x_{1:n}$ and step $n$ was rejected, and $f_0=1$, because the first token is a root too.

// %% id="equation-theorem-3"
function batchRejectionsOfTwoStates(tokens: number, drafts: number): number {
  return expectedBatchRejections(two, tokens, drafts).total;
}

await display(equation({
  id: "theorem-3",
  source: "expectedBatchRejections of offprint/papers/specdec_theory/mod.ts",
  fn: batchRejectionsOfTwoStates,
  checks: [[1, 2], [2, 2], [2, 3], [5, 3], [8, 4]].map(([T = 0, M = 1]) => ({
    args: [T, M] as [number, number],
    // The same theorem in exact fractions, with the residuals of its statement.
    equals: exactRejections(twoStateFractions(), T, M).toNumber(),
  })),
}));

// %% [markdown] id="equation-theorem-4-text"
// ### Theorem 4: what to sample after a rejection
//
// Fix how you accept. If you accept too much ($b\,p>q$ somewhere), the output is biased whatever comes after a rejection.
// The least bias is the probability accepted too much, and sampling from $[q-bp]_+$ attains it. It is called
// $\mathrm{Loss}^\star_{\mathrm{TV}}(b)$. The paper accepts too much with the rules $b_\epsilon$, which treat every token as if the target
// gave it $\epsilon$ more than it does; $b_0$ is speculative decoding.
//
// $$\mathrm{Loss}^\star_{\mathrm{TV}}(b)=\min_{\mathcal P}\mathrm{TV}(\mathbb P^{\mathcal A},q)=\sum_x\max\bigl(b(x)p(x)-q(x),\,0\bigr),\qquad b_\epsilon(x)=\min\Bigl\{1,\frac{q(x)+\epsilon}{p(x)}\Bigr\}$$
//
// The paper writes the minimum as half of $\sum_x|q-bp|$ less half the probability of a rejection. The two forms are equal, because
// $\sum_x(q-bp)$ is that probability.

// %% id="equation-theorem-4"
function leastBias(epsilon: number): number {
  return optimalPostRejection(p4, q4, overAcceptance(p4, q4, epsilon)).loss;
}
/** Token by token: how much of the draft is accepted, and how much of that the target has not. */
function acceptedTooMuch(epsilon: number): number {
  return rows4.reduce((sum, { draft, target }) => {
    return sum + Math.max(0, Math.min(draft, target + epsilon) - target);
  }, 0);
}

await display(equation({
  id: "theorem-4",
  source: "optimalPostRejection of offprint/papers/specdec_theory/mod.ts",
  fn: leastBias,
  checks: [0, 0.05, 0.1, 0.15, 0.2, 0.3].map((epsilon) => ({
    args: [epsilon] as [number],
    equals: acceptedTooMuch(epsilon),
  })),
}));

// %% [markdown] id="equation-theorem-5-text"
// ### Theorem 5: the straight line
//
// To reject less by $\delta$ costs at least $\delta$ of bias, and the optimal rule pays no more:
//
// $$\Pr(\text{reject})+\mathrm{Loss}^\star_{\mathrm{TV}}(b)=\mathrm{TV}(p,q)\quad\text{for every } b\ge\min(1,q/p)$$

// %% id="equation-theorem-5"
function rejectionPlusBias(epsilon: number): number {
  const [point] = paretoFront(p4, q4, [epsilon]);
  return point === undefined ? NaN : point.rejection + point.optBias;
}

await display(equation({
  id: "theorem-5",
  source: "paretoFront of offprint/papers/specdec_theory/mod.ts",
  fn: rejectionPlusBias,
  checks: [0, 0.01, 0.05, 0.1, 0.2, 0.3].map((epsilon) => ({
    args: [epsilon] as [number],
    equals: totalVariation(p4, q4),
  })),
}));

// %% [markdown] id="equations-short"
// **In short.** Five formulas, five functions. Theorems 1 and 3 count rejections, 4 and 5 give the price of rejecting less;
// Theorem 2, that no unbiased rule rejects less, is put to the test below.

// %% [markdown] id="exact"
// ## Exact rerun
//
// ### Two states, in fractions
//
// In fractions nothing is lost to rounding. The table is Theorem 3 in exact arithmetic; with $M=1$ it is Theorem 1.

// %% id="exact-fractions"
const fractions = twoStateFractions();
const fractionRows = [1, 2, 3, 5].map((T) => ({
  T,
  ...Object.fromEntries(
    [1, 2, 3].map((M) => {
      const value = exactRejections(fractions, T, M);
      const text = value.toString();
      return [`M = ${M}`, text.length > 24 ? `≈ ${value.toNumber().toPrecision(10)}` : text];
    }),
  ),
}));
await display(table(fractionRows, {
  caption:
    "Expected rejections of the two-state chain in T tokens with M drafts; ≈ where the fraction is too long to print",
}));
await claim("02.theorem-1-rational", exactRejections(fractions, 5, 1).toString());

// %% [markdown] id="exact-two-text"
// ### Two states, longer texts
//
// The fast recursion takes about $T\cdot|\mathcal V|^2\cdot M$ operations in floating point, where $|\mathcal V|$ is the number of tokens. It agrees with the fractions, and it goes on to infinitely many
// drafts.

// %% id="exact-two"
const horizons = [1, 2, 5, 20, 50];
const batchSizes = [1, 2, 3, 4, 5, 10, Infinity];
const named = (M: number) => M === Infinity ? "M → ∞" : `M = ${M}`;
await display(table(
  horizons.map((T) => ({
    T,
    ...Object.fromEntries(
      batchSizes.map((M) => [named(M), expectedBatchRejections(two, T, M).total]),
    ),
  })),
  {
    caption: "Expected rejections of the two-state chain in T tokens with M drafts",
    columns: ["T", ...batchSizes.map((M) => ({ key: named(M), digits: 7 }))],
  },
));

// %% id="exact-two-claims" tags=["check"]
const afterTokens = (T: number, M: number) => expectedBatchRejections(two, T, M).total;
await claim("02.theorem-1-two-state", horizons.map((T) => expectedRejections(two, T).total));
await claim("02.theorem-3-two-state", [1, 2, 3, 4, 5, 10].map((M) => afterTokens(20, M)));
await claim("02.theorem-3-single-draft", {
  value: Math.max(
    ...Array.from(
      { length: 50 },
      (_, i) => Math.abs(afterTokens(i + 1, 1) - expectedRejections(two, i + 1).total),
    ),
  ),
  compared: 50,
});
await claim("02.no-free-lunch", afterTokens(20, Infinity));
await claim("02.limit-slope", afterTokens(200, Infinity) - afterTokens(199, Infinity));

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
await display(table(
  [
    { drafts: 1, rejections: expectedRejections(seven, 50).total },
    ...sevenBatches,
    { drafts: "∞", rejections: expectedBatchRejections(seven, 50, Infinity).total },
  ],
  {
    caption: "Expected rejections of the seven-state chain, T = 50",
    columns: [
      { key: "drafts", label: "drafts M", align: "right" },
      { key: "rejections", digits: 8 },
    ],
  },
));

// %% id="exact-seven-claims" tags=["check"]
await claim("02.theorem-1-seven-state", [5, 10, 50].map((T) => expectedRejections(seven, T).total));
await claim("02.theorem-1-acceleration", acceleration(seven, 50));
await claim("02.theorem-3-seven-state", sevenBatches.map(({ rejections }) => rejections));

// %% [markdown] id="lower-bound-text"
// ### Theorem 2: nobody rejects less
//
// An unbiased rule cannot accept more of a token than the target has of it: $b\,p\le q$. So it accepts at most
// $\sum\min(p,q)$. First one example by hand: accept half as often as speculative decoding does. That rule is unbiased
// with the right replacement, and rejects more often.
//
// Then an adversary. For random pairs of distributions a blind search changes $b$ and $\mathcal P$ at will. Its score is the
// rejection probability plus twice the bias. If some unbiased rule rejected less than the total variation, the search could end
// below the total variation.

// %% id="lower-bound"
function halfAsOften(draft: Float64Array, target: Float64Array) {
  const halved = Float64Array.from(
    draft,
    (p, x) => p === 0 ? 0.5 : 0.5 * Math.min(1, (target[x] ?? 0) / p),
  );
  const replacement = unbiasedReplacement(draft, target, halved);
  const rule = rejectionRule({
    name: "half as often",
    acceptance: () => halved,
    replacement: () => replacement,
  });
  return stepLaw(rule, draft, target);
}
const halved4 = halfAsOften(p4, q4);
await display(
  check("half as often is unbiased", { got: halved4.law, expected: q4, tolerance: 1e-12 }),
);
await display(
  md`It rejects with probability ${halved4.rejection}, where speculative decoding rejects with ${
    totalVariation(p4, q4)
  }.`,
);
await claim("02.theorem-2-example", halfAsOften(example.draft, example.target).rejection);

// %% id="lower-bound-search"
// change me: try 5. Fewer searches find nothing either; more are a harder test.
const searches = 60;
const trials = 2000;
const gaps = Array.from({ length: searches }, (_, search) => {
  const random = stream(seed, "searching rules", search);
  return searchBelowTotalVariation(randomPosition(random, 8), trials, random);
});
await claim("02.theorem-2-random", {
  value: gaps.filter((gap) => gap < -1e-12).length,
  compared: searches,
  note: `${searches} ${
    searches > 1 ? "searches" : "search"
  } of ${trials} steps on 2 to 8 tokens; the best ended ${
    formatNumber(Math.min(...gaps), 2)
  } above the total variation, half of them within ${
    formatNumber(quantile(gaps.toSorted((a, b) => a - b), 0.5), 2)
  }`,
});

// %% [markdown] id="post-rejection-text"
// ### Theorems 4 and 5, against random competitors
//
// When a little too much is accepted, many replacements are optimal. Here are five for the paper's example at
// $\epsilon=0.1$, then the same question for random rules and random replacements.

// %% id="post-rejection"
const exampleRule = overAcceptance(example.draft, example.target, 0.1);
const exampleBest = optimalPostRejection(example.draft, example.target, exampleRule);
const replacements = [
  [0, 0, 0.25, 0.75],
  [0, 0, 0.5, 0.5],
  [0, 0, 0, 1],
  [0, 0, 1, 0],
  [0.1, 0, 0.2, 0.7],
];
await display(table(
  replacements.map((replacement) => {
    const bias = postRejectionLoss(example.draft, example.target, exampleRule, replacement);
    return { replacement, bias, optimal: Math.abs(bias - exampleBest.loss) < 1e-12 };
  }),
  {
    caption: `Bias left by five replacements at ε = 0.1; the least possible is ${
      formatNumber(exampleBest.loss)
    }`,
    columns: [
      { key: "replacement", label: "replacement (probabilities of the four tokens)" },
      "bias",
      "optimal",
    ],
  },
));
await claim("02.theorem-4-optimum", exampleBest.loss);

// %% id="post-rejection-random"
const competitors = Array.from({ length: trials }, (_, trial) => {
  const random = stream(seed, "post-rejection", trial);
  const { draft, target } = randomPosition(random, 20, 0.5);
  const b = Float64Array.from(draft, () => random.uniform());
  const replacement = random.dirichlet(new Float64Array(draft.length).fill(0.5));
  return {
    bias: postRejectionLoss(draft, target, b, replacement),
    distance: totalVariation(draft, target),
    ...optimalPostRejection(draft, target, b),
  };
});
const note = `${trials} random rules and replacements`;
await claim("02.theorem-4-random", {
  value: competitors.filter(({ bias, loss }) => bias < loss - 1e-12).length,
  compared: trials,
  note,
});
await claim("02.theorem-5-floor", {
  value: competitors.filter((each) => each.rejection + each.bias < each.distance - 1e-12).length,
  compared: trials,
  note,
});

// %% [markdown] id="exact-short"
// **In short.** The recursions agree with fractions and with independent values, and no search and no random rule goes below what
// Theorems 2, 4 and 5 allow.

// %% [markdown] id="simulations"
// ## Decoders that run
//
// Now we check that running decoders reproduce these exact numbers. There are two implementations: the decoders themselves, through
// the model interface, and a direct simulator of the chain for very many texts. The first question: do the *texts* have the target's
// distribution? We count all eight texts of three tokens.

// %% id="output-law"
const texts3 = Array.from({ length: 8 }, (_, i) => [i >> 2 & 1, i >> 1 & 1, i & 1]);
/** Probability of a text under the target, token by token. */
const probabilities3 = texts3.map((text) =>
  text.reduce(
    (product, token, i) => product * (two.target.row(i + 1, text[i - 1] ?? 0)[token] ?? 0),
    1,
  )
);
const counts3 = { speculative: new Array(8).fill(0), batch: new Array(8).fill(0) };
for (let run = 0; run < decoded; run++) {
  const shared = { draft: draft2, target: target2, maxTokens: 3 };
  const random = (name: string) => stream(seed, "law", name, run);
  const single = await speculate({ ...shared, random: random("single") });
  const batch = await batchSpeculate({ ...shared, drafts: 4, random: random("batch") });
  counts3.speculative[parseInt(single.tokens.join(""), 2)]++;
  counts3.batch[parseInt(batch.tokens.join(""), 2)]++;
}
await display(table(
  texts3.map((text, i) => ({
    text: text.join(""),
    "the target": probabilities3[i],
    speculative: counts3.speculative[i] / decoded,
    "batch, M = 4": counts3.batch[i] / decoded,
  })),
  { caption: `Share of each text of three tokens in ${decoded} decoded texts` },
));

// %% id="output-law-claims" tags=["check"]
for (const [id, counts] of [["law", counts3.speculative], ["batch", counts3.batch]] as const) {
  await claim(id === "law" ? "02.theorem-1-law" : "02.theorem-3-law", {
    value: { pValue: chiSquare(counts, probabilities3).pValue },
    note: `${decoded} texts`,
  });
}

// %% [markdown] id="agreement-text"
// The second question: do the two implementations count the same number of rejections? Both write texts of 20 tokens on the
// two-state chain.

// %% id="agreement"
async function decodedRejections(): Promise<RunningMoments> {
  const moments = new RunningMoments();
  for (let run = 0; run < decoded; run++) {
    const random = stream(seed, "agreement", run);
    const text = await speculate({ draft: draft2, target: target2, maxTokens: 20, random });
    moments.add(text.rejections);
  }
  return moments;
}
const byDecoder = await decodedRejections();
const bySimulator = estimate(
  simulateChains(two, { steps: 20, runs: simulated, random: stream(seed, "agreement simulated") })
    .rejections,
);

// %% id="agreement-table" tags=["check"]
await display(table([
  { from: "decoder, through the interface", texts: decoded, ...byDecoder.estimate() },
  { from: "direct simulator", texts: simulated, ...bySimulator },
  { from: "Theorem 1", texts: null, mean: expectedRejections(two, 20).total },
], {
  caption: "Rejections in 20 tokens",
  columns: ["from", "texts", { key: "mean", digits: 5 }, {
    key: "standardError",
    label: "standard error",
    digits: 2,
  }],
}));
await claim("02.interface-simulator-agree", {
  value: {
    z: zScore(
      byDecoder.mean,
      bySimulator.mean,
      Math.hypot(byDecoder.standardError, bySimulator.standardError),
    ),
  },
  note: `${decoded} decoded and ${simulated} simulated texts`,
});

// %% [markdown] id="simulations-short"
// **In short.** Decoded texts have the target's distribution, and decoder, simulator and theorem agree on the number of rejections.

// %% [markdown] id="figures"
// ## The paper's figures, redrawn
//
// ### Simulation, left and middle: running averages approach the theorems
//
// We use the chain made from integers above and two random ones (seven states, 50 steps), whose rows are drawn from a Dirichlet
// distribution. With concentration 1 every row is equally likely; with 0.3 most rows give nearly everything to a few tokens. The
// paper has two panels for this; we draw three. Each line is the
// average number of rejections over the texts drawn so far, divided by the exact expectation. So each line should end at 1: for
// speculative decoding, and for $M=4$ and $M=5$ drafts.

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
  { chain: "random rows, concentration 1", pair: randomPair(1) },
  { chain: "random rows, concentration 0.3", pair: randomPair(0.3) },
];
const outcomes = [1, 4, 5].flatMap((drafts) =>
  chains.map(({ chain, pair }) => {
    const random = stream(seed, "simulation", chain, drafts);
    return {
      drafts,
      chain,
      ...simulateAgainstExact(pair, { steps: 50, runs: simulated, drafts, random }),
    };
  })
);

// %% id="simulation-figure" tags=["drawing"]
const panelOf = (drafts: number) => drafts === 1 ? "one draft" : `M = ${drafts}`;
const averages = outcomes.flatMap(({ drafts, chain, running }) =>
  running.map((point) => ({ ...point, panel: panelOf(drafts), chain }))
);
await display(plot({
  title: "Average rejections over their exact expectation",
  alt:
    `Three panels of three lines each, for one, four and five drafts. The lines scatter around 1 while there are few texts; after ${simulated} texts they lie between ${
      formatNumber(Math.min(...outcomes.map(({ mean, expected }) => mean / expected)))
    } and ${formatNumber(Math.max(...outcomes.map(({ mean, expected }) => mean / expected)))}.`,
  caption: `Seven states, 50 tokens; up to ${simulated} texts, logarithmic axis.`,
  width: 720,
  height: 300,
  x: { type: "log", label: "texts decoded so far" },
  y: { label: "average ÷ expectation" },
  fx: { label: null, domain: [1, 4, 5].map(panelOf) },
  color: { legend: true, label: "chain" },
  data: outcomes.map(({ running: _, ...row }) => row),
  marks: [
    Plot.ruleY([1]),
    Plot.lineY(averages, { x: "texts", y: "ratio", stroke: "chain", fx: "panel" }),
  ],
}));
await display(table(outcomes, {
  caption: `Means of ${simulated} texts against the exact expectation`,
  columns: ["drafts", "chain", { key: "expected", digits: 6 }, { key: "mean", digits: 6 }, {
    key: "standardError",
    label: "standard error",
    digits: 2,
  }, { key: "z", label: "off by standard errors", digits: 2 }],
}));

// %% id="simulation-claims" tags=["check"]
const scores = (drafts: number) =>
  outcomes.filter((row) => row.drafts === drafts).map((row) => row.z);
await claim("02.simulation-sd", { z: scores(1), n: simulated });
await claim("02.simulation-batch-4", { z: scores(4), n: simulated });
await claim("02.simulation-batch-5", { z: scores(5), n: simulated });

// %% [markdown] id="drafts-text"
// ### Simulation, right: more drafts, fewer rejections, but never none
//
// The same chains, exactly. Each line falls and flattens towards its limit for infinitely many drafts (dashed). The limit is
// above zero, because after the root a batch decoder rejects as often as an ordinary one.
//
// Why does it flatten? This is our derivation. Let $c_m$ be the probability that the first $m-1$ tries fail, and
// $s_M=c_1+\dots+c_M$. Then a root with $M$ drafts accepts exactly the probability $\sum\min(q,\,s_M\,p)$. More drafts stretch $p$ until it
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
await claim(
  "02.more-drafts-fewer-rejections",
  Array.from({ length: 64 }, (_, i) => expectedBatchRejections(seven, 50, i + 1).total),
);

// %% id="drafts-figure" tags=["drawing"]
await display(plot({
  title: "Expected rejections by number of drafts",
  alt:
    "Three falling lines over 1 to 64 drafts, each flattening towards its own dashed limit well above zero.",
  caption:
    "Exact, by Theorem 3. Dashed, in the same colour: the limit of each chain for infinitely many drafts.",
  height: 360,
  x: {
    type: "log",
    label: "parallel drafts M",
    ticks: [1, 2, 4, 8, 16, 32, 64],
    tickFormat: String,
  },
  y: { label: "expected rejections in 50 tokens", zero: true },
  color: { legend: true, label: "chain" },
  data: byDrafts,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(byDrafts, { x: "drafts", y: "limit", stroke: "chain", strokeDasharray: "4 4" }),
    Plot.lineY(byDrafts, { x: "drafts", y: "rejections", stroke: "chain", marker: true }),
  ],
}));

// %% [markdown] id="improvement-text"
// ### Batch improvement: two families in closed form
//
// How much does a root gain from $M$ drafts? With $p$ uniform on $V$ tokens and $q$ uniform on $V'$ of them, the rejection
// probability falls as $(1-V'/V)^M$. With the draft on the smaller support it is $1-V/V'$ for every
// $M$: extra drafts never help, because after one rejection the residual lies where the draft never goes. With two coins,
// $p=\mathrm{Ber}(u)$ and $q=\mathrm{Ber}(v)$, where $u$ and $v$ are the probabilities of token 1, it falls as $(v-u)(1-u)^{M-1}$ when $v>u$ and as $(u-v)u^{M-1}$ otherwise.

// %% id="improvement"
const uniformOn = (size: number, support: number) =>
  Float64Array.from({ length: size }, (_, x) => x < support ? 1 / support : 0);
const uniformFamilies = [[10, 7], [10, 5], [10, 2], [5, 10]].map(
  ([draftSupport = 1, targetSupport = 1]) => {
    const size = Math.max(draftSupport, targetSupport);
    return {
      family: "uniform",
      label: `draft on ${draftSupport}, target on ${targetSupport}`,
      draft: uniformOn(size, draftSupport),
      target: uniformOn(size, targetSupport),
      closed: (attempts: number) => uniformRootRejection({ draftSupport, targetSupport, attempts }),
    };
  },
);
const coinFamilies = [[0.1, 0.6], [0.3, 0.8], [0.8, 0.3]].map(([draft = 0, target = 0]) => ({
  family: "Bernoulli",
  label: `draft ${draft}, target ${target}`,
  draft: Float64Array.of(1 - draft, draft),
  target: Float64Array.of(1 - target, target),
  closed: (attempts: number) => bernoulliRootRejection({ draft, target, attempts }),
}));
const improvement = [...uniformFamilies, ...coinFamilies].flatMap((each) =>
  Array.from({ length: 12 }, (_, i) => {
    const product = rootRejection(each.target, each.draft, i + 1);
    const gain = totalVariation(each.draft, each.target) - product;
    const deviation = Math.abs(product - each.closed(i + 1));
    return { family: each.family, label: each.label, drafts: i + 1, improvement: gain, deviation };
  })
);

// %% id="improvement-figures" tags=["drawing"]
for (const family of ["uniform", "Bernoulli"]) {
  const rows = improvement.filter((row) => row.family === family);
  await display(plot({
    title: `Batch improvement at a root, ${family} distributions`,
    alt:
      `Improvement in rejection probability over 1 to 12 drafts: rising from 0 and levelling off${
        family === "uniform" ? "; flat at 0 where the draft has the smaller support" : ""
      }.`,
    caption: family === "uniform"
      ? "By how much M drafts lower the probability that a root is rejected, against one draft. The legend says on how many tokens draft and target are uniform."
      : "The same for two coins. The legend gives the probability of token 1 under draft and target.",
    height: 280,
    x: { label: "parallel drafts M", ticks: 12 },
    y: { label: "fall of the rejection probability", domain: [0, 0.85] },
    color: { legend: true, label: family === "uniform" ? "tokens" : "probability of token 1" },
    data: rows,
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(rows, { x: "drafts", y: "improvement", stroke: "label", marker: true }),
    ],
  }));
}

// %% id="improvement-claims" tags=["check"]
for (const [id, family] of [["uniform", "uniform"], ["bernoulli", "Bernoulli"]] as const) {
  const deviations = improvement.filter((row) => row.family === family).map((row) => row.deviation);
  await claim(
    id === "uniform" ? "02.improvement-uniform" : "02.improvement-bernoulli",
    { value: Math.max(...deviations), compared: deviations.length },
  );
}

// %% [markdown] id="pareto-text"
// ### Pareto front: bias against rejections
//
// Accept more than allowed, with $b_\epsilon=\min\{1,(q+\epsilon)/p\}$. *Decoding-OPT* then samples from the best
// replacement of Theorem 4, which for this rule is the ordinary residual. *Decoding-UNO* samples from the target, which looks like
// the natural choice. Both reject equally often. OPT always lies on the line, UNO in general above it, and no rule can lie below it.

// %% id="pareto"
const epsilons = [0, 0.05, 0.1, 0.15, 0.2, 0.3];
const front = paretoFront(p4, q4, epsilons);
const cloud = Array.from({ length: 400 }, (_, trial) => {
  const random = stream(seed, "cloud", trial);
  const b = Float64Array.from(p4, () => random.uniform() ** 0.5);
  const replacement = random.dirichlet(new Float64Array(p4.length).fill(0.5));
  return {
    rejection: optimalPostRejection(p4, q4, b).rejection,
    bias: postRejectionLoss(p4, q4, b, replacement),
  };
});
await display(table(front.map((row) => ({ ...row, sum: row.rejection + row.optBias })), {
  caption: "The ε sweep, exact",
  columns: [
    { key: "epsilon", label: "ε" },
    { key: "rejection", label: "Pr(reject)" },
    { key: "optBias", label: "bias of OPT" },
    { key: "sum", label: "Pr(reject) + bias of OPT" },
    { key: "unoBias", label: "bias of UNO" },
  ],
}));

// %% id="pareto-figure" tags=["drawing"]
const distance4 = totalVariation(p4, q4);
const frontEnd = Math.max(0.75, 1.05 * distance4);
await display(plot({
  title: "Every rejection saved costs as much bias",
  alt:
    `Rejection probability against bias, both axes equally long. OPT's points lie on the straight line from (0, ${
      formatNumber(distance4)
    }) to (${
      formatNumber(distance4)
    }, 0); UNO's points and 400 random rules lie above it or on it.`,
  caption: `Line: rejection + bias = TV(p, q) = ${
    formatNumber(distance4)
  }. Small dots: random acceptance rules with random replacements.`,
  width: 520,
  height: 500,
  x: { label: "probability of a rejection", domain: [0, frontEnd] },
  y: { label: "bias (total variation from the target)", domain: [0, frontEnd] },
  color: { legend: true, label: "rule", domain: ["OPT", "UNO", "random rules"] },
  data: front.map((row) => ({ ...row })),
  marks: [
    Plot.line([[0, distance4], [distance4, 0]], { stroke: "currentColor" }),
    Plot.dot(cloud, { x: "rejection", y: "bias", r: 1.5, fill: () => "random rules", clip: true }),
    Plot.dot(front, { x: "rejection", y: "unoBias", r: 5, fill: () => "UNO" }),
    Plot.dot(front, { x: "rejection", y: "optBias", r: 5, fill: () => "OPT" }),
  ],
}));

// %% id="pareto-claims" tags=["check"]
const exampleFront = paretoFront(example.draft, example.target, epsilons);
const exampleDistance = totalVariation(example.draft, example.target);
await claim("02.theorem-5-line", {
  value: Math.max(
    ...exampleFront.map(({ rejection, optBias }) =>
      Math.abs(rejection + optBias - exampleDistance)
    ),
  ),
  compared: epsilons.length,
});
await claim("02.uno-bias", exampleFront.map(({ unoBias }) => unoBias));

// %% [markdown] id="pareto-decoded-text"
// The decoders must land on the same points. OPT gives too little probability to the tokens to which the target gives more than the
// draft does, and what is missing there is its bias. Measured on finitely many texts, this difference can come out a little below
// zero.

// %% id="pareto-shares"
const always = (name: string, row: Float64Array) =>
  markovModel({ name, vocabSize: row.length, stationaryFrom: 1, steps: Infinity, row: () => row });
const models4 = { draft: always("draft p4", p4), target: always("target q4", q4) };
const lacking = [...q4].map((q, x) => q > (p4[x] ?? 0));
const lackingMass = q4.reduce((sum, q, x) => sum + (lacking[x] ? q : 0), 0);
/** Of texts of one token: the share with a rejection, and with a token of `lacking`. */
async function shares(name: "opt" | "uno", epsilon: number) {
  const rule = name === "opt" ? decodingOpt(epsilon) : decodingUno(epsilon);
  let [rejected, high] = [0, 0];
  for (let run = 0; run < decoded; run++) {
    const random = stream(seed, "pareto", name, epsilon, run);
    const { tokens, rejections } = await speculate({ ...models4, maxTokens: 1, rule, random });
    rejected += rejections;
    if (lacking[tokens[0] ?? 0]) high++;
  }
  return { rejected: rejected / decoded, high: high / decoded };
}

// %% id="pareto-decoded"
const error = (share: number) => Math.sqrt(share * (1 - share) / decoded);
const decodedFront = [];
for (const { epsilon, rejection, optBias } of front) {
  const opt = await shares("opt", epsilon);
  const uno = await shares("uno", epsilon);
  const measured = lackingMass - opt.high;
  decodedFront.push({
    epsilon,
    rejection,
    opt: opt.rejected,
    uno: uno.rejected,
    bias: optBias,
    measured,
    same: zScore(opt.rejected, uno.rejected, Math.hypot(error(opt.rejected), error(uno.rejected))),
    // Where every text has a token of `lacking` there is no error, and only rounding is left.
    biasScore: Math.abs(measured - optBias) < 1e-12
      ? 0
      : zScore(measured, optBias, error(opt.high)),
  });
}
await display(table(decodedFront, {
  caption: `The ε sweep with the decoders, ${decoded} texts of one token each`,
  columns: [
    { key: "epsilon", label: "ε" },
    { key: "rejection", label: "Pr(reject)" },
    { key: "opt", label: "OPT rejects" },
    { key: "uno", label: "UNO rejects" },
    { key: "bias", label: "bias of OPT" },
    { key: "measured", label: "measured bias of OPT" },
  ],
}));

// %% id="pareto-decoded-claims" tags=["check"]
await claim("02.opt-uno-same-rejections", {
  z: decodedFront.map(({ same }) => same),
  n: decoded,
});
await claim("02.opt-bias-measured", {
  z: decodedFront.map(({ biasScore }) => biasScore),
  n: decoded,
});

// %% [markdown] id="figures-short"
// **In short.** The paper's figures come out again: averages end at their expectation, more drafts help less and less, and
// rejections can be traded against bias only along a straight line.

// %% [markdown] id="finite"
// ## What a practical decoder changes
//
// The paper drafts to the end of the text and adds nothing of its own. A practical decoder drafts $K$ tokens, and when all
// are accepted it takes one more token from the target's pass for free, the *bonus token*. The theory counts rejections. A
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
await display(table(finite, {
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

// %% id="finite-claims" tags=["check"]
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
await display(
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
// Much of the literature assumes that each candidate is accepted independently with probability $\alpha$. Then a call yields
//
// $$\frac{1-\alpha^{K+1}}{1-\alpha}=1+\alpha+\dots+\alpha^{K}$$
//
// tokens. In a chain, whether a guess is right depends on where the text is, so there the formula is an approximation. On these two
// states, with the chain's own average acceptance for $\alpha$, it is good for long texts. Short texts yield a little less, because
// their last round is cut short.

// %% id="independent"
// change me: try 0.5. Fewer candidates are accepted, and long rounds are hardly
// better than short ones.
const exampleAcceptance = 0.8;
await display(equation({
  id: "tokens-per-call",
  source: "offprint/decoding/policies/mod.ts",
  fn: tokensPerCall,
  checks: [1, 2, 4, 8].map((K) => ({
    args: [exampleAcceptance, K] as [number, number],
    equals: Array.from({ length: K + 1 }, (_, i) => exampleAcceptance ** i)
      .reduce((sum, term) => sum + term),
  })),
}));
const alpha = 1 - expectedRejections(two, 20).total / 20;
const ofChain = (K: number, T: number) =>
  lookAheadCounts(two, T, { candidates: K, bonus: true }).tokensPerCall;
const perCall = [1, 2, 4, 8].flatMap((K) => [
  { K, model: `independent, α = ${alpha.toFixed(3)}`, tokens: tokensPerCall(alpha, K) },
  { K, model: "two-state chain, 20 tokens", tokens: ofChain(K, 20) },
  { K, model: "two-state chain, 2000 tokens", tokens: ofChain(K, 2000) },
]);
await claim("02.independent-acceptance", [1, 2, 4, 8].map((K) => tokensPerCall(0.8, K)));

// %% id="independent-figure" tags=["drawing"]
await display(plot({
  title: "Tokens per target call",
  alt:
    "Tokens per call rise with K. For long texts the chain is close to the independent formula; for 20 tokens it is lower, since the last round is cut short.",
  caption: `Exact, with the bonus token. α = ${
    alpha.toFixed(3)
  } is the share of the chain's tokens that are accepted, by Theorem 1.`,
  height: 280,
  x: { label: "candidates a round, K", ticks: [1, 2, 4, 8], tickFormat: "d" },
  y: { label: "tokens per target call", zero: true },
  color: { legend: true, label: "model" },
  data: perCall,
  marks: [
    Plot.ruleY([0]),
    Plot.lineY(perCall, { x: "K", y: "tokens", stroke: "model", marker: true }),
  ],
}));

// %% [markdown] id="finite-short"
// **In short.** A bonus token lowers rejections below Theorem 1; on average they still equal the distance summed over examined
// positions. Rejections, target calls and drafted tokens are three different costs.

// %% [markdown] id="models"
// ## With trained language models
//
// Now a transformer of one layer drafts for one of four layers. Both were trained by this project on State of the Union
// addresses with one tokenizer; the prompts are the beginnings of sentences of held-out addresses. No expectation can be
// computed any more, but every distance can: at each position both models give all their probabilities. What the theorems say
// about *sums along the text* is then checked on the very texts that the decoder writes.
//
// Everything in this section follows a change of `draftModel` and `targetModel`. The prompts are kept as text and are encoded with the
// target's own tokenizer.

// %% id="models-load" tags=["native"]
const opened = { draft: await loadModel(draftModel), target: await loadModel(targetModel) };
const pair = { draft: opened.draft.model, target: opened.target.model };
const { dev, test } = await heldOutPrompts(opened.target.tokenizer);
const prompts = [...test, ...dev].map(({ tokens }) => tokens);
const manifold = { quick: 1, full: 20 }[profile];
/** So many prompts, in the full profile twenty times as many; in turn, where there are fewer. */
const many = (texts: number): number[][] =>
  Array.from({ length: manifold * texts }, (_, i) => prompts[i % prompts.length] ?? []);
const openings = many(modelTexts);
const longTokens = { quick: modelTokens, full: Math.max(modelTokens, 200) }[profile];
await display(table(
  (["draft", "target"] as const).map((role) => ({
    role,
    model: pair[role].name,
    vocabulary: pair[role].vocabSize,
    context: pair[role].contextLength,
  })),
  { caption: `The pair; ${prompts.length} prompts of ${prompts[0]?.length} tokens` },
));

// %% [markdown] id="models-rejections-text"
// ### Rejections are total variation
//
// Without a bonus token the number of rejections does not depend on how many candidates a round has (that was shown above),
// so we use two. From the rejections of each text, subtract the total variation summed over the positions that were
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
const perText = modelRuns.map(({ rejections, trace = [] }) => {
  const distance = trace.reduce((sum, position) => sum + position.totalVariation, 0);
  return { rejections, distance, difference: rejections - distance };
});
const excess = estimate(perText.map(({ difference }) => difference));
await claim("02.models-rejections", {
  z: zScore(excess.mean, 0, excess.standardError),
  n: modelRuns.length,
});

// %% id="models-rejections-figure" tags=["drawing","native"]
let [sum, summed] = [0, 0];
const alongTexts = perText.map(({ difference }, i) => {
  sum += difference;
  summed += difference ** 2;
  const error = i === 0 ? NaN : Math.sqrt((summed / (i + 1) - (sum / (i + 1)) ** 2) / i);
  return { texts: i + 1, difference, mean: sum / (i + 1), error };
});
await display(plot({
  title: "Rejections less summed distance, text by text",
  alt:
    `One dot for each of ${perText.length} texts: its rejections less the total variation summed along it, scattered around 0. The line of their running mean ends at ${
      formatNumber(excess.mean, 2)
    }, inside a band of two standard errors around 0.`,
  caption:
    `${perText.length} texts of ${longTokens} tokens. Line: mean of the texts so far; band: two standard errors around 0.`,
  height: 320,
  x: { label: "texts decoded so far" },
  y: { label: "rejections − summed distance" },
  data: alongTexts.filter(({ texts }) => texts % 10 === 0),
  marks: [
    Plot.areaY(alongTexts.slice(4), {
      x: "texts",
      y1: ({ error }: { error: number }) => -2 * error,
      y2: ({ error }: { error: number }) => 2 * error,
      fill: "currentColor",
      fillOpacity: 0.12,
    }),
    Plot.ruleY([0]),
    Plot.dot(alongTexts, { x: "texts", y: "difference", fill: "#1f4fe0", r: 2.5 }),
    Plot.lineY(alongTexts, { x: "texts", y: "mean", stroke: "#f36218", strokeWidth: 2 }),
  ],
}));

// %% id="models-rejections-words" tags=["native"]
const meanDistanceOfTexts = mean(perText.map(({ distance }) => distance));
await display(
  md`On average ${
    mean(perText.map(({ rejections }) => rejections)).toFixed(2)
  } rejections and a summed distance of ${
    meanDistanceOfTexts.toFixed(2)
  } in ${longTokens} tokens: this draft's token is rejected ${
    (100 * meanDistanceOfTexts / longTokens).toFixed(0)
  } % of the time, and no unbiased rule of this kind can do better with it.`,
);

// %% [markdown] id="models-drafts-text"
// ### More drafts
//
// Now the batch decoder runs on the same pair, with fewer and shorter texts. Each round gains at its first position only. How much it could gain
// there is known exactly: the last column averages the probability that all $M$ drafts are rejected over *all* positions of
// texts of the target, not only over those at which a round began.

// %% id="models-drafts" tags=["native"]
const draftCounts = [1, 2, 4, 8];
const batchOpenings = many(16);
const batchTokens = 20;
const batchRuns = await Array.fromAsync(draftCounts, async (drafts) => {
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
  return { drafts, rejections: runs.map(({ rejections }) => rejections) };
});
const [oneDraft = [], , , eightDrafts = []] = batchRuns.map(({ rejections }) => rejections);

// %% id="models-positions" tags=["native"]
const positionOpenings = many(8);
const positionTexts = await sampleTexts({
  model: pair.target,
  prompts: positionOpenings,
  maxTokens: 20,
  random: (text) => stream(seed, "positions", text),
});
/** Draft and target at every position of these texts of the target. */
const positions = await readPositions(pair, positionOpenings, positionTexts);
const rootMeans = draftCounts.map((drafts) =>
  mean(positions.map(({ draft, target }) => rootRejection(target, draft, drafts)))
);

// %% id="models-drafts-table" tags=["check","native"]
await display(table(
  batchRuns.map(({ drafts, rejections }, i) => {
    const { mean, standardError } = estimate(rejections);
    return {
      "drafts M": drafts,
      texts: rejections.length,
      [`rejections in ${batchTokens} tokens`]: mean,
      "standard error": standardError,
      "all M rejected, mean of all positions": rootMeans[i],
    };
  }),
  {
    caption:
      `Texts of ${batchTokens} tokens; last column: exact, mean of ${positions.length} positions of ${positionTexts.length} texts of the target`,
  },
));
await claim(
  "02.models-drafts",
  meanInterval(oneDraft.map((rejections, i) => rejections - (eightDrafts[i] ?? NaN))),
);
await claim("02.models-root", rootMeans);

// %% [markdown] id="models-front-text"
// ### The straight line, at real positions
//
// The rejection probability and the bias of both rules are computed exactly at each of these positions, and then averaged.

// %% id="models-front" tags=["native"]
const modelEpsilons = [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3];
const meanDistance = mean(positions.map(({ draft, target }) => totalVariation(draft, target)));
const stepsOf = (rule: ReturnType<typeof decodingOpt>) =>
  positions.map(({ draft, target }) => ({
    ...stepLaw(rule, draft, target),
    distance: totalVariation(draft, target),
  }));
const deviations: number[] = [];
const modelFront = modelEpsilons.flatMap((epsilon) => {
  const both = { OPT: stepsOf(decodingOpt(epsilon)), UNO: stepsOf(decodingUno(epsilon)) };
  deviations.push(
    ...both.OPT.map(({ rejection, bias, distance }) => Math.abs(rejection + bias - distance)),
  );
  return Object.entries(both).map(([rule, steps]) => ({
    rule,
    epsilon,
    rejection: mean(steps.map(({ rejection }) => rejection)),
    bias: mean(steps.map(({ bias }) => bias)),
  }));
});
await claim("02.models-front", { value: Math.max(...deviations), compared: deviations.length });

// %% id="models-front-figure" tags=["drawing","native"]
const frontDomain = [0, 1.1 * Math.max(...modelFront.flatMap((row) => [row.rejection, row.bias]))];
await display(plot({
  title: "Rejections against bias, trained pair",
  alt:
    "Bias against rejection probability, both axes equally long. OPT's points lie on a falling straight line that joins the mean total variation on both axes; UNO's lie above it.",
  caption: `Means of ${positions.length} positions, ε from 0 to 0.3. Dashed: rejection + bias = ${
    meanDistance.toFixed(3)
  }, the mean total variation.`,
  width: 520,
  height: 500,
  x: { label: "probability of a rejection", domain: frontDomain },
  y: { label: "bias (total variation from the target)", domain: frontDomain },
  color: { legend: true, label: "rule", domain: ["OPT", "UNO"] },
  data: modelFront,
  marks: [
    Plot.line(modelFront, { x: "rejection", y: "bias", stroke: "rule" }),
    Plot.line([[0, meanDistance], [meanDistance, 0]], { strokeDasharray: "5 6" }),
    Plot.dot(modelFront, { x: "rejection", y: "bias", fill: "rule", r: 4 }),
  ],
}));

// %% [markdown] id="models-short"
// **In short.** For transformers the sum of distances along the text still counts the rejections, more drafts still help at the root
// only, and the straight line holds at every single position.

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How do rejections depend on how peaked the models are (the concentration of their random rows), and on the number of drafts?
// Change the lists, or make `length` or `vocabSize` an axis: flatter rows and more drafts should both mean fewer rejections. Each
// point is a mean over five pairs of models. The points run on all cores, and what has been run is kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "peaked or flat, few or many drafts",
  module: experimentsOf<typeof import("offprint/papers/specdec_theory/experiments.ts")>(
    "offprint/papers/specdec_theory/experiments.ts",
  ),
  run: "batchRejections",
  // Add 10 to the first list for flatter rows, or 64 to the second for more drafts.
  over: { concentration: [0.1, 0.3, 1, 3], drafts: [1, 2, 4, 8] },
  seed,
  seeds: 5,
});
await display(ablation);

// %% id="ablation-figure" tags=["drawing"]
await display(ablation.figure({
  title: "Expected rejections by peakedness and number of drafts",
  alt:
    "Expected rejections in 50 tokens against the concentration of the rows, one line with its band for each number of drafts: all fall as rows get flatter.",
  lines: true,
  log: true,
}));

// %% [markdown] id="cost"
// ## What it costs
//
// The exact recursion visits each step, each pair of tokens, and each draft once. The simulator needs very many
// texts to know the same number to three digits. The times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const timed = <T>(work: () => T) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
await display(table([
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
]));

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **No large model.** Chains obey the theorems exactly, and the small trained pair obeys them within its sampling error. Neither
//   says how far a draft of 70 million parameters is from a target of 2.8 billion, the paper's Pythia pair.
// * **Rejections are not time.** The theory takes drafting as free. On a real machine the draft costs something, a
//   pass that verifies many tokens costs more than one that verifies few, and fewer rejections can be slower.
// * **Table 1** compares OPT and UNO by reward models and GPT-4 on 200 prompts. We could not read its eight percentages
//   and do not have its models; the list of claims (`data/papers`) says so.
// * **The paper's own matrices** are not published, so the figures above have its shapes and not its numbers.
// * **Other rules for several drafts.** Theorem 3 is exact for the rule that tries the other drafts at the root only. Tree and block
//   verification accept jointly, are outside this family, and can do better.

// %% id="headline" tags=["check"]
await claim("02.win-rate-table", null);

// %% [markdown] id="own-model"
// ## With your own model
//
// The trained pair can be replaced from the command line:
// `deno task run 02 --set draftModel=models/small --set targetModel=models/large`. A path counts from the notebooks' folder or from
// the project's. Then the whole section on trained models is computed anew; nothing in this notebook comes from stored results.
//
// Anything that implements `LanguageModel` (`offprint/lm/interface/language_model.ts`) goes into `speculate`. The shortest way is a
// function from the text so far to next-token probabilities. Here is a target that likes to repeat what it said two tokens ago. For a chain
// of your own, `markovChain` of `offprint/lm/exact/mod.ts` takes its rows.

// %% id="own-model-example"
// change me: try 0.9. A draft that repeats as surely as the target is hardly ever
// rejected.
const draftStrength = 0.4;
const echo = (strength: number) => (history: number[]) => {
  const row = new Array(5).fill((1 - strength) / 5);
  const before = history.at(-2);
  if (before === undefined) return new Array(5).fill(0.2);
  row[before] += strength;
  return row;
};
const mine = await speculate({
  draft: historyModel({ name: "hesitant", vocabSize: 5, row: echo(draftStrength) }),
  target: historyModel({ name: "sure", vocabSize: 5, row: echo(0.9) }),
  maxTokens: 40,
  candidates: constantLength(4),
  bonus: true,
  random: stream(seed, "own model"),
});
await display(
  md`Text: ${
    mine.tokens.join("")
  }. ${mine.rejections} rejections, ${mine.targetCalls} target calls for ${mine.tokens.length} tokens, ${mine.drafted} drafted.`,
);

// %% [markdown] id="calculator-text"
// If you have *logged* draft and target distributions of another system, the theory tells how well it could do. Put one
// pair of rows for each examined position into `logged`. The average total variation is the best possible rejection rate
// of any unbiased rule.

// %% id="calculator"
const logged = [
  { draft: [0.7, 0.2, 0.1], target: [0.6, 0.3, 0.1], rejected: false },
  { draft: [0.5, 0.4, 0.1], target: [0.1, 0.8, 0.1], rejected: true },
  { draft: [0.3, 0.3, 0.4], target: [0.2, 0.3, 0.5], rejected: true },
];
const distances = logged.map(({ draft, target }, i) =>
  totalVariation(
    distribution(`draft of position ${i + 1}`, draft),
    distribution(`target of position ${i + 1}`, target),
  )
);
const yours = logged.filter(({ rejected }) => rejected).length / logged.length;
await display(
  md`Best possible: ${100 * mean(distances)} % of the examined tokens rejected. This log: ${
    100 * yours
  } % (of only ${logged.length} positions).`,
);

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away. Restart the kernel (do not interrupt it) when
// a cell hangs.
//
// **1. The overlap.** (5 minutes, 2 points.) Write the acceptance probability of a whole position, $\sum_x\min(p(x),q(x))$, without using
// `totalVariation`.

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function acceptanceRate(draft: ArrayLike<number>, target: ArrayLike<number>): number {
  // BEGIN SOLUTION
  let sum = 0;
  for (let x = 0; x < draft.length; x++) sum += Math.min(draft[x] ?? 0, target[x] ?? 0);
  return sum;
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 1", {
  got: [acceptanceRate(p4, q4), acceptanceRate(p4, p4), acceptanceRate([1, 0], [0, 1])],
  expected: [1 - totalVariation(p4, q4), 1, 0],
  hint: "Equal distributions accept everything, disjoint ones nothing.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
const gradedDraw = stream(seed, "graded distributions");
const gradedDraft = gradedDraw.dirichlet(new Array(6).fill(1));
const gradedTarget = gradedDraw.dirichlet(new Array(6).fill(1));
await hiddenTest("drawn distributions", {
  got: acceptanceRate(gradedDraft, gradedTarget),
  expected: 1 - totalVariation(gradedDraft, gradedTarget),
  points: 3,
});
await hiddenTest("nothing in common", {
  got: acceptanceRate([0.5, 0.5, 0, 0], [0, 0, 0.3, 0.7]),
  expected: 0,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2. Matching is not verifying.** (10 minutes, 3 points.) A tempting rule: sample $y$ from the target, and call the draft's token accepted if it
// equals $y$; otherwise output $y$. Its output always has the target's distribution. How often does it reject? Write the
// probability and compare it with the total variation: Theorem 2 says which is larger.

// %% id="exercise-2" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-2","locked":false,"schema_version":3,"solution":true,"task":false}
function matchingRejection(draft: ArrayLike<number>, target: ArrayLike<number>): number {
  // BEGIN SOLUTION
  let match = 0;
  for (let x = 0; x < draft.length; x++) match += (draft[x] ?? 0) * (target[x] ?? 0);
  return 1 - match;
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 2", {
  got: [matchingRejection(example.draft, example.target), matchingRejection([1, 0], [1, 0])],
  expected: [0.8, 0],
  hint: "The two draws are independent: they agree on x with probability p(x) q(x).",
}));
await display(
  md`Matching rejects ${matchingRejection(p4, q4)} of the tokens drawn from p4, verifying ${
    totalVariation(p4, q4)
  }. With two equal uniform distributions on 100 tokens: ${
    matchingRejection(uniformOn(100, 100), uniformOn(100, 100))
  } against 0.`,
);

// %% id="exercise-2-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
await hiddenTest("drawn distributions", {
  got: matchingRejection(gradedDraft, gradedTarget),
  expected: 1 - gradedDraft.reduce((total, mass, x) => total + mass * gradedTarget[x]!, 0),
  points: 2,
});
await hiddenTest("two equal distributions", {
  got: matchingRejection(uniformOn(10, 10), uniformOn(10, 10)),
  expected: 0.9,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-3-text"
// **3. Whose texts?** (20 minutes, 4 points.) Theorem 1 averages the total variation along texts of the target. Compute the same sum along texts of
// the *draft* for the two-state chain and 20 tokens. This mistake is easy to make in a real decoder, and it gives another number.

// %% id="exercise-3" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-3","locked":false,"schema_version":3,"solution":true,"task":false}
function alongTheDraft(pair: ChainPair, tokens: number): number {
  // BEGIN SOLUTION
  let probabilities = [1];
  let sum = 0;
  for (let step = 1; step <= tokens; step++) {
    const next = new Array(pair.draft.vocabSize).fill(0);
    probabilities.forEach((probability, previous) => {
      const row = pair.draft.row(step, previous);
      sum += probability * totalVariation(row, pair.target.row(step, previous));
      row.forEach((mass, token) => next[token] += probability * mass);
    });
    probabilities = next;
  }
  return sum;
  // END SOLUTION
}

// %% id="exercise-3-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 3", {
  got: alongTheDraft(two, 20),
  // The draft's chain has the stationary distribution (4/7, 3/7) and forgets at rate 0.3.
  expected: 0.25 + 19 * (0.1 + 0.1 * 4 / 7) + 0.1 * (0.75 - 4 / 7) * (1 - 0.3 ** 19) / 0.7,
  hint: "Carry the distribution of the last token forward with the draft's rows, not the target's.",
}));
await display(
  md`Along the draft: ${alongTheDraft(two, 20)}. Along the target, as the theorem says: ${
    expectedRejections(two, 20).total
  }.`,
);

// %% id="exercise-3-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-hidden","locked":true,"points":4,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
// Texts of the draft are texts of the target once the two change places.
await hiddenTest("seven states", {
  got: alongTheDraft(seven, 30),
  expected: expectedRejections({ draft: seven.target, target: seven.draft }, 30).total,
  points: 3,
});
await hiddenTest("one token", {
  got: alongTheDraft(two, 1),
  expected: expectedRejections(two, 1).total,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-4-text"
// **4. How many drafts are worth it?** (15 minutes, 3 points.) Find the smallest $M$ for which the seven-state chain at $T=50$ has come within
// 1 % of its limit for infinitely many drafts.

// %% id="exercise-4" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-4","locked":false,"schema_version":3,"solution":true,"task":false}
function enoughDrafts(pair: ChainPair, tokens: number): number {
  // BEGIN SOLUTION
  const limit = expectedBatchRejections(pair, tokens, Infinity).total;
  let drafts = 1;
  while (expectedBatchRejections(pair, tokens, drafts).total > 1.01 * limit) drafts++;
  return drafts;
  // END SOLUTION
}

// %% id="exercise-4-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const enough = enoughDrafts(seven, 50);
const closeEnough = (drafts: number) =>
  drafts >= 1 && expectedBatchRejections(seven, 50, drafts).total <=
    1.01 * expectedBatchRejections(seven, 50, Infinity).total;
await display(check("exercise 4", {
  got: [closeEnough(enough), closeEnough(enough - 1)],
  expected: [true, false],
  hint:
    "Compare with expectedBatchRejections(pair, tokens, Infinity), and look for the first M that is close enough.",
}));
await display(md`${enough} drafts.`);

// %% id="exercise-4-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-4-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedClose = (tokens: number, drafts: number) =>
  drafts >= 1 && expectedBatchRejections(seven, tokens, drafts).total <=
    1.01 * expectedBatchRejections(seven, tokens, Infinity).total;
await hiddenTest("twenty tokens", {
  got: enoughDrafts(seven, 20),
  accept: (drafts: number) => gradedClose(20, drafts) && !gradedClose(20, drafts - 1),
});
await hiddenTest("forty tokens", {
  got: enoughDrafts(seven, 40),
  accept: (drafts: number) => gradedClose(40, drafts) && !gradedClose(40, drafts - 1),
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-5-text"
// **5. Your own rule.** Write a verification rule that accepts like speculative decoding with the target's temperature
// raised a little, and place it in the Pareto figure with `stepLaw`. Is it on the line? Why not? (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// All claims of this notebook, with what this run measured and the verdict. The rules were written down before the run; they
// stand below the table. `deno task run 02 --json` prints the same for machines, and `out/site/` has it beside the other papers.

// %% id="claims-table" tags=["check"]
await claimsTable("02-specdec-theory");
