/**
 * The small policies of the exact part: each shows one thing that a step on a preference loss can do.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import type { ExactPair, Position, Response } from "./exact_policy.ts";

/** A position whose logits are parameters of their own, `offset` the first of them. */
export function freeLogits(
  { size, token, offset = 0, parameters = size }: {
    size: number;
    token: number;
    offset?: number;
    parameters?: number;
  },
): Position {
  const features = Array.from({ length: size }, (_, v) => {
    const feature = new Array<number>(parameters).fill(0);
    feature[offset + v] = 1;
    return feature;
  });
  return { features, token };
}

/** A position read by an output matrix W (row by row in θ) from a frozen hidden state. */
export function outputLayer(
  hidden: readonly number[],
  vocabulary: number,
  token: number,
): Position {
  const width = hidden.length;
  const features = Array.from({ length: vocabulary }, (_, v) => {
    const feature = new Array<number>(vocabulary * width).fill(0);
    hidden.forEach((value, k) => feature[v * width + k] = value);
    return feature;
  });
  return { features, token };
}

/** Two single tokens over four free logits. */
export function singleToken(): ExactPair {
  return {
    theta: [0.5, 1, -0.3, 0.2],
    chosen: [freeLogits({ size: 4, token: 0 })],
    rejected: [freeLogits({ size: 4, token: 1 })],
  };
}

/** A log-linear policy of four responses with two parameters, at θ = 0. */
function logLinear(features: number[][], chosen: number, rejected: number): ExactPair {
  return {
    theta: [0, 0],
    chosen: [{ features, token: chosen }],
    rejected: [{ features, token: rejected }],
  };
}

const ALIKE = [[1, 0.4], [2, 0.5], [-1, 0.2], [0, -1]];

/** Two responses with nearly parallel gradients, the rejected one's the longer: DPO lowers both. */
export function bothFall(): ExactPair {
  return logLinear(ALIKE, 0, 1);
}

/** The same with chosen and rejected exchanged: DPO raises both. */
export function bothRise(): ExactPair {
  return logLinear(ALIKE, 1, 0);
}

/** Two responses whose gradients point apart. */
export function ideal(): ExactPair {
  return logLinear([[1, 1], [1, -1], [-1, 0.2], [0, -0.2]], 0, 1);
}

/** Two tokens, each with a table of its own: a shared first one, then a different one. */
export function sharedPrefix(): ExactPair {
  const first = freeLogits({ size: 3, token: 2, offset: 0, parameters: 6 });
  const second = (token: number): Position =>
    freeLogits({ size: 3, token, offset: 3, parameters: 6 });
  return {
    theta: [0.3, -0.2, 0.1, 0.1, 0.4, -0.5],
    chosen: [first, second(0)],
    rejected: [first, second(1)],
  };
}

/** The words P, N and S under an output matrix: y_w = P S…S, y_l = N S…S, with `suffix` words S. */
export function sharedSuffix(suffix: number): ExactPair {
  const start = [1, 0, 0];
  const afterChosen = [0.6, 0.8, 0];
  const afterRejected = [0.6, 0.6, 0.529150262];
  const response = (first: number, hidden: number[]): Response => [
    outputLayer(start, 3, first),
    ...Array.from({ length: suffix }, () => outputLayer(hidden, 3, 2)),
  ];
  return {
    theta: [0.2, 0, 0.3, 0, 0, 0.6, -1, 2, 0],
    chosen: response(0, afterChosen),
    rejected: response(1, afterRejected),
  };
}

/** A single token at the given probabilities. */
export function tokenAtProbabilities(
  probabilities: readonly number[],
  chosen: number,
  rejected: number,
): ExactPair {
  const size = probabilities.length;
  return {
    theta: probabilities.map(Math.log),
    chosen: [freeLogits({ size, token: chosen })],
    rejected: [freeLogits({ size, token: rejected })],
  };
}

/** A random pair: an output matrix on random hidden states, responses of one to four tokens. */
export function randomPair(seed: number, index: number): ExactPair {
  const random = stream(seed, "random exact pair", index);
  const [vocabulary, width] = [2 + random.integer(4), 1 + random.integer(3)];
  const normal = (count: number): number[] => Array.from({ length: count }, () => random.normal());
  const response = (first: number): Response =>
    Array.from(
      { length: 1 + random.integer(4) },
      (_, i) =>
        outputLayer(normal(width), vocabulary, i === 0 ? first : random.integer(vocabulary)),
    );
  return {
    theta: normal(vocabulary * width),
    chosen: response(0),
    rejected: response(1),
  };
}

/** A random single token over free logits. */
export function randomToken(seed: number, index: number): ExactPair {
  const random = stream(seed, "random token", index);
  const size = 2 + random.integer(6);
  return {
    theta: Array.from({ length: size }, () => 2 * random.normal()),
    chosen: [freeLogits({ size, token: 0 })],
    rejected: [freeLogits({ size, token: 1 })],
  };
}
