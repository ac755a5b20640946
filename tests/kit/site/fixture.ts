/**
 * A small made-up paper with one output of every kind, as the site's tests and a person looking at a page need it.
 */
import type { CodeCell, Json, MarkdownCell, Notebook, Output } from "offprint/kit/nbformat.ts";
import type { Report } from "offprint/kit/report.ts";
import type { Site } from "offprint/kit/site/mod.ts";
import { ClaimLine } from "offprint/notebook/claims/claim.ts";
import { ClaimsTable, VerdictLine } from "offprint/notebook/claims/claims_table.ts";
import type { Displayable } from "offprint/notebook/output/display.ts";
import { equation } from "offprint/notebook/equation.ts";
import {
  type ClaimRecord,
  judge,
  type Paper,
  parsePaper,
} from "offprint/notebook/claims/ledger.ts";
import type { Recorded } from "offprint/notebook/claims/measured.ts";
import { plot } from "offprint/notebook/figures/plot.ts";
import { table } from "offprint/notebook/output/table.ts";
import * as Plot from "@observablehq/plot";

/** A prose cell. */
export function prose(id: string, source: string, tags: string[] = []): MarkdownCell {
  return { cell_type: "markdown", id, metadata: tags.length > 0 ? { tags } : {}, source };
}

/** A code cell with its outputs. */
export function code(
  id: string,
  source: string,
  outputs: Output[] = [],
  tags: string[] = [],
): CodeCell {
  const metadata: Record<string, Json> = tags.length > 0 ? { tags } : {};
  return { cell_type: "code", id, metadata, source, execution_count: 1, outputs };
}

/** A displayed value. */
export function shows(data: Record<string, Json>, metadata: Record<string, Json> = {}): Output {
  return { output_type: "display_data", data, metadata };
}

/** A notebook of these cells. */
export function notebookOf(cells: Notebook["cells"], paper: string | null = null): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { name: "typescript", file_extension: ".ts" },
      offprint: { paper, cellSeconds: 120, exclusive: false },
    },
    cells,
  };
}

/** Two curves in an SVG whose ids are the same in every figure. */
function figure(title: string): string {
  const xs = Array.from({ length: 40 }, (_, i) => i / 39);
  const line = (f: (x: number) => number) =>
    xs.map((x) => `${(50 + 560 * x).toFixed(1)},${(250 - 220 * f(x)).toFixed(1)}`).join(" ");
  return `<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 290" width="640" height="290" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="11" fill="currentColor">
<title id="title">${title}: rejections fall as the draft nears the target</title>
<clipPath id="clip"><rect x="50" y="20" width="560" height="230"/></clipPath>
<g stroke="currentColor" stroke-opacity="0.15">${
    [30, 85, 140, 195, 250].map((y) => `<path d="M50 ${y}H610"/>`).join("")
  }</g>
<g text-anchor="end">${
    [30, 85, 140, 195, 250].map((y, i) => `<text x="42" y="${y + 4}">${1 - i / 4}</text>`).join("")
  }</g>
<g text-anchor="middle">${
    [0, 1, 2, 3, 4].map((i) => `<text x="${50 + 140 * i}" y="270">${i / 4}</text>`).join("")
  }<text x="330" y="287">distance of draft and target →</text></g>
<g clip-path="url(#clip)" fill="none" stroke-width="2"><polyline stroke="#0072b2" points="${
    line((x) => x ** 0.8)
  }"/><polyline stroke="#d55e00" stroke-dasharray="5 3" points="${line((x) => x * x)}"/></g>
</svg><figcaption>${title}. Blue: one draft. Orange, dashed: four drafts in parallel.</figcaption></figure>`;
}

/** What the notebook library shows for a value. */
export function displayed(value: Displayable): Output {
  return shows(value.bundle() as Record<string, Json>);
}

const measured: Record<string, Recorded> = {
  "02.exact": 2.751077009,
  "02.batch": { mean: 0.31, low: 0.28, high: 0.34, n: 1000 },
  "02.saturates": [0.31, 0.12, 0.13],
  "02.speed": 1.4,
};

