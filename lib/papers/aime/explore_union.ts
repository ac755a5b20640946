/**
 * The idea of paper 03 as a figure that can be moved: who is asked, who lies, what all may use together, and what their union
 * detects and falsely alarms.
 *
 * @module
 */
import {
  type Control,
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  rect,
  words,
} from "offprint/notebook/explore/mod.ts";
import { EXPLORED_OPINIONS, EXPLORED_WORK } from "./explored_opinions.ts";
import { unionRate } from "./mixtures.ts";

/** As `PAPER_ROLES`, without what lies around it: this module runs in a browser. */
const NAMES = ["syntax", "logic", "correctness", "readability", "runtime", "redundancy"] as const;

/** What a role does: it looks, it is not asked, or it says the same of every program. */
const MANNERS = ["is asked", "is left out", "approves always", "complains always"] as const;

/** One manner for each role, and what all evaluators may use together. */
interface UnionState {
  /** Multiples of the default. */
  work: number;
  tokens: number;
  [name: string]: number | string;
}

/** Equal programs of the evaluation half. */
interface Kind {
  count: number;
  defective: boolean;
  /** For each role the tokens and the work up to its first error; nothing where it has none. */
  first: readonly ({ tokens: number; work: number } | undefined)[];
}

const KINDS: readonly Kind[] = EXPLORED_OPINIONS.trim().split("\n").map((row) => {
  const [count, kind, ...errors] = row.split(" ");
  const first: ({ tokens: number; work: number } | undefined)[] = NAMES.map(() => undefined);
  for (const error of errors) {
    const [role, tokens, work] = error.split(":").map(Number) as [number, number, number];
    first[role] = { tokens, work };
  }
  return { count: Number(count), defective: kind === "d", first };
});

/** Detection and false alarms, as shares. */
interface Rates {
  EDR: number;
  FAR: number;
}

/** What each role that is asked, and the union of them, make of the evaluation half. */
export function unionRates(
  { work, tokens, ...manners }: UnionState,
): { roles: (Rates | undefined)[]; union: Rates; share: { tokens: number; work: number } } {
  const asked = NAMES.filter((role) => manners[role] !== "is left out").length;
  const share = {
    tokens: Math.floor(tokens / Math.max(1, asked)),
    work: Math.floor(work * EXPLORED_WORK / Math.max(1, asked)),
  };
  const flags = (kind: Kind, role: number): boolean => {
    const error = kind.first[role];
    switch (manners[NAMES[role]!]) {
      case "complains always":
        return true;
      case "is asked":
        return error !== undefined && error.tokens <= share.tokens && error.work <= share.work;
      default:
        return false;
    }
  };
  const rates = (verdict: (kind: Kind) => boolean): Rates => {
    const of = (defective: boolean): number => {
      const group = KINDS.filter((kind) => kind.defective === defective);
      const sum = (kinds: readonly Kind[]): number =>
        kinds.reduce((all, { count }) => all + count, 0);
      return sum(group.filter(verdict)) / sum(group);
    };
    return { EDR: of(true), FAR: of(false) };
  };
  return {
    roles: NAMES.map((role, at) =>
      manners[role] === "is left out" ? undefined : rates((kind) => flags(kind, at))
    ),
    union: rates((kind) => NAMES.some((_, at) => flags(kind, at))),
    share,
  };
}

const ROWS = NAMES.length + 1;

const frame: Frame = {
  width: 390,
  height: 330,
  x: [0, 1],
  y: [ROWS, 0],
  margin: { top: 34, right: 24, bottom: 40, left: 96 },
};

/** Height of a bar, as a share of its row. */
const BAR = 0.36;

function bars(row: number, { EDR, FAR }: Rates): string {
  const bar = (share: number, from: number, colour: number): string =>
    rect(frame, { x: 0, y: row + from }, { x: share, y: row + from + BAR }, { colour });
  return bar(EDR, 0.12, 0) + bar(FAR, 0.12 + BAR, 1);
}

const axis = [0, 0.25, 0.5, 0.75, 1].map((tick) =>
  line(frame, [{ x: tick, y: 0 }, { x: tick, y: ROWS }], { width: 1, opacity: 0.15 }) +
  words(frame, { x: tick, y: ROWS }, `${100 * tick} %`, { dy: 18 })
).join("");

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function draw(state: UnionState): Drawing {
  const { roles, union, share } = unionRates(state);
  const known = roles.filter((rates) => rates !== undefined);
  const independent = {
    EDR: unionRate(known.map(({ EDR }) => EDR)),
    FAR: unionRate(known.map(({ FAR }) => FAR)),
  };
  const named = [...NAMES, "all joined"];
  const rows = [...roles, union].map((rates, row) =>
    words(frame, { x: 0, y: row + 0.5 }, named[row]!, { anchor: "end", dx: -8, dy: 4 }) +
    (rates === undefined
      ? words(frame, { x: 0, y: row + 0.5 }, "left out", { anchor: "start", dx: 6, dy: 4 })
      : bars(row, rates))
  );
  const joined = NAMES.length;
  const marks = legend([
    { text: "detected", colour: 0 },
    { text: "false alarm", colour: 1 },
    { text: "if independent", colour: 2 },
  ]) + axis + rows.join("") +
    dot(frame, { x: independent.EDR, y: joined + 0.12 + BAR / 2 }, 4, { colour: 2 }) +
    dot(frame, { x: independent.FAR, y: joined + 0.12 + 1.5 * BAR }, 4, { colour: 2 });
  const best = Math.max(0, ...known.map(({ EDR }) => EDR));
  return {
    marks,
    readings: [
      { label: "detected by all joined (EDR)", value: union.EDR },
      { label: "false alarms of all joined (FAR)", value: union.FAR },
      { label: "J = EDR − FAR", value: union.EDR - union.FAR },
      { label: "EDR if the roles were independent", value: independent.EDR },
      { label: "steps of work for each role", value: share.work },
      { label: "tokens for each role", value: share.tokens },
    ],
    says: known.length === 0
      ? "Nobody is asked, and nothing is detected."
      : `${known.length} of ${NAMES.length} roles share the budget. Joined they detect ${
        percent(union.EDR)
      } of the defects, the best of them alone ${percent(best)}, and complain about ${
        percent(union.FAR)
      } of the programs that pass every hidden test.`,
  };
}

/** Six roles on the evaluation half: asked, left out, or lying. */
export const exploration: Exploration<UnionState> = {
  id: "03-union",
  title: "Choose who is asked and what they may use: what the union detects",
  caption:
    "Measured on the committed opinions of the evaluation half. Leave roles out and the others have more of the budget; let one approve always and it takes away what it alone detects; let one complain always and both bars of the union are full. The dots are what independent roles of the same rates would reach: where they lie beyond a bar, the roles see the same programs.",
  frame,
  start: {
    work: 1,
    tokens: 3600,
    ...Object.fromEntries(NAMES.map((role) => [role, "is asked"])),
  },
  controls: {
    work: { kind: "range", label: "work together, × default", min: 0.1, max: 6, step: 0.1 },
    tokens: { kind: "range", label: "text together, tokens", min: 60, max: 3600, step: 60 },
    ...Object.fromEntries(
      NAMES.map((role): [string, Control<UnionState>] => [role, {
        kind: "choice",
        label: role,
        options: MANNERS,
      }]),
    ),
  },
  draw,
};
