import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  dirichletChain,
  historyModel,
  markovChain,
  markovModel,
  mixChains,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import { totalVariation } from "offprint/decoding/verification/mod.ts";

const probabilities = (logits: Float32Array) => [...logits].map(Math.exp);

function assertRow(logits: Float32Array, expected: ArrayLike<number>): void {
  assertEquals(logits.length, expected.length);
  probabilities(logits).forEach((p, token) => assertAlmostEquals(p, expected[token]!, 1e-7));
}

Deno.test("the logits of a Markov model are its chain's rows, step by step", async () => {
  const { target } = sevenStateChains();
  const model = markovModel(target);
  assertEquals([model.vocabSize, model.contextLength, model.bos], [7, 50, 7]);
  const sequence = await model.open([]);
  assertEquals(sequence.length, 0);
  assertRow(sequence.logits, target.row(1, 0));
  const text = [3, 0, 6, 6, 2];
  const { logits } = await sequence.extend(text);
  text.forEach((token, i) => assertRow(logits[i]!, target.row(i + 2, token)));
  assertRow(sequence.logits, target.row(6, 2));
  assertEquals(sequence.length, 5);
});

Deno.test("extending token by token, at once, in a batch or by opening gives the same rows", async () => {
  const model = markovModel(sevenStateChains().draft);
  const text = [1, 5, 2, 2, 0, 4];
  const atOnce = await model.open([]);
  const together = (await atOnce.extend(text)).logits;
  const stepwise = await model.open([]);
  for (const [i, token] of text.entries()) {
    assertEquals((await stepwise.extend([token])).logits, [together[i]!]);
    assertEquals((await model.open(text.slice(0, i + 1))).logits, together[i]!);
  }
  const ragged = [await model.open([]), await model.open([1, 5]), await model.open([])];
  const rows = await model.extendBatch(ragged, [text, [2], []]);
  assertEquals(rows, [together, [together[2]!], []]);
  await assertRejects(
    () => model.extendBatch(ragged, [[1]]),
    RangeError,
    "3 sequences and 1 lists",
  );
});

Deno.test("truncate rolls back, and logits throw until the next extend", async () => {
  const model = markovModel(sevenStateChains().target);
  const sequence = await model.open([1, 2]);
  await sequence.extend([3, 4, 5]);
  sequence.truncate(3);
  assertEquals(sequence.length, 3);
  assertThrows(() => sequence.logits, Error, "no logits after truncate");
  const { logits } = await sequence.extend([6]);
  assertEquals(logits[0], (await model.open([1, 2, 3, 6])).logits);
  for (const length of [5, -1, 1.5, NaN]) {
    assertThrows(() => sequence.truncate(length), RangeError, `truncate(${length})`);
  }
  sequence.truncate(0);
  assertEquals((await sequence.extend([4])).logits[0], (await model.open([4])).logits);
});

Deno.test("a fork and its parent go their own ways", async () => {
  const model = markovModel(sevenStateChains().target);
  const parent = await model.open([1, 2]);
  const child = parent.fork();
  assertEquals(child.logits, parent.logits);
  await child.extend([3]);
  await parent.extend([4, 5]);
  child.truncate(1);
  assertEquals((await child.extend([6])).logits[0], (await model.open([1, 6])).logits);
  assertEquals(parent.logits, (await model.open([1, 2, 4, 5])).logits);
  child.close();
  assertEquals(parent.length, 4);
  assertThrows(() => child.length, Error, "closed");
  assertThrows(() => child.fork(), Error, "closed");
  await assertRejects(() => child.extend([1]), Error, "closed");
});

Deno.test("the begin-of-text id opens the empty text", async () => {
  const model = markovModel(twoStateChains().target);
  const opened = await model.open([2, 1, 0]);
  assertEquals(opened.length, 2);
  assertEquals(opened.logits, (await model.open([1, 0])).logits);
  assertEquals((await model.open([2])).logits, (await model.open([])).logits);
  await assertRejects(() => model.open([0, 2]), RangeError, "got token 2");
});

Deno.test("tokens outside the vocabulary and texts beyond the context are refused", async () => {
  const model = markovModel(sevenStateChains().target);
  const sequence = await model.open([]);
  for (const token of [-1, 7, 1.5, NaN]) {
    await assertRejects(() => sequence.extend([token]), RangeError, `got token ${token}`);
  }
  await assertRejects(() => model.open(new Array(51).fill(0)), RangeError, "a text of 51 tokens");
  const full = await model.open(new Array(50).fill(0));
  assert(full.logits.every((logit) => logit === -Infinity));
  await assertRejects(() => full.extend([0]), RangeError, "at most 50");
});

