import { assert, assertEquals } from "@std/assert";
import { type Finding, templateRepairer } from "offprint/evaluators/mod.ts";
import { repairsFor } from "../../../lib/evaluators/optimise/templates.ts";
import { applyEdit } from "offprint/evaluators/mod.ts";
import { parseSyntax } from "offprint/syntax/mod.ts";
import { stream } from "offprint/random.ts";

const finding = (category: string, text: string, part: string): Finding => ({
  span: { start: text.indexOf(part), end: text.indexOf(part) + part.length },
  category,
  severity: "error",
  confidence: 1,
  message: "",
});

/** Whether one edit of a category at a place turns a text into another. */
async function mends(
  category: string,
  wrong: string,
  right: string,
  part: string,
): Promise<boolean> {
  const tree = await parseSyntax("javascript", wrong);
  const { span } = finding(category, wrong, part);
  const plain = (text: string): string => text.replaceAll(/\s+/g, "");
  return repairsFor(tree, category, span)
    .some((edit) => plain(applyEdit(wrong, edit)) === plain(right));
}

Deno.test("each category has a template that mends what it complains about", async () => {
  const cases: [string, string, string, string][] = [
    ["value", "function f(a) { return a <= 1; }", "function f(a) { return a < 1; }", "<="],
    ["value", "function f(a) { return a - 1; }", "function f(a) { return a + 1; }", "-"],
    ["syntax", "function f(a) { return [a; }", "function f(a) { return [a]; }", "[a"],
    ["syntax", "function f(a) {\n  a;\n}", "function f(a) { return a; }", "a;"],
    [
      "undeclared",
      "function f() { let lowOld = 1; return low; }",
      "function f() { let low = 1; return low; }",
      "lowOld",
    ],
    ["duplicate", "function f() { g(); g(); }", "function f() { g(); }", "g(); }"],
    [
      "endless",
      "function f() { let i = 0; while (i < 3) { g(); } }",
      "function f() { let i = 0; while (i < 3) { g(); i += 1; } }",
      "while (i < 3) { g(); }",
    ],
    [
      "base case",
      "function f(n) { return f(n - 1); }",
      "function f(n) { if (n === 0) { return 0; } return f(n - 1); }",
      "{ return f(n - 1); }",
    ],
    [
      "branches",
      "function f(n) { if (n) { return 1; } else { return 1; } }",
      "function f(n) { return 1; }",
      "if",
    ],
    ["state", "function f() { s = 1; }", "function f() { s += 1; }", "="],
    [
      "return",
      "function f(n) { let s = n; }",
      "function f(n) { let s = n; return s; }",
      "{ let s = n; }",
    ],
    [
      "style",
      "function f() { let q = 1; return q; }",
      "function f() { let value = 1; return value; }",
      "q",
    ],
  ];
  for (const [category, wrong, right, part] of cases) {
    assert(await mends(category, wrong, right, part), `${category}: ${wrong}`);
  }
});

const text = "function f(a, b) {\n  return a < b && b > 1;\n}";
const task = {
  id: "f",
  language: "javascript" as const,
  statement: "",
  entry: "f",
  examples: [],
  exponent: 1,
  input: "",
  relations: {},
  source: "own",
  licence: "MIT",
};
const joined = (findings: Finding[]) => ({
  roles: ["logic"],
  rule: "concatenate" as const,
  text: "",
  findings,
  verdict: "fail" as const,
});

Deno.test("it edits where findings point, and the same numbers give the same candidates", async () => {
  const found = joined([finding("boundary", text, "a < b")]);
  const propose = (seed: number) =>
    templateRepairer().propose(task, text, found, stream(seed, "r"));
  const candidates = await propose(1);
  assert(candidates.length > 0);
  for (const candidate of candidates) assert(candidate.includes("b > 1"), candidate);
  assertEquals(await propose(1), candidates);
  assertEquals(await templateRepairer().propose(task, text, joined([]), stream(1)), []);
  const noted = joined([{ ...finding("boundary", text, "a < b"), severity: "note" }]);
  assertEquals(await templateRepairer().propose(task, text, noted, stream(1)), []);
});

Deno.test("random spans leave the place, and an oracle keeps to its line", async () => {
  const found = joined([finding("boundary", text, "a < b")]);
  const many = async (where: "random" | { start: number; end: number }) => {
    const texts: string[] = [];
    for (let seed = 0; seed < 20; seed++) {
      texts.push(
        ...await templateRepairer({ where }).propose(task, text, found, stream(seed, "r")),
      );
    }
    return texts;
  };
  assert((await many("random")).some((candidate) => candidate.includes("a < b")));
  const start = text.indexOf("b > 1");
  const line = { start, end: start + "b > 1".length };
  assert((await many(line)).every((candidate) => candidate.includes("a < b &&")));
});
