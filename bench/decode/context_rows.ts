/**
 * How the quantised decoder's time grows: with the tokens of a pass, with the texts of a batch, and with the
 * context that its 4-bit cache holds.
 *
 * @module
 */
import type { Kernels } from "kernels/mod.ts";
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import { type TransformerConfig, transformerConfig } from "offprint/lm/transformer/mod.ts";
import { QuantizedModel } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";
import type { openLlama } from "./llama_peer.ts";
import { writeGguf } from "./llama_shape.ts";
import { randomDecoder } from "./random_decoder.ts";

const REPETITIONS = 40;
const CONTEXT = 128;

/** A pass over 8 tokens of a text, and over 16 texts, each against one token of one text. */
export async function passRows(model: QuantizedModel): Promise<BenchRow[]> {
  const tokens = tokensOf(model.vocabSize, "pass");
  const text = await model.open(tokens(CONTEXT));
  const texts = await Promise.all(Array.from({ length: 16 }, () => model.open(tokens(CONTEXT))));
  const pass = (count: number) => async () => {
    await text.extend(tokens(count));
    text.truncate(CONTEXT);
  };
  const seconds = await interleaved({
    one: pass(1),
    eight: pass(8),
    batch: () => model.extendBatch(texts, tokens(16).map((token) => [token])),
  }, REPETITIONS);
  for (const each of [text, ...texts]) each.close();
  return [
    lessIsBetter({
      name: "verify pass of 8 tokens",
      shape: `context ${CONTEXT}; at most 1.5 × one token, so a ratio of at least 0.67`,
      ours: 1000 * seconds.eight,
      peer: 1000 * seconds.one,
      peerName: "pass of one token",
      unit: "ms",
    }),
    {
      name: "extendBatch of 16 texts",
      shape: `context ${CONTEXT} → ${CONTEXT + REPETITIONS}`,
      ours: 16 / seconds.batch,
      peer: 1 / seconds.one,
      peerName: "one text",
      unit: "tokens/s",
      ratio: 16 * seconds.one / seconds.batch,
    },
  ];
}

const LONG = 4096;
const SHORT = 64;

/** Few layers and words, so that attention over a long context is most of a pass. */
const LONG_SHAPE: TransformerConfig = transformerConfig({
  vocabSize: 512,
  width: 768,
  layers: 2,
  heads: 12,
  keyValueHeads: 12,
  feedForward: 256,
  contextLength: LONG + 127,
});

/** What a token costs more at a context of 4 096 tokens than at 64: KV4 against llama.cpp's 16-bit cache. */
export async function attentionRows(
  kernels: Kernels,
  llama: Awaited<ReturnType<typeof openLlama>>,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  if (typeof llama === "string") return [];
  const path = `${ROOT}out/decode-long-q4_0.gguf`;
  await writeGguf(path, LONG_SHAPE);
  const peer = await llama.load(path);
  const ours = new QuantizedModel(randomDecoder(LONG_SHAPE), LONG_SHAPE.bos_token_id, kernels);
  const tokens = tokensOf(LONG_SHAPE.vocab_size, "context");
  const contestants: Record<string, () => Promise<void>> = {};
  const close: (() => unknown)[] = [() => peer.close()];
  for (const [name, context] of [["long", LONG], ["short", SHORT]] as const) {
    const prompt = tokens(context);
    const text = await ours.open(prompt);
    const theirs = await peer.openText(prompt, kernels.threads, {
      most: LONG + 128,
      flashAttention: false, // on a processor it takes several times as long here
    });
    contestants[`ours ${name}`] = async () => {
      await text.extend(tokens(1));
      text.truncate(context);
    };
    contestants[`theirs ${name}`] = async () => {
      await theirs.extend(tokens(1));
      theirs.truncate(context);
    };
    close.unshift(() => theirs.close(), () => text.close());
  }
  const seconds = await interleaved(contestants, REPETITIONS);
  for (const each of close) await each();
  const more = (who: string) => 1000 * (seconds[`${who} long`]! - seconds[`${who} short`]!);
  const [mine, theirs] = [more("ours"), more("theirs")];
  if (mine <= 0 || theirs <= 0) {
    // The machine's speed has changed between the two: a difference below nothing measures nothing.
    progress(
      "decode: row of attention left out, the long context took less time than the short one",
    );
    return [];
  }
  return [lessIsBetter({
    name: "attention over 4 096 tokens",
    shape:
      `${LONG_SHAPE.num_hidden_layers} layers of 12 heads of 64 channels; a token at context ${LONG} less ` +
      `one at ${SHORT}`,
    ours: mine,
    peer: theirs,
    peerName: `llama.cpp, 16-bit cache, its faster attention, ${kernels.threads} threads`,
    unit: "ms",
  })];
}

function tokensOf(vocabulary: number, name: string): (count: number) => number[] {
  const random = stream(1, "bench-decode", name);
  return (count) => Array.from({ length: count }, () => 1 + random.integer(vocabulary - 1));
}
