import { dirname, join } from "node:path";
import { assertEquals } from "@std/assert";
import { checkProject, printProblem, type Problem } from "../../lib/kit/check/mod.ts";
import { syncPair } from "../../lib/kit/pairs/mod.ts";
import { writeStartHere } from "../../lib/kit/pairs/start_here.ts";

const HEADER = '// ---\n// jupyter: {"offprint":{"paper":"02-a"}}\n// ---\n';

const LEDGER = {
  id: "02-a",
  number: "02",
  title: "A Paper",
  authors: ["Ada"],
  venue: "NeurIPS",
  year: 2024,
  arxiv: "2411.00841",
  summary: "It says so.",
  notebook: "02-a",
  claims: [{
    id: "02.sum",
    where: "Theorem 1",
    statement: "A sum",
    kind: "identity",
    provenance: "derived",
    check: { rule: "equals", value: 3 },
  }],
};

const NOTEBOOK = `${HEADER}
// %% [markdown] id="title"
// # Title
//
// See [below](#the-idea), the [start](00-start-here.ipynb#run-it) and [the web](https://a.example).

// %% id="parameters" tags=["parameters"]
/** seed of all streams */
const seed: number = 1;

// %% [markdown] id="idea"
// ## The idea!

// %% id="sum"
const sum = 1 + 2;
export const verdict = await claim("02.sum", sum + seed - seed);
function claim(id: string, value: number): string {
  return id + value;
}

// %% id="claims"
import { claimsTable, verdicts } from "offprint/notebook/mod.ts";
await verdicts("02-a");
await claimsTable("02-a");
`;

// stands in for the library in a project that has none
const OFFPRINT = {
  "offprint/notebook/mod.ts": `
export type ClaimKind = string;
export const loadPapers = (): { claims: Record<string, any>[] }[] => [];
export const display = (_value: unknown) => Promise.resolve();
export const claimsTable = (_paper: string) => Promise.resolve();
export const verdicts = (_paper: string) => Promise.resolve();
export const sweep = (options: { run(point: any, seed: number): unknown; [key: string]: any }) => options;
export const table = (rows: unknown[], _options: object) => rows;
`,
  "offprint/random.ts": `
export const stream = (..._names: unknown[]) => ({ uniform: () => 0.5 });
`,
  "offprint/stats.ts": `
export const estimate = (xs: number[]) => ({ mean: xs.length, standardError: 0 });
`,
};

const GOOD: Record<string, string> = {
  "deno.json": `{
  "fmt": { "lineWidth": 100, "exclude": ["data/", "lib/", "**/*.ipynb", "**/*.md"] },
  "lint": { "exclude": ["notebooks/", "lib/"] }
}
`,
  "notebooks/deno.json": '{ "imports": { "offprint/": "../lib/offprint/" } }\n',
  "tests/a_test.ts": 'Deno.test("a", () => {});\n',
  "README.md":
    '# A\n\n[The page](notebooks/02-a.ts#the-idea), [here](#a), <a href="tests/">tests</a>.\n',
  "data/papers/02-a.json": JSON.stringify(LEDGER),
  "notebooks/02-a.ts": NOTEBOOK,
  ...Object.fromEntries(Object.entries(OFFPRINT).map(([name, text]) => [`lib/${name}`, text])),
};

/** A whole project with everything in order, changed by `change`; gone after the test. */
async function problemsOf(change: Record<string, string | null>): Promise<string[]> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "offprint-check-" }));
  try {
    const write = async (name: string, text: string) => {
      await Deno.mkdir(dirname(join(root, name)), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    };
    for (const [name, text] of Object.entries(GOOD)) await write(name, text);
    await writeStartHere(root);
    await syncPair(root, "00-start-here");
    await syncPair(root, "02-a");
    for (const [name, text] of Object.entries(change)) {
      if (text === null) await Deno.remove(join(root, name));
      else await write(name, text);
    }
    const atStages: Problem[] = [];
    const results = await checkProject(root, ({ problems }) => atStages.push(...problems));
    // Whoever watches has seen each of them by the time all are done.
    const lines = (problems: Problem[]) => problems.map(printProblem).sort();
    assertEquals(lines(atStages), lines(results.flatMap(({ problems }) => problems)));
    return results.flatMap(({ problems }) => problems.map(printProblem));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a project in order has no problem", async () => {
  assertEquals(await problemsOf({}), []);
});

Deno.test("each mistake in a project is told once, with its place and what to do", async () => {
  const problems = await problemsOf({
    "tests/a_test.ts": 'const unused: number = "1"\n',
    "bench/b.ts": 'export const slow: number = "1";\n',
    "README.md": "# A\n\n[gone](docs/gone.md)\n\n![gone](#b) [out](../../x)\n" +
      "\n```ts\nconst a = 1;\nconst b: string = a;\n```\n",
    "notebooks/02-a.ts": NOTEBOOK.replace("= 1 + 2;", "= 1 + 2 + later;")
      .replace('"02.sum"', '"02.gone"')
      .replace('// %% id="claims"', '// %% id="last"\nconst later = 1;\nlet sum = 2;\n\n$&'),
    "notebooks/00-start-here.ts": NOTEBOOK.replace("(00-start-here.ipynb#run-it)", "(#no)"),
  });
  assertEquals(problems, [
    "bench/b.ts:1: TS2322 Type 'string' is not assignable to type 'number', correct the types",
    "tests/a_test.ts:1: TS2322 Type 'string' is not assignable to type 'number', correct the types",
    "README.md:9: TS2322 Type 'number' is not assignable to type 'string', correct the types",
    "tests/a_test.ts:1: not formatted, run deno fmt",
    "tests/a_test.ts:1: `unused` is never used, if this is intentional, prefix it with an underscore like `_unused` (no-unused-vars)",
    'notebooks/02-a.ts:18: later is used in cell "sum" before cell "last" at line 24, which declares it, ' +
    "move the declaration up: cells run in order (cells/use-before-cell)",
    'notebooks/02-a.ts:26: sum is declared in cell "last" and in cell "sum" at line 17, ' +
    "rename one of the two, or wrap one in a block (cells/declared-twice)",
    "notebooks/00-start-here.ipynb: out of step with notebooks/00-start-here.ts, run deno task sync",
    "notebooks/02-a.ipynb: out of step with notebooks/02-a.ts, run deno task sync",
    "notebooks/00-start-here.ts: not as generated from data/papers, run deno task sync",
    "README.md:3: the link to docs/gone.md leads nowhere: there is no docs/gone.md, correct or remove it",
    "README.md:5: the link to #b leads nowhere: README.md has no heading #b, correct or remove it",
    "README.md:5: the link to ../../x leaves the project, use a path from this file",
    "notebooks/00-start-here.ts:8: the link to #no leads nowhere: notebooks/00-start-here.ts has no heading #no, correct or remove it",
    "notebooks/02-a.ts:8: the link to 00-start-here.ipynb#run-it leads nowhere: notebooks/00-start-here.ipynb has no heading #run-it, correct or remove it",
    'data/papers/02-a.json: claim "02.sum" is not made in notebooks/02-a.ts, call claim("02.sum", …) there',
    'notebooks/02-a.ts:19: claim "02.gone" is not in data/papers/02-a.json, add it there or correct the id',
  ]);
});