/** The records of a run of the first paper, by claim. */
function records(): Map<string, ClaimRecord> {
  return new Map(papers()[0]!.claims.map((claim) => {
    const value = measured[claim.id]!;
    const verdict = judge(claim, value as number);
    const published = claim.published ?? null;
    const record = { id: claim.id, kind: claim.kind, verdict, measured: value, published };
    return [claim.id, { ...record, rule: claim.check }];
  }));
}

const claimLine = (id: string): Output => {
  const claim = papers()[0]!.claims.find((claim) => claim.id === id)!;
  return displayed(new ClaimLine(claim, records().get(id)!));
};

/** A figure of the notebook library: two series with a legend. */
function rejectionsFigure(): Output {
  const rows = [1, 2, 4, 8, 16].flatMap((drafts) => [
    { drafts, rejections: 3.51 / drafts ** 0.12, chain: "two states" },
    { drafts, rejections: 2.75 / drafts ** 0.2, chain: "seven states" },
  ]);
  return displayed(plot({
    title: "Rejections fall slowly with the number of drafts",
    alt: "Both lines fall, the one for seven states faster.",
    caption: "Expected rejections at T = 20. Each point is exact; there is no sampling here.",
    x: { type: "log", base: 2, label: "drafts in parallel" },
    y: { label: "expected rejections", grid: true, zero: true },
    color: { legend: true },
    marks: [Plot.lineY(rows, { x: "drafts", y: "rejections", stroke: "chain", marker: true })],
  }));
}

