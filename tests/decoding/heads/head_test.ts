import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  type AcceptanceData,
  acceptanceData,
  type AcceptanceHead,
  biasedAcceptance,
  binaryDivergence,
  decodeHead,
  encodeHead,
  evaluateHead,
  headParameters,
  headPredictor,
  headShapes,
  initialHead,
  meanDivergence,
  predictAcceptance,
  reliability,
  trainHead,
  unbiasedAcceptance,
  weightedLoss,
  withFeatures,
} from "offprint/decoding/heads/mod.ts";
import { ratesOf, specDecPP, timePerToken } from "offprint/decoding/policies/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { encodeSafetensors, loadJax } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { wilson } from "offprint/stats.ts";

const kinds = [
  { acceptance: 0.98, share: 0.5 },
  { acceptance: 0.7, share: 0.3 },
  { acceptance: 0.2, share: 0.2 },
];
const chains = stretchChains({ kinds, persistence: 0.5 });
const draft = withFeatures(
  markovModel(chains.draft),
  (text) => Float32Array.from({ length: 12 }, (_, token) => token === text.at(-1) ? 1 : 0),
);
const target = markovModel(chains.target);
const empty = (texts: number): number[][] => Array.from({ length: texts }, () => []);

Deno.test("head: parameter counts of the released head, tied and untied", () => {
  assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: true }), 16_789_506);
  assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: false }), 50_352_130);
  assertEquals(headParameters({ hiddenSize: 4096, depth: 0, tied: true }), 2 * 4096 + 2);
  assertEquals(headParameters({ hiddenSize: 128, depth: 1, tied: true }), 128 * 129 + 258);
  assertEquals(headParameters({ hiddenSize: 128, depth: 1, tied: false }), 128 * 129 + 258);
  assertEquals(4 * headParameters({ hiddenSize: 4096, depth: 3, tied: true }), 67_158_024);
  assertEquals(
    [...headShapes({ hiddenSize: 4, depth: 2, tied: false }).keys()],
    [
      "model.0.linear.weight",
      "model.0.linear.bias",
      "model.1.linear.weight",
      "model.1.linear.bias",
      "model.2.weight",
      "model.2.bias",
    ],
  );
});

Deno.test("head: forward pass by hand", () => {
  const weights = new Map([
    ["model.0.linear.weight", Float32Array.of(1, 2, 0, -1)],
    ["model.0.linear.bias", Float32Array.of(0.5, 0)],
    ["model.2.weight", Float32Array.of(1, 0, 0, 1)],
    ["model.2.bias", Float32Array.of(0, 0.25)],
  ]);
  const silu = (x: number) => x / (1 + Math.exp(-x));
  let [a, b] = [1, -2];
  for (let block = 0; block < 2; block++) {
    [a, b] = [a + silu(a + 2 * b + 0.5), b + silu(-b)];
  }
  const expected = Math.exp(b + 0.25) / (Math.exp(a) + Math.exp(b + 0.25));
  const head: AcceptanceHead = { config: { hiddenSize: 2, depth: 2, tied: true }, weights };
  assertAlmostEquals(predictAcceptance(head, [1, -2]), expected, 1e-14);
  // the same blocks, spelled out
  const untied: AcceptanceHead = {
    config: { hiddenSize: 2, depth: 2, tied: false },
    weights: new Map([
      ...weights,
      ["model.1.linear.weight", weights.get("model.0.linear.weight")!],
      ["model.1.linear.bias", weights.get("model.0.linear.bias")!],
    ]),
  };
  assertEquals(predictAcceptance(untied, [1, -2]), predictAcceptance(head, [1, -2]));
  assertThrows(() => predictAcceptance(head, [1]), RangeError, "1 numbers, expected 2");
});

