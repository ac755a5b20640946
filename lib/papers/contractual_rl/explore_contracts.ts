/**
 * The idea of paper 08 as a figure that can be moved: what a contract makes the agent do, and the cheapest contract for
 * each action as a corner of a polygon.
 *
 * @module
 */
import { ONE_STEP } from "offprint/contracts/instance/mod.ts";
import { leastPayment } from "offprint/contracts/payments/mod.ts";
import {
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  type Point,
  verticalAxis,
  words,
} from "offprint/notebook/explore/mod.ts";
import { cutConvex } from "./simplex_map.ts";

/** What is moved. */
interface ContractState {
  /** Payments on the middle and on the best outcome; the worst one is not paid. */
  contract: readonly number[];
  /** What costs of actions are multiplied with. */
  costs: number;
  /** Name of the action that the principal wants. */
  wanted: string;
  [name: string]: readonly number[] | number | string;
}

const { laws, rewards, actions } = ONE_STEP;
const MOST = 1.2;

const frame: Frame = {
  width: 390,
  height: 350,
  x: [0, MOST],
  y: [0, MOST],
  margin: { top: 56, right: 12, bottom: 44, left: 44 },
};

/** Utilities closer than this are a tie, which goes to the principal. */
const TIE = 1e-9;

const expected = (law: readonly number[], values: readonly number[]): number =>
  law.reduce((sum, p, i) => sum + p * values[i]!, 0);

/** What the agent does under a contract, and what it is worth to both. */
export interface Answer {
  action: number;
  /** Payment less cost of each action. */
  utilities: number[];
  /** Expected payment of the action. */
  paid: number;
  /** What is left for the principal. */
  kept: number;
}

/**
 * The agent's answer in the one-step example; a tie goes to the principal.
 *
 * @param contract payments on the three outcomes
 * @param scale what the costs of the actions are multiplied with
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { answerTo } from "offprint/papers/contractual_rl/mod.ts";
 *
 * assertEquals(answerTo([0, 0, 0.6], 1).action, 2); // full effort
 * assertEquals(answerTo([0, 0, 0.5], 1).action, 0);
 * ```
 */
export function answerTo(contract: readonly number[], scale: number): Answer {
  const utilities = laws.map((law, a) => expected(law, contract) - scale * ONE_STEP.costs[a]!);
  const kept = laws.map((law) => expected(law, rewards) - expected(law, contract));
  const most = Math.max(...utilities);
  const tied = actions.map((_, a) => a).filter((a) => utilities[a]! >= most - TIE);
  const action = tied.reduce((best, a) => kept[a]! > kept[best]! ? a : best);
  return { action, utilities, paid: expected(laws[action]!, contract), kept: kept[action]! };
}

const pointOf = ([, x, y]: ArrayLike<number> & Iterable<number>): Point => ({ x: x!, y: y! });
const full = ([middle, best]: readonly number[]): number[] => [0, middle!, best!];

const SQUARE = [[0, 0, 0], [0, MOST, 0], [0, MOST, MOST], [0, 0, MOST]];

/** The part of a convex set of contracts under which no action is better for the agent than `action`. */
function inducing(action: number, scale: number, corners: number[][]): Point[] {
  let kept = corners;
  laws.forEach((other, b) => {
    if (b === action) return;
    const gap = scale * (ONE_STEP.costs[action]! - ONE_STEP.costs[b]!);
    kept = cutConvex(
      kept,
      (contract) => expected(laws[action]!, contract) - expected(other, contract) - gap,
    );
  });
  return kept.map(pointOf);
}

/** Rows of hatching. */
const ROWS = 30;

/** The contracts of the picture that induce an action: hatched, with a border. */
function region(action: number, scale: number, width: number): string {
  const corners = inducing(action, scale, SQUARE);
  if (corners.length < 3) return "";
  const rows = Array.from({ length: ROWS }, (_, i) => (i + 0.5) / ROWS * MOST).map((y) => {
    const ends = inducing(action, scale, [[0, 0, y], [0, MOST, y]]).map(({ x }) => x);
    if (ends.length === 0) return "";
    const row = [{ x: Math.min(...ends), y }, { x: Math.max(...ends), y }];
    return line(frame, row, { colour: action, width: 4, opacity: 0.45 });
  });
  return rows.join("") + line(frame, [...corners, corners[0]!], { colour: action, width });
}

