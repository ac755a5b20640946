/** The committed runs of paper 04: whole, and refused when they were changed by hand. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import {
  changeOf,
  loadResults,
  plannedRuns,
  RESULTS_FILE,
  resultsOf,
  resultsText,
  runName,
  SEEDS,
  SUFFIXES,
} from "offprint/papers/gradient_entanglement/mod.ts";

const results = await loadResults();

Deno.test("every planned run and every start is there once, with its curve", () => {
  const plan = plannedRuns();
  assertEquals(
    results.runs.map(({ name }) => name).toSorted(),
    plan.map(runName).toSorted(),
  );
  assertEquals(resultsOf(results, plan).length, plan.length);
  const starts = results.starts.map(({ suffix, tied, seed }) => `${suffix} ${tied} ${seed}`);
  assertEquals(
    starts.toSorted(),
    SUFFIXES.flatMap((suffix) =>
      [true, false].flatMap((tied) => SEEDS.map((seed) => `${suffix} ${tied} ${seed}`))
    ).toSorted(),
  );
  for (const run of results.runs) {
    assertEquals(run.curve.map(({ step }) => step), Array.from({ length: 11 }, (_, i) => 24 * i));
    const { chosen, rejected, margin } = changeOf(run);
    // Each number is kept to four decimals.
    assert(Math.abs(margin - (chosen - rejected)) < 3e-4, run.name);
  }
});

Deno.test("a number that was changed by hand is noticed", async () => {
  const folder = await Deno.makeTempDir();
  const file = pathToFileURL(`${folder}/results.json`);
  const text = await resultsText(results);
  assertEquals(text, await Deno.readTextFile(RESULTS_FILE));
  await Deno.writeTextFile(file, text.replace('"accuracy":1,', '"accuracy":0.5,'));
  await assertRejects(() => loadResults(file), UserError, "The file was changed by hand");
  await Deno.remove(folder, { recursive: true });
});
