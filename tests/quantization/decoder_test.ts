/** The quantised decoder as a language model, and how far it is from the one in floats. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Kernels, openKernels } from "kernels/mod.ts";
import { onnxModel } from "offprint/lm/onnx/mod.ts";
import { perplexity, surprisal } from "offprint/lm/training/mod.ts";
import {
  readTransformer,
  type TransformerConfig,
  transformerConfig,
  type TransformerSizes,
} from "offprint/lm/transformer/mod.ts";
import {
  calibrate,
  calibratedPlans,
  floatForward,
  loadQuantized,
  quantizeDecoder,
  type QuantizedModel,
  quantizedModel,
  sharedPlans,
} from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";
import { conformance } from "../lm/conformance.ts";
import { trainedLikeWeights } from "../lm/trained_like_weights.ts";

/** One and several layers, shared and own KV heads, tied and quantised heads. */
const SIZES: Record<string, TransformerSizes> = {
  "draft-shaped": {
    vocabSize: 300,
    width: 64,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    feedForward: 128,
    contextLength: 80,
  },
  "target-shaped": {
    vocabSize: 200,
    width: 64,
    layers: 3,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 96,
    contextLength: 150,
  },
};

const backends: Kernels[] = [
  await openKernels({ backend: "reference" }),
  await openKernels({ say: () => {} }),
];
for (const kernels of backends) {
  for (const [name, sizes] of Object.entries(SIZES)) {
    const config = transformerConfig(sizes);
    conformance(`quantised ${name} on ${kernels.backend}`, {
      model: () =>
        quantizedModel(config, trainedLikeWeights(config), {
          name,
          kernels,
          groupSize: 32,
          plan: sharedPlans(0.25, 32),
          head: name === "draft-shaped" ? "halves" : 4,
        }),
      ceiling: 0, // the position rule: logits depend on the tokens alone
      hidden: true,
    });
  }
}
if (backends[1]!.backend !== "native") {
  const name = `quantised decoder on native: skipped, ${backends[1]!.reason}`;
  Deno.test({ name, ignore: true, fn() {} });
}

/** The root mean square of the difference of logits, each row less its mean, over that of the expected ones. */
function relativeError(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let off = 0, size = 0;
  const mean = (row: Float32Array) => row.reduce((sum, value) => sum + value, 0) / row.length;
  actual.forEach((row, i) => {
    const other = expected[i]!, shift = mean(row) - mean(other), centre = mean(other);
    row.forEach((value, j) => {
      off += (value - other[j]! - shift) ** 2;
      size += (other[j]! - centre) ** 2;
    });
  });
  return Math.sqrt(off / size);
}

/** Logits of a text in all its positions, in floats and quantised. */
async function bothLogits(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
  model: QuantizedModel,
  text: number[],
) {
  const { logits } = floatForward(config, weights, [config.bos_token_id, ...text]);
  const size = config.vocab_size;
  const expected = Array.from(
    { length: text.length + 1 },
    (_, i) => logits.subarray(i * size, (i + 1) * size),
  );
  const sequence = await model.open([]);
  const actual = [sequence.logits, ...(await sequence.extend(text)).logits];
  sequence.close();
  return { actual, expected };
}

function randomText(config: TransformerConfig, length: number): number[] {
  const random = stream(8, "quantized-text");
  return Array.from({ length }, () => 1 + random.integer(config.vocab_size - 1));
}

Deno.test("the decoder in floats equals ONNX Runtime's within 1e-4, in its logits and hidden states", async () => {
  for (const sizes of Object.values(SIZES)) {
    const config = transformerConfig(sizes), weights = trainedLikeWeights(config);
    const text = randomText(config, 20);
    const { logits, hidden } = floatForward(config, weights, [config.bos_token_id, ...text]);
    const model = await onnxModel(config, weights, { threads: 1 });
    const sequence = await model.open([]);
    const result = await sequence.extend(text, { hidden: true });
    const near = (got: Float32Array, expected: Float32Array) =>
      got.forEach((value, i) => assert(Math.abs(value - expected[i]!) < 1e-4));
    result.logits.forEach((row, i) => near(row, logits.subarray((i + 1) * row.length)));
    result.hidden!.forEach((row, i) => near(row, hidden.subarray((i + 1) * row.length)));
    await model.close();
  }
});

