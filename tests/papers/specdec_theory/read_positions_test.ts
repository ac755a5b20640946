import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import {
  randomPosition,
  readPositions,
  searchBelowTotalVariation,
  simulateAgainstExact,
} from "offprint/papers/specdec_theory/mod.ts";
import { stream } from "offprint/random.ts";

const two = twoStateChains();
const [draft, target] = [markovModel(two.draft), markovModel(two.target)];

Deno.test("positions of a text are the rows of both chains", async () => {
  const positions = await readPositions({ draft, target }, [[]], [[0, 1, 0]]);
  const rows = [[0.75, 0.25, 0.5, 0.5], [0.7, 0.3, 0.9, 0.1], [0.4, 0.6, 0.3, 0.7]];
  positions.forEach(({ draft, target }, i) =>
    [...draft, ...target].forEach((x, j) => assertAlmostEquals(x, rows[i]![j]!))
  );
  assertEquals(positions.length, 3);
});

Deno.test("no search ends below the total variation; averages end at their expectation", () => {
  for (let search = 0; search < 5; search++) {
    const random = stream(3, "search", search);
    const gap = searchBelowTotalVariation(randomPosition(random, 6), 500, random);
    assert(gap > -1e-12 && gap < 0.3, String(gap));
  }
  const options = { steps: 10, runs: 5000, drafts: 2, random: stream(1, "average") };
  const { z, mean, expected, running } = simulateAgainstExact(two, options);
  assert(Math.abs(z) < 4);
  assertEquals(running.at(-1), { texts: 5000, ratio: mean / expected });
});