Deno.test("head file: round trip, shape found from the tensors", () => {
  for (const depth of [0, 1, 2, 3, 4]) {
    for (const tied of [true, false]) {
      const head: AcceptanceHead = {
        ...initialHead({ hiddenSize: 8, depth, tied }, depth),
        draft: "sotu-draft",
        rejectionWeight: 6,
      };
      const read = decodeHead("head.safetensors", encodeHead(head));
      // with one block or none there is nothing to tie
      assertEquals(read.config, { ...head.config, tied: tied && depth > 1 });
      assertEquals([read.draft, read.rejectionWeight], ["sotu-draft", 6]);
      const hidden = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
      assertEquals(predictAcceptance(read, hidden), predictAcceptance(head, hidden));
      const half = decodeHead("head.safetensors", encodeHead(head, "F16"));
      assertAlmostEquals(predictAcceptance(half, hidden), predictAcceptance(head, hidden), 1e-2);
    }
  }
});

Deno.test("head file: what is no head gives one line", () => {
  const head = initialHead({ hiddenSize: 8, depth: 3, tied: false }, 1);
  const bytes = encodeHead(head);
  const one = (bytes: Uint8Array, text: string) => {
    const error = assertThrows(() => decodeHead("head.safetensors", bytes), UserError, text);
    assertEquals(error.message.includes("\n"), false);
  };
  one(bytes.subarray(0, bytes.length - 4), "truncated");
  one(
    encodeSafetensors(new Map([["lm_head.weight", { shape: [2, 2], data: new Float32Array(4) }]])),
    "expected an acceptance head",
  );
  const tensors = new Map(
    [...headShapes(head.config)].map((
      [name, shape],
    ) => [name, { shape, data: head.weights.get(name)! }]),
  );
  const without = new Map(tensors);
  without.delete("model.2.linear.bias");
  one(encodeSafetensors(without), "no tensor model.2.linear.bias");
  const wrong = new Map(tensors);
  wrong.set("model.3.weight", { shape: [4, 4], data: new Float32Array(16) });
  one(encodeSafetensors(wrong), "model.0.linear.weight");
});

Deno.test("bias of the weighted loss: table, inverse, minimiser by gradient descent", () => {
  const table = [[0.99, 0.942857], [0.95, 0.76], [0.9, 0.6], [0.8, 0.4], [0.5, 0.142857]];
  for (const [a, expected] of table) {
    assertAlmostEquals(biasedAcceptance(a!, 6), expected!, 1e-6);
    assertAlmostEquals(unbiasedAcceptance(biasedAcceptance(a!, 6), 6), a!, 1e-12);
    assertEquals(biasedAcceptance(a!, 1), a!);
    for (const weight of [1, 3, 6, 12]) {
      let logit = 0;
      const loss = (x: number) => weightedLoss(a!, 1 / (1 + Math.exp(-x)), weight);
      for (let step = 0; step < 4000; step++) {
        logit -= 0.5 * (loss(logit + 1e-5) - loss(logit - 1e-5)) / 2e-5;
      }
      assertAlmostEquals(1 / (1 + Math.exp(-logit)), biasedAcceptance(a!, weight), 1e-4);
    }
  }
  assertEquals([biasedAcceptance(0, 6), biasedAcceptance(1, 6)], [0, 1]);
  assertEquals([unbiasedAcceptance(0, 6), unbiasedAcceptance(1, 6)], [0, 1]);
  assertEquals(binaryDivergence(0.3, 0.3), 0);
  assertEquals([binaryDivergence(0, 0), binaryDivergence(1, 1)], [0, 0]);
  assertEquals(binaryDivergence(0.5, 1), Infinity);
  assertEquals([weightedLoss(1, 1, 6), weightedLoss(0, 0, 6)].map(Math.abs), [0, 0]);
});

Deno.test("data: labels are the true acceptance, mixed positions carry none", async () => {
  for (const mixing of [0, 0.15, 0.5, 1]) {
    const data = await acceptanceData({
      draft,
      target,
      prompts: empty(60),
      maxTokens: 50,
      mixing,
      random: (text) => stream(1, "data", mixing, text),
    });
    assertEquals(data.positions, 3000);
    assertEquals(data.acceptance.length, data.positions - data.mixed);
    assertEquals(data.hidden.length, data.acceptance.length * data.hiddenSize);
    const { low, high } = wilson(data.mixed, data.positions, 0.9999);
    assert(low <= mixing && mixing <= high, `share ${data.mixed / data.positions}`);
    // The hidden state is of the position whose input is the drafted token: its kind tells the label.
    data.acceptance.forEach((acceptance, i) => {
      const token = data.hidden.subarray(i * 12, (i + 1) * 12).indexOf(1);
      assertAlmostEquals(acceptance, kinds[chains.kindOf[token]!]!.acceptance, 1e-6);
      assert(token % 4 < 2, "twins are never drafted");
    });
  }
});

