/**
 * The `lm` suite: decoding with the native kernels and with ONNX Runtime, what the model interface costs over a bare session,
 * what a verify pass and a batch cost over single tokens, where the time of speculative decoding goes, and how fast training is.
 * Where times do not depend on the weights, fresh ones in the shapes of `sotu-target` are used.
 *
 * @module
 */
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { plainRead } from "kernels/native/mod.ts";
import { decodingGraph, MASKED } from "offprint/lm/onnx/decoding_graph.ts";
import { modelThreads, onnxModel } from "offprint/lm/onnx/transformer_model.ts";
import { decodingModel } from "offprint/lm/native/mod.ts";
import { createSession, type OrtTensor } from "offprint/lm/onnx/runtime.ts";
import { modelRecipe, recipeConfig } from "offprint/lm/transformer/recipe.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { parameterCount, type TransformerConfig } from "offprint/lm/transformer/config.ts";
import type { Sequence } from "offprint/lm/interface/language_model.ts";
import { stream } from "offprint/random.ts";
import { speculativeRows } from "./lm/speculative.ts";
import { trainingRows } from "./lm/training.ts";

/** Runs the suite: some two and a half minutes on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const recipe = await modelRecipe("sotu-target");
  const config = recipeConfig(recipe, recipe.model.vocabSize);
  const weights = initialWeights(config, 1);
  const rows: BenchRow[] = [];
  progress("lm: decode against a raw session");
  rows.push(await decodeRow(config, weights));
  progress("lm: native kernels and ONNX Runtime");
  rows.push(...await runtimeRows(config, weights));
  progress("lm: verify pass and batches");
  rows.push(...await passRows(config, weights));
  progress("lm: speculative decoding of the trained pair");
  rows.push(...await speculativeRows());
  progress("lm: training");
  rows.push(...await trainingRows(progress));
  return { rows };
}

const DECODED = 200;
const REPETITIONS = 9;

function tokensOf(count: number): number[] {
  const random = stream(1, "bench-lm");
  return Array.from({ length: count }, () => 1 + random.integer(2000));
}

/** The same tokens one by one: through `Sequence.extend`, and as a bare loop of `session.run`. */
async function decodeRow(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
): Promise<BenchRow> {
  const model = await onnxModel(config, weights);
  const tokens = tokensOf(DECODED);
  const raw = await rawLoop(config, weights, tokens);
  const seconds = await interleaved({
    ours: async () => {
      const sequence = await model.open([]);
      for (const token of tokens) await sequence.extend([token]);
      sequence.close();
    },
    raw,
  }, REPETITIONS);
  await model.close();
  return {
    name: "decode",
    shape: `${parameterCount(config)} parameters, ${DECODED} tokens one by one`,
    ours: DECODED / seconds.ours,
    peer: DECODED / seconds.raw,
    peerName: "raw session",
    unit: "tokens/s",
    ratio: seconds.raw / seconds.ours,
  };
}

/** `session.run` on the exported graph with feeds made beforehand, of the lengths that decoding meets. */
async function rawLoop(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
  tokens: readonly number[],
): Promise<() => Promise<void>> {
  const { ort, session } = await createSession("bench", decodingGraph(config, weights), {
    threads: modelThreads(config),
  });
  const { num_key_value_heads: groups, head_dim: d, num_attention_heads: heads } = config;
  const past = new Map<number, Record<string, OrtTensor>>();
  const pastOf = (capacity: number): Record<string, OrtTensor> => {
    let feeds = past.get(capacity);
    if (feeds === undefined) {
      feeds = {};
      for (let layer = 0; layer < config.num_hidden_layers; layer++) {
        for (const kind of ["key", "value"]) {
          feeds[`${kind}_${layer}`] = new ort.Tensor(
            "float32",
            new Float32Array(groups * capacity * d),
            [1, groups, capacity, d],
          );
        }
      }
      past.set(capacity, feeds);
    }
    return feeds;
  };
  const newBias = new ort.Tensor("float32", new Float32Array(heads / groups), [heads / groups, 1]);
  const feeds = [config.bos_token_id, ...tokens].map((token, position) => {
    const capacity = Math.min(config.max_position_embeddings, 64 * Math.ceil((position + 1) / 64));
    const bias = new Float32Array(capacity).fill(MASKED, position);
    return {
      ...pastOf(capacity),
      tokens: new ort.Tensor("int32", Int32Array.of(token), [1, 1]),
      positions: new ort.Tensor("int32", Int32Array.of(position), [1, 1]),
      past_bias: new ort.Tensor("float32", bias, [1, 1, 1, capacity]),
      new_bias: newBias,
    };
  });
  return async () => {
    for (const feed of feeds) await session.run(feed, ["logits", "rows"]);
  };
}

