import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { scheduledLength } from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { greedyConstant, greedyOracle } from "offprint/papers/specdecpp/mod.ts";
import { historyModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("greedy oracle: the example, and the same on a decoder", async () => {
  assertEquals(greedyOracle(10, [3, 7]), { schedule: [2, 3, 3], targetCalls: 3, discarded: 0 });
  const constant = greedyConstant(10, [3, 7], 2);
  assertEquals([constant.targetCalls, constant.discarded], [4, 2]);
  assertEquals(greedyOracle(7, [3, 7]).targetCalls, 2);
  assertEquals(greedyOracle(4, []).schedule, [4]);
  assertEquals(greedyOracle(0, []).targetCalls, 0);
  assertThrows(() => greedyOracle(10, [7, 3]), RangeError, "increasing");
  assertThrows(() => greedyOracle(10, [11]), RangeError, "from 1 to 10");

  // The target counts up; the draft errs at positions 3 and 7.
  const model = (name: string, wrong: number[]) =>
    historyModel({
      name,
      vocabSize: 16,
      row: (history) => {
        const row = new Array(16).fill(0);
        const position = history.length + 1;
        row[wrong.includes(position) ? 15 : position] = 1;
        return row;
      },
    });
  const both = {
    draft: model("draft", [3, 7]),
    target: model("target", []),
    maxTokens: 10,
    bonus: true,
    draftWarp: warp({ temperature: 0 }),
    targetWarp: warp({ temperature: 0 }),
    random: stream(1),
  };
  const oracle = await speculate({
    ...both,
    candidates: scheduledLength(greedyOracle(10, [3, 7]).schedule),
  });
  assertEquals(oracle.tokens, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assertEquals([oracle.targetCalls, oracle.discarded, oracle.drafted], [3, 0, 8]);
  const fixed = await speculate({ ...both, candidates: scheduledLength([2]) });
  assertEquals([fixed.targetCalls, fixed.discarded], [4, 2]);
});

Deno.test("greedy oracle: never more calls than a constant, and nothing discarded", () => {
  const texts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 8 }), (positions, K) => {
      const mismatches = positions.toSorted((a, b) => a - b);
      assert(
        greedyOracle(40, mismatches).targetCalls <= greedyConstant(40, mismatches, K).targetCalls,
      );
    }),
    { numRuns: 200, seed: 4 },
  );
});
