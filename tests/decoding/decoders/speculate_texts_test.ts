import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  speculate,
  speculateTexts,
  type SpeculateTextsOptions,
} from "offprint/decoding/decoders/mod.ts";
import { headPredictor } from "offprint/decoding/heads/mod.ts";
import {
  constantLength,
  constantPredictor,
  heuristicLength,
  oraclePredictor,
  specDecPP,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { newWatch, watched } from "../fixtures.ts";
import { draft, ending, head, prompts, target } from "../side_by_side.ts";

Deno.test("texts decoded side by side are those decoded one by one, whatever the policy", async () => {
  const policies = [
    constantLength(3),
    heuristicLength(),
    specDecPP({ predictor: oraclePredictor(target), threshold: 0.4 }),
    specDecPP({ predictor: headPredictor(head), threshold: 0.6 }),
    specDecPP({ predictor: constantPredictor(0.9), threshold: 0.3 }),
  ];
  for (const candidates of policies) {
    const options: Omit<SpeculateTextsOptions, "prompts" | "random"> = {
      draft,
      target,
      maxTokens: 40,
      bonus: true,
      candidates,
      trace: true,
    };
    const random = (text: number) => stream(2, "side by side", text);
    const alone = [];
    for (const [i, prompt] of prompts.entries()) {
      alone.push(await speculate({ ...options, prompt, random: random(i) }));
    }
    for (const batch of [1, 4, 16]) {
      const done: number[] = [];
      const texts = await speculateTexts({
        ...options,
        prompts,
        random,
        batch,
        onText: (count) => done.push(count),
      });
      assertEquals(texts, alone, candidates.name);
      assertEquals(done, prompts.map((_, i) => i + 1));
    }
  }
});

Deno.test("side by side: stop tokens, no tokens, every sequence closed, and bad options", async () => {
  const rows = [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]];
  const pair = {
    draft: ending("d", [[0.3, 0.3, 0.4], [0.5, 0.4, 0.1]]),
    target: ending("t", rows),
  };
  const options = { ...pair, maxTokens: 12, stop: 2, candidates: constantLength(3), bonus: true };
  const random = (text: number) => stream(3, text);
  const texts = await speculateTexts({ ...options, prompts: [[0], [1], [0]], random });
  assertEquals(texts[2], await speculate({ ...options, prompt: [0], random: random(2) }));
  for (const { tokens } of texts) assertEquals(tokens.slice(0, -1).includes(2), false);
  const none = await speculateTexts({ ...options, maxTokens: 0, prompts: [[0]], random });
  assertEquals(none[0]!.tokens, []);

  const watches = { draft: newWatch(), target: newWatch() };
  const seven = sevenStateChains();
  let calls = 0;
  await assertRejects(
    () =>
      speculateTexts({
        draft: watched(markovModel(seven.draft), watches.draft),
        target: watched(markovModel(seven.target), watches.target),
        prompts: [[], [1], [2]],
        maxTokens: 9,
        random,
        targetWarp: (logits) => {
          if (++calls === 7) throw new Error("broken warp");
          return warp()(logits);
        },
      }),
    Error,
    "broken warp",
  );
  for (const { opened, closed } of Object.values(watches)) assertEquals(closed, opened);
  assert(watches.draft.opened === 3);

  await assertRejects(
    () => speculateTexts({ ...options, batch: 0, prompts: [[0]], random }),
    UserError,
    "batch: got 0",
  );
  await assertRejects(
    () =>
      speculateTexts({
        ...options,
        draft: markovModel(twoStateChains().draft),
        prompts: [[0]],
        random,
      }),
    UserError,
    "vocabularies of 2 and 3 tokens",
  );
});
