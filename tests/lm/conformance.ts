/**
 * What every language model must do, whatever it is made of. Call {@linkcode conformance} in a test file
 * of the implementation.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { markovModel } from "offprint/lm/exact/table_model.ts";
import { twoStateChains } from "offprint/lm/exact/chains.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/language_model.ts";
import { stream } from "offprint/random.ts";

/** What is tested and how exactly. */
export interface ConformanceOptions {
  /** Opens the model; called once. */
  model: () => Promise<LanguageModel>;
  /**
   * How far logits may differ between two ways of computing them: 0 for tables, a few last bits of float32
   * for matrix products whose order of summation depends on the batch.
   */
  ceiling: number;
  /** A text of at least 12 tokens that the model can read. */
  text?: Tokens;
  /** Whether `extend(…, { hidden: true })` returns hidden states. */
  hidden?: boolean;
  /** Called after the last test of the file, if the model was opened. */
  close?: () => Promise<void>;
}

/** Registers the conformance tests of a model under `name`. */
export function conformance(name: string, options: ConformanceOptions): void {
  const { ceiling } = options;
  let opened: Promise<LanguageModel> | undefined;
  const test = (title: string, run: (model: LanguageModel, text: number[]) => Promise<void>) => {
    Deno.test({
      name: `${name}: ${title}`,
      // A model outlives the test that opened it first.
      sanitizeResources: false,
      sanitizeOps: false,
      fn: async () => {
        const model = await (opened ??= options.model());
        await run(model, textOf(model, options));
      },
    });
  };

  const same = (got: Float32Array, expected: Float32Array, what: string): void => {
    assertEquals(got.length, expected.length, what);
    for (let i = 0; i < got.length; i++) {
      if (Object.is(got[i], expected[i])) continue; // −∞ too
      const off = Math.abs(got[i]! - expected[i]!);
      assert(off <= ceiling, `${what}: logit ${i} is ${got[i]}, expected ${expected[i]}`);
    }
  };
  const sameRows = (got: Float32Array[], expected: Float32Array[], what: string): void => {
    assertEquals(got.length, expected.length, what);
    got.forEach((row, i) => same(row, expected[i]!, `${what}, token ${i}`));
  };
  /** The logits after each token, computed one by one: the reference for everything else. */
  const oneByOne = async (
    model: LanguageModel,
    prompt: Tokens,
    tokens: Tokens,
  ): Promise<Float32Array[]> => {
    const sequence = await model.open(prompt);
    const rows: Float32Array[] = [];
    for (const token of tokens) {
      const { logits } = await sequence.extend([token]);
      assertEquals(logits.length, 1);
      rows.push(logits[0]!.slice());
    }
    sequence.close();
    return rows;
  };

  test(
    "a sequence counts its tokens and has logits of the vocabulary's size",
    async (model, text) => {
      const sequence = await model.open(text.slice(0, 4));
      assertEquals(sequence.length, 4);
      assertEquals(sequence.logits.length, model.vocabSize);
      const { logits } = await sequence.extend(text.slice(4, 7));
      assertEquals(sequence.length, 7);
      assertEquals(logits.length, 3);
      for (const row of logits) assertEquals(row.length, model.vocabSize);
      assert(sequence.logits.some((x) => Number.isFinite(x)), "no finite logit");
      assert(!sequence.logits.some((x) => Number.isNaN(x)), "a logit is NaN");
      sequence.close();
    },
  );

  test("logits are those of the last row of extend", async (model, text) => {
    const sequence = await model.open(text.slice(0, 3));
    const { logits } = await sequence.extend(text.slice(3, 8));
    assertEquals([...sequence.logits], [...logits.at(-1)!]);
    sequence.close();
  });

  test("cached equals uncached", async (model, text) => {
    const sequence = await model.open(text.slice(0, 3));
    for (let end = 4; end <= text.length; end++) {
      await sequence.extend([text[end - 1]!]);
      const fresh = await model.open(text.slice(0, end));
      same(sequence.logits, fresh.logits, `after ${end} tokens`);
      fresh.close();
    }
    sequence.close();
  });

  test("a verify pass equals one by one", async (model, text) => {
    const expected = await oneByOne(model, text.slice(0, 3), text.slice(3));
    const sequence = await model.open(text.slice(0, 3));
    sameRows((await sequence.extend(text.slice(3))).logits, expected, "verify pass");
    sequence.close();
  });

  test("extending by nothing changes nothing", async (model, text) => {
    const sequence = await model.open(text.slice(0, 5));
    const before = sequence.logits.slice();
    assertEquals((await sequence.extend([])).logits, []);
    assertEquals(sequence.length, 5);
    assertEquals([...sequence.logits], [...before]);
    sequence.close();
  });

  test("fork then diverge: neither branch sees the other", async (model, text) => {
    const left = text.slice(4, 8);
    const right = text.slice(8, 12);
    const expectedLeft = await oneByOne(model, text.slice(0, 4), left);
    const expectedRight = await oneByOne(model, text.slice(0, 4), right);
    const parent = await model.open(text.slice(0, 4));
    const branch = parent.fork();
    assertEquals([...branch.logits], [...parent.logits]);
    for (let i = 0; i < 4; i++) {
      same((await parent.extend([left[i]!])).logits[0]!, expectedLeft[i]!, `parent, token ${i}`);
      same((await branch.extend([right[i]!])).logits[0]!, expectedRight[i]!, `branch, token ${i}`);
    }
    parent.close();
    same((await branch.extend([])).logits[0] ?? branch.logits, expectedRight[3]!, "parent closed");
    branch.close();
  });

  test("truncate then extend equals a fresh text", async (model, text) => {
    const sequence = await model.open(text.slice(0, 4));
    await sequence.extend(text.slice(4, 10));
    sequence.truncate(6);
    assertEquals(sequence.length, 6);
    assertThrows(() => sequence.logits, Error, "truncate");
    const other = text.slice(8, 12);
    const expected = await oneByOne(model, text.slice(0, 6), other);
    sameRows((await sequence.extend(other)).logits, expected, "after truncate");
    const branch = sequence.fork();
    branch.truncate(5);
    assertEquals([branch.length, sequence.length], [5, 10]);
    same(
      (await branch.extend([text[5]!])).logits[0]!,
      (await oneByOne(model, text.slice(0, 5), [text[5]!]))[0]!,
      "branch after truncate",
    );
    same(sequence.logits, expected.at(-1)!, "parent of a truncated branch");
    branch.close();
    sequence.close();
  });

  test("truncate refuses lengths that are not there", async (model, text) => {
    const sequence = await model.open(text.slice(0, 4));
    for (const length of [5, -1, 1.5, NaN]) {
      assertThrows(() => sequence.truncate(length), RangeError, "truncate");
    }
    assertEquals(sequence.length, 4);
    sequence.close();
  });

  test("a batch equals single texts, of equal and of different lengths", async (model, text) => {
    const prompts = [text.slice(0, 2), text.slice(2, 9), text.slice(0, 5), text.slice(5, 6)];
    const rounds = [
      [[text[6]!], [text[7]!], [text[8]!], [text[9]!]],
      [text.slice(0, 3), text.slice(3, 4), [], text.slice(4, 6)],
      [[text[1]!], [text[0]!], [text[2]!], [text[3]!]],
    ];
    const batch = await Promise.all(prompts.map((prompt) => model.open(prompt)));
    const single = await Promise.all(prompts.map((prompt) => model.open(prompt)));
    for (const [round, tokens] of rounds.entries()) {
      const rows = await model.extendBatch(batch, tokens);
      assertEquals(rows.length, prompts.length);
      for (let i = 0; i < prompts.length; i++) {
        const { logits } = await single[i]!.extend(tokens[i]!);
        sameRows(rows[i]!, logits, `round ${round}, text ${i}`);
        assertEquals(batch[i]!.length, single[i]!.length);
        same(batch[i]!.logits, single[i]!.logits, `round ${round}, logits of text ${i}`);
      }
      // Roll one back between rounds, and go on with a branch of another.
      for (const texts of [batch, single]) {
        texts[1]!.truncate(texts[1]!.length - 1);
        const old = texts[2]!;
        texts[2] = old.fork();
        old.close();
      }
    }
    for (const sequence of [...batch, ...single]) sequence.close();
  });

  test("an empty batch is empty, a wrong one is refused", async (model, text) => {
    assertEquals(await model.extendBatch([], []), []);
    const sequence = await model.open(text.slice(0, 2));
    await assertRejects(() => model.extendBatch([sequence], []), RangeError);
    const twice = [sequence, sequence];
    await assertRejects(() => model.extendBatch(twice, [[text[2]!], []]), RangeError, "twice");
    const foreign = await markovModel(twoStateChains().draft).open([]);
    await assertRejects(
      () => model.extendBatch([sequence, foreign], [[text[2]!], [0]]),
      TypeError,
      "another model",
    );
    const other = await model.open(text.slice(0, 3));
    const wrong = [[text[2]!], [model.vocabSize + 1]];
    await assertRejects(() => model.extendBatch([sequence, other], wrong), RangeError, "token");
    assertEquals([sequence.length, other.length, foreign.length], [2, 3, 0]);
    for (const each of [sequence, other, foreign]) each.close();
  });

  test(
    "a token outside the vocabulary is refused and leaves the text as it was",
    async (model, text) => {
      const sequence = await model.open(text.slice(0, 3));
      const before = sequence.logits.slice();
      for (const token of [model.vocabSize + 1, -1, 0.5, NaN]) {
        await assertRejects(() => sequence.extend([token]), RangeError, "token");
        await assertRejects(() => model.open([text[0]!, token]), RangeError, "token");
      }
      assertEquals(sequence.length, 3);
      assertEquals([...sequence.logits], [...before]);
      sequence.close();
    },
  );

  test("a text longer than the context is refused", async (model, text) => {
    if (!Number.isFinite(model.contextLength)) return;
    const filled = Array.from({ length: model.contextLength }, (_, i) => text[i % text.length]!);
    const sequence = await model.open(filled.slice(0, -1));
    await assertRejects(() => sequence.extend(text.slice(0, 2)), RangeError, "expected at most");
    assertEquals(sequence.length, model.contextLength - 1);
    await sequence.extend([filled.at(-1)!]);
    assertEquals(sequence.length, model.contextLength);
    await assertRejects(() => sequence.extend([text[0]!]), RangeError, "expected at most");
    await assertRejects(() => model.open([...filled, text[0]!]), RangeError, "expected at most");
    sequence.close();
  });

  test("open([]) starts from the begin-of-text token where there is one", async (model, text) => {
    if (model.bos === undefined) {
      await assertRejects(() => model.open([]), RangeError, "empty prompt");
      return;
    }
    const silent = await model.open([]);
    const spelt = await model.open([model.bos]);
    assertEquals([silent.length, spelt.length], [0, 0]);
    assertEquals([...silent.logits], [...spelt.logits]);
    const prompted = await model.open([model.bos, text[0]!]);
    assertEquals(prompted.length, 1);
    same((await silent.extend([text[0]!])).logits[0]!, prompted.logits, "begin of text");
    silent.truncate(0);
    assertEquals(silent.length, 0);
    same((await silent.extend([text[0]!])).logits[0]!, prompted.logits, "after truncate(0)");
    for (const sequence of [silent, spelt, prompted]) sequence.close();
  });

  test("a closed sequence cannot be used, its branches can", async (model, text) => {
    const sequence = await model.open(text.slice(0, 3));
    const branch = sequence.fork();
    sequence.close();
    assertThrows(() => sequence.logits, Error, "closed");
    assertThrows(() => sequence.length, Error, "closed");
    assertThrows(() => sequence.fork(), Error, "closed");
    assertThrows(() => sequence.truncate(1), Error, "closed");
    await assertRejects(() => sequence.extend([text[0]!]), Error, "closed");
    await assertRejects(() => model.extendBatch([sequence], [[text[0]!]]), Error, "closed");
    sequence.close(); // twice is harmless
    await branch.extend([text[3]!]);
    assertEquals(branch.length, 4);
    branch.close();
  });

  test("extends started together are done in order", async (model, text) => {
    const expected = await oneByOne(model, text.slice(0, 3), text.slice(3, 7));
    const sequence = await model.open(text.slice(0, 3));
    const passes = await Promise.all(text.slice(3, 7).map((token) => sequence.extend([token])));
    passes.forEach(({ logits }, i) => same(logits[0]!, expected[i]!, `token ${i}`));
    assertEquals(sequence.length, 7);
    sequence.close();
  });

  test("hidden states come only when asked for", async (model, text) => {
    const sequence = await model.open(text.slice(0, 3));
    assertEquals((await sequence.extend([text[3]!])).hidden, undefined);
    const { logits, hidden } = await sequence.extend(text.slice(4, 7), { hidden: true });
    if (options.hidden) {
      assertEquals(hidden?.length, 3);
      assert(hidden!.every((row) => row.length > 0 && row.every(Number.isFinite)));
      const again = await model.open(text.slice(0, 6));
      const one = await again.extend([text[6]!], { hidden: true });
      const off = one.hidden![0]!.map((x, i) => Math.abs(x - hidden![2]![i]!));
      assert(Math.max(...off) <= ceiling, `hidden state is off by ${Math.max(...off)}`);
      again.close();
    } else {
      assertEquals(hidden, undefined);
    }
    assertEquals(logits.length, 3);
    sequence.close();
  });

  if (options.close !== undefined) {
    const { close } = options;
    Deno.test.afterAll(async () => {
      if (opened !== undefined) await close();
    });
  }
}

function textOf(model: LanguageModel, { text }: ConformanceOptions): number[] {
  if (text !== undefined) return [...text];
  const random = stream(11, "conformance");
  // Not the begin-of-text token, which means something in front.
  return Array.from({ length: 12 }, () => {
    let token = random.integer(model.vocabSize);
    while (token === model.bos) token = random.integer(model.vocabSize);
    return token;
  });
}
