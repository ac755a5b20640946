import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { headPredictor, initialHead, withFeatures } from "offprint/decoding/heads/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLengthPolicy,
  confidenceLength,
  constantLength,
  constantPredictor,
  constantRule,
  draftBy,
  type DraftRound,
  heuristicLength,
  oraclePredictor,
  randomPredictor,
  scheduledLength,
  specDecPP,
  topProbabilityLength,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { markovModel, sevenStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import { chainLaw, newWatch, textIndex, textLaw, watched } from "../fixtures.ts";
import { models, oneHot } from "./some_policies.ts";

/** The numbers of candidates that a policy drafts, of the rounds with room for 20. */
async function lengths(
  policy: CandidateLengthPolicy,
  { runs = 30, maxTokens = 60 } = {},
): Promise<number[]> {
  const drafted: number[] = [];
  let position = 0;
  const counting: CandidateLengthPolicy = {
    ...policy,
    begin(start) {
      const run = policy.begin(start);
      return {
        more(round) {
          position = round.position;
          return run.more(round);
        },
        verified(outcome) {
          if (position <= maxTokens - 20) drafted.push(outcome.drafted);
          run.verified?.(outcome);
        },
        end: () => run.end?.(),
      };
    },
  };
  for (let run = 0; run < runs; run++) {
    await speculate({
      ...models(),
      maxTokens,
      bonus: true,
      candidates: counting,
      random: stream(3, "lengths", run),
    });
  }
  return drafted;
}

Deno.test("h = 0 drafts the minimum, h = 1 the maximum, a constant head a constant", async () => {
  const head = constantPredictor(0.9);
  const always = async (candidates: CandidateLengthPolicy, K: number) => {
    const drafted = await lengths(candidates);
    assert(drafted.length > 50);
    assertEquals([...new Set(drafted)], [K], candidates.name);
  };
  await always(specDecPP({ predictor: head, threshold: 0 }), 2);
  await always(specDecPP({ predictor: head, threshold: 1 }), 20);
  await always(specDecPP({ predictor: head, threshold: 1, max: 7 }), 7);
  await always(specDecPP({ predictor: constantPredictor(1), threshold: 0, max: 6 }), 6);
  await always(specDecPP({ predictor: constantPredictor(0), threshold: 0.9 }), 2);
  // 0.9² ≥ 0.75 > 0.9³: three predictions, and the fourth candidate came with the third
  await always(specDecPP({ predictor: head, threshold: 0.25 }), 4);
  await always(specDecPP({ predictor: head, threshold: 0.25, lag: 0 }), 3);
});

Deno.test("a rule drives the decoder as the policy written for it does", async () => {
  const texts = async (candidates: CandidateLengthPolicy) => {
    const results = [];
    for (let run = 0; run < 20; run++) {
      results.push(
        await speculate({
          ...models("seven"),
          maxTokens: 40,
          bonus: true,
          candidates,
          random: stream(4, "rules", run),
        }),
      );
    }
    return results;
  };
  assertEquals(await texts(draftBy(constantRule(3))), await texts(constantLength(3)));
  assertEquals(await texts(scheduledLength([3])), await texts(constantLength(3)));
  const byHand: CandidateLengthPolicy = {
    name: "confidence by hand",
    begin: () => ({
      more: ({ candidates, distributions }: DraftRound) =>
        candidates.length < 20 && distributions.at(-1)![candidates.at(-1)!]! >= 0.2,
    }),
  };
  assertEquals(await texts(confidenceLength(0.2)), await texts(byHand));
  const product: CandidateLengthPolicy = {
    name: "product by hand",
    begin: () => ({
      more: ({ distributions }: DraftRound) =>
        distributions.length < 20 &&
        distributions.reduce((all, each) => all * Math.max(...each), 1) >= 0.05,
    }),
  };
  assertEquals(await texts(topProbabilityLength(0.05)), await texts(product));
});

Deno.test("one-token lag: the predictor is asked for all candidates but the last, once each", async () => {
  const asked: [number, number][] = [];
  const predictor: AcceptancePredictor = {
    name: "recorder",
    needsHidden: true,
    begin: () => ({
      predict(round, index) {
        assertEquals(round.hidden.length, round.candidates.length - 1);
        assertEquals(round.hidden[index]!.indexOf(1), round.candidates[index]);
        assertEquals(index, round.candidates.length - 2);
        asked.push([round.position, index]);
        return 0.9;
      },
    }),
  };
  const { draft, target } = models();
  await speculate({
    draft,
    target,
    maxTokens: 50,
    bonus: true,
    candidates: specDecPP({ predictor, threshold: 0.4 }),
    random: stream(1, "lag"),
  });
  assert(asked.length > 20);
  assertEquals(new Set(asked.map(String)).size, asked.length);
});

Deno.test("output law: SpecDec++ with random, constant, oracle and untrained heads, chi-square", async () => {
  const pair = sevenStateChains();
  const { draft, target } = models("seven");
  const head = initialHead({ hiddenSize: 7, depth: 2, tied: false }, 3);
  const predictors: [string, (run: number) => AcceptancePredictor][] = [
    ["random", (run) => randomPredictor(stream(5, "head", run))],
    ["constant 0", () => constantPredictor(0)],
    ["constant 1", () => constantPredictor(1)],
    ["oracle", () => oraclePredictor(target)],
    ["untrained head", () => headPredictor(head)],
  ];
  for (const [name, predictor] of predictors) {
    const observed = new Float64Array(343);
    for (let run = 0; run < 12_000; run++) {
      const { tokens } = await speculate({
        draft,
        target,
        maxTokens: 3,
        bonus: true,
        candidates: specDecPP({ predictor: predictor(run), threshold: 0.4, min: 1 }),
        random: stream(13, "law", name, run),
      });
      observed[textIndex(tokens, 7, 3)]!++;
    }
    assertGreater(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-3, name);
  }
});

Deno.test("output law: the other policies, with warps and across rounds", async () => {
  const pair = sevenStateChains();
  const { draft, target } = models("seven");
  const cooled = warp({ temperature: 0.8, topK: 5 });
  const law = textLaw(
    7,
    3,
    (history) =>
      cooled(Float32Array.from(pair.target.row(history.length + 1, history.at(-1) ?? 0), Math.log)),
  );
  const possible = [...law.keys()].filter((i) => law[i]! > 0);
  for (
    const policy of [
      heuristicLength({ start: 1 }),
      confidenceLength(0.2),
      topProbabilityLength(0.1),
      specDecPP({ predictor: oraclePredictor(target, cooled), threshold: 0.3, min: 1, lag: 0 }),
    ]
  ) {
    const observed = new Float64Array(343);
    for (let run = 0; run < 8000; run++) {
      const { tokens } = await speculate({
        draft,
        target,
        maxTokens: 3,
        bonus: true,
        candidates: policy,
        draftWarp: cooled,
        targetWarp: cooled,
        random: stream(14, "law", policy.name, run),
      });
      observed[textIndex(tokens, 7, 3)]!++;
    }
    const { pValue } = chiSquare(possible.map((i) => observed[i]!), possible.map((i) => law[i]!));
    assertGreater(pValue, 1e-3, policy.name);
  }
});

Deno.test("the chi-square test would notice a policy that drops a doubtful candidate", () => {
  // Dropping a drawn candidate and taking the target's token instead is biased: exact law of one token.
  const p = Float64Array.of(0.6, 0.4); // draft
  const q = Float64Array.of(0.4, 0.6); // target
  // token 0 is verified; token 1 is dropped, and the target's own token is taken
  const law = [0, 1].map((x) =>
    (x === 0 ? Math.min(p[0]!, q[0]!) : Math.max(0, p[0]! - q[0]!)) + p[1]! * q[x]!
  );
  assert(Math.abs(law[0]! - q[0]!) > 0.05);
});

Deno.test("cached and uncached decoding agree under SpecDec++", async () => {
  const { draft, target } = models("seven");
  const head = headPredictor(initialHead({ hiddenSize: 7, depth: 1, tied: true }, 5));
  for (let run = 0; run < 20; run++) {
    const draftWatch = newWatch();
    const options = {
      maxTokens: 45,
      bonus: true,
      candidates: specDecPP({ predictor: head, threshold: 0.6 }),
    };
    const plain = await speculate({ draft, target, ...options, random: stream(6, "cache", run) });
    const uncached = await speculate({
      draft: withFeatures(watched(markovModel(sevenStateChains().draft), draftWatch), oneHot(7)),
      target: watched(target, newWatch()),
      ...options,
      random: stream(6, "cache", run),
    });
    assertEquals(uncached.tokens, plain.tokens);
    assertEquals(uncached, plain);
    assert(draftWatch.passes.every(({ read }) => read.length <= 2));
  }
});

Deno.test("what a policy holds is freed, also when decoding fails", async () => {
  const watch = newWatch();
  const { draft, target } = models();
  const candidates = specDecPP({
    predictor: oraclePredictor(watched(target, watch)),
    threshold: 0.5,
  });
  await speculate({ draft, target, maxTokens: 20, candidates, random: stream(1) });
  assertEquals([watch.opened, watch.closed], [1, 1]);
  const bad = specDecPP({
    predictor: { name: "bad", begin: () => ({ predict: () => NaN }) },
    threshold: 0.5,
  });
  await assertRejects(
    () => speculate({ draft, target, maxTokens: 20, candidates: bad, random: stream(1) }),
    RangeError,
    "prediction NaN",
  );
});
