import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  type AcceptancePredictor,
  type CandidateLengthPolicy,
  confidenceRule,
  constantRule,
  draftBy,
  heuristicRule,
  oraclePredictor,
  parseMs,
  parsePolicies,
  specDecPPRule,
  type StoppingRule,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import {
  formatLog,
  logText,
  parseLog,
  type Prediction,
  signalsOf,
  type TextLog,
  whatIf,
} from "offprint/decoding/what_if/mod.ts";
import { lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { command, predict } from "offprint/commands/what_if.ts";
import { UserError } from "offprint/errors.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { RunningMoments } from "offprint/stats.ts";

const time = {
  draftMs: 1,
  targetMs: (candidates: number) => 4.5 + 0.1 * candidates,
  hostMs: () => 0.2,
};

/** Autocorrelated acceptance with informative confidence. */
const chains = stretchChains({
  kinds: [
    { acceptance: 0.97, share: 0.6, certainty: 0.95 },
    { acceptance: 0.4, share: 0.4, certainty: 0.6 },
  ],
  persistence: 0.8,
});

interface Setting {
  draft: ReturnType<typeof markovModel>;
  target: ReturnType<typeof markovModel>;
  maxTokens: number;
  stop?: number;
  draftWarp?: ReturnType<typeof warp>;
  targetWarp?: ReturnType<typeof warp>;
}

async function logs(
  setting: Setting,
  texts: number,
  predictor?: AcceptancePredictor,
): Promise<TextLog[]> {
  const result = [];
  for (let text = 0; text < texts; text++) {
    const random = stream(21, "log", text);
    result.push(await logText({ ...setting, ...(predictor ? { predictor } : {}), random }));
  }
  return result;
}

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

Deno.test("a log survives being written and read", async () => {
  const setting: Setting = {
    draft: markovModel(chains.draft),
    target: markovModel(chains.target),
    maxTokens: 30,
  };
  const log = await logs(setting, 20, oraclePredictor(setting.target));
  const read = parseLog(formatLog(log), "log");
  assertEquals(read.length, 20);
  assertEquals(signalsOf(read), new Set(["confidence", "top", "predicted"] as const));
  const rule = constantRule(4);
  assertAlmostEquals(
    whatIf(read, rule, { time }).msPerToken.mean,
    whatIf(log, rule, { time }).msPerToken.mean,
    1e-3,
  );
  assertEquals(whatIf(log, rule, { time }), whatIf(log, rule, { time }));
  // a byte order mark, windows line ends and empty lines
  assertEquals(parseLog('\ufeff{"acceptance":[1]}', "log"), [{ acceptance: [1] }]);
  assertEquals(parseLog('\r\n{"acceptance":[1]}\r\n\r\n', "log"), [{ acceptance: [1] }]);
});

Deno.test("a malformed log gives one line that names the line", () => {
  const good = '{"acceptance":[1,0.5]}';
  for (
    const [line, text] of [
      ["{", "log: line 3: got"],
      ["[1]", "log: line 3: got [1], expected an object"],
      ["7", "log: line 3: got 7, expected an object"],
      ["null", "log: line 3: got null, expected an object"],
      ["{}", "log: line 3: acceptance: got nothing, expected a list"],
      ['{"acceptance":[]}', "log: line 3: acceptance: got [], expected at least one token"],
      ['{"acceptance":[1,1.5]}', "line 3: acceptance[1]: got 1.5, expected a number in [0, 1]"],
      ['{"acceptance":[-1]}', "line 3: acceptance[0]: got -1, expected a number in [0, 1]"],
      ['{"acceptance":["1"]}', 'line 3: acceptance[0]: got "1", expected a number'],
      ['{"acceptance":[null]}', "line 3: acceptance[0]: got null, expected a number"],
      ['{"acceptance":[1],"confidence":[1,1]}', "line 3: confidence.length: got 2, expected 1"],
      ['{"acceptance":[1],"rejected":[]}', "line 3: rejected.length: got 0, expected 1"],
      [
        '{"acceptance":[1],"rejected":[{"drafted":2,"top":[1]}]}',
        "line 3: rejected[0].top.length: got 1, expected 2",
      ],
      ['{"acceptance":[1],"rejected":[{"drafted":0}]}', "rejected[0].drafted: got 0"],
      ['{"acceptance":[1],"rejected":[3]}', "line 3: rejected[0]: got 3"],
      ['{"acceptance":[1,1],"limit":1}', "line 3: limit: got 1, expected at least 2"],
      ['{"acceptance":[1],"accepted":[1]}', 'expected no field "accepted"'],
    ] as const
  ) {
    const error = assertThrows(
      () => parseLog(`${good}\n\n${line}\n${good}`, "log"),
      UserError,
      text,
    );
    assertEquals(error.message.includes("\n"), false);
  }
  assertThrows(() => parseLog("\n\n", "log"), UserError, "log: got no text");
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

Deno.test("policies and latencies as typed", () => {
  assertEquals(
    parsePolicies("constant:2,4").concat(parsePolicies("heuristic"), parsePolicies("specdecpp:.7"))
      .map(({ name }) => name),
    ["constant 2", "constant 4", "heuristic +2/−1 from 5", "SpecDec++ h = 0.7"],
  );
  for (
    const bad of ["", "constant", "constant:", "constant:x", "magic:3", "top:0.1:2", "toString:1"]
  ) {
    assertThrows(() => parsePolicies(bad), UserError, "--policy");
  }
  assertThrows(() => parsePolicies("constant:0"), UserError, "candidates: got 0");
  assertThrows(() => parsePolicies("specdecpp:1.5"), UserError, "threshold h: got 1.5");
  assertEquals([1, 9].map(parseMs("--x", "12.5")), [12.5, 12.5]);
  assertEquals([1, 3, 5, 8].map(parseMs("--x", "2:10, 4:20, 6:60")), [10, 15, 40, 60]);
  for (const bad of ["", "a", "-1", "4:10,2:5", "1:", "1:2:3", "1e3"]) {
    assertThrows(() => parseMs("--x", bad), UserError, "--x");
  }
});

Deno.test("the command: table, JSON, help and errors", async () => {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const setting: Setting = {
      draft: markovModel(chains.draft),
      target: markovModel(chains.target),
      maxTokens: 40,
    };
    const log = await logs(setting, 30, oraclePredictor(setting.target));
    await Deno.writeTextFile(file, formatLog(log));
    const times = ["--draft-ms", "23", "--target-ms", "107"];
    const table = await predict([file, ...times]);
    await Deno.writeTextFile(`${file}.marked`, `\ufeff${formatLog(log)}`);
    const marked = await predict([`${file}.marked`, ...times]);
    assertEquals(marked.replaceAll(`${file}.marked`, file), table);
    await Deno.remove(`${file}.marked`);
    assert(table.includes("30 texts, 1200 tokens"));
    for (
      const name of ["constant 4", "confidence 0.4", "top probability 0.3", "SpecDec++ h = 0.5"]
    ) {
      assert(table.includes(name), name);
    }
    const json = JSON.parse(
      await predict([
        file,
        ...times,
        "--policy",
        "constant:4",
        "--policy",
        "specdecpp:.5",
        "--json",
      ]),
    );
    const direct = whatIf(parseLog(formatLog(log), file), constantRule(4), {
      time: { draftMs: 23, targetMs: () => 107 },
    });
    assertEquals(json.policies[0], direct);
    assertEquals([json.texts, json.tokens, json.policies.length], [30, 1200, 2]);
    assert((command.usage as string).includes("deno task what-if LOG.jsonl"));

    const fails = async (args: string[], text: string) => {
      const error = await assertRejects(() => predict(args), UserError, text);
      assertEquals(error.message.includes("\n"), false);
    };
    await fails([], "expected one log file");
    await fails([file, file, ...times], "expected one log file");
    await fails([file, "--target-ms", "3"], "--draft-ms: got nothing");
    await fails([file, "--draft-ms", "3"], "--target-ms: got nothing");
    await fails([file, "--draft-ms", "x", "--target-ms", "3"], "--draft-ms");
    await fails([file, ...times, "--policy", "best"], "--policy");
    await fails([file, ...times, "--lag", "2"], "--lag");
    await fails([file, ...times, "--replays", "0"], "--replays");
    await fails([file, ...times, "--speed", "0"], "options among");
    await fails([`${file}.none`, ...times], "no such file");
    await Deno.writeTextFile(file, '{"acceptance":[1]}\n{"acceptance":[2]}\n');
    await fails([file, ...times], "line 2: acceptance[0]: got 2");
  } finally {
    await Deno.remove(file);
  }
});
