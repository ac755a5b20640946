/**
 * How many signs of a real training step each formula gets right: that of one pair, that of the batch, and that
 * of the batch with Adam's diagonal.
 *
 * @module
 */
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import {
  adamDiagonal,
  batchChanges,
  type Change,
  innerProducts,
  pairGradients,
  predictedChange,
} from "offprint/preference/entanglement/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import {
  longestText,
  pairStatistics,
  scorePairs,
  type TokenPair,
  total,
} from "offprint/preference/pairs/mod.ts";
import { marginMethod } from "offprint/preference/training/mod.ts";
import { ADAMW, policyConfig } from "./policy.ts";

/** Shares of right signs, over chosen and rejected answers of a batch. */
export interface PredictionRow extends Record<string, unknown> {
  step: number;
  /** What takes the step. */
  optimiser: "plain descent" | "AdamW";
  /** Δ = η (d_w N_w − d_l I), the pair alone. */
  "formula of the pair": number;
  /** The sum over the batch. */
  "formula of the batch": number;
  /** The same with Adam's diagonal; null for plain descent. */
  "with Adam's diagonal": number | null;
}

const LEARNING_RATE = 3e-4;
/** Of the plain step. */
const PLAIN = 1e-3;

/** Trains DPO on one batch again and again, and looks at some of the steps. */
export async function stepPredictions(
  { start, pairs, steps }: {
    start: ReadonlyMap<string, Float32Array>;
    pairs: readonly TokenPair[];
    steps: readonly number[];
  },
): Promise<PredictionRow[]> {
  const engine = await OnnxEngine.open({
    config: policyConfig(),
    optimizer: ADAMW,
    start: { parameters: new Map(start) },
  });
  const reference = await scorePairs(engine, pairs);
  const method = marginMethod(dpo());
  const rows: PredictionRow[] = [];
  for (let step = 1; step <= Math.max(...steps); step++) {
    const { gradient } = await method.gradient(engine, {
      step,
      indices: pairs.map((_, i) => i),
      pairs,
      reference,
      length: longestText(pairs),
    });
    const take = (): Promise<number> => engine.apply(gradient, LEARNING_RATE, step);
    if (!steps.includes(step)) await take();
    else rows.push(...await compared(engine, pairs, reference, { step, gradient, take }));
  }
  await engine.close();
  return rows;
}

type Scores = Awaited<ReturnType<typeof scorePairs>>;

async function compared(
  engine: OnnxEngine,
  pairs: readonly TokenPair[],
  reference: Scores,
  { step, gradient, take }: { step: number; gradient: Float32Array; take: () => Promise<number> },
): Promise<PredictionRow[]> {
  const length = longestText(pairs);
  const gradients = [];
  for (const pair of pairs) gradients.push(await pairGradients(engine, pair, { length }));
  const before = gradients.map(({ scores }) => scores);
  const weights = before.map((scores, i) => dpo().at(pairStatistics(scores, reference[i]!)));
  const alone = gradients.map(({ chosen, rejected }, i) =>
    predictedChange(innerProducts(chosen, rejected), weights[i]!)
  );
  const batch = batchChanges(gradients, weights);

  // A plain step is tried and taken back; then the training takes its own.
  const parameters = engine.parameters.slice();
  engine.parameters.forEach((value, k) => engine.parameters[k] = value - PLAIN * gradient[k]!);
  const plain = changes(before, await scorePairs(engine, pairs, { length }));
  engine.parameters.set(parameters);
  await take();
  const adam = changes(before, await scorePairs(engine, pairs, { length }));
  const { second } = await engine.state();
  const moments = Float32Array.from([...second.values()].flatMap((values) => [...values]));
  const { beta2, epsilon } = ADAMW as { beta2: number; epsilon: number };
  const diagonal = adamDiagonal(moments, { count: step, beta2, epsilon });
  const preconditioned = batchChanges(gradients, weights, { diagonal });
  return [
    {
      step,
      optimiser: "plain descent",
      "formula of the pair": rightSigns(alone, plain),
      "formula of the batch": rightSigns(batch, plain),
      "with Adam's diagonal": null,
    },
    {
      step,
      optimiser: "AdamW",
      "formula of the pair": rightSigns(alone, adam),
      "formula of the batch": rightSigns(batch, adam),
      "with Adam's diagonal": rightSigns(preconditioned, adam),
    },
  ];
}

function changes(before: Scores, after: Scores): Change[] {
  return after.map((scores, i) => ({
    chosen: total(scores.chosen) - total(before[i]!.chosen),
    rejected: total(scores.rejected) - total(before[i]!.rejected),
  }));
}

function rightSigns(predicted: readonly Change[], observed: readonly Change[]): number {
  let right = 0;
  predicted.forEach((change, i) => {
    for (const side of ["chosen", "rejected"] as const) {
      if (Math.sign(change[side]) === Math.sign(observed[i]![side])) right++;
    }
  });
  return right / (2 * predicted.length);
}
