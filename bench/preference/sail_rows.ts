/**
 * The rows of paper 09: the exact gradient against jax-js, a step with drawn responses against a plain DPO step, and
 * sampling with weights as inputs against building the graph anew.
 *
 * @module
 */
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { onnxModel } from "offprint/lm/onnx/mod.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { initialWeights, parameterCount, tensorViews } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import {
  LIST_ADAMW,
  LIST_END,
  LIST_TOKENS,
  listArm,
  listConfig,
  listPrompt,
  listRequests,
  tabularWorld,
  TRUTH,
} from "offprint/papers/sail/mod.ts";
import { scorePairs, type TokenPair } from "offprint/preference/pairs/mod.ts";
import {
  bradleyTerryLabeller,
  mixtureGradient,
  sailMethod,
  singleRoute,
} from "offprint/preference/sail/mod.ts";
import { jaxSailGradient } from "./jax_sail.ts";

const REPETITIONS = 9;
const PAIRS = 32;
/** Exact gradients in one turn, so that a turn is long enough to be timed. */
const GRADIENTS = 20;

/** All rows. */
export async function sailRows(progress: (line: string) => void): Promise<BenchRow[]> {
  progress("preference: exact SAIL gradient");
  const exact = await exactRow();
  progress("preference: a step with drawn responses");
  const step = await stepRow();
  progress("preference: sampling a model in training");
  // 10 is what a step of 16 pairs draws at a share of 0.3.
  return [exact, step, await samplingRow(10), await samplingRow(20)];
}

async function exactRow(): Promise<BenchRow> {
  const world = tabularWorld(1);
  const theta = Array.from({ length: world.policy.parameters }, (_, k) => 0.2 * k - 0.5);
  const peer = await jaxSailGradient(world);
  const shares = singleRoute("DPR", 1);
  const seconds = await interleaved({
    ours: () => {
      for (let i = 0; i < GRADIENTS; i++) mixtureGradient(world, theta, shares);
      return Promise.resolve();
    },
    jax: async () => {
      for (let i = 0; i < GRADIENTS; i++) await peer(theta);
    },
  }, REPETITIONS);
  return lessIsBetter({
    name: "exact SAIL gradient",
    shape: "24 prompts × 8 responses, 6 parameters",
    ours: 1000 * seconds.ours / GRADIENTS,
    peer: 1000 * seconds.jax / GRADIENTS,
    peerName: "jax-js, jitted grad",
    unit: "ms",
  });
}

const config = listConfig();
const weights = initialWeights(config, 1);

const opened = (): Promise<OnnxEngine> =>
  OnnxEngine.open({ config, optimizer: LIST_ADAMW, threads: 1, start: { parameters: weights } });

async function stepRow(): Promise<BenchRow> {
  const [engine, reference] = [await opened(), await opened()];
  const answer = (first: number, length: number): number[] => [
    ...Array.from({ length }, (_, i) => 10 + (first + i) % 20),
    LIST_END,
  ];
  const pairs = listRequests().slice(0, PAIRS).map((request, i): TokenPair => ({
    id: `bench-${i}`,
    prompt: listPrompt(request),
    chosen: answer(i, request.count),
    rejected: answer(i + 7, 8),
    source: "bench",
    labelProbability: 1,
  }));
  const known = await scorePairs(reference, pairs);
  let step = 0;
  const stepOf = (arm: string) => {
    const method = sailMethod({
      mixture: listArm(arm).mixture,
      reference,
      end: LIST_END,
      maxTokens: LIST_TOKENS,
      seed: 1,
      labeller: bradleyTerryLabeller(TRUTH),
    });
    const indices = pairs.map((_, i) => i);
    return async (): Promise<void> => {
      step++;
      const length = 5 + LIST_TOKENS;
      const { gradient } = await method.gradient(engine, {
        step,
        indices,
        pairs,
        reference: known,
        length,
      });
      await engine.apply(gradient, 1e-5, step);
    };
  };
  const seconds = await interleaved({ ours: stepOf("DPR"), dpo: stepOf("DPO") }, REPETITIONS);
  await engine.close();
  await reference.close();
  return lessIsBetter({
    name: "DPR step, share 0.3",
    shape: `${parameterCount(config)} parameters, ${PAIRS} pairs, sampling included`,
    ours: 1000 * seconds.ours,
    peer: 1000 * seconds.dpo,
    peerName: "a DPO step",
    unit: "ms",
  });
}

/** Answers to prompts under weights that change with every step. */
async function samplingRow(answers: number): Promise<BenchRow> {
  const engine = await opened();
  const prompts = listRequests().slice(0, answers).map(listPrompt);
  const draw = (model: Parameters<typeof sampleTexts>[0]["model"]) =>
    sampleTexts({
      model,
      prompts,
      maxTokens: LIST_TOKENS,
      random: (text) => stream(1, "bench", text),
      stop: LIST_END,
      batch: 32,
    });
  const seconds = await interleaved({
    ours: async () => {
      await draw(await engine.decoder());
    },
    rebuilt: async () => {
      const model = await onnxModel(config, new Map(tensorViews(config, engine.parameters)));
      await draw(model);
      await model.close();
    },
  }, REPETITIONS);
  await engine.close();
  return lessIsBetter({
    name: `${answers} answers of the present weights`,
    shape: `${parameterCount(config)} parameters, up to ${LIST_TOKENS} tokens`,
    ours: 1000 * seconds.ours,
    peer: 1000 * seconds.rebuilt,
    peerName: "building the graph anew",
    unit: "ms",
  });
}
