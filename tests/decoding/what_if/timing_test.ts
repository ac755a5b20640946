import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { sampleText, speculate } from "offprint/decoding/decoders/mod.ts";
import { draftBy } from "offprint/decoding/policies/mod.ts";
import {
  loopMs,
  medianTiming,
  modelledMs,
  type TextTiming,
  timeModel,
  timePlain,
  timeSpeculation,
} from "offprint/decoding/what_if/mod.ts";
import { stream } from "offprint/random.ts";
import { draft, ending, target } from "../side_by_side.ts";

Deno.test("timing: the same text, every round and candidate accounted for", async () => {
  const options = () => ({
    draft,
    target,
    maxTokens: 40,
    bonus: true,
    candidates: draftBy(
      { name: "two", begin: () => ({ more: ({ drafted }: { drafted: number }) => drafted < 2 }) },
    ),
    random: stream(8, "timing"),
  });
  const plain = await speculate(options());
  const timing = await timeSpeculation(options());
  assertEquals(timing.tokens, plain.tokens.length);
  assertEquals(timing.drafted, plain.drafted);
  assertEquals(timing.rounds.length, plain.rounds);
  const candidates = timing.rounds.reduce((sum, round) => sum + round.candidates, 0);
  assertEquals(candidates, plain.drafted);
  for (const ms of [timing.draftMs, timing.warpMs, timing.policyMs]) assert(ms >= 0);
});

Deno.test("plain decoding, timed: as long as the text that is sampled, stop token and all", async () => {
  const ends = ending("ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]);
  for (let text = 0; text < 20; text++) {
    const options = { model: ends, prompt: [0], maxTokens: 6, stop: 2 };
    const random = () => stream(11, "plain", text);
    const { tokens, totalMs } = await timePlain({ ...options, random: random() });
    assertEquals(tokens, (await sampleText({ ...options, random: random() })).length);
    assert(totalMs >= 0);
  }
  // what the warp leaves is what is sampled
  const warp = () => Float64Array.of(0, 0, 1);
  const random = stream(11, "plain");
  const { tokens } = await timePlain({
    ...{ model: ends, prompt: [0], maxTokens: 6, stop: 2 },
    warp,
    random,
  });
  assertEquals(tokens, 1);
});

Deno.test("of several timings the median counts, the lower of two", () => {
  const timing = (totalMs: number): TextTiming => ({
    tokens: 1,
    totalMs,
    drafted: 1,
    draftMs: 0,
    warpMs: 0,
    policyMs: 0,
    rounds: [],
  });
  assertEquals(medianTiming([5, 90, 4].map(timing)).totalMs, 5);
  assertEquals(medianTiming([9, 4].map(timing)).totalMs, 4);
  assertThrows(() => medianTiming([]), RangeError, "no timings");
});

Deno.test("time model: means by number of candidates, the nearest where one was not met", () => {
  const text: TextTiming = {
    tokens: 9,
    totalMs: 100,
    drafted: 6,
    draftMs: 12,
    warpMs: 5,
    policyMs: 3,
    rounds: [{ candidates: 1, targetMs: 10 }, { candidates: 2, targetMs: 20 }, {
      candidates: 3,
      targetMs: 24,
    }],
  };
  assertEquals(loopMs(text), 100 - 12 - 5 - 3 - 54);
  const model = timeModel([text]);
  assertEquals(model.draftMs, 2);
  assertEquals([0, 1, 2, 3, 9].map(model.targetMs), [10, 10, 20, 24, 24]);
  // 34 ms of host in 6 candidates and 3 rounds.
  assertAlmostEquals(model.hostMs!(2), 34 / 9 * 3);
  assertAlmostEquals(modelledMs(model, text), 100);
  assertThrows(() => timeModel([]), RangeError, "no rounds");
});
