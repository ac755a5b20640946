/** SAIL on a language model: gradients against differences, routes and draws, records, buffer, labellers. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "offprint/preference/pairs/mod.ts";
import { longestText, referenceOf, scorePairs, total } from "offprint/preference/pairs/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import { marginMethod, type StepPairs } from "offprint/preference/training/mod.ts";
import {
  bradleyTerryLabeller,
  drawResponses,
  evaluationReward,
  hardLabeller,
  namedScorer,
  type PairRecord,
  pairTerms,
  parseRecords,
  partMetrics,
  recordLine,
  recordMargin,
  ResponseBuffer,
  sailMethod,
  type SailOptions,
  sharesOf,
  sharpeningWarning,
  stepWeights,
} from "offprint/preference/sail/mod.ts";
import { ADAMW, policyConfig } from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, somePairs } from "../fixtures.ts";

const config = policyConfig();
const PAIRS = somePairs(8);
const MIXED = {
  DDP: { share: 0.25, coefficient: 0.4 },
  DPP: { share: 0.25, coefficient: 0.3 },
  DPR: { share: 0.25, coefficient: 0.5 },
};
/** Prefers responses with large token ids: any function of the tokens will do. */
const scorer = namedScorer("ids", {
  score: (responses) =>
    responses.map(({ completion }) => completion.reduce((sum, token) => sum + token, 0) / 100),
});

const opened = (seed: number): Promise<OnnxEngine> =>
  OnnxEngine.open({
    config,
    optimizer: ADAMW,
    threads: 1,
    start: { parameters: drawnWeights(config, seed) },
  });

/** A policy, its reference, and the pairs of steps. */
async function world(): Promise<{
  engine: OnnxEngine;
  reference: OnnxEngine;
  step: (step: number) => StepPairs;
  method: (options?: Partial<SailOptions>) => ReturnType<typeof sailMethod>;
  close: () => Promise<void>;
}> {
  const [engine, reference] = [await opened(3), await opened(4)];
  const known = await referenceOf(reference, PAIRS);
  const pairsAt = (): TokenPair[] => PAIRS;
  return {
    engine,
    reference,
    step: (step) => ({
      step,
      indices: PAIRS.map((_, i) => i),
      pairs: PAIRS,
      reference: known.pairs,
      length: longestText(PAIRS),
      pairsAt,
    }),
    method: (options = {}) =>
      sailMethod({
        mixture: MIXED,
        reference,
        end: 0,
        maxTokens: 6,
        seed: 5,
        labeller: bradleyTerryLabeller(scorer),
        ...options,
      }),
    close: async () => {
      await engine.close();
      await reference.close();
    },
  };
}

Deno.test("without routes it is DPO, gradient and losses", async () => {
  const { engine, step, method, close } = await world();
  const [ours, theirs] = [
    await method({ mixture: {} }).gradient(engine, step(1)),
    await marginMethod(dpo()).gradient(engine, step(1)),
  ];
  ours.losses.forEach((loss, i) => assertAlmostEquals(loss, theirs.losses[i]!, 1e-6));
  ours.gradient.forEach((value, k) => assertAlmostEquals(value, theirs.gradient[k]!, 1e-6));
  await close();
});

Deno.test("the gradient is that of the weighted log-probabilities, by central differences", async () => {
  const { engine, reference, step, method, close } = await world();
  const records: PairRecord[] = [];
  const { gradient } = await method({ onRecord: (record) => records.push(record) })
    .gradient(engine, step(1));
  assertEquals(new Set(records.map(({ route }) => route)).size, 4, "all routes take part");
  const { weights } = stepWeights(records, sharesOf(MIXED), { beta: 0.1 });
  const rows = records.map(({ id, prompt, responses: [chosen, rejected] }): TokenPair => ({
    id,
    prompt,
    chosen,
    rejected,
    source: "",
    labelProbability: 1,
  }));
  /** What a step goes down on, with all constants held: −Σ weight · log π. */
  const surrogate = async (): Promise<number> => {
    const scores = await scorePairs(engine, rows);
    return -scores.reduce(
      (sum, { chosen, rejected }, i) =>
        sum + weights[i]![0] * total(chosen) + weights[i]![1] * total(rejected),
      0,
    );
  };
  const scale = Math.max(...gradient.map(Math.abs));
  for (const k of [5, 700, 9_000, 33_000, 70_001, 100_000]) {
    const before = engine.parameters[k]!;
    engine.parameters[k] = before + 2e-2;
    const up = await surrogate();
    engine.parameters[k] = before - 2e-2;
    const down = await surrogate();
    engine.parameters[k] = before;
    assertAlmostEquals((up - down) / 4e-2, gradient[k]!, 2e-2 * scale, `parameter ${k}`);
  }
  // Every number of the step can be computed from its records.
  const scores = await scorePairs(engine, rows);
  const references = await scorePairs(reference, rows);
  records.forEach(({ logProbs, referenceLogProbs }, i) => {
    assertAlmostEquals(logProbs[0], total(scores[i]!.chosen), 1e-4);
    assertAlmostEquals(logProbs[1], total(scores[i]!.rejected), 1e-4);
    assertAlmostEquals(referenceLogProbs[0], total(references[i]!.chosen), 1e-4);
    assertAlmostEquals(referenceLogProbs[1], total(references[i]!.rejected), 1e-4);
  });
  await close();
});

