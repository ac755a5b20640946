/** The paper's schedule: its worked example to the unit, and how near to perfect it comes. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  loads,
  longestFirst,
  makespan,
  makespanWithBarriers,
  remap,
  roundRobin,
  type Schedule,
  split,
} from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";

/** Figure 8: 18 tiles on 4 processors, even ones W4A8 (2 units), odd ones W4A4 (1). */
const FIGURE8 = Array.from({ length: 18 }, (_, tile) => tile % 2 === 0 ? 2 : 1);

Deno.test("figure 8: 10 in turn, 8 remapped, 7 with two tiles halved", () => {
  const inTurn = roundRobin(FIGURE8, 4);
  assertEquals(makespanWithBarriers(inTurn, FIGURE8), 10);
  assertEquals([loads(inTurn, FIGURE8), makespan(inTurn, FIGURE8)], [[10, 5, 8, 4], 10]);
  const remapped = remap(FIGURE8, 4);
  assertEquals(remapped.map((queue) => queue.map(({ tile }) => tile)), [
    [0, 5, 8, 13, 16],
    [1, 4, 9, 12, 17],
    [2, 7, 10, 15],
    [3, 6, 11, 14],
  ]);
  assertEquals([loads(remapped, FIGURE8), makespan(remapped, FIGURE8)], [[8, 7, 6, 6], 8]);
  const halved = split(remapped, FIGURE8);
  assertEquals([loads(halved, FIGURE8), makespan(halved, FIGURE8)], [[7, 6.5, 7, 6.5], 7]);
  const cut = new Set(halved.flat().filter(({ share }) => share < 1).map(({ tile }) => tile));
  assertEquals([...cut].sort(), [16, 17]);
  assertEquals(loads(longestFirst(FIGURE8, 4), FIGURE8), [7, 7, 7, 6]);
  assertEquals(makespan(split(remapped, FIGURE8, 8), FIGURE8), 6.75, "27 units on 4 processors");
});

/** Every tile once, in parts of the allowed size. */
function assertComplete(schedule: Schedule, tiles: number, parts: number): void {
  const shares = new Array(tiles).fill(0);
  for (const { tile, share } of schedule.flat()) {
    assertAlmostEquals(share * parts, Math.round(share * parts), 1e-9);
    assert(share > 0);
    shares[tile] += share;
  }
  for (const share of shares) assertAlmostEquals(share, 1, 1e-9);
}

Deno.test("within 5 % of a perfect division on random costs, 8 tiles a worker", () => {
  const random = stream(1, "schedule");
  let worst = 1;
  for (let round = 0; round < 300; round++) {
    const workers = 2 + random.integer(15), tiles = 8 * workers + random.integer(3 * workers);
    const eight = random.uniform();
    const costs = Array.from(
      { length: tiles },
      () => round % 2 === 0 ? (random.uniform() < eight ? 2 : 1) : 0.5 + 3.5 * random.uniform(),
    );
    const perfect = costs.reduce((sum, cost) => sum + cost) / workers;
    for (const [start, parts] of [[remap, 8], [longestFirst, 2]] as const) {
      const schedule = split(start(costs, workers), costs, parts);
      assertComplete(schedule, tiles, parts);
      const ratio = makespan(schedule, costs) / perfect;
      worst = Math.max(worst, ratio);
      assert(ratio <= 1.05, `${start.name}, ${workers} workers, ${tiles} tiles: ${ratio}`);
    }
  }
  assert(worst > 1.001, "some divisions cannot be perfect");
});

Deno.test("property: remapping and splitting compute every tile once and never take longer", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 4 }),
    (costs, workers, parts) => {
      for (const schedule of [roundRobin(costs, workers), remap(costs, workers)]) {
        assertComplete(schedule, costs.length, 1);
        const divided = split(schedule, costs, parts);
        assertComplete(divided, costs.length, parts);
        const [before, after] = [makespan(schedule, costs), makespan(divided, costs)];
        assert(after <= before * (1 + 1e-12));
        const total = costs.reduce((sum, cost) => sum + cost);
        assert(after >= total / workers * (1 - 1e-12));
      }
    },
  ));
});

Deno.test("what cannot be scheduled is refused", () => {
  assertThrows(() => remap([], 2), RangeError, "got no tiles");
  assertThrows(() => remap([1, 0], 2), RangeError, "got cost 0 for tile 1");
  assertThrows(() => roundRobin([1], 0), RangeError, "got 0 workers");
  assertThrows(() => split([[]], [1], 0.5), RangeError, "got 0.5 parts");
});
