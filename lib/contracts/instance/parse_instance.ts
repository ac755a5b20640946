/**
 * The JSON form of an instance and its validation: every complaint names the step, state and action.
 *
 * @module
 */
import { z } from "zod";
import { expectedBy, valueAt } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { type Instance, placeOf } from "./instance.ts";

/** How far a row of `P` may be from summing to 1. */
const ROW_SUM_TOLERANCE = 1e-12;

const numbers = z.array(z.number());
const grid = z.array(numbers);

/**
 * An instance as JSON: nested arrays indexed from 0, `P[h][s][a][s′]`, `c[h][s][a]`, and rewards
 * `r[h][s][s′]` (on the transition) or `r[h][s][a][s′]`.
 */
const instanceSchema = z.strictObject({
  name: z.string().default("instance"),
  P: z.array(z.array(grid)).min(1),
  r: z.array(z.array(z.union([numbers, grid]))),
  c: z.array(grid),
  cap: z.number().nullable().default(null),
  concept: z.enum(["recursive", "markov", "myopic"]).default("recursive"),
  agent: z.enum(["farsighted", "myopic"]).optional(),
  deltaA: z.number().min(0).max(1).default(1),
  deltaP: z.number().min(0).max(1).default(1),
  start: z.int().min(0).default(0),
  labels: z.strictObject({
    states: z.array(z.array(z.string())).optional(),
    actions: z.array(z.string()).optional(),
  }).default({}),
});

/** What {@linkcode parseInstance} reads. `cap: null` (or none) means payments are not capped. */
export type InstanceJson = z.input<typeof instanceSchema>;

/**
 * Reads and checks an instance.
 *
 * @param json the parsed JSON
 * @param source what messages call it, for example a file name
 * @throws {UserError} naming the field and `(h, s, a)`: wrong shape, a row that does not sum to 1
 * within 1e-12, a negative probability or cost, a cost of action 0, a cap that is not positive.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parseInstance } from "offprint/contracts/instance/mod.ts";
 *
 * const coin = { P: [[[[0.9, 0.1], [0.2, 0.8]], [[1, 0], [1, 0]]]], r: [[[0, 1], [0, 1]]], c: [[[0, 0.1], [0, 0]]] };
 * assertEquals(parseInstance(coin).m, 2);
 * coin.P[0]![0]![1] = [0.2, 0.7];
 * assertThrows(() => parseInstance(coin, "coin.json"), Error, "coin.json: P[0][0][1] at (h=1, s=0, a=1)");
 * ```
 */
export function parseInstance(json: unknown, source = "instance"): Instance {
  const parsed = instanceSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError({
      what: `${source}: ${fieldOf(issue.path)}`,
      got: valueAt(json, issue.path),
      expected: expectedBy(issue),
      todo: "See InstanceJson for the format.",
    });
  }
  const data = parsed.data;
  const checks = checksOf(source);
  const tables = checkedTables(data, checks);
  const { n, m } = tables;
  if (data.cap !== null && !(data.cap > 0)) {
    checks.complain("cap", data.cap, "a number above 0, or null");
  }
  if (data.start >= n) checks.complain("start", data.start, `a state from 0 to ${n - 1}`);
  const agent = checkedAgent(data, checks);
  if (data.labels.actions !== undefined) {
    checks.sized("labels.actions", data.labels.actions, m, "action");
  }
  data.labels.states?.forEach((names, h) => {
    checks.sized(`labels.states[${h}]`, names, n, "state");
  });
  return {
    name: data.name,
    ...tables,
    cap: data.cap ?? Infinity,
    concept: data.concept,
    agent,
    deltaA: data.deltaA,
    deltaP: data.deltaP,
    start: data.start,
    labels: data.labels,
  };
}

/** An instance's JSON after the schema: of the right types, but its arrays may not fit each other. */
type ParsedInstance = z.output<typeof instanceSchema>;

/** How the checks below complain; every message names the source. */
interface Checks {
  /** Throws. */
  complain(what: string, got: unknown, expected: string, todo?: string): never;
  /** Complains unless the list has `size` entries. */
  sized(what: string, list: readonly unknown[], size: number, of: string): void;
}

function checksOf(source: string): Checks {
  const complain = (what: string, got: unknown, expected: string, todo?: string): never => {
    throw new UserError({
      what: `${source}: ${what}`,
      got,
      expected,
      ...(todo === undefined ? {} : { todo }),
    });
  };
  return {
    complain,
    sized: (what, list, size, of) => {
      if (list.length !== size) {
        complain(what, `${list.length} entries`, `${size}, one for each ${of}`);
      }
    },
  };
}

