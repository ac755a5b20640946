/**
 * Training passes and steps in C: `src/training.c`, `src/training_back.c`, `src/adamw.c`.
 *
 * @module
 */
import {
  type AdamWBlock,
  adamWNumbers,
  type AdamWState,
  type AdamWStep,
  checkAdamW,
} from "../contract/adamw.ts";
import { checkArray, outputOf } from "../contract/checks.ts";
import {
  checkTrainingBatch,
  noPassBefore,
  targetLogProbs,
  type TrainingBatch,
  type TrainingModel,
} from "../contract/training.ts";
import { addressOf, type NativeContext, outOfMemory } from "./context.ts";
import { DONE } from "./library.ts";

/** A model as C reads it, and what its last forward pass has kept. */
interface Entry {
  readonly table: BigUint64Array<ArrayBuffer>;
  readonly back: Float32Array;
  kept: Float32Array<ArrayBuffer>;
  batch?: TrainingBatch & { tokens: Int32Array<ArrayBuffer>; targets: Int32Array<ArrayBuffer> };
}

/** The cores of `reference/training.ts` and `reference/adamw.ts`. */
export function nativeTraining({ c, variant, threads }: NativeContext) {
  const entries = new WeakMap<TrainingModel, Entry>();
  /** Arguments of calls under way: a buffer must live as long as C reads it. */
  const underWay = new Set<unknown>();

  const entryOf = (model: TrainingModel): Entry => {
    let entry = entries.get(model);
    if (entry === undefined) {
      const back = model.sin.map((value) => -value);
      entry = { table: tableOf(model, back), back, kept: new Float32Array() };
      entries.set(model, entry);
    }
    return entry;
  };

  const finish = async (what: string, kept: unknown, call: Promise<number>): Promise<void> => {
    underWay.add(kept);
    try {
      if (await call !== DONE) throw outOfMemory(what);
    } finally {
      underWay.delete(kept);
    }
  };

  return {
    async trainingForward(model: TrainingModel, batch: TrainingBatch): Promise<Float32Array> {
      checkTrainingBatch(model, batch);
      const entry = entryOf(model), { texts, length } = batch;
      const needed = c.offprint_training_size(entry.table, texts, length);
      if (entry.kept.length < needed) entry.kept = new Float32Array(needed);
      const [tokens, targets] = [batch.tokens.slice(), batch.targets.slice()];
      delete entry.batch; // until the pass is over
      const ends = new Float64Array(2 * tokens.length);
      const pass = [variant, threads, entry.table, texts, length, tokens, targets] as const;
      const call = c.offprint_training_forward_later(...pass, entry.kept, ends);
      await finish("trainingForward", [model, entry, pass, ends], call);
      entry.batch = { texts, length, tokens, targets };
      return targetLogProbs(ends);
    },

    async trainingGradient(
      model: TrainingModel,
      coefficients: Float32Array,
      output?: Float32Array,
    ): Promise<Float32Array> {
      const entry = entryOf(model), batch = entry.batch ?? noPassBefore();
      const { texts, length, tokens, targets } = batch;
      checkArray("trainingGradient: coefficients", coefficients, Float32Array, { texts, length });
      const size = { size: model.blocks.size };
      const gradient = outputOf("trainingGradient: output", output, Float32Array, size);
      const pass = [variant, threads, entry.table, texts, length, tokens, targets] as const;
      const call = c.offprint_training_back_later(
        ...pass,
        entry.kept,
        coefficients as Float32Array<ArrayBuffer>,
        gradient as Float32Array<ArrayBuffer>,
      );
      await finish("trainingGradient", [model, entry, pass, coefficients, gradient], call);
      return gradient;
    },

    adamw(
      state: AdamWState,
      blocks: readonly AdamWBlock[],
      gradient: Float32Array,
      step: AdamWStep,
    ): number {
      checkAdamW(state, blocks, gradient);
      const { kept, rate, correction2 } = adamWNumbers(step);
      const { beta1, beta2, epsilon, clipNorm } = step;
      const fields = blocks.flatMap(({ offset, size, decays }) => [offset, size, Number(decays)]);
      const arrays = [state.parameters, state.first, state.second, gradient] as const;
      return c.offprint_adamw(
        ...[variant, threads, BigInt64Array.from(fields, BigInt), blocks.length] as const,
        ...(arrays as unknown as [
          Float32Array<ArrayBuffer>,
          Float32Array<ArrayBuffer>,
          Float32Array<ArrayBuffer>,
          Float32Array<ArrayBuffer>,
        ]),
        Float64Array.of(beta1, beta2, epsilon, kept, rate, correction2, clipNorm),
        new Float64Array(blocks.length),
      );
    },
  };
}

/** A model as C reads it: `Model` in `training.h`, 64 bits a field. */
function tableOf(
  { sizes, parameters, cos, sin }: TrainingModel,
  back: Float32Array,
): BigUint64Array<ArrayBuffer> {
  const { vocabulary, width, inner, layers, heads, kvHeads, headDim, epsilon, tied } = sizes;
  const numbers = [vocabulary, width, inner, layers, heads, kvHeads, headDim, Number(tied)];
  return BigUint64Array.from([
    ...numbers.map(BigInt),
    new BigUint64Array(Float64Array.of(epsilon).buffer)[0]!,
    ...[parameters, cos, sin, back].map(addressOf),
  ]);
}
