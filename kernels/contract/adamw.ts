/**
 * A step of AdamW with clipping by the global norm, as the core `adamw` takes it.
 *
 * @module
 */
import { checkArray, checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";

/** Parameters and running moments, all tensors in a row each. */
export interface AdamWState {
  /** Are changed by a step, as the moments. */
  readonly parameters: Float32Array;
  /** Means of gradients. */
  readonly first: Float32Array;
  /** Means of squared gradients. */
  readonly second: Float32Array;
}

/** Neighbouring numbers that are treated alike. */
export interface AdamWBlock {
  /** The first. */
  readonly offset: number;
  /** How many. */
  readonly size: number;
  /** Whether they decay: matrices do, gains do not. */
  readonly decays: boolean;
}

/** The numbers of a step. */
export interface AdamWStep {
  /** Decay of the mean of gradients. */
  readonly beta1: number;
  /** Decay of the mean of squared gradients. */
  readonly beta2: number;
  /** Added to the root of the mean square. */
  readonly epsilon: number;
  /** Decoupled decay per step, times the learning rate. */
  readonly weightDecay: number;
  /** The largest norm of all gradients together; larger ones are scaled down to it. */
  readonly clipNorm: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Steps done, this one included. */
  readonly count: number;
}

/**
 * Checks a step.
 *
 * @throws {KernelError} for arrays of different lengths, and blocks that reach beyond them.
 */
export function checkAdamW(
  state: AdamWState,
  blocks: readonly AdamWBlock[],
  gradient: Float32Array,
): void {
  const size = state.parameters.length;
  for (const name of ["parameters", "first", "second"] as const) {
    checkArray(`adamw: ${name}`, state[name], Float32Array, { size });
  }
  checkArray("adamw: gradient", gradient, Float32Array, { size });
  for (const [i, block] of blocks.entries()) {
    checkWhole(`adamw: offset of block ${i}`, block.offset, 0);
    checkWhole(`adamw: size of block ${i}`, block.size, 1);
    if (block.offset + block.size <= size) continue;
    const got = `up to ${block.offset + block.size}`;
    throw new KernelError({ what: `adamw: block ${i}`, got, expected: `at most ${size} numbers` });
  }
}

/** What the arithmetic of a step reads: corrections of the moments, and what is left of a parameter that decays. */
export function adamWNumbers(
  { beta1, beta2, weightDecay, learningRate, count }: AdamWStep,
): { kept: number; rate: number; correction2: number } {
  return {
    kept: 1 - learningRate * weightDecay,
    rate: learningRate / (1 - beta1 ** count),
    correction2: 1 / (1 - beta2 ** count),
  };
}
