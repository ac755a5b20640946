/**
 * Conditions on a few input bits, in one form for each function: what a state diagram writes on its arrows.
 *
 * @module
 */

/** One digit an input, the first input first: `0`, `1`, or `-` where it does not matter. */
export type Cube = string;

/** Input bits a machine may have, so that all their values can be listed. */
export const MOST_GUARD_BITS = 8;

/** Every value of the inputs that a cube allows, as digits. */
export function valuesOf(cube: Cube): string[] {
  let values = [""];
  for (const digit of cube) {
    values = values.flatMap((value) =>
      digit === "-" ? [`${value}0`, `${value}1`] : [value + digit]
    );
  }
  return values;
}

/** Whether a cube allows a value of the inputs. */
export function allows(cube: Cube, value: string): boolean {
  return [...cube].every((digit, at) => digit === "-" || digit === value[at]);
}

/**
 * Cubes that together allow exactly the given values, and the same ones for the same set of values: the largest
 * cubes inside the set, then as few of them as a greedy choice takes, the first by text among equals.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { coverOf } from "offprint/verilog/diagrams/mod.ts";
 *
 * assertEquals(coverOf(["00", "01", "11"]), ["-1", "0-"]);
 * ```
 */
export function coverOf(values: readonly string[]): Cube[] {
  const wanted = new Set(values);
  const open = new Set(wanted);
  const primes = primeCubes([...wanted]);
  const chosen: Cube[] = [];
  while (open.size > 0) {
    let best: Cube | undefined;
    let most = 0;
    for (const prime of primes) {
      const gain = valuesOf(prime).filter((value) => open.has(value)).length;
      if (gain > most) [best, most] = [prime, gain];
    }
    chosen.push(best!);
    for (const value of valuesOf(best!)) open.delete(value);
  }
  return chosen.sort();
}

/** The cubes inside a set that lie in no larger one (Quine and McCluskey), sorted. */
function primeCubes(values: Cube[]): Cube[] {
  const primes: Cube[] = [];
  for (let cubes = new Set(values); cubes.size > 0;) {
    const wider = new Set<Cube>();
    const merged = new Set<Cube>();
    for (const cube of cubes) {
      for (let at = 0; at < cube.length; at++) {
        if (cube[at] !== "0") continue;
        const twin = `${cube.slice(0, at)}1${cube.slice(at + 1)}`;
        if (!cubes.has(twin)) continue;
        wider.add(`${cube.slice(0, at)}-${cube.slice(at + 1)}`);
        merged.add(cube).add(twin);
      }
    }
    primes.push(...[...cubes].filter((cube) => !merged.has(cube)));
    cubes = wider;
  }
  return primes.sort();
}

/** A cube as it is written on an arrow: `in=1`, `a=1&b=0`, `*` when nothing matters. */
export function printGuard(cube: Cube, inputs: readonly string[]): string {
  const terms = [...cube].flatMap((digit, at) => digit === "-" ? [] : [`${inputs[at]}=${digit}`]);
  return terms.length === 0 ? "*" : terms.join("&");
}

/** The cube of a written condition; nothing when it names another input or has no such form. */
export function parseGuard(guard: string, inputs: readonly string[]): Cube | undefined {
  const digits = inputs.map(() => "-");
  if (guard === "*") return digits.join("");
  for (const term of guard.split("&")) {
    const match = /^(\S+)=([01])$/.exec(term);
    const at = match === null ? -1 : inputs.indexOf(match[1]!);
    if (at === -1) return undefined;
    digits[at] = match![2]!;
  }
  return digits.join("");
}
