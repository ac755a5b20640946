/**
 * How much of a diagram is in an answer: of a machine its transitions, states and outputs, of a block diagram its edges
 * (spec §6).
 *
 * @module
 */
import {
  CONST_NODE,
  type Endpoint,
  type Fsm,
  type Graph,
  parseGuard,
  PORT_NODE,
  printEdge,
  valuesOf,
} from "offprint/verilog/diagrams/mod.ts";

/** Shares of what the reference has, from 0 to 1. */
export interface MachineScores {
  transitions: number;
  states: number;
  outputs: number;
}

/**
 * Compares machines up to the names of states. Which state is which is fixed by the reset state: both machines are walked
 * from there under the same inputs, and a state stands for the one that is reached with it first. Where the names of
 * both are the same set, they are tried as well and the better of the two counts, since one wrong arrow can lead a walk
 * astray. A transition is one state under one value of all input bits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { machineScores } from "offprint/papers/chipgptv/harness/mod.ts";
 * import { parseFsm } from "offprint/verilog/diagrams/mod.ts";
 *
 * const right = parseFsm("states A B\nreset A\ninputs in\nA --in=0--> A\nA --in=1--> B\nB --*--> A\n");
 * const other = parseFsm("states P Q\nreset P\ninputs in\nP --in=0--> P\nP --in=1--> Q\nQ --*--> Q\n");
 * assertEquals(machineScores(right, other), { transitions: 0.5, states: 1, outputs: 1 });
 * ```
 */
export function machineScores(reference: Fsm, candidate: Fsm): MachineScores {
  const [right, got] = [
    arrowsOf(reference, reference.inputs),
    arrowsOf(candidate, reference.inputs),
  ];
  const sameNames = reference.states.length === candidate.states.length &&
    reference.states.every((state) => candidate.states.includes(state));
  const pairings = [
    walked(reference, candidate, right, got),
    ...(sameNames ? [new Map(reference.states.map((state) => [state, state]))] : []),
  ];
  const scores = pairings.map((pairs) => scoreOf(reference, candidate, pairs, right, got));
  return scores.reduce((best, each) => each.transitions > best.transitions ? each : best);
}

/** Next states by state and value of the inputs. */
type Arrows = Map<string, Map<string, string>>;

function arrowsOf({ states, next }: Fsm, inputs: readonly string[]): Arrows {
  const arrows: Arrows = new Map(states.map((state) => [state, new Map()]));
  for (const { from, guard, to } of next) {
    const cube = parseGuard(guard, [...inputs]);
    if (cube !== undefined) {
      for (const value of valuesOf(cube)) arrows.get(from)?.set(value, to);
    }
  }
  return arrows;
}

/** Candidate's states by those of the reference, as both are walked from reset. */
function walked(reference: Fsm, candidate: Fsm, right: Arrows, got: Arrows): Map<string, string> {
  const pairs = new Map([[reference.reset, candidate.reset]]);
  const taken = new Set([candidate.reset]);
  for (const [state, twin] of pairs) {
    for (const [value, to] of right.get(state)!) {
      const reached = got.get(twin)?.get(value);
      if (reached === undefined || pairs.has(to) || taken.has(reached)) continue;
      pairs.set(to, reached);
      taken.add(reached);
    }
  }
  return pairs;
}

function scoreOf(
  reference: Fsm,
  candidate: Fsm,
  pairs: ReadonlyMap<string, string>,
  right: Arrows,
  got: Arrows,
): MachineScores {
  let transitions = 0, total = 0, outputs = 0;
  for (const state of reference.states) {
    const twin = pairs.get(state);
    for (const [value, to] of right.get(state)!) {
      total++;
      const reached = twin === undefined ? undefined : got.get(twin)?.get(value);
      if (reached !== undefined && reached === pairs.get(to)) transitions++;
    }
    if (twin !== undefined && (reference.moore[state] ?? "") === (candidate.moore[twin] ?? "")) {
      outputs++;
    }
  }
  const count = reference.states.length;
  return {
    transitions: total === 0 ? 1 : transitions / total,
    states: Math.min(count, candidate.states.length) / count,
    outputs: outputs / count,
  };
}

/**
 * F1 of the edges of two graphs of one module. Blocks of one name are the same; the others are paired by type, those
 * with most edges in common first, since a text need not name blocks as the picture does.
 */
export function edgesF1(reference: Graph, candidate: Graph): number {
  const names = pairedBlocks(reference, candidate);
  const right = new Set(reference.edges.map(printEdge));
  const got = candidate.edges.map((edge) => printEdge(renamedEdge(edge, names)));
  const shared = got.filter((edge) => right.has(edge)).length;
  const all = right.size + got.length;
  return all === 0 ? 1 : 2 * shared / all;
}

function renamedEdge(
  { from, to, width }: Graph["edges"][number],
  names: ReadonlyMap<string, string>,
): Graph["edges"][number] {
  const end = ([node, pin]: Endpoint): Endpoint => [names.get(node) ?? `?${node}`, pin];
  return { from: end(from), to: end(to), width };
}

/** The reference's blocks by those of the candidate. */
function pairedBlocks(reference: Graph, candidate: Graph): Map<string, string> {
  const names = new Map([[PORT_NODE, PORT_NODE], [CONST_NODE, CONST_NODE]]);
  const types = new Map(reference.nodes.map(({ id, type }) => [id, type]));
  for (const { id, type } of candidate.nodes) if (types.get(id) === type) names.set(id, id);
  const right = new Set(reference.edges.map(printEdge));
  const free = new Set(reference.nodes.map(({ id }) => id).filter((id) => !names.has(id)));
  const open = new Map(
    candidate.nodes.filter(({ id }) => !names.has(id)).map(({ id, type }) => [id, type]),
  );
  while (open.size > 0) {
    let best: { id: string; twin: string; shared: number } | undefined;
    for (const [id, type] of open) {
      const own = candidate.edges.filter(({ from, to }) => from[0] === id || to[0] === id);
      for (const twin of free) {
        if (types.get(twin) !== type) continue;
        const tried = new Map([...names, [id, twin]]);
        const shared = own.filter((edge) => right.has(printEdge(renamedEdge(edge, tried)))).length;
        if (best === undefined || shared > best.shared) best = { id, twin, shared };
      }
    }
    if (best === undefined) break;
    names.set(best.id, best.twin);
    free.delete(best.twin);
    open.delete(best.id);
  }
  return names;
}
