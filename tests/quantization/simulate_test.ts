/** The simulator: its roundings against the kernels', its floats against the model's, its transforms against nothing. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openKernels } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { channelRange } from "kernels/reference/kv4_records.ts";
import { UserError } from "offprint/errors.ts";
import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import {
  initialWeights,
  type TransformerConfig,
  transformerConfig,
} from "offprint/lm/transformer/mod.ts";
import {
  calibrate,
  calibratedPlans,
  floatForward,
  injectOutliers,
  type QuantizationOptions,
  quantizedModel,
  uniformPlans,
} from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  fmpq,
  hadamardRotation,
  IN_FLOATS,
  type KvRounding,
  LAYER_PARTS,
  layerErrors,
  onlyWhere,
  partErrors,
  perBlock,
  perToken,
  perTokenW4,
  rotated,
  roundedWeights,
  type Scheme,
  simulator,
  smoothQuant,
  streamErrors,
  transformsOnly,
  weightOnly,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import { roundedActivations, roundedCache } from "offprint/quantization/simulate/rounding_nodes.ts";
import { stream } from "offprint/random.ts";

const config = transformerConfig({
  vocabSize: 200,
  width: 128,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 192,
  contextLength: 128,
});

/**
 * Weights larger than fresh ones, as trained ones are; gains that are not 1. All are 16-bit floats, in which
 * the kernels keep the embedding and the head.
 */
function weightsOf(config: TransformerConfig): Map<string, Float32Array> {
  const weights = initialWeights(config, 5), random = stream(6, "simulated-gains");
  for (const [name, values] of weights) {
    const gain = name.includes("norm");
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.f16round(gain ? 1 + 0.3 * random.normal() : 2 * values[i]!);
    }
  }
  return weights;
}

function randomText(length: number, seed = 8): number[] {
  const random = stream(seed, "simulated-text");
  return Array.from({ length }, () => 1 + random.integer(config.vocab_size - 1));
}

const weights = weightsOf(config), texts = [randomText(100, 1), randomText(127, 2)];
const calibration = calibrate(config, weights, texts);
const text = randomText(120);

