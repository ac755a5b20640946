/**
 * What came of a sweep: a table with means and intervals, from which figures, comparisons and files are made.
 *
 * @module
 */
import { type MeanInterval, meanInterval } from "offprint/stats.ts";
import { csvLine } from "offprint/csv.ts";
import type { Axes, Parameter, Point } from "offprint/sweeps/axes.ts";
import { type Row, Table } from "./output/table.ts";
import type { Figure } from "./figures/figure.ts";
import { drawSweep, type SweepFigureOptions } from "./sweep_figure.ts";

/** Half widths of the 95 % intervals of numeric results; there where a point ran with several seeds. */
export type HalfWidths<Result> = {
  [Name in keyof Result & string as Result[Name] extends number ? `${Name} ±` : never]?: number;
};

/** A row of a sweep: the point, and what its runs returned on average or the error that one ended with. */
export type SweepRow<Over extends Axes, Result> =
  & Point<Over>
  & Partial<Result>
  & HalfWidths<Result>
  & { error?: string };

/** One run of a point. */
export interface SweepRun<Over extends Axes, Result> {
  point: Point<Over>;
  seed: number;
  /** Nothing where it failed. */
  result?: Result;
  /** Why it failed. */
  error?: string;
}

/** What a {@linkcode SweepTable} is made of. */
export interface SweepOutcome<Over extends Axes, Result> {
  name: string;
  over: Over;
  /** The seeds of every point. */
  seeds: readonly number[];
  /** Every point with every seed, seeds changing fastest. */
  runs: readonly SweepRun<Over, Result>[];
  /** Sentences for the caption. */
  notes?: readonly string[];
  /** Runs whose results were there already. */
  kept?: number;
}

/** The results of a sweep, one row a point. */
export class SweepTable<Over extends Axes = Axes, Result extends object = Row>
  extends Table<SweepRow<Over, Result>> {
  constructor(
    /** All that was run, with every seed. */
    readonly outcome: SweepOutcome<Over, Result>,
  ) {
    const { name, seeds, notes = [] } = outcome;
    const rows = rowsOf(outcome);
    const failed = rows.filter(({ error }) => error !== undefined).length;
    const several = seeds.length > 1;
    super(rows, {
      caption: [
        name,
        ...(several ? [`means of ${seeds.length} seeds, ± half of the 95 % interval`] : []),
        ...(failed === 0 ? [] : [`${failed} of ${rows.length} points failed`]),
        ...notes,
      ].join("; "),
    });
  }

  /** Names of the results that are numbers, in the order of the first run that has them. */
  get measures(): string[] {
    const names = new Set<string>();
    for (const { result } of this.outcome.runs) {
      for (const [name, value] of Object.entries(result ?? {})) {
        if (typeof value === "number") names.add(name);
      }
    }
    return [...names];
  }

  /**
   * Differences from a baseline, paired by seed: each point less the point that has the baseline's values and is the
   * same otherwise. `compare({ method: "constant" })` sets every method beside the constant one, other axes being equal;
   * with a value for each axis everything is compared with one point. A difference whose interval leaves out 0 is one
   * that seeds do not explain.
   *
   * @throws {RangeError} for a baseline that is no part of a point of this sweep.
   */
  compare(baseline: Partial<Point<Over>>): SweepTable<Over, Result> {
    const { name, over, seeds, runs } = this.outcome;
    for (const [axis, value] of Object.entries(baseline)) {
      if (over[axis]?.some((one) => Object.is(one, value))) continue;
      throw new RangeError(
        `compare: got ${axis} = ${value}, expected a value of this sweep: ${
          over[axis]?.join(", ") ?? `axes are ${Object.keys(over).join(", ")}`
        }`,
      );
    }
    const byPoint = new Map(runs.map((run) => [keyOf(run.point, run.seed), run]));
    const differences = runs.map((run): SweepRun<Over, Result> => {
      const { point, seed, result } = run;
      const from = byPoint.get(keyOf({ ...point, ...baseline }, seed))!;
      if (result === undefined) return run;
      if (from.result === undefined) return { point, seed, error: `baseline: ${from.error}` };
      const base = from.result as Record<string, unknown>;
      const numbers = Object.entries(result).filter(([field, value]) =>
        typeof value === "number" && typeof base[field] === "number"
      );
      const less = numbers.map(([field, value]) => [field, value - (base[field] as number)]);
      return { point, seed, result: Object.fromEntries(less) };
    });
    const shown = Object.entries(baseline).map(([axis, value]) => `${axis} = ${value}`).join(", ");
    return new SweepTable({
      name: `${name}, less ${shown}`,
      over,
      seeds,
      runs: differences,
      ...(seeds.length > 1 ? { notes: ["differences are paired by seed"] } : {}),
    });
  }

  /**
   * A figure: a line with its band for one axis, a heat map for two, one for each value of the third. The measure is the
   * first result that is a number unless another is named.
   */
  figure(options: SweepFigureOptions = {}): Figure {
    return drawSweep(this, options);
  }

  /** The rows with all digits, as comma-separated values with a line of names. */
  toCSV(): string {
    const names = [...new Set(this.rows.flatMap((row) => Object.keys(row)))];
    const lines = this.rows.map((row) => names.map((name) => (row as Row)[name]));
    return [names, ...lines].map(csvLine).join("");
  }

  /** Axes, seeds, rows, and every run; `JSON.stringify` calls it. */
  toJSON(): unknown {
    const { name, over, seeds, runs } = this.outcome;
    return { name, axes: over, seeds, rows: this.rows, runs };
  }
}

/** A text that runs of equal points and seeds share, whatever the order of their parameters. */
function keyOf(point: Readonly<Record<string, Parameter>>, seed: number): string {
  const fields = Object.entries(point).sort(([a], [b]) => a < b ? -1 : 1);
  return fields.map(([name, value]) => `${name} ${typeof value} ${value}`).join("\n") + `\n${seed}`;
}

function rowsOf<Over extends Axes, Result extends object>(
  { seeds, runs }: SweepOutcome<Over, Result>,
): SweepRow<Over, Result>[] {
  const rows: SweepRow<Over, Result>[] = [];
  for (let at = 0; at < runs.length; at += seeds.length) {
    const own = runs.slice(at, at + seeds.length);
    const failed = own.filter(({ error }) => error !== undefined);
    const about = seeds.length === 1
      ? failed[0]?.error
      : `seed ${failed[0]?.seed}: ${failed[0]?.error}${
        failed.length > 1 ? ` (and ${failed.length - 1} more seeds)` : ""
      }`;
    const found = failed.length > 0
      ? { error: about }
      : averaged(own.map(({ result }) => result as Record<string, unknown>));
    rows.push({ ...own[0]!.point, ...found } as SweepRow<Over, Result>);
  }
  return rows;
}

/** Means and half widths of numbers; other values where all seeds agree, else the list of them. */
function averaged(results: readonly Record<string, unknown>[]): Record<string, unknown> {
  if (results.length === 1) return results[0]!;
  const row: Record<string, unknown> = {};
  for (const name of new Set(results.flatMap((result) => Object.keys(result)))) {
    const values = results.map((result) => result[name]);
    if (values.every((value) => typeof value === "number")) {
      const { mean, high }: MeanInterval = meanInterval(values as number[]);
      row[name] = mean;
      row[`${name} ±`] = high - mean;
    } else {
      const different = [
        ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
      ];
      row[name] = different.length === 1 ? different[0] : different;
    }
  }
  return row;
}
