/** Sampling a model that is in training: the decoding graph takes its weights as inputs. */
import { assert, assertEquals } from "@std/assert";
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { completionBatch, OnnxEngine } from "offprint/lm/training/mod.ts";
import { onnxModel } from "offprint/lm/onnx/mod.ts";
import { tensorViews } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { drawnWeights } from "../../preference/fixtures.ts";
import { ADAMW, policyConfig } from "offprint/papers/gradient_entanglement/mod.ts";

const PROMPTS = Array.from({ length: 9 }, (_, i) => [1 + i, 2, 7 + i, 4].slice(0, 2 + i % 3));

for (const tied of [true, false]) {
  const config = policyConfig({ tied });
  const opened = () =>
    OnnxEngine.open({ config, optimizer: ADAMW, start: { parameters: drawnWeights(config) } });
  const trainingStep = async (engine: OnnxEngine, step: number): Promise<void> => {
    const rows = PROMPTS.map((prompt, i) => ({ prompt, completion: [20 + i, 30, 0] }));
    const batch = completionBatch(config, rows, 12);
    const { gradient } = await engine.gradient(batch, batch.weights);
    await engine.apply(gradient, 0.01, step);
  };
  const name = tied ? "tied" : "untied";

  Deno.test(`${name}: a model in training has the logits of the ordinary decoder with its weights`, async () => {
    const engine = await opened();
    const live = await engine.decoder();
    for (const step of [1, 2, 3]) {
      const plain = await onnxModel(config, new Map(tensorViews(config, engine.parameters)));
      for (const prompt of PROMPTS) {
        const [a, b] = [await live.open(prompt), await plain.open(prompt)];
        const rows = [
          [a.logits, ...(await a.extend([5, 6, 7])).logits],
          [b.logits, ...(await b.extend([5, 6, 7])).logits],
        ];
        rows[0]!.forEach((row, i) =>
          row.forEach((logit, v) => {
            const other = rows[1]![i]![v]!;
            assert(Math.abs(logit - other) < 2e-5, `step ${step}: ${logit} and ${other}`);
          })
        );
      }
      await plain.close();
      await trainingStep(engine, step);
    }
    await engine.close();
  });

  Deno.test(`${name}: what is sampled follows the weights, and depends on no batching`, async () => {
    const engine = await opened();
    const sampled = async (batch: number): Promise<number[][]> =>
      await sampleTexts({
        model: await engine.decoder(),
        prompts: PROMPTS,
        maxTokens: 12,
        random: (text) => stream(1, "sample", text),
        stop: 0,
        batch,
      });
    const before = await sampled(1);
    for (const batch of [2, 4, 16]) assertEquals(await sampled(batch), before);
    await trainingStep(engine, 1);
    const after = await sampled(4);
    assert(JSON.stringify(after) !== JSON.stringify(before), "other weights, other texts");
    const plain = await onnxModel(config, new Map(tensorViews(config, engine.parameters)));
    const wanted = await sampleTexts({
      model: plain,
      prompts: PROMPTS,
      maxTokens: 12,
      random: (text) => stream(1, "sample", text),
      stop: 0,
    });
    await plain.close();
    assertEquals(after, wanted);
    await engine.close();
  });
}
