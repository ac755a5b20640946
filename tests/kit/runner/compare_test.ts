import { assertEquals, assertMatch } from "@std/assert";
import type { Cell, Json, Notebook, Output } from "offprint/kit/nbformat.ts";
import { compareNotebooks, withoutTimings } from "offprint/kit/runner/mod.ts";
import { ClaimsTable } from "offprint/notebook/claims/claims_table.ts";
import { type ClaimRecord, judge, parsePaper } from "offprint/notebook/claims/ledger.ts";
import { paperJson } from "../../notebook/papers.ts";

const code = (id: string, outputs: Output[], tags: string[] = []): Cell => ({
  cell_type: "code",
  id,
  metadata: tags.length > 0 ? { tags } : {},
  source: "1;",
  execution_count: 1,
  outputs,
});
const notebook = (...cells: Cell[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells,
});
const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const shown = (data: Record<string, Json>): Output => ({
  output_type: "display_data",
  data,
  metadata: {},
});
const claim = (measured: Json, verdict = "shown", rule: Json = { rule: "atLeast", bound: 1 }) =>
  shown({
    "application/vnd.offprint.claim+json": {
      id: "01.a",
      kind: "trend",
      verdict,
      measured,
      published: null,
      rule,
    },
  });

Deno.test("equal outputs give no difference, whatever the order of keys", () => {
  const a = notebook(code("a", [shown({ "application/json": { x: 1, y: [2] } })]));
  const b = notebook(code("a", [shown({ "application/json": { y: [2], x: 1 } })]));
  assertEquals(compareNotebooks(a, b), []);
});

Deno.test("the first difference of each cell is shown with its line and both texts", () => {
  const a = notebook(code("a", [printed("one\ntwo\n")]), code("b", [printed("same")]));
  const b = notebook(code("a", [printed("one\ntoo\n")]), code("b", [printed("same")]));
  assertEquals(compareNotebooks(a, b), [{
    cell: "a",
    text: "output 1 of 1 (stdout), line 2:\n      committed: two\n      this run:  too",
  }]);
});

Deno.test("an output or a media type that is missing or new is named", () => {
  const none = notebook(code("a", []));
  const one = notebook(code("a", [shown({ "text/plain": "x" })]));
  const both = notebook(code("a", [shown({ "text/plain": "x", "text/html": "<b>x</b>" })]));
  assertMatch(compareNotebooks(none, one)[0]!.text, /text\/plain\) is not in the committed/);
  assertMatch(compareNotebooks(one, none)[0]!.text, /is only in the committed notebook/);
  assertMatch(compareNotebooks(one, both)[0]!.text, /text\/html\) is not in the committed/);
});

Deno.test("a committed notebook that is missing or built from another source is one difference", () => {
  const now = notebook(code("a", []));
  assertMatch(compareNotebooks(null, now)[0]!.text, /no committed notebook; run with --write/);
  assertMatch(compareNotebooks(notebook(), now)[0]!.text, /run deno task sync/);
  const edited = notebook({ ...code("a", []), source: "2;" });
  assertEquals(compareNotebooks(edited, now).map(({ cell }) => cell), ["a"]);
  const longer = notebook(code("a", []), code("b", []));
  assertEquals(compareNotebooks(longer, now).length, 1);
});

Deno.test("timings are neither compared nor committed", () => {
  const a = notebook(code("a", [printed("1 ms")], ["timing"]), code("b", [printed("x")]));
  const b = notebook(code("a", [printed("2 ms")], ["timing"]), code("b", [printed("x")]));
  assertEquals(compareNotebooks(a, b), []);
  assertEquals(
    withoutTimings(a).cells.map((cell) => cell.cell_type === "code" && cell.outputs.length),
    [0, 1],
  );
});

