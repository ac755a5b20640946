/**
 * The values that the parameters of a sweep take, and their combinations.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** A value that a parameter takes. */
export type Parameter = number | string | boolean | null;

/** The values of each parameter. */
export type Axes = Record<string, readonly Parameter[]>;

/** One combination of the parameters. */
export type Point<Over extends Axes> = { [Name in keyof Over]: Over[Name][number] };

/** How axes are written where a mistake in them is told: as the options of a cell, or after `--grid` in a shell. */
export type Writing = "cell" | "shell";

/**
 * An axis as one writes it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { axisText } from "offprint/sweeps/mod.ts";
 *
 * assertEquals(axisText("rule", ["sum", "mean"], "cell"), 'over: { rule: ["sum", "mean"] }');
 * assertEquals(axisText("rule", ["sum", "mean"], "shell"), "--grid 'rule=sum,mean'");
 * ```
 */
export function axisText(name: string, values: readonly Parameter[], writing: Writing): string {
  if (writing === "shell") return `--grid '${name}=${values.join(",")}'`;
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return `over: { ${key}: [${values.map((value) => JSON.stringify(value)).join(", ")}] }`;
}

/** More points than this are refused: a mistake in a range is likelier than the wish. */
const MOST_POINTS = 1_000_000;

/**
 * Numbers from `start` to `stop`, both included where the step meets them: `range(0.3, 0.7, 0.2)` is 0.3, 0.5 and 0.7.
 *
 * @param step Default 1, for ends that lie whole steps apart.
 * @throws {UserError} for a range that never ends, and for one without a step whose end 1 does not meet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { range } from "offprint/sweeps/mod.ts";
 *
 * assertEquals(range(0.3, 0.7, 0.2), [0.3, 0.5, 0.7]);
 * assertEquals(range(8, 2, -3), [8, 5, 2]);
 * ```
 */
export function range(start: number, stop: number, step?: number): number[] {
  if (step === undefined && Number.isFinite(stop - start) && !Number.isInteger(stop - start)) {
    throw new UserError({
      what: `a range from ${start} to ${stop}`,
      got: new Described("no step, and steps of 1 do not lead from one to the other"),
      expected: "a step",
      todo: "Write for example range(0.3, 0.7, 0.2).",
    });
  }
  return inSteps(start, stop, step ?? 1);
}

function inSteps(start: number, stop: number, step: number): number[] {
  const count = (stop - start) / step;
  if (![start, stop, step].every(Number.isFinite) || !(count >= 0 && count < MOST_POINTS)) {
    throw new UserError({
      what: `a range from ${start} to ${stop} in steps of ${step}`,
      got: new Described(step === 0 || !(count < 0) ? "one that never ends" : "one without values"),
      expected:
        `a step that leads from the first number to the last in at most ${MOST_POINTS} steps`,
      todo: "Write for example range(0.3, 0.7, 0.2).",
    });
  }
  // A small allowance, so that 0.7 is met from 0.3 in steps of 0.2; digits beyond the 12th are rounding.
  return Array.from(
    { length: Math.floor(count + 1e-9) + 1 },
    (_, i) => Number((start + i * step).toPrecision(12)),
  );
}

/**
 * `count` numbers from `start` to `stop` whose neighbours have the same ratio.
 *
 * @throws {UserError} unless both ends are above 0 and `count` is a whole number of at least 2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logSpace } from "offprint/sweeps/mod.ts";
 *
 * assertEquals(logSpace(1, 1000, 4), [1, 10, 100, 1000]);
 * ```
 */
export function logSpace(start: number, stop: number, count: number): number[] {
  if (
    !(start > 0 && stop > 0 && Number.isFinite(start) && Number.isFinite(stop)) ||
    !(Number.isInteger(count) && count >= 2 && count < MOST_POINTS)
  ) {
    throw new UserError({
      what: "numbers of equal ratio",
      got: new Described(`${count} numbers from ${start} to ${stop}`),
      expected: "two ends above 0 and a whole number of at least 2",
      todo: "Write for example logSpace(1, 1000, 4).",
    });
  }
  return Array.from(
    { length: count },
    (_, i) => Number((start * (stop / start) ** (i / (count - 1))).toPrecision(12)),
  );
}

/**
 * All combinations, the last parameter changing fastest.
 *
 * @param writing How the axes were written, for messages.
 * @throws {UserError} for an axis without values or with the same value twice, and for too many points.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { combinations } from "offprint/sweeps/mod.ts";
 *
 * assertEquals(combinations({ a: [1, 2], b: ["x"] }), [{ a: 1, b: "x" }, { a: 2, b: "x" }]);
 * ```
 */
export function combinations<const Over extends Axes>(
  over: Over,
  writing: Writing = "cell",
): Point<Over>[] {
  let count = 1;
  for (const [name, values] of Object.entries(over)) {
    const twice = values.find((value, i) => values.findIndex((one) => Object.is(one, value)) < i);
    if (values.length === 0 || twice !== undefined) {
      throw new UserError({
        what: `axis ${name}`,
        got: new Described(values.length === 0 ? "no value" : `${JSON.stringify(twice)} twice`),
        expected: "at least one value, each of them once",
        todo: values.length === 0
          ? `Write for example ${axisText(name, [1, 2, 4], writing)}.`
          : "Leave one of them out.",
      });
    }
    count *= values.length;
  }
  if (count > MOST_POINTS) {
    throw new UserError({
      what: `the axes ${Object.keys(over).join(", ")}`,
      got: new Described(`${count} combinations`),
      expected: `at most ${MOST_POINTS}`,
      todo: "Leave values out.",
    });
  }
  let points: Record<string, Parameter>[] = [{}];
  for (const [name, values] of Object.entries(over)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as Point<Over>[];
}
