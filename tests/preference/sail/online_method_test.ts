/** SAIL on a language model: gradients against differences, routes and draws, records, buffer, labellers. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import type { TokenPair } from "offprint/preference/pairs/mod.ts";
import { scorePairs, total } from "offprint/preference/pairs/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import { marginMethod } from "offprint/preference/training/mod.ts";
import {
  evaluationReward,
  hardLabeller,
  namedScorer,
  type PairRecord,
  pairTerms,
  type SailOptions,
  sharesOf,
  stepWeights,
} from "offprint/preference/sail/mod.ts";
import { MIXED, PAIRS, scorer, world } from "./small_world.ts";

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
  refused({ age: -1 }, /^buffer age: got -1, expected a whole number of at least 0/);
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
