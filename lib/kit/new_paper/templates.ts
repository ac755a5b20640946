/**
 * The texts of a new paper's files. They hold a small example that is true, the variance of a mean of coin tosses, so that everything
 * runs at once; an author puts the paper's own idea in its place, piece by piece. `NN`, `ID`, `ROOM` and `TITLE` are filled in.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import type { NewPaper, PaperNames } from "./names.ts";

/** A template with the paper's names in it. */
export function written(
  template: string,
  { number, title }: NewPaper,
  { id, room }: PaperNames,
): string {
  const values: Record<string, string> = { NN: number, ID: id, ROOM: room, TITLE: title };
  return template.trimStart().replaceAll(
    /\b(?:NN|ID|ROOM|TITLE)\b/g,
    (placeholder) => values[placeholder]!,
  );
}

/** The ledger's entry, with one claim. */
export function ledger(
  { number, title, arxiv, authors, year }: NewPaper,
  { id }: PaperNames,
): Paper {
  return {
    id,
    number,
    title,
    authors: authors ?? ["Authors to be named"],
    venue: arxiv === undefined ? "To be named" : "arXiv",
    year,
    ...(arxiv !== undefined && { arxiv }),
    summary: "Say in two or three sentences what the paper claims, in your own words.",
    notebook: id,
    claims: [{
      id: `${number}.variance`,
      where: "The idea",
      statement:
        "The variance of the mean of n coin tosses is p(1 − p)/n: adding up all outcomes gives the same values.",
      kind: "identity",
      provenance: "derived",
      check: { rule: "within", value: [0.0525, 0.03125, 0.009], absolute: 1e-12 },
    }],
  };
}

export const MOD = `
/**
 * Paper NN, TITLE.
 *
 * Begin with \`example.ts\`, the smallest example; \`experiments.ts\` has what a sweep can vary.
 *
 * @module
 */
export * from "./example.ts";
export * from "./experiments.ts";
`;

export const EXAMPLE = `
/**
 * The smallest example of paper NN.
 *
 * @module
 */

/**
 * Variance of the share of heads among n tosses of a coin, by the formula.
 *
 * @param p Probability of heads, from 0 to 1.
 * @param n Tosses, at least 1.
 *
 * @example
 * \`\`\`ts
 * import { assertEquals } from "@std/assert";
 * import { varianceOfMean } from "offprint/papers/ROOM/mod.ts";
 *
 * assertEquals(varianceOfMean(0.5, 8), 0.03125);
 * \`\`\`
 */
export function varianceOfMean(p: number, n: number): number {
  return (p * (1 - p)) / n;
}

/** The same variance from the probability of every number of heads, added up. */
export function varianceByOutcomes(p: number, n: number): number {
  let ways = 1, mean = 0, square = 0;
  for (let heads = 0; heads <= n; heads++) {
    const probability = ways * p ** heads * (1 - p) ** (n - heads);
    mean += probability * (heads / n);
    square += probability * (heads / n) ** 2;
    ways = (ways * (n - heads)) / (heads + 1);
  }
  return square - mean ** 2;
}
`;

export const EXPERIMENTS = `
/**
 * Experiments of paper NN that a sweep can run: in a cell of the notebook, and by \`deno task sweep NN\`.
 *
 * @module
 */
import { stream } from "offprint/random.ts";

/** Tosses of a coin. */
export interface Tosses {
  /** Probability of heads. */
  p?: number;
  /** Tosses. */
  n?: number;
}

/** Tosses a coin and gives the share of heads and how far it is from the probability. */
export function tosses(
  { p = 0.3, n = 100 }: Tosses,
  seed: number,
): { share: number; error: number } {
  const random = stream(seed, "tosses", n);
  let heads = 0;
  for (let toss = 0; toss < n; toss++) if (random.uniform() < p) heads++;
  return { share: heads / n, error: Math.abs(heads / n - p) };
}
`;

export const TEST = `
import { assertAlmostEquals } from "@std/assert";
import { varianceByOutcomes, varianceOfMean } from "offprint/papers/ROOM/mod.ts";

Deno.test("the variance by the formula is that of all outcomes", () => {
  for (const [p, n] of [[0.3, 4], [0.5, 8], [0.9, 10], [0, 3], [1, 1]] as const) {
    assertAlmostEquals(varianceOfMean(p, n), varianceByOutcomes(p, n), 1e-12);
  }
  assertAlmostEquals(varianceOfMean(0.3, 4), 0.0525, 1e-15);
});
`;

