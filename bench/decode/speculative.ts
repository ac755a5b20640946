/**
 * Speculative decoding on the quantised decoder: the trained pair, and a pair of random weights whose acceptance
 * is the trained pair's, by its log.
 *
 * llama.cpp decodes the random pair's texts too: the same passes over the same tokens of a draft and a target
 * of the same shapes in Q4_0, cut at the same places. Its own speculative decoder cannot be used, for it decides
 * by the models' probabilities, and those of random weights accept next to nothing. Nothing is sampled on its
 * side, while ours takes warps and draws along.
 *
 * @module
 */
import type { Kernels } from "kernels/mod.ts";
import { type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import {
  type CandidateLengthPolicy,
  constantLength,
  constantRule,
} from "offprint/decoding/policies/mod.ts";
import { loggedAcceptance, logTexts, type TextLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import { parameterCount, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { type LoadedQuantized, loadQuantized, QuantizedModel } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";
import {
  costModelRow,
  gainRow,
  halfModel,
  type SpeculativeRun,
  speedOf,
  type TimedRun,
  timeRuns,
} from "../speculation.ts";
import type { openLlama } from "./llama_peer.ts";
import { DRAFT_SHAPE, SHAPE } from "./llama_shape.ts";
import { llamaRows, type LlamaRun, openPair, replay, stepsOf } from "./llama_speculation.ts";
import { randomDecoder } from "./random_decoder.ts";

const TEXTS = 6;
const TURNS = 2;
const TOKENS = 100;
const PROMPT = 64;
/** Candidates of a round. */
const LENGTHS = [2, 4];

/** What the trained pair is told to go on from. */
const BEGINNING = "Fellow citizens of the Senate and of the House of Representatives:";

/** Rows of both pairs; llama.cpp's where there is one. */
export async function speculativeRows(
  kernels: Kernels,
  llama: Awaited<ReturnType<typeof openLlama>>,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  progress("decode: speculative decoding of the trained pair");
  const draft = await loadQuantized("sotu-draft", { kernels });
  const target = await loadQuantized("sotu-target", { kernels });
  const rows = await trainedRows(kernels, draft, target);
  progress("decode: speculative decoding of a pair of random weights");
  const logs = await acceptanceLog(draft, target);
  rows.push(...await randomRows(kernels, llama, logs));
  return rows;
}

async function trainedRows(
  kernels: Kernels,
  { model: draft, tokenizer }: LoadedQuantized,
  { model: target }: LoadedQuantized,
): Promise<BenchRow[]> {
  const runs = runsOf(kernels, (candidates) => ({ candidates }));
  const prompts = new Array<Tokens>(TEXTS).fill(tokenizer.encode(BEGINNING));
  const timed = await timeRuns(runs, { draft, target, prompts, tokens: TOKENS, turns: TURNS });
  return timed.flatMap((run) => {
    const shape = `sotu-target, quantised; ${run.name}; ${TEXTS} texts of ${TOKENS} tokens`;
    return [costModelRow(run, timed, shape), gainRow(run, shape)];
  });
}

/** How probable it is at each position of texts of the trained target that its draft's candidate is accepted. */
async function acceptanceLog(draft: LoadedQuantized, target: LoadedQuantized): Promise<TextLog[]> {
  const logged = await logTexts({
    draft: draft.model,
    target: target.model,
    prompts: new Array<Tokens>(TEXTS).fill(target.tokenizer.encode(BEGINNING)),
    maxTokens: TOKENS,
    branch: 1,
    random: (text) => stream(1, "bench-decode", "log", text),
  });
  return logged.map(({ log }) => log);
}

async function randomRows(
  kernels: Kernels,
  llama: Awaited<ReturnType<typeof openLlama>>,
  logs: readonly TextLog[],
): Promise<BenchRow[]> {
  const [draft, target] = [DRAFT_SHAPE, SHAPE].map((config) =>
    new QuantizedModel(randomDecoder(config), config.bos_token_id, kernels)
  ) as [QuantizedModel, QuantizedModel];
  const prompts = logs.map((_, text) => randomPrompt(text));
  const runs = runsOf(kernels, (candidates, text) => loggedAcceptance(logs[text]!, candidates));
  const pair = typeof llama === "string" ? undefined : await openPair(llama);
  const threadCounts = pair === undefined ? [] : [...new Set([1, kernels.threads])];
  const peers: LlamaRun[] = [];
  for (const run of pair === undefined ? [] : runs) {
    const steps = [];
    for (const [text, prompt] of prompts.entries()) {
      steps.push(await stepsOf(run, { draft, target, prompt, text, tokens: TOKENS }));
    }
    for (const threads of threadCounts) {
      peers.push({ run, pair: pair!, threads, steps, seconds: prompts.map(() => []) });
    }
  }
  const peer = async (text: number) => {
    for (const each of peers) await replay(each, prompts[text]!, text);
  };
  const timed = await timeRuns(runs, {
    draft,
    target,
    prompts,
    tokens: TOKENS,
    turns: TURNS,
    peer,
  });
  for (const model of pair ?? []) await model.close();
  const millions = (config: TransformerConfig) => `${Math.round(parameterCount(config) / 1e6)} M`;
  return timed.flatMap((run, i) => {
    const shape = `random weights, ${millions(DRAFT_SHAPE)} drafts for ${millions(SHAPE)}; ` +
      `${run.name}, acceptance as logged; ${TEXTS} texts of ${TOKENS} tokens`;
    return [
      costModelRow(run, timed, shape),
      whatIfRow(run, timed, logs, shape),
      gainRow(run, shape),
      ...llamaRows(run, peers.filter((each) => each.run === runs[i]), shape),
    ];
  });
}

function runsOf(
  kernels: Kernels,
  options: (
    candidates: CandidateLengthPolicy,
    text: number,
  ) => ReturnType<SpeculativeRun["options"]>,
): (SpeculativeRun & { length: number })[] {
  const warp = kernels.warp({ temperature: 1 });
  return LENGTHS.map((length) => ({
    name: `K = ${length}`,
    length,
    warp,
    options: (text) => options(constantLength(length), text),
  }));
}

function randomPrompt(text: number): number[] {
  const random = stream(1, "bench-decode", "speculative prompt", text);
  return Array.from({ length: PROMPT }, () => 1 + random.integer(SHAPE.vocab_size - 1));
}

/** The speed-up against the one that the what-if tool gives for the log and the pass times of other texts. */
function whatIfRow(
  run: TimedRun,
  runs: readonly TimedRun[],
  logs: readonly TextLog[],
  shape: string,
): BenchRow {
  const plain = 1000 / speedOf(run.plain);
  const length = (run as TimedRun & { length: number }).length;
  let predicted = 0;
  let error = 0;
  for (const half of [0, 1]) {
    const time = halfModel(runs, run.warp, 1 - half);
    const some = logs.filter((_, text) => text % 2 === half);
    const { msPerToken } = whatIf(some, constantRule(length), { time, replays: 200 });
    predicted += msPerToken.mean / 2;
    error += msPerToken.standardError / 2;
  }
  const measured = speedOf(run.timings) * plain / 1000;
  const told = plain / predicted;
  return lessIsBetter({
    name: "measured speed-up against the what-if tool's",
    shape: `${shape}; measured ${measured.toFixed(2)}, told ${told.toFixed(2)} from the log, ` +
      `its texts' standard error ${(100 * error / predicted).toFixed(1)} %`,
    ours: 100 * Math.abs(measured / told - 1),
    peer: 10,
    peerName: "the ceiling of 10 %",
    unit: "% apart",
  });
}
