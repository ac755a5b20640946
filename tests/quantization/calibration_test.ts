/** What calibration keeps, what it refuses, and the manifest that a second run is held against. */
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { initialWeights, transformerConfig } from "offprint/lm/transformer/mod.ts";
import {
  calibrate,
  channelPlan,
  ChannelStatistics,
  checkDisjoint,
  quantizationManifest,
  verifyManifest,
} from "offprint/quantization/mod.ts";

Deno.test("sizes are the largest seen, or a percentile of them", () => {
  const rows = Float32Array.from({ length: 202 }, (_, i) => i % 2 === 0 ? i / 2 : -1);
  for (const [percentile, size] of [[100, 100], [99, 99], [50, 50]] as const) {
    const statistics = new ChannelStatistics({ percentile });
    statistics.addTokens(101);
    statistics.add("o", 1, rows, 2);
    assertAlmostEquals(statistics.largest("o", 1)[0]!, size, 1e-4);
    assertEquals(statistics.largest("o", 1)[1], 1);
    assertEquals(statistics.meanSquare("o", 1)[1], 1);
  }
  for (const percentile of [0, -1, 101, NaN]) {
    assertThrows(() => new ChannelStatistics({ percentile }), UserError, "percentile");
  }
});

Deno.test("a number that is not finite is named with its part, layer, channel and token", () => {
  const statistics = new ChannelStatistics();
  const x = Float32Array.of(1, 2, 3, 4, 5, Infinity);
  assertThrows(
    () => statistics.add("gateUp", 3, x, 2),
    UserError,
    "calibration: gateUp of layer 3, channel 1, token 2: got Infinity, expected a finite number",
  );
  x[3] = NaN;
  assertThrows(() => statistics.add("down", 0, x, 2), UserError, "channel 1, token 1: got NaN");
});

Deno.test("a part without data, and documents that are judged on too, are refused", () => {
  const statistics = new ChannelStatistics();
  assertThrows(
    () => statistics.largest("o", 2),
    UserError,
    "calibration: got no data for o of layer 2, expected a calibration of this model",
  );
  const named = (...names: string[]) => names.map((name) => ({ name }));
  checkDisjoint(named("a", "b"), named("c"));
  assertThrows(
    () => checkDisjoint(named("a", "b"), named("c", "b")),
    UserError,
    "calibration texts: got b, which is among the evaluation texts",
  );
});

Deno.test("plans that mean nothing are refused: thresholds, shares and block sizes", () => {
  for (const threshold of [-1, 0, NaN]) {
    assertThrows(
      () => channelPlan([1, 2], { blockSize: 2, threshold }),
      RangeError,
      `channelPlan: got threshold ${threshold}, expected a number above 0`,
    );
  }
  for (const share8 of [2, -0.5, NaN, 1.0001]) {
    assertThrows(
      () => channelPlan([1, 2], { blockSize: 2, share8 }),
      RangeError,
      `channelPlan: got share8 ${share8}, expected a share from 0 to 1`,
    );
  }
  for (const blockSize of [0, -32, 2.5, NaN]) {
    assertThrows(
      () => channelPlan([1, 2], { blockSize }),
      RangeError,
      `channelPlan: got blockSize ${blockSize}, expected a whole number of at least 1`,
    );
  }
  assertEquals([...channelPlan([1, 2], { blockSize: 1, share8: 1 }).bits], [8, 8]);
  assertEquals(channelPlan([1, 2], { blockSize: 1, threshold: Infinity }).blocks8, 0);
});

Deno.test("sortAll: all channels by rising size, as many blocks of 8 bits", () => {
  const sizes = [3, 1, 90, 2, 4, 80, 5, 1];
  const sorted = channelPlan(sizes, { blockSize: 2, sortAll: true });
  assertEquals([...sorted.order], [1, 7, 3, 0, 4, 6, 5, 2]);
  assertEquals([...sorted.bits], [...channelPlan(sizes, { blockSize: 2 }).bits]);
});

Deno.test("a manifest is met by the same run and by no other", async () => {
  const config = transformerConfig({
    vocabSize: 50,
    width: 32,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    feedForward: 64,
    contextLength: 30,
  });
  const weights = initialWeights(config, 1);
  const options = { blockSize: 8, threshold: 1.2 };
  const input = {
    name: "small",
    config,
    weights,
    calibration: calibrate(config, weights, [[3, 4, 5], [7, 8]]),
    documents: ["one", "two"],
    options,
  };
  const manifest = JSON.parse(JSON.stringify(await quantizationManifest(input)));
  assertEquals(manifest.parts.length, 4);
  assertEquals(manifest.calibration.tokens, 7);
  await verifyManifest(manifest, input);
  const differs = (change: Partial<typeof input>, message: string) =>
    assertRejects(() => verifyManifest(manifest, { ...input, ...change }), UserError, message);
  await differs({ documents: ["one", "three"] }, "manifest: calibration.documents.1");
  await differs({ options: { ...options, threshold: 3 } }, "manifest: plan.threshold: got 1.2");
  await differs({ weights: initialWeights(config, 2) }, "It belongs to other weights");
  await differs(
    { calibration: calibrate(config, weights, [[9, 9, 9], [7, 8]]) },
    "manifest: parts.",
  );
  await assertRejects(
    () => verifyManifest({ ...manifest, format: 2 }, input),
    UserError,
    "manifest: format",
  );
});
