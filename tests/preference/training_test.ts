import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { kto, lossByName } from "offprint/preference/losses/mod.ts";
import {
  marginMethod,
  normalisedMethod,
  type PreferenceInput,
  type PreferenceMethod,
  type PreferenceOptions,
  softMaskMethod,
  synchronyRate,
  trainPreference,
} from "offprint/preference/training/mod.ts";
import { referenceOf } from "offprint/preference/pairs/mod.ts";
import { encodeSafetensors, readSafetensors } from "offprint/lm/transformer/mod.ts";
import { ADAMW, policyConfig, sentimentPairs } from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, openPolicy } from "./fixtures.ts";

const config = policyConfig();

function input(method: PreferenceMethod, change: Partial<PreferenceInput["settings"]> = {}) {
  const pairs = (count: number, part: "train" | "test") =>
    sentimentPairs({ suffix: "single", seed: 5, count, part });
  return {
    config,
    start: drawnWeights(config),
    method,
    train: pairs(18, "train"),
    evaluation: pairs(6, "test"),
    settings: {
      batch: 4,
      schedule: { peak: 1e-3, warmUp: 1, steps: 9, floor: 1 },
      optimizer: ADAMW,
      evaluateEvery: 3,
      seed: 1,
      ...change,
    },
  };
}

const METHODS: [string, () => PreferenceMethod][] = [
  ["DPO", () => marginMethod(lossByName("dpo"))],
  ["KTO with its own reference point", () => marginMethod(kto())],
  ["DPO on differing tokens", () => marginMethod(lossByName("dpo"), { mask: "differing" })],
  ["normalised steps", () => normalisedMethod()],
  ["soft masks", () => softMaskMethod()],
];

for (const [name, method] of METHODS) {
  Deno.test(`${name}: the margin grows, and an interrupted training ends the same, bit for bit`, async () => {
    const sgd = name === "normalised steps"
      ? {
        optimizer: { kind: "sgd" } as const,
        schedule: { peak: 0.05, warmUp: 1, steps: 9, floor: 1 },
      }
      : {};
    const whole = await trainPreference(input(method(), sgd));
    assert(whole.finished);
    assertEquals(whole.curve.map(({ step }) => step), [0, 3, 6, 9]);
    assert(whole.curve.at(-1)!.margin > 0.05, `${whole.curve.at(-1)!.margin}`);
    const path = await Deno.makeTempDir();
    const folder = pathToFileURL(`${path}/`);
    const options: PreferenceOptions = { folder };
    for (const stopAfter of [2, 0, 4]) {
      const part = await trainPreference(input(method(), sgd), { ...options, stopAfter });
      assertEquals(part.finished, false);
    }
    const rest = await trainPreference(input(method(), sgd), options);
    assertEquals(rest.curve, whole.curve);
    for (const [tensor, values] of whole.weights) {
      assertEquals(bits(rest.weights.get(tensor)!), bits(values), tensor);
    }
    await Deno.remove(path, { recursive: true });
  });
}