/** A 1 × 1 picture. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** The paper in full: prose, formulas, code, figures, tables, claims, an exercise with its solution, an error. */
export function paperNotebook(): Notebook {
  return notebookOf([
    prose(
      "title",
      `# Counting rejections of a guessing decoder

A small model guesses, a large one checks. Every guess that fails costs one more call of the large model, so the *number of
rejections* stands for time. This page computes that number exactly, then lets chance confirm it.

The idea goes back to [another notebook](03-other.ipynb#the-end) and to [the web](https://arxiv.org/abs/2411.00841).
Prices between $5 and $10 are no formula; $x_1$-axis and ($\\alpha$) are.

A formula without a place to break, $\\underbrace{\\mathrm{acceptance}(x_1)\\,\\mathrm{acceptance}(x_2)\\,\\mathrm{acceptance}(x_3)\\,\\mathrm{acceptance}(x_4)}_{\\text{as long as it gets}}$, and a word:
https://arxiv.org/abs/a-very-long-address-that-has-no-place-to-break-either-because-it-is-one-word-only

- an item with $\\overline{\\mathrm{acceptance}(x_1)\\,\\mathrm{acceptance}(x_2)\\,\\mathrm{acceptance}(x_3)\\,\\mathrm{acceptance}(x_4)}$`,
    ),
    prose("overview", "## What you will see"),
    code("verdicts", `await verdicts("02-rejections");`, [
      displayed(new VerdictLine(papers()[0]!, records())),
    ], ["imports"]),
    code("claims", `await claimsTable("02-rejections");`, [
      displayed(new ClaimsTable(papers()[0]!, records())),
    ]),
    prose("setup", "## Parameters and imports"),
    code(
      "parameters",
      `/** how many runs the Monte Carlo part makes */
const runs: number = 10_000;
/** seed of every random stream */
const seed: number = 1;`,
      [],
      ["parameters"],
    ),
    code(
      "imports",
      `import { claim, plot, table } from "offprint/notebook/mod.ts";
import { expectedRejections } from "offprint/papers/specdec_theory/mod.ts";`,
    ),
    prose(
      "theorem",
      `## Theorem 1: the *exact* count of $N_{\\mathrm{rej}}$

With draft $p$ and target $q$, the expected number of rejections over a horizon $T$ is a sum of total variation distances
along the target's own text:

$$
\\mathbb E[N_{\\mathrm{rej}}] = \\sum_{n=1}^{T} \\mathbb E_{x_{1:n-1}\\sim q}\\bigl[\\mathrm{TV}\\bigl(p_n(\\cdot\\mid x_{1:n-1}),\\, q_n(\\cdot\\mid x_{1:n-1})\\bigr)\\bigr],
\\qquad \\mathrm{TV}(p,q)=\\tfrac12\\sum_x\\lvert p(x)-q(x)\\rvert .
$$

| symbol | meaning | in the code |
| --- | --- | --- |
| $\\mathcal V$, $V$ | vocabulary and its size | \`vocabSize\` |
| $b_n(x)$ | probability that the token $x$ guessed at step $n$ is accepted | \`acceptance(draft, target)\` |
| $[a]_+$ | positive part, normalised when it is used as a distribution | \`residual\` |

### How the code reads

The function walks the chain once, in $O(T V^2)$ operations. A formula nobody can set, $\\frac{1}{2$, is told and not hidden.

\`\`\`bash
deno task run 02 --set runs=100000
\`\`\``,
    ),
    code(
      "exact",
      `// The chain of the example: two states, a draft that hesitates.
interface Chain {
  readonly start: Float64Array; // [V]
  readonly step: Float64Array[]; // [V][V], rows sum to 1
}

export function totalVariation(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let x = 0; x < p.length; x++) sum += Math.abs(p[x]! - q[x]!);
  return sum / 2;
}

const horizons = [1, 2, 5, 20, 50].map((T) => ({ T, rejections: expectedRejections(draft, target, T) }));
console.log(\`walked \${horizons.length} horizons, the longest of \${Math.max(...horizons.map(({ T }) => T))} tokens\`);
table(horizons);`,
      [
        {
          output_type: "stream",
          name: "stdout",
          text:
            "working 1/5\rworking 5/5\n\u001b[32mwalked\u001b[0m 5 horizons, <b>all</b> & done\n",
        },
        { output_type: "stream", name: "stderr", text: "a remark on stderr\n" },
        {
          output_type: "execute_result",
          execution_count: 1,
          metadata: {},
          data: table(
            [[1, 0.25, 4], [2, 0.4, 5], [5, 0.8956, 5.583], [20, 3.5125, 5.694]].map((
              [T, rejections, acceleration],
            ) => ({ T, rejections, acceleration })),
            { caption: "Expected rejections of the two-state chain" },
          ).bundle() as Record<string, Json>,
        },
        claimLine("02.exact"),
      ],
    ),
    prose("figures", "## The figures redrawn"),
    code("figure-one", `plot({ title: "Figure 1", marks });`, [
      shows({ "text/html": figure("Figure 1"), "text/plain": "[figure]" }),
    ]),
    code("rejections-figure", `plot({ title, alt, x, y, color, marks });`, [rejectionsFigure()]),
    code("folded", `await display(plot({ title, alt, x, y, color, marks }));`, [
      rejectionsFigure(),
    ], ["drawing"]),
    code("figure-two", `plot({ title: "Figure 2", marks });`, [
      shows({
        "image/svg+xml": `<?xml version="1.0" encoding="UTF-8"?>\n${
          figure("Figure 2").replace(/<\/?figure>|<figcaption>.*<\/figcaption>/g, "")
        }`,
        "text/plain": "[figure]",
      }),
    ]),
    code(
      "other-outputs",
      `display(everything);`,
      [
        displayed(equation({
          id: "gauss",
          source: "offprint/papers/specdec_theory/mod.ts",
          fn: function gauss(n: number) {
            return n * (n + 1) / 2;
          },
          checks: [{ args: [3], equals: 6 }],
        })),
        claimLine("02.saturates"),
        claimLine("02.speed"),
        shows({ "image/png": PIXEL, "text/plain": "one dot" }),
        shows({
          "text/markdown": "A **remark** with $\\pi \\approx 3.14$.",
          "text/plain": "A remark",
        }),
        shows({ "text/latex": "$$e^{i\\pi} = -1$$" }),
        shows({ "application/json": { answer: [42, "<script>"] } }),
        shows({ "text/plain": "Map(1) { <a> => 1 }" }),
        shows({ "application/vnd.nobody+json": { hidden: true } }),
      ],
    ),
    code(
      "long-code",
      Array.from({ length: 60 }, (_, i) => `const x${i} = ${i};`).join("\n"),
    ),
    prose("ablate", "## Ablate it yourself"),
    code(
      "sweep",
      `await sweep({ name: "look-ahead", over: { lookAhead: [1, 2, 4, 8] }, run: ({ lookAhead }) => simulate(lookAhead, seed) });`,
      [],
      ["ablation"],
    ),
    prose("exercises", "## Exercises"),
    prose(
      "exercise-one",
      `### Exercise 1

Show that no unbiased decoder rejects less often, whatever it accepts. Start from $\\sum_x \\min(p(x), q(x))$.`,
      ["exercise"],
    ),
    prose("solution-one-text", "An accepted token has probability at most $q(x)$.", ["solution"]),
    code("solution-one", `const bound = 1 - totalVariation(draft.start, target.start);`, [], [
      "solution",
    ]),
    code(
      "broken-cell",
      `throw new RangeError("horizon: got -1, expected a whole number above 0");`,
      [{
        output_type: "error",
        ename: "RangeError",
        evalue: "horizon: got -1, expected a whole number above 0",
        traceback: [
          "\u001b[31mRangeError: horizon: got -1, expected a whole number above 0\u001b[39m",
          "    at <anonymous>:1:7 <script>alert(1)</script>",
        ],
      }],
    ),
  ], "02-rejections");
}

