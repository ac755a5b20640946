/**
 * Runs a netlist: set inputs, let it settle, read outputs, in 32 independent lanes.
 *
 * @module
 */
import { compileGates, type Evaluate, ordered } from "./compile.ts";
import { CONSTANT_NETS, type Net, type Netlist, type Refusal, type Register } from "./gates.ts";

/** Lanes of one simulation. */
export const LANES = 32;

/** Rounds of flip-flops triggering one another after which a circuit is said to oscillate. */
const MOST_ROUNDS = 20;

/** A circuit and its state. */
export class Simulation {
  readonly inputs: ReadonlyMap<string, readonly Net[]>;
  readonly outputs: ReadonlyMap<string, readonly Net[]>;
  /** Outputs that are signed. */
  readonly signed: ReadonlySet<string>;
  /** Inputs that reach a clock, an enable of a latch, a set or a reset. */
  readonly timing: ReadonlySet<string>;
  readonly #v: Int32Array;
  readonly #x: Int32Array;
  readonly #evaluate: Evaluate;
  readonly #registers: readonly Register[];
  /** Clock values at the last look. */
  readonly #clockV: Int32Array;
  readonly #clockX: Int32Array;
  readonly #nextV: Int32Array;
  readonly #nextX: Int32Array;

  private constructor(netlist: Netlist, evaluate: Evaluate, timing: Set<string>) {
    this.inputs = netlist.inputs;
    this.outputs = netlist.outputs;
    this.signed = netlist.signed;
    this.timing = timing;
    this.#evaluate = evaluate;
    this.#registers = netlist.registers;
    this.#v = new Int32Array(netlist.nets);
    this.#x = new Int32Array(netlist.nets).fill(-1);
    this.#clockV = new Int32Array(netlist.registers.length);
    this.#clockX = new Int32Array(netlist.registers.length).fill(-1);
    this.#nextV = new Int32Array(netlist.registers.length);
    this.#nextX = new Int32Array(netlist.registers.length);
    this.reset();
  }

  /** Prepares a netlist; refused when it has a loop without a register. */
  static of(netlist: Netlist): Simulation | Refusal {
    const all = ordered(netlist);
    if ("refused" in all) return all;
    const needed = neededNets(netlist);
    const order = all.filter(({ output }) => needed.has(output));
    const registers = netlist.registers.filter(({ output }) => needed.has(output));
    const used = { ...netlist, gates: order, registers };
    const kept = new Set<Net>([...netlist.outputs.values()].flat());
    for (const register of registers) for (const net of pins(register)) kept.add(net);
    return new Simulation(used, compileGates(order, kept), timingInputs(used));
  }

  /** Back to the state before anything happened: everything unknown but initial values. */
  reset(): void {
    this.#v.fill(0);
    this.#x.fill(-1);
    this.#x[CONSTANT_NETS.zero] = 0;
    this.#v[CONSTANT_NETS.one] = -1;
    this.#x[CONSTANT_NETS.one] = 0;
    this.#clockV.fill(0);
    this.#clockX.fill(-1);
    for (const { output, initial } of this.#registers) {
      if (output === CONSTANT_NETS.unknown || initial === "x") continue;
      this.#v[output] = initial === 1 ? -1 : 0;
      this.#x[output] = 0;
    }
  }

  /** Sets one bit of an input in all lanes: bit k of `value` and `unknown` is lane k. */
  setBit(net: Net, value: number, unknown = 0): void {
    if (net <= CONSTANT_NETS.unknown) return;
    this.#v[net] = value & ~unknown;
    this.#x[net] = unknown;
  }

  /** The lanes in which a net is 1. */
  value(net: Net): number {
    return this.#v[net]!;
  }

  /** The lanes in which a net is unknown. */
  unknown(net: Net): number {
    return this.#x[net]!;
  }

  /**
   * Lets the circuit come to rest: gates, then registers whose clock rose, then again, since a register
   * may be another one's clock. False when it does not come to rest.
   */
  settle(): boolean {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#evaluate(this.#v, this.#x);
      if (!this.#clockRegisters()) return true;
    }
    return false;
  }

