/**
 * Graphs, machines and designs with names that say nothing.
 *
 * A diagram's effect can come from the names in it (a module called `adder` needs no picture), so a benchmark is run
 * with every name replaced as well.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";
import type { Fsm } from "./fsm.ts";
import { canonicalFsm } from "./fsm.ts";
import {
  canonicalGraph,
  CONST_NODE,
  type Endpoint,
  type Graph,
  pinName,
  PORT_NODE,
} from "./graph.ts";

/** New names by old ones; no two are alike, so that it can be undone. */
export type Renaming = ReadonlyMap<string, string>;

/** What of a design is shown: any of its wiring, its machine and its text. */
export interface Shown {
  graph?: Graph;
  fsm?: Fsm;
  text?: string;
}

/**
 * New names for what a design's diagram and text hold: modules `m0` (the top one) and on, blocks `u0`, ports `p0`,
 * states `s0`, everything else `n0`, each in the order in which it comes up: first in the graph, then in the machine, then
 * in the text. One word has one new name wherever it stands.
 */
function renamingOf({ graph, fsm, text }: Shown): Map<string, string> {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const add = (name: string, kind: string) => {
    const word = name.replace(/\[.*\]$/, "");
    if (names.has(word) || word.startsWith("$")) return;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    names.set(word, `${kind}${count}`);
  };
  if (graph !== undefined) {
    const { top, ports, nodes, edges } = graph;
    const hidden = new Set(nodes.flatMap(({ id, type }) => type.startsWith("$") ? [id] : []));
    add(top, "m");
    ports.forEach(({ name }) => add(name, "p"));
    nodes.forEach(({ type }) => add(type.replace(/#\(.*/, ""), "m"));
    nodes.filter(({ id }) => !hidden.has(id)).forEach(({ id }) =>
      id.split(".").forEach((part) => add(part, "u"))
    );
    for (const { from, to } of edges) {
      for (const [node, pin] of [from, to]) {
        if (node !== CONST_NODE && !hidden.has(node)) add(pinName(pin), "p");
      }
    }
  }
  if (fsm !== undefined) {
    fsm.inputs.forEach((name) => add(name, "p"));
    Object.values(fsm.moore).forEach((outputs) =>
      outputs.split(",").filter(Boolean).forEach((output) => add(output.split("=")[0]!, "p"))
    );
    fsm.states.forEach((name) => add(name, "s"));
  }
  for (const { kind, text: word } of lex(text ?? "")) {
    if (kind === "identifier") add(word, "n");
  }
  return names;
}

/**
 * The same without names, all parts alike, and the renaming that undoes it; with `names` given, under those. Drawing a
 * design without names gives the same graph as taking the names out of its graph.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { anonymised, parseFsm } from "offprint/verilog/diagrams/mod.ts";
 *
 * const fsm = parseFsm("states IDLE RUN\nreset IDLE\ninputs go\nIDLE --go=1--> RUN\n");
 * const { fsm: hidden, undo } = anonymised({ fsm });
 * assertEquals(hidden!.next, [{ from: "s0", guard: "p0=1", to: "s1" }]);
 * assertEquals(anonymised({ fsm: hidden! }, undo).fsm, fsm);
 * ```
 */
export function anonymised(shown: Shown, given?: Renaming): Shown & { undo: Renaming } {
  const { graph, fsm, text } = shown;
  const names = given ?? renamingOf(shown);
  return {
    ...(graph === undefined ? {} : { graph: renameGraph(graph, names) }),
    ...(fsm === undefined ? {} : { fsm: renameFsm(fsm, names) }),
    ...(text === undefined ? {} : { text: renameVerilog(text, names) }),
    undo: new Map([...names].map(([from, to]) => [to, from])),
  };
}

/** A graph under other names; canonical again. */
function renameGraph({ top, ports, nodes, edges }: Graph, names: Renaming): Graph {
  const hidden = new Set(nodes.flatMap(({ id, type }) => type.startsWith("$") ? [id] : []));
  const id = (text: string) =>
    hidden.has(text) ? text : text.split(".").map((part) => renamed(part, names)).join(".");
  const end = ([node, pin]: Endpoint): Endpoint =>
    node === CONST_NODE || hidden.has(node)
      ? [node, pin]
      : [node === PORT_NODE ? node : id(node), renamed(pin, names)];
  return canonicalGraph({
    top: renamed(top, names),
    ports: ports.map((port) => ({ ...port, name: renamed(port.name, names) })),
    nodes: nodes.map((node) => {
      const [name, parameters] = node.type.split("#");
      return {
        id: id(node.id),
        type: renamed(name!, names) +
          (parameters === undefined ? "" : `#${renameAssignments(parameters, names)}`),
      };
    }),
    edges: edges.map(({ from, to, width }) => ({ from: end(from), to: end(to), width })),
  });
}

/** A machine under other names; canonical again. */
export function renameFsm({ states, reset, inputs, moore, next }: Fsm, names: Renaming): Fsm {
  const of = (name: string) => renamed(name, names);
  return canonicalFsm({
    states: states.map(of),
    reset: of(reset),
    inputs: inputs.map(of),
    moore: Object.fromEntries(
      Object.entries(moore).map(([state, text]) => [of(state), renameAssignments(text, names)]),
    ),
    next: next.map(({ from, guard, to }) => ({
      from: of(from),
      guard: renameAssignments(guard, names),
      to: of(to),
    })),
  });
}

/** A Verilog text under other names; comments go, since they may name things too. */
export function renameVerilog(text: string, names: Renaming): string {
  let out = "";
  let at = 0;
  for (const { kind, text: word, start, end } of lex(text)) {
    const between = text.slice(at, start);
    out += /^\s*$/.test(between) ? between : between.includes("\n") ? "\n" : " ";
    out += kind === "identifier" ? names.get(word) ?? word : word;
    at = end;
  }
  return `${out}\n`;
}

/** Prose under other names: only what stands between backticks is a name; `a.b[3:0]` is renamed part by part. */
export function renameProse(text: string, names: Renaming): string {
  return text.replaceAll(
    /`([^`\n]+)`/g,
    (_, code: string) =>
      "`" + code.replaceAll(/[A-Za-z_]\w*/g, (word) => names.get(word) ?? word) + "`",
  );
}

function renamed(name: string, names: Renaming): string {
  const word = name.replace(/\[.*\]$/, "");
  return (names.get(word) ?? word) + name.slice(word.length);
}

/** `a=1&b=0` and `y=01,done=1`. */
function renameAssignments(text: string, names: Renaming): string {
  return text.replaceAll(/([A-Za-z_]\w*)(?=(?:\[\d+\])?=)/g, (word) => names.get(word) ?? word);
}
