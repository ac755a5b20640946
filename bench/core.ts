/**
 * The `core` suite: speculative decoding through the model interface, the direct chain simulator, and the
 * exact recursions, each against what it replaces.
 *
 * @module
 */
import { batchSpeculate, sampleText, speculate } from "offprint/decoding/decoders/mod.ts";
import {
  residual,
  rootRejection,
  totalVariation,
  warp,
} from "offprint/decoding/verification/mod.ts";
import { openKernels } from "kernels/mod.ts";
import { warpedSoftmax } from "kernels/reference/sampling.ts";
import { expectedBatchRejections, simulateChains } from "offprint/papers/specdec_theory/mod.ts";
import { markovModel, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate } from "offprint/stats.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { nativeRun } from "./kernels/native_suite.ts";

const SEED = 1;
const REPETITIONS = 3;

/** Runs the suite: under a minute on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  for (const [what, measure] of measurements) {
    progress(`core: ${what}`);
    rows.push(...await measure());
  }
  return { rows, ...nativeRun(await openKernels()) };
}

const measurements: [string, () => Promise<BenchRow[]>][] = [
  ["100 000 texts through the interface", decoderRows],
  ["batch decoding", batchRows],
  ["exact recursions", exactRows],
  ["residual chain", residualChainRows],
  ["temperature, top-k and top-p", warpRows],
];

/** 100 000 texts of 20 tokens of the two-state chain, in all three ways. */
async function decoderRows(): Promise<BenchRow[]> {
  const pair = twoStateChains();
  const draft = markovModel(pair.draft);
  const target = markovModel(pair.target);
  const runs = 100_000;
  const steps = 20;
  let targetPasses = 0;
  let passes = 0;
  const seconds = await interleaved({
    speculative: async () => {
      targetPasses = 0;
      passes = 0;
      for (let run = 0; run < runs; run++) {
        const random = stream(SEED, "bench", "speculative", run);
        const result = await speculate({ draft, target, maxTokens: steps, random });
        targetPasses += result.targetCalls;
        passes += result.targetCalls + result.drafted;
      }
    },
    plain: async () => {
      for (let run = 0; run < runs; run++) {
        const random = stream(SEED, "bench", "plain", run);
        await sampleText({ model: target, maxTokens: steps, random });
      }
    },
    direct: () => simulateChains(pair, { steps, runs, random: stream(SEED, "bench", "direct") }),
  }, REPETITIONS);
  const shape = `V = 2, T = ${steps}, ${runs} texts, look-ahead to the end`;
  const peerName = "plain sampling of the target";
  return [
    lessIsBetter({
      name:
        "speculative decoding through the interface (here a draft pass costs as much as a target pass)",
      shape,
      ours: seconds.speculative,
      peer: seconds.plain,
      peerName,
      unit: "s",
    }),
    lessIsBetter({
      name: "decoding time per model pass",
      shape,
      ours: seconds.speculative / passes * 1e6,
      peer: seconds.plain / (runs * steps) * 1e6,
      peerName,
      unit: "µs",
    }),
    lessIsBetter({
      name: "target passes per text",
      shape,
      ours: targetPasses / runs,
      peer: steps,
      peerName,
      unit: "passes",
    }),
    lessIsBetter({
      name: "direct chain simulator",
      shape,
      ours: seconds.direct,
      peer: seconds.speculative,
      peerName: "the decoder through the interface",
      unit: "s",
    }),
  ];
}

/** Batch decoding of the seven-state chain: simulator against decoder. */
async function batchRows(): Promise<BenchRow[]> {
  const pair = sevenStateChains();
  const draft = markovModel(pair.draft);
  const target = markovModel(pair.target);
  const runs = 500;
  const steps = 50;
  const drafts = 4;
  const seconds = await interleaved({
    direct: () =>
      simulateChains(pair, { steps, runs, drafts, random: stream(SEED, "bench", "direct batch") }),
    decoder: async () => {
      for (let run = 0; run < runs; run++) {
        const random = stream(SEED, "bench", "batch", run);
        await batchSpeculate({ draft, target, drafts, maxTokens: steps, random });
      }
    },
  }, REPETITIONS);
  return [lessIsBetter({
    name: "direct chain simulator, batch",
    shape: `V = 7, T = ${steps}, M = ${drafts}, ${runs} texts`,
    ours: seconds.direct,
    peer: seconds.decoder,
    peerName: "the batch decoder through the interface",
    unit: "s",
  })];
}