Deno.test("data: with mixing the draft reads the target's tokens in between", async () => {
  const spelling = withFeatures(
    markovModel(chains.draft),
    (text) => Float32Array.of(text.at(-1)!),
  );
  const texts: number[][] = [];
  const recorder = {
    ...spelling,
    async open(prompt: readonly number[]) {
      const sequence = await spelling.open(prompt);
      const { extend } = sequence;
      sequence.extend = (tokens, options) => {
        if (options?.hidden) texts.push([...tokens]);
        return extend.call(sequence, tokens, options);
      };
      return sequence;
    },
  };
  await assertRejects(
    () =>
      acceptanceData({
        draft: markovModel(chains.draft),
        target,
        prompts: empty(1),
        maxTokens: 5,
        random: () => stream(1),
      }),
    UserError,
    "gives no hidden states",
  );
  await acceptanceData({
    draft: recorder,
    target,
    prompts: [[0, 1, 2]],
    maxTokens: 400,
    mixing: 0.5,
    random: () => stream(2, "mixing"),
  });
  // twins come only from the target: about half of the positions keep them
  const twins = texts[0]!.filter((token) => token % 4 >= 2).length / 400;
  const rejected = kinds.reduce((sum, kind) => sum + kind.share * (1 - kind.acceptance), 0);
  assertAlmostEquals(twins, rejected / 2, 0.06);
});

const jax = await loadJax();
let trainingData: Promise<AcceptanceData> | undefined;

function data(): Promise<AcceptanceData> {
  trainingData ??= acceptanceData({
    draft,
    target,
    prompts: empty(80),
    maxTokens: 60,
    random: (text) => stream(9, "training", text),
  });
  return trainingData;
}

Deno.test("training: heads of every weight reach a/(a + w (1 − a))", async () => {
  for (const rejectionWeight of [1, 6]) {
    const head = await trainHead(jax, await data(), {
      depth: 0,
      rejectionWeight,
      steps: 400,
      batch: 128,
      peak: 0.1,
      seed: 1,
    });
    kinds.forEach(({ acceptance }, kind) => {
      const state = new Float32Array(12);
      state[4 * kind] = 1;
      assertAlmostEquals(
        predictAcceptance(head, state),
        biasedAcceptance(acceptance, rejectionWeight),
        0.02,
      );
    });
  }
});

Deno.test("training: tied and untied blocks learn, repeatably, and the loss falls", async () => {
  for (const tied of [true, false]) {
    const losses: number[] = [];
    const options = {
      depth: 2,
      tied,
      rejectionWeight: 3,
      steps: 120,
      batch: 128,
      peak: 0.02,
      seed: 2,
      draft: draft.name,
    };
    const head = await trainHead(jax, await data(), {
      ...options,
      onStep: (_step, loss) => losses.push(loss),
    });
    const again = await trainHead(jax, await data(), { ...options, steps: 120 });
    assertEquals(head, again);
    assertEquals(head.weights.size, tied ? 4 : 6);
    assertLess(losses.at(-1)!, 0.8 * losses[0]!);
    const { divergence, predicted } = evaluateHead(head, await data());
    const constant = meanDivergence(
      (await data()).acceptance,
      new Float64Array(predicted.length).fill(biasedAcceptance(0.72, 3)),
    );
    assertLess(divergence, constant);
    for (const bin of reliability((await data()).acceptance, predicted, 5)) {
      if (bin.count < 100) continue;
      assertAlmostEquals(bin.acceptance, unbiasedAcceptance(bin.predicted, 3), 0.06);
    }
  }
});