for (const name of ["sotu-draft", "sotu-target"]) {
  Deno.test(`${name}: logits within 2 % of floats at 8 bits; at W4Ax with KV4 within 15 %, perplexity within 10 %`, async () => {
    const { config, weights, tokenizer } = await readTransformer(name);
    const text = tokenizer.encode(
      "The revenue of the last year was more than sufficient for the support of the Government. I " +
        "recommend to your consideration the propriety of revising the laws, so that the people of the " +
        "United States may live in peace with all nations. Our relations with foreign powers continue " +
        "to be friendly, and the treaties which have been concluded will be laid before the Senate.",
    );
    assert(text.length > 64, "long enough for a group of the cache to be packed");
    const perplexityOf = (rows: readonly Float32Array[]) =>
      perplexity({
        nats: text.reduce((sum, token, i) => sum + surprisal(rows[i]!, token), 0),
        tokens: text.length,
      });
    const kernels = backends[1]!;
    const eight = await quantizedModel(config, weights, { kernels, weightBits: 8 });
    const at8 = await bothLogits(config, weights, eight, text);
    const error8 = relativeError(at8.actual, at8.expected);
    assert(error8 < 0.02, `8 bits: ${error8}`);
    const { model } = await loadQuantized(name, { kernels });
    const at4 = await bothLogits(config, weights, model, text);
    const error4 = relativeError(at4.actual, at4.expected);
    assert(error4 > error8 && error4 < 0.15, `W4Ax: ${error4}`);
    const ratio = perplexityOf(at4.actual) / perplexityOf(at4.expected);
    assert(ratio < 1.1, `W4Ax: perplexity ${ratio} of that in floats`);
  });
}

Deno.test("quantising with a plan: outliers get 8 bits, and that helps", async () => {
  const config = transformerConfig(SIZES["target-shaped"]!);
  const weights = trainedLikeWeights(config);
  // Outlier channels that change no result: gains times 30, the columns that read them divided by it.
  const width = config.hidden_size, channels = [3, 20, 41];
  for (const [name, values] of weights) {
    const columns = /(q|k|v|gate|up)_proj/.test(name);
    if (!columns && !name.includes("layernorm")) continue;
    values.forEach((value, i) => {
      if (channels.includes(i % width)) values[i] = columns ? value / 30 : value * 30;
    });
  }
  const calibration = calibrate(config, weights, [randomText(config, 60)]);
  assertEquals(calibration.tokens, 61);
  const text = randomText(config, 40), kernels = backends[1]!;
  const error = async (options: Parameters<typeof quantizedModel>[2]) => {
    const model = await quantizedModel(config, weights, { kernels, blockSize: 32, ...options });
    const { actual, expected } = await bothLogits(config, weights, model, text);
    return { error: relativeError(actual, expected), model };
  };
  const planned = await error({ calibration, weightBits: 8 });
  const all4 = await error({ plan: sharedPlans(0, 32), weightBits: 8 });
  const all8 = await error({ weightBits: 8 });
  const bits = planned.model.decoder.layers[0]!.qkv.format.bits;
  assertEquals([...bits], [4, 8], "three outliers in one block");
  assert(planned.error < 0.6 * all4.error, `${planned.error} against ${all4.error}`);
  assert(all8.error < planned.error, `${all8.error} against ${planned.error}`);
});

