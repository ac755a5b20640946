/** Reading given tokens: the graph that returns one number a token against whole distributions. */
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { modelReader, type TokenReader } from "offprint/lm/interface/mod.ts";
import { onnxModel, onnxReader } from "offprint/lm/onnx/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";

const { config, weights } = await readTransformer("sotu-draft");

async function withReaders(use: (fast: TokenReader, plain: TokenReader) => Promise<void>) {
  const fast = await onnxReader(config, weights, { name: "reader" });
  const model = await onnxModel(config, weights);
  await use(fast, modelReader(model));
  await fast.close();
  await model.close();
}

const drawn = (name: string, length: number): number[] => {
  const random = stream(1, "read", name);
  return Array.from({ length }, () => random.integer(config.vocab_size));
};

Deno.test("one number a token is what whole distributions give, in batches of ragged lengths and after forks", async () => {
  await withReaders(async (fast, plain) => {
    const prompt = drawn("prompt", 7);
    const parts = [[drawn("a", 5), drawn("b", 1), []], [
      drawn("c", 70),
      drawn("d", 9),
      drawn("e", 3),
    ]];
    const results = await Promise.all([fast, plain].map(async (reader) => {
      const first = await reader.open(prompt);
      const texts = [first, first.fork(), first.fork()];
      const rows: number[][] = [];
      for (const lists of parts) {
        rows.push(...(await reader.read(texts, lists)).map((row) => Array.from(row)));
      }
      const late = texts[0]!.fork();
      rows.push(Array.from((await reader.read([late], [drawn("f", 4)]))[0]!));
      for (const text of [...texts, late]) text.close();
      return rows;
    }));
    assertEquals(results[0]!.map((row) => row.length), [5, 1, 0, 70, 9, 3, 4]);
    results[0]!.forEach((row, r) =>
      row.forEach((value, i) => assertAlmostEquals(value, results[1]![r]![i]!, 1e-4))
    );
  });
});

Deno.test("a fork that grew in steps is read as from scratch", async () => {
  await withReaders(async (fast) => {
    const [a, b, c] = [drawn("a", 6), drawn("b", 8), drawn("c", 5)];
    const root = await fast.open([]);
    await fast.read([root], [a]);
    const child = root.fork();
    await fast.read([root], [drawn("sibling", 4)]);
    await fast.read([child], [b]);
    const [inSteps] = await fast.read([child], [c]);
    const [whole] = await fast.read([await fast.open([])], [[...a, ...b, ...c]]);
    for (let i = 0; i < 5; i++) assertAlmostEquals(inSteps![i]!, whole![14 + i]!, 1e-4);
  });
});

Deno.test("a wrong token and a text that does not fit are refused as by every model", async () => {
  await withReaders(async (fast) => {
    const text = await fast.open([1]);
    assertThrows(() => fast.read([text], [[config.vocab_size]]), RangeError, "reader: got token");
    assertThrows(() => fast.read([text], [drawn("long", 300)]), RangeError, "expected at most");
    await assertRejects(() => fast.open([-1]), RangeError, "reader: got token -1");
  });
});
