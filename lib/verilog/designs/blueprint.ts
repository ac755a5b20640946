/**
 * What a family of designs gives to the generator: source text and a model that says what it does.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import type { Bench, BenchStep } from "../simulate/bench.ts";

/** Values of inputs or outputs by port name; unsigned. */
export type Values = Record<string, number>;

/** The behaviour of a design, written independently of its Verilog. */
export interface Model {
  /** Outputs as they stand, for inputs that are applied. */
  outputs(inputs: Values): Values;
  /** One clock edge. Absent for circuits without state. */
  clock?(inputs: Values): void;
  /** What reset does. */
  reset?(): void;
}

/** Clock and reset of a design. */
export interface Clocking {
  clock: string;
  reset: string;
  /** Value of `reset` that resets. */
  active: 0 | 1;
  asynchronous: boolean;
}

/** A design before its bench is made. */
export interface Blueprint {
  top: string;
  text: string;
  /** Data inputs (not clock and reset) and outputs with their bits. */
  inputs: Record<string, number>;
  outputs: Record<string, number>;
  clocking?: Clocking;
  model: Model;
  /** Numbers that set this member of the family apart (widths, depths). */
  parameters: Values;
}

/** A blueprint of a circuit without state: `say` gives the outputs for the inputs. */
export function combinational(
  top: string,
  text: string,
  inputs: Record<string, number>,
  outputs: Record<string, number>,
  parameters: Record<string, number>,
  say: Model["outputs"],
): Blueprint {
  return { top, text, inputs, outputs, parameters, model: { outputs: say } };
}

/** A blueprint of a circuit with a clock and a reset. */
export function clocked(
  source: Required<Pick<Blueprint, "top" | "text" | "clocking">>,
  ports: Pick<Blueprint, "inputs" | "outputs" | "parameters">,
  model: Model,
): Blueprint {
  return { ...source, ...ports, model };
}

/**
 * The beginning of a module with a clock and a reset, up to its other ports. Every family begins so, and tests and
 * prose rely on the order of these ports.
 */
export function clockedHeader(
  top: string,
  { clock, reset }: Clocking,
  parameters: Values = {},
): string {
  const list = Object.entries(parameters).map(([name, value]) => `parameter ${name} = ${value}`);
  const head = list.length === 0 ? "" : `#(${list.join(", ")}) `;
  return `module ${top} ${head}(input wire ${clock}, input wire ${reset}, `;
}

/** A model whose whole state is one number, 0 after reset. */
export function numberModel(
  outputs: (state: number, inputs: Values) => Values,
  next: (state: number, inputs: Values) => number,
): Model {
  let state = 0;
  return {
    outputs: (inputs) => outputs(state, inputs),
    clock: (inputs) => {
      state = next(state, inputs);
    },
    reset: () => {
      state = 0;
    },
  };
}

/** Bits set below 2^width. */
export function mask(width: number): number {
  return 2 ** width - 1;
}

/** Vectors of a bench. */
const VECTORS = 32;

/** A bench of random inputs with what the model says. */
export function benchOf(blueprint: Blueprint, random: Random): Bench {
  const { top, inputs, outputs, clocking, model } = blueprint;
  const steps: BenchStep[] = [];
  const draw = (): Values =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, width]) => [name, random.integer(2 ** width)]),
    );
  if (clocking === undefined) {
    for (let at = 0; at < VECTORS; at++) {
      const set = draw();
      steps.push({ set, expect: model.outputs(set) });
    }
    return { top, inputs, outputs, steps };
  }
  const { clock, reset, active, asynchronous } = clocking;
  // Compared while the clock is high, so that a design on the other edge is found out.
  const pulse = (expect?: Values) =>
    steps.push({ set: { [clock]: 1 }, ...(expect === undefined ? {} : { expect }) }, {
      set: { [clock]: 0 },
    });
  let now = draw();
  steps.push({ set: { [clock]: 0, ...now, [reset]: active } });
  pulse();
  model.reset?.();
  steps.push({ set: {}, expect: model.outputs(now) }, { set: { [reset]: 1 - active } });
  for (let at = 0; at < VECTORS; at++) {
    // Inputs that stay for a while reach states that fresh draws at every step do not.
    if (random.uniform() < 0.5) now = draw();
    steps.push({ set: now });
    model.clock?.(now);
    pulse(model.outputs(now));
    if (at !== VECTORS - 6) continue;
    // A reset in mid-run, with the clock standing still.
    model.reset?.();
    steps.push({ set: { [reset]: active } });
    if (!asynchronous) pulse();
    steps.push({ set: {}, expect: model.outputs(now) }, { set: { [reset]: 1 - active } });
  }
  return { top, inputs: { [clock]: 1, [reset]: 1, ...inputs }, outputs, steps };
}
