/** Speculative decoding with quantised models on both sides leaves the quantised target's own distribution. */
import { assertGreater } from "@std/assert";
import { openKernels } from "kernels/mod.ts";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { constantLength } from "offprint/decoding/policies/mod.ts";
import type { LanguageModel, Sequence } from "offprint/lm/interface/mod.ts";
import { initialWeights, transformerConfig } from "offprint/lm/transformer/mod.ts";
import { quantizedModel, sharedPlans } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";

const VOCABULARY = 8;
const RUNS = 2000;

/** A small quantised model whose next token depends on the text. */
function quantised(seed: number, layers: number) {
  const config = transformerConfig({
    ...{ vocabSize: VOCABULARY, width: 64, layers, heads: 2, keyValueHeads: 1 },
    ...{ feedForward: 64, contextLength: 40 },
  });
  const weights = initialWeights(config, seed);
  for (const [name, values] of weights) {
    if (!name.includes("norm")) values.forEach((value, i) => values[i] = 5 * value);
  }
  return kernels.then((kernels) =>
    quantizedModel(config, weights, { kernels, groupSize: 32, plan: sharedPlans(0.25, 32) })
  );
}

/** A model that has read the prompt of every text already. */
function branching(model: LanguageModel, read: Sequence): LanguageModel {
  return {
    ...{ name: model.name, vocabSize: model.vocabSize, contextLength: model.contextLength },
    open: () => Promise.resolve(read.fork()),
    extendBatch: (sequences, tokens) => model.extendBatch(sequences, tokens),
  };
}

const kernels = openKernels({ say: () => {} });

Deno.test("quantised draft and target: all texts of two tokens, chi-square against the target", async () => {
  const [draft, target] = [await quantised(5, 1), await quantised(9, 2)];
  const warp = (await kernels).warp({ temperature: 0.8, topK: 6 });
  // 31 tokens: a group of the cache, the begin-of-text token included, is packed within the round.
  const random = stream(3, "prompt");
  const prompt = Array.from({ length: 31 }, () => 1 + random.integer(VOCABULARY - 1));
  const law = new Float64Array(VOCABULARY ** 2);
  const parent = await target.open(prompt);
  const ready = {
    draft: branching(draft, await draft.open(prompt)),
    target: branching(target, parent),
  };
  for (const [first, p] of warp(parent.logits).entries()) {
    const child = parent.fork();
    const { logits } = await child.extend([first]);
    warp(logits[0]!).forEach((q, second) => law[first * VOCABULARY + second] = p * q);
    child.close();
  }

  const observed = new Float64Array(law.length);
  let rejections = 0;
  for (let run = 0; run < RUNS; run++) {
    const result = await speculate({
      ...ready,
      ...{ prompt, maxTokens: 2, bonus: true, candidates: constantLength(1) },
      ...{ draftWarp: warp, targetWarp: warp, random: stream(4, "quantised", run) },
    });
    observed[result.tokens[0]! * VOCABULARY + result.tokens[1]!]!++;
    rejections += result.rejections;
  }
  // Some cells have probability 0: nothing may fall there, and the others are compared.
  const likely = law.map((p, i) => p > 0 ? i : -1).filter((i) => i >= 0);
  const kept = (of: Float64Array) => Float64Array.from(likely, (i) => of[i]!);
  assertGreater(kept(observed).reduce((sum, count) => sum + count, 0), RUNS - 1);
  assertGreater(chiSquare(kept(observed), kept(law)).pValue, 1e-3);
  // The two differ, so that a decoder that took the draft's word would be noticed.
  assertGreater(rejections, RUNS / 20);
});
