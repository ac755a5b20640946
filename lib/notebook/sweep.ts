/**
 * Ablations in one cell: every combination of some parameters, with progress, as a table.
 *
 * @module
 */
import { messageOf } from "offprint/errors.ts";
import { progress } from "./progress.ts";
import { type Row, Table } from "./output/table.ts";
import { valueKey } from "./value_key.ts";

/** A value that a parameter takes. */
export type Parameter = number | string | boolean | null;

/** One combination of the parameters. */
export type Point<Over extends Record<string, readonly Parameter[]>> = {
  [Name in keyof Over]: Over[Name][number];
};

/** A row of a sweep: the point, and what its run returned or the error it ended with. */
export type SweepRow<Over extends Record<string, readonly Parameter[]>, Result> =
  & Point<Over>
  & Partial<Result>
  & { error?: string };

/** Options of {@linkcode sweep}. */
export interface SweepOptions<
  Over extends Record<string, readonly Parameter[]>,
  Result extends Row,
> {
  /** Names the sweep in its progress and caption, and keeps its points apart from other sweeps'. */
  name: string;
  /** The values of each parameter; all combinations are run, the last parameter changing fastest. */
  over: Over;
  /** Measures one point; its fields become columns. */
  run(point: Point<Over>, seed: number): Result | Promise<Result>;
  /** Handed to `run`; by default 1. */
  seed?: number;
  /**
   * Says that a result hangs on the point, the seed and what is given here, and on nothing else: no
   * variable of another cell, unless it is listed (`{}` when there is none). Then points that ran
   * earlier in this kernel session with the same name, seed, function text and values are kept, and
   * widening a sweep costs only what is new. Numbers, text, lists and plain objects of them count by
   * their value, other objects by which object they are. Without it every point is run, so that no
   * change elsewhere is missed.
   */
  depends?: unknown;
}

/** The results of this session by name, seed, code, dependencies and point. */
const kept = new Map<string, Row>();

/**
 * Runs a function at every combination of some parameters, one after the other, and returns a table
 * with one row per point. Every call runs every point, so that a variable changed in another cell shows;
 * only a sweep that declares what it hangs on (`depends`) keeps points of this session.
 *
 * A point that throws becomes a row whose `error` says why, and the caption counts such rows.
 *
 * @throws {RangeError} when there is no point to run.
 * @throws {Error} when every point failed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sweep } from "offprint/notebook/sweep.ts";
 *
 * const squares = await sweep({
 *   name: "squares",
 *   over: { base: [2, 3], power: [1, 2] },
 *   run: ({ base, power }) => ({ value: base ** power }),
 * });
 * assertEquals(squares.rows[3], { base: 3, power: 2, value: 9 });
 * ```
 */
export async function sweep<
  const Over extends Record<string, readonly Parameter[]>,
  Result extends Row,
>(options: SweepOptions<Over, Result>): Promise<Table<SweepRow<Over, Result>>> {
  const { name, over, seed = 1, depends } = options;
  const points = combinations(over);
  if (points.length === 0) {
    throw new RangeError(`sweep ${name}: got a parameter without values, expected at least one`);
  }
  const steps = progress(name, points.length);
  const rows: SweepRow<Over, Result>[] = [];
  let reused = 0;
  for (const point of points) {
    const key = depends === undefined
      ? undefined
      : valueKey([name, seed, options.run.toString(), depends, point]);
    let result = key === undefined ? undefined : kept.get(key) as Result | undefined;
    if (result !== undefined) reused++;
    else {
      try {
        result = await options.run({ ...point }, seed);
        if (key !== undefined) kept.set(key, result);
      } catch (error) {
        // A point that fails is a row of the table; the others still count.
        rows.push({ ...point, error: messageOf(error) } as SweepRow<Over, Result>);
      }
    }
    if (result !== undefined) rows.push({ ...point, ...result });
    steps.tick();
  }
  const failed = rows.filter((row) => row.error !== undefined);
  if (failed.length === rows.length) {
    throw new Error(
      `sweep ${name}: all ${rows.length} points failed, the first: ${rows[0]!.error}`,
    );
  }
  const caption = [
    name,
    ...(failed.length === 0 ? [] : [`${failed.length} of ${rows.length} points failed`]),
    ...(reused === 0 ? [] : [`${reused} points kept from earlier in this session`]),
  ].join("; ");
  return new Table(rows, { caption });
}

function combinations<Over extends Record<string, readonly Parameter[]>>(
  over: Over,
): Point<Over>[] {
  let points: Record<string, Parameter>[] = [{}];
  for (const [name, values] of Object.entries(over)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as Point<Over>[];
}