export const NOTEBOOK = `
// ---
// jupyter: {}
// ---

// %% [markdown] id="title"
// # NN · TITLE
//
// Two or three sentences for a reader in a hurry: what is the question, and what is surprising about the answer?

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("ID"));

// %% [markdown] id="summary"
// ## In two minutes
//
// * **What the paper says**, in your own words.
// * **What this notebook finds**, also where it differs.

// %% id="verdicts" tags=["imports"]
await verdicts("ID");

// %% [markdown] id="idea"
// ## The idea
//
// Begin with the smallest example that shows it. Here a coin is tossed $n$ times; how far does the share of heads stray from
// the probability $p$? Its variance is
//
// $$\\operatorname{Var}=\\frac{p\\,(1-p)}{n}.$$

// %% id="imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import {
  check,
  claim,
  claimsTable,
  equation,
  experimentsOf,
  formatNumber,
  plot,
  sweep,
  table,
} from "offprint/notebook/mod.ts";
import { varianceByOutcomes, varianceOfMean } from "offprint/papers/ROOM/mod.ts";

// %% id="parameters" tags=["parameters"]
/** Probability of heads. Change me: 0.5 is the coin whose tosses vary most. */
const p: number = 0.3;
/** Seed of all tosses. */
const seed: number = 1;

// %% id="idea-rows"
const rows = [1, 2, 4, 8, 16, 32].map((n) => ({
  n,
  formula: varianceOfMean(p, n),
  outcomes: varianceByOutcomes(p, n),
}));
await display(table(rows, { caption: "Variance of the share of heads, by the formula and by adding up all outcomes" }));

// %% id="idea-figure" tags=["drawing"]
await display(plot({
  title: "More tosses, less variance",
  alt: "Variance against the number of tosses: " +
    rows.map(({ n, formula }) => n + " tosses, " + formatNumber(formula)).join("; ") + ".",
  x: { type: "log", label: "tosses" },
  y: { type: "log", label: "variance of the share of heads" },
  marks: [Plot.line(rows, { x: "n", y: "formula" }), Plot.dot(rows, { x: "n", y: "outcomes" })],
}));

// %% [markdown] id="equations"
// ## The equation
//
// The formula stands above; the cell below ties it to the function that computes it, at values that were found by hand.

// %% id="equation-variance" tags=["check"]
await display(equation({
  id: "variance",
  source: "offprint/papers/ROOM/mod.ts",
  fn: varianceOfMean,
  checks: [{ args: [0.5, 1], equals: 0.25 }, { args: [0.5, 100], equals: 0.0025 }],
}));

// %% [markdown] id="exact"
// ## Exact rerun
//
// The claim is decided on its own example, which the ledger names, and not on what a reader changes.

// %% id="exact-claim"
await claim(
  "NN.variance",
  ([[0.3, 4], [0.5, 8], [0.9, 10]] as const).map(([p, n]) => varianceByOutcomes(p, n)),
);

// %% [markdown] id="ablation"
// ## Ablate it yourself
//
// One cell varies one thing. With four times the tosses the error should be about half as large.

// %% id="ablation-run" tags=["ablation"]
// change me: [10, 1000] shows the two ends alone.
const lengths = [100, 400, 1600];
const ablation = await sweep({
  name: "tosses",
  module: experimentsOf<typeof import("offprint/papers/ROOM/experiments.ts")>(
    "offprint/papers/ROOM/experiments.ts",
  ),
  run: "tosses",
  over: { n: lengths },
  fixed: { p },
  seed,
  seeds: 10,
});
await display(ablation);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// Name the sizes, data and machines of the paper that are not here.

// %% [markdown] id="own-model"
// ## With your own
//
// Say how a reader puts a model, data or an instance of their own in the place of yours.

// %% [markdown] id="exercises"
// ## Exercises
//
// Cells with \`nbgrader\` in their metadata make the notebook an assignment: \`deno task assign NN\`.
//
// **1.** (5 minutes, 2 points.) How many tosses does it take until the standard deviation of the share is at most \`s\`?

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function tossesNeeded(p: number, s: number): number {
  // BEGIN SOLUTION
  return Math.ceil((p * (1 - p)) / s ** 2);
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 1", {
  got: [tossesNeeded(0.5, 0.25), tossesNeeded(0.5, 0.125)],
  expected: [4, 16],
  hint: "The standard deviation is the square root of the variance.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
await hiddenTest("a coin that is not fair", { got: tossesNeeded(0.2, 0.1), expected: 16 });
await hiddenTest("one toss more than the formula's fraction", {
  got: tossesNeeded(0.5, 0.3),
  expected: 3,
});
// END HIDDEN TESTS

// %% [markdown] id="claims"
// ## Claims

// %% id="claims-table" tags=["check"]
await claimsTable("ID");
`;