/** Logits after the begin-of-text token and each token of `text` but the last. */
async function logitsOf(scheme: Scheme, of = weights): Promise<Float32Array> {
  const model = await simulator(config, of, scheme, { calibration, outputs: { logits: true } });
  const logits = (await model.run([text])).get("logits")!;
  await model.close();
  return logits.slice(0, text.length * config.vocab_size);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** The norm of the difference over that of the second. */
function relativeError(a: Float32Array, b: Float32Array): number {
  let off = 0, size = 0;
  a.forEach((value, i) => {
    off += (value - b[i]!) ** 2;
    size += b[i]! ** 2;
  });
  return Math.sqrt(off / size);
}

const inFloats = await logitsOf(IN_FLOATS);

Deno.test("without roundings the simulator is the decoder in floats, within 1e-4", () => {
  const { logits } = floatForward(config, weights, [config.bos_token_id, ...text.slice(0, -1)]);
  assert(largestDifference(inFloats, logits) < 1e-4);
});

Deno.test("orders, divisors and rotations alone change no logit of the whole model by more than 1e-3", async () => {
  const schemes = [
    fmpq(calibration, { blockSize: 32, share8: 0.5 }),
    fmpq(calibration, { blockSize: 32, sortAll: true }),
    smoothQuant(weights, calibration, { weightBits: 8, activationBits: 8 }),
    rotated({ activationBits: 4, group: 32, seed: 1 }),
  ];
  for (const scheme of schemes) {
    const off = largestDifference(await logitsOf(transformsOnly(scheme)), inFloats);
    assert(off > 0 && off < 1e-3, `${scheme.name}: ${off}`);
  }
});

Deno.test("injected outliers change no logit by more than 1e-3, but what stands between", async () => {
  const { weights: injected, channels } = injectOutliers(config, weights, { seed: 3, share: 0.02 });
  assertEquals(channels.length, 2 * 2 * 3, "2 % of 128 channels behind two norms of two layers");
  assert(largestDifference(await logitsOf(IN_FLOATS, injected), inFloats) < 1e-3);
  const after = await calibrateFast(config, injected, texts);
  for (const { part, layer, channel, factor } of channels) {
    assert(factor >= 20 && factor <= 60);
    const grown = after.largest(part, layer)[channel]! /
      calibration.largest(part, layer)[channel]!;
    assertAlmostEquals(grown, factor, 1e-3 * factor);
  }
  assertThrows(() => injectOutliers(config, weights, { seed: 1, share: 0 }), UserError, "share");
  assertThrows(
    () => injectOutliers(config, weights, { seed: 1, factors: [3, 2] }),
    UserError,
    "factors",
  );
});

Deno.test("calibration through ONNX Runtime is the one in TypeScript, within 1e-4", async () => {
  const fast = await calibrateFast(config, weights, texts);
  assertEquals(fast.tokens, calibration.tokens);
  for (const part of LAYER_PARTS) {
    for (let layer = 0; layer < 2; layer++) {
      const expected = calibration.largest(part, layer);
      fast.largest(part, layer).forEach((value, i) =>
        assertAlmostEquals(value, expected[i]!, 1e-4 * expected[i]!)
      );
      const squares = calibration.meanSquare(part, layer);
      fast.meanSquare(part, layer).forEach((value, i) =>
        assertAlmostEquals(value, squares[i]!, 1e-4 * squares[i]!)
      );
    }
  }
});

Deno.test("activations are rounded as the reference kernels round them", async () => {
  const random = stream(4, "rounding"), tokens = 12, columns = 128;
  const x = Float32Array.from(
    { length: tokens * columns },
    (_, i) => random.normal() * (i % columns === 5 ? 30 : 1) * (i < 32 ? 0 : 1),
  );
  for (const scheme of ["symmetric", "minmax"] as const) {
    for (const blockSize of [32, 64] as const) {
      const bits = Uint8Array.from({ length: columns / blockSize }, (_, i) => i % 2 === 0 ? 8 : 4);
      const graph = new OnnxGraph();
      const mask = { name: "none", length: tokens };
      const input = graph.input("x", "float32", [tokens, columns]);
      const rounding = { blockSize, bits, scheme };
      const rounded = roundedActivations(graph, input, columns, rounding, mask);
      graph.node("Identity", [rounded], ["y"]);
      graph.output("y", "float32", [tokens, columns]);
      const { ort, session } = await createSession("rounding", graph.model("rounding"));
      const feeds = { x: new ort.Tensor("float32", x, [tokens, columns]) };
      const y = (await session.run(feeds))["y"]!.data as Float32Array;
      await session.release();
      const expected = quantizeActivations(x, tokens, columns, { blockSize, bits, scheme })
        .values();
      y.forEach((value, i) =>
        assertAlmostEquals(value, expected[i]!, 1e-5 * Math.max(1, Math.abs(x[i]!)))
      );
    }
  }
});

Deno.test("a range over a text spans its tokens and leaves padding out", async () => {
  const graph = new OnnxGraph(), length = 3, columns = 4;
  const input = graph.input("x", "float32", [length, columns]);
  const mask = { name: graph.input("mask", "float32", [length, 1]), length };
  for (const scheme of ["symmetric", "minmax"] as const) {
    const rounding = { blockSize: 2, bits: 4, range: "text", scheme } as const;
    graph.node("Identity", [roundedActivations(graph, input, columns, rounding, mask)], [scheme]);
    graph.output(scheme, "float32", [length, columns]);
  }
  const { ort, session } = await createSession("range", graph.model("range"));
  const x = Float32Array.of(7, 1.4, -15, 0, -2.6, 3, 15, 7, 900, 900, 900, 900);
  const results = await session.run({
    x: new ort.Tensor("float32", x, [length, columns]),
    mask: new ort.Tensor("float32", Float32Array.of(1, 1, 0), [length, 1]),
  });
  await session.release();
  const symmetric = Array.from(results["symmetric"]!.data as Float32Array).slice(0, 8);
  // Scales 7 / 7 and 15 / 7.
  const s = 15 / 7;
  [7, 1, -15, 0, -3, 3, 15, Math.floor(7 / s + 0.5) * s].forEach((value, i) =>
    assertAlmostEquals(symmetric[i]!, value, 1e-5)
  );
  const minmax = Array.from(results["minmax"]!.data as Float32Array).slice(0, 8);
  // From −2.6 to 7 in steps of 0.64, from −15 to 15 in steps of 2.
  const step = 9.6 / 15;
  [7, -2.6 + 6 * step, -15, 1, -2.6, -2.6 + 9 * step, 15, 7].forEach((value, i) =>
    assertAlmostEquals(minmax[i]!, value, 1e-5)
  );
});

Deno.test("the cache is rounded as the kernels pack it", async () => {
  const random = stream(4, "cache"), sizes = { groups: 2, length: 64, headDim: 8 };
  const shape = [1, sizes.groups, sizes.length, sizes.headDim];
  const x = Float32Array.from(
    { length: sizes.groups * sizes.length * sizes.headDim },
    (_, i) => Math.f16round(random.normal() + (i % 8 === 3 ? 40 : 0)),
  );
  const roundedBy = async (kv: Extract<KvRounding, { bits: 4 }>) => {
    const graph = new OnnxGraph(), input = graph.input("x", "float32", shape);
    graph.node("Identity", [roundedCache(graph, input, sizes, kv)], ["y"]);
    graph.output("y", "float32", shape);
    const { ort, session } = await createSession("cache", graph.model("cache"));
    const results = await session.run({ x: new ort.Tensor("float32", x, shape) });
    await session.release();
    return results["y"]!.data as Float32Array;
  };
  const byChannel = await roundedBy({ bits: 4, axis: "channel", groupSize: 32 });
  const byToken = await roundedBy({ bits: 4, axis: "token" });
  const at = (head: number, token: number, channel: number) =>
    (head * sizes.length + token) * sizes.headDim + channel;
  const assertRange = (indices: number[], y: Float32Array) => {
    const { scale, zero, codes } = channelRange(indices.map((i) => x[i]!));
    indices.forEach((i, j) => assertAlmostEquals(y[i]!, (codes[j]! - zero) * scale, 1e-4));
  };
  for (let head = 0; head < sizes.groups; head++) {
    for (let channel = 0; channel < sizes.headDim; channel++) {
      for (const first of [0, 32]) {
        const group = Array.from({ length: 32 }, (_, t) => at(head, first + t, channel));
        assertRange(group, byChannel);
      }
    }
    for (let token = 0; token < sizes.length; token++) {
      assertRange(Array.from({ length: sizes.headDim }, (_, c) => at(head, token, c)), byToken);
    }
  }
});

const kernels = await openKernels({ say: () => {} });

/** Schemes that both run, and how far their logits may be apart: codes at a tie go either way. */
const SHARED: [string, number, Scheme, QuantizationOptions][] = [
  ["W8A8", 0.01, perBlock(8, 8, 32, false), { weightBits: 8 }],
  ["W4A8", 0.02, perBlock(4, 8, 32, true), { calibration, plan: uniformPlans(8, 32) }],
  [
    "W4Ax",
    0.03,
    fmpq(calibration, { blockSize: 32, share8: 0.5 }),
    { calibration, plan: calibratedPlans(calibration, { blockSize: 32, share8: 0.5 }) },
  ],
  ["W4A4", 0.01, perBlock(4, 4, 32, true), { calibration, plan: uniformPlans(4, 32) }],
];
for (const [name, bound, scheme, options] of SHARED) {
  Deno.test(`${name} with KV4: simulator and kernels (${kernels.backend}) give the same logits`, async () => {
    const groupSize = 32;
    const kv: KvRounding = { bits: 4, axis: "channel", groupSize };
    const simulated = await logitsOf(withKv(scheme, kv));
    const model = await quantizedModel(config, weights, {
      ...options,
      kernels,
      blockSize: 32,
      groupSize,
    });
    const sequence = await model.open([]);
    const rows = [sequence.logits, ...(await sequence.extend(text.slice(0, -1))).logits];
    sequence.close();
    const real = Float32Array.from(rows.flatMap((row) => [...row]));
    const off = relativeError(simulated, real), rounding = relativeError(simulated, inFloats);
    assert(off < bound, `${off}`);
    assert(off < rounding / 3, `${off} between them, ${rounding} from floats`);
  });
}

Deno.test("schemes on one layer with outlier channels come out in the expected order", async () => {
  const random = stream(15, "T15"), tokens = 128, columns = 512, rows = 64;
  const factors = new Float32Array(columns).fill(1);
  for (const channel of random.shuffle([...factors.keys()]).slice(0, 6)) {
    factors[channel] = 30 * (0.5 + random.uniform());
  }
  const x = Float32Array.from(
    { length: tokens * columns },
    (_, i) => random.normal() * factors[i % columns]!,
  );
  const w = Float32Array.from(
    { length: rows * columns },
    (_, i) => random.normal() / Math.sqrt(columns) / factors[i % columns]!,
  );
  const w4 = { bits: 4, group: 128 } as const;
  const errors = await layerErrors(x, w, columns, [
    { weights: w4 },
    { weights: w4, activations: { bits: 8, blockSize: "row" } },
    { weights: w4, activations: { bits: 4, blockSize: 128 } },
    { weights: w4, activations: { bits: 4, blockSize: "row" } },
  ]);
  errors.slice(1).forEach((error, i) => assert(error > errors[i]!, errors.join(" ")));
  assert(errors[0]! > 0.08 && errors[3]! > 0.9);
});

Deno.test("more bits, less error: part by part, in the stream, and only where it is asked for", async () => {
  const decibels = async (scheme: Scheme) =>
    (await partErrors(config, weights, scheme, texts, { calibration })).map((e) => e.decibels);
  const eight = await decibels(perToken(8, 8)), four = await decibels(perTokenW4(4, 32, false));
  assertEquals(eight.length, 8);
  eight.forEach((value, i) => assert(value > four[i]! + 10, `${value}, ${four[i]}`));
  const some = await decibels(
    onlyWhere(weightOnly(32, true), (part, layer) => part === "o" && layer === 1),
  );
  assertEquals(some.map((value) => value < 60), [
    ...[false, false, false, false],
    ...[false, true, false, false],
  ]);
  const stream = await streamErrors(config, weights, perBlock(4, 4, 32, false), texts);
  const precise = await streamErrors(config, weights, perBlock(8, 8, 32, false), texts);
  stream.forEach((error, layer) => assert(error > 5 * precise[layer]!));
});

Deno.test("a Hadamard rotation is orthogonal, for sizes that are no power of two too", () => {
  for (const size of [4, 12, 96]) {
    const r = hadamardRotation(size, 3);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += r[a * size + j]! * r[b * size + j]!;
        assertAlmostEquals(sum, a === b ? 1 : 0, 1e-6);
      }
    }
  }
});

