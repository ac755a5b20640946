/** The simulator: its roundings against the kernels', its floats against the model's, its transforms against nothing. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
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
  IN_FLOATS,
  type KvRounding,
  layerErrors,
  onlyWhere,
  partErrors,
  perBlock,
  perToken,
  perTokenW4,
  rotated,
  type Scheme,
  simulator,
  smoothQuant,
  streamErrors,
  transformsOnly,
  weightOnly,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import { stream } from "offprint/random.ts";
import { calibration, config, kernels, text, texts, weights } from "./small_transformer.ts";

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

Deno.test("a 4-bit cache does not hang on the length of the graph: the last group may be short", async () => {
  const logProbsOf = async (kv: KvRounding, length: number) => {
    const model = await simulator(config, weights, withKv(IN_FLOATS, kv), { length });
    const logProbs = (await model.run([text])).get("log_probs")!;
    await model.close();
    return logProbs.subarray(0, text.length);
  };
  const halves = await logProbsOf({ bits: 16 }, 122);
  for (const keys of ["before", "after"] as const) {
    const kv = { bits: 4, axis: "channel", groupSize: 32, keys } as const;
    const whole = await logProbsOf(kv, 128), short = await logProbsOf(kv, 122);
    whole.forEach((value, i) => assertAlmostEquals(short[i]!, value, 1e-4));
    // The first group is read in 4 bits behind it, and only there.
    for (let i = 0; i < 31; i++) assertAlmostEquals(short[i]!, halves[i]!, 1e-4);
    assert(short.some((value, i) => i >= 32 && Math.abs(value - halves[i]!) > 1e-3));
  }
});

Deno.test("groups that are no number of tokens, and tokens outside the vocabulary, are refused", async () => {
  for (const groupSize of [0, -32, 1.5, NaN]) {
    await assertRejects(
      () => simulator(config, weights, withKv(IN_FLOATS, { bits: 4, axis: "channel", groupSize })),
      UserError,
      `kv.groupSize: got ${groupSize}, expected a whole number of tokens, at least 1`,
    );
  }
  for (const token of [200, -1, 0.5]) {
    const message = `got token ${token}, expected a whole number in [0, 200)`;
    await assertRejects(() => calibrateFast(config, weights, [[token]]), RangeError, message);
    assertThrows(() => floatForward(config, weights, [token]), RangeError, message);
  }
});
