/**
 * Speculative decoding of the trained pair by the clock: what the loop costs beside the models, whether the
 * cost model describes the run, and what is gained over plain decoding.
 *
 * @module
 */
import { headPredictor } from "offprint/decoding/heads/mod.ts";
import { type CandidateLengthPolicy, draftBy } from "offprint/decoding/policies/mod.ts";
import { softmax, type Warp, warp } from "offprint/decoding/verification/mod.ts";
import {
  loopMs,
  medianTiming,
  modelledMs,
  type TextTiming,
  type TimeModel,
  timeModel,
  timePlain,
  timeSpeculation,
} from "offprint/decoding/what_if/mod.ts";
import {
  bestOnDev,
  CONSTANT_FAMILY,
  headFamily,
  loadHeads,
  ruleOf,
} from "offprint/papers/specdecpp/heads/mod.ts";
import { type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { stream } from "offprint/random.ts";

const TEXTS = 8;
/** Turns through all texts; of each text the median counts, so that a slow stretch of the machine does not. */
const TURNS = 3;
const TOKENS = 100;

/** Rows of the pair `sotu-draft`, `sotu-target` with the committed heads. */
export async function speculativeRows(): Promise<BenchRow[]> {
  const { results, prompts, heads } = await loadHeads();
  const { model: draft } = await loadModel("sotu-draft");
  const { model: target } = await loadModel("sotu-target");
  const { ratio, rejectionWeights } = results.recipe;
  const constant = bestOnDev(
    results.settings.filter(({ family }) => family === CONSTANT_FAMILY),
    ratio,
  );
  const chosen = bestOnDev(
    results.settings.filter(({ family }) =>
      rejectionWeights.some((weight) => headFamily(weight) === family)
    ),
    ratio,
  );
  const weight = rejectionWeights.find((each) => headFamily(each) === chosen.family)!;
  const one = { family: CONSTANT_FAMILY, setting: 1 };
  const warped = warp({ temperature: 0.8, topK: 50, topP: 0.95 });
  const runs: { name: string; policy: CandidateLengthPolicy; warp: Warp; turns: TextTiming[][] }[] =
    [
      { name: "K = 1", policy: draftBy(ruleOf(one)), warp: softmax, turns: [] },
      {
        name: `K = ${constant.setting}`,
        policy: draftBy(ruleOf(constant)),
        warp: softmax,
        turns: [],
      },
      {
        name: "K = 1, temperature, top-k and top-p",
        policy: draftBy(ruleOf(one)),
        warp: warped,
        turns: [],
      },
      {
        name: `K = ${constant.setting}, temperature, top-k and top-p`,
        policy: draftBy(ruleOf(constant)),
        warp: warped,
        turns: [],
      },
      {
        name: `${chosen.family}, h = ${chosen.setting}`,
        policy: draftBy(ruleOf(chosen), headPredictor(heads.get(weight)!)),
        warp: softmax,
        turns: [],
      },
    ];
  // Plain decoding draws from the same distribution: under the same warp.
  const plainTurns = new Map(
    [softmax, warped].map((warp) => [warp, [] as { tokens: number; totalMs: number }[][]] as const),
  );
  for (let turn = -1; turn < TURNS; turn++) {
    // Turn −1, one text, warms up.
    for (let text = 0; text < (turn < 0 ? 1 : TEXTS); text++) {
      const shared = { prompt: prompts.test[text]!.tokens, maxTokens: TOKENS };
      for (const [warp, turns] of plainTurns) {
        const random = stream(1, "bench plain", text);
        const alone = await timePlain({ model: target, ...shared, random, warp });
        if (turn >= 0) (turns[text] ??= []).push(alone);
      }
      for (const { policy, warp, turns } of runs) {
        const timing = await timeSpeculation({
          draft,
          target,
          ...shared,
          bonus: true,
          candidates: policy,
          draftWarp: warp,
          targetWarp: warp,
          random: stream(1, "bench", text),
        });
        if (turn >= 0) (turns[text] ??= []).push(timing);
      }
    }
  }
  await draft.close();
  await target.close();
  const plainSpeed = (warp: Warp): number => {
    const middle = plainTurns.get(warp)!.map(medianTiming);
    return 1000 * sum(middle, ({ tokens }) => tokens) / sum(middle, ({ totalMs }) => totalMs);
  };
  const timed = runs.map(({ name, warp, turns }) => ({
    name,
    warp,
    timings: turns.map(medianTiming),
  }));
  /** One model for all policies of a warp, from one half of the texts. */
  const modelOf = (warp: Warp, half: number): TimeModel =>
    timeModel(
      timed.filter((each) => each.warp === warp).flatMap(({ timings }) =>
        timings.filter((_, text) => text % 2 === half)
      ),
    );
  return timed.flatMap(({ name, warp, timings }) => {
    const total = sum(timings, ({ totalMs }) => totalMs);
    const share = (of: (timing: TextTiming) => number): number => 100 * sum(timings, of) / total;
    const shape = `${name}; ${TEXTS} texts of ${TOKENS} tokens`;
    const model = timeModel(timings);
    // Each half of the texts by the model of the other half.
    const halves = [modelOf(warp, 1), modelOf(warp, 0)] as const;
    const modelled = timings.reduce(
      (sum, each, text) => sum + modelledMs(halves[text % 2 === 0 ? 0 : 1], each),
      0,
    );
    const speed = 1000 * sum(timings, (each) => each.tokens) / total;
    const plain = plainSpeed(warp);
    return [
      lessIsBetter({
        name: "decode loop, without softmax, warps and policy",
        shape,
        ours: share(loopMs),
        peer: 5,
        peerName: "the ceiling of 5 %",
        unit: "% of time",
      }),
      lessIsBetter({
        name: "decode loop with softmax and warps",
        shape: `${shape}; policy and head ${share(({ policyMs }) => policyMs).toFixed(1)} % more`,
        ours: share((each) => loopMs(each) + each.warpMs),
        peer: 8,
        peerName: "the ceiling of 8 %",
        unit: "% of time",
      }),
      lessIsBetter({
        name: "clock against cost model, fitted on all policies on other texts",
        shape: `${shape}; draft pass ${model.draftMs.toFixed(3)} ms, verification of 1, 2, 4, 8: ${
          [1, 2, 4, 8].map((m) => model.targetMs(m).toFixed(2)).join(", ")
        } ms, host ${model.hostMs!(1).toFixed(3)} ms a round of 1`,
        ours: 100 * Math.abs(total / modelled - 1),
        peer: 10,
        peerName: "the ceiling of 10 %",
        unit: "% apart",
      }),
      {
        name: "speculative against plain decoding",
        shape: `${shape}; a draft pass takes ${
          (100 * model.draftMs / (1000 / plain)).toFixed(0)
        } % of a plain token`,
        ours: speed,
        peer: plain,
        peerName: "plain decoding from the same distribution",
        unit: "tokens/s",
        ratio: speed / plain,
      },
    ];
  });
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
