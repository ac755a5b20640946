/**
 * The principal–agent Markov decision process: what it is made of and how its arrays are laid out.
 *
 * The model and its timing are our construction from the abstract of arXiv:2407.01458 (the body of
 * the paper could not be consulted).
 *
 * @module
 */

/**
 * How the principal plans. `recursive`: it re-optimises at every step, against a far-sighted agent.
 * `markov`: it commits to all contracts at once. `myopic`: recursive, against an agent that ignores
 * what comes after the step.
 */
export type Concept = "recursive" | "markov" | "myopic";

/** Whether the agent weighs its own payoffs of later steps when it chooses an action. */
export type AgentKind = "farsighted" | "myopic";

/**
 * A principal–agent MDP over `H` steps, `n` states and `m` actions.
 *
 * At step h (index 0 … H−1 in code, 1 … H in messages and prose) in state s the principal posts a
 * contract `x[h,s,·] ≥ 0`; the agent picks an action a at cost `c[h,s,a]`; the next state s′ is drawn
 * from `P[h,s,a,·]`; the principal gets `r − x` and the agent `x − c`. The states reached after the
 * last step are the outcomes of that step.
 *
 * Arrays are flat, last index fastest.
 */
export interface Instance {
  readonly name: string;
  /** Number of steps. */
  readonly H: number;
  /** Number of states. */
  readonly n: number;
  /** Number of actions; action 0 is free. */
  readonly m: number;
  /** Transition laws `[H, n, m, n]`; each row sums to 1. */
  readonly P: Float64Array;
  /** Principal's reward `[H, n, m, n]` on the transition (h, s, a, s′). */
  readonly r: Float64Array;
  /** Agent's costs `[H, n, m]`; `c[h,s,0] = 0`. */
  readonly c: Float64Array;
  /** Largest payment on one transition, or `Infinity`. */
  readonly cap: number;
  readonly concept: Concept;
  readonly agent: AgentKind;
  /** Agent's discount factor, in [0, 1]. */
  readonly deltaA: number;
  /** Principal's discount factor, in [0, 1]. */
  readonly deltaP: number;
  /** State in which an episode starts. */
  readonly start: number;
  /** Names for pictures and messages. */
  readonly labels: Labels;
}

/** Names of states and actions; a missing one is its index. */
export interface Labels {
  /** Names of the states at each step; entry H names the outcomes of the last step. */
  readonly states?: readonly (readonly string[])[] | undefined;
  readonly actions?: readonly string[] | undefined;
}

/** The law of the next state at `(h, s, a)`: a view of `n` numbers, not a copy. */
export function lawAt(instance: Instance, h: number, s: number, a: number): Float64Array {
  const { n, m } = instance;
  const from = ((h * n + s) * m + a) * n;
  return instance.P.subarray(from, from + n);
}

/** The principal's rewards at `(h, s, a)`: a view of `n` numbers, not a copy. */
export function rewardsAt(instance: Instance, h: number, s: number, a: number): Float64Array {
  const { n, m } = instance;
  const from = ((h * n + s) * m + a) * n;
  return instance.r.subarray(from, from + n);
}

/** The costs at `(h, s)`: a view of `m` numbers, not a copy. */
export function costsAt(instance: Instance, h: number, s: number): Float64Array {
  const from = (h * instance.n + s) * instance.m;
  return instance.c.subarray(from, from + instance.m);
}

/** `(h=1, s=0, a=2)`: steps counted from 1 as in the paper, states and actions from 0. */
export function placeOf(h: number, s: number, a?: number): string {
  return a === undefined ? `(h=${h + 1}, s=${s})` : `(h=${h + 1}, s=${s}, a=${a})`;
}

/** Which `(h, s)` can be reached from the start under some sequence of actions: 1 or 0, `[H, n]`. */
export function reachable(instance: Instance): Uint8Array {
  const { H, n, m } = instance;
  const reached = new Uint8Array(H * n);
  reached[instance.start] = 1;
  for (let h = 0; h + 1 < H; h++) {
    for (let s = 0; s < n; s++) {
      if (reached[h * n + s] === 0) continue;
      for (let a = 0; a < m; a++) {
        const law = lawAt(instance, h, s, a);
        for (let next = 0; next < n; next++) {
          if (law[next]! > 0) reached[(h + 1) * n + next] = 1;
        }
      }
    }
  }
  return reached;
}

/** A copy of the instance with some fields replaced (for example another cap or discount factor). */
export function withSettings(
  instance: Instance,
  settings: Partial<
    Pick<Instance, "name" | "cap" | "concept" | "agent" | "deltaA" | "deltaP" | "start">
  >,
): Instance {
  return { ...instance, ...settings };
}

/** A copy of the instance whose costs are all multiplied by `factor ≥ 0`. */
export function withCostScale(instance: Instance, factor: number): Instance {
  if (!(factor >= 0) || !Number.isFinite(factor)) {
    throw new RangeError(`withCostScale: got factor ${factor}, expected a finite number ≥ 0`);
  }
  return { ...instance, c: instance.c.map((cost) => cost * factor) };
}

/**
 * The first step of the instance repeated `H` times: a stationary process of another horizon.
 *
 * @throws {RangeError} unless `H` is a whole number ≥ 1.
 */
export function withHorizon(instance: Instance, H: number): Instance {
  if (!Number.isInteger(H) || H < 1) {
    throw new RangeError(`withHorizon: got ${H} steps, expected a whole number ≥ 1`);
  }
  const { n, m } = instance;
  const states = instance.labels.states?.[0];
  return {
    ...instance,
    H,
    P: repeat(instance.P.subarray(0, n * m * n), H),
    r: repeat(instance.r.subarray(0, n * m * n), H),
    c: repeat(instance.c.subarray(0, n * m), H),
    labels: {
      ...instance.labels,
      states: states === undefined ? undefined : Array.from({ length: H + 1 }, () => states),
    },
  };
}

function repeat(block: Float64Array, times: number): Float64Array {
  const all = new Float64Array(block.length * times);
  for (let i = 0; i < times; i++) all.set(block, i * block.length);
  return all;
}
