import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { accepts, describeExperiment, describeExperiments } from "offprint/sweeps/mod.ts";

const MODULE = new URL("sample_experiments.ts", import.meta.url).href;

Deno.test("experiments are read from the source with types, defaults and units", async () => {
  const all = await describeExperiments(MODULE);
  assertEquals([...all.keys()], ["line", "misbehave", "counted", "processOf"]);
  const { summary, parameters } = all.get("line")!;
  assertEquals(summary, "A line with noise. Later sentences follow.");
  assertEquals(parameters, [
    { name: "slope", type: "number", optional: true, summary: "Rise.", unit: "mm", default: "2" },
    { name: "at", type: "number", optional: false, summary: "Where.", unit: "m" },
    {
      name: "noise",
      type: '"none" | "uniform"',
      optional: true,
      summary: "How the noise is spread.",
      default: '"none"',
    },
    { name: "shift", type: "number", optional: true, summary: "No default." },
  ]);
});

Deno.test("unknown experiments and parameters and wrong values are one line each", async () => {
  const cases: [module: string, run: string, over: Record<string, unknown[]>, part: string][] = [
    ["offprint/papers/nowhere/experiments.ts", "x", {}, "no such file"],
    [MODULE, "lines", {}, 'got "lines", expected one of line, misbehave, counted'],
    [
      MODULE,
      "line",
      { at: [1], K: [2] },
      'got "K", expected one of its parameters: slope, at, noise, shift',
    ],
    [
      MODULE,
      "line",
      { at: ["far"] },
      'parameter at: got "far", expected a number, in m. Write for example over: { at: [1] }.',
    ],
    [
      MODULE,
      "line",
      { at: [1], slope: ["far"] },
      'got "far", expected a number, in mm. Write for example over: { slope: [2] }.',
    ],
    [
      MODULE,
      "line",
      { at: [1], noise: ["loud"] },
      'got "loud", expected "none" or "uniform". Write for example over: { noise: ["none"] }.',
    ],
    [
      MODULE,
      "line",
      { slope: [1] },
      "got no value of at, expected a number, in m: it has no default. Write for example over: { at: [1] }.",
    ],
  ];
  for (const [module, run, over, part] of cases) {
    const { message } = await assertRejects(
      () => describeExperiment(module, run, over),
      UserError,
      part,
    );
    assert(!message.includes("\n"));
  }
  await describeExperiment(MODULE, "line", { at: [1, 2.5], noise: ["none"] });
  await assertRejects(
    () => describeExperiment(MODULE, "line", { at: [1], noise: ["loud"] }, "shell"),
    UserError,
    "Write for example --grid 'noise=none'.",
  );
});

Deno.test("a value fits a written-out type", () => {
  assertEquals(
    [accepts("number", 1), accepts("number", "1"), accepts("boolean", true), accepts("1 | 2", 2)],
    [true, false, true, true],
  );
  assertEquals([accepts("1 | 2", 3), accepts("string | null", null), accepts("Role[]", "x")], [
    false,
    true,
    true,
  ]);
});
