/** Paper 05: arithmetic of serving, printed tables, and the committed measurements. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  A100,
  asDocuments,
  balancedTime,
  cacheBits,
  cacheBytesPerToken,
  CACHES,
  type Configuration,
  configurationKey,
  configurations,
  documentDifference,
  EXCERPT_TOKENS,
  excerptDifference,
  excerptPerplexity,
  excerpts,
  KERNEL_SCHEMES,
  layoutLoads,
  layoutRoundTrip,
  leastTime,
  LLAMA3_70B,
  LLAMA3_8B,
  loadAccuracy,
  loadNetworks,
  loadTexts,
  meanDelta,
  meanRatio,
  neighboursOfOutlier,
  NETWORK_SCHEMES,
  networkTexts,
  perplexityOf,
  PUBLISHED_ZERO_SHOT,
  reachedBounds,
  scheduleSpeeds,
  scoreOf,
  tensorCoreMismatches,
  textsThatFit,
} from "offprint/papers/comet/mod.ts";
import { overlap } from "offprint/papers/comet/studies/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { checkDisjoint } from "offprint/quantization/mod.ts";

Deno.test("least times of a layer on an A100 are those worked out by hand, memory- and compute-bound", () => {
  const times = (shapes: typeof LLAMA3_8B, tokens: number) =>
    [
      leastTime(shapes, tokens, { weightBits: 16, activationBits: 16 }, A100),
      leastTime(shapes, tokens, { weightBits: 8, activationBits: 8 }, A100),
      leastTime(shapes, tokens, { weightBits: 4, activationBits: 16 }, A100),
      leastTime(shapes, tokens, { weightBits: 4, activationBits: 8 }, A100),
      leastTime(shapes, tokens, { weightBits: 4, activationBits: 8, share4: 0.75 }, A100),
      leastTime(shapes, tokens, { weightBits: 4, activationBits: 4 }, A100),
    ].map((seconds) => 1e6 * seconds);
  const near = (got: number[], expected: number[]) =>
    got.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 0.005 * expected[i]!));
  near(times(LLAMA3_8B, 1), [214, 107, 55.2, 55.2, 55.2, 55.2]);
  near(times(LLAMA3_8B, 16), [215, 108, 56.3, 56.0, 56.0, 55.9]);
  near(times(LLAMA3_8B, 64), [218, 111, 89.5, 58.7, 58.4, 58.3]);
  near(times(LLAMA3_8B, 256), [358, 179, 358, 179, 112, 89.5]);
  for (
    const [tokens, floats, mixed] of [[1, 839, 217], [64, 848, 223], [256, 1404, 439]] as const
  ) {
    const all = times(LLAMA3_70B, tokens);
    near([all[0]!, all[4]!], [floats, mixed]);
  }
});

Deno.test("bytes of the cache, texts that fit, and the law of speed-up", () => {
  assertEquals(Object.values(CACHES).map((shape) => cacheBytesPerToken(shape)), [131072, 327680]);
  assertEquals(
    Object.values(CACHES).map((shape) => cacheBytesPerToken(shape, 128)),
    [34816, 87040],
  );
  assertEquals([16, 64, 128].map(cacheBits), [6, 4.5, 4.25]);
  assertEquals(textsThatFit(76e9, 36.4e9, 1536, 327680), 78);
  assertEquals(textsThatFit(76e9, 36.4e9, 1536, 87040), 296);
  assertAlmostEquals(balancedTime(0.75, 2), 0.625);
  assertAlmostEquals(balancedTime(0.84, 1.5), 0.72);
});

Deno.test("schedules: better ones are faster, and none beats all tiles in 4 bits", () => {
  const { withBarriers, inTurn, remapped, divided, allFour } = scheduleSpeeds(
    [[1024, 1024], [512, 2048]],
    256,
    12,
  );
  const rising = [1, withBarriers, inTurn, remapped, divided, allFour];
  rising.slice(1).forEach((speed, i) => assert(speed >= rising[i]! - 1e-12, rising.join(" ")));
});

Deno.test("printed tables: mean deltas, and averages within 0.1", () => {
  assertAlmostEquals(meanDelta("W4Ax FMPQ", "FP16"), 0.339, 5e-4);
  assertAlmostEquals(meanDelta("W4A4 OmniQuant", "FP16"), 5.77, 5e-3);
  for (const { scores, average } of PUBLISHED_ZERO_SHOT) {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    assert(Math.abs(mean - average) < 0.1);
  }
});

Deno.test("tensor-core words and both layouts, on other random codes", () => {
  for (const seed of [11, 12]) {
    assertEquals(tensorCoreMismatches(seed), [0, 0]);
    assertEquals(layoutRoundTrip(seed), [0, 2048, 2048]);
  }
  const [four] = neighboursOfOutlier([4], 30, 5), [, eight] = neighboursOfOutlier([4, 8], 100, 5);
  assertAlmostEquals(four!.error, 0.745, 0.03 * 0.745);
  assertAlmostEquals(eight!.error, 0.226, 0.03 * 0.226);
});

Deno.test("excerpts: one from each document, evenly spaced, sets that do not overlap", () => {
  const documents = Array.from({ length: 10 }, (_, d) => ({
    name: `document ${d}`,
    tokens: Int32Array.from({ length: d === 3 ? 300 : 700 }, (_, i) => 1000 * d + i),
    starts: [0],
  }));
  const first = excerpts(documents, 5), second = excerpts(documents, 3, 1);
  assertEquals(first.map(({ tokens }) => tokens.length), new Array(5).fill(EXCERPT_TOKENS));
  assertEquals(first[0]!.tokens[0]! % 1000, 0);
  assertEquals(second[0]!.tokens[0]! % 1000, EXCERPT_TOKENS);
  assert(second.every(({ document }) => document !== "document 3"), "too short for the second set");
  assertEquals(new Set(first.map(({ document }) => document)).size, 5);
  assertThrows(() => excerpts(documents, 10, 1), RangeError, "got 9 documents of at least 510");
});

Deno.test("every configuration once, under its own name", () => {
  const all = configurations();
  const keys = all.map(configurationKey);
  assertEquals(new Set(keys).size, keys.length);
  const has = (part: Partial<Configuration>) =>
    all.some((one) =>
      Object.entries(part).every(([key, value]) => one[key as keyof Configuration] === value)
    );
  for (const scheme of ["floats", "W8A8", "W4A16", "W4Ax", "W4Ax in place", "W4A4 per block"]) {
    for (const injected of [true, false]) {
      for (const kv of ["KV16", "KV4"] as const) {
        assert(has({ scheme, injected, kv, engine: "simulator" }), `${scheme} ${kv}`);
      }
    }
  }
});

Deno.test("differences between scores: by document, on the same tokens only", () => {
  const score = (nats: number[], tokens = [10, 20]) => ({
    injected: true,
    engine: "simulator" as const,
    scheme: "any",
    kv: "KV16" as const,
    rounds: 1,
    nats,
    tokens,
  });
  const { mean, n } = documentDifference(score([30, 80]), score([20, 40]));
  assertEquals([mean, n], [1.5, 2]);
  assertAlmostEquals(perplexityOf(score([30, 60])), Math.exp(3));
  assertThrows(() => documentDifference(score([1, 2]), score([1, 2], [1, 1])), RangeError);
  assertEquals(excerptDifference([10, 20], [0, 0], 10).mean, 1.5);
  assertAlmostEquals(excerptPerplexity([10, 30], 10), Math.exp(2));
  assertEquals(overlap(new Set(["a", "b"]), new Set(["b", "c"])), 1 / 3);
  assertEquals(overlap(new Set(), new Set()), 1);
});

Deno.test("the committed measurements are whole: texts do not overlap, scores belong to one text", async () => {
  const results = await loadAccuracy(), texts = await loadTexts();
  const named = (excerpts: typeof texts.calibration) =>
    excerpts.map(({ document }) => ({ name: document }));
  checkDisjoint(named(texts.calibration), named(texts.evaluation));
  checkDisjoint(named(texts.calibration), results.documents.map((name) => ({ name })));
  assertEquals(texts.calibration.length, results.settings.calibrationTexts);
  assertEquals(
    asDocuments(texts.evaluation).map(({ tokens }) => tokens.length),
    new Array(8).fill(255),
  );
  const [first] = results.configurations;
  for (const one of results.configurations) {
    assertEquals(one.tokens, first!.tokens, one.scheme);
    assertEquals(one.nats.length, results.documents.length);
    assert(one.nats.every((nats, i) => nats > 0 && nats / one.tokens[i]! < 20));
  }
  assertEquals(results.agreement.length, 4 * KERNEL_SCHEMES.length);
  for (const one of results.agreement) {
    assertEquals(one.tokens, results.agreement[0]!.tokens, one.scheme);
    assertEquals([one.kv, one.rounds], ["KV4", results.agreement[0]!.rounds]);
  }
  assertEquals(scoreOf(results, { injected: true, scheme: "floats" }).kv, "KV16");
  assertThrows(() => scoreOf(results, { injected: true, scheme: "W3A3" }), RangeError, "W3A3");
});

Deno.test("the committed study of networks: every product and scheme, lines and sentences of held-out texts", async () => {
  const networks = await loadNetworks(), { tokenizer } = await readTransformer("sotu-target");
  assertEquals(networks.schemes, [...NETWORK_SCHEMES]);
  const { evaluation, calibration } = networkTexts(await loadTexts(), tokenizer);
  assertEquals(networks.recogniser.lines, evaluation.lines);
  assertEquals(networks.detector.sentences, evaluation.sentences);
  assertEquals(evaluation.lines.filter((line) => calibration.lines.includes(line)), []);
  assertEquals(networks.recogniser.errors.length, NETWORK_SCHEMES.length);
  // In floats nearly everything is read, and somebody speaks most of the time.
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  assert(
    sum(networks.recogniser.errors[0]!) < 0.02 * sum(evaluation.lines.map((line) => line.length)),
  );
  const spoken = networks.detector.speech.filter((value) => value >= 0.5).length;
  assert(spoken > 0.5 * networks.detector.speech.length);
  assert(spoken < 0.95 * networks.detector.speech.length);
  for (const { products, leftOut } of [networks.recogniser.network, networks.detector.network]) {
    assert(leftOut.length > 0);
    for (const { decibels, blocks8, blocks, outliers, columns } of products) {
      assertEquals(decibels.length, NETWORK_SCHEMES.length - 1);
      assert(blocks8 <= blocks && outliers <= columns);
    }
  }
});

Deno.test("a lane's words: 8 one after the other, 4 interleaved; bounds are never above what was reached", () => {
  assertEquals(layoutLoads(), [8, 4]);
  const speed = (tokens: number, floats: number, mixed: number) => ({
    ...{ rows: 1024, columns: 1024, tokens, overFloats: floats / mixed },
    ...{ overW8A8: 1, overW4A8: 1, ms: { floats, mixed } },
  });
  // Floats bound by memory at 1 token, both by computing at 256.
  assertEquals(reachedBounds([speed(1, 4, 1), speed(256, 300, 100)]), [4, 3]);
});

Deno.test("printed ratios: mean over the models", () => {
  assertAlmostEquals(meanRatio("W4Ax FMPQ", "W4A16 OmniQuant"), 1.009, 0.0005);
});

Deno.test("a missing or damaged file of measurements is named", async () => {
  const folder = await Deno.makeTempDir();
  const url = new URL(`file://${folder}/`);
  await assertRejects(() => loadAccuracy(url), UserError, "data/results/05-accuracy.json");
  await Deno.writeTextFile(`${folder}/05-texts.json`, '{"format":2}');
  await assertRejects(() => loadTexts(url), UserError, "data/results/05-texts.json: format");
  await Deno.remove(folder, { recursive: true });
});
