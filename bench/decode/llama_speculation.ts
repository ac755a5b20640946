/**
 * llama.cpp as the peer of a speculative run: the same passes over the same tokens of a draft and a target of the
 * same shapes in Q4_0, cut at the same places.
 *
 * @module
 */
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { type BenchRow, median } from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { type SpeculativeRun, speedOf, textStream, type TimedRun } from "../speculation.ts";
import type { LlamaModel, LlamaText, openLlama } from "./llama_peer.ts";
import { DRAFT_SHAPE, SHAPE, writeGguf } from "./llama_shape.ts";
import { recorded, type Step } from "./recorded_passes.ts";

/** The draft (0) and the target (1) in llama.cpp. */
export type LlamaPair = readonly [LlamaModel, LlamaModel];

/** Loads both shapes with random weights. */
export async function openPair(
  llama: Exclude<Awaited<ReturnType<typeof openLlama>>, string>,
): Promise<LlamaPair> {
  const open = async (name: string, config: TransformerConfig) => {
    const path = `${ROOT}out/${name}.gguf`;
    await writeGguf(path, config);
    return await llama.load(path);
  };
  return [await open("decode-draft-q4_0", DRAFT_SHAPE), await open("decode-q4_0", SHAPE)];
}

/** A run of ours as llama.cpp does it with a number of threads. */
export interface LlamaRun {
  readonly run: SpeculativeRun;
  readonly pair: LlamaPair;
  readonly threads: number;
  /** By text: what is asked of the draft (0) and the target (1). */
  readonly steps: readonly (readonly [0 | 1, Step][])[];
  /** By text, one for each turn. */
  readonly seconds: number[][];
}

/** What a run asks of the two models while it decodes a text of `tokens` tokens. */
export async function stepsOf(
  run: SpeculativeRun,
  { draft, target, prompt, text, tokens }: {
    draft: LanguageModel;
    target: LanguageModel;
    prompt: Tokens;
    text: number;
    tokens: number;
  },
): Promise<[0 | 1, Step][]> {
  const steps: [0 | 1, Step][] = [];
  await speculate({
    draft: recorded(draft, (step) => steps.push([0, step])),
    target: recorded(target, (step) => steps.push([1, step])),
    ...{ prompt, maxTokens: tokens, bonus: true, random: textStream(text) },
    ...{ draftWarp: run.warp, targetWarp: run.warp },
    ...run.options(text),
  });
  return steps;
}

/** Has llama.cpp take a text's steps, and keeps the seconds, without those of reading the prompt. */
export async function replay(of: LlamaRun, prompt: Tokens, text: number): Promise<void> {
  const texts: LlamaText[] = [];
  for (const model of of.pair) texts.push(await model.openText(Array.from(prompt), of.threads));
  const start = performance.now();
  for (const [which, step] of of.steps[text]!) {
    if ("length" in step) texts[which]!.truncate(step.length);
    else await texts[which]!.extend(Array.from(step.tokens));
  }
  of.seconds[text]!.push((performance.now() - start) / 1000);
  for (const each of texts) await each.close();
}

/** A run against llama.cpp's, the better number of threads first. */
export function llamaRows(run: TimedRun, peers: readonly LlamaRun[], shape: string): BenchRow[] {
  const ours = speedOf(run.timings);
  const tokens = run.timings.reduce((sum, each) => sum + each.tokens, 0);
  return peers.map(({ threads, seconds }): BenchRow => {
    const peer = tokens / seconds.reduce((sum, turns) => sum + median(turns), 0);
    return {
      name: "speculative decoding",
      shape,
      ours,
      peer,
      peerName: `llama.cpp Q4_0, the same passes without sampling, ${threads} thread` +
        (threads === 1 ? "" : "s"),
      unit: "tokens/s",
      ratio: ours / peer,
    };
  })
    .sort((a, b) => a.ratio - b.ratio)
    .map((row, i) => i === 0 ? row : { ...row, name: `${row.name}, its slower thread count` });
}
