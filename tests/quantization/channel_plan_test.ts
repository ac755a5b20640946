/** FMPQ's decisions and what they are made from. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { quantizeWeights } from "kernels/mod.ts";
import { channelPlan, clippedWeights, shareOf4, uniformPlans } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("two outliers in two blocks become two in one", () => {
  const amax = [0.7, 0.7, 9.5, 0.7, 0.7, 0.6, 0.7, 15, 0.8, 0.8, 0.7, 0.8];
  const plan = channelPlan(amax, { blockSize: 4, threshold: 4 });
  assertEquals(plan.outliers, [2, 7]);
  assertEquals([plan.blocks8Before, plan.blocks8], [2, 1]);
  assertEquals([...plan.order], [0, 1, 3, 4, 5, 6, 10, 11, 8, 9, 2, 7]);
  assertEquals([...plan.bits], [4, 4, 8]);
  assertEquals(shareOf4(plan), 2 / 3);
});

Deno.test("a plan without outliers keeps every channel where it is", () => {
  const plan = channelPlan(new Float32Array(100).fill(1), { blockSize: 32 });
  assertEquals([...plan.order], [...new Array(100).keys()]);
  assertEquals([...plan.bits], [4, 4, 4, 4]);
});

Deno.test("a share of blocks takes the largest channels", () => {
  const plan = channelPlan([1, 9, 2, 8, 3, 7, 4, 6], { blockSize: 2, share8: 0.5 });
  assertEquals([...plan.order], [0, 2, 4, 6, 1, 3, 5, 7]);
  assertEquals([...plan.bits], [4, 4, 8, 8]);
});

Deno.test("property: an order of all channels; every outlier in a block of 8 bits, in as few as hold them", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 90 }),
    fc.constantFrom(4, 8, 32),
    fc.double({ min: 1, max: 8, noNaN: true }),
    (amax, blockSize, threshold) => {
      const plan = channelPlan(amax, { blockSize, threshold });
      assertEquals([...plan.order].sort((a, b) => a - b), [...amax.keys()]);
      assertEquals(plan.bits.length, Math.ceil(amax.length / blockSize));
      const blockOf = (channel: number) => Math.floor(plan.order.indexOf(channel) / blockSize);
      for (const channel of plan.outliers) assertEquals(plan.bits[blockOf(channel)], 8);
      const short = amax.length % blockSize;
      assert(plan.blocks8 <= Math.ceil(plan.outliers.length / blockSize) + (short > 0 ? 1 : 0));
      assertEquals([...plan.bits].lastIndexOf(4), plan.bits.length - plan.blocks8 - 1);
    },
  ));
});

Deno.test("clipping: the error that is weighed never grows, and falls where one weight is far out", () => {
  const random = stream(3, "clipping");
  const rows = 16, columns = 64;
  const w = Float32Array.from(
    { length: rows * columns },
    (_, i) => (i % 32 === 7 ? 3 : 1) * random.normal(),
  );
  const importance = Float32Array.from({ length: columns }, (_, j) => j % 32 === 7 ? 0.01 : 1);
  const error = (weights: ReturnType<typeof quantizeWeights>) => {
    const codes = weights.codes();
    return w.reduce((sum, value, i) => {
      const row = Math.floor(i / columns), j = i % columns;
      return sum + importance[j]! * (value - weights.scale(row, j >> 5) * codes[i]!) ** 2;
    }, 0);
  };
  const nearest = error(quantizeWeights(w, rows, columns, 32));
  const clipped = error(clippedWeights(w, rows, columns, 32, importance));
  assert(clipped < 0.8 * nearest, `${clipped} against ${nearest}`);
  assertEquals(
    error(clippedWeights(new Float32Array(w.length), rows, columns, 32, importance)) > 0,
    true,
  );
});

Deno.test("wrong plans are refused", () => {
  assertThrows(() => channelPlan([], { blockSize: 4 }), RangeError, "no channels");
  assertThrows(() => channelPlan([1, NaN], { blockSize: 4 }), RangeError, "got NaN for channel 1");
  for (
    const [options, message] of [
      [{ blockSize: 4, threshold: -1 }, "got threshold -1"],
      [{ blockSize: 4, threshold: NaN }, "got threshold NaN"],
      [{ blockSize: 4, share8: 2 }, "got share8 2"],
      [{ blockSize: 4, share8: -0.5 }, "got share8 -0.5"],
      [{ blockSize: 4, share8: NaN }, "got share8 NaN"],
      [{ blockSize: 0 }, "got blockSize 0"],
      [{ blockSize: 2.5 }, "got blockSize 2.5"],
    ] as const
  ) {
    assertThrows(() => channelPlan([1, 2, 3, 4], options), RangeError, message);
  }
  // A layer of more channels than a call takes arguments.
  const wide = channelPlan(new Float32Array(200_000).fill(1), { blockSize: 128, share8: 0.5 });
  assertEquals([wide.order.length, wide.order[0]], [200_000, 100_160]);
  assertThrows(() => clippedWeights(new Float32Array(64), 2, 32, 32, [1]), RangeError, "got 1 imp");
  assertEquals([...uniformPlans(8, 32)("o", 0, 40).bits], [8, 8]);
});
