import { assertEquals } from "@std/assert";
import { checkForm, median } from "../../../lib/kit/check/cell_form.ts";

const header = (paper: string | null) =>
  `// ---\n// jupyter: {"offprint":{"paper":${JSON.stringify(paper)}}}\n// ---\n`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => `const x${i} = ${i};`);
const cell = (id: string, text: string, tags: string[] = []) =>
  `\n// %% id="${id}"${tags.length > 0 ? ` tags=${JSON.stringify(tags)}` : ""}\n${text}\n`;

function problems(id: string, paper: string | null, ...cells: string[]): string[] {
  const source = header(paper) + cells.join("");
  const pair = { id, sourceName: `notebooks/${id}.ts`, ipynbName: "", source, ipynb: undefined };
  return checkForm(pair).map(({ line, message }) => `${line ?? "-"}: ${message}`);
}

Deno.test("computing cells are short; folded ones, parameters and exercises do not count", () => {
  const long = lines(61).join("\n");
  assertEquals(
    problems("03-x", null, cell("a", "1;"), cell("b", "2;"), cell("long", long)),
    [
      '11: cell "long" has 61 lines, at most 60 for a computing cell: move machinery to lib/papers/, ' +
      "or what only draws to a cell of its own",
    ],
  );
  for (const tag of ["imports", "drawing", "check", "parameters", "exercise", "solution"]) {
    assertEquals(problems("03-x", null, cell("a", "1;"), cell("long", long, [tag])), [], tag);
  }
  assertEquals(
    problems("03-x", null, cell("a", "1;"), cell("b", lines(21).join("\n"))),
    ["-: half of its computing cells have 21 lines or more, at most 20"],
  );
});

Deno.test("a paper's notebook shows its verdicts at the top and its claims at the end", () => {
  const verdicts = cell("v", 'await verdicts("03-x");');
  const table = cell("t", 'await claimsTable("03-x");');
  assertEquals(problems("03-x", "03-x", verdicts, cell("a", "1;"), table), []);
  assertEquals(problems("03-x", "03-x", table, cell("a", "1;")), [
    '-: await verdicts("03-x") is in none of the first cells, put it below the summary',
    '-: await claimsTable("03-x") is not the last code cell, put the table at the end',
  ]);
});

Deno.test("the median is the larger of two middles", () => {
  assertEquals([median([]), median([3]), median([1, 2]), median([5, 1, 3])], [0, 3, 2, 3]);
});
