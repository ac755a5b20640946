/**
 * The idea of paper 02 as a figure that can be moved: two distributions over four tokens, and what of the draft's can be
 * accepted.
 *
 * @module
 */
import { residual, totalVariation } from "offprint/decoding/verification/mod.ts";
import {
  type Control,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  rect,
  verticalAxis,
  words,
} from "offprint/notebook/explore/mod.ts";
import { fourTokenExample } from "./four_tokens.ts";

/** Both distributions, [V] each, with sum 1. */
interface TwoDistributions {
  draft: readonly number[];
  target: readonly number[];
  [name: string]: readonly number[];
}

const TOKENS = ["a", "b", "c", "d"];

const frame: Frame = {
  width: 390,
  height: 270,
  x: [0, TOKENS.length],
  y: [0, 1],
  margin: { top: 56, right: 8, bottom: 30, left: 40 },
};

/** Where the bar of a token stands: the draft's on the left, the target's on the right. */
const CENTRES = { draft: 0.28, target: 0.72 } as const;
const HALF_WIDTH = 0.17;

/**
 * A distribution with one probability changed, between 0 and 1; the others keep their ratios.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withProbability } from "offprint/papers/specdec_theory/mod.ts";
 *
 * assertEquals(withProbability([0.5, 0.25, 0.25], 0, 0), [0, 0.5, 0.5]);
 * ```
 */
export function withProbability(
  probabilities: readonly number[],
  token: number,
  wanted: number,
): number[] {
  const chosen = Math.min(1, Math.max(0, wanted));
  const others = probabilities.reduce((sum, p, x) => x === token ? sum : sum + p, 0);
  const rest = 1 - chosen;
  return probabilities.map((p, x) => {
    if (x === token) return chosen;
    return others > 0 ? rest * p / others : rest / (probabilities.length - 1);
  });
}

/** The probability that a token of the draft is accepted, `Σ min(p, q)`. */
function acceptance({ draft, target }: TwoDistributions): number {
  return 1 - totalVariation(draft, target);
}

function draw(values: TwoDistributions): Drawing {
  const { draft, target } = values;
  const accepted = acceptance(values);
  const replaced = residual(target, draft);
  const bars = TOKENS.map((token, x) => {
    const [p, q] = [draft[x]!, target[x]!];
    const bar = (side: keyof typeof CENTRES, low: number, high: number, colour: number) =>
      rect(
        frame,
        { x: x + CENTRES[side] - HALF_WIDTH, y: low },
        { x: x + CENTRES[side] + HALF_WIDTH, y: high },
        { colour },
      );
    const overlap = Math.min(p, q);
    return bar("draft", 0, overlap, 0) + bar("draft", overlap, p, 1) +
      bar("target", 0, overlap, 0) + bar("target", overlap, q, 2) +
      words(frame, { x: x + 0.5, y: 0 }, `token ${token}`, { dy: 22 });
  });
  const percent = Math.round(100 * accepted);
  return {
    marks: legend([
      { text: "accepted", colour: 0 },
      { text: "rejected", colour: 1 },
      { text: "residual", colour: 2 },
    ]) + verticalAxis(frame, { label: "probability", ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] }) +
      bars.join("") +
      line(frame, [{ x: 0, y: 0 }, { x: TOKENS.length, y: 0 }], { width: 1 }),
    readings: [
      { label: "accepted, Σ min(p, q)", value: accepted },
      { label: "rejected, total variation", value: totalVariation(draft, target) },
      ...TOKENS.map((token, x) => ({
        label: `token ${token}: accepted with min(1, q/p)`,
        value: draft[x]! === 0 ? 1 : Math.min(1, target[x]! / draft[x]!),
      })),
      ...TOKENS.map((token, x) => ({
        label: `token ${token}: drawn after a rejection`,
        value: accepted === 1 ? 0 : replaced[x]!,
      })),
    ],
    says: accepted === 1
      ? "Draft and target are equal: every token is accepted."
      : `A token of the draft is accepted with probability ${percent} %, the part in which both distributions overlap.`,
  };
}

const sides = [["draft", "p"], ["target", "q"]] as const;

/** Acceptance over two distributions that can be dragged. */
export const exploration: Exploration<TwoDistributions> = {
  id: "02-acceptance",
  title: "Drag the two distributions: what of the draft can be accepted",
  caption:
    "Each token has the draft's bar on the left and the target's on the right. Drag the top of a bar, or choose it and press the arrow keys; the other bars of that distribution make room. What the draft has alone is rejected, and replaced from the residual, which the target has alone. Where draft and target are equal nothing is rejected; where one of them is 0 for every token of the other, everything is.",
  frame,
  start: {
    draft: [...fourTokenExample().draft],
    target: [...fourTokenExample().target],
  },
  controls: Object.fromEntries(
    TOKENS.flatMap((token, x) =>
      sides.map(([side, letter]): [string, Control<TwoDistributions>] => [`${letter}-${token}`, {
        kind: "handle",
        label: `${side}, probability of token ${token}`,
        axis: "y",
        step: 0.01,
        at: (values) => ({ x: x + CENTRES[side], y: values[side][x]! }),
        move: (values, { y }) => ({ ...values, [side]: withProbability(values[side], x, y) }),
        says: (values) => `${values[side][x]!.toFixed(2)}`,
      }])
    ),
  ),
  draw,
};
