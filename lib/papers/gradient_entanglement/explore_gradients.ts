/**
 * The idea of paper 04 as a figure that can be moved: two gradients, a step between them, and what it does to both answers.
 *
 * @module
 */
import {
  arrow,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  type Point,
  words,
} from "offprint/notebook/explore/mod.ts";
import {
  band,
  type Case,
  caseOf,
  cosine,
  innerProducts,
  predictedChange,
} from "offprint/preference/entanglement/mod.ts";

/** What is moved. */
interface TwoGradients {
  /** g_w, two parameters. */
  chosen: readonly number[];
  /** g_l. */
  rejected: readonly number[];
  /** d_w / d_l. */
  ratio: number;
  [name: string]: readonly number[] | number;
}

const REACH = 2.4;

const frame: Frame = {
  width: 390,
  height: 410,
  x: [-REACH, REACH],
  y: [-REACH, REACH],
  margin: { top: 28, right: 4, bottom: 0, left: 4 },
};

const ORIGIN: Point = { x: 0, y: 0 };
const STEP_SIZE = 0.1;

const SAYS: Readonly<Record<Case, string>> = {
  ideal: "The chosen answer rises and the rejected one falls.",
  "both rise": "Both answers rise: the rejected gradient is too short for the angle.",
  "both fall": "Both answers fall: the chosen gradient is too short for the angle.",
  reversed: "The chosen answer falls and the rejected one rises.",
};

const pointOf = ([x, y]: readonly number[]): Point => ({ x: x!, y: y! });

/** The line through the origin on which a step leaves the answer of a gradient as it is. */
function level([x, y]: readonly number[], colour: number): string {
  const length = Math.hypot(x!, y!);
  if (length === 0) return "";
  const to = { x: -REACH * y! / length, y: REACH * x! / length };
  return line(frame, [{ x: -to.x, y: -to.y }, to], {
    colour,
    width: 1.5,
    dashed: true,
    opacity: 0.7,
  });
}

function draw({ chosen, rejected, ratio }: TwoGradients): Drawing {
  const products = innerProducts(chosen, rejected);
  const weights = { chosenWeight: ratio, rejectedWeight: 1 };
  const change = predictedChange(products, weights, STEP_SIZE);
  const { low, high } = band(products);
  const step = [0, 1].map((k) => ratio * chosen[k]! - rejected[k]!);
  // A long step is drawn shorter, so that its direction can be seen.
  const shown = step.map((value) =>
    value * Math.min(1, 0.95 * REACH / Math.max(...step.map(Math.abs)))
  );
  return {
    marks: legend([
      { text: "chosen, g_w", colour: 0 },
      { text: "rejected, g_l", colour: 1 },
      { text: "step", colour: 2 },
    ]) +
      line(frame, [{ x: -REACH, y: 0 }, { x: REACH, y: 0 }], { width: 1, opacity: 0.2 }) +
      line(frame, [{ x: 0, y: -REACH }, { x: 0, y: REACH }], { width: 1, opacity: 0.2 }) +
      level(chosen, 0) + level(rejected, 1) +
      arrow(frame, ORIGIN, pointOf(chosen), { colour: 0 }) +
      arrow(frame, ORIGIN, pointOf(rejected), { colour: 1 }) +
      arrow(frame, ORIGIN, pointOf(shown), { colour: 2 }) +
      words(frame, { x: -REACH, y: -REACH }, "dashed: no change of that answer", {
        anchor: "start",
        dx: 6,
        dy: -8,
      }),
    readings: [
      { label: "inner product I", value: products.inner },
      { label: "squared length N_w of g_w", value: products.chosen },
      { label: "squared length N_l of g_l", value: products.rejected },
      { label: "cosine of the angle", value: cosine(products) },
      { label: "change of the chosen answer, nats", value: change.chosen },
      { label: "change of the rejected answer, nats", value: change.rejected },
      { label: "ideal ratios from", value: low },
      { label: "ideal ratios up to", value: high },
    ],
    says: SAYS[caseOf(change)],
  };
}

const within = (value: number): number => Math.min(REACH, Math.max(-REACH, value));

const head = (name: "chosen" | "rejected", label: string) => ({
  kind: "handle" as const,
  label,
  axis: "both" as const,
  step: 0.05,
  at: (values: TwoGradients) => pointOf(values[name]),
  move: (values: TwoGradients, { x, y }: Point): TwoGradients => ({
    ...values,
    [name]: [within(x), within(y)],
  }),
  says: (values: TwoGradients) => values[name].map((value) => value.toFixed(2)).join(", "),
});

/** Two gradients to be dragged, and the ratio of a loss's weights. */
export const exploration: Exploration<TwoGradients> = {
  id: "04-gradients",
  title: "Drag the two gradients: when do both answers move the same way?",
  caption:
    "Drag the head of a gradient, or choose it and press the arrow keys. The step is d_w g_w − d_l g_l; an answer rises if the step lies on its gradient's side of the dashed line. DPO's ratio d_w/d_l is 1. Move the ratio into the band of ideal ratios and the step turns in between. Changes are for a step of size 0.1, to first order.",
  frame,
  start: { chosen: [0.5, 0.375], rejected: [1.5, 0.475], ratio: 1 },
  controls: {
    ratio: {
      kind: "range",
      label: "d_w / d_l, weight ratio of the loss",
      min: 0.1,
      max: 4,
      step: 0.1,
    },
    chosen: head("chosen", "head of the chosen gradient g_w"),
    rejected: head("rejected", "head of the rejected gradient g_l"),
  },
  draw,
};
