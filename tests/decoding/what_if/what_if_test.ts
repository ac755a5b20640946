import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLengthPolicy,
  confidenceRule,
  constantRule,
  draftBy,
  heuristicRule,
  oraclePredictor,
  specDecPPRule,
  type StoppingRule,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { type Prediction, type TextLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import { lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { RunningMoments } from "offprint/stats.ts";
import { chains, logs, type Setting, time } from "./logged_texts.ts";

/** V, D and T/N of real decoding, with standard errors over texts. */
async function decoded(setting: Setting, policy: CandidateLengthPolicy, texts: number) {
  const moments = { rounds: 0, tokens: 0, discarded: 0, ms: 0 };
  const perText: (typeof moments)[] = [];
  for (let text = 0; text < texts; text++) {
    let ms = 0;
    const timing: CandidateLengthPolicy = {
      ...policy,
      begin(start) {
        const run = policy.begin(start);
        return {
          more: (round) => run.more(round),
          verified(outcome) {
            ms += outcome.drafted * time.draftMs + time.targetMs(outcome.drafted) + time.hostMs();
            run.verified?.(outcome);
          },
          end: () => run.end?.(),
        };
      },
    };
    const result = await speculate({
      ...setting,
      bonus: true,
      candidates: timing,
      random: stream(22, "real", text),
    });
    perText.push({
      rounds: result.targetCalls,
      tokens: result.tokens.length,
      discarded: result.discarded,
      ms,
    });
  }
  const total = (key: keyof typeof moments) => perText.reduce((sum, each) => sum + each[key], 0);
  const ratio = (key: keyof typeof moments) => {
    const mean = total(key) / total("tokens");
    const residuals = new RunningMoments();
    for (const each of perText) residuals.add(each[key] - mean * each.tokens);
    return {
      mean,
      standardError: Math.sqrt(residuals.variance * perText.length) / total("tokens"),
    };
  };
  return {
    verification: ratio("rounds"),
    discard: ratio("discarded"),
    msPerToken: ratio("ms"),
  };
}

function assertAgree(
  prediction: Prediction,
  real: Awaited<ReturnType<typeof decoded>>,
  what: string,
): void {
  for (const key of ["verification", "discard", "msPerToken"] as const) {
    const error = Math.hypot(prediction[key].standardError, real[key].standardError);
    const z = (prediction[key].mean - real[key].mean) / error;
    assertLess(
      Math.abs(z),
      4,
      `${what}, ${key}: predicted ${prediction[key].mean}, decoded ${real[key].mean}, z = ${z}`,
    );
  }
}

Deno.test("predictions agree with real decoding, for every policy, from one log", async () => {
  const setting: Setting = {
    draft: markovModel(chains.draft),
    target: markovModel(chains.target),
    maxTokens: 120,
  };
  const oracle = oraclePredictor(setting.target);
  const log = await logs(setting, 250, oracle);
  const rules: [StoppingRule, AcceptancePredictor?][] = [
    [constantRule(1)],
    [constantRule(4)],
    [constantRule(15)],
    [heuristicRule()],
    [confidenceRule(0.4)],
    [confidenceRule(0.7, { min: 2, max: 6 })],
    [topProbabilityRule(0.3)],
    [specDecPPRule({ threshold: 0.3 }), oracle],
    [specDecPPRule({ threshold: 0.7 }), oracle],
    [specDecPPRule({ threshold: 0.5, min: 1, lag: 0 }), oracle],
  ];
  for (const [rule, predictor] of rules) {
    const prediction = whatIf(log, rule, { time });
    assertEquals(prediction.guessed, 0, rule.name);
    assertAgree(prediction, await decoded(setting, draftBy(rule, predictor), 250), rule.name);
  }
});

Deno.test("predictions are exact where the truth is known", async () => {
  const setting: Setting = {
    draft: markovModel(chains.draft),
    target: markovModel(chains.target),
    maxTokens: 60,
  };
  const log = await logs(setting, 800);
  for (const K of [1, 3, 8]) {
    const counts = lookAheadCounts(chains, 60, { candidates: K, bonus: true });
    const { verification, discard } = whatIf(log, constantRule(K), { time });
    assertLess(
      Math.abs(verification.mean - counts.targetCalls / 60) / verification.standardError,
      4,
    );
    assertLess(Math.abs(discard.mean - counts.discarded / 60) / discard.standardError, 4);
    assertLess(verification.standardError, 0.01);
  }
});

Deno.test("texts that end with a stop token, and warps", async () => {
  const chain = (name: string, rows: number[][]) =>
    markovChain({ name, vocabSize: 4, end: 3, first: rows[0]!, next: (_step, at) => rows[at]! });
  const setting: Setting = {
    draft: markovModel(
      chain("draft", [[0.3, 0.3, 0.34, 0.06], [0.5, 0.2, 0.25, 0.05], [0.1, 0.6, 0.2, 0.1]]),
    ),
    target: markovModel(
      chain("target", [[0.5, 0.3, 0.15, 0.05], [0.2, 0.4, 0.36, 0.04], [0.3, 0.5, 0.12, 0.08]]),
    ),
    maxTokens: 40,
    stop: 3,
    draftWarp: warp({ temperature: 0.8 }),
    targetWarp: warp({ temperature: 0.8 }),
  };
  const log = await logs(setting, 1500);
  assert(log.some(({ limit }) => limit === 40) && log.some(({ limit }) => limit === undefined));
  assert(log.some(({ rejected }) => rejected!.some((branch) => branch?.stopped)));
  for (const rule of [constantRule(2), constantRule(6), confidenceRule(0.45), heuristicRule()]) {
    const prediction = whatIf(log, rule, { time });
    assertAgree(prediction, await decoded(setting, draftBy(rule), 1500), rule.name);
  }
});

Deno.test("outcomes of a run in place of probabilities give the same answer", async () => {
  const setting: Setting = {
    draft: markovModel(chains.draft),
    target: markovModel(chains.target),
    maxTokens: 100,
  };
  // What another system can write after decoding once: accepted or replaced.
  const outcomes: TextLog[] = [];
  for (let text = 0; text < 250; text++) {
    const { trace } = await speculate({
      ...setting,
      random: stream(23, "outcomes", text),
      trace: true,
    });
    outcomes.push({ acceptance: trace!.map(({ accepted }) => accepted ? 1 : 0) });
  }
  const rule = constantRule(5);
  assertAgree(
    whatIf(outcomes, rule, { time }),
    await decoded(setting, draftBy(rule), 250),
    "outcomes",
  );
});

Deno.test("a text by hand", () => {
  const log: TextLog = {
    acceptance: [1, 1, 0, 1, 1, 1],
    confidence: [0.9, 0.3, 0.9, 0.9, 0.9, 0.9],
    rejected: [null, null, { drafted: 2, confidence: [0.8, 0.1] }, null, null, null],
  };
  const costs = { draftMs: 10, targetMs: (m: number) => 100 + m, hostMs: (m: number) => m / 2 };
  const run = (rule: StoppingRule) => whatIf([log], rule, { time: costs, replays: 3 });
  // K = 3: [1 1 ✗] 3 tokens, 1 discarded; [4 5 6] the rest, no bonus
  const three = run(constantRule(3));
  assertAlmostEquals(three.verification.mean, 2 / 6);
  assertAlmostEquals(three.discard.mean, 1 / 6);
  assertAlmostEquals(three.msPerToken.mean, (60 + 206 + 3) / 6);
  assertAlmostEquals(three.candidates, 3);
  assert(Number.isNaN(three.verification.standardError), "one text says nothing about its error");
  // K = 2: [1 2] + bonus 3, [4 5] + bonus 6: the rejection is never met
  const two = run(constantRule(2));
  assertEquals([two.verification.mean, two.discard.mean], [2 / 6, 0]);
  // K = 1: [1]+2, [✗]3, [4]+5, [6]
  const one = run(constantRule(1));
  assertAlmostEquals(one.verification.mean, 4 / 6);
  assertAlmostEquals(one.discard.mean, 1 / 6);
  // confidence 0.4: [1 2] stops at 0.3, + bonus 3; [4 5 6]
  const confident = run(confidenceRule(0.4));
  assertEquals([confident.verification.mean, confident.discard.mean], [2 / 6, 0]);
  // confidence 0.2: [1 2 ✗ 0.1] stops at 0.1: two discarded; [4 5 6]
  const low = run(confidenceRule(0.2));
  assertAlmostEquals(low.discard.mean, 2 / 6);
  assertEquals(low.guessed, 0);
  // confidence 0.05 would have gone on: the branch is too short, and that is told
  assertEquals(run(confidenceRule(0.05)).guessed, 1);
  // a missing branch is borrowed, and that is told
  const half = { ...log, rejected: log.rejected!.map(() => null) };
  const borrowed = whatIf([log, half], confidenceRule(0.2), { time: costs });
  assertAlmostEquals(borrowed.guessed, 1 / 2);
  assertAlmostEquals(borrowed.discard.mean, 2 / 6);
});

Deno.test("a policy without its signal gives one line", () => {
  const text = { acceptance: [0.5, 1] };
  const run = (logs: TextLog[], rule: StoppingRule) => () => whatIf(logs, rule, { time });
  assertThrows(
    run([{ ...text, confidence: [1, 1] }, text], confidenceRule(0.4)),
    UserError,
    'text 2 has no "confidence"',
  );
  assertThrows(
    run([{ ...text, confidence: [1, 1] }], confidenceRule(0.4)),
    UserError,
    'without "confidence" after rejections',
  );
  assertEquals(
    whatIf([{ acceptance: [1, 1], confidence: [1, 1] }], confidenceRule(0.4), { time }).discard
      .mean,
    0,
  );
  assertThrows(run([], constantRule(1)), UserError, "at least one");
  assertThrows(() => whatIf([text], constantRule(1), { time, replays: 0 }), UserError, "replays");
});