/** Both runtimes of the project's models in turn, and how much of a plain read of the weights one token is. */
async function runtimeRows(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
): Promise<BenchRow[]> {
  const context = 128;
  const models = {
    native: await decodingModel(config, weights),
    onnx: await onnxModel(config, weights),
  };
  const work = async (runtime: keyof typeof models) => {
    const model = models[runtime];
    const single = await model.open(tokensOf(context));
    const texts = Array.from({ length: 16 }, () => single.fork());
    const pass = (count: number) => () =>
      repeat(20, () => extended(single, tokensOf(count), context));
    return {
      one: pass(1),
      eight: pass(8),
      sixtyFour: pass(64),
      batch: async () => {
        for (let step = 0; step < 8; step++) {
          await model.extendBatch(texts, texts.map((_, i) => [1 + i]));
        }
        for (const text of texts) text.truncate(context);
      },
    };
  };
  const [native, onnx] = [await work("native"), await work("onnx")];
  const rows: BenchRow[] = [];
  const row = async (which: keyof typeof native, name: string, tokens: number) => {
    const seconds = await interleaved({ ours: native[which], peer: onnx[which] }, REPETITIONS);
    rows.push({
      name,
      shape: `${parameterCount(config)} parameters, context ${context}`,
      ours: tokens / seconds.ours,
      peer: tokens / seconds.peer,
      peerName: "ONNX Runtime",
      unit: "tokens/s",
      ratio: seconds.peer / seconds.ours,
    });
    return seconds.ours / tokens;
  };
  const one = await row("one", "one text, native kernels", 20);
  await row("eight", "verify passes of 8 tokens, native kernels", 20 * 8);
  await row("sixtyFour", "passes of 64 tokens, native kernels", 20 * 64);
  await row("batch", "extendBatch of 16 texts, native kernels", 16 * 8);
  // Every pass reads all weights but the rows of the embedding that it does not need, which are those of the head.
  const plain = await plainRead(navigator.hardwareConcurrency);
  const numbers = new Uint32Array(parameterCount(config)).fill(1);
  const read = await interleaved({
    ours: () => native.one(),
    peer: () => repeat(20, () => Promise.resolve(plain(numbers))),
  }, REPETITIONS);
  const gigabytes = 20 * numbers.byteLength / 1e9;
  rows.push({
    name: "one text, native kernels, bytes of the weights",
    shape: `${(1000 * one).toFixed(3)} ms a token`,
    ours: gigabytes / read.ours,
    peer: gigabytes / read.peer,
    peerName: "plain read",
    unit: "GB/s",
    ratio: read.peer / read.ours,
  });
  for (const model of Object.values(models)) await model.close();
  return rows;
}

/** A verify pass of 8 tokens and batches of 16 texts, against one token of one text. */
async function passRows(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
): Promise<BenchRow[]> {
  const model = await decodingModel(config, weights);
  const rows: BenchRow[] = [];
  const eight = tokensOf(8);
  for (const context of [64, 128, 240]) {
    const single = await model.open(tokensOf(context));
    const texts: Sequence[] = Array.from({ length: 16 }, () => single.fork());
    const seconds = await interleaved({
      one: () => repeat(20, () => extended(single, [7], context)),
      eight: () => repeat(20, () => extended(single, eight, context)),
      // Eight steps on end, as a decoder takes them, then back.
      batch: async () => {
        for (let step = 0; step < 8; step++) {
          await model.extendBatch(texts, texts.map((_, i) => [1 + i]));
        }
        for (const text of texts) text.truncate(context);
      },
    }, REPETITIONS);
    const perToken = seconds.one / 20;
    rows.push(lessIsBetter({
      name: "verify pass of 8 tokens",
      shape: `context ${context}; at most 3 × one token, so a ratio of at least 0.33`,
      ours: 1000 * seconds.eight / 20,
      peer: 1000 * perToken,
      peerName: "pass of one token",
      unit: "ms",
    }));
    const batched = 16 * 8 / seconds.batch;
    rows.push({
      name: "extendBatch of 16 texts",
      shape: `context ${context}; host work included`,
      ours: batched,
      peer: 1 / perToken,
      peerName: "one text",
      unit: "tokens/s",
      ratio: batched * perToken,
    });
    for (const sequence of [single, ...texts]) sequence.close();
  }
  await model.close();
  return rows;
}

async function extended(sequence: Sequence, tokens: number[], back: number): Promise<void> {
  await sequence.extend(tokens);
  sequence.truncate(back);
}

async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await work();
}
