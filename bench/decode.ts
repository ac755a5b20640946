/**
 * The `decode` suite: tokens a second of the quantised decoder on a LLaMA shape of 110 million parameters
 * with random weights, against llama.cpp's Q4_0 at its better number of threads, both up to the logits
 * and without sampling; what model and cache take in memory; and speculative decoding, sampling included.
 *
 * llama.cpp comes from npm and is not in the lock file; without it its rows are left out, and what
 * installs it is said.
 *
 * @module
 */
import type { Kernels } from "kernels/mod.ts";
import { type ForwardPart, plainRead, profileForward } from "kernels/native/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  type Contestant,
  interleaved,
  lessIsBetter,
  median,
} from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import { parameterCount } from "offprint/lm/transformer/mod.ts";
import { QuantizedModel } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";
import { randomDecoder } from "./decode/random_decoder.ts";
import { attentionRows } from "./decode/attention_rows.ts";
import { passRows } from "./decode/context_rows.ts";
import { type LlamaModel, openLlama } from "./decode/llama_peer.ts";
import { SHAPE, writeGguf } from "./decode/llama_shape.ts";
import { speculativeRows } from "./decode/speculative.ts";
import { nativeSuite } from "./kernels/native_suite.ts";

const BATCHES = [1, 16];
/** How many percent of a pass should at most be spent on other things than linear layers, by batch. */
const GOALS: Readonly<Record<number, number>> = { 1: 20, 16: 30 };
/** The text grows by this many tokens after a prompt of as many. */
const TOKENS = 128;
/** Steps on end before it is another's turn: a decoder finds in the processor's caches what its last step left. */
const TURN = 16;
const CONTEXT = `context ${TOKENS} → ${2 * TOKENS}`;

/** Runs the suite: some minutes on two quiet cores; no rows without native kernels. */
export function runBench(progress: (line: string) => void): Promise<BenchResult> {
  return nativeSuite("decode", progress, (kernels) => allRows(kernels, progress));
}

async function allRows(kernels: Kernels, progress: (line: string) => void): Promise<BenchRow[]> {
  const model = new QuantizedModel(randomDecoder(SHAPE), SHAPE.bos_token_id, kernels);
  const rows: BenchRow[] = [];

  const llama = await openLlama();
  let peer: LlamaModel | undefined;
  let peerBytes = 0;
  if (typeof llama === "string") {
    progress(`decode: llama.cpp rows skipped, ${llama}`);
  } else {
    await Deno.mkdir(`${ROOT}out`, { recursive: true });
    const path = `${ROOT}out/decode-q4_0.gguf`;
    peerBytes = await writeGguf(path, SHAPE);
    peer = await llama.load(path);
  }
  for (const batch of BATCHES) {
    progress(`decode: batch ${batch}`);
    rows.push(...await batchRows(model, peer, batch));
  }
  await peer?.close();
  rows.push(...memoryRows(model, peerBytes));
  progress("decode: passes and long contexts");
  rows.push(...await passRows(model));
  rows.push(...await attentionRows(kernels, progress));
  rows.push(...await speculativeRows(kernels, llama, progress));
  return rows;
}

/** One batch size: both sides in turn, some tokens on end. */
async function batchRows(
  model: QuantizedModel,
  peer: LlamaModel | undefined,
  batch: number,
): Promise<BenchRow[]> {
  const { kernels, decoder } = model;
  const prompts = Array.from({ length: batch }, (_, i) => randomTokens(TOKENS - 1, "prompt", i));
  const sequences = await Promise.all(prompts.map((prompt) => model.open(prompt)));
  const contestants: Record<string, Contestant> = {};
  let step = 0;
  // Reading the clock some hundred times a pass takes microseconds of its milliseconds.
  const profiles: Record<ForwardPart, number>[] = [];
  contestants["ours"] = async () => {
    const tokens = randomTokens(batch, "step", step++).map((token) => [token]);
    profiles.push(await profileForward(() => model.extendBatch(sequences, tokens)));
  };
  contestants["linears"] = linearsAlone(model, batch);
  const words = decoder.linears.map(({ weights }) => weights.bits === 4 ? weights.words : null)
    .filter((words) => words !== null);
  contestants["read"] = await reader(kernels.threads, words);

  const threadCounts = [...new Set([1, kernels.threads])];
  const texts = new Map<number, Awaited<ReturnType<LlamaModel["open"]>>>();
  for (const threads of peer === undefined ? [] : threadCounts) {
    const opened = await peer!.open(prompts.map((prompt) => [0, ...prompt]), threads);
    texts.set(threads, opened);
    let step = 0;
    contestants[`llama ${threads}`] = () => opened.extend(randomTokens(batch, "step", step++));
  }
  const seconds = await interleaved(contestants, TOKENS, { turn: TURN });
  for (const opened of texts.values()) await opened.close();
  for (const sequence of sequences) sequence.close();

  const name = `decode batch ${batch}`;
  const millions = Math.round(parameterCount(SHAPE) / 1e6);
  const shape = `${millions} M LLaMA shape, ${CONTEXT}`;
  const rate = (which: string) => batch / seconds[which]!;
  const rows: BenchRow[] = threadCounts.filter((threads) => texts.has(threads))
    .map((threads): BenchRow => {
      const [ours, theirs] = [rate("ours"), rate(`llama ${threads}`)];
      const peerName = `llama.cpp Q4_0, ${threads} thread${threads === 1 ? "" : "s"}`;
      return { name, shape, ours, peer: theirs, peerName, unit: "tokens/s", ratio: ours / theirs };
    })
    .sort((a, b) => a.ratio - b.ratio) // the better thread count first: that is the one that counts
    .map((row, i) => i === 0 ? row : { ...row, name: `${name}, its slower thread count` });
  rows.push(lessIsBetter({
    name: `${name}, all but the linear layers`,
    shape,
    ours: 1000 * seconds["ours"]!,
    peer: 1000 * seconds["linears"]!,
    peerName: "its linear layers alone",
    unit: "ms",
  }));
  rows.push(...partRows(name, shape, profiles.slice(1), GOALS[batch]!)); // the first warmed up
  const read = model.memory.linearBytes / 1e9 / seconds["ours"]!;
  const plain = words.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e9 / seconds["read"]!;
  rows.push({
    name: `${name}, bytes`,
    shape,
    ours: read,
    peer: plain,
    peerName: "plain read of the weights",
    unit: "GB/s",
    ratio: read / plain,
  });
  return rows;
}