  /** Updates all registers at once from settled values; whether any changed. */
  #clockRegisters(): boolean {
    const v = this.#v;
    const x = this.#x;
    const registers = this.#registers;
    for (let at = 0; at < registers.length; at++) {
      const register = registers[at]!;
      const { output, data, clock, kind } = register;
      let nextV = v[output]!;
      let nextX = x[output]!;
      if (clock !== undefined) {
        const nowV = v[clock]!;
        const nowX = x[clock]!;
        let taken: number;
        if (kind === "latch") taken = nowV;
        else {
          const beforeV = this.#clockV[at]!;
          const beforeX = this.#clockX[at]!;
          // A rise is 0 to 1, 0 to x, or x to 1 (IEEE 1364-2005, 9.7.2).
          taken = (~(beforeV | beforeX) & (nowV | nowX)) | (beforeX & nowV);
          this.#clockV[at] = nowV;
          this.#clockX[at] = nowX;
        }
        if (register.enable !== undefined) taken &= v[register.enable]!;
        nextV = (nextV & ~taken) | (v[data]! & taken);
        nextX = (nextX & ~taken) | (x[data]! & taken);
      }
      if (register.load !== undefined) {
        const taken = v[register.load]!;
        nextV = (nextV & ~taken) | (v[register.loadData!]! & taken);
        nextX = (nextX & ~taken) | (x[register.loadData!]! & taken);
      }
      if (register.set !== undefined) {
        const taken = v[register.set]!;
        nextV |= taken;
        nextX &= ~taken;
      }
      if (register.reset !== undefined) {
        const taken = v[register.reset]!;
        nextV &= ~taken;
        nextX &= ~taken;
      }
      this.#nextV[at] = nextV;
      this.#nextX[at] = nextX;
    }
    let changed = false;
    for (let at = 0; at < registers.length; at++) {
      const { output } = registers[at]!;
      if (v[output] === this.#nextV[at] && x[output] === this.#nextX[at]) continue;
      if (output <= CONSTANT_NETS.unknown) continue;
      v[output] = this.#nextV[at]!;
      x[output] = this.#nextX[at]!;
      changed = true;
    }
    return changed;
  }
}

function pins(register: Register): Net[] {
  const { data, clock, enable, set, reset, load, loadData } = register;
  return [data, clock, enable, set, reset, load, loadData].filter((net) => net !== undefined);
}

/** Nets on which an output depends. */
function neededNets({ gates, registers, outputs }: Netlist): Set<Net> {
  const sources = new Map<Net, readonly Net[]>();
  for (const { inputs, output } of gates) sources.set(output, inputs);
  for (const register of registers) sources.set(register.output, pins(register));
  return reachedFrom([...outputs.values()].flat(), sources);
}

/** Nets from which these come, themselves included. */
function reachedFrom(open: Net[], sources: ReadonlyMap<Net, readonly Net[]>): Set<Net> {
  const reached = new Set<Net>();
  for (let net = open.pop(); net !== undefined; net = open.pop()) {
    if (reached.has(net)) continue;
    reached.add(net);
    open.push(...sources.get(net) ?? []);
  }
  return reached;
}

/** Inputs in the fan-in of anything that acts at once. */
function timingInputs(netlist: Netlist): Set<string> {
  const driver = new Map<Net, readonly Net[]>();
  for (const { inputs, output } of netlist.gates) driver.set(output, inputs);
  const open: Net[] = netlist.registers.flatMap(
    ({ kind, data, clock, set, reset, load, loadData, enable }) => {
      const latch = kind === "latch" ? [data, enable] : [];
      return [clock, set, reset, load, loadData, ...latch].filter((net) => net !== undefined);
    },
  );
  const reached = reachedFrom(open, driver);
  return new Set(
    [...netlist.inputs].flatMap(([name, nets]) =>
      nets.some((net) => reached.has(net)) ? [name] : []
    ),
  );
}