/** Bit patterns, so that equality is exact. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}

Deno.test("a checkpoint of other settings is refused", async () => {
  const path = await Deno.makeTempDir();
  const folder = pathToFileURL(`${path}/`);
  const dpo = (beta: number) => input(marginMethod(lossByName("dpo", { beta })));
  await trainPreference(dpo(0.1), { folder, stopAfter: 1 });
  await assertRejects(
    () => trainPreference(dpo(0.2), { folder }),
    UserError,
    "a checkpoint of another recipe",
  );
  await Deno.remove(path, { recursive: true });
});

Deno.test("trainings share the reference's log-probabilities on disk, and those of another model are refused", async () => {
  const path = await Deno.makeTempDir();
  const references = pathToFileURL(`${path}/`);
  const method = () => marginMethod(kto());
  const first = await trainPreference(input(method()), { references, stopAfter: 3 });
  const again = await trainPreference(input(method()), { references, stopAfter: 3 });
  assertEquals(again.curve, first.curve);
  assertEquals([...Deno.readDirSync(references)].map(({ name }) => name).sort(), [
    "reference-held-out.safetensors",
    "reference.safetensors",
  ]);
  // What stands in the file is what is used: a reference with chosen answers one nat less likely in all.
  const file = new URL("reference-held-out.safetensors", references);
  const { tensors, metadata } = await readSafetensors(file);
  const { data, shape } = tensors.get("log_probs")!;
  // Single tokens: chosen and rejected take turns.
  const lowered = data.map((value, i) => i % 2 === 0 ? value - 1 : value);
  const changed = new Map([["log_probs", { shape, data: lowered }]]);
  await Deno.writeFile(file, encodeSafetensors(changed, { metadata }));
  const moved = await trainPreference(input(method()), { references, stopAfter: 0 });
  assertAlmostEquals(moved.curve[0]!.margin, first.curve[0]!.margin + 1, 1e-5);
  await assertRejects(
    () => trainPreference({ ...input(method()), start: drawnWeights(config, 4) }, { references }),
    UserError,
    "reference.safetensors: got the reference log-probabilities of another model",
  );
  await assertRejects(
    () =>
      trainPreference({ ...input(method()), train: input(method()).evaluation }, { references }),
    UserError,
    "reference.safetensors: got the reference log-probabilities of other pairs",
  );
  await Deno.remove(path, { recursive: true });
});

Deno.test("a loss that is no number names step and pair, and the last checkpoint is untouched", async () => {
  const path = await Deno.makeTempDir();
  const options: PreferenceOptions = { folder: pathToFileURL(`${path}/`), checkpointSeconds: 0 };
  const good = () => marginMethod(lossByName("dpo"));
  await trainPreference(input(good()), { ...options, stopAfter: 2 });
  const state = () => Deno.readFile(`${path}/state.safetensors`);
  const before = await state();
  const broken = marginMethod({
    ...lossByName("dpo"),
    at: (pair) => ({ ...lossByName("dpo").at(pair), loss: NaN }),
  });
  await assertRejects(
    () => trainPreference(input(broken), options),
    UserError,
    "DPO, step 3, pair train-",
  );
  assertEquals(await state(), before);
  // A finite loss with a slope that is no number.
  const steep = marginMethod({
    ...lossByName("dpo"),
    at: (pair) => ({ ...lossByName("dpo").at(pair), chosenWeight: Infinity }),
  });
  await assertRejects(
    () => trainPreference(input(steep), options),
    UserError,
    "training, step 3: got a gradient of norm NaN, expected a finite norm",
  );
  assertEquals(await state(), before);
  await Deno.remove(path, { recursive: true });
});

Deno.test("fewer pairs than a batch are refused", async () => {
  await assertRejects(
    () => trainPreference(input(marginMethod(lossByName("dpo")), { batch: 19 })),
    UserError,
    "got 18 pairs, expected at least one batch of 19",
  );
});

Deno.test("pairs that no loss can use, and settings that give no steps, are refused before a step is taken", async () => {
  const good = input(marginMethod(lossByName("dpo")));
  const [first, ...rest] = good.train;
  const withFirst = (change: object) => ({ ...good, train: [{ ...first!, ...change }, ...rest] });
  const refused = (wrong: PreferenceInput, message: string) =>
    assertRejects(() => trainPreference(wrong), UserError, message);
  await refused(withFirst({ chosen: [] }), "pair train-0: chosen response: got no tokens");
  await refused(withFirst({ rejected: first!.chosen }), "two responses with the same tokens");
  await refused(
    withFirst({ rejected: new Array(60).fill(3) }),
    `pair train-0: rejected response: got ${first!.prompt.length + 60} tokens with its prompt`,
  );
  const settings = (change: object) => ({ ...good, settings: { ...good.settings, ...change } });
  await refused(settings({ batch: 0 }), "training DPO: batch: got 0");
  await refused(settings({ batch: 2.5 }), "training DPO: batch: got 2.5");
  await refused(settings({ evaluateEvery: 0 }), "training: evaluateEvery: got 0");
});

Deno.test("a pair without a gradient is skipped and counted in normalised steps", async () => {
  const engine = await openPolicy();
  const pairs = sentimentPairs({ suffix: "single", seed: 5, count: 2, part: "train" });
  const { pairs: reference } = await referenceOf(engine, pairs);
  // An engine whose rejected gradient vanishes.
  let call = 0;
  const half = new Proxy(engine, {
    get(target, key) {
      if (key !== "gradient") {
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (...args: Parameters<typeof engine.gradient>) => {
        const result = await target.gradient(...args);
        if (call++ % 2 === 1) result.gradient.fill(0);
        return result;
      };
    },
  });
  const { gradient, skipped } = await normalisedMethod().gradient(half, {
    step: 1,
    indices: [0, 1],
    pairs,
    reference,
    length: 20,
  });
  assertEquals(skipped, 2);
  assert(gradient.every((value) => value === 0));
  await engine.close();
});

Deno.test("the synchrony rate counts intervals in which both move together", () => {
  const curve = [[0, 0], [1, 1], [2, 0], [1, -1]].map(([chosen = 0, rejected = 0]) => ({
    chosen,
    rejected,
  }));
  assertEquals(synchronyRate(curve), 2 / 3);
  assert(Number.isNaN(synchronyRate(curve.slice(0, 1))));
});
