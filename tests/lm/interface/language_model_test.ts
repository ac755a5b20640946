/** Starting many texts: equal prompts are read once, and the texts still grow apart. */
import { assertEquals } from "@std/assert";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { type LanguageModel, openTexts } from "offprint/lm/interface/mod.ts";

Deno.test("equal prompts are read once, and each text is its own", async () => {
  const chain = markovModel(twoStateChains().target);
  const read: string[] = [];
  const model: LanguageModel = {
    name: chain.name,
    vocabSize: chain.vocabSize,
    contextLength: chain.contextLength,
    open: (prompt) => {
      read.push(prompt.join(" "));
      return chain.open(prompt);
    },
    extendBatch: (sequences, tokens) => chain.extendBatch(sequences, tokens),
  };
  const texts = await openTexts(model, [[0, 1], [1], [0, 1], [0, 1]]);
  assertEquals(read, ["0 1", "1"]);
  await texts[2]!.extend([0]);
  texts[0]!.close();
  assertEquals(texts.slice(1).map(({ length }) => length), [1, 3, 2]);
  assertEquals((await texts[3]!.extend([0])).logits, (await texts[1]!.extend([0])).logits);
  for (const text of texts.slice(1)) text.close();
});
