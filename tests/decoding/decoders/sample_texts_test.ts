import { assertEquals } from "@std/assert";
import { sampleText, sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { stream } from "offprint/random.ts";
import { ending, prompts, target } from "../side_by_side.ts";

Deno.test("texts sampled side by side are those sampled one by one, stop tokens and all", async () => {
  const models = [
    { model: target, stop: undefined, prompts },
    {
      model: ending("ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]),
      stop: 2,
      prompts: [[0], [1], [0, 1], [1, 1]],
    },
  ];
  for (const { model, stop, prompts } of models) {
    const options = {
      model,
      maxTokens: 25,
      warp: warp({ temperature: 0.8 }),
      ...(stop === undefined ? {} : { stop }),
    };
    const random = (text: number) => stream(1, "side by side", text);
    const alone: number[][] = [];
    for (const [i, prompt] of prompts.entries()) {
      alone.push(await sampleText({ ...options, prompt, random: random(i) }));
    }
    for (const batch of [1, 3, 16]) {
      const seen = prompts.map(() => 0);
      const texts = await sampleTexts({
        ...options,
        prompts,
        random,
        batch,
        onLogits: (text, position, logits) => {
          assertEquals(position, seen[text]!++);
          assertEquals(logits.length, model.vocabSize);
        },
      });
      assertEquals(texts, alone);
      assertEquals(seen, texts.map((text) => text.length));
    }
  }
  assertEquals(
    await sampleTexts({ model: target, prompts, maxTokens: 0, random: () => stream(1) }),
    [
      ...prompts.map(() => []),
    ],
  );
});
