/**
 * The idea of paper 10 as a figure that can be moved: one round of candidates, a threshold, and where drafting stops.
 *
 * @module
 */
import { type Costs, extraCost } from "offprint/decoding/policies/mod.ts";
import {
  type Control,
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  rect,
  verticalAxis,
  words,
} from "offprint/notebook/explore/mod.ts";
import { type KnownSolution, solveKnownAcceptance, thresholdRates } from "./known_acceptance.ts";

/** What is moved. */
interface RoundState {
  /** a_i of each candidate, in the order in which they are drafted. */
  acceptance: readonly number[];
  /** h. */
  threshold: number;
  /** c₂, in draft passes. */
  checkCost: number;
  [name: string]: readonly number[] | number;
}

/** The text of which the round is a piece: its kinds of candidates. */
const KINDS = [
  { acceptance: 0.98, share: 0.5 },
  { acceptance: 0.9, share: 0.3 },
  { acceptance: 0.6, share: 0.2 },
];

const START: RoundState = {
  acceptance: [0.98, 0.9, 0.99, 0.97, 0.6, 0.98, 0.9, 0.99],
  threshold: 0.4,
  checkCost: 4,
};
const CANDIDATES = START.acceptance.length;

const frame: Frame = {
  width: 390,
  height: 300,
  x: [0, CANDIDATES],
  y: [0, 1],
  margin: { top: 58, right: 28, bottom: 30, left: 40 },
};
const HALF_WIDTH = 0.3;

/** A round under a threshold: how far it is drafted and what comes of it. */
export interface ThresholdRound {
  /** 1 − P_k after each candidate. */
  rejection: number[];
  /** Candidates before the check. */
  drafted: number;
  /** Of these, accepted on average: P_1 + … + P_drafted. */
  accepted: number;
}

/**
 * Where a round stops: after the first candidate with 1 − P_k > h, or after the last one.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { thresholdRound } from "offprint/papers/specdecpp/mod.ts";
 *
 * const { drafted, accepted } = thresholdRound([0.9, 0.5, 0.9], 0.4);
 * assertEquals(drafted, 2);
 * assertAlmostEquals(accepted, 0.9 + 0.45);
 * ```
 */
export function thresholdRound(acceptance: readonly number[], threshold: number): ThresholdRound {
  let survival = 1;
  const survivals = acceptance.map((a) => survival *= a);
  const stop = survivals.findIndex((surviving) => surviving < 1 - threshold);
  const drafted = stop < 0 ? acceptance.length : stop + 1;
  return {
    rejection: survivals.map((surviving) => 1 - surviving),
    drafted,
    accepted: survivals.slice(0, drafted).reduce((sum, surviving) => sum + surviving, 0),
  };
}

const costsAt = (checkCost: number): Costs => ({ discard: 1, verification: checkCost });

const solved = new Map<number, KnownSolution>();

/** Each cost of a check is solved once: dragging a candidate does not change it. */
function bestAt(checkCost: number): KnownSolution {
  const known = solved.get(checkCost) ??
    solveKnownAcceptance(costsAt(checkCost), KINDS, CANDIDATES);
  solved.set(checkCost, known);
  return known;
}

function draw({ acceptance, threshold, checkCost }: RoundState): Drawing {
  const { rejection, drafted, accepted } = thresholdRound(acceptance, threshold);
  const best = bestAt(checkCost);
  const rates = thresholdRates(KINDS, { threshold, min: 1, max: CANDIDATES, lag: 0 });
  const bars = acceptance.map((a, i) =>
    rect(frame, { x: i + 0.5 - HALF_WIDTH, y: 0 }, { x: i + 0.5 + HALF_WIDTH, y: a }, {
      colour: 0,
      opacity: i < drafted ? 0.55 : 0.15,
    }) + words(frame, { x: i + 0.5, y: 0 }, String(i + 1), { dy: 20 })
  );
  const risks = rejection.map((y, i) => ({ x: i + 0.5, y }));
  const across = (y: number) => [{ x: 0, y }, { x: CANDIDATES, y }];
  const stops = rejection[drafted - 1]! > threshold;
  return {
    marks: legend([
      { text: "accepted with", colour: 0 },
      { text: "some rejection, 1 − P", colour: 1 },
    ]) + verticalAxis(frame, { label: "probability", ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] }) +
      bars.join("") +
      line(frame, across(best.threshold), { width: 1.5, dashed: true }) +
      words(frame, { x: CANDIDATES, y: best.threshold }, "h*", {
        anchor: "start",
        dx: 4,
        dy: best.threshold > threshold ? -1 : 11,
      }) +
      line(frame, across(threshold), { colour: 2, width: 2 }) +
      line(frame, risks, { colour: 1, width: 2 }) +
      risks.map((at, i) => dot(frame, at, i === drafted - 1 ? 6 : 3.5, { colour: 1 })).join(""),
    readings: [
      { label: "candidates before the check", value: drafted },
      { label: "of these accepted, on average", value: accepted },
      { label: "thrown away, on average", value: drafted - accepted },
      {
        label: "draft passes per token of this round",
        value: (drafted + checkCost) / (1 + accepted),
      },
      { label: "best threshold h* for a whole text", value: best.threshold },
      {
        label: "extra cost per token of a whole text with h",
        value: extraCost(costsAt(checkCost), rates),
      },
      { label: "extra cost per token of a whole text with h*", value: best.cost },
    ],
    says: stops
      ? `The check comes after candidate ${drafted}: some rejection is then likelier than h = ${
        threshold.toFixed(2)
      }.`
      : `All ${CANDIDATES} candidates are drafted: some rejection never becomes likelier than h = ${
        threshold.toFixed(2)
      }.`,
  };
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

const candidate = (i: number): Control<RoundState> => ({
  kind: "handle",
  label: `candidate ${i + 1}, probability of being accepted`,
  axis: "y",
  step: 0.01,
  at: ({ acceptance }) => ({ x: i + 0.5, y: acceptance[i]! }),
  move: (values, { y }) => ({
    ...values,
    acceptance: values.acceptance.map((a, k) => k === i ? within(y) : a),
  }),
  says: ({ acceptance }) => acceptance[i]!.toFixed(2),
});

/** A round whose candidates and whose threshold can be dragged. */
export const exploration: Exploration<RoundState> = {
  id: "10-threshold",
  title: "Drag the threshold and the candidates: when does drafting stop?",
  caption:
    "Each bar is a candidate; drag its top, or choose it and press the arrow keys. The rising line is the probability that some candidate so far will be rejected. Where it passes the threshold h, the ring on the right, the round is checked; paler bars are never drafted. The dashed line is the best threshold for a text of three kinds of candidates, accepted with 0.98, 0.9 and 0.6 in half, three tenths and one fifth of the cases, in rounds of at most eight. A candidate that is doubtful early ends the round early; a dear check moves h* up. Extra cost is the time of a token beyond one draft pass, in draft passes.",
  frame,
  start: START,
  controls: {
    checkCost: {
      kind: "range",
      label: "c₂, cost of a check in draft passes",
      min: 1,
      max: 20,
      step: 0.5,
    },
    threshold: {
      kind: "handle",
      label: "threshold h",
      axis: "y",
      step: 0.01,
      at: ({ threshold }) => ({ x: CANDIDATES, y: threshold }),
      move: (values, { y }) => ({ ...values, threshold: within(y) }),
      says: ({ threshold }) => threshold.toFixed(2),
    },
    ...Object.fromEntries(
      START.acceptance.map((_, i) => [`candidate-${i + 1}`, candidate(i)]),
    ),
  },
  draw,
};