/** `P`, `r` and `c` as the flat arrays of an instance, every row checked on the way. */
function checkedTables(
  data: ParsedInstance,
  checks: Checks,
): Pick<Instance, "H" | "n" | "m" | "P" | "r" | "c"> {
  const { complain, sized } = checks;
  const H = data.P.length;
  const n = data.P[0]!.length;
  const m = data.P[0]![0]?.length ?? 0;
  if (n === 0 || m === 0) {
    complain(
      "P",
      new Described(`${n} states and ${m} actions`),
      "at least one state and one action",
    );
  }
  const P = new Float64Array(H * n * m * n);
  const r = new Float64Array(H * n * m * n);
  const c = new Float64Array(H * n * m);
  sized("r", data.r, H, "step");
  sized("c", data.c, H, "step");
  for (let h = 0; h < H; h++) {
    sized(`P[${h}]`, data.P[h]!, n, "state");
    sized(`r[${h}]`, data.r[h]!, n, "state");
    sized(`c[${h}]`, data.c[h]!, n, "state");
    for (let s = 0; s < n; s++) {
      sized(`P[${h}][${s}] at ${placeOf(h, s)}`, data.P[h]![s]!, m, "action");
      sized(`c[${h}][${s}] at ${placeOf(h, s)}`, data.c[h]![s]!, m, "action");
      const rewards = data.r[h]![s]!;
      // Rewards that do not depend on the action are given once, and every action gets the same row.
      const byAction = Array.isArray(rewards[0]);
      sized(
        `r[${h}][${s}] at ${placeOf(h, s)}`,
        rewards,
        byAction ? m : n,
        byAction ? "action" : "next state",
      );
      for (let a = 0; a < m; a++) {
        const distribution = data.P[h]![s]![a]!;
        checkDistribution(distribution, n, h, s, a, checks);
        const cost = data.c[h]![s]![a]!;
        checkCost(cost, h, s, a, checks);
        const row = byAction ? (rewards as number[][])[a]! : rewards as number[];
        sized(`r[${h}][${s}][${a}] at ${placeOf(h, s, a)}`, row, n, "next state");
        const at = (h * n + s) * m + a;
        P.set(distribution, at * n);
        r.set(row, at * n);
        c[at] = cost;
      }
    }
  }
  return { H, n, m, P, r, c };
}

/** Complains unless `P[h][s][a]` is a distribution over the n states. */
function checkDistribution(
  distribution: readonly number[],
  n: number,
  h: number,
  s: number,
  a: number,
  { complain, sized }: Checks,
): void {
  const place = placeOf(h, s, a);
  sized(`P[${h}][${s}][${a}] at ${place}`, distribution, n, "next state");
  distribution.forEach((p, next) => {
    if (!(p >= 0)) complain(`P[${h}][${s}][${a}][${next}] at ${place}`, p, "a probability ≥ 0");
  });
  const sum = distribution.reduce((total, p) => total + p, 0);
  if (!(Math.abs(sum - 1) <= ROW_SUM_TOLERANCE)) {
    complain(
      `P[${h}][${s}][${a}] at ${place}`,
      new Described(`a row that sums to ${sum}`),
      `a row that sums to 1 within ${ROW_SUM_TOLERANCE}`,
      "Divide the row by its sum.",
    );
  }
}

/** Complains about a negative cost, and about a cost of the agent's free action. */
function checkCost(cost: number, h: number, s: number, a: number, { complain }: Checks): void {
  const place = placeOf(h, s, a);
  if (!(cost >= 0)) complain(`c[${h}][${s}][${a}] at ${place}`, cost, "a cost ≥ 0");
  if (a === 0 && cost !== 0) {
    complain(
      `c[${h}][${s}][0] at ${place}`,
      cost,
      "0, since action 0 is the agent's free action",
      "Subtract this cost from all actions of the state, or add a free action 0.",
    );
  }
}

/** The agent as given, or the one that goes with the concept; complains when the two do not fit. */
function checkedAgent(data: ParsedInstance, { complain }: Checks): Instance["agent"] {
  const agent = data.agent ?? (data.concept === "myopic" ? "myopic" : "farsighted");
  if (data.concept !== "recursive" && (data.concept === "myopic") !== (agent === "myopic")) {
    complain(
      "agent",
      agent,
      data.concept === "myopic" ? "myopic with this concept" : "farsighted with this concept",
      "Leave agent out, or use concept recursive.",
    );
  }
  return agent;
}

/** The JSON form of an instance; `parseInstance(instanceToJson(i))` has the same arrays. */
export function instanceToJson(instance: Instance): InstanceJson {
  const { H, n, m } = instance;
  const rows = <T>(count: number, of: (i: number) => T) =>
    Array.from({ length: count }, (_, i) => of(i));
  const row = (array: Float64Array, at: number, size: number) => [
    ...array.subarray(at * size, at * size + size),
  ];
  return {
    name: instance.name,
    P: rows(H, (h) => rows(n, (s) => rows(m, (a) => row(instance.P, (h * n + s) * m + a, n)))),
    r: rows(H, (h) => rows(n, (s) => rows(m, (a) => row(instance.r, (h * n + s) * m + a, n)))),
    c: rows(H, (h) => rows(n, (s) => row(instance.c, h * n + s, m))),
    cap: Number.isFinite(instance.cap) ? instance.cap : null,
    concept: instance.concept,
    agent: instance.agent,
    deltaA: instance.deltaA,
    deltaP: instance.deltaP,
    start: instance.start,
    labels: {
      ...(instance.labels.states === undefined
        ? {}
        : { states: instance.labels.states.map((names) => [...names]) }),
      ...(instance.labels.actions === undefined ? {} : { actions: [...instance.labels.actions] }),
    },
  };
}

/** `P[0][1][2] at (h=1, s=1, a=2)` for a path that leads below P, r or c. */
function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the whole";
  const [field, h, s, a] = path;
  const text = String(field) +
    path.slice(1).map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`).join(
      "",
    );
  if (field !== "P" && field !== "r" && field !== "c") return text;
  if (typeof h !== "number" || typeof s !== "number") return text;
  return `${text} at ${placeOf(h, s, typeof a === "number" && field !== "r" ? a : undefined)}`;
}
