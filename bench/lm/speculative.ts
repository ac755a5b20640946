/**
 * Speculative decoding of the trained pair by the clock: what the loop costs beside the models, whether the
 * cost model describes the run, and what is gained over plain decoding.
 *
 * @module
 */
import {
  bestOnDev,
  type CandidateLength,
  CONSTANT,
  draftBy,
  headFamily,
  headPredictor,
  loadHeads,
  loopMs,
  medianTiming,
  modelledMs,
  ruleOf,
  softmax,
  type TextTiming,
  timeModel,
  timePlain,
  timeSpeculation,
  type Warp,
  warp,
} from "offprint/decoding/mod.ts";
import { type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { stream } from "offprint/random.ts";

const TEXTS = 8;
/** Each text is decoded so often by everything in turn; the median counts. */
const TURNS = 3;
const TOKENS = 100;

/** Rows of the pair `sotu-draft`, `sotu-target` with the committed heads. */
export async function speculativeRows(): Promise<BenchRow[]> {
  const { results, prompts, heads } = await loadHeads();
  const { model: draft } = await loadModel("sotu-draft");
  const { model: target } = await loadModel("sotu-target");
  const { ratio, rejectionWeights } = results.recipe;
  const constant = bestOnDev(results.settings.filter(({ family }) => family === CONSTANT), ratio);
  const chosen = bestOnDev(
    results.settings.filter(({ family }) =>
      rejectionWeights.some((weight) => headFamily(weight) === family)
    ),
    ratio,
  );
  const weight = rejectionWeights.find((each) => headFamily(each) === chosen.family)!;
  const one = { family: CONSTANT, setting: 1 };
  const warped = warp({ temperature: 0.8, topK: 50, topP: 0.95 });
  const runs: { name: string; policy: CandidateLength; warp: Warp; timings: TextTiming[] }[] = [
    { name: "K = 1", policy: draftBy(ruleOf(one)), warp: softmax, timings: [] },
    {
      name: `K = ${constant.setting}`,
      policy: draftBy(ruleOf(constant)),
      warp: softmax,
      timings: [],
    },
    {
      name: `K = ${constant.setting}, temperature, top-k and top-p`,
      policy: draftBy(ruleOf(constant)),
      warp: warped,
      timings: [],
    },
    {
      name: `${chosen.family}, h = ${chosen.setting}`,
      policy: draftBy(ruleOf(chosen), headPredictor(heads.get(weight)!)),
      warp: softmax,
      timings: [],
    },
  ];
  let plainMs = 0;
  let plainTokens = 0;
  for (let text = -1; text < TEXTS; text++) {
    // Text −1 warms up.
    const prompt = prompts.test[Math.max(text, 0)]!.tokens;
    const plain: { totalMs: number; tokens: number }[] = [];
    const turns = runs.map((): TextTiming[] => []);
    for (let turn = 0; turn < TURNS; turn++) {
      const random = stream(1, "bench plain", text);
      plain.push(await timePlain({ model: target, prompt, maxTokens: TOKENS, random }));
      for (const [i, { policy, warp }] of runs.entries()) {
        turns[i]!.push(
          await timeSpeculation({
            draft,
            target,
            prompt,
            maxTokens: TOKENS,
            bonus: true,
            candidates: policy,
            draftWarp: warp,
            targetWarp: warp,
            random: stream(1, "bench", text),
          }),
        );
      }
    }
    if (text < 0) continue;
    const middle = medianTiming(plain);
    plainMs += middle.totalMs;
    plainTokens += middle.tokens;
    runs.forEach(({ timings }, i) => timings.push(medianTiming(turns[i]!)));
  }
  await draft.close();
  await target.close();
  const plain = 1000 * plainTokens / plainMs;
  return runs.flatMap(({ name, timings }) => {
    const total = sum(timings, ({ totalMs }) => totalMs);
    const share = (of: (timing: TextTiming) => number): number => 100 * sum(timings, of) / total;
    const shape = `${name}; ${TEXTS} texts of ${TOKENS} tokens`;
    const even = timings.filter((_, i) => i % 2 === 0);
    const odd = timings.filter((_, i) => i % 2 === 1);
    const model = timeModel(even);
    const clock = sum(odd, ({ totalMs }) => totalMs);
    const modelled = sum(odd, (each) => modelledMs(model, each));
    const speed = 1000 * sum(timings, (each) => each.tokens) / total;
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
        peer: 20,
        peerName: "the ceiling of 20 %",
        unit: "% of time",
      }),
      lessIsBetter({
        name: "clock against cost model, fitted on other texts",
        shape: `${shape}; draft pass ${model.draftMs.toFixed(3)} ms, verification of 1, 2, 4, 8: ${
          [1, 2, 4, 8].map((m) => model.targetMs(m).toFixed(2)).join(", ")
        } ms, host ${model.hostMs!(1).toFixed(3)} ms a round of 1`,
        ours: 100 * Math.abs(clock / modelled - 1),
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
        peerName: "plain decoding",
        unit: "tokens/s",
        ratio: speed / plain,
      },
    ];
  });
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
