import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import {
  cachedReference,
  differingTokens,
  encodePairs,
  longestText,
  mismatchedPairs,
  pairBatch,
  parsePairs,
  readPairs,
  responseLogProbs,
  scorePairs,
} from "offprint/preference/pairs/mod.ts";
import { openPolicy, somePairs } from "./fixtures.ts";

const LINE = '{"prompt":"p","chosen":"good","rejected":"bad"}';

/** A tokenizer of one token a letter. */
const letters = { encode: (text: string) => [...text].map((c) => c.charCodeAt(0) - 96) };

Deno.test("pairs are read from JSON lines, with what they leave out", () => {
  const pairs = parsePairs(
    `\uFEFF${LINE}\r\n\n{"id":7,"prompt":"","chosen":"a","rejected":"b","source":"s","labelProbability":0.8,"other":1}\n`,
    "file",
  );
  assertEquals(pairs, [
    { id: "line 1", prompt: "p", chosen: "good", rejected: "bad", source: "", labelProbability: 1 },
    { id: "7", prompt: "", chosen: "a", rejected: "b", source: "s", labelProbability: 0.8 },
  ]);
});

Deno.test("a line that is no pair is named", () => {
  const refused = (text: string, message: string) =>
    assertThrows(() => parsePairs(text, "file"), UserError, message);
  refused("", "file: got no pairs");
  refused(`${LINE}\n{`, "file, line 2: got");
  refused('{"prompt":"p","chosen":"a"}', "file, line 1: rejected: got nothing");
  refused('{"prompt":"p","chosen":"a","rejected":5}', "line 1: rejected: got 5");
  refused('{"prompt":"p","chosen":"","rejected":"b"}', "a response that is not empty");
  refused('{"prompt":"p","chosen":"a","rejected":"a"}', "got two equal responses");
  refused(LINE.replace("}", ',"labelProbability":2}'), "labelProbability: got 2");
  refused(
    '{"id":1,"prompt":"","chosen":"a","rejected":"b"}\n{"id":"1","prompt":"","chosen":"a","rejected":"b"}',
    "an id that no other line has",
  );
});

Deno.test("a missing file is one clear line", async () => {
  await assertRejects(
    () => readPairs("nowhere.jsonl"),
    UserError,
    "nowhere.jsonl: got no such file",
  );
});

Deno.test("truncation of one response is refused, dropped or kept, and counted", () => {
  const pairs = parsePairs(
    [
      '{"id":"fits","prompt":"ab","chosen":"c","rejected":"d"}',
      '{"id":"one","prompt":"ab","chosen":"cdefgh","rejected":"d"}',
      '{"id":"both","prompt":"ab","chosen":"cdefgh","rejected":"defghi"}',
    ].join("\n"),
    "file",
  );
  const options = { contextLength: 6, end: 0 };
  assertThrows(
    () => encodePairs(letters, pairs, options),
    UserError,
    "pair one: response: got 7 tokens, expected at most 4",
  );
  const dropped = encodePairs(letters, pairs, { ...options, truncation: "drop" });
  assertEquals(dropped.pairs.map(({ id }) => id), ["fits"]);
  assertEquals([dropped.cutOnOneSide, dropped.cutOnBothSides], [["one"], ["both"]]);
  const kept = encodePairs(letters, pairs, { ...options, truncation: "keep" });
  assertEquals(kept.pairs[1]!.chosen, [3, 4, 5, 6]);
  assertEquals(kept.pairs[1]!.rejected, [4, 0]);
  assertEquals(kept.pairs[0]!.chosen, [3, 0]);
});

Deno.test("a prompt without room and responses that are equal once cut are refused", () => {
  const pair = (chosen: string, rejected: string) =>
    parsePairs(JSON.stringify({ prompt: "abcd", chosen, rejected }), "file");
  assertThrows(
    () => encodePairs(letters, pair("e", "f"), { contextLength: 4 }),
    UserError,
    "pair line 1: prompt: got 4 tokens, expected fewer than 4",
  );
  assertThrows(
    () => encodePairs(letters, pair("ee", "ef"), { contextLength: 5, truncation: "keep" }),
    UserError,
    "two responses with the same tokens",
  );
  const silent = { encode: (text: string) => text === "f" ? [] : letters.encode(text) };
  assertThrows(
    () => encodePairs(silent, pair("e", "f"), { contextLength: 9 }),
    UserError,
    "rejected response: got no tokens",
  );
});

Deno.test("masks mark what is outside the longest common alignment", () => {
  const masks = (w: number[], l: number[]) => {
    const { chosen, rejected } = differingTokens(w, l);
    return [[...chosen], [...rejected]];
  };
  assertEquals(masks([1, 5, 6], [2, 5, 6]), [[1, 0, 0], [1, 0, 0]]);
  assertEquals(masks([3, 1, 4], [3, 2, 2, 4]), [[0, 1, 0], [0, 1, 1, 0]]);
  assertEquals(masks([1], [2]), [[1], [1]]);
  assertEquals(masks([7, 7], [7]), [[1, 0], [0]]);
});

Deno.test("scores are the tokens' own, whatever the length of the rows", async () => {
  const engine = await openPolicy();
  const pairs = somePairs(3);
  const [plain, padded] = [
    await scorePairs(engine, pairs),
    await scorePairs(engine, pairs, { length: longestText(pairs) + 5 }),
  ];
  for (const [i, { chosen, rejected }] of plain.entries()) {
    assertEquals([chosen.length, rejected.length], [3, 3]);
    chosen.forEach((value, t) => assert(Math.abs(value - padded[i]!.chosen[t]!) < 1e-5));
  }
  // Permuting the prompt's labels changes nothing: only response tokens are summed.
  const batch = pairBatch(engine.config, pairs);
  const shuffled = { ...batch, targets: batch.targets.slice() };
  for (let row = 0; row < batch.rows; row++) {
    const { prompt } = pairs[row >> 1]!;
    for (let t = 0; t < prompt.length; t++) shuffled.targets[row * batch.length + t] = 5;
  }
  const other = responseLogProbs(batch, pairs, await engine.logProbs(shuffled));
  assertEquals(other, responseLogProbs(batch, pairs, await engine.logProbs(batch)));
  await engine.close();
});

Deno.test("mismatched pairs are a cyclic shift: none keeps its own response, also of odd count", () => {
  const pairs = somePairs(5);
  mismatchedPairs(pairs).forEach(({ chosen, prompt }, i) => {
    assertEquals(chosen, pairs[(i + 1) % 5]!.chosen);
    assertEquals(prompt, pairs[i]!.prompt);
  });
});

Deno.test("a reference cache is read back, and refused for another model or other pairs", async () => {
  const folder = await Deno.makeTempDir();
  const file = pathToFileURL(`${folder}/reference.safetensors`);
  const engine = await openPolicy();
  const pairs = somePairs(4);
  const written = await cachedReference(file, engine, pairs);
  const read = await cachedReference(file, engine, pairs);
  for (const [i, { chosen }] of written.pairs.entries()) {
    assertEquals(Float32Array.from(read.pairs[i]!.chosen), Float32Array.from(chosen));
  }
  await assertRejects(
    () => cachedReference(file, engine, pairs.slice(1)),
    UserError,
    "the reference log-probabilities of other pairs",
  );
  engine.parameters[0]! += 1;
  await assertRejects(() => cachedReference(file, engine, pairs), UserError, "of another model");
  await engine.close();
  await Deno.remove(folder, { recursive: true });
});
