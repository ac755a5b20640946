import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  buildReport,
  claimsTableText,
  type LocatedClaim,
  type PaperRun,
  writeReport,
} from "offprint/kit/report.ts";
import { type ClaimRecord, type Paper, parsePaper } from "offprint/notebook/claims/ledger.ts";
import { textWidth } from "offprint/notebook/output/text_columns.ts";

const equals = { rule: "equals", value: 4 } as const;

const PAPER: Paper = parsePaper({
  id: "77-test",
  number: "77",
  title: "On sums",
  authors: ["Ada A."],
  venue: "Proceedings",
  year: 2024,
  arxiv: "2401.00001",
  summary: "It adds.",
  notebook: null,
  claims: [
    ["77.sum", "identity", equals],
    ["77.a-claim-with-a-name-that-is-rather-long-for-a-table", "trend", equals, 0.25],
    ["77.gain", "trend", equals, "eight percentages that nobody knows"],
    ["77.big", "headline", {
      rule: "needs",
      what: "a much larger machine than the one you sit at, and a week of its time",
    }, 98],
  ].map(([id, kind, check, value]) => ({
    id,
    where: "Theorem",
    statement: "s",
    kind,
    provenance: "paper",
    check,
    ...(value === undefined ? {} : { published: { value, note: "n" } }),
  })),
}, "77-test.json");

function record(id: string, fields: Partial<ClaimRecord> = {}): LocatedClaim {
  return {
    cell: `cell-${id}`,
    record: {
      id,
      kind: "trend",
      verdict: "shown",
      measured: 4,
      published: null,
      rule: equals,
      ...fields,
    },
  };
}

function paperRun(fields: Partial<PaperRun> = {}): PaperRun {
  return { id: "77-test", ok: true, seconds: 1.5, cells: 3, errors: [], claims: [], ...fields };
}

const RECORDS = [
  record("77.sum", { kind: "identity", verdict: "holds" }),
  record("77.a-claim-with-a-name-that-is-rather-long-for-a-table", {
    verdict: "not shown",
    measured: [1, 2, 3, 4, 5, 6, 7, 8],
  }),
  record("77.big", {
    kind: "headline",
    verdict:
      "not run here (needs a much larger machine than the one you sit at, and a week of its time)",
    measured: { mean: 0.5, low: 0.4, high: 0.6, n: 12 },
  }),
];

Deno.test("a report lists every claim of the ledger in its order, run or not", () => {
  const report = buildReport([paperRun({ claims: [...RECORDS].reverse() })], [PAPER]);
  assertEquals(report.papers[0]!.claims.map(({ id, verdict }) => [id, verdict.slice(0, 12)]), [
    ["77.sum", "holds"],
    ["77.a-claim-with-a-name-that-is-rather-long-for-a-table", "not shown"],
    ["77.gain", "not run"],
    ["77.big", "not run here"],
  ]);
  assertEquals(report.papers[0]!.claims[2], {
    id: "77.gain",
    kind: "trend",
    verdict: "not run",
    measured: null,
    published: "eight percentages that nobody knows",
  });
  assertEquals(Object.keys(report.papers[0]!), [
    "id",
    "ok",
    "seconds",
    "cells",
    "errors",
    "claims",
  ]);
});

Deno.test("a report: the last record counts, strays are kept, notebooks of no paper have no claims", () => {
  const errors = [{ cell: "idea", message: "boom" }, { cell: null, message: "died" }];
  const report = buildReport([
    paperRun({
      ok: false,
      errors,
      claims: [
        record("77.sum", { verdict: "broken" }),
        record("77.sum", { verdict: "holds" }),
        record("88.x"),
      ],
    }),
    paperRun({ id: "00-start-here", paper: null }),
    paperRun({ id: "copy", paper: "77-test" }),
    paperRun({ id: "99-unknown" }),
  ], [PAPER]);
  const [first, ...others] = report.papers;
  assertEquals(first!.claims[0]!.verdict, "holds");
  assertEquals(first!.claims[0]!.cell, "cell-77.sum");
  assertEquals(first!.claims.at(-1)!.id, "88.x");
  assertEquals(first!.errors, errors);
  assertEquals(others.map(({ claims }) => claims.length), [0, 4, 0]);
});

Deno.test("the claims table fits its width and loses nothing", () => {
  const report = buildReport([
    paperRun({ claims: RECORDS }),
    paperRun({ id: "00-start-here", paper: null }),
  ], [PAPER]);
  for (const width of [60, 80, 100, 120, 200]) {
    const text = claimsTableText(report, { width, color: false });
    for (const line of text.split("\n")) {
      assert(textWidth(line) <= width, `${width}: ${line}`);
      assertEquals(line, line.trimEnd());
    }
    const squeezed = text.replace(/\s+/g, "");
    for (const part of ["77-test", "✓holds", "○notshown", "·notrunhere", "·notrun", "98"]) {
      assert(squeezed.includes(part), `${width}: ${part}`);
    }
    assert(!text.includes("00-start-here"));
  }
});

Deno.test("the claims table at 100 columns", () => {
  const text = claimsTableText(buildReport([paperRun({ claims: RECORDS, ok: false })], [PAPER]), {
    width: 100,
    color: false,
  });
  assertEquals(
    text,
    `claim                                                     published     this run      verdict
────────────────────────────────────────────────────────  ────────────  ────────────  ──────────────
77-test  (failed)
  77.sum                                                  –             4             ✓ holds
  77.a-claim-with-a-name-that-is-rather-long-for-a-table  0.25          1, 2, 3, 4,   ○ not shown
                                                                        5, 6, … (8
                                                                        values)
  77.gain                                                 eight         –             · not run
                                                          percentages
                                                          that nobody
                                                          knows
  77.big                                                  98            0.5 [0.4,     · not run here
                                                                        0.6], n = 12

77.big needs a much larger machine than the one you sit at, and a week of its time
4 claims: 1 holds, 1 not shown, 1 not run here, 1 not run`,
  );
});

Deno.test("colours mark verdicts only, and only when asked for", () => {
  const report = buildReport([paperRun({ claims: RECORDS })], [PAPER]);
  const plain = claimsTableText(report, { width: 120, color: false });
  const coloured = claimsTableText(report, { width: 120, color: true });
  assert(!plain.includes("\u001b"));
  assert(coloured.includes("\u001b[32m✓ holds\u001b[0m"));
  assert(coloured.includes("\u001b[33m○ not shown\u001b[0m"));
  // deno-lint-ignore no-control-regex -- colour codes
  assertEquals(coloured.replace(/\u001b\[\d+m/g, ""), plain);
});

Deno.test("a report without claims says so", () => {
  assertEquals(claimsTableText({ papers: [] }), "no claims");
  assertEquals(claimsTableText(buildReport([paperRun({ paper: null })], [PAPER])), "no claims");
});

Deno.test("writeReport writes whole files and leaves nothing else behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const report = buildReport([paperRun({ claims: RECORDS })], [PAPER]);
    await writeReport(report, `${folder}/new/report.json`);
    await writeReport({ papers: [] }, `${folder}/new/report.json`);
    await writeReport(report, `${folder}/new/report.json`);
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/new/report.json`)), report);
    await Deno.mkdir(`${folder}/new/taken.json/inside`, { recursive: true });
    await assertRejects(() => writeReport(report, `${folder}/new/taken.json`));
    const names = Array.from(Deno.readDirSync(`${folder}/new`), ({ name }) => name).sort();
    assertEquals(names, ["report.json", "taken.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
