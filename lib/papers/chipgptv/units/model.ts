/**
 * What a unit's design does, written in TypeScript and independently of its Verilog, and the counted bench made of it.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import type { Bench, BenchStep, BenchValue } from "offprint/verilog/simulate/mod.ts";

/** Values of inputs by port name, unsigned; a port of more than 32 bits comes in two halves, `a.high` and `a.low`. */
export type Inputs = Record<string, number>;

/** Values of outputs by port name. */
export type Outputs = Record<string, number | bigint>;

/** Behaviour from a fresh start. */
export interface Behaviour {
  /** Outputs as they stand, for inputs that are applied. */
  outputs(inputs: Inputs): Outputs;
  /** One rising clock edge. Absent for circuits without state. */
  clock?(inputs: Inputs): void;
  /** What reset does. */
  reset?(): void;
}

/** Clock and reset of a unit. */
export interface Clocking {
  clock: string;
  reset: string;
  /** Value of `reset` that resets. */
  active: 0 | 1;
  asynchronous: boolean;
}

/** A unit's ports and behaviour. */
export interface UnitModel {
  /** Data inputs, without clock and reset, and outputs with their bits. */
  inputs: Record<string, number>;
  outputs: Record<string, number>;
  clocking?: Clocking;
  behaviour(): Behaviour;
  /** Clock edges, or input vectors, that the bench takes. Default 64. */
  vectors?: number;
  /** Chance that inputs change from one clock edge to the next. Default 0.6. */
  change?: number;
  /** Inputs that the bench begins with, before the random ones. */
  first?: Inputs[];
  /** Makes drawn inputs fit the problem (a divisor that is not 0). */
  allowed?(inputs: Inputs): Inputs;
}

/** The usual clocks: an asynchronous reset at 0, and a synchronous one at 1. */
export const ASYNCHRONOUS: Clocking = {
  clock: "clk",
  reset: "rst_n",
  active: 0,
  asynchronous: true,
};
export const SYNCHRONOUS: Clocking = { clock: "clk", reset: "rst", active: 1, asynchronous: false };

const HALF = 32;

/**
 * A bench for a unit: its first inputs, then random ones, outputs compared while the clock is high and once more after a
 * reset in mid-run. Inputs often stay for several clocks, so that long sequences are reached.
 */
export function unitBench(top: string, model: UnitModel, random: Random): Bench {
  const { inputs, outputs, clocking, vectors = 64, change = 0.6, first = [] } = model;
  const behaviour = model.behaviour();
  const steps: BenchStep[] = [];
  const drawn = (): Inputs => {
    const values = Object.fromEntries(
      Object.entries(inputs).flatMap(([name, width]) =>
        width <= HALF ? [[name, random.integer(2 ** width)]] : [
          [`${name}.high`, random.integer(2 ** (width - HALF))],
          [`${name}.low`, random.integer(2 ** HALF)],
        ]
      ),
    );
    return model.allowed?.(values) ?? values;
  };
  const set = (values: Inputs): Record<string, BenchValue> =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, width]) => [
        name,
        width <= HALF
          ? values[name]!
          : `${width}'d${
            (BigInt(values[`${name}.high`]!) << 32n) + BigInt(values[`${name}.low`]!)
          }`,
      ]),
    );
  const expect = (values: Inputs): Record<string, BenchValue> =>
    Object.fromEntries(
      Object.entries(behaviour.outputs(values)).map(([name, value]) => [
        name,
        typeof value === "bigint" ? `${outputs[name]}'d${value}` : value,
      ]),
    );
  if (clocking === undefined) {
    for (let at = 0; at < vectors; at++) {
      const values = first[at] ?? drawn();
      steps.push({ set: set(values), expect: expect(values) });
    }
    return { top, inputs, outputs, steps };
  }
  const { clock, reset, active, asynchronous } = clocking;
  const high = { [clock]: 1 };
  const low = { set: { [clock]: 0 } };
  const released = { set: { [reset]: 1 - active } };
  let now = first[0] ?? drawn();
  steps.push({ set: { [clock]: 0, ...set(now), [reset]: active } }, { set: high }, low);
  behaviour.reset?.();
  steps.push({ set: {}, expect: expect(now) }, released);
  const middle = Math.floor(vectors * 0.7);
  for (let at = 0; at < vectors; at++) {
    if (at < first.length) now = first[at]!;
    else if (random.uniform() < change) now = drawn();
    steps.push({ set: set(now) });
    behaviour.clock?.(now);
    steps.push({ set: high, expect: expect(now) }, low);
    if (at !== middle) continue;
    behaviour.reset?.();
    steps.push({ set: { [reset]: active } });
    if (!asynchronous) steps.push({ set: high }, low);
    steps.push({ set: {}, expect: expect(now) }, released);
  }
  return { top, inputs: { [clock]: 1, [reset]: 1, ...inputs }, outputs, steps };
}

/** A behaviour whose state is one value. */
export function stateful<S>(
  start: S,
  outputs: (state: S, inputs: Inputs) => Outputs,
  next: (state: S, inputs: Inputs) => S,
): () => Behaviour {
  return () => {
    let state = start;
    return {
      outputs: (inputs) => outputs(state, inputs),
      clock: (inputs) => {
        state = next(state, inputs);
      },
      reset: () => {
        state = start;
      },
    };
  };
}

/** A behaviour without state. */
export function stateless(outputs: (inputs: Inputs) => Outputs): () => Behaviour {
  return () => ({ outputs });
}