Deno.test("weights of one pair of each route, from the terms", () => {
  const record = (route: PairRecord["route"], drawn: boolean): PairRecord => ({
    step: 1,
    slot: 0,
    id: "a",
    prompt: [1],
    route,
    responses: [[2, 0], [3, 4, 0]],
    labelSource: "data",
    labelProbability: 0.8,
    logProbs: [-20, -25],
    referenceLogProbs: [-21, -24],
    drawnAt: drawn ? 0 : null,
    labelledAt: 0,
    unfinished: [false, false],
    dropped: null,
  });
  const shares = sharesOf(MIXED);
  const pair = { first: -20, second: -25, firstReference: -21, secondReference: -24 };
  const terms = pairTerms(pair, { beta: 0.1, probability: 0.8 });
  const weightsOf = (route: PairRecord["route"], options = {}): number[] =>
    stepWeights([record(route, route === "DPP" || route === "DPR")], shares, {
      beta: 0.1,
      baseline: "none",
      ...options,
    }).weights[0]!;
  const along = (label: number) => terms.pair + label * terms.label;
  const close = (got: number[], wanted: number[]): void =>
    wanted.forEach((value, i) => assertAlmostEquals(got[i]!, value, 1e-12));
  close(weightsOf("DPO"), [along(0), -along(0)]);
  close(weightsOf("DDP"), [along(0.4), -along(0.4)]);
  const dpp = 0.3 * terms.value;
  close(weightsOf("DPP"), [along(0.3) + dpp, -along(0.3) + dpp]);
  const dpr = 0.5 * terms.value;
  close(weightsOf("DPR"), [along(0) + dpr, -along(0) + dpr]);
  // The published term is divided by log π and multiplied by B × A.
  const published = { mode: "as-published", publishedScale: 8 };
  close(weightsOf("DPR", published), [
    along(0) + 8 * 0.5 * terms.value / -20,
    -along(0) + 8 * 0.5 * terms.value / -25,
  ]);
  // The follow-up's estimator raises both, by λ over the tokens of both responses.
  const raised = { reverseKl: 0.5, reverseKlMode: "token-mean" };
  close(weightsOf("DPO", raised), [along(0) + 0.1, -along(0) + 0.1]);
  close(weightsOf("DPO", { optimism: 0.2 }), [along(0) - 0.1, -along(0) - 0.1]);
  // The penalty pushes an own response down by its log-ratio: +1 and −1 here.
  close(weightsOf("DPR", { reverseKl: 0.5 }), [along(0) + dpr - 0.25, -along(0) + dpr + 0.25]);
});

Deno.test("draws depend on weights, seed, step and prompt, not on batching", async () => {
  const { engine, close } = await world();
  const draws = { seed: 1, step: 4, end: 0, maxTokens: 6 };
  const all = await drawResponses(engine, PAIRS, draws);
  for (const batch of [1, 3, 64]) {
    assertEquals(await drawResponses(engine, PAIRS, { ...draws, batch }), all);
  }
  assertEquals(await drawResponses(engine, PAIRS.slice(5), draws), all.slice(5));
  assert(
    JSON.stringify(await drawResponses(engine, PAIRS, { ...draws, step: 5 })) !==
      JSON.stringify(all),
  );
  for (const { responses, unfinished } of all) {
    responses.forEach((response, side) => {
      assertEquals(unfinished[side as 0 | 1], response.at(-1) !== 0);
      assert(response.length <= 6);
    });
  }
  await close();
});