/** Theorem 3's recursion against a simulation long enough for a standard error of 0.001. */
async function exactRows(): Promise<BenchRow[]> {
  const pair = sevenStateChains();
  const steps = 50;
  const drafts = 4;
  const runs = 50_000;
  const standardError = 1e-3;
  let reached = 0;
  const seconds = await interleaved({
    exact: () => {
      for (let repeat = 0; repeat < 100; repeat++) expectedBatchRejections(pair, steps, drafts);
    },
    simulated: () => {
      const random = stream(SEED, "bench", "Monte Carlo");
      reached = estimate(simulateChains(pair, { steps, runs, drafts, random }).rejections)
        .standardError;
    },
  }, REPETITIONS);
  return [lessIsBetter({
    name: "exact expected rejections (Theorem 3)",
    shape: `V = 7, T = ${steps}, M = ${drafts}`,
    ours: seconds.exact / 100 * 1000,
    peer: seconds.simulated * (reached / standardError) ** 2 * 1000,
    peerName:
      `direct simulator to a standard error of ${standardError} (scaled from ${runs} texts)`,
    unit: "ms",
  })];
}

/** The product of Theorem 3 over a large vocabulary: closed form against the definition. */
async function residualChainRows(): Promise<BenchRow[]> {
  const size = 32_000;
  const attempts = 8;
  const random = stream(SEED, "bench", "residual chain");
  const flat = new Float64Array(size).fill(1);
  const draft = random.dirichlet(flat);
  const target = random.dirichlet(flat);
  const seconds = await interleaved({
    closed: () => {
      for (let repeat = 0; repeat < 20; repeat++) rootRejection(target, draft, attempts);
    },
    repeated: () => {
      for (let repeat = 0; repeat < 20; repeat++) {
        let current = target;
        let product = 1;
        for (let m = 0; m < attempts; m++) {
          product *= totalVariation(current, draft);
          current = residual(current, draft);
        }
      }
    },
  }, REPETITIONS);
  return [lessIsBetter({
    name: "probability that all drafts are rejected at one position",
    shape: `V = ${size}, M = ${attempts}`,
    ours: seconds.closed / 20 * 1000,
    peer: seconds.repeated / 20 * 1000,
    peerName: "repeated normalisation of the residual",
    unit: "ms",
  })];
}

/** Cuts of small and large vocabularies: by selection, against the kernels' reference, which sorts. */
async function warpRows(): Promise<BenchRow[]> {
  const kernels = await openKernels();
  const rows: BenchRow[] = [];
  const cuts = {
    "temperature, top-k 50, top-p 0.95": { temperature: 0.8, topK: 50, topP: 0.95 },
    "temperature, top-p 0.95": { temperature: 0.8, topP: 0.95 },
  };
  for (const size of [2048, 131_072]) {
    const random = stream(SEED, "bench", "warp", size);
    const logits = Float32Array.from({ length: size }, () => 3 * random.normal());
    for (const [cut, options] of Object.entries(cuts)) {
      const warped = warp(options);
      const seconds = await interleaved({
        warp: () => warped(logits),
        core: () => kernels.warpedSoftmax(logits, 1, options),
        sorting: () => warpedSoftmax(logits, 1, options),
      }, REPETITIONS);
      const row = (name: string, ours: number) =>
        lessIsBetter({
          name,
          shape: `V = ${size}, ${cut}`,
          ours: 1e6 * ours,
          peer: 1e6 * seconds.sorting,
          peerName: "the reference kernel, which sorts",
          unit: "µs",
        });
      rows.push(row("warp of the decoders", seconds.warp));
      rows.push(row(`warpedSoftmax, ${kernels.backend} kernels`, seconds.core));
    }
  }
  kernels.close();
  return rows;
}