Deno.test("weights by min–max meet both ends and zero; a clip search needs importances", () => {
  const w = Float32Array.of(-1, 0, 0.5, 2);
  const rounded = roundedWeights(w, 4, { bits: 4, group: "row", scheme: "minmax" });
  [-1, 0, 0.4, 2].forEach((value, i) => assertAlmostEquals(rounded[i]!, value, 1e-6));
  assertThrows(
    () => roundedWeights(w, 4, { bits: 4, group: "row", scale: "clip" }),
    RangeError,
    "without a calibration",
  );
});

Deno.test("schemes that do not fit are refused with their part and layer", async () => {
  const refuses = (part: object, message: string) =>
    assertRejects(
      () => simulator(config, weights, { name: "wrong", part: () => part }),
      UserError,
      message,
    );
  await refuses(
    { activations: { bits: 4, blockSize: 48 } },
    "activations.blockSize of qkv, layer 0: got 48, expected a divisor of its 128 channels",
  );
  await refuses({ activations: { bits: 4, blockSize: 0 } }, "blockSize of qkv, layer 0: got 0");
  await refuses({ activations: { bits: [4, 8], blockSize: 32 } }, "got 2, expected one for each");
  await refuses({ activations: { bits: 9, blockSize: 32 } }, "from 2 to 8");
  await refuses({ weights: { bits: 4, group: 100 } }, "weights.group of qkv, layer 0: got 100");
  await refuses({ order: new Uint32Array(128) }, "1 of them different");
  await refuses({ divisors: new Float32Array(128) }, "divisors[0] of qkv, layer 0: got 0");
  await refuses({ rotation: new Float32Array(5) }, "rotation of qkv, layer 0: got 5");
  await refuses(
    {
      activations: {
        bits: 4,
        blockSize: 32,
        scheme: "minmax",
        range: { largest: new Float32Array(128) },
      },
    },
    "symmetric for a static range",
  );
});
