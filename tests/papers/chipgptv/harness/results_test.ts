import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  type Answer,
  compareWays,
  countsOf,
  metricsOf,
  parseHarnessResults,
} from "offprint/papers/chipgptv/harness/mod.ts";

const WAY = { arm: "T", level: "medium", task: "full", anonymous: false } as const;
const answer = (
  unit: string,
  sample: number,
  passed: number,
  more: Partial<Answer> = {},
): Answer => ({
  ...{ unit, group: "logic", ...WAY, sample, cut: false, rule: "tag verilog, 1 block", blocks: 1 },
  ...{ compiles: true, passes: passed === 23, passed, total: 23 },
  ...more,
});

Deno.test("metrics stay apart: what compiles, what passes, the best share, machines", () => {
  const answers = [
    ...[23, 22, 0, 23, 0].map((passed, i) => answer("a", i, passed)),
    ...[22, 3, 0, 0, 0].map((passed, i) =>
      answer("b", i, passed, {
        compiles: i < 2,
        machine: { transitions: i / 4, states: 1, outputs: 1 },
      })
    ),
  ];
  const metrics = metricsOf(answers, WAY);
  assertEquals([metrics.units, metrics.samples], [2, 5]);
  assertAlmostEquals(metrics.passAt1!.mean, 0.2, 1e-12);
  assertAlmostEquals(metrics.passAtK!.mean, 0.5, 1e-12);
  assertAlmostEquals(metrics.compileAt1!.mean, 0.7, 1e-12);
  assertAlmostEquals(metrics.bestRatio!.mean, (1 + 22 / 23) / 2, 1e-12);
  assertAlmostEquals(metrics.fsmTransition!.mean, 0.5, 1e-12);
  assertEquals(metrics.nextTokenLex, undefined);
  assertEquals(countsOf(answers, WAY).map(({ passed }) => passed), [2, 0]);
});

Deno.test("two ways are compared over the units that both were asked", () => {
  const image = { ...WAY, arm: "V+T" } as const;
  const answers = [
    ...["a", "b", "c"].map((unit) => answer(unit, 0, 0)),
    ...["a", "b", "d"].map((unit) => answer(unit, 0, unit === "b" ? 0 : 23, { arm: "V+T" })),
  ];
  const { wins, losses, ties, student } = compareWays(answers, image, WAY);
  assertEquals([wins, losses, ties, student.mean], [1, 0, 1, 0.5]);
  const next = answers.map((each) => ({
    ...each,
    task: "next token" as const,
    nextToken: each.arm === "V+T",
  }));
  const shares = compareWays(next, { ...image, task: "next token" }, {
    ...WAY,
    task: "next token",
  });
  assertEquals([shares.student.mean, shares.student.n], [1, 2]);
});

Deno.test("a file of answers is read back, a wrong one is refused in one line", () => {
  const file = { format: 1, model: "m", temperature: 0, seed: 1, answers: [answer("a", 0, 23)] };
  assertEquals(parseHarnessResults(JSON.stringify(file), "f.json").answers.length, 1);
  const wrong = JSON.stringify({ ...file, answers: [{ ...answer("a", 0, 1), arm: "W" }] });
  assertThrows(() => parseHarnessResults(wrong, "f.json"), UserError, "f.json");
});
