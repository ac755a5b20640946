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
  acceptanceData,
  type AcceptanceHead,
  biasedAcceptance,
  evaluateHead,
  headPredictor,
  meanDivergence,
  predictAcceptance,
  reliability,
  trainHead,
  unbiasedAcceptance,
} from "offprint/decoding/heads/mod.ts";
import { ratesOf, specDecPP, timePerToken } from "offprint/decoding/policies/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { data, draft, empty, kinds, target } from "./stretch_models.ts";

Deno.test("training: heads of every weight reach a/(a + w (1 − a))", async () => {
  for (const rejectionWeight of [1, 6]) {
    const head = await trainHead(await data(), {
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
    const head = await trainHead(await data(), {
      ...options,
      onStep: (_step, loss) => losses.push(loss),
    });
    const again = await trainHead(await data(), { ...options, steps: 120 });
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
  const head = await trainHead(await data(), {
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
    const head = await trainHead({ ...rest, hidden: far }, {
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
    () => trainHead({ ...rest, hidden: gone }, options),
    UserError,
    "got NaN as hidden state (number 7",
  );
  const huge = hidden.map((x) => 6e38 * (x - 0.5));
  const stretched = await trainHead({ ...rest, hidden: huge }, options);
  for (const values of stretched.weights.values()) assert(values.every(Number.isFinite));
  await assertRejects(
    () => trainHead({ ...rest, hidden: huge }, { ...options, steps: 40, peak: 1e25, warmUp: 0 }),
    UserError,
    "scale them down",
  );
  await assertRejects(
    () => trainHead({ ...rest, hidden }, { ...options, steps: 40, peak: 1e25, warmUp: 0 }),
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
    () => trainHead(nothing, { steps: 1, seed: 1 }),
    UserError,
    "no labelled position",
  );
  await assertRejects(
    async () => trainHead(await data(), { steps: 1, seed: 1, rejectionWeight: 0 }),
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
