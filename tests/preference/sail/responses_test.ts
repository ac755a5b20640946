import { assert, assertEquals } from "@std/assert";
import {
  drawResponses,
  type PairRecord,
  partMetrics,
  sharesOf,
  stepWeights,
} from "offprint/preference/sail/mod.ts";
import { PAIRS, world } from "./small_world.ts";

Deno.test("draws depend on weights, seed, step and prompt, not on batching", async () => {
  const { engine, close } = await world();
  const draws = { seed: 1, step: 4, end: 0, maxTokens: 6 };
  const all = await drawResponses(engine, PAIRS, draws);
  for (const batch of [1, 3, 64]) {
    assertEquals(await drawResponses(engine, PAIRS, { ...draws, batch }), all);
  }
  assertEquals(await drawResponses(engine, PAIRS.slice(5), draws), all.slice(5));
  assert(
    JSON.stringify(await drawResponses(engine, PAIRS, { ...draws, step: 5 })) !==
      JSON.stringify(all),
  );
  for (const { responses, unfinished } of all) {
    responses.forEach((response, side) => {
      assertEquals(unfinished[side as 0 | 1], response.at(-1) !== 0);
      assert(response.length <= 6);
    });
  }
  await close();
});

Deno.test("the sampler's temperature does not enter the gradient of a fixed sample", async () => {
  const { engine, step, method, close } = await world();
  const gradients: Float32Array[] = [];
  const fixed = await drawResponses(engine, PAIRS, { seed: 5, step: 1, end: 0, maxTokens: 6 });
  for (const temperature of [0.5, 1.5]) {
    const sail = method({ temperature, mixture: { DPR: { share: 0.9, coefficient: 0.3 } } });
    // What waits in the buffer is used as it is; nothing is drawn.
    const data = Float32Array.from(
      new TextEncoder().encode(JSON.stringify(fixed.map((pair) => ({ step: 1, pair })))),
    );
    sail.restore!(new Map([["responses", { shape: [data.length], data }]]));
    gradients.push((await sail.gradient(engine, step(1))).gradient);
  }
  assertEquals(gradients[0], gradients[1]);
  await close();
});

Deno.test("equal and unfinished responses are kept or dropped by option, and counted", async () => {
  const { engine, step, method, close } = await world();
  const mixture = { DPR: { share: 0.9, coefficient: 0.3 } };
  for (
    const [options, reason] of [[{ equal: "drop" }, "equal"], [
      { unfinished: "drop" },
      "unfinished",
    ]] as const
  ) {
    const records: PairRecord[] = [];
    // One token at most and hardly any chance: pairs are equal, and nearly all have no end.
    const sail = method({
      mixture,
      maxTokens: 1,
      temperature: 0.01,
      onRecord: (record) => records.push(record),
      ...options,
    });
    let skipped = 0;
    for (const at of [1, 2, 3]) skipped += (await sail.gradient(engine, step(at))).skipped;
    const dropped = records.filter((record) => record.dropped === reason).length;
    assert(dropped > 0, reason);
    assertEquals(skipped, dropped);
    assertEquals(partMetrics(records, { beta: 0.1 }).online.dropped, dropped);
    const { weights } = stepWeights(records, sharesOf(mixture), { beta: 0.1 });
    records.forEach((record, i) => {
      if (record.dropped !== null) assertEquals(weights[i], [0, 0]);
    });
  }
  await close();
});
