import { assertAlmostEquals, assertEquals } from "@std/assert";
import { specDecPPRule } from "offprint/decoding/policies/mod.ts";
import {
  solveKnownAcceptance,
  thresholdExploration,
  thresholdRound,
} from "offprint/papers/specdecpp/mod.ts";

const numbers = (values: typeof thresholdExploration.start): Map<string, number> =>
  new Map(
    thresholdExploration.draw(values).readings.map(({ label, value }) => [label, value]),
  );

Deno.test("the figure's round stops where SpecDec++'s rule does, at every threshold", () => {
  const { acceptance } = thresholdExploration.start;
  for (let percent = 0; percent <= 100; percent++) {
    const threshold = percent / 100;
    const rule = specDecPPRule({ threshold, min: 1, max: acceptance.length, lag: 0 }).begin();
    const predicted: number[] = [];
    for (const a of acceptance) {
      predicted.push(a);
      const more = rule.more({ drafted: predicted.length, confidence: [], top: [], predicted });
      if (!more) break;
    }
    const { drafted, accepted } = thresholdRound(acceptance, threshold);
    assertEquals(drafted, predicted.length, `h = ${threshold}`);
    // What is accepted, counted the other way round: the first rejection is at place i + 1.
    const survival = (k: number) => predicted.slice(0, k).reduce((product, a) => product * a, 1);
    const byPlace = predicted.map((a, i) => i * survival(i) * (1 - a));
    assertAlmostEquals(
      accepted,
      byPlace.reduce((sum, part) => sum + part, 0) + drafted * survival(drafted),
      1e-12,
    );
  }
});

Deno.test("at the best threshold a whole text costs what the solution says, elsewhere no less", () => {
  const { start } = thresholdExploration;
  const kinds = [[0.98, 0.5], [0.9, 0.3], [0.6, 0.2]].map(([acceptance, share]) => ({
    acceptance: acceptance!,
    share: share!,
  }));
  for (const checkCost of [1, 8]) {
    const best = solveKnownAcceptance({ discard: 1, verification: checkCost }, kinds, 8);
    const at = (threshold: number) =>
      numbers({ ...start, checkCost, threshold }).get(
        "extra cost per token of a whole text with h",
      )!;
    assertAlmostEquals(at(best.threshold), best.cost, 1e-9);
    for (const threshold of [0, 0.3, 0.7]) {
      assertEquals(at(threshold) >= best.cost - 1e-9, true);
    }
  }
});
