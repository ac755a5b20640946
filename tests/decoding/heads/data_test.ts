import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { acceptanceData, withFeatures } from "offprint/decoding/heads/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { wilson } from "offprint/stats.ts";
import { chains, draft, empty, kinds, target } from "./stretch_models.ts";

Deno.test("data: labels are the true acceptance, mixed positions carry none", async () => {
  for (const mixing of [0, 0.15, 0.5, 1]) {
    const data = await acceptanceData({
      draft,
      target,
      prompts: empty(60),
      maxTokens: 50,
      mixing,
      random: (text) => stream(1, "data", mixing, text),
    });
    assertEquals(data.positions, 3000);
    assertEquals(data.acceptance.length, data.positions - data.mixed);
    assertEquals(data.hidden.length, data.acceptance.length * data.hiddenSize);
    const { low, high } = wilson(data.mixed, data.positions, 0.9999);
    assert(low <= mixing && mixing <= high, `share ${data.mixed / data.positions}`);
    // The hidden state is of the position whose input is the drafted token: its kind tells the label.
    data.acceptance.forEach((acceptance, i) => {
      const token = data.hidden.subarray(i * 12, (i + 1) * 12).indexOf(1);
      assertAlmostEquals(acceptance, kinds[chains.kindOf[token]!]!.acceptance, 1e-6);
      assert(token % 4 < 2, "twins are never drafted");
    });
  }
});

Deno.test("data: with mixing the draft reads the target's tokens in between", async () => {
  const spelling = withFeatures(
    markovModel(chains.draft),
    (text) => Float32Array.of(text.at(-1)!),
  );
  const texts: number[][] = [];
  const recorder = {
    ...spelling,
    async open(prompt: readonly number[]) {
      const sequence = await spelling.open(prompt);
      const { extend } = sequence;
      sequence.extend = (tokens, options) => {
        if (options?.hidden) texts.push([...tokens]);
        return extend.call(sequence, tokens, options);
      };
      return sequence;
    },
  };
  await assertRejects(
    () =>
      acceptanceData({
        draft: markovModel(chains.draft),
        target,
        prompts: empty(1),
        maxTokens: 5,
        random: () => stream(1),
      }),
    UserError,
    "gives no hidden states",
  );
  await acceptanceData({
    draft: recorder,
    target,
    prompts: [[0, 1, 2]],
    maxTokens: 400,
    mixing: 0.5,
    random: () => stream(2, "mixing"),
  });
  // twins come only from the target: about half of the positions keep them
  const twins = texts[0]!.filter((token) => token % 4 >= 2).length / 400;
  const rejected = kinds.reduce((sum, kind) => sum + kind.share * (1 - kind.acceptance), 0);
  assertAlmostEquals(twins, rejected / 2, 0.06);
});
