/**
 * `notebooks/00-start-here.ts`, generated from the claims ledger (`data/papers/*.json`): what the project is,
 * the ten papers, how to read and run their notebooks.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import { type ClaimKind, loadPapers, type Paper } from "offprint/notebook/claims/ledger.ts";
import type { Cell } from "../nbformat.ts";
import { defaultMetadata, printPercent } from "./mod.ts";
import { symbolTable } from "./symbols.ts";

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
    prose("title", `# Offprint: ${papersToday(papers)}\n\n${TITLE.trim()}`),
    prose("papers", paperList(papers)),
    prose("how-to-run", HOW_TO_RUN),
    prose("how-to-read", HOW_TO_READ),
    prose("symbols", symbolTable(papers.map(({ id }) => id.slice(0, 2)))),
    code("imports", IMPORTS, ["imports"]),
    prose("ablation", ABLATION),
    code("parameters", PARAMETERS, ["parameters"]),
    code("ablation-run", ABLATION_RUN, ["ablation"]),
    prose("ablation-next", ABLATION_NEXT),
    prose("claims", `${CLAIMS}\n\n${claimCounts(papers)}\n\n${CLAIMS_LISTED.trim()}`),
    code("claims-of-a-kind", CLAIMS_OF_A_KIND),
  ];
  return printPercent({ nbformat: 4, nbformat_minor: 5, metadata: defaultMetadata(), cells });
}

/** "ten papers; 4 run today", or "ten papers you can rerun" as soon as all of them do. */
export function papersToday(papers: readonly Paper[]): string {
  const all = `${COUNTS[papers.length] ?? papers.length} paper${papers.length === 1 ? "" : "s"}`;
  const running = papers.filter(({ notebook }) => notebook !== null).length;
  return running === papers.length ? `${all} you can rerun` : `${all}; ${running} run today`;
}

/** Small numbers in words. */
const COUNTS = "no one two three four five six seven eight nine ten".split(" ");

const TITLE = `
An offprint is the single article that a journal hands its author. Here each article runs: its prose, equations,
typed code, figures and a verdict on every claim stand in one notebook that executes on an ordinary laptop.

You read a statement. Below it you find the code that computes it and the number that came out.
Change the code, run the cell again, and see whether the statement is still true.`;

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

Each paper comes with a ledger, a file that lists its claims. A claim is one sentence, with the place in the paper
where it is stated and the rule by which a rerun decides it. The rules were written before the runs, and they compute
the verdicts; nobody types a verdict in. There are four kinds of claim:

| kind | what it is | verdicts |
| --- | --- | --- |
| identity | a theorem or an exact example | *holds*, or *broken*, which fails the run |
| trend | a qualitative result, at the scale of a laptop | *shown* or *not shown* |
| measurement | a time or a throughput of this run, on this machine | *shown* or *not shown* |
| headline | the paper's own number, at its own scale | *not run here*, with what it would need |

A *not shown* is published as it is. Small models do not do everything that large models do, and it is worth
knowing which claims hold for both. So far the ledgers contain this many claims:`;

const IMPORTS = `
import { type ClaimKind, display, loadPapers, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate } from "offprint/stats.ts";`;

const CLAIMS_LISTED = `
The cell below lists the claims of one kind. The verdicts of the last run are at the end of each paper's notebook,
and for all papers together in the report of \`deno task run\`.`;

const CLAIMS_OF_A_KIND = `
// change me: "identity", "trend" or "measurement" lists the claims of that kind, which this project does decide.
const kind: ClaimKind = "headline";
await display(table(
  loadPapers().flatMap((paper) =>
    paper.claims.filter((claim) => claim.kind === kind)
      .map(({ id, where, statement, check }) => ({
        id,
        where,
        statement,
        "would need": check.rule === "needs" ? check.what : "nothing else",
      }))
  ),
  { caption: \`Every claim of the kind "\${kind}"\`, limit: 500 },
));`;

const HOW_TO_READ = `
## How to read a notebook

All are built alike, so that whoever has read one can find anything in another:

1. **Title, citation, a summary** that takes two minutes, and one line of verdicts.
2. **The idea**, with the smallest example that shows it and a figure.
3. **Parameters**: sample sizes and seeds.
4. **The equations**, each followed by the function that computes it and checked on values obtained in another way.
5. **Exact rerun**: tables with known right answers.
6. **Rerun with small models or real tools**.
7. **The paper's figures, redrawn** from this run's own numbers.
8. **Ablate it yourself**: one cell that varies one thing.
9. **Kernels and cost**, where they matter.
10. **What this rerun does not show**.
11. **With your own model**, or with your own data.
12. **Exercises**, with solutions and checks.
13. **Claims**: the table of all claims, with the rule of each and this run's verdict.

A comment that begins with *change me* marks a number for you to change, and says what should happen. Everything that
depends on it follows.

Every number is computed by a cell, and every random one comes from a named stream of one seed, so running a
notebook twice gives the same outputs. Code that is longer than a cell lives in \`lib/\`, documented and tested;
the notebook imports it by name.`;

const ABLATION = `
## Make your own ablation

An ablation asks what happens when one thing changes and all else stays. \`sweep\` does it in one cell: it
runs a function at each value, shows progress, and gives back a table. It computes every point anew, unless
\`depends\` lists all that a result depends on: then it keeps the points for which nothing of this has changed.

Here is a small one. A coin is thrown *n* times to estimate its bias; how fast does the error shrink?
Statistics says that it shrinks like one over the square root of *n*: four times the throws, half the error.`;

const PARAMETERS = `
/** Probability of heads. Change me: at 0.05 all errors are less than half as large. @range 0.01 to 0.99 by 0.01 */
const bias: number = 0.3;
/** Seed of all throws. Change me: another seed changes the means, but hardly the errors. @range 0 or more by 1 */
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
    return {
      mean,
      "standard error": standardError,
      "error × √n": standardError * Math.sqrt(n),
    };
  },
});
await display(throws);`;

const ABLATION_NEXT = `
Read down the table: each row has four times the throws of the one above and about half its standard
error, so the last column, the error times the square root of *n*, hardly moves.

Now change \`bias\` and run both cells again: for which bias is the last column largest, and why? Then open
a paper's notebook, go to its section *Ablate it yourself*, and vary what the authors held fixed.`;

function paperList(papers: readonly Paper[]): string {
  return "## The papers\n\n" + papers.map(paperEntry).join("\n\n");
}

function paperEntry(paper: Paper): string {
  const { number, title, notebook, arxiv, venue, year, authors, summary } = paper;
  const by = authors.length > 3
    ? `${authors[0]} and ${authors.length - 1} others`
    : authors.join(", ");
  const where = venue === "arXiv" ? year : `${venue} ${year}`;
  const link = arxiv === undefined ? "" : `, [arXiv ${arxiv}](https://arxiv.org/abs/${arxiv})`;
  const state = notebook === null
    ? "*Notebook to come.*"
    : `**[Open the notebook](${notebook}.ipynb)**`;
  return `### ${number} ${title}\n\n${by}, ${where}${link}. ${state}\n\n${wrap(summary)}`;
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
  return (await ifThere(readText(path)))?.replaceAll("\r\n", "\n");
}
