import { assert, assertEquals } from "@std/assert";
import {
  type Aggregate,
  bestByVerdict,
  type Finding,
  optimise,
  type Optimiser,
  type PublicTask,
  type Task,
} from "offprint/evaluators/mod.ts";
import { stream } from "offprint/random.ts";

const task: PublicTask = {
  id: "count",
  language: "javascript",
  statement: "",
  entry: "count",
  examples: [],
  exponent: 1,
  input: "",
  relations: {},
  source: "own",
  licence: "MIT",
};

/** Complains once for each letter x. */
function opinion(text: string): Promise<Aggregate> {
  const findings = [...text].filter((letter) => letter === "x").map((): Finding => ({
    span: { start: 0, end: 1 },
    category: "value",
    severity: "error",
    confidence: 1,
    message: "x",
  }));
  const verdict = findings.length > 0 ? "fail" : "pass";
  return Promise.resolve({ roles: ["logic"], rule: "concatenate", text: "", findings, verdict });
}

const replacing: Optimiser = {
  propose: (_task, text, { findings }) =>
    Promise.resolve(findings.length === 0 ? [] : [`${text}x`, text.replace("x", "o")]),
};

const run = (start: string, more: object = {}) =>
  optimise({
    task,
    start,
    opinion,
    optimiser: replacing,
    random: (at) => stream(1, "loop", at),
    ...more,
  });

Deno.test("ten rewrites make eleven programs, and no loop stops early", async () => {
  const rounds = await run("xxx");
  assertEquals(rounds.length, 11);
  assertEquals(rounds.map(({ severity }) => severity), [3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(rounds.map(({ accepted }) => accepted).filter(Boolean).length, 3);
  assertEquals(rounds.at(-1)!.text, "ooo");
  assertEquals(bestByVerdict(rounds), 3);
});

Deno.test("a candidate about which evaluators complain more is refused, unless all are taken", async () => {
  const worse: Optimiser = { propose: (_task, text) => Promise.resolve([`${text}x`]) };
  const kept = await run("x", { optimiser: worse, iterations: 3 });
  assertEquals(kept.map(({ text }) => text), ["x", "x", "x", "x"]);
  const taken = await run("x", { optimiser: worse, iterations: 3, accept: "always" });
  assertEquals(taken.map(({ text }) => text), ["x", "xx", "xxx", "xxxx"]);
});

Deno.test("hidden tests reach no optimiser: a task with them does not compile", () => {
  const given = (withTests: Task) =>
    // @ts-expect-error a Task is no PublicTask
    replacing.propose(withTests, "", { findings: [] }, stream(1));
  assertEquals(typeof given, "function");
  assert(!("hiddenTests" in task));
});