/** Three papers: one rerun, one with a page but not rerun, one to come. */
export function papers(): Paper[] {
  const common = { authors: ["Ann Lee", "Bo Yu"], venue: "ICLR", year: 2025 };
  return [
    parsePaper({
      ...common,
      id: "02-rejections",
      number: "02",
      title: "Counting Rejections: A Theory of Guessing & Checking",
      arxiv: "2411.00001",
      summary:
        "Counts the rejections of a guessing decoder exactly. Shows that none can do better.",
      notebook: "02-rejections",
      claims: [
        {
          id: "02.exact",
          where: "Theorem 1",
          statement: "Expected rejections of the seven-state chain at T = 10",
          kind: "identity",
          published: { value: 2.751077, note: "four digits in the paper" },
          provenance: "derived",
          check: { rule: "within", value: 2.751077, absolute: 1e-6 },
        },
        {
          id: "02.batch",
          where: "Figure 2",
          statement:
            "Four drafts in parallel reject less often than one, and eight hardly less than four",
          kind: "trend",
          provenance: "digest",
          check: { rule: "intervalAbove", bound: 0 },
        },
        {
          id: "02.saturates",
          where: "Section 4",
          statement: "The gain of each further draft shrinks",
          kind: "trend",
          provenance: "recall",
          check: { rule: "monotone", direction: "decreasing" },
        },
        {
          id: "02.speed",
          where: "Table 3",
          statement: "Speed-up of a 2.8 B parameter model",
          kind: "headline",
          published: { value: "2.1–2.6×" },
          provenance: "paper",
          check: { rule: "needs", what: "an A100 and pythia-2.8b" },
        },
      ],
    }, "fixture"),
    parsePaper({
      ...common,
      id: "03-other",
      number: "03",
      title: "Another Paper",
      arxiv: "2411.00002",
      summary: "Does something else. Not rerun in this fixture.",
      notebook: "03-other",
      claims: [],
    }, "fixture"),
    parsePaper({
      ...common,
      id: "04-later",
      number: "04",
      title: "A Paper to Come",
      arxiv: "2411.00003",
      summary: "Has no notebook so far. Says so.",
      notebook: null,
      claims: [{
        id: "04.later",
        where: "Section 1",
        statement: "Something will be shown",
        kind: "trend",
        provenance: "paper",
        check: { rule: "zBelow", z: 4 },
      }],
    }, "fixture"),
  ];
}

/** A run of the first paper. */
export function report(): Report {
  return {
    papers: [{
      id: "02-rejections",
      ok: false,
      seconds: 12.5,
      cells: 14,
      errors: [{ cell: "broken-cell", message: "RangeError: horizon: got -1\nsecond line" }],
      claims: [...records().values()].map(({ id, kind, verdict, measured, published }) => {
        const cell = "figure-one";
        return { id, kind, cell, verdict, measured, published: published?.value ?? null };
      }),
    }],
  };
}

/** Everything a site is made of, to be written to `outDir`. */
export function site(outDir: string): Site {
  return {
    notebooks: [
      {
        id: "03-other",
        notebook: notebookOf([prose("title", "# Another paper\n\nText.\n\n## The end\n\nMore.")]),
      },
      { id: "02-rejections", notebook: paperNotebook() },
      { id: "00-start-here", notebook: notebookOf([prose("title", "# Start here\n\nRead 02.")]) },
    ],
    papers: papers(),
    report: report(),
    outDir,
  };
}
