import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { experimentsText, findExperiment } from "offprint/kit/sweeps/mod.ts";
import { describeExperiments, runPoints } from "offprint/sweeps/mod.ts";

Deno.test("a paper's experiments are found by its notebook, with parameters and units", async () => {
  const text = await experimentsText(["10-specdecpp"]);
  assertStringIncludes(text, "10 thresholdGain: What the best threshold gains");
  assert(
    /\n {5}ratio {3}number {2}4\.5 {2}draft passes {2}Latency of one verification\.$/m.test(text),
    text,
  );
  const { module } = await findExperiment("02-specdec-theory", "batchRejections");
  assertEquals(module, "offprint/papers/specdec_theory/experiments.ts");
  await assertRejects(
    () => findExperiment("02-specdec-theory", "nothing"),
    UserError,
    "an experiment of 02-specdec-theory: batchRejections",
  );
});

Deno.test("every experiment runs with its defaults, and says what each parameter is", async () => {
  for await (const room of Deno.readDir(new URL("../../../lib/papers/", import.meta.url))) {
    const module = `offprint/papers/${room.name}/experiments.ts`;
    const all = await describeExperiments(module).catch(() => new Map());
    for (const { name, summary, parameters } of all.values()) {
      assert(summary !== "", name);
      for (const parameter of parameters) {
        assert(parameter.summary !== "", `${name} ${parameter.name}`);
      }
      const small: Record<string, number> = {
        ...{ count: 3, rounds: 100, length: 5, steps: 4 },
        ...{ texts: 1, designs: 2, worlds: 1 },
      };
      const point = Object.fromEntries(
        Object.entries(small).filter(([key]) =>
          parameters.some((parameter: { name: string }) => parameter.name === key)
        ),
      );
      const { outcomes } = await runPoints({ module, run: name }, [{ point, seed: 1 }], {
        store: false,
      });
      const [outcome] = outcomes;
      assert(outcome !== undefined && "result" in outcome, `${name}: ${JSON.stringify(outcome)}`);
      const numbers = Object.values(outcome.result).filter((value) => typeof value === "number");
      assert(numbers.length > 0 && numbers.every(Number.isFinite), name);
    }
  }
});
