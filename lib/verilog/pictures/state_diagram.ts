/**
 * State diagrams: a machine drawn by Graphviz, and read from the drawing again.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { canonicalFsm, type Fsm } from "../diagrams/mod.ts";
import { attribute, readMarkup, textOf, within } from "./markup.ts";
import { loadViz } from "./packages.ts";

/** States in an order of one's own give another layout of the same machine. */
export interface StateDiagramOptions {
  /** Default: as in the machine. */
  order?: readonly string[];
}

/** Size of the letters in states, in points, and the width of one as a share of it. */
const FONT_SIZE = 13;
const CHARACTER = 0.602;

/** The node from which the reset arrow comes. */
const START = "$start";

/**
 * Draws a machine: circles with the state and its outputs, arrows with their conditions, an arrow for reset, and the
 * inputs below. {@linkcode readStateDiagram} gets it back.
 *
 * @returns SVG.
 */
export async function drawStateDiagram(
  fsm: Fsm,
  { order = fsm.states }: StateDiagramOptions = {},
): Promise<string> {
  const place = new Map(order.map((state, at) => [state, at]));
  const states = [...fsm.states].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  const label = (state: string) =>
    [state, ...(fsm.moore[state] ?? "").split(",").filter(Boolean)].join("\\n");
  const longest = Math.max(
    ...states.flatMap((state) => label(state).split("\\n")).map((line) => line.length),
  );
  const diameter = (longest * CHARACTER * FONT_SIZE + 22) / 72;
  const dot = [
    "digraph machine {",
    'graph [rankdir=LR, nodesep=0.5, ranksep=0.7, fontname="DejaVu Sans Mono", fontsize=12, ' +
    `label=${quoted(["inputs:", ...fsm.inputs].join(" "))}];`,
    // Graphviz has no measures of the font; a circle must be wide enough for three lines of this length.
    `node [shape=circle, width=${
      diameter.toFixed(2)
    }, fontname="DejaVu Sans Mono", fontsize=${FONT_SIZE}];`,
    'edge [fontname="DejaVu Sans Mono", fontsize=12];',
    `${quoted(START)} [shape=point, width=0.1];`,
    ...states.map((state) => `${quoted(state)} [label="${label(state).replaceAll('"', "")}"];`),
    `${quoted(START)} -> ${quoted(fsm.reset)} [label="reset"];`,
    ...fsm.next.map(({ from, guard, to }) =>
      `${quoted(from)} -> ${quoted(to)} [label=${quoted(` ${guard} `)}];`
    ),
    "}",
  ].join("\n");
  return (await loadViz()).renderString(dot, { format: "svg" });
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/**
 * Reads a machine from a state diagram.
 *
 * @throws {UserError} for a drawing of another kind.
 */
export async function readStateDiagram(svg: string): Promise<Fsm> {
  const root = await readMarkup(svg);
  const groups = [...within(root, "g")];
  const fsm: Fsm = { states: [], reset: "", inputs: [], moore: {}, next: [] };
  for (const group of groups) {
    const kind = attribute(group, "class");
    if (kind !== "node" && kind !== "edge" && kind !== "graph") continue;
    const title = textOf([...within(group, "title")][0]!);
    const texts = (kind === "graph" ? group.slice(2) : [group]).flatMap((part) =>
      Array.isArray(part) && kind === "graph"
        ? part[0] === "text" ? [textOf(part)] : []
        : [...within(group, "text")].map(textOf)
    ).map((text) => text.trim());
    if (kind === "graph") fsm.inputs = (texts[0] ?? "").split(" ").slice(1);
    else if (kind === "node" && title !== START) {
      const [state, ...outputs] = texts;
      fsm.states.push(state!);
      if (outputs.length > 0) fsm.moore[state!] = outputs.join(",");
    } else if (kind === "edge") {
      const [from, to] = title.split("->") as [string, string];
      if (from === START) fsm.reset = to;
      else fsm.next.push({ from, guard: texts[0]!, to });
    }
  }
  if (fsm.states.length === 0 || fsm.reset === "") {
    throw new UserError({
      what: "state diagram",
      got: new Described("a drawing without states and a reset arrow"),
      expected: "one that drawStateDiagram made",
    });
  }
  return canonicalFsm(fsm);
}
