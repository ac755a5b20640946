import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { modelWarp, softmax, warp } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { nativeModel } from "offprint/lm/native/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";

const OPTIONS = [
  {},
  { temperature: 0.7 },
  { temperature: 0 },
  { topK: 20 },
  { topK: Infinity },
  { topP: 0.9 },
  { temperature: 1.3, topK: 50, topP: 0.95 },
];

Deno.test("a model without a way of its own is warped as everybody else", () => {
  const model = markovModel(twoStateChains().target);
  assertStrictEquals(modelWarp(model), softmax);
  assertEquals([...modelWarp(model, { topK: 1 })(Float32Array.of(0, 1))], [0, 1]);
});

Deno.test("a model's own warp equals warp to the last bits, and keeps the same tokens", async () => {
  const { config, weights } = await readTransformer("sotu-draft");
  const loaded = await loadModel("sotu-draft");
  const plain = await nativeModel(config, weights, { backend: "reference" });
  try {
    for (const model of [loaded.model, plain]) {
      const { logits } = await model.open([3, 1, 4]);
      for (const options of OPTIONS) {
        const [ours, theirs] = [modelWarp(model, options)(logits), warp(options)(logits)];
        ours.forEach((p, token) => {
          const q = theirs[token]!;
          assertEquals(p === 0, q === 0, `${JSON.stringify(options)} ${token}`);
          assert(Math.abs(p - q) <= 1e-14 * q, `${JSON.stringify(options)} ${token}: ${p}, ${q}`);
        });
      }
      assertThrows(() => modelWarp(model, { temperature: -1 }), UserError);
    }
  } finally {
    await loaded.model.close();
    await plain.close();
  }
});