Deno.test("a trained head beats a constant and a shuffled head at the paper's latency ratio", async () => {
  const head = await trainHead(jax, await data(), {
    depth: 0,
    rejectionWeight: 1,
    steps: 300,
    batch: 128,
    peak: 0.1,
    seed: 3,
    draft: draft.name,
  });
  const classifier = head.weights.get("model.0.weight")!;
  const shuffled: AcceptanceHead = {
    ...head,
    weights: new Map([
      ...head.weights,
      [
        "model.0.weight",
        classifier.map((_, i) => classifier[12 * Math.floor(i / 12) + (i + 4) % 12]!),
      ],
    ]),
  };
  const cost = async (predictor: ReturnType<typeof headPredictor>, threshold: number) => {
    const results = [];
    for (let run = 0; run < 40; run++) {
      results.push(
        await speculate({
          draft,
          target,
          maxTokens: 500,
          bonus: true,
          candidates: specDecPP({ predictor, threshold }),
          random: stream(10, "trained", run),
        }),
      );
    }
    return timePerToken({ draft: 1, target: 4.5 }, ratesOf(results));
  };
  const best = async (head: AcceptanceHead) =>
    Math.min(
      ...await Promise.all([0.2, 0.4, 0.6, 0.8].map((h) => cost(headPredictor(head), h))),
    );
  assertGreater(await best(shuffled), 1.03 * await best(head));
});

Deno.test("training: one coordinate far out still trains, and numbers that are lost are told", async () => {
  const { hidden, ...rest } = await data();
  const width = rest.hiddenSize;
  const far = Float32Array.from(hidden, (x, i) => i % width === 3 ? (i % 2 === 0 ? 300 : -300) : x);
  for (const tied of [true, false]) {
    const losses: number[] = [];
    const options = { tied, depth: 2, steps: 100, peak: 3e-3, seed: 5 };
    const head = await trainHead(jax, { ...rest, hidden: far }, {
      ...options,
      onStep: (_, loss) => losses.push(loss),
    });
    for (const values of head.weights.values()) assert(values.every(Number.isFinite));
    assert(losses.every(Number.isFinite));
    const mean = (of: number[]) => of.reduce((a, b) => a + b) / of.length;
    assertLess(mean(losses.slice(-20)), mean(losses.slice(0, 20)));
  }
  const options = { steps: 5, seed: 1 };
  const gone = hidden.with(7, NaN);
  await assertRejects(
    () => trainHead(jax, { ...rest, hidden: gone }, options),
    UserError,
    "got NaN as hidden state (number 7",
  );
  const huge = hidden.map((x) => 6e38 * (x - 0.5));
  await assertRejects(
    () => trainHead(jax, { ...rest, hidden: huge }, options),
    UserError,
    "scale them down",
  );
  await assertRejects(
    () => trainHead(jax, { ...rest, hidden }, { ...options, steps: 40, peak: 1e25, warmUp: 0 }),
    UserError,
    "Lower the learning rate (peak 1e+25)",
  );
});

Deno.test("training and data: bad input", async () => {
  const nothing = await acceptanceData({
    draft,
    target,
    prompts: empty(2),
    maxTokens: 5,
    mixing: 1,
    random: () => stream(1),
  });
  await assertRejects(
    () => trainHead(jax, nothing, { steps: 1, seed: 1 }),
    UserError,
    "no labelled position",
  );
  await assertRejects(
    async () => trainHead(jax, await data(), { steps: 1, seed: 1, rejectionWeight: 0 }),
    UserError,
    "rejectionWeight: got 0",
  );
  await assertRejects(
    () =>
      acceptanceData({
        draft,
        target,
        prompts: [[]],
        maxTokens: 5,
        mixing: 2,
        random: () => stream(1),
      }),
    UserError,
    "mixing: got 2",
  );
  await assertRejects(
    () =>
      acceptanceData({
        draft,
        target: markovModel(twoStateChains().target),
        prompts: [[]],
        maxTokens: 5,
        random: () => stream(1),
      }),
    UserError,
    "vocabularies of 12 and 2 tokens",
  );
  assertThrows(() => reliability([1], [1, 1]), RangeError, "1 acceptances and 2 predictions");
});