Deno.test("the sampler's temperature does not enter the gradient of a fixed sample", async () => {
  const { engine, step, method, close } = await world();
  const gradients: Float32Array[] = [];
  const fixed = await drawResponses(engine, PAIRS, { seed: 5, step: 1, end: 0, maxTokens: 6 });
  for (const temperature of [0.5, 1.5]) {
    const sail = method({ temperature, mixture: { DPR: { share: 0.9, coefficient: 0.3 } } });
    // What waits in the buffer is used as it is; nothing is drawn.
    const data = Float32Array.from(
      new TextEncoder().encode(JSON.stringify(fixed.map((pair) => ({ step: 1, pair })))),
    );
    sail.restore!(new Map([["responses", { shape: [data.length], data }]]));
    gradients.push((await sail.gradient(engine, step(1))).gradient);
  }
  assertEquals(gradients[0], gradients[1]);
  await close();
});

Deno.test("a buffer of age 2 draws once for three steps, and its records say how old the pairs are", async () => {
  const { engine, step, method, close } = await world();
  const records: PairRecord[] = [];
  const sail = method({ age: 2, onRecord: (record) => records.push(record) });
  for (const at of [1, 2, 3, 4]) await sail.gradient(engine, step(at));
  for (const { step: at, drawnAt } of records) {
    if (drawnAt !== null) assertEquals(drawnAt, at < 4 ? 0 : 3);
  }
  assert(records.some(({ step: at, drawnAt }) => at === 3 && drawnAt === 0));
  await close();
});

Deno.test("a training that goes on from a checkpoint has the draws that waited", async () => {
  const { engine, step, method, close } = await world();
  const [whole, first, second] = [method({ age: 3 }), method({ age: 3 }), method({ age: 3 })];
  await whole.gradient(engine, step(1));
  await first.gradient(engine, step(1));
  // The weights move between the steps, so that drawing anew would give other responses.
  for (let k = 0; k < 1000; k++) engine.parameters[k]! += 0.05;
  second.restore!(first.state!());
  const wanted = await whole.gradient(engine, step(2));
  assertEquals((await second.gradient(engine, step(2))).gradient, wanted.gradient);
  await close();
});

Deno.test("equal and unfinished responses are kept or dropped by option, and counted", async () => {
  const { engine, step, method, close } = await world();
  const mixture = { DPR: { share: 0.9, coefficient: 0.3 } };
  for (
    const [options, reason] of [[{ equal: "drop" }, "equal"], [
      { unfinished: "drop" },
      "unfinished",
    ]] as const
  ) {
    const records: PairRecord[] = [];
    // One token at most and hardly any chance: pairs are equal, and nearly all have no end.
    const sail = method({
      mixture,
      maxTokens: 1,
      temperature: 0.01,
      onRecord: (record) => records.push(record),
      ...options,
    });
    let skipped = 0;
    for (const at of [1, 2, 3]) skipped += (await sail.gradient(engine, step(at))).skipped;
    const dropped = records.filter((record) => record.dropped === reason).length;
    assert(dropped > 0, reason);
    assertEquals(skipped, dropped);
    assertEquals(partMetrics(records, { beta: 0.1 }).online.dropped, dropped);
    const { weights } = stepWeights(records, sharesOf(mixture), { beta: 0.1 });
    records.forEach((record, i) => {
      if (record.dropped !== null) assertEquals(weights[i], [0, 0]);
    });
  }
  await close();
});

Deno.test("a cost model gives the labels of the reversed reward model", async () => {
  const cost = namedScorer("cost", {
    score: async (responses) => Array.from(await scorer.score(responses), (score) => -score),
  });
  const pairs = PAIRS.map(({ id, prompt, chosen, rejected }) => ({
    id,
    prompt,
    responses: [chosen, rejected] as const,
  }));
  assertEquals(
    await hardLabeller(cost, { lowerIsBetter: true }).label(pairs),
    await hardLabeller(scorer).label(pairs),
  );
  const same = pairs.map(({ id, prompt, responses: [first] }) => ({
    id,
    prompt,
    responses: [first, first] as const,
  }));
  assertEquals(await hardLabeller(scorer).label(same), same.map(() => 0.5));
});

Deno.test("margin and accuracy of records are means of u and of its sign", async () => {
  const { engine, step, method, close } = await world();
  const records: PairRecord[] = [];
  await method({ mixture: {}, onRecord: (record) => records.push(record) }).gradient(
    engine,
    step(1),
  );
  const margins = records.map((record) => recordMargin(record, 0.1));
  const { offline, online } = partMetrics(records, { beta: 0.1 });
  assertAlmostEquals(offline.margin, margins.reduce((a, b) => a + b) / margins.length, 1e-12);
  assertEquals(offline.accuracy, margins.filter((u) => u > 0).length / margins.length);
  assertEquals([offline.pairs, online.pairs], [PAIRS.length, 0]);
  // Written and read again, nothing is lost.
  assertEquals(parseRecords(records.map(recordLine).join("\n"), "records"), records);
  await close();
});

