/** Texts that are opened together: the same logits and the same sampled tokens as texts opened one by one. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { openTexts, type Tokens } from "offprint/lm/interface/mod.ts";
import { onnxModel } from "offprint/lm/onnx/transformer_model.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { initialWeights, transformerConfig } from "offprint/lm/transformer/mod.ts";
import {
  LIST_ADAMW,
  LIST_END,
  listConfig,
  listPrompt,
  listRequests,
} from "offprint/papers/sail/mod.ts";
import { stream } from "offprint/random.ts";

const maxDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

Deno.test("prompts of several lengths, more than one pass can hold, read as they do one by one", async () => {
  const config = transformerConfig({
    vocabSize: 4000,
    width: 32,
    layers: 2,
    heads: 2,
    keyValueHeads: 1,
    feedForward: 64,
    contextLength: 90,
  });
  const model = await onnxModel(config, initialWeights(config, 2), { threads: 1 });
  const random = stream(3, "prompts");
  // 40 texts of up to 61 tokens give 9.8 million logits: two passes.
  const prompts: Tokens[] = Array.from(
    { length: 40 },
    (_, i) =>
      Array.from({ length: i === 7 ? 0 : i === 8 ? 60 : 1 + i % 12 }, () => random.integer(4000)),
  );
  const together = await openTexts(model, prompts);
  assertEquals(together.map(({ length }) => length), prompts.map(({ length }) => length));
  for (const [i, prompt] of prompts.entries()) {
    const alone = await model.open(prompt);
    assert(maxDifference(alone.logits, together[i]!.logits) <= 2e-5, `prompt ${i}`);
    const [next] = (await alone.extend([5])).logits;
    const [same] = (await together[i]!.extend([5])).logits;
    assert(maxDifference(next!, same!) <= 2e-5, `prompt ${i}, next token`);
    alone.close();
  }
  for (const sequence of together) sequence.close();
  await assertRejects(() => openTexts(model, [[1], [4000]]), RangeError, "4000");
  await model.close();
});

Deno.test("a policy in training gives the same answers, token by token, however its prompts are opened", async () => {
  const config = listConfig();
  const engine = await OnnxEngine.open({
    config,
    optimizer: LIST_ADAMW,
    threads: 1,
    start: { parameters: initialWeights(config, 4) },
  });
  const model = await engine.decoder();
  const oneByOne = {
    name: model.name,
    vocabSize: model.vocabSize,
    contextLength: model.contextLength,
    bos: model.bos!,
    open: model.open.bind(model),
    extendBatch: model.extendBatch.bind(model),
  };
  const prompts = listRequests().slice(0, 60).map(listPrompt);
  const draw = (from: typeof oneByOne) =>
    sampleTexts({
      model: from,
      prompts,
      maxTokens: 12,
      random: (text) => stream(5, "answer", text),
      stop: LIST_END,
      batch: 25,
    });
  const answers = await draw(oneByOne);
  assertEquals(await draw(model as typeof oneByOne), answers);
  assert(new Set(answers.map((answer) => answer.join())).size > 50, "answers differ");
  await engine.close();
});