Deno.test("native cells agree when verdicts and numbers within tolerance do", () => {
  const within: Json = { rule: "within", value: 1, absolute: 0.1 };
  const run = (measured: Json, verdict: string, rule?: Json) =>
    notebook(code("a", [printed(String(measured)), claim(measured, verdict, rule)], ["native"]));
  assertEquals(compareNotebooks(run(5, "shown"), run(6, "shown")), []);
  assertEquals(compareNotebooks(run(1, "shown", within), run(1.05, "shown", within)), []);
  assertMatch(
    compareNotebooks(run(1, "shown", within), run(1.2, "shown", within))[0]!.text,
    /01\.a: committed 1, this run 1\.2/,
  );
  assertMatch(
    compareNotebooks(run(5, "shown"), run(0, "not shown"))[0]!.text,
    /committed shown, this run not shown/,
  );
  const silent = notebook(code("a", [], ["native"]));
  assertMatch(compareNotebooks(silent, run(5, "shown"))[0]!.text, /not in the committed/);
  assertMatch(compareNotebooks(run(5, "shown"), silent)[0]!.text, /only in the committed/);
});

/** A run of a paper whose claims were measured as given: its table in an untagged cell, each in a cell of its own. */
function paperRun(
  measured: Record<string, number>,
  tags: string[],
  edit = (html: string) => html,
): Notebook {
  const paper = parsePaper(
    paperJson({
      claims: ["noise", "gain"].map((name, i) => ({
        id: `77.${name}`,
        where: "Table 2",
        statement: "a < b & c",
        kind: "trend",
        provenance: "derived",
        check: i === 0
          ? { rule: "within", value: 0, absolute: 1e-9 }
          : { rule: "atLeast", bound: 0.01 },
      })),
    }),
    "77-test.json",
  );
  const records = new Map(paper.claims.map((claim): [string, ClaimRecord] => {
    const value = measured[claim.id]!;
    const note = `<${value}>`;
    const { id, kind, check: rule } = claim;
    const verdict = judge(claim, value);
    return [id, { id, kind, verdict, measured: value, published: null, rule, note }];
  }));
  const bundle = new ClaimsTable(paper, records).bundle();
  return notebook(
    code("claims-table", [
      shown({ ...bundle, "text/html": edit(String(bundle["text/html"])) } as Record<string, Json>),
    ]),
    ...[...records.values()].map((record, i) =>
      code(
        `claim-${i}`,
        [shown({ "application/vnd.offprint.claim+json": record as unknown as Json })],
        tags,
      )
    ),
  );
}

Deno.test("a table in an untagged cell shows native claims: they are compared where they are decided", () => {
  const here = { "77.noise": 9.6173e-15, "77.gain": 0.044266 };
  const there = { "77.noise": 2e-8, "77.gain": 0.0442 };
  const native = (measured: typeof here, edit?: (html: string) => string) =>
    paperRun(measured, ["native"], edit);
  assertEquals(
    compareNotebooks(native(here), native({ "77.noise": 6.9944e-15, "77.gain": 0.044265 })),
    [],
  );
  // A number of another length moves the columns of the plain text.
  assertEquals(compareNotebooks(native(here), native({ "77.noise": 0, "77.gain": 0.05 })), []);
  // What is not measured is compared byte for byte, and so are verdicts.
  const renamed = native(here, (html) => html.replace("Table 2", "Table 3"));
  assertEquals(compareNotebooks(native(here), renamed).map(({ cell }) => cell), ["claims-table"]);
  const other = compareNotebooks(native(here), native(there));
  assertEquals(other.map(({ cell }) => cell), ["claims-table", "claim-0"]);
  assertMatch(other[1]!.text, /77\.noise: committed shown, this run not shown/);
});

Deno.test("a table of claims that no native cell decided is compared byte for byte", () => {
  const run = (value: number) => paperRun({ "77.noise": 0, "77.gain": value }, []);
  assertEquals(compareNotebooks(run(0.04), run(0.04)), []);
  assertEquals(
    compareNotebooks(run(0.04), run(0.05)).map(({ cell }) => cell),
    ["claims-table", "claim-1"],
  );
});
