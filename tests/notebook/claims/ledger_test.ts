import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  type Claim,
  judge,
  loadPaper,
  loadPapers,
  parsePaper,
} from "offprint/notebook/claims/ledger.ts";
import { claimJson, paperJson, withLedger } from "../papers.ts";

function messageFor(json: unknown): string {
  return assertThrows(() => parsePaper(json, "data/papers/77-test.json"), UserError).message;
}

function withClaim(fields: Record<string, unknown>): unknown {
  return paperJson({ claims: [claimJson(fields)] });
}

Deno.test("parsePaper returns a valid paper as it is", () => {
  const json = paperJson();
  assertEquals(parsePaper(json, "f.json") as unknown, json);
  assertEquals(parsePaper(paperJson({ claims: [] }), "f.json").claims, []);
  assertEquals(parsePaper(paperJson({ notebook: "77-test" }), "f.json").notebook, "77-test");
});

Deno.test("parsePaper names the file, the field, what was got and expected", () => {
  const more = " See lib/notebook/claims/ledger.ts for the fields.";
  const file = "data/papers/77-test.json";
  assertEquals(messageFor(null), `${file}: got null, expected an object.${more}`);
  assertEquals(
    messageFor(paperJson({ year: "2024" })),
    `${file}: year: got "2024", expected a number.${more}`,
  );
  assertEquals(
    messageFor(withClaim({ kind: "theorem" })),
    `${file}: claims[0].kind: got "theorem", expected one of "identity", "trend", "measurement", "headline".${more}`,
  );
  assertEquals(
    messageFor(withClaim({ check: { rule: "near", value: 1 } })),
    `${file}: claims[0].check.rule: got "near", expected a rule of lib/notebook/claims/rules.ts.${more}`,
  );
  assert(messageFor({}).includes(" 8 more fields are wrong."));
});

Deno.test("parsePaper refuses a ledger that contradicts itself", () => {
  const cases: [unknown, string][] = [
    [paperJson({ id: "78-test" }), 'number: got "77", expected "78"'],
    [paperJson({ id: "test" }), 'id: got "test", expected an id like'],
    [paperJson({ notebook: "02-other" }), 'notebook: got "02-other", expected "77-test"'],
    [paperJson({ arxiv: "cs/0001" }), "arxiv: "],
    [paperJson({ authors: [] }), "authors: "],
    [paperJson({ url: "x" }), 'expected no field "url"'],
    [
      withClaim({ id: "02.sum" }),
      'claims[0].id: got "02.sum", expected an id that starts with "77."',
    ],
    [withClaim({ id: "77.Sum" }), "claims[0].id: "],
    [
      paperJson({ claims: [claimJson(), claimJson()] }),
      'claims[1].id: got "77.sum", expected an id no other claim has',
    ],
    [
      withClaim({ kind: "headline" }),
      'claims[0].check.rule: got "equals", expected rule "needs" for a headline',
    ],
    [
      withClaim({ check: { rule: "needs", what: "x" } }),
      'expected any rule but "needs" for an identity',
    ],
    [withClaim({ published: { value: null } }), "claims[0].published.value: got null"],
    [withClaim({ published: 3 }), "claims[0].published: got 3, expected an object"],
    [withClaim({ verdict: "holds" }), 'expected no field "verdict"'],
    [withClaim({ provenance: "memory" }), "claims[0].provenance: "],
    [
      paperJson({ abstract: [{ sentence: 2, says: "It adds.", claims: ["77.sum"] }] }),
      "abstract[0].sentence: got 2, expected 1, since every sentence is listed in its order",
    ],
    [
      paperJson({ abstract: [{ sentence: 1, says: "It adds.", claims: ["77.product"] }] }),
      'abstract[0].claims[0]: got "77.product", expected the id of a claim of this paper',
    ],
    [
      paperJson({ abstract: [{ sentence: 1, says: "It adds.", claims: [] }] }),
      "expected at least one claim, or none with the reason",
    ],
    [
      paperJson({ abstract: [{ sentence: 1, says: "It adds.", claims: ["77.sum"], none: "No." }] }),
      "expected at least one claim, or none with the reason",
    ],
  ];
  for (const [json, part] of cases) {
    const message = messageFor(json);
    assert(message.includes(part), `${message} should contain ${part}`);
    assert(!message.includes("\n"), message);
  }
});

Deno.test("loadPaper reads a file of the ledger and says what is wrong with it", async () => {
  const files = {
    "77-test.json": paperJson(),
    "78-broken.json": "{ not json",
    "79-other.json": paperJson(),
    "readme.txt": "no paper",
  };
  await withLedger(files, (folder) => {
    assertEquals(loadPaper("77-test", folder).title, "On <sums> & products");
    const message = (id: string) => assertThrows(() => loadPaper(id, folder), UserError).message;
    assertEquals(
      message("77"),
      'paper: got "77", expected one of 77-test, 78-broken, 79-other.',
    );
    assert(message("78-broken").startsWith("data/papers/78-broken.json: got "));
    assertEquals(
      message("79-other"),
      'data/papers/79-other.json: id: got "77-test", expected "79-other", as the file.',
    );
    assertThrows(() => loadPapers(folder), UserError, "78-broken");
  });
});

Deno.test("every paper in data/papers is valid", () => {
  const papers = loadPapers();
  assert(papers.length > 0);
  assertEquals(papers.map(({ id }) => id), papers.map(({ id }) => id).toSorted());
});

Deno.test("every sentence of every abstract has claims or a reason, and each number of a headline stands in one", () => {
  for (const { id, abstract, claims } of loadPapers()) {
    assert(abstract !== undefined && abstract.length >= 6, `${id} has no table of its abstract`);
    const answered = new Set(abstract.flatMap((sentence) => sentence.claims));
    assert(answered.size >= 6, `${id}: ${answered.size} claims answer its abstract`);
    const headlines = claims.filter(({ kind }) => kind === "headline").map(({ id }) => id);
    assert(headlines.some((id) => answered.has(id)), `${id}: no number of the paper's abstract`);
  }
});

Deno.test("judge: the kind of a claim decides what its verdict is called", () => {
  const claim = (kind: Claim["kind"], check: Claim["check"]) => ({ id: "77.a", kind, check });
  const four = { rule: "equals", value: 4 } as const;
  assertEquals(judge(claim("identity", four), 4), "holds");
  assertEquals(judge(claim("identity", four), 5), "broken");
  assertEquals(judge(claim("trend", four), 4), "shown");
  assertEquals(judge(claim("trend", four), 5), "not shown");
  assertEquals(judge(claim("measurement", four), 5), "not shown");
  assertEquals(judge(claim("identity", four), NaN), "broken");
  assertEquals(
    judge(claim("headline", { rule: "needs", what: "an A100" }), 4),
    "not run here (needs an A100)",
  );
  const error = assertThrows(() => judge(claim("trend", four), "4"), TypeError);
  assertEquals(error.message, 'claim 77.a, rule equals: got a string ("4"), expected a number');
});
