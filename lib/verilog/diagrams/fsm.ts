/**
 * A state machine as data, and its canonical text: what a state diagram shows, without where things lie.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { byText } from "./graph.ts";
import { coverOf, type Cube, parseGuard, printGuard, valuesOf } from "./guards.ts";

/** An arrow: from one state to another when the guard holds. */
export interface Transition {
  from: string;
  /** `in=1`, `a=1&b=0`, or `*` for always; bits of wider inputs are `a[1]`. */
  guard: string;
  to: string;
}

/** A Moore machine (paper 06). */
export interface Fsm {
  /** In natural order, so that `S2` comes before `S10`. */
  states: string[];
  /** The state that the reset leads to. */
  reset: string;
  /** Input bits in the order of the module's header, reset and clock left out. */
  inputs: string[];
  /** The outputs in each state: `out=1`, `y=01,done=0`; empty for a machine without outputs. */
  moore: Record<string, string>;
  /** Sorted by state, guard and target; for every state and target as few guards as the cover takes. */
  next: Transition[];
}

const natural = new Intl.Collator("en", { numeric: true });

/** Natural order, and by text where that sees no difference. */
function byNumber(a: string, b: string): number {
  return natural.compare(a, b) || byText(a, b);
}

/**
 * The same machine in canonical form: states sorted, guards replaced by the one cover of each function. Two texts of
 * one machine give equal values.
 *
 * @throws {UserError} for a guard that names no input, a state that is not declared, or two targets for one input.
 */
export function canonicalFsm(fsm: Fsm): Fsm {
  const states = [...fsm.states].sort(byNumber);
  const known = new Set(states);
  const targets = new Map<string, Map<string, string[]>>();
  const seen = new Map<string, string>();
  const declared = (state: string, where: string) => {
    if (known.has(state)) return;
    throw new UserError({ what: where, got: state, expected: `one of ${states.join(", ")}` });
  };
  declared(fsm.reset, "reset state");
  for (const { from, guard, to } of fsm.next) {
    const line = printTransition({ from, guard, to });
    declared(from, line);
    declared(to, line);
    const cube = parseGuard(guard, fsm.inputs);
    if (cube === undefined) {
      throw new UserError({
        what: line,
        got: guard,
        expected: `conditions such as in=1 on ${fsm.inputs.join(", ") || "no input"}, or *`,
      });
    }
    for (const value of valuesOf(cube)) {
      const before = seen.get(`${from} ${value}`);
      if (before !== undefined && before !== to) {
        throw new UserError({
          what: line,
          got: `two targets, ${before} and ${to}, for inputs ${value}`,
          expected: "one target for each state and input",
        });
      }
      if (before === to) continue;
      seen.set(`${from} ${value}`, to);
      const of = targets.get(from) ?? new Map<string, string[]>();
      targets.set(from, of.set(to, [...of.get(to) ?? [], value]));
    }
  }
  const next = states.flatMap((from) =>
    [...targets.get(from) ?? []].flatMap(([to, values]) =>
      coverOf(values).map((cube: Cube) => ({ cube, to }))
    ).sort((a, b) => byText(a.cube, b.cube)).map(({ cube, to }) => ({
      from,
      guard: printGuard(cube, fsm.inputs),
      to,
    }))
  );
  const moore = Object.fromEntries(
    states.filter((state) => fsm.moore[state]).map((state) => [state, fsm.moore[state]!]),
  );
  return { states, reset: fsm.reset, inputs: [...fsm.inputs], moore, next };
}

/** The line of one arrow: `S3 --in=1--> S4`. */
function printTransition({ from, guard, to }: Transition): string {
  return `${from} --${guard}--> ${to}`;
}

/**
 * The canonical text: states, reset, inputs, a line for the outputs of each state, a line for every arrow.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseFsm, printFsm } from "offprint/verilog/diagrams/mod.ts";
 *
 * const text = "states A B\nreset A\ninputs in\nmoore A out=0\nmoore B out=1\n" +
 *   "A --in=0--> A\nA --in=1--> B\nB --*--> A\n";
 * assertEquals(printFsm(parseFsm(text)), text);
 * ```
 */
export function printFsm(fsm: Fsm): string {
  const { states, reset, inputs, moore, next } = canonicalFsm(fsm);
  return [
    ["states", ...states].join(" "),
    `reset ${reset}`,
    ["inputs", ...inputs].join(" "),
    ...states.filter((state) => moore[state]).map((state) => `moore ${state} ${moore[state]}`),
    ...next.map(printTransition),
    "",
  ].join("\n");
}

/**
 * Reads canonical text; the machine is canonical.
 *
 * @throws {UserError} for a line of no known kind, and for what {@linkcode canonicalFsm} refuses.
 */
export function parseFsm(text: string): Fsm {
  const fsm: Fsm = { states: [], reset: "", inputs: [], moore: {}, next: [] };
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const arrow = /^(\S+) --(\S+)--> (\S+)$/.exec(line);
    const [kind, ...words] = line.split(" ");
    if (arrow !== null) fsm.next.push({ from: arrow[1]!, guard: arrow[2]!, to: arrow[3]! });
    else if (kind === "states" && words.length > 0) fsm.states = words;
    else if (kind === "reset" && words.length === 1) fsm.reset = words[0]!;
    else if (kind === "inputs") fsm.inputs = words;
    else if (kind === "moore" && words.length === 2) fsm.moore[words[0]!] = words[1]!;
    else {
      throw new UserError({
        what: `machine text, line ${at + 1}`,
        got: line,
        expected: "states, reset, inputs, moore or an arrow such as S0 --in=1--> S1",
      });
    }
  }
  return canonicalFsm(fsm);
}
