import { assert, assertEquals } from "@std/assert";
import { runPoints, toJson } from "offprint/sweeps/mod.ts";
import { startChild } from "offprint/process/mod.ts";
import { stream } from "offprint/random.ts";

const experiment = {
  module: new URL("sample_experiments.ts", import.meta.url).href,
  run: "counted",
};
const jobs = (file: string) =>
  Array.from({ length: 40 }, (_, n) => ({ point: { n, file, ms: 20 }, seed: 1 }));

/** A program that runs the sweep on a store. */
const program = (store: string, file: string) =>
  startChild(Deno.execPath(), [
    "eval",
    "--quiet",
    `import { runPoints } from "offprint/sweeps/mod.ts";
     const jobs = Array.from({ length: 40 }, (_, n) => ({ point: { n, file: ${
      JSON.stringify(file)
    }, ms: 20 }, seed: 1 }));
     await runPoints(${JSON.stringify(experiment)}, jobs, { store: ${
      JSON.stringify(store)
    }, jobs: 2 });`,
  ], { stderr: "null" });

const lines = async (file: string) =>
  (await Deno.readTextFile(file).catch(() => "")).split("\n").filter((line) => line !== "");

Deno.test("killed at ten moments and then finished, a sweep equals one that was not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/points.sqlite`, file = `${folder}/ran`;
    const random = stream(1, "moments");
    // So that each kill comes while points run: after one to four more of them.
    for (let kill = 0; kill < 10; kill++) {
      const child = program(store, file);
      const until = (await lines(file)).length + 1 + random.integer(4);
      while ((await lines(file)).length < until && child.end === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      child.kill();
      await child.status;
    }
    const { outcomes, kept } = await runPoints(experiment, jobs(file), { store, jobs: 2 });
    const fresh = await runPoints(experiment, jobs(file), { store: false, jobs: 2 });
    assertEquals(toJson(outcomes), toJson(fresh.outcomes));
    assert(kept > 0 && kept < 40, `${kept} kept`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("two processes on one store lose nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/points.sqlite`, file = `${folder}/ran`;
    const both = [program(store, file), program(store, file)];
    assertEquals(await Promise.all(both.map(async (child) => (await child.status).code)), [0, 0]);
    const { kept } = await runPoints(experiment, jobs(file), { store });
    assertEquals(kept, 40);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
