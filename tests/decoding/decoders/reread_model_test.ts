import { assertEquals, assertThrows } from "@std/assert";
import { speculate, uncached } from "offprint/decoding/decoders/mod.ts";
import { headPredictor } from "offprint/decoding/heads/mod.ts";
import { specDecPP } from "offprint/decoding/policies/mod.ts";
import { stream } from "offprint/random.ts";
import { draft, head, target } from "../side_by_side.ts";

Deno.test("without a cache: the same tokens for the same stream, with hidden states", async () => {
  for (let run = 0; run < 20; run++) {
    const options = {
      maxTokens: 30,
      prompt: run % 2 === 0 ? [] : [1, 0],
      bonus: true,
      candidates: specDecPP({ predictor: headPredictor(head), threshold: 0.6 }),
    };
    const random = () => stream(4, "uncached", run);
    assertEquals(
      await speculate({
        ...options,
        draft: uncached(draft),
        target: uncached(target),
        random: random(),
      }),
      await speculate({ ...options, draft, target, random: random() }),
    );
  }
  const sequence = await uncached(target).open([1]);
  await sequence.extend([2, 3]);
  const fork = sequence.fork();
  sequence.truncate(2);
  assertEquals([sequence.length, fork.length], [2, 3]);
  assertThrows(() => sequence.logits, Error, "extend the sequence first");
  assertThrows(() => sequence.truncate(3), RangeError, "expected a whole number from 0 to 2");
  assertEquals(fork.logits.length, target.vocabSize);
});
