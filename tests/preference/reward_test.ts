/** Reward models: scores, gradient, training, and `deno task train` on a recipe of kind `reward`. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { command } from "offprint/commands/train.ts";
import { batchArrays, completionBatch, tokenLogProbs } from "offprint/lm/training/mod.ts";
import {
  type ArrayTree,
  fromFloats,
  type JaxArray,
  loadJax,
  recipeKind,
  tensorViews,
  toFloats,
  toParameters,
  transformer,
} from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "offprint/preference/pairs/mod.ts";
import {
  bradleyTerry,
  bradleyTerryGradient,
  labelTokens,
  type RewardInput,
  RewardModel,
  rewardRecipe,
  rewardScores,
  trainReward,
} from "offprint/preference/reward/mod.ts";
import {
  ADAMW,
  policyConfig,
  sentimentPairs,
  sentimentTokens,
} from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, openPolicy, somePairs } from "./fixtures.ts";

const config = policyConfig();
const [better, worse] = sentimentTokens("good bad") as [number, number];
const labels = { better, worse };

Deno.test("labels are single tokens, and different ones", () => {
  const tokenizer = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)) };
  assertEquals(labelTokens(tokenizer, { better: "a", worse: "b" }), { better: 97, worse: 98 });
  assertThrows(
    () => labelTokens(tokenizer, { better: "yes", worse: "n" }),
    UserError,
    'label better: "yes": got 3 tokens, expected a text of exactly one token',
  );
  assertThrows(
    () => labelTokens(tokenizer, { better: "x", worse: "x" }),
    UserError,
    "got token 120 for both, expected two different tokens",
  );
});

Deno.test("the loss and its slope, also where sigmoids overflow", () => {
  for (const probability of [1, 0.85, 0.5]) {
    for (const margin of [-3, -0.2, 0, 1.7]) {
      const { weight } = bradleyTerry(margin, probability);
      const at = (m: number): number => bradleyTerry(m, probability).loss;
      assertAlmostEquals(weight, -(at(margin + 1e-5) - at(margin - 1e-5)) / 2e-5, 1e-9);
    }
  }
  assertEquals(bradleyTerry(-1000), { loss: 1000, weight: 1 });
  assertEquals(bradleyTerry(1000), { loss: 0, weight: 0 });
});

/** Log-odds of the labels behind a response, from the engine's token log-probabilities. */
async function scoreByHand(prompt: readonly number[], response: readonly number[]) {
  const engine = await openPolicy();
  const text = [...prompt, ...response];
  const rows = [better, worse].map((label) => ({ prompt: text, completion: [label] }));
  const batch = completionBatch(config, rows);
  const logProbs = await engine.logProbs(batch);
  await engine.close();
  return logProbs[text.length]! - logProbs[batch.length + text.length]!;
}

Deno.test("a score is the log-odds of the two labels behind the response, however rows are filled", async () => {
  const pairs = [...somePairs(2, "single"), ...somePairs(2, "long")];
  const responses = pairs.map(({ prompt, chosen }) => ({ prompt, completion: chosen }));
  const model = await RewardModel.open({ config, weights: drawnWeights(config), labels });
  const scores = await model.score(responses);
  const alone = await model.score(responses.slice(1, 2));
  const wide = await model.score(responses.slice(1, 2), { length: 48 });
  await model.close();
  for (const [i, { prompt, completion }] of responses.entries()) {
    assertAlmostEquals(scores[i]!, await scoreByHand(prompt, completion), 1e-5);
  }
  assertAlmostEquals(alone[0]!, scores[1]!, 1e-5);
  assertAlmostEquals(wide[0]!, scores[1]!, 1e-5);
  assert(Math.abs(scores[0]! - scores[2]!) > 1e-3, "scores differ by response");
});

