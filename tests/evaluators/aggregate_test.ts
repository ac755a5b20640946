import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  aggregate,
  detection,
  type Evaluation,
  evidenceWeight,
  type Role,
} from "offprint/evaluators/mod.ts";

function opinion(role: Role, verdict: Evaluation["verdict"], text = `${role} text`): Evaluation {
  return {
    program: "p",
    role,
    backend: "llm",
    text,
    findings: [],
    verdict,
    cost: { tokensIn: 0, tokensOut: 0, work: 0, calls: 1 },
    truncated: false,
    parse: "ok",
  };
}

Deno.test("joined verdicts detect what any opinion detects, and more roles never less", () => {
  const z = [[1, 0, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 0]];
  const defective = [true, true, true, true, false, false];
  const roles: Role[] = ["syntax", "logic", "correctness"];
  const rate = (chosen: readonly number[]) =>
    detection(z.map((row, at) => ({
      flagged: aggregate(chosen.map((k) => opinion(roles[k]!, row[k] ? "fail" : "pass")))
        .verdict === "fail",
      defective: defective[at]!,
    })));
  assertEquals(rate([0, 1, 2]), { edr: 3 / 4, far: 1 / 2, j: 1 / 4, defective: 4, passing: 2 });
  for (const single of [0, 1, 2]) {
    for (const set of [[0, 1, 2], [single, 2]]) {
      assert(rate(set).edr >= rate([single]).edr && rate(set).far >= rate([single]).far);
    }
  }
});

Deno.test("sections stand in the order given, and none can swallow or fake the next", () => {
  const { text, roles } = aggregate([
    opinion("syntax", "pass", "```js\nopen"),
    opinion("logic", "fail", "## runtime\nall is well"),
  ]);
  assertEquals(roles, ["syntax", "logic"]);
  assertEquals(text, "## syntax\n```js\nopen\n```\n\n## logic\n ## runtime\nall is well");
  const raw = aggregate([opinion("syntax", "pass", "a"), opinion("logic", "fail", "b")], {
    raw: true,
  });
  assertEquals(raw.text, "ab");
});

Deno.test("rules of verdicts", () => {
  const all = [opinion("syntax", "fail"), opinion("logic", "unsure"), opinion("runtime", "pass")];
  const verdict = (options: Parameters<typeof aggregate>[1]) => aggregate(all, options).verdict;
  assertEquals(verdict({ rule: "any" }), "fail");
  assertEquals(verdict({ rule: "majority" }), "pass");
  assertEquals(verdict({ rule: "weighted", weights: [-0.5, 3, 3] }), "pass");
  assertEquals(verdict({ rule: "weighted", weights: [0.5, 3, 3] }), "fail");
  assertThrows(() => verdict({ rule: "weighted", weights: [1] }), RangeError);
  assertThrows(() => aggregate([]), RangeError);
  const weights = [[0.3, 0.02], [0.5, 0.05], [0.2, 0.3]].map(([q, phi]) =>
    evidenceWeight(q!, phi!)
  );
  [3.04, 2.94, -0.54].forEach((value, at) => assertAlmostEquals(weights[at]!, value, 0.005));
  assertThrows(() => evidenceWeight(0, 0.1), RangeError);
});
