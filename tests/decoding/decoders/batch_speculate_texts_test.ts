import { assertEquals, assertRejects } from "@std/assert";
import { batchSpeculate, batchSpeculateTexts } from "offprint/decoding/decoders/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, sevenStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { newWatch, watched } from "../fixtures.ts";
import { draft, ending, prompts, target } from "../side_by_side.ts";

Deno.test("batch decoding side by side gives the texts of one by one, stop tokens and all", async () => {
  const pairs = [
    { draft, target, prompts, stop: undefined },
    {
      draft: ending("draft that ends", [[0.4, 0.4, 0.2], [0.3, 0.6, 0.1]]),
      target: ending("target that ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]),
      prompts: [[0], [1], [0, 1], [1, 1]],
      stop: 2,
    },
  ];
  for (const { stop, prompts, ...models } of pairs) {
    for (const drafts of [1, 3]) {
      for (const bonus of [false, true]) {
        const watch = newWatch();
        const options = {
          draft: watched(models.draft, watch),
          target: watched(models.target, watch),
          drafts,
          bonus,
          maxTokens: 20,
          lookAhead: 4,
          trace: true,
          ...(stop === undefined ? {} : { stop }),
        };
        const random = (text: number) => stream(9, "batch side by side", text);
        const alone = [];
        for (const [i, prompt] of prompts.entries()) {
          alone.push(await batchSpeculate({ ...options, prompt, random: random(i) }));
        }
        for (const batch of [1, 3, 16]) {
          assertEquals(await batchSpeculateTexts({ ...options, prompts, random, batch }), alone);
        }
        assertEquals(watch.opened, watch.closed);
      }
    }
  }
  const random = () => stream(1);
  const options = { draft, target, drafts: 2, maxTokens: 4, prompts, random };
  for (
    const [wrong, text] of [
      [{ drafts: 0 }, "drafts: got 0"],
      [{ batch: 0 }, "batch: got 0"],
      [{ lookAhead: 0 }, "lookAhead: got 0"],
      [{ target: markovModel(sevenStateChains().target) }, "vocabularies of"],
    ] as const
  ) {
    await assertRejects(() => batchSpeculateTexts({ ...options, ...wrong }), UserError, text);
  }
  const none = await batchSpeculateTexts({ ...options, maxTokens: 0 });
  assertEquals(none.map(({ tokens }) => tokens), prompts.map(() => []));
});
