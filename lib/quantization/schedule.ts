/**
 * The paper's schedule (COMET, "fine-grained SM scheduling") as pure functions of tile costs: tiles of
 * 8-bit activations cost more than tiles of 4-bit ones, so workers must be given unequal numbers of them.
 *
 * The native kernels do without: on a CPU the tiles cost about the same (1 : 1.15), and threads take the
 * next panel of columns from a counter whenever they are free (`kernels/native/src/pool.c`).
 *
 * @module
 */

/** A tile, or the share of it that a worker computes: a stretch of its output columns. */
export interface TilePart {
  readonly tile: number;
  /** In (0, 1]. */
  readonly share: number;
}

/** What each worker computes, in order. */
export type Schedule = readonly (readonly TilePart[])[];

/** Tiles dealt out in turn, as they are numbered: where the paper starts from. */
export function roundRobin(costs: readonly number[], workers: number): Schedule {
  check(costs, workers);
  return Array.from(
    { length: workers },
    (_, worker) =>
      costs.flatMap((_, tile) => tile % workers === worker ? [{ tile, share: 1 }] : []),
  );
}

/**
 * The paper's remapping (figure 8d): wave by wave of as many tiles as workers, the costliest tiles of a
 * wave go to the workers with the least to do. Of several such workers a tile takes the one it had in
 * turn, else the first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { makespan, remap, roundRobin } from "offprint/quantization/mod.ts";
 *
 * const costs = [2, 1, 2, 1, 2, 1];
 * assertEquals(makespan(roundRobin(costs, 2), costs), 6);
 * assertEquals(makespan(remap(costs, 2), costs), 5);
 * ```
 */
export function remap(costs: readonly number[], workers: number): Schedule {
  check(costs, workers);
  const load = new Array<number>(workers).fill(0);
  const queues: TilePart[][] = load.map(() => []);
  for (let first = 0; first < costs.length; first += workers) {
    const free = new Set(load.keys());
    for (const tile of costliestFirst(costs, first, first + workers)) {
      const least = Math.min(...[...free].map((worker) => load[worker]!));
      const own = tile % workers;
      const worker = free.has(own) && load[own] === least
        ? own
        : [...free].sort((a, b) => a - b).find((worker) => load[worker] === least)!;
      free.delete(worker);
      load[worker]! += costs[tile]!;
      queues[worker]!.push({ tile, share: 1 });
    }
  }
  return queues;
}

/** Longest processing time first: the costliest tile left goes to the worker with the least to do. */
export function longestFirst(costs: readonly number[], workers: number): Schedule {
  check(costs, workers);
  const load = new Array<number>(workers).fill(0);
  const queues: TilePart[][] = load.map(() => []);
  for (const tile of costliestFirst(costs, 0, costs.length)) {
    const worker = load.indexOf(Math.min(...load));
    load[worker]! += costs[tile]!;
    queues[worker]!.push({ tile, share: 1 });
  }
  return queues;
}

/**
 * Splits tiles so that workers who would wait take part of what the others still have to do: the worker
 * with the most hands parts of its last tile that can be divided to the one with the least, as long as
 * that lowers what the busier of the two has.
 *
 * Parts are stretches of output columns, so no sum is divided and the result is the same bit for bit.
 *
 * @param parts into how many equal parts a tile may be cut; 2 in the paper's figure.
 */
export function split(schedule: Schedule, costs: readonly number[], parts = 2): Schedule {
  if (!(Number.isInteger(parts) && parts > 0)) {
    throw new RangeError(`split: got ${parts} parts, expected a whole number of at least 1`);
  }
  const queues = schedule.map((queue) => queue.map((part) => ({ ...part })));
  const load = loads(schedule, costs);
  for (;;) {
    const most = Math.max(...load), poor = load.indexOf(Math.min(...load));
    // Of several with the most, the one that has the least left to do after the tile it shares.
    let rich = -1, found: { index: number; count: number } | undefined;
    for (const [worker, value] of load.entries()) {
      const candidate = value === most ? given(worker) : undefined;
      const after = (of: number, index: number) => queues[of]!.length - index;
      if (candidate === undefined) continue;
      if (found && after(worker, candidate.index) >= after(rich, found.index)) continue;
      [rich, found] = [worker, candidate];
    }
    if (found === undefined) return queues;
    const { index, count } = found;
    const part = queues[rich]![index]!, share = count / parts;
    part.share -= share;
    if (part.share < 1 / (2 * parts)) queues[rich]!.splice(index, 1);
    const same = queues[poor]!.find(({ tile }) => tile === part.tile);
    if (same === undefined) queues[poor]!.push({ tile: part.tile, share });
    else same.share += share;
    load[rich]! -= share * costs[part.tile]!;
    load[poor]! += share * costs[part.tile]!;
  }

  /** Which of a worker's tiles it should share with the one that has least, and how many parts of it. */
  function given(worker: number): { index: number; count: number } | undefined {
    const gap = load[worker]! - Math.min(...load);
    for (let index = queues[worker]!.length - 1; index >= 0; index--) {
      const { tile, share } = queues[worker]![index]!;
      const most = Math.round(share * parts) - 1; // something stays
      const count = Math.min(most, Math.round(gap / 2 / (costs[tile]! / parts)));
      // Both must end below what the busier has now, beyond rounding.
      if (count > 0 && count * costs[tile]! / parts < gap * (1 - 1e-9)) return { index, count };
    }
    return undefined;
  }
}

/** What each worker has to do. */
export function loads(schedule: Schedule, costs: readonly number[]): number[] {
  return schedule.map((queue) =>
    queue.reduce((sum, { tile, share }) => sum + share * costs[tile]!, 0)
  );
}

/** When the last worker is done, nobody waiting for anybody in between. */
export function makespan(schedule: Schedule, costs: readonly number[]): number {
  return Math.max(...loads(schedule, costs));
}

/** The same where all workers wait for each other after each of their tiles. */
export function makespanWithBarriers(schedule: Schedule, costs: readonly number[]): number {
  const waves = Math.max(...schedule.map(({ length }) => length));
  let total = 0;
  for (let wave = 0; wave < waves; wave++) {
    const of = schedule.flatMap((queue) => queue.slice(wave, wave + 1));
    total += Math.max(...of.map(({ tile, share }) => share * costs[tile]!));
  }
  return total;
}

function costliestFirst(costs: readonly number[], from: number, to: number): number[] {
  const tiles = Array.from({ length: Math.min(to, costs.length) - from }, (_, i) => from + i);
  return tiles.sort((a, b) => costs[b]! - costs[a]! || a - b);
}

function check(costs: readonly number[], workers: number): void {
  if (!(Number.isInteger(workers) && workers > 0)) {
    throw new RangeError(`schedule: got ${workers} workers, expected a whole number of at least 1`);
  }
  const bad = costs.findIndex((cost) => !(cost > 0 && cost < Infinity));
  if (bad >= 0 || costs.length === 0) {
    throw new RangeError(
      `schedule: got ${bad < 0 ? "no tiles" : `cost ${costs[bad]} for tile ${bad}`}, ` +
        "expected positive finite costs",
    );
  }
}
