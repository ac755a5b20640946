import { assert, assertEquals, assertGreater, assertRejects, assertThrows } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { headPredictor, initialHead, withFeatures } from "offprint/decoding/heads/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLengthPolicy,
  confidenceLength,
  confidenceRule,
  constantLength,
  constantPredictor,
  constantRule,
  draftBy,
  type DraftRound,
  heuristicLength,
  heuristicRule,
  oraclePredictor,
  randomPredictor,
  type RoundSignals,
  scheduledLength,
  scheduledRule,
  specDecPP,
  specDecPPRule,
  topProbabilityLength,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import { chainLaw, newWatch, textIndex, textLaw, watched } from "./fixtures.ts";

/** A round with these numbers. */
function signals(parts: Partial<RoundSignals> & { drafted: number }): RoundSignals {
  return { confidence: [], top: [], predicted: [], ...parts };
}

const oneHot = (size: number) => (text: readonly number[]) =>
  Float32Array.from({ length: size }, (_, token) => token === text.at(-1) ? 1 : 0);

function models(name: "two" | "seven" = "two"): { draft: LanguageModel; target: LanguageModel } {
  const pair = name === "two" ? twoStateChains() : sevenStateChains();
  const draft = withFeatures(markovModel(pair.draft), oneHot(pair.draft.vocabSize));
  return { draft, target: markovModel(pair.target) };
}

Deno.test("constant rule counts", () => {
  const run = constantRule(3).begin();
  assertEquals([1, 2, 3].map((drafted) => run.more(signals({ drafted }))), [true, true, false]);
});

Deno.test("heuristic: two more after full acceptance, one less otherwise, floor 1", () => {
  const run = heuristicRule().begin();
  const length = () => {
    let drafted = 1;
    while (run.more(signals({ drafted }))) drafted++;
    return drafted;
  };
  assertEquals(length(), 5);
  run.verified!({ drafted: 5, accepted: 5 });
  assertEquals(length(), 7);
  for (const expected of [6, 5, 4, 3, 2, 1, 1]) {
    run.verified!({ drafted: 7, accepted: 6 });
    assertEquals(length(), expected);
  }
  run.verified!({ drafted: 1, accepted: 1 });
  assertEquals(length(), 3);
  const bounded = heuristicRule({ start: 5, max: 6 }).begin();
  bounded.verified!({ drafted: 5, accepted: 5 });
  assert(bounded.more(signals({ drafted: 5 })) && !bounded.more(signals({ drafted: 6 })));
});

Deno.test("confidence rule looks at the last candidate, the product rule at all", () => {
  const confidence = confidenceRule(0.4).begin();
  assert(confidence.more(signals({ drafted: 2, confidence: [0.1, 0.4] })));
  assert(!confidence.more(signals({ drafted: 2, confidence: [0.9, 0.39] })));
  assert(!confidence.more(signals({ drafted: 20, confidence: new Array(20).fill(1) })));
  const atLeastTwo = confidenceRule(0.4, { min: 2, max: 3 }).begin();
  assert(atLeastTwo.more(signals({ drafted: 1, confidence: [0] })));
  assert(!atLeastTwo.more(signals({ drafted: 3, confidence: [1, 1, 1] })));
  const top = topProbabilityRule(0.5).begin();
  assert(top.more(signals({ drafted: 2, top: [0.8, 0.8] })));
  assert(!top.more(signals({ drafted: 3, top: [0.8, 0.8, 0.7] })));
});

Deno.test("SpecDec++ rule: strict, with bounds", () => {
  const rule = specDecPPRule({ threshold: 0.5 }).begin();
  assert(rule.more(signals({ drafted: 1, predicted: [] })));
  assert(rule.more(signals({ drafted: 3, predicted: [0.5, 1] })), "1 − ½ is not above ½");
  assert(!rule.more(signals({ drafted: 3, predicted: [0.5, 0.999] })));
  assert(!rule.more(signals({ drafted: 2, predicted: [0.4] })));
  assert(rule.more(signals({ drafted: 1, predicted: [] })), "at least 2");
  assert(!rule.more(signals({ drafted: 20, predicted: new Array(19).fill(1) })), "at most 20");
  // near 0 the product is compared, not 1 − product
  const strict = specDecPPRule({ threshold: 1e-17 }).begin();
  assert(strict.more(signals({ drafted: 3, predicted: [1, 1] })));
});

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

Deno.test("bad policies give one line each", async () => {
  const one = (what: () => unknown, text: string) => {
    const error = assertThrows(what, UserError, text);
    assertEquals(error.message.includes("\n"), false);
  };
  one(() => constantRule(0), "candidates: got 0");
  one(() => constantRule(Infinity), "candidates: got Infinity");
  one(() => heuristicRule({ start: 0 }), "start: got 0");
  one(() => scheduledRule([]), "schedule: got []");
  one(() => scheduledRule([2, -1]), "schedule: got -1");
  one(() => confidenceRule(1.1), "threshold: got 1.1");
  one(() => topProbabilityRule(-0.1), "threshold: got -0.1");
  one(
    () => specDecPPRule({ threshold: 1.01 }),
    "threshold h: got 1.01, expected a number in [0, 1]",
  );
  one(() => specDecPPRule({ threshold: NaN }), "threshold h: got NaN");
  one(() => specDecPPRule({ threshold: 0.5, min: 5, max: 4 }), "max: got 4");
  one(() => constantPredictor(2), "acceptance: got 2");
  one(() => draftBy(specDecPPRule({ threshold: 0.5 })), "no predictor");
  const head = initialHead({ hiddenSize: 7, depth: 0, tied: true }, 1);
  one(
    () => specDecPP({ predictor: headPredictor(head), threshold: 0.5, lag: 0 }),
    "expected lag 1",
  );
  const decode = (predictor: AcceptancePredictor, draft: LanguageModel) =>
    speculate({
      draft,
      target: models().target,
      maxTokens: 9,
      candidates: specDecPP({ predictor, threshold: 0.5 }),
      random: stream(1),
    });
  const { draft } = models();
  await assertRejects(
    () => decode(headPredictor({ ...head, draft: "another" }), draft),
    UserError,
    'got a head trained for "another"',
  );
  await assertRejects(
    () => decode(headPredictor(head), draft),
    UserError,
    "a head for hidden states of 7 numbers",
  );
  await assertRejects(
    () => decode(headPredictor(head), markovModel(twoStateChains().draft)),
    UserError,
    "gives no hidden states",
  );
  await assertRejects(
    () => decode(oraclePredictor(models("seven").target), draft),
    UserError,
    "vocabularies of 2 and 7 tokens",
  );
});
