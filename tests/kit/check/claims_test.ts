import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { checkClaims } from "../../../lib/kit/check/claims.ts";
import { printProblem } from "../../../lib/kit/check/problem.ts";
import type { Pair } from "../../../lib/kit/pairs/mod.ts";

const claim = (id: string) => ({
  id,
  where: "Theorem 1",
  statement: "A sum",
  kind: "identity",
  provenance: "derived",
  check: { rule: "equals", value: 3 },
});

const PAPER = {
  id: "02-a",
  number: "02",
  title: "A Paper",
  authors: ["Ada"],
  venue: "NeurIPS",
  year: 2024,
  arxiv: "2411.00841",
  summary: "It says so.",
  notebook: "02-a",
  claims: [claim("02.sum"), claim("02.law")],
};

const HEADER = "// ---\n// jupyter: {}\n// ---\n";

function pair(code: string): Pair {
  const source =
    `${HEADER}\n// %% [markdown] id="title"\n// "02.in-prose"\n\n// %% id="a"\n${code}\n`;
  return {
    id: "02-a",
    sourceName: "notebooks/02-a.ts",
    ipynbName: "notebooks/02-a.ipynb",
    source,
    ipynb: undefined,
  };
}

/** What is wrong with a ledger of one file. */
async function problemsOf(text: string, pairs: Pair[], name = "02-a.json"): Promise<string[]> {
  const root = await Deno.makeTempDir({ prefix: "offprint-claims-" });
  try {
    await Deno.mkdir(join(root, "data", "papers"), { recursive: true });
    await Deno.writeTextFile(join(root, "data", "papers", name), text);
    const checked = await checkClaims(root, pairs);
    assertEquals(checked.map(({ id }) => id), [name.replace(".json", "")]);
    return checked.flatMap(({ problems }) => problems.map(printProblem));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const BOTH = 'claim("02.sum", 3);\nclaim("02.law", 3);';

const cases: [name: string, paper: unknown, pairs: Pair[], problems: string[]][] = [
  ["in order", PAPER, [pair(BOTH)], []],
  ["to come", { ...PAPER, notebook: null }, [], []],
  ["ids from a list", PAPER, [pair('for (const id of ["02.sum", `02.law`]) claim(id, 3);')], []],
  ["a claim not made", PAPER, [pair('claim("02.sum", 3);')], [
    'data/papers/02-a.json: claim "02.law" is not made in notebooks/02-a.ts, call claim("02.law", …) there',
  ]],
  ["an unknown claim", PAPER, [pair(`${BOTH}\n\nclaim("02.lwa", 3);`)], [
    'notebooks/02-a.ts:12: claim "02.lwa" is not in data/papers/02-a.json, add it there or correct the id',
  ]],
  ["no notebook", PAPER, [], [
    "data/papers/02-a.json: there is no notebooks/02-a.ts, set notebook to null or add it",
  ]],
  ["a notebook not named", { ...PAPER, notebook: null }, [pair(BOTH)], [
    "data/papers/02-a.json: notebook is null but notebooks/02-a.ts exists, name it there",
  ]],
];

for (const [name, paper, pairs, problems] of cases) {
  Deno.test(`a paper: ${name}`, async () => {
    assertEquals(await problemsOf(JSON.stringify(paper), pairs), problems);
  });
}

Deno.test("a ledger file that is not JSON, not a paper, or another's, is named", async () => {
  const [notJson] = await problemsOf("{", []);
  assertEquals(notJson?.startsWith("data/papers/02-a.json: not JSON: "), true);
  const [wrong] = await problemsOf(JSON.stringify({ ...PAPER, year: "2024" }), []);
  assertEquals(wrong?.startsWith('data/papers/02-a.json: year: got "2024", expected'), true, wrong);
  assertEquals(
    await problemsOf(JSON.stringify({ ...PAPER, notebook: null }), [], "02-b.json"),
    ['data/papers/02-b.json: the file of "02-a", rename it or correct the id'],
  );
});

Deno.test("a project without a ledger has no claims to check", async () => {
  const root = await Deno.makeTempDir({ prefix: "offprint-claims-" });
  try {
    assertEquals(await checkClaims(root, []), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
