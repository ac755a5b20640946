/**
 * The idea of paper 06 as a figure that can be moved: a state diagram whose transitions a description states or leaves
 * out, and how many machines agree with what is said.
 *
 * @module
 */
import {
  arrow,
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  type Point,
  words,
} from "offprint/notebook/explore/mod.ts";
import { agreeingTables, type PartialTable } from "./ambiguity/agreeing_tables.ts";

/** Which transitions out of each state are stated. */
interface DiagramState {
  S0: string;
  S1: string;
  S2: string;
  S3: string;
  [name: string]: string;
}

/** The machine that looks for 101, overlaps included: next states on in = 0 and in = 1. */
export const EXPLORED_MACHINE: readonly (readonly [number, number])[] = [
  [0, 1],
  [2, 1],
  [0, 3],
  [2, 1],
];

const STATES = EXPLORED_MACHINE.map((_, i) => `S${i}`);

/** What the control of a state offers, and which bits it states. */
const STATED: Readonly<Record<string, readonly number[]>> = {
  "nothing": [],
  "in = 0": [0],
  "in = 1": [1],
  "both": [0, 1],
};

const frame: Frame = {
  width: 390,
  height: 350,
  x: [-0.2, 1.2],
  y: [-0.22, 1.2],
  margin: { top: 26, right: 0, bottom: 0, left: 0 },
};

const PLACES: readonly Point[] = [{ x: 0, y: 0.5 }, { x: 0.5, y: 1 }, { x: 1, y: 0.5 }, {
  x: 0.5,
  y: 0,
}];
const CENTRE: Point = { x: 0.5, y: 0.5 };
/** Of a state's ring, in units of the data and in pixels. */
const RADIUS = 0.075;
const RADIUS_PX = 20;

/** What is stated in a state of the figure; null where a transition is left open. */
export function statedTable(values: Readonly<Record<string, string>>): PartialTable {
  return EXPLORED_MACHINE.map((targets, i) => {
    const bits = STATED[values[STATES[i]!]!] ?? [];
    return targets.map((to, bit) => bits.includes(bit) ? to : null);
  });
}

/** Points from one state to another, bent to one side for each bit; a loop for a state that stays. */
function path(from: number, to: number, bit: number): Point[] {
  const [a, b] = [PLACES[from]!, PLACES[to]!];
  const steps = Array.from({ length: 25 }, (_, i) => i / 24);
  if (from === to) {
    const out = { x: a.x - CENTRE.x, y: a.y - CENTRE.y };
    const radius = 0.075;
    const away = 0.12;
    const turn = (bit === 0 ? -1 : 1) * 0.55;
    const angle = Math.atan2(out.y, out.x) + turn;
    const middle = { x: a.x + away * Math.cos(angle), y: a.y + away * Math.sin(angle) };
    return steps.map((t) => {
      const at = angle + Math.PI + 0.9 + t * (2 * Math.PI - 1.8);
      return { x: middle.x + radius * Math.cos(at), y: middle.y + radius * Math.sin(at) };
    });
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const bend = bit === 0 ? 0.14 : 0.28;
  const pull = { x: (a.x + b.x) / 2 - bend * dy, y: (a.y + b.y) / 2 + bend * dx };
  const curve = steps.map((t) => ({
    x: (1 - t) ** 2 * a.x + 2 * t * (1 - t) * pull.x + t ** 2 * b.x,
    y: (1 - t) ** 2 * a.y + 2 * t * (1 - t) * pull.y + t ** 2 * b.y,
  }));
  const outside = (point: Point, state: Point) =>
    Math.hypot(point.x - state.x, point.y - state.y) > RADIUS;
  return curve.filter((point) => outside(point, a) && outside(point, b));
}

function transition(from: number, to: number, bit: number): string {
  const points = path(from, to, bit);
  const middle = points[Math.floor(points.length / 2)]!;
  return line(frame, points.slice(0, -1), { colour: bit, width: 2.5 }) +
    arrow(frame, points.at(-3)!, points.at(-1)!, { colour: bit, width: 2.5 }) +
    words(frame, middle, String(bit), { dx: 9, dy: -4 });
}

function draw(values: DiagramState): Drawing {
  const table = statedTable(values);
  const open: string[] = [];
  const stated: string[] = [];
  table.forEach((targets, from) =>
    targets.forEach((to, bit) => {
      if (to !== null) stated.push(transition(from, to, bit));
      else {
        STATES.forEach((_, any) =>
          open.push(
            line(frame, path(from, any, bit), {
              colour: bit,
              width: 1.5,
              opacity: 0.3,
              dashed: true,
            }),
          )
        );
      }
    })
  );
  const { all, reachable } = agreeingTables(table);
  const bits = Math.log2(all);
  return {
    marks: legend([{ text: "in = 0", colour: 0 }, { text: "in = 1", colour: 1 }]) +
      open.join("") + stated.join("") +
      PLACES.map((at, i) =>
        dot(frame, at, RADIUS_PX, { width: 2 }) + words(frame, at, STATES[i]!, { dy: 5 })
      ).join("") +
      // The reset arrow, and a second ring where the output is 1.
      arrow(frame, { x: -0.2, y: 0.5 }, { x: -RADIUS, y: 0.5 }, { width: 2 }) +
      dot(frame, PLACES[3]!, RADIUS_PX - 4, { width: 1 }),
    readings: [
      { label: "transitions stated, of 8", value: stated.length },
      { label: "bits left open", value: bits },
      { label: "machines that agree", value: all },
      { label: "of these, all states reachable", value: reachable },
      { label: "best guess is right, at most", value: 1 / reachable },
    ],
    says: `${stated.length} of 8 transitions are stated: ${all} ${
      all === 1 ? "machine agrees" : "machines agree"
    } with the description, ${Number(bits.toFixed(2))} bits are open.`,
  };
}

const options = Object.keys(STATED);

/** A detector of 101 whose transitions are stated or left out. */
export const exploration: Exploration<DiagramState> = {
  id: "06-machine",
  title: "State a transition, or leave it out: how many machines agree",
  caption:
    "A machine of four states that looks for 101; the output is 1 in S3. Choose for each state which of its transitions the description states. Solid arrows are stated; dashed lines are the four places where a transition that is left out may go. Each transition that is stated takes two bits away, whatever it is stated in: a line of a drawing or a sentence.",
  frame,
  start: { S0: "both", S1: "in = 1", S2: "nothing", S3: "nothing" },
  controls: {
    S0: { kind: "choice", label: "stated out of S0", options },
    S1: { kind: "choice", label: "stated out of S1", options },
    S2: { kind: "choice", label: "stated out of S2", options },
    S3: { kind: "choice", label: "stated out of S3", options },
  },
  draw,
};
