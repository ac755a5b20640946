/**
 * The `preference` suite: a DPO step and the report of a pair against jax-js in the same run, the report of 60
 * pairs against one second, and the memory of a thousand steps.
 *
 * @module
 */
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { initialWeights, parameterCount } from "offprint/lm/transformer/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import {
  longestText,
  pairBatch,
  scorePairs,
  type TokenPair,
  total,
} from "offprint/preference/pairs/mod.ts";
import { marginMethod } from "offprint/preference/training/mod.ts";
import {
  entanglementReport,
  innerProducts,
  pairGradients,
} from "offprint/preference/entanglement/mod.ts";
import { ADAMW, policyConfig, sentimentPairs } from "offprint/papers/gradient_entanglement/mod.ts";
import { jaxDpoStep, jaxPairProducts } from "./preference/jax_dpo.ts";
import { sailRows } from "./preference/sail_rows.ts";

const REPETITIONS = 9;
const PAIRS = 32;
const REPORTED = 60;
const STEPS = 1000;

const config = policyConfig();
const weights = initialWeights(config, 1);

/** Runs the suite: about a minute on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const pairs = sentimentPairs({ suffix: "long", seed: 1, count: 200, part: "train" });
  const rows: BenchRow[] = [];
  progress("preference: DPO step");
  rows.push(await stepRow(pairs.slice(0, PAIRS)));
  progress("preference: report of one pair");
  rows.push(await pairRow(pairs[0]!));
  progress(`preference: report of ${REPORTED} pairs`);
  rows.push(await reportRow(pairs.slice(0, REPORTED)));
  progress(`preference: memory over ${STEPS} steps`);
  rows.push(await memoryRow(pairs.slice(0, 4)));
  rows.push(...await sailRows(progress));
  return { rows };
}

function opened(): Promise<OnnxEngine> {
  return OnnxEngine.open({ config, optimizer: ADAMW, start: { parameters: weights } });
}

/** Forward, weights of the loss, backward, AdamW: what a training does each step. */
async function dpoStep(engine: OnnxEngine, pairs: TokenPair[]): Promise<() => Promise<void>> {
  const reference = await scorePairs(engine, pairs);
  const method = marginMethod(dpo());
  const indices = pairs.map((_, i) => i);
  const length = longestText(pairs);
  let step = 0;
  return async () => {
    step++;
    const { gradient } = await method.gradient(engine, { step, indices, pairs, reference, length });
    await engine.apply(gradient, 3e-4, step);
  };
}

async function stepRow(pairs: TokenPair[]): Promise<BenchRow> {
  if (ADAMW.kind !== "adamw") throw new TypeError("the peer's step is AdamW");
  const engine = await opened();
  const scores = await scorePairs(engine, pairs);
  const reference = Float32Array.from(
    scores.flatMap(({ chosen, rejected }) => [total(chosen), total(rejected)]),
  );
  const batch = pairBatch(config, pairs);
  const seconds = await interleaved({
    ours: await dpoStep(engine, pairs),
    jax: await jaxDpoStep(config, weights, ADAMW, batch, { beta: 0.1, reference }),
  }, REPETITIONS);
  await engine.close();
  return lessIsBetter({
    name: "DPO step",
    shape: `${parameterCount(config)} parameters, ${batch.rows} × ${batch.length} tokens`,
    ours: 1000 * seconds.ours,
    peer: 1000 * seconds.jax,
    peerName: "jax-js, jitted",
    unit: "ms",
  });
}

async function pairRow(pair: TokenPair): Promise<BenchRow> {
  const engine = await opened();
  const batch = pairBatch(config, [pair]);
  const seconds = await interleaved({
    ours: async () => {
      const { chosen, rejected } = await pairGradients(engine, pair);
      innerProducts(chosen, rejected);
    },
    jax: await jaxPairProducts(config, weights, batch),
  }, REPETITIONS);
  await engine.close();
  return lessIsBetter({
    name: "inner products of a pair",
    shape: `${batch.length} tokens`,
    ours: 1000 * seconds.ours,
    peer: 1000 * seconds.jax,
    peerName: "jax-js, jitted vmap(grad)",
    unit: "ms",
  });
}

async function reportRow(pairs: TokenPair[]): Promise<BenchRow> {
  const engine = await opened();
  const reference = await scorePairs(engine, pairs);
  const { ours } = await interleaved({
    ours: () => entanglementReport(engine, pairs, reference, { losses: [dpo()], observe: false }),
  }, 3);
  await engine.close();
  return lessIsBetter({
    name: "report",
    shape: `${pairs.length} pairs`,
    ours,
    peer: 1,
    peerName: "the second that is asked for",
    unit: "s",
  });
}

async function memoryRow(pairs: TokenPair[]): Promise<BenchRow> {
  const engine = await opened();
  const step = await dpoStep(engine, pairs);
  let early = 0;
  for (let i = 1; i <= STEPS; i++) {
    await step();
    if (i === STEPS / 10) early = Deno.memoryUsage().rss;
  }
  const late = Deno.memoryUsage().rss;
  await engine.close();
  return lessIsBetter({
    name: "memory of DPO training",
    shape: `${pairs.length} pairs a step; after ${STEPS} steps`,
    ours: late / 2 ** 20,
    peer: early / 2 ** 20,
    peerName: `after ${STEPS / 10} steps`,
    unit: "MB",
  });
}