/** The contracts of the picture that cost as much as `zeta` while the agent takes an action. */
function sameCost([, middle, best]: readonly number[], zeta: number): Point[] {
  const [x, y] = [zeta / middle!, zeta / best!];
  return [
    x <= MOST ? { x, y: 0 } : { x: MOST, y: (zeta - middle! * MOST) / best! },
    y <= MOST ? { x: 0, y } : { x: (zeta - best! * MOST) / middle!, y: MOST },
  ];
}

function draw({ contract, costs: scale, wanted }: ContractState): Drawing {
  const want = Math.max(0, (actions as readonly string[]).indexOf(wanted));
  const costs = ONE_STEP.costs.map((cost) => scale * cost);
  const least = leastPayment({ laws: laws.map((law) => [...law]), costs, action: want });
  if (!least.feasible) throw new Error(`no contract induces ${wanted}`);
  const { action, utilities, paid, kept } = answerTo(full(contract), scale);
  const cheapest = pointOf(least.contract);
  const worth = expected(laws[want]!, rewards);
  const shown = cheapest.x <= MOST && cheapest.y <= MOST;
  const regions = actions.map((_, a) => region(a, scale, a === want ? 3 : 1));
  const paidNow = `${contract.map((pay) => pay.toFixed(2)).join(" and ")}`;
  return {
    marks: legend(actions.map((text, colour) => ({ text, colour }))) +
      verticalAxis(frame, { label: "payment on the best outcome", ticks: [0, 0.4, 0.8, 1.2] }) +
      regions.join("") +
      [0, 0.4, 0.8, 1.2].map((x) => words(frame, { x, y: 0 }, String(x), { dy: 18 })).join("") +
      words(frame, { x: MOST, y: 0 }, "payment on the middle outcome", { anchor: "end", dy: 38 }) +
      (least.zeta > 0 ? line(frame, sameCost(laws[want]!, least.zeta), { dashed: true }) : "") +
      (shown
        ? dot(frame, cheapest, 5) +
          words(frame, cheapest, "cheapest", { anchor: "start", dx: 9, dy: -7 })
        : ""),
    readings: [
      ...actions.map((name, a) => ({ label: `agent, ${name}`, value: utilities[a]! })),
      { label: "expected payment", value: paid },
      { label: "left for the principal", value: kept },
      { label: "least expected payment ζ for the wanted action", value: least.zeta },
      { label: "the agent's rent there", value: least.rent },
      { label: "left for the principal there", value: worth - least.zeta },
    ],
    says: `With payments of ${paidNow} the agent's choice is: ${actions[action]}. ` +
      `The cheapest contract for ${actions[want]} pays ${
        [...least.contract].slice(1).map((pay) => pay.toFixed(2)).join(" and ")
      }.`,
  };
}

const within = (value: number): number => Math.min(MOST, Math.max(0, value));

/** A contract to be dragged, and what it induces. */
export const exploration: Exploration<ContractState> = {
  id: "08-contracts",
  title: "Drag the contract: what does it make the agent do?",
  caption:
    "Three outcomes are worth 0, ½ and 1; nothing is paid on the worst one. Drag the ring, or choose it and press the arrow keys. Every colour is the set of contracts that induce one action, a polygon, because the agent's comparisons are linear. Contracts on the dashed line cost the principal as much as the cheapest one for the wanted action, if the agent takes it: the line touches that action's polygon at a corner, and a linear program finds it. Dearer actions move their polygons up.",
  frame,
  start: { contract: [0.3, 0.7], costs: 1, wanted: "full effort" },
  controls: {
    wanted: { kind: "choice", label: "wanted action", options: actions },
    costs: { kind: "range", label: "costs of actions, times", min: 0.5, max: 2, step: 0.1 },
    contract: {
      kind: "handle",
      label: "contract: payments on the middle and the best outcome",
      axis: "both",
      step: 0.05,
      at: ({ contract }) => ({ x: contract[0]!, y: contract[1]! }),
      move: (values, { x, y }) => ({ ...values, contract: [within(x), within(y)] }),
      says: ({ contract }) => contract.map((pay) => pay.toFixed(2)).join(" and "),
    },
  },
  draw,
};
