/**
 * What paper 07's headline can support, as a figure that can be moved: how two models share their problems, and what
 * McNemar's exact test says of it.
 *
 * @module
 */
import {
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  type Range,
  rect,
  words,
} from "offprint/notebook/explore/mod.ts";
import { mcnemarExact } from "offprint/problems/mod.ts";
import { wilson } from "offprint/stats.ts";

/** What is moved: how many problems each of the two models solves. */
interface SharedProblems {
  both: number;
  onlyFirst: number;
  onlySecond: number;
  neither: number;
  [name: string]: number;
}

const frame: Frame = {
  width: 390,
  height: 330,
  x: [0, 1],
  y: [0, 1],
  margin: { top: 34, right: 12, bottom: 30, left: 12 },
};

/** Squares of one row. */
const ROW = 34;
/** Where the parts of the picture stand, from 0 at the bottom. */
const SQUARES_TOP = 1;
const SQUARE = 0.036;
const RATES = [0.72, 0.63];
const RATE_AXIS = 0.55;
const SPLITS_TOP = 0.43;

/** Probability of each split of `n` deciding problems if either model is as likely to win one. */
function evenSplits(n: number): number[] {
  const splits = [0.5 ** n];
  for (let k = 1; k <= n; k++) splits.push(splits[k - 1]! * (n - k + 1) / k);
  return splits;
}

/**
 * How many problems the first model must solve alone, where the second has `onlySecond` of its own, before McNemar's exact
 * test gives less than `level`.
 *
 * @example Against none the other way, six.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { neededAlone } from "offprint/papers/chipgpt_ft/mod.ts";
 *
 * assertEquals(neededAlone(0), 6);
 * ```
 */
export function neededAlone(onlySecond: number, level = 0.05): number {
  let needed = onlySecond + 1;
  while (mcnemarExact(needed, onlySecond) >= level) needed++;
  return needed;
}

function squares(values: SharedProblems): string {
  const { both, onlyFirst, onlySecond, neither } = values;
  const kinds = [
    ...Array<number>(both).fill(0),
    ...Array<number>(onlyFirst).fill(1),
    ...Array<number>(onlySecond).fill(2),
    ...Array<number>(neither).fill(3),
  ];
  return kinds.map((kind, i) => {
    const [column, row] = [i % ROW, Math.floor(i / ROW)];
    const [x, y] = [column / ROW, SQUARES_TOP - row * (SQUARE + 0.008)];
    const corner = { x: x + 0.8 / ROW, y: y - SQUARE };
    return kind === 3
      ? rect(frame, { x, y }, corner, { opacity: 0.2 })
      : rect(frame, { x, y }, corner, { colour: kind });
  }).join("");
}

/** A share of problems with its interval. */
function rate(name: string, solved: number, total: number, colour: 1 | 2): string {
  const { low, high, estimate } = wilson(solved, total);
  const y = RATES[colour - 1]!;
  // On the side where there is room.
  const label = low > 0.2
    ? words(frame, { x: low, y }, name, { anchor: "end", dx: -8, dy: 4 })
    : words(frame, { x: high, y }, name, { anchor: "start", dx: 8, dy: 4 });
  return label + line(frame, [{ x: low, y }, { x: high, y }], { colour, width: 3 }) +
    dot(frame, { x: estimate, y }, 6, { colour });
}

function draw(values: SharedProblems): Drawing {
  const { both, onlyFirst, onlySecond, neither } = values;
  const total = both + onlyFirst + onlySecond + neither;
  const deciding = onlyFirst + onlySecond;
  const [first, second] = [both + onlyFirst, both + onlySecond];
  const p = mcnemarExact(onlyFirst, onlySecond);
  const splits = evenSplits(deciding);
  const own = Math.max(onlyFirst, onlySecond);
  const highest = Math.max(...splits);
  const width = 1 / (deciding + 1);
  const bars = splits.map((probability, k) =>
    rect(
      frame,
      { x: (k + 0.08) * width, y: 0 },
      { x: (k + 0.92) * width, y: SPLITS_TOP * 0.8 * probability / highest },
      Math.max(k, deciding - k) >= own ? { colour: 3 } : { opacity: 0.25 },
    )
  );
  const spread = wilson(first, total), other = wilson(second, total);
  const ticks = [0, 0.5, 1].map((x) =>
    words(frame, { x, y: RATE_AXIS }, `${100 * x} %`, {
      dy: 4,
      anchor: x === 0 ? "start" : x === 1 ? "end" : "middle",
    })
  );
  const named = (x: number, text: string, anchor: "start" | "end") =>
    words(frame, { x, y: 0 }, text, { dy: 18, anchor });
  return {
    marks: legend([
      { text: "both", colour: 0 },
      { text: "only the first", colour: 1 },
      { text: "only the second", colour: 2 },
    ], 4) + squares(values) +
      rate("first", first, total, 1) + rate("second", second, total, 2) + ticks.join("") +
      words(frame, { x: 0, y: SPLITS_TOP }, "deciding problems that the first wins, by chance", {
        anchor: "start",
        dy: 2,
      }) + bars.join("") + line(frame, [{ x: 0, y: 0 }, { x: 1, y: 0 }], { width: 1 }) +
      named(0, "none", "start") + named(1, `all ${deciding}`, "end"),
    readings: [
      { label: "problems", value: total },
      { label: "first model solves, share", value: first / total },
      { label: "95 % interval from", value: spread.low },
      { label: "up to", value: spread.high },
      { label: "second model solves, share", value: second / total },
      { label: "95 % interval from", value: other.low },
      { label: "up to", value: other.high },
      { label: "problems that decide", value: deciding },
      { label: "McNemar's exact p", value: p },
      { label: "alone by the first for p < 0.05", value: neededAlone(onlySecond) },
    ],
    says: `${first} against ${second} of ${total}: ${
      deciding === 0
        ? "no problem decides between the models."
        : `a split at least as uneven has probability ${p.toPrecision(2)} if both are equally good.`
    }`,
  };
}

const count = (label: string, min = 0): Range => ({
  kind: "range",
  label,
  min,
  max: 40,
  step: 1,
});

/** Problems that two models share. */
export const exploration: Exploration<SharedProblems> = {
  id: "07-problems",
  title: "Twelve problems against ten: what does the difference show?",
  caption:
    "The start is what the paper's table says of its 17 problems. Every square is a problem, grey where neither model solves it. Below are the shares that each model solves, with their intervals, which overlap. Only the problems that one model solves and the other does not can tell them apart: the bars are the splits of those that chance would make, the coloured ones at least as uneven as this one. Move the counts: what both or neither solve changes the shares and never p. Where the second model wins none, six problems that the first solves alone are enough, whether of 17 or of 80.",
  frame,
  // Table 5, the 17 problems of Thakur et al.: ours-13B and the model of Thakur et al.
  start: { both: 9, onlyFirst: 3, onlySecond: 1, neither: 4 },
  controls: {
    both: count("both solve"),
    onlyFirst: count("only the first"),
    onlySecond: count("only the second"),
    neither: count("neither", 1),
  },
  draw,
};
