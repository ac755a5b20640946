/**
 * What every family draws from: names, widths, styles, and the frame of a clocked process.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import type { Clocking } from "./blueprint.ts";

/** Names for each role; the first free one in random order is taken. */
const POOLS = {
  clock: ["clk", "clock", "clk_i", "ck", "sysclk"],
  resetLow: ["rst_n", "reset_n", "nrst", "rstn", "areset_n"],
  resetHigh: ["rst", "reset", "clear", "srst", "rst_i"],
  enable: ["en", "enable", "ce", "step", "tick"],
  data: ["d", "din", "data_in", "value_in", "word"],
  left: ["a", "x", "op_a", "lhs", "p"],
  right: ["b", "y", "op_b", "rhs", "r"],
  third: ["c", "z", "op_c", "u", "w2"],
  select: ["sel", "s", "choice", "addr", "index"],
  out: ["q", "dout", "data_out", "result", "f", "out1"],
  out2: ["flag", "status", "ready", "done_o", "hit"],
  out3: ["aux", "full", "empty", "carry", "busy"],
  state: ["state", "cur", "st", "phase"],
  next: ["next", "nxt", "state_next", "st_n"],
  temp: ["t", "tmp", "mid", "acc", "inner"],
  temp2: ["t2", "tmp2", "mid2", "carry_w", "link"],
  memory: ["mem", "ram", "store", "regs"],
  loop: ["i", "k", "j"],
  load: ["load", "ld", "set_v", "put"],
  write: ["we", "wr", "write", "push"],
  take: ["rd", "pop", "read_en", "take"],
  param: ["W", "N", "WIDTH", "SIZE", "BITS"],
  depth: ["D", "DEPTH", "LEN", "COUNT"],
  instance: ["u0", "u1", "inst_a", "core", "part"],
  instance2: ["u2", "u3", "inst_b", "unit_b", "stage"],
} as const;

/** A role a name is needed for. */
export type Role = keyof typeof POOLS;

/** Everything random about one design. */
export class Workshop {
  readonly random: Random;
  readonly #used = new Set<string>();

  constructor(random: Random) {
    this.random = random;
  }

  /** One of the options. */
  pick<T>(options: readonly T[]): T {
    return options[this.random.integer(options.length)]!;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.random.integer(high - low + 1);
  }

  /** True with the given probability. */
  chance(probability = 0.5): boolean {
    return this.random.uniform() < probability;
  }

  /** A name that is not in use. */
  name(role: Role): string {
    const free = POOLS[role].filter((name) => !this.#used.has(name));
    const name = free.length > 0 ? this.pick(free) : `${POOLS[role][0]}_${this.#used.size}`;
    this.#used.add(name);
    return name;
  }

  /** Names that are not in use, drawn in this order. */
  names<const Roles extends readonly Role[]>(...roles: Roles): { [At in keyof Roles]: string } {
    return roles.map((role) => this.name(role)) as { [At in keyof Roles]: string };
  }

  /** A module name: a family word with random trimmings. */
  module(words: readonly string[]): string {
    const tail = this.pick(["", "", "_unit", "_block", "_core", "_m", `_${this.between(1, 99)}`]);
    const name = this.pick(words) + tail;
    this.#used.add(name);
    return name;
  }

  /** Clock and reset in one of four styles. */
  clocking(): Clocking {
    const active = this.chance() ? 0 : 1;
    return {
      clock: this.name("clock"),
      reset: this.name(active === 0 ? "resetLow" : "resetHigh"),
      active,
      asynchronous: this.chance(),
    };
  }

  /** A clocked process: `reset` are its statements under reset, `run` the others (may hold several). */
  process(
    { clock, reset, active, asynchronous }: Clocking,
    resetting: string,
    run: string,
  ): string {
    const edges = asynchronous
      ? `posedge ${clock} or ${active === 0 ? "neg" : "pos"}edge ${reset}`
      : `posedge ${clock}`;
    const condition = active === 0 ? this.pick([`!${reset}`, `~${reset}`]) : reset;
    return `always @(${edges}) begin if (${condition}) begin ${resetting} end else begin ${run} end end`;
  }

  /** `4'd3` or `3`, or another base. */
  literal(value: number, width: number): string {
    switch (this.random.integer(4)) {
      case 0:
        return `${width}'b${value.toString(2).padStart(Math.min(width, 8), "0")}`;
      case 1:
        return `${width}'h${value.toString(16)}`;
      default:
        return `${width}'d${value}`;
    }
  }
}

/** `[w-1:0] ` or nothing for one bit. */
export function range(width: number): string {
  return width === 1 ? "" : `[${width - 1}:0] `;
}