/** What share of a pass each part takes, and all that is no linear layer. */
function partRows(
  name: string,
  shape: string,
  profiles: readonly Record<ForwardPart, number>[],
  goal: number,
): BenchRow[] {
  const parts = Object.keys(profiles[0]!) as ForwardPart[];
  const linear = new Set<ForwardPart>(["matrix products of the layers", "head"]);
  const share = (of: (part: ForwardPart) => boolean) =>
    100 * median(profiles.map((each) => {
      const sum = (chosen: ForwardPart[]) => chosen.reduce((total, part) => total + each[part], 0);
      return sum(parts.filter(of)) / sum(parts);
    }));
  const row = (what: string, ours: number, peer: number, peerName: string) =>
    lessIsBetter({ name: `${name}, share of ${what}`, shape, ours, peer, peerName, unit: "%" });
  return [
    row(
      "what is no linear layer",
      share((part) => !linear.has(part)),
      goal,
      `the goal of ${goal} %`,
    ),
    ...parts.map((part) => row(part, share((each) => each === part), 100, "the whole pass")),
  ];
}

/** The matrix products of a pass and nothing else, one call each. */
function linearsAlone({ decoder, kernels }: QuantizedModel, batch: number): Contestant {
  const random = stream(1, "bench-decode", "activations");
  const most = Math.max(...decoder.linears.map(({ weights }) => weights.columns));
  const x = Float32Array.from({ length: batch * most }, () => random.normal());
  const parts = decoder.linears.map(({ weights, format }) => ({
    weights,
    format,
    x: x.subarray(0, batch * weights.columns),
    y: new Float32Array(batch * weights.rows),
  }));
  return async () => {
    for (const { weights, format, x, y } of parts) {
      await kernels.linear(x, batch, format, weights, y);
    }
  };
}

/** Reads the weights once with the threads of the kernels. */
async function reader(threads: number, words: readonly Uint32Array[]): Promise<Contestant> {
  const read = await plainRead(threads);
  return () => words.forEach(read);
}

/** Bytes per parameter of the linear layers, and bits per element of the cache. */
function memoryRows(model: QuantizedModel, peerBytes: number): BenchRow[] {
  const { linearBytes, linearParameters, kvBits } = model.memory;
  const perParameter = lessIsBetter({
    name: "memory: quantised linear layers",
    shape: `${(linearParameters / 1e6).toFixed(1)} M parameters, head included`,
    ours: linearBytes / linearParameters,
    peer: peerBytes > 0 ? peerBytes / parameterCount(SHAPE) : 18 / 32,
    peerName: peerBytes > 0 ? "the Q4_0 file" : "Q4_0, by its format",
    unit: "bytes/parameter",
  });
  const cache = lessIsBetter({
    name: "memory: complete groups of the KV cache",
    shape: "G = 64",
    ours: kvBits,
    peer: 16,
    peerName: "16-bit floats, llama.cpp's default",
    unit: "bits/element",
  });
  return [perParameter, cache];
}

function randomTokens(count: number, ...name: (string | number)[]): number[] {
  const random = stream(1, "bench-decode", ...name);
  return Array.from({ length: count }, () => 1 + random.integer(SHAPE.vocab_size - 1));
}
