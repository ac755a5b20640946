/**
 * Speculative decoding of the trained pair by the clock: what the loop costs beside the models, whether the
 * cost model describes the run, and what is gained over plain decoding.
 *
 * @module
 */
import { headPredictor } from "offprint/decoding/heads/mod.ts";
import { type CandidateLengthPolicy, draftBy } from "offprint/decoding/policies/mod.ts";
import { modelWarp, type Warp } from "offprint/decoding/verification/mod.ts";
import { loopMs, type TextTiming } from "offprint/decoding/what_if/mod.ts";
import {
  bestOnDev,
  CONSTANT_FAMILY,
  headFamily,
  loadHeads,
  ruleOf,
} from "offprint/papers/specdecpp/heads/mod.ts";
import { type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { costModelRow, gainRow, type SpeculativeRun, timeRuns } from "../speculation.ts";

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
  // Both models run in one runtime, which warps for both.
  const plain = modelWarp(target);
  const warped = modelWarp(target, { temperature: 0.8, topK: 50, topP: 0.95 });
  const run = (name: string, warp: Warp, candidates: CandidateLengthPolicy): SpeculativeRun => ({
    name,
    warp,
    options: () => ({ candidates }),
  });
  const [shortest, best] = [draftBy(ruleOf(one)), draftBy(ruleOf(constant))];
  const runs = [
    run("K = 1", plain, shortest),
    run(`K = ${constant.setting}`, plain, best),
    run("K = 1, temperature, top-k and top-p", warped, shortest),
    run(`K = ${constant.setting}, temperature, top-k and top-p`, warped, best),
    run(
      `${chosen.family}, h = ${chosen.setting}`,
      plain,
      draftBy(ruleOf(chosen), headPredictor(heads.get(weight)!)),
    ),
  ];
  // Plain decoding draws from the same distribution: under the same warp.
  const timed = await timeRuns(runs, {
    draft,
    target,
    prompts: prompts.test.slice(0, TEXTS).map(({ tokens }) => tokens),
    tokens: TOKENS,
    turns: TURNS,
  });
  await draft.close();
  await target.close();
  return timed.flatMap((each) => {
    const { name, timings } = each;
    const total = sum(timings, ({ totalMs }) => totalMs);
    const share = (of: (timing: TextTiming) => number): number => 100 * sum(timings, of) / total;
    const shape = `${name}; ${TEXTS} texts of ${TOKENS} tokens`;
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
      costModelRow(each, timed, shape),
      gainRow(each, shape),
    ];
  });
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