Deno.test("labelling and evaluating with the same model is refused, by type and when it runs", async () => {
  const labels = hardLabeller(scorer);
  const other = namedScorer("length", {
    score: (responses) => responses.map(({ completion }) => completion.length),
  });
  const responses = PAIRS.map(({ prompt, chosen }) => ({ prompt, completion: chosen }));
  assertEquals((await evaluationReward(labels, other, responses)).length, PAIRS.length);
  await assertRejects(
    // @ts-expect-error the scorer's name is that of the labeller
    () => evaluationReward(labels, scorer, responses),
    UserError,
    "evaluation reward: got ids, which labelled the training pairs, expected another reward model.",
  );
});

Deno.test("wrong input is refused in one line, before anything is changed", async () => {
  const { engine, step, method, close } = await world();
  const refused = (options: Partial<SailOptions>, message: RegExp): void => {
    const error = assertThrows(() => method(options), UserError);
    assert(message.test(error.message), error.message);
    assert(!error.message.includes("\n"));
  };
  const noLabeller = { labeller: undefined } as unknown as Partial<SailOptions>;
  refused(noLabeller, /^SAIL: labeller: got nothing, expected a reward model/);
  refused({ age: -1 }, /^buffer age: got -1, expected a whole number from 0/);
  refused({ age: 0.5 }, /^buffer age: got 0.5/);
  refused({ maxTokens: 0 }, /^SAIL: maxTokens: got 0/);
  refused({ temperature: 0 }, /^SAIL: temperature: got 0/);
  refused(
    { mixture: {}, reverseKl: 0.1 },
    /^SAIL: reverseKl: got 0.1, expected a share of DPP or DPR/,
  );
  refused({ mixture: { DPR: { share: 1, coefficient: 0 } } }, /^mixture: r \+ p \+ g: got 1/);
  const before = engine.parameters.slice();
  const broken = namedScorer("broken", { score: (responses) => responses.map(() => NaN) });
  const error = await assertRejects(
    () =>
      method({ mixture: { DPR: { share: 0.9, coefficient: 0 } }, labeller: hardLabeller(broken) })
        .gradient(engine, step(1)),
    UserError,
  );
  assert(
    /^broken: reward of a response to test-\d+: got NaN, expected a finite number/.test(
      error.message,
    ),
  );
  assertEquals(engine.parameters, before);
  await close();
});

Deno.test("a buffer refuses pairs of another prompt, pairs that are too old, and pairs it has not", () => {
  const pair = (id: string, version: number) => ({
    id,
    prompt: [1, 2],
    responses: [[3], [4]] as [number[], number[]],
    unfinished: [true, true] as [boolean, boolean],
    version,
  });
  const message = (work: () => unknown): string => assertThrows(work, UserError).message;
  const buffer = new ResponseBuffer(2);
  assert(/got none in the buffer/.test(message(() => buffer.take(1, pair("a", 0)))));
  buffer.put(9, [pair("a", 2)]);
  assert(
    /got one that is 6 steps old, expected at most 2/.test(
      message(() => buffer.take(9, pair("a", 2))),
    ),
  );
  buffer.put(9, [{ ...pair("a", 8), prompt: [1, 3] }]);
  assert(/got responses to another prompt \(a\)/.test(message(() => buffer.take(9, pair("a", 8)))));
  buffer.put(9, [pair("b", 6)]);
  assertEquals(buffer.take(9, pair("b", 6)).version, 6);
});

Deno.test("damaged records are named by their line", () => {
  const error = assertThrows(() => parseRecords('\n{"step":1}\n', "runs/records.jsonl"), UserError);
  assert(error.message.startsWith("runs/records.jsonl, line 2"), error.message);
});

Deno.test("a warning comes when accuracy falls while the margin rises, and only then", () => {
  const point = (step: number, margin: number, accuracy: number) => ({ step, margin, accuracy });
  assert(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 2, 0.65)])?.startsWith(
      "step 20",
    ),
  );
  assertEquals(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 0.5, 0.6)]),
    undefined,
  );
  assertEquals(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 2, 0.69)]),
    undefined,
  );
  assertEquals(sharpeningWarning([point(0, 0, 0.5)]), undefined);
});
