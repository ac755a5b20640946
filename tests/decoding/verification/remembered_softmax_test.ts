import { assertEquals, assertStrictEquals } from "@std/assert";
import { constantRule, draftBy } from "offprint/decoding/policies/mod.ts";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { rememberedSoftmax, softmax } from "offprint/decoding/verification/mod.ts";
import { laboratory } from "offprint/papers/specdecpp/experiments/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("what is remembered is what softmax gives, of each array its own, and decoding leaves it as it is", async () => {
  const { plainDraft, target } = laboratory(3);
  const seen = new Map<Float32Array, number[]>();
  const remembered = rememberedSoftmax();
  const warp = (logits: Float32Array) => {
    const probabilities = remembered(logits);
    const first = seen.get(logits);
    if (first === undefined) seen.set(logits, [...softmax(logits)]);
    assertEquals([...probabilities], seen.get(logits));
    assertStrictEquals(remembered(logits), probabilities);
    return probabilities;
  };
  const decode = (warps: object) =>
    speculate({
      draft: plainDraft,
      target,
      maxTokens: 400,
      bonus: true,
      candidates: draftBy(constantRule(4)),
      random: stream(1, "remembered"),
      ...warps,
    });
  assertEquals(await decode({ draftWarp: warp, targetWarp: warp }), await decode({}));
  assertEquals(seen.size > 2 && seen.size < 200, true, `${seen.size} arrays of logits`);
});
