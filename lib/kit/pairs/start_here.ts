/**
 * `notebooks/00-start-here.ts`, generated from the claims ledger (`data/papers/*.json`): what the project is,
 * the ten papers, how to read and run their notebooks.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readText, writeWhole } from "offprint/files.ts";
import { type ClaimKind, loadPapers, type Paper } from "offprint/notebook/ledger.ts";
import type { Cell } from "../nbformat.ts";
import { defaultMetadata, printPercent } from "./mod.ts";

/** The name of the generated notebook. */
export const START_HERE_ID = "00-start-here";

/** What the notebook is generated from, for messages. */
export const START_HERE_ORIGIN = "data/papers and lib/kit/pairs/start_here.ts";

/**
 * Writes `notebooks/00-start-here.ts` when it is not as generated; a project without a ledger is left alone.
 *
 * @param root The project's folder.
 * @param options `dry`: write nothing.
 * @returns Whether it was out of date.
 * @throws {UserError} for a ledger file that is not valid.
 */
export async function writeStartHere(
  root: string,
  options: { dry?: boolean } = {},
): Promise<boolean> {
  const wanted = await expectedStartHere(root);
  const path = join(root, "notebooks", `${START_HERE_ID}.ts`);
  if (wanted === undefined || wanted === await textIfThere(path)) return false;
  if (!options.dry) await writeWhole(path, wanted);
  return true;
}

/** Text that `notebooks/00-start-here.ts` should have; undefined for a project without a ledger. */
export async function expectedStartHere(root: string): Promise<string | undefined> {
  const folder = join(root, "data", "papers");
  try {
    await Deno.stat(folder);
  } catch {
    return undefined;
  }
  return startHere(loadPapers(pathToFileURL(`${folder}/`)));
}

/** The source file of the notebook that a reader opens first. */
export function startHere(papers: readonly Paper[]): string {
  const cells: Cell[] = [
    prose("title", TITLE),
    prose("how-to-run", HOW_TO_RUN),
    prose("papers", paperList(papers)),
    prose("claims", `${CLAIMS}\n\n${claimCounts(papers)}\n\n${CLAIMS_LISTED.trim()}`),
    code("imports", IMPORTS),
    code("all-claims", ALL_CLAIMS),
    prose("how-to-read", HOW_TO_READ),
    prose("ablation", ABLATION),
    code("parameters", PARAMETERS, ["parameters"]),
    code("ablation-run", ABLATION_RUN, ["ablation"]),
    prose("ablation-next", ABLATION_NEXT),
  ];
  return printPercent({ nbformat: 4, nbformat_minor: 5, metadata: defaultMetadata(), cells });
}

const TITLE = `
# Offprint: ten papers you can rerun

An offprint is the single article that a journal hands its author. Here each one runs: prose, equations,
typed code, figures, and a verdict on every claim, all in one notebook that executes on an ordinary laptop.

You read a statement, and below it stands the code that computes it and the number that came out.
Change the code, run the cell again, and see whether the statement survives.`;

const HOW_TO_RUN = `
## Run it

| what you want | what you type in the project's folder |
| --- | --- |
| rerun all papers and get the report | \`deno task run\` |
| rerun one paper | \`deno task run 02\` |
| rerun it with another seed | \`deno task run 02 --set seed=7\` |
| larger samples, more seeds | \`deno task run 02 --profile full\` |
| test everything | \`deno task test\` |
| take an edit made in Jupyter back into the source file | \`deno task sync\` |

With Node but without Deno, write \`npx --yes --prefer-offline deno@2.9 task run\` and so on.
The run leaves pages to read in \`out/site/\`, the executed notebooks in \`out/notebooks/\` and all verdicts in
\`out/report.json\`.

To edit a notebook, open it in Jupyter or VS Code with the Deno kernel (\`deno jupyter --install\`, once).
To interrupt a cell that waits, restart the kernel: Deno's kernel does not come back from *Stop*.`;

const CLAIMS = `
## The claims

Each paper comes with a ledger: what it states, where, and by which rule a rerun decides. The rules were
written before the runs, and verdicts are computed by them, never typed in. There are four kinds of claim:

| kind | what it is | verdicts |
| --- | --- | --- |
| identity | a theorem or an exact example | *holds*, or *broken*, which fails the run |
| trend | a qualitative result, at the scale of a laptop | *shown* or *not shown* |
| measurement | a time or a throughput of this run, on this machine | *shown* or *not shown* |
| headline | the paper's own number, at its own scale | *not run here*, with what it would need |

A *not shown* is published as it is: small models do not do everything that large ones do, and where the
line runs is a result too. So far the ledger holds:`;

const IMPORTS = `
import { loadPapers, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate } from "offprint/stats.ts";`;