Deno.test("an end token is absorbing", async () => {
  const chain = markovChain({
    name: "ending",
    vocabSize: 3,
    end: 2,
    first: [0.5, 0.25, 0.25],
    next: () => [0.25, 0.5, 0.25],
  });
  assertEquals([...chain.row(5, 2)], [0, 0, 1]);
  assertEquals(chain.end, 2);
  const sequence = await markovModel(chain).open([0, 2]);
  assertEquals([...sequence.logits], [-Infinity, -Infinity, 0]);
});

Deno.test("rows that are no distributions are refused by name", () => {
  const chain = (first: number[], row: number[]) =>
    markovChain({ name: "broken", vocabSize: 2, first, next: () => row });
  assertThrows(() => chain([0.5, 0.6], []), RangeError, "broken, first token: got [0.5, 0.6]");
  assertThrows(() => chain([1.5, -0.5], []), RangeError, "2 probabilities of sum 1");
  assertThrows(() => chain([1, 0], [1]).row(2, 0), RangeError, "broken, step 2 after 0");
  assertThrows(() => chain([1, 0], [NaN, 1]).row(2, 0), RangeError);
  assertThrows(() => chain([1, 0], [1, 0]).row(2, 2), RangeError, "previous token 2");
  assertThrows(() => chain([1, 0], [1, 0]).row(0, 0), RangeError, "step 0");
  assertThrows(
    () => markovChain({ name: "none", vocabSize: 0, first: [], next: () => [] }),
    RangeError,
    "vocabSize 0",
  );
});

Deno.test("Dirichlet chains depend on seed, name, step and token, not on the order asked", () => {
  const build = (seed: number, name: string) =>
    dirichletChain({ name, vocabSize: 7, seed, nonStationary: true });
  const one = build(4, "target");
  const other = build(4, "target");
  const late = other.row(40, 6);
  assertEquals(one.row(1, 0), other.row(1, 0));
  assertEquals(one.row(40, 6), late);
  assert(totalVariation(one.row(3, 2), build(4, "draft").row(3, 2)) > 0.01);
  assert(totalVariation(one.row(3, 2), build(5, "target").row(3, 2)) > 0.01);
  assert(totalVariation(one.row(3, 2), one.row(4, 2)) > 0.01);
  const stationary = dirichletChain({ name: "target", vocabSize: 7, seed: 4 });
  assertEquals(stationary.row(3, 2), stationary.row(9, 2));
});

Deno.test("a mixed chain lies at the chosen distance", () => {
  const base = dirichletChain({ name: "base", vocabSize: 5, seed: 1 });
  const other = dirichletChain({ name: "other", vocabSize: 5, seed: 1, nonStationary: true });
  const mixed = mixChains("mixed", base, other, 0.25);
  for (const [step, token] of [[1, 0], [2, 3], [9, 4]] as const) {
    assertAlmostEquals(
      totalVariation(mixed.row(step, token), base.row(step, token)),
      0.25 * totalVariation(other.row(step, token), base.row(step, token)),
      1e-12,
    );
  }
  assertThrows(() => mixChains("m", base, twoStateChains().draft, 0.5), RangeError, "5 and 2");
  assertThrows(() => mixChains("m", base, other, 1.5), RangeError, "weight 1.5");
});

Deno.test("a history model sees the whole text, after roll-backs and in forks too", async () => {
  const model = historyModel({
    name: "sum",
    vocabSize: 2,
    row: (history) => {
      const ones = history.reduce((sum, token) => sum + token, 0);
      return [1 / (2 + ones), 1 - 1 / (2 + ones)];
    },
  });
  const sequence = await model.open([1, 1]);
  assertRow(sequence.logits, [1 / 4, 3 / 4]);
  const fork = sequence.fork();
  await sequence.extend([1, 0]);
  assertRow(sequence.logits, [1 / 5, 4 / 5]);
  sequence.truncate(1);
  assertRow((await sequence.extend([0])).logits[0]!, [1 / 3, 2 / 3]);
  assertRow((await fork.extend([1])).logits[0]!, [1 / 5, 4 / 5]);
  const wrong = historyModel({ name: "wrong", vocabSize: 3, row: () => [1] });
  await assertRejects(() => wrong.open([]), RangeError, "got a row of 1");
});