Deno.test("more responses than a batch holds keep their order", async () => {
  const responses = somePairs(70, "single").map(({ prompt, chosen }) => ({
    prompt,
    completion: chosen,
  }));
  const engine = await openPolicy();
  const all = await rewardScores(engine, labels, responses);
  const last = await rewardScores(engine, labels, responses.slice(69));
  await engine.close();
  assertAlmostEquals(all[69]!, last[0]!, 1e-5);
});

Deno.test("the gradient is jax-js's in every tensor, with a label that is wrong by chance", async () => {
  const jax = await loadJax();
  const pairs = somePairs(4, "short").map((pair, i) => ({
    ...pair,
    labelProbability: i === 0 ? 0.85 : 1,
  }));
  const engine = await openPolicy();
  const length = 24;
  const { gradient, losses } = await bradleyTerryGradient(engine, labels, pairs, {
    length,
    step: 1,
  });
  await engine.close();
  const model = transformer(jax, config);
  const rows = pairs.flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].flatMap((response) =>
      [better, worse].map((label) => ({ prompt: [...prompt, ...response], completion: [label] }))
    )
  );
  const batch = completionBatch(config, rows, length);
  const signs = Float32Array.of(1, -1, -1, 1);
  const right = Float32Array.from(pairs, ({ labelProbability }) => labelProbability);
  const loss = (p: ArrayTree, x: JaxArray, y: JaxArray, w: JaxArray): JaxArray => {
    const each = tokenLogProbs(jax, model, p, x, y, w).sum(-1).reshape([pairs.length, 4]);
    const margin = each.mul(fromFloats(jax, signs, [1, 4])).sum(-1);
    const softplus = (v: JaxArray): JaxArray => jax.nn.softplus(v);
    const probability = fromFloats(jax, right, [pairs.length]);
    const wrong = fromFloats(jax, right.map((v) => 1 - v), [pairs.length]);
    return softplus(margin.ref.neg()).mul(probability).add(softplus(margin).mul(wrong)).mean();
  };
  const wanted = await toFloats(
    jax.jit(jax.grad(loss))(
      toParameters(jax, config, drawnWeights(config)),
      ...batchArrays(jax, batch),
    ) as ArrayTree,
  );
  for (const [name, values] of tensorViews(config, gradient)) {
    const peer = wanted.get(name)!;
    const largest = peer.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = values.reduce((most, value, i) => Math.max(most, Math.abs(value - peer[i]!)), 0);
    assert(largest > 0 && error < 1e-5 * largest, `${name}: ${error} of ${largest}`);
  }
  assert(losses.every((value) => value > 0));
});

function input(change: Partial<RewardInput> = {}): RewardInput {
  const pairs = (count: number, part: "train" | "test") =>
    sentimentPairs({ suffix: "single", seed: 5, count, part });
  return {
    config,
    start: drawnWeights(config),
    labels,
    train: pairs(18, "train"),
    evaluation: pairs(6, "test"),
    settings: {
      batch: 4,
      schedule: { peak: 1e-3, warmUp: 1, steps: 9, floor: 1 },
      optimizer: ADAMW,
      evaluateEvery: 3,
      seed: 1,
    },
    ...change,
  };
}

Deno.test("an interrupted training ends the same, bit for bit, and another recipe's checkpoint is refused", async () => {
  const whole = await trainReward(input());
  assertEquals(whole.curve.map(({ step }) => step), [0, 3, 6, 9]);
  const path = await Deno.makeTempDir();
  const folder = pathToFileURL(`${path}/`);
  for (const stopAfter of [2, 0, 4]) {
    assertEquals((await trainReward(input(), { folder, stopAfter })).finished, false);
  }
  const rest = await trainReward(input(), { folder });
  assertEquals(rest.curve, whole.curve);
  for (const [tensor, values] of whole.weights) {
    assertEquals(new Uint32Array(rest.weights.get(tensor)!.buffer), new Uint32Array(values.buffer));
  }
  await assertRejects(
    () => trainReward(input({ labels: { better: worse, worse: better } }), { folder }),
    UserError,
    "a checkpoint of another recipe",
  );
  await Deno.remove(path, { recursive: true });
});

