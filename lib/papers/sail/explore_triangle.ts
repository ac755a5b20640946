/**
 * The idea of paper 09 as a figure that can be moved: a policy over three answers as a point of a triangle, and where
 * online DPO and the extra term pull it.
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
import {
  ascend,
  exactTerms,
  logPolicy,
  optimalPolicy,
  policyValue,
  type Route,
  singleRoute,
} from "offprint/preference/sail/mod.ts";
import { EXAMPLE_LOGITS, threeResponses, triangleMove, trianglePoint } from "./exact_example.ts";

/** What is moved. */
interface TriangleState {
  /** Probabilities of the three answers. */
  policy: readonly number[];
  /** λ, the weight of the extra term. */
  extra: number;
  beta: number;
  /** Who says which of two answers is better. */
  labels: string;
  [name: string]: readonly number[] | number | string;
}

/** Who labels: the routes whose answers come from the policy. */
const ROUTE_OF: Readonly<Record<string, Route>> = { oracle: "DPR", "the policy itself": "DPP" };

const HEIGHT = Math.sqrt(3) / 2;

const frame: Frame = {
  width: 390,
  height: 350,
  x: [-0.06, 1.06],
  y: [-0.1, 0.94],
  margin: { top: 30, right: 0, bottom: 0, left: 0 },
};

/** Arrows are this many times as long as a step of size 1. */
const LONGER = 8;

/** No answer's probability falls below this by dragging: at 0 it would have no logit. */
const LEAST = 0.002;

/**
 * The policy at a point of the triangle with corners (0, 0), (1, 0) and (½, √3/2), or the nearest one that gives every
 * answer some probability.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { policyAt, trianglePoint } from "offprint/papers/sail/mod.ts";
 *
 * policyAt(trianglePoint([0.5, 0.3, 0.2])).forEach((p, k) => assertAlmostEquals(p, [0.5, 0.3, 0.2][k]!, 1e-12));
 * ```
 */
export function policyAt({ x, y }: Point): number[] {
  const third = y / HEIGHT;
  const second = x - third / 2;
  const wanted = [1 - second - third, second, third];
  // The nearest point of the triangle: what is above the bound is lowered alike until the sum is 1.
  let open = wanted.map((_, k) => k);
  for (;;) {
    const free = 1 - LEAST * (wanted.length - open.length);
    const excess = (open.reduce((sum, k) => sum + wanted[k]!, 0) - free) / open.length;
    const kept = open.filter((k) => wanted[k]! - excess >= LEAST);
    if (kept.length === open.length) {
      return wanted.map((value, k) => open.includes(k) ? value - excess : LEAST);
    }
    open = kept;
  }
}

const CORNERS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(trianglePoint);
const NAMES = ["first, r* = 1", "second, r* = 0", "third, r* = ½"];

function draw({ policy, extra, beta, labels }: TriangleState): Drawing {
  const world = threeResponses(beta);
  const logits = policy.map(Math.log);
  const route = ROUTE_OF[labels] ?? "DPR";
  const { value, pair, label, response } = exactTerms(world, logits, route);
  const added = label.map((of, k) => extra * (of + response[k]!));
  const both = pair.map((of, k) => of + added[k]!);
  const at = trianglePoint(policy);
  const pull = (direction: ArrayLike<number>, colour: number, width = 2.5) => {
    const { x, y } = triangleMove(policy, direction);
    return arrow(frame, at, { x: at.x + LONGER * x, y: at.y + LONGER * y }, { colour, width });
  };
  const path: Point[] = [];
  const { logProbs } = ascend(world, singleRoute(route, extra), {
    start: logits,
    steps: 1000,
    stepSize: 2,
    onStep: (step, _theta, [now]) => {
      if (step % 20 === 0) path.push(trianglePoint(now!.map(Math.exp)));
    },
  });
  const end = logProbs[0]!.map(Math.exp);
  const { objective } = policyValue(world, logPolicy(world.policy, logits));
  const best = trianglePoint(optimalPolicy(world)[0]!.map(Math.exp));
  const length = (direction: ArrayLike<number>) => {
    const { x, y } = triangleMove(policy, direction);
    return Math.hypot(x, y);
  };
  return {
    marks: legend([
      { text: "online DPO", colour: 0 },
      { text: "λ × extra term", colour: 1 },
      { text: "sum", colour: 2 },
    ]) +
      line(frame, [...CORNERS, CORNERS[0]!], { width: 1.5, opacity: 0.5 }) +
      words(frame, CORNERS[0]!, NAMES[0]!, { anchor: "start", dx: -18, dy: 20 }) +
      words(frame, CORNERS[1]!, NAMES[1]!, { anchor: "end", dx: 18, dy: 20 }) +
      words(frame, CORNERS[2]!, NAMES[2]!, { dy: -10 }) +
      line(frame, path, { colour: 2, width: 1.5, dashed: true }) +
      dot(frame, path.at(-1)!, 6, { colour: 2, width: 2 }) +
      dot(frame, best, 3) + words(frame, best, "best policy", { anchor: "start", dx: 4, dy: 22 }) +
      pull(both, 2, 6) + pull(pair, 0) + pull(added, 1),
    readings: [
      ...policy.map((p, k) => ({
        label: `policy, ${["first", "second", "third"][k]} answer`,
        value: p,
      })),
      { label: "objective J, mean of F", value },
      { label: "length of online DPO's move", value: length(pair) },
      { label: "length of the extra term's move", value: length(added) },
      { label: "E[r*] − β KL here", value: objective },
      { label: "E[r*] − β KL where ascent leads", value: policyValue(world, logProbs).objective },
      { label: "probability of the best answer there", value: end[0]! },
    ],
    says: `From ${
      policy.map((p) => p.toFixed(2)).join(", ")
    }, with labels by ${labels}, ascent leads to ${[...end].map((p) => p.toFixed(2)).join(", ")}.`,
  };
}

const START = logPolicy(threeResponses().policy, EXAMPLE_LOGITS)[0]!.map(Math.exp);

/** Three answers, their policy to be dragged through the triangle. */
export const exploration: Exploration<TriangleState> = {
  id: "09-triangle",
  title: "Drag the policy: where online DPO and the extra term pull it",
  caption:
    "Each corner is an answer that is always given. Drag the ring, or choose it and press the arrow keys. With labels by an oracle online DPO leads to the best policy, and the extra term to a flatter one; with labels by the policy itself online DPO is 0 and only the extra term is left. Arrows are eight times as long as a step of size 1; the dashed path is where ascent on the sum goes.",
  frame,
  start: { policy: [...START], extra: 0.3, beta: 0.5, labels: "oracle" },
  controls: {
    labels: { kind: "choice", label: "labels by", options: Object.keys(ROUTE_OF) },
    extra: { kind: "range", label: "λ, weight of the extra term", min: 0, max: 1, step: 0.1 },
    beta: { kind: "range", label: "β, pull to the reference", min: 0.1, max: 2, step: 0.1 },
    point: {
      kind: "handle",
      label: "policy over three answers",
      axis: "both",
      step: 0.02,
      at: ({ policy }) => trianglePoint(policy),
      move: (values, to) => ({ ...values, policy: policyAt(to) }),
      says: ({ policy }) => policy.map((p) => p.toFixed(2)).join(", "),
    },
  },
  draw,
};
