import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { headPredictor, initialHead } from "offprint/decoding/heads/mod.ts";
import {
  type AcceptancePredictor,
  confidenceRule,
  constantPredictor,
  constantRule,
  draftBy,
  heuristicRule,
  oraclePredictor,
  type RoundSignals,
  scheduledRule,
  specDecPP,
  specDecPPRule,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { models } from "./some_policies.ts";

/** A round with these numbers. */
function signals(parts: Partial<RoundSignals> & { drafted: number }): RoundSignals {
  return { confidence: [], top: [], predicted: [], ...parts };
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
