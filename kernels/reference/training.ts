/**
 * A training pass of a decoder in 32-bit floats, in plain TypeScript: the definition of `trainingForward` and
 * `trainingGradient`.
 *
 * Every product sums its terms one after the other, each product and each sum rounded to 32 bits: those of an output over
 * its inputs, those of an input's gradient over the outputs, those of a weight's gradient over the tokens. Norms, gates and
 * exponentials are those of the decoders that only run. So a gradient depends neither on threads nor on the processor.
 *
 * @module
 */
import { checkArray, outputOf } from "../contract/checks.ts";
import {
  checkTrainingBatch,
  noPassBefore,
  targetLogProbs,
  type TrainingBatch,
  type TrainingBlock,
  type TrainingModel,
} from "../contract/training.ts";
import { addInto, gated } from "./decoder_parts.ts";
import {
  attention,
  attentionBack,
  eachRow,
  gateBack,
  type KeptNorm,
  Matrix,
  norm,
  normBack,
  scale,
  soften,
  turn,
} from "./training_parts.ts";

interface KeptLayer {
  attention: KeptNorm;
  /** Turned, queries scaled, `[tokens][(H + 2G)d]`. */
  qkv: Float32Array;
  /** `[texts][H][T][T]`. */
  weights: Float32Array;
  /** `[tokens][H d]`. */
  mixed: Float32Array;
  mlp: KeptNorm;
  /** `[tokens][2F]`. */
  gateUp: Float32Array;
  /** `[tokens][F]`. */
  gated: Float32Array;
}

interface Kept {
  batch: TrainingBatch;
  layers: KeptLayer[];
  last: KeptNorm;
  /** `[tokens][V]`. */
  probabilities: Float32Array;
}

/** The last forward pass of each model. */
const kept = new WeakMap<TrainingModel, Kept>();

/**
 * A forward pass, which keeps what its way back reads: log p of each target, `[texts][T]`.
 */
export function trainingForward(model: TrainingModel, batch: TrainingBatch): Float32Array {
  checkTrainingBatch(model, batch);
  const { width, inner, vocabulary } = model.sizes, { blocks, parameters } = model;
  const matrix = (block: TrainingBlock) => new Matrix(model, block);
  const x = new Float32Array(batch.tokens.length * width);
  batch.tokens.forEach((token, n) =>
    x.set(parameters.subarray(token * width, (token + 1) * width), n * width)
  );
  const layers = blocks.layers.map((at): KeptLayer => {
    const before = norm(x, model, at.norm);
    const qkv = matrix(at.qkv).through(before.y);
    turn(qkv, model, batch.length, 1);
    scale(qkv, model);
    const attended = attention(model, batch, qkv);
    addInto(x, matrix(at.o).through(attended.mixed));
    const mlp = norm(x, model, at.norm2);
    const gateUp = matrix(at.gateUp).through(mlp.y);
    const activated = eachRow(gateUp, 2 * inner, gated);
    addInto(x, matrix(at.down).through(activated));
    return { attention: before, qkv, ...attended, mlp, gateUp, gated: activated };
  });
  const last = norm(x, model, blocks.finalNorm);
  const probabilities = matrix(blocks.head).through(last.y);
  const ends = new Float64Array(2 * batch.tokens.length);
  batch.targets.forEach((target, n) => {
    const row = probabilities.subarray(n * vocabulary, (n + 1) * vocabulary);
    const logit = row[target]!, { sum, largest } = soften(row, vocabulary);
    ends.set([logit - largest, sum], 2 * n);
  });
  const { texts, length, tokens, targets } = batch;
  const copy = { texts, length, tokens: tokens.slice(), targets: targets.slice() };
  kept.set(model, { batch: copy, layers, last, probabilities });
  return targetLogProbs(ends);
}

/**
 * The gradient of `−Σ cᵢ log pᵢ` through the model's last forward pass, all parameters in a row. A token's row of the
 * embedding is added in the order of the batch, behind what the output matrix brings where the two are tied.
 *
 * @param coefficients cᵢ, `[texts][T]`.
 */
export function trainingGradient(
  model: TrainingModel,
  coefficients: Float32Array,
  output?: Float32Array,
): Float32Array {
  const pass = kept.get(model) ?? noPassBefore();
  const { batch, layers, last, probabilities } = pass;
  const { texts, length } = batch, { blocks } = model, { width, inner, vocabulary } = model.sizes;
  checkArray("trainingGradient: coefficients", coefficients, Float32Array, { texts, length });
  const size = { size: blocks.size };
  const gradient = outputOf("trainingGradient: output", output, Float32Array, size);
  const matrix = (block: TrainingBlock) => new Matrix(model, block);
  gradient.fill(0, 0, blocks.embedding.size);
  const dLogits = eachRow(probabilities, vocabulary, (row, n) => {
    const c = coefficients[n]!, d = row.map((p) => p * c);
    d[batch.targets[n]!]! -= c;
    return d;
  });
  const dx = new Float32Array(batch.tokens.length * width);
  const dLast = matrix(blocks.head).back(dLogits, last.y, gradient);
  normBack(dx, dLast, last, model, blocks.finalNorm, gradient);
  for (const [i, at] of [...blocks.layers.entries()].reverse()) {
    const layer = layers[i]!;
    const dGated = matrix(at.down).back(dx, layer.gated, gradient);
    const dGateUp = eachRow(
      layer.gateUp,
      2 * inner,
      (row, n) => gateBack(row, dGated.subarray(n * inner, (n + 1) * inner)),
    );
    const dMlp = matrix(at.gateUp).back(dGateUp, layer.mlp.y, gradient);
    normBack(dx, dMlp, layer.mlp, model, at.norm2, gradient);
    const dMixed = matrix(at.o).back(dx, layer.mixed, gradient);
    const dQkv = attentionBack(model, batch, layer, dMixed);
    scale(dQkv, model);
    turn(dQkv, model, length, -1);
    const dAttention = matrix(at.qkv).back(dQkv, layer.attention.y, gradient);
    normBack(dx, dAttention, layer.attention, model, at.norm, gradient);
  }
  batch.tokens.forEach((token, n) =>
    addInto(
      gradient.subarray(token * width, (token + 1) * width),
      dx.subarray(n * width, (n + 1) * width),
    )
  );
  return gradient;
}