const CLAIMS_LISTED = `
The cells below list them all, with where the paper states each. What a rerun says about them stands in
the paper's own notebook, and for all papers together in the report of \`deno task run\`.`;

const ALL_CLAIMS = `
table(
  loadPapers().flatMap((paper) =>
    paper.claims.map(({ id, where, statement, kind }) => ({ id, kind, where, statement }))
  ),
  { caption: "Every claim", limit: 500 },
);`;

const HOW_TO_READ = `
## How to read a notebook

All ten are built alike, so that whoever has read one can find anything in another:

1. **Title, citation, summary** in two minutes.
2. **What you will see**: the table of claims, empty at first; it fills as the cells below it run.
3. **Parameters**: sample sizes and seeds, the only cell you need to touch.
4. **The idea**, with the smallest example that shows it.
5. **The equations**, each tied to the function that computes it and checked against it.
6. **Exact rerun**: tables with known right answers.
7. **Rerun with small models or real tools**.
8. **The paper's figures, redrawn** from this run's own numbers.
9. **Ablate it yourself**: one cell that varies one thing.
10. **Kernels and cost**, where they matter.
11. **What this rerun does not show**, said plainly.
12. **With your own model**: where to plug in a real one.
13. **Exercises**, with solutions and checks.
14. **Claims**: all verdicts.

Every number is computed by a cell, and every random one comes from a named stream of one seed, so running a
notebook twice gives the same outputs. Code that is longer than a cell lives in \`lib/\`, documented and tested;
the notebook imports it by name.`;

const ABLATION = `
## Make your own ablation

An ablation asks what happens when one thing changes and all else stays. \`sweep\` does it in one cell: it
runs a function at each value, shows progress, and gives back a table. Points that it has run before it
keeps, so say in \`depends\` what else a result hangs on.

Here is a small one. A coin is thrown *n* times to estimate its bias; how fast does the error shrink?
Statistics says like one over the square root of *n*: four times the throws, half the error. The
parameters come first:`;

const PARAMETERS = `
/** probability of heads */
const bias: number = 0.3;
/** seed of all throws */
const seed: number = 2;`;

const ABLATION_RUN = `
const throws = await sweep({
  name: "throws",
  over: { n: [100, 400, 1600, 6400, 25600] },
  seed,
  depends: { bias },
  run({ n }, seed) {
    const random = stream(seed, "coin", n);
    const heads = Array.from({ length: n }, () => random.uniform() < bias ? 1 : 0);
    const { mean, standardError } = estimate(heads);
    return { mean, standardError, rate: standardError * Math.sqrt(n) };
  },
});
throws;`;

const ABLATION_NEXT = `
Read down the table: each row has four times the throws of the one above and about half its standard
error, so the last column, the error times the square root of *n*, hardly moves.

Now yours. Change \`bias\` and run both cells again: for which bias is the last column largest, and why? Then open
a paper's notebook, go to its section *Ablate it yourself*, and vary what the authors held fixed.`;

function paperList(papers: readonly Paper[]): string {
  return "## The ten papers\n\n" + papers.map(paperEntry).join("\n\n");
}

function paperEntry(paper: Paper): string {
  const { number, title, notebook, arxiv, venue, year, authors, summary } = paper;
  const by = authors.length > 3
    ? `${authors[0]} and ${authors.length - 1} others`
    : authors.join(", ");
  const where = venue === "arXiv" ? year : `${venue} ${year}`;
  const link = `[arXiv ${arxiv}](https://arxiv.org/abs/${arxiv})`;
  const state = notebook === null
    ? "*Notebook to come.*"
    : `**[Open the notebook](${notebook}.ipynb)**`;
  return `### ${number} ${title}\n\n${by}, ${where}, ${link}. ${state}\n\n${wrap(summary)}`;
}

/** How many claims of each kind every paper has. */
function claimCounts(papers: readonly Paper[]): string {
  const rows = papers.map(({ number, title, claims }) => {
    const counts = KINDS.map((kind) => claims.filter((claim) => claim.kind === kind).length);
    return `| ${number} ${title.split(":")[0]} | ${counts.map((n) => n || "").join(" | ")} |`;
  });
  return [
    `| paper | ${KINDS.join(" | ")} |`,
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

const KINDS: ClaimKind[] = ["identity", "trend", "measurement", "headline"];

function prose(id: string, text: string): Cell {
  return { cell_type: "markdown", id, metadata: {}, source: text.trim() };
}

function code(id: string, text: string, tags?: string[]): Cell {
  return {
    cell_type: "code",
    id,
    metadata: tags === undefined ? {} : { tags },
    source: text.trim(),
    execution_count: null,
    outputs: [],
  };
}

/** Breaks a paragraph into lines of at most 96 characters. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > 96) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}

async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readText(path)).replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