Deno.test("quantising with an order: with 8 bits throughout it changes which channels share a scale", async () => {
  const config = transformerConfig(SIZES["target-shaped"]!), weights = trainedLikeWeights(config);
  const calibration = calibrate(config, weights, [randomText(config, 60)]);
  const ordered = calibratedPlans(calibration, { blockSize: 32, share8: 0.5 });
  const model = await quantizedModel(config, weights, {
    kernels: backends[1]!,
    weightBits: 8,
    plan: (...part) => ({ ...ordered(...part), bits: ordered(...part).bits.map(() => 8) }),
  });
  const { qkv, o, gateUp, down } = model.decoder.layers[1]!;
  assert([qkv, o, gateUp].every(({ order }) => order !== undefined));
  assertEquals(down.order, undefined, "folded into gate and up");
  const { actual, expected } = await bothLogits(config, weights, model, randomText(config, 40));
  assert(relativeError(actual, expected) < 0.03, `${relativeError(actual, expected)}`);
});

Deno.test("a text can be rolled back 64 tokens beyond a group's end, then to its start", async () => {
  const config = transformerConfig(SIZES["target-shaped"]!);
  const model = await quantizedModel(config, trainedLikeWeights(config), {
    kernels: backends[1]!,
    groupSize: 32,
  });
  const text = randomText(config, 96);
  const sequence = await model.open(text.slice(0, 94)); // 95 with the begin-of-text token: group 0 ends at 32
  sequence.truncate(10);
  await sequence.extend(text.slice(10, 95)); // the tip is 64 beyond the end of group 0
  assertThrows(
    () => sequence.truncate(10),
    RangeError,
    "got truncate(10) of a text of 95 tokens, expected a length that its KV cache still holds in 16 " +
      "bits, or 0",
  );
  assertEquals(sequence.length, 95, "refused: nothing has changed");
  sequence.truncate(31);
  const { logits } = await sequence.extend([text[31]!]);
  const fresh = await model.open(text.slice(0, 32));
  assertEquals([...logits[0]!], [...fresh.logits]);
});

Deno.test("memory: half a byte per weight, 4.5 bits per element of the KV cache", async () => {
  const config = transformerConfig({ ...SIZES["draft-shaped"]!, width: 128, feedForward: 256 });
  const model = await quantizedModel(config, trainedLikeWeights(config), {
    kernels: backends[1]!,
    blockSize: 128,
    head: 4,
  });
  const { linearBytes, linearParameters, kvBits } = model.memory;
  assertEquals(linearParameters, 2 * 128 * 128 + 2 * 64 * 128 + 3 * 256 * 128 + 300 * 128);
  assert(linearBytes / linearParameters <= 0.55, `${linearBytes / linearParameters}`);
  assertEquals(kvBits, 4.5);
  const sequence = await model.open(randomText(config, 70));
  const elements = 2 * 64 * 64; // keys and values of one head of 64 channels, 64 tokens
  assertEquals(model.memory.kv.packed * 8 / elements, 4.5);
  sequence.close();
  assertEquals(model.memory.kv, { packed: 0, recent: 0 });
});

Deno.test("what cannot be quantised or mixed is refused", async () => {
  const config = transformerConfig({ ...SIZES["draft-shaped"]!, feedForward: 100 });
  assertThrows(
    () => quantizeDecoder(config, trainedLikeWeights(config)),
    Error,
    "intermediate_size: got 100, expected a multiple of 8",
  );
  const good = transformerConfig(SIZES["draft-shaped"]!);
  const weights = trainedLikeWeights(good);
  weights.get("model.embed_tokens.weight")![5] = 1e6;
  assertThrows(() => quantizeDecoder(good, weights), Error, "embedding[0][5]");
  const models = await Promise.all(
    [1, 2].map(() => quantizedModel(good, trainedLikeWeights(good), { kernels: backends[1]! })),
  );
  const sequence = await models[0]!.open([1]);
  await assertRejects(() => models[1]!.extendBatch([sequence], [[1]]), TypeError, "another model");
  await assertRejects(() => loadQuantized("no-such-model"), Error, "expected one of");
});