Deno.test("it learns which label belongs to a review, on pairs it was not trained on", async () => {
  const pairs = (count: number, part: "train" | "test") =>
    sentimentPairs({ suffix: "single", seed: 5, count, part });
  const { settings } = input();
  const { curve, weights } = await trainReward(input({
    train: pairs(400, "train"),
    evaluation: pairs(64, "test"),
    settings: {
      ...settings,
      batch: 8,
      schedule: { peak: 2e-3, warmUp: 10, steps: 80, floor: 1 },
      evaluateEvery: 40,
    },
  }));
  assert(curve[0]!.accuracy < 0.8, `${curve[0]!.accuracy}`);
  assert(curve.at(-1)!.accuracy > 0.95, `${curve.at(-1)!.accuracy}`);
  assert(curve.at(-1)!.loss! < curve[1]!.loss!);
  // The trained model gives the curve's scores.
  const model = await RewardModel.open({ config, weights, labels });
  const test = pairs(64, "test");
  const chosen = await model.score(
    test.map(({ prompt, chosen }) => ({ prompt, completion: chosen })),
  );
  await model.close();
  assertAlmostEquals(chosen.reduce((a, b) => a + b) / 64, curve.at(-1)!.chosen, 1e-4);
});

Deno.test("what cannot be scored or trained is one clear line", async () => {
  const most = config.max_position_embeddings;
  const [pair] = somePairs(1, "single");
  const long: TokenPair = { ...pair!, prompt: new Array(most - 1).fill(5) };
  await assertRejects(
    () => trainReward(input({ train: [long, long, long, long] })),
    UserError,
    `got a prompt and response of ${most} tokens, expected at most ${most - 1}`,
  );
  await assertRejects(
    () => trainReward(input({ train: somePairs(3) })),
    UserError,
    "training a reward model: got 3 pairs, expected at least one batch of 4",
  );
  await assertRejects(
    () => trainReward(input({ labels: { better, worse: better } })),
    UserError,
    "two different tokens",
  );
  const broken = drawnWeights(config);
  broken.get("model.norm.weight")!.fill(NaN);
  await assertRejects(
    () => trainReward(input({ start: broken })),
    UserError,
    "reward model, step 1, pair train-",
  );
  await assertRejects(() => RewardModel.load("sotu-draft"), UserError, "training.json");
});

Deno.test("deno task train builds a reward model twice the same, and its folder scores", async () => {
  assertEquals(await recipeKind("tiny-reward"), "reward");
  const root = await Deno.makeTempDir();
  const build = (name: string) =>
    command.run(["tiny-reward", "--out", `${root}/${name}`, "--to", `${root}/${name}-model`]);
  assertEquals([await build("a"), await build("b")], [0, 0]);
  assertEquals(
    await Deno.readFile(`${root}/a-model/model.safetensors`),
    await Deno.readFile(`${root}/b-model/model.safetensors`),
  );
  const { curve, recipe, finished } = JSON.parse(
    await Deno.readTextFile(`${root}/a-model/training.json`),
  );
  assertEquals([finished, recipe.kind], [true, "reward"]);
  assertEquals(curve.map(({ step }: { step: number }) => step), [0, 2, 4, 6]);
  const { model, tokenizer } = await RewardModel.load(`${root}/a-model`);
  const ask = (text: string) => ({
    prompt: tokenizer.encode("My fellow citizens"),
    completion: tokenizer.encode(text),
  });
  const [first, second] = await model.score([ask(" of the House"), ask(" of war")]);
  assert(Number.isFinite(first!) && first !== second);
  await model.close();
  await assertRejects(() => rewardRecipe("tiny-preference"), UserError, "kind");
  await Deno.remove(root, { recursive: true });
});
