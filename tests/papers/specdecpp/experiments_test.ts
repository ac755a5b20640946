import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { constantPredictor } from "offprint/decoding/policies/mod.ts";
import { softmax } from "offprint/decoding/verification/mod.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import {
  besideFrontier,
  countTexts,
  lowerHull,
  roundMarks,
  textProbabilities,
} from "offprint/papers/specdecpp/experiments/mod.ts";
import {
  bestOnDev,
  chosenSettings,
  headFamily,
  heldOutPrompts,
  loadHeads,
  loadPrompts,
  speedupAt,
} from "offprint/papers/specdecpp/heads/mod.ts";
import { stream } from "offprint/random.ts";

const two = twoStateChains();
const [draft, target] = [markovModel(two.draft), markovModel(two.target)];

Deno.test("settings are chosen anew at every latency ratio, from the committed rates", async () => {
  const { results } = await loadHeads();
  const six = results.settings.filter(({ family }) => family === headFamily(6));
  const speedups = [3, 4.5, 10, 20, 50].map((ratio) => {
    const { constant, head } = chosenSettings(results, ratio);
    return [
      constant.setting,
      speedupAt(constant.test, ratio),
      speedupAt(head.test, ratio),
      speedupAt(bestOnDev(six, ratio).test, ratio),
    ];
  });
  // At ratio 50 the best threshold of weight 6 is the largest that was measured, and weight 3 does better.
  const expected = [
    [2, 1.28, 1.284, 1.284],
    [2, 1.476, 1.489, 1.489],
    [4, 1.897, 1.907, 1.908],
    [5, 2.239, 2.252, 2.252],
    [8, 2.603, 2.611, 2.556],
  ];
  speedups.forEach((row, i) =>
    row.forEach((x, j) => assertAlmostEquals(x, expected[i]![j]!, 6e-4))
  );
});

Deno.test("prompts: the own tokenizer takes the stored ids, another one encodes the text", async () => {
  const stored = await loadPrompts();
  const { tokenizer } = await readTransformer("sotu-target");
  assertEquals(await heldOutPrompts(tokenizer), stored);
  const letters = {
    vocabSize: 128,
    decode: (tokens: ArrayLike<number>) => String.fromCharCode(...Array.from(tokens)),
    encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) % 128),
  };
  const { dev } = await heldOutPrompts(letters);
  assertEquals(dev[0]!.text, stored.dev[0]!.text);
  assertEquals(letters.decode(dev[0]!.tokens), stored.dev[0]!.text);
});

Deno.test("exact probabilities of all texts sum to 1, and decoded texts follow them", async () => {
  const probabilities = await textProbabilities(target, { prompt: [], length: 3, warp: softmax });
  assertEquals(probabilities.size, 8);
  assertAlmostEquals([...probabilities.values()].reduce((a, b) => a + b), 1);
  assertAlmostEquals(probabilities.get("0 0 1")!, 0.5 * 0.9 * 0.1);
  const shared = {
    draft,
    target,
    prompt: [],
    maxTokens: 3,
    length: 3,
    texts: 2000,
    threshold: 0.5,
    predictor: () => constantPredictor(0.5),
    random: (text: number) => stream(1, "count", text),
  };
  const right = await countTexts({ ...shared, probabilities });
  assert(right.pValue > 1e-3, String(right.pValue));
  assertEquals(right.cells, 8);
  const few = await countTexts({ ...shared, texts: 3, probabilities });
  assertEquals([few.cells, few.pValue], [1, NaN]);
  const draftsOwn = await textProbabilities(draft, { prompt: [], length: 3, warp: softmax });
  assert((await countTexts({ ...shared, probabilities: draftsOwn })).pValue < 1e-6);
});

Deno.test("the frontier: a lower hull, and what lies beside it", () => {
  const points = [{ V: 0, D: 2 }, { V: 1, D: 1.5 }, { V: 2, D: 0 }];
  assertEquals(lowerHull(points), [points[0]!, points[2]!]);
  assertEquals(besideFrontier([{ V: 1, D: 1.5 }, { V: 3, D: 0 }], points), [
    { V: 1, D: 1.5, frontier: 1 },
  ]);
  assertEquals(
    roundMarks({ drafted: 5, accepted: 2 } as Parameters<typeof roundMarks>[0]),
    "●●○○○",
  );
});
