import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { KneserNey } from "offprint/lm/ngram/kneser_ney.ts";
import { NgramCounts, NONE } from "offprint/lm/ngram/ngram_counts.ts";
import { ngramModel } from "offprint/lm/ngram/model.ts";
import { stream } from "offprint/random.ts";
import { conformance } from "../conformance.ts";

const VOCAB = 9;
const random = stream(2, "ngram-text");
/** Documents in which the next token leans on the two before it. */
const documents = Array.from({ length: 12 }, () => {
  const tokens: number[] = [];
  for (let i = 0; i < 40; i++) {
    const lean = (3 * (tokens.at(-1) ?? 0) + (tokens.at(-2) ?? 0)) % (VOCAB - 1);
    tokens.push(1 + (random.uniform() < 0.7 ? lean : random.integer(VOCAB - 1)));
  }
  return [...tokens, 0];
});

for (const order of [1, 2, 4]) {
  conformance(`n-gram of order ${order}`, {
    model: () =>
      Promise.resolve(
        ngramModel(documents, { order, vocabSize: VOCAB, bos: 0, contextLength: 64 }),
      ),
    ceiling: 0,
  });
}

/** Interpolated Kneser–Ney straight from its definition, with string keys. */
function definition(order: number): (context: number[], token: number) => number {
  const key = (tokens: number[]): string => tokens.join(",");
  const raw = new Map<string, number>();
  for (const document of documents) {
    const padded = [...new Array<number>(order - 1).fill(0), ...document];
    for (let i = order - 1; i < padded.length; i++) {
      for (let n = 1; n <= order; n++) {
        const gram = key(padded.slice(i - n + 1, i + 1));
        raw.set(gram, (raw.get(gram) ?? 0) + 1);
      }
    }
  }
  const preceded = new Map<string, number>();
  for (const gram of raw.keys()) {
    const rest = gram.split(",").slice(1).join(",");
    if (rest !== "") preceded.set(rest, (preceded.get(rest) ?? 0) + 1);
  }
  const count = (gram: number[]): number =>
    (gram.length === order ? raw : preceded).get(key(gram)) ?? 0;
  const all = Array.from({ length: VOCAB }, (_, token) => token);
  const discount = (n: number): number => {
    const counts = [...(n === order ? raw : preceded)]
      .filter(([gram]) => gram.split(",").length === n).map(([, c]) => c);
    const once = counts.filter((c) => c === 1).length;
    const twice = counts.filter((c) => c === 2).length;
    const estimate = once / (once + 2 * twice);
    return Number.isFinite(estimate) ? Math.min(0.95, Math.max(0.05, estimate)) : 0.5;
  };
  const probability = (context: number[], token: number): number => {
    const lower = context.length === 0 ? 1 / VOCAB : probability(context.slice(1), token);
    const total = all.reduce((sum, w) => sum + count([...context, w]), 0);
    if (total === 0) return lower;
    const followers = all.filter((w) => count([...context, w]) > 0).length;
    const d = discount(context.length + 1);
    return Math.max(count([...context, token]) - d, 0) / total + d * followers / total * lower;
  };
  return (context, token) => {
    const padded = [...new Array<number>(order).fill(0), ...context];
    return probability(order === 1 ? [] : padded.slice(-(order - 1)), token);
  };
}

Deno.test("Kneser–Ney equals its definition, every order and context", () => {
  for (let order = 1; order <= 4; order++) {
    const expected = definition(order);
    const model = new KneserNey(new NgramCounts(documents, 4, VOCAB, 0), order);
    for (const context of [[], [3], [3, 4], documents[0]!.slice(0, 7), [8, 8, 8, 8], [1, 0]]) {
      const row = model.probabilities(context);
      assertAlmostEquals(row.reduce((a, b) => a + b, 0), 1, 1e-12);
      for (let token = 0; token < VOCAB; token++) {
        assert(row[token]! > 0);
        assertAlmostEquals(row[token]!, expected(context, token), 1e-12);
        assertAlmostEquals(model.probability(context, token), row[token]!, 1e-15);
      }
    }
  }
});

Deno.test("a bigram by hand", () => {
  // Text 1 2 1 2 1 3 0 after the begin 0. Discount of order 2: bigrams (0,1) (1,3) (3,0) once,
  // (2,1) (1,2) twice: 3 / (3 + 2·2). Preceded by different tokens: 1 by {0, 2}, 2, 3, 0 by one each:
  // discount of order 1: 3 / (3 + 2·1).
  const model = new KneserNey(new NgramCounts([[1, 2, 1, 2, 1, 3, 0]], 2, 4, 0));
  assertAlmostEquals(model.discounts[2]!, 3 / 7);
  assertAlmostEquals(model.discounts[1]!, 3 / 5);
  const unigram2 = (1 - 3 / 5) / 5 + (3 / 5) * 4 / 5 / 4;
  assertAlmostEquals(
    model.probability([1], 2),
    (2 - 3 / 7) / 3 + (3 / 7) * 2 / 3 * unigram2,
    1e-15,
  );
});

Deno.test("counts know n-grams and refuse what is outside the vocabulary", () => {
  const counts = new NgramCounts([[1, 2, 1, 2, 1, 3, 0]], 3, 4, 0);
  assertEquals(counts.raw[counts.find([1, 2])], 2);
  assertEquals(counts.raw[counts.find([2, 1, 3])], 1);
  assertEquals(counts.find([3, 3]), NONE);
  assertEquals(counts.preceded[counts.find([1])], 2);
  assertThrows(() => new NgramCounts([[4]], 2, 4, 0), RangeError, "token 4");
  assertThrows(() => new NgramCounts([[1]], 0, 4, 0), RangeError, "order 0");
  assertThrows(() => new KneserNey(counts, 4), RangeError, "order 4");
});

Deno.test("a text without any statistics is still a distribution", () => {
  const empty = new KneserNey(new NgramCounts([], 3, 5, 0));
  assertEquals([...empty.probabilities([1, 2])], new Array(5).fill(1 / 5));
  const single = new KneserNey(new NgramCounts([[1]], 3, 5, 0));
  assertAlmostEquals(single.probabilities([]).reduce((a, b) => a + b, 0), 1, 1e-12);
});
