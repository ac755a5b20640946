/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), clipping by the global norm, and the
 * warm-up and cosine schedule, as one jitted step.
 *
 * @module
 */
import { type ArrayTree, type Jax, type JaxArray, refs } from "../../transformer/jax.ts";

/** The numbers that AdamW needs. */
export interface AdamWOptions {
  /** Decay of the mean of gradients. */
  beta1: number;
  /** Decay of the mean of squared gradients. */
  beta2: number;
  /** Added to the root of the mean square. */
  epsilon: number;
  /** Decoupled decay per step, times the learning rate; matrices only. */
  weightDecay: number;
  /** Largest allowed norm of all gradients together. */
  clipNorm: number;
}

/** Parameters with their running moments. */
export type AdamWState = { parameters: ArrayTree; first: ArrayTree; second: ArrayTree };

/** Zero moments beside `parameters` (consumed into the state). */
export function adamWState(jax: Jax, parameters: ArrayTree): AdamWState {
  const zeros = (): ArrayTree =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, array]) => [name, jax.numpy.zeros([...array.shape])]),
    );
  return { parameters, first: zeros(), second: zeros() };
}

/** What one step returns beside the new state; scalars on the device. */
export type StepReport = { loss: JaxArray; gradientNorm: JaxArray };

/**
 * The update as a function that jax-js can trace: `(state, gradients, learningRate, correction1,
 * correction2) → [state, norm of the gradients before clipping]`. It consumes its arguments.
 * `correctionᵢ` is `1 − βᵢ^step`, step counted from 1.
 */
export function adamWUpdate(jax: Jax, options: AdamWOptions) {
  const np = jax.numpy;
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  return (
    state: AdamWState,
    gradients: ArrayTree,
    learningRate: JaxArray,
    correction1: JaxArray,
    correction2: JaxArray,
  ): [AdamWState, JaxArray] => {
    const gradientNorm = np.sqrt(
      Object.values(gradients).map((g) => np.square(g.ref).sum()).reduce((a, b) => a.add(b)),
    );
    const scale = np.minimum(
      np.reciprocal(gradientNorm.ref.add(1e-12)).mul(clipNorm),
      np.array(1),
    );
    const next: AdamWState = { parameters: {}, first: {}, second: {} };
    for (const [name, raw] of Object.entries(gradients)) {
      const parameter = state.parameters[name]!;
      const gradient = raw.mul(scale.ref);
      const first = state.first[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const second = state.second[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const mean = first.ref.div(correction1.ref);
      const root = np.sqrt(second.ref.div(correction2.ref)).add(epsilon);
      let move = mean.div(root);
      if (parameter.ndim > 1) move = move.add(parameter.ref.mul(weightDecay));
      next.parameters[name] = parameter.sub(move.mul(learningRate.ref));
      next.first[name] = first;
      next.second[name] = second;
    }
    for (const used of [scale, learningRate, correction1, correction2]) used.dispose();
    return [next, gradientNorm];
  };
}

/**
 * A jitted training step: `(state, learningRate, correction1, correction2, inputs) → [state, report]`,
 * the arguments as in {@linkcode adamWUpdate}. It consumes its arguments.
 *
 * @param loss scalar loss of the parameters and the inputs; consumes its arguments.
 */
export function adamWStep(
  jax: Jax,
  loss: (parameters: ArrayTree, ...inputs: JaxArray[]) => JaxArray,
  options: AdamWOptions,
) {
  const update = adamWUpdate(jax, options);
  return jax.jit(
    (
      state: AdamWState,
      learningRate: JaxArray,
      correction1: JaxArray,
      correction2: JaxArray,
      inputs: JaxArray[],
    ): [AdamWState, StepReport] => {
      const [value, gradients] = jax.valueAndGrad((p: ArrayTree, xs: JaxArray[]) => loss(p, ...xs))(
        refs(state.parameters),
        inputs,
      ) as [JaxArray, ArrayTree];
      const [next, gradientNorm] = update(
        state,
        gradients,
        learningRate,
        correction1,
        correction2,
      );
      return [next, { loss: value, gradientNorm }];
    },
  );
}

/** Where the learning rate goes. */
export interface Schedule {
  /** The highest learning rate. */
  peak: number;
  /** Steps of linear growth from 0. */
  warmUp: number;
  /** Steps in all. */
  steps: number;
  /** The last learning rate, as a part of the peak. */
  floor: number;
}

/** The learning rate of step `step` (counted from 1): linear warm-up, then half a cosine down to the floor. */
export function learningRate(schedule: Schedule, step: number): number {
  const { peak, warmUp, steps, floor } = schedule;
  if (step <= warmUp) return peak * step / warmUp;
  const done = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
