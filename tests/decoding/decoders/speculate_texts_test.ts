import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  batchSpeculate,
  batchSpeculateTexts,
  sampleText,
  sampleTexts,
  speculate,
  speculateTexts,
  type SpeculateTextsOptions,
  uncached,
} from "offprint/decoding/decoders/mod.ts";
import {
  headPredictor,
  initialHead,
  predictAcceptance,
  predictStates,
  withFeatures,
} from "offprint/decoding/heads/mod.ts";
import {
  constantLength,
  constantPredictor,
  draftBy,
  heuristicLength,
  oraclePredictor,
  specDecPP,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import {
  logText,
  logTexts,
  loopMs,
  medianTiming,
  modelledMs,
  predictLog,
  type TextTiming,
  timeModel,
  timePlain,
  timeSpeculation,
} from "offprint/decoding/what_if/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { UserError } from "offprint/errors.ts";
import {
  markovChain,
  markovModel,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { newWatch, watched } from "../fixtures.ts";

const chains = stretchChains({
  kinds: [{ acceptance: 0.95, share: 0.6 }, { acceptance: 0.4, share: 0.4 }],
  persistence: 0.7,
});
const size = 6;
const draft = withFeatures(
  markovModel(chains.draft),
  (text) => Float32Array.from({ length: size }, (_, i) => Math.sin(i + (text.at(-1) ?? 0))),
);
const target = markovModel(chains.target);
const head = initialHead({ hiddenSize: size, depth: 2, tied: false }, 5);
const prompts = [[], [0], [1, 2, 3], [2], [], [3, 0], [1]];

/** Chains of three tokens, the last one ending the text. */
const ending = (name: string, rows: number[][]) =>
  markovModel(
    markovChain({ name, vocabSize: 3, end: 2, first: rows[0]!, next: (_, at) => rows[at]! }),
  );

Deno.test("texts sampled side by side are those sampled one by one, stop tokens and all", async () => {
  const models = [
    { model: target, stop: undefined, prompts },
    {
      model: ending("ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]),
      stop: 2,
      prompts: [[0], [1], [0, 1], [1, 1]],
    },
  ];
  for (const { model, stop, prompts } of models) {
    const options = {
      model,
      maxTokens: 25,
      warp: warp({ temperature: 0.8 }),
      ...(stop === undefined ? {} : { stop }),
    };
    const random = (text: number) => stream(1, "side by side", text);
    const alone: number[][] = [];
    for (const [i, prompt] of prompts.entries()) {
      alone.push(await sampleText({ ...options, prompt, random: random(i) }));
    }
    for (const batch of [1, 3, 16]) {
      const seen = prompts.map(() => 0);
      const texts = await sampleTexts({
        ...options,
        prompts,
        random,
        batch,
        onLogits: (text, position, logits) => {
          assertEquals(position, seen[text]!++);
          assertEquals(logits.length, model.vocabSize);
        },
      });
      assertEquals(texts, alone);
      assertEquals(seen, texts.map((text) => text.length));
    }
  }
  assertEquals(
    await sampleTexts({ model: target, prompts, maxTokens: 0, random: () => stream(1) }),
    [
      ...prompts.map(() => []),
    ],
  );
});

Deno.test("texts decoded side by side are those decoded one by one, whatever the policy", async () => {
  const policies = [
    constantLength(3),
    heuristicLength(),
    specDecPP({ predictor: oraclePredictor(target), threshold: 0.4 }),
    specDecPP({ predictor: headPredictor(head), threshold: 0.6 }),
    specDecPP({ predictor: constantPredictor(0.9), threshold: 0.3 }),
  ];
  for (const candidates of policies) {
    const options: Omit<SpeculateTextsOptions, "prompts" | "random"> = {
      draft,
      target,
      maxTokens: 40,
      bonus: true,
      candidates,
      trace: true,
    };
    const random = (text: number) => stream(2, "side by side", text);
    const alone = [];
    for (const [i, prompt] of prompts.entries()) {
      alone.push(await speculate({ ...options, prompt, random: random(i) }));
    }
    for (const batch of [1, 4, 16]) {
      const done: number[] = [];
      const texts = await speculateTexts({
        ...options,
        prompts,
        random,
        batch,
        onText: (count) => done.push(count),
      });
      assertEquals(texts, alone, candidates.name);
      assertEquals(done, prompts.map((_, i) => i + 1));
    }
  }
});

Deno.test("batch decoding side by side gives the texts of one by one, stop tokens and all", async () => {
  const pairs = [
    { draft, target, prompts, stop: undefined },
    {
      draft: ending("draft that ends", [[0.4, 0.4, 0.2], [0.3, 0.6, 0.1]]),
      target: ending("target that ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]),
      prompts: [[0], [1], [0, 1], [1, 1]],
      stop: 2,
    },
  ];
  for (const { stop, prompts, ...models } of pairs) {
    for (const drafts of [1, 3]) {
      for (const bonus of [false, true]) {
        const watch = newWatch();
        const options = {
          draft: watched(models.draft, watch),
          target: watched(models.target, watch),
          drafts,
          bonus,
          maxTokens: 20,
          lookAhead: 4,
          trace: true,
          ...(stop === undefined ? {} : { stop }),
        };
        const random = (text: number) => stream(9, "batch side by side", text);
        const alone = [];
        for (const [i, prompt] of prompts.entries()) {
          alone.push(await batchSpeculate({ ...options, prompt, random: random(i) }));
        }
        for (const batch of [1, 3, 16]) {
          assertEquals(await batchSpeculateTexts({ ...options, prompts, random, batch }), alone);
        }
        assertEquals(watch.opened, watch.closed);
      }
    }
  }
  const random = () => stream(1);
  const options = { draft, target, drafts: 2, maxTokens: 4, prompts, random };
  for (
    const [wrong, text] of [
      [{ drafts: 0 }, "drafts: got 0"],
      [{ batch: 0 }, "batch: got 0"],
      [{ lookAhead: 0 }, "lookAhead: got 0"],
      [{ target: markovModel(sevenStateChains().target) }, "vocabularies of"],
    ] as const
  ) {
    await assertRejects(() => batchSpeculateTexts({ ...options, ...wrong }), UserError, text);
  }
  const none = await batchSpeculateTexts({ ...options, maxTokens: 0 });
  assertEquals(none.map(({ tokens }) => tokens), prompts.map(() => []));
});

Deno.test("side by side: stop tokens, no tokens, every sequence closed, and bad options", async () => {
  const rows = [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]];
  const pair = {
    draft: ending("d", [[0.3, 0.3, 0.4], [0.5, 0.4, 0.1]]),
    target: ending("t", rows),
  };
  const options = { ...pair, maxTokens: 12, stop: 2, candidates: constantLength(3), bonus: true };
  const random = (text: number) => stream(3, text);
  const texts = await speculateTexts({ ...options, prompts: [[0], [1], [0]], random });
  assertEquals(texts[2], await speculate({ ...options, prompt: [0], random: random(2) }));
  for (const { tokens } of texts) assertEquals(tokens.slice(0, -1).includes(2), false);
  const none = await speculateTexts({ ...options, maxTokens: 0, prompts: [[0]], random });
  assertEquals(none[0]!.tokens, []);

  const watches = { draft: newWatch(), target: newWatch() };
  const seven = sevenStateChains();
  let calls = 0;
  await assertRejects(
    () =>
      speculateTexts({
        draft: watched(markovModel(seven.draft), watches.draft),
        target: watched(markovModel(seven.target), watches.target),
        prompts: [[], [1], [2]],
        maxTokens: 9,
        random,
        targetWarp: (logits) => {
          if (++calls === 7) throw new Error("broken warp");
          return warp()(logits);
        },
      }),
    Error,
    "broken warp",
  );
  for (const { opened, closed } of Object.values(watches)) assertEquals(closed, opened);
  assert(watches.draft.opened === 3);

  await assertRejects(
    () => speculateTexts({ ...options, batch: 0, prompts: [[0]], random }),
    UserError,
    "batch: got 0",
  );
  await assertRejects(
    () =>
      speculateTexts({
        ...options,
        draft: markovModel(twoStateChains().draft),
        prompts: [[0]],
        random,
      }),
    UserError,
    "vocabularies of 2 and 3 tokens",
  );
});

Deno.test("without a cache: the same tokens for the same stream, with hidden states", async () => {
  for (let run = 0; run < 20; run++) {
    const options = {
      maxTokens: 30,
      prompt: run % 2 === 0 ? [] : [1, 0],
      bonus: true,
      candidates: specDecPP({ predictor: headPredictor(head), threshold: 0.6 }),
    };
    const random = () => stream(4, "uncached", run);
    assertEquals(
      await speculate({
        ...options,
        draft: uncached(draft),
        target: uncached(target),
        random: random(),
      }),
      await speculate({ ...options, draft, target, random: random() }),
    );
  }
  const sequence = await uncached(target).open([1]);
  await sequence.extend([2, 3]);
  const fork = sequence.fork();
  sequence.truncate(2);
  assertEquals([sequence.length, fork.length], [2, 3]);
  assertThrows(() => sequence.logits, Error, "extend the sequence first");
  assertThrows(() => sequence.truncate(3), RangeError, "expected a whole number from 0 to 2");
  assertEquals(fork.logits.length, target.vocabSize);
});

Deno.test("logs side by side are those of one text each; heads predict on them afterwards", async () => {
  const options = { draft, target, maxTokens: 30, branch: 6 };
  const random = (text: number) => stream(5, "logs", text);
  const logs = await logTexts({ ...options, prompts, random, states: true, batch: 3 });
  for (const [i, prompt] of prompts.entries()) {
    const alone = await logText({
      ...options,
      prompt,
      random: random(i),
      predictor: headPredictor(head),
    });
    const predicted = predictLog(
      logs[i]!,
      (states) => states.map((state) => predictAcceptance(head, state)),
    );
    assertEquals(predicted, alone);
    assertEquals(logs[i]!.tokens.length, 30);
  }
  const oracle = await logTexts({ ...options, prompts: [[1]], random, oracle: true });
  const asked = await logText({
    ...options,
    prompt: [1],
    random: random(0),
    predictor: oraclePredictor(target),
  });
  const numbers = (log: typeof asked) => [
    ...log.predicted!,
    ...log.rejected!.flatMap((branch) => branch?.predicted ?? []),
  ];
  const [ours, theirs] = [numbers(oracle[0]!.log), numbers(asked)];
  assertEquals(ours.length, theirs.length);
  ours.forEach((value, i) => assertAlmostEquals(value, theirs[i]!, 1e-6));
  assertThrows(() => predictLog(oracle[0]!, () => []), TypeError, "without states");
  await assertRejects(
    () =>
      logTexts({
        ...options,
        draft: markovModel(chains.draft),
        prompts: [[]],
        random,
        states: true,
      }),
    UserError,
    "gives no hidden states",
  );
});

Deno.test("bulk predictions are those of single states, for every shape of head", async () => {
  const random = stream(6, "states");
  for (
    const config of [
      { hiddenSize: 5, depth: 0, tied: true },
      { hiddenSize: 5, depth: 1, tied: false },
      { hiddenSize: 7, depth: 3, tied: true },
      { hiddenSize: 7, depth: 2, tied: false },
    ]
  ) {
    const head = initialHead(config, 7);
    for (const count of [0, 1, 5000]) {
      const states = Float32Array.from(
        { length: count * config.hiddenSize },
        () => 2 * random.normal(),
      );
      const predicted = await predictStates(head, states);
      assertEquals(predicted.length, count);
      for (let i = 0; i < count; i += 97) {
        const state = states.subarray(i * config.hiddenSize, (i + 1) * config.hiddenSize);
        assertAlmostEquals(predicted[i]!, predictAcceptance(head, state), 2e-6);
      }
    }
  }
  await assertRejects(
    () =>
      predictStates(initialHead({ hiddenSize: 4, depth: 0, tied: true }, 1), new Float32Array(6)),
    RangeError,
    "a multiple of 4",
  );
});

Deno.test("timing: the same text, every round and candidate accounted for", async () => {
  const options = () => ({
    draft,
    target,
    maxTokens: 40,
    bonus: true,
    candidates: draftBy(
      { name: "two", begin: () => ({ more: ({ drafted }: { drafted: number }) => drafted < 2 }) },
    ),
    random: stream(8, "timing"),
  });
  const plain = await speculate(options());
  const timing = await timeSpeculation(options());
  assertEquals(timing.tokens, plain.tokens.length);
  assertEquals(timing.drafted, plain.drafted);
  assertEquals(timing.rounds.length, plain.rounds);
  const candidates = timing.rounds.reduce((sum, round) => sum + round.candidates, 0);
  assertEquals(candidates, plain.drafted);
  for (const ms of [timing.draftMs, timing.warpMs, timing.policyMs]) assert(ms >= 0);
});

Deno.test("plain decoding, timed: as long as the text that is sampled, stop token and all", async () => {
  const ends = ending("ends", [[0.5, 0.4, 0.1], [0.3, 0.5, 0.2]]);
  for (let text = 0; text < 20; text++) {
    const options = { model: ends, prompt: [0], maxTokens: 6, stop: 2 };
    const random = () => stream(11, "plain", text);
    const { tokens, totalMs } = await timePlain({ ...options, random: random() });
    assertEquals(tokens, (await sampleText({ ...options, random: random() })).length);
    assert(totalMs >= 0);
  }
});

Deno.test("of several timings the median counts, the lower of two", () => {
  const timing = (totalMs: number): TextTiming => ({
    tokens: 1,
    totalMs,
    drafted: 1,
    draftMs: 0,
    warpMs: 0,
    policyMs: 0,
    rounds: [],
  });
  assertEquals(medianTiming([5, 90, 4].map(timing)).totalMs, 5);
  assertEquals(medianTiming([9, 4].map(timing)).totalMs, 4);
  assertThrows(() => medianTiming([]), RangeError, "no timings");
});

Deno.test("time model: means by number of candidates, the nearest where one was not met", () => {
  const text: TextTiming = {
    tokens: 9,
    totalMs: 100,
    drafted: 6,
    draftMs: 12,
    warpMs: 5,
    policyMs: 3,
    rounds: [{ candidates: 1, targetMs: 10 }, { candidates: 2, targetMs: 20 }, {
      candidates: 3,
      targetMs: 24,
    }],
  };
  assertEquals(loopMs(text), 100 - 12 - 5 - 3 - 54);
  const model = timeModel([text]);
  assertEquals(model.draftMs, 2);
  assertEquals([0, 1, 2, 3, 9].map(model.targetMs), [10, 10, 20, 24, 24]);
  // 34 ms of host in 6 candidates and 3 rounds.
  assertAlmostEquals(model.hostMs!(2), 34 / 9 * 3);
  assertAlmostEquals(modelledMs(model, text), 100);
  assertThrows(() => timeModel([]), RangeError, "no rounds");
});
