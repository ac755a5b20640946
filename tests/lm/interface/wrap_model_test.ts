/** Models that wrap another keep the contract of every language model. */
import { assertEquals, assertRejects } from "@std/assert";
import { clocked } from "../../../lib/decoding/what_if/timing.ts";
import { uncached } from "offprint/decoding/decoders/mod.ts";
import { withFeatures } from "offprint/decoding/heads/mod.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { ngramModel } from "offprint/lm/ngram/mod.ts";
import { conformance } from "../conformance.ts";

const chain = () => markovModel(twoStateChains().target);
const documents = [[1, 2, 3, 1, 2, 4, 1, 2, 3], [4, 3, 2, 1, 1, 2]];
const ngram = () => ngramModel(documents, { order: 3, vocabSize: 5, bos: 0 });
const feature = (text: readonly number[]) => Float32Array.of(text.length, text.at(-1) ?? -1);

for (const [name, model] of Object.entries({ chain, ngram })) {
  conformance(`uncached ${name}`, { model: () => Promise.resolve(uncached(model())), ceiling: 0 });
  conformance(`${name} with features`, {
    model: () => Promise.resolve(withFeatures(model(), feature)),
    ceiling: 0,
    hidden: true,
  });
  conformance(`clocked ${name}`, {
    model: () => Promise.resolve(clocked(model(), () => {}, () => {})),
    ceiling: 0,
  });
}

conformance("uncached model with features", {
  model: () => Promise.resolve(uncached(withFeatures(chain(), feature))),
  ceiling: 0,
  hidden: true,
});

Deno.test("an uncached text can be cut into its prompt and goes on from there", async () => {
  for (const model of [chain(), ngram()]) {
    const sequence = await uncached(model).open([1, 0, 1, 1]);
    await sequence.extend([0, 1]);
    sequence.truncate(2);
    const { logits } = await sequence.extend([0]);
    assertEquals(sequence.length, 3);
    assertEquals(logits, [(await model.open([1, 0, 0])).logits]);
    sequence.truncate(0);
    const again = await sequence.extend([1, 1]);
    assertEquals(again.logits, [(await model.open([1])).logits, (await model.open([1, 1])).logits]);
  }
});

Deno.test("a refused token leaves a wrapped text as it was", async () => {
  for (const wrap of [uncached, (m: ReturnType<typeof chain>) => withFeatures(m, feature)]) {
    const sequence = await wrap(chain()).open([1]);
    await assertRejects(() => sequence.extend([0, 7]), RangeError);
    const fresh = await wrap(chain()).open([1]);
    assertEquals((await sequence.extend([0])).logits, (await fresh.extend([0])).logits);
    assertEquals(sequence.length, 2);
  }
});
