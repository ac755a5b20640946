import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { areaUnderCurve, cohenKappa, crosstab, holm, phiCoefficient } from "offprint/agreement.ts";

const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 });

Deno.test("the area under the curve is the share of pairs in order, ties counting half", () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      let wins = 0;
      for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
      assertAlmostEquals(
        areaUnderCurve(positives, negatives),
        wins / (positives.length * negatives.length),
        1e-12,
      );
    }),
    { seed: 1 },
  );
  assert(Number.isNaN(areaUnderCurve([], [1])));
});

Deno.test("κ and φ: published values, equal and opposite judges, and judges that never change", () => {
  const counts = crosstab([true, true, false, false, true], [true, false, true, false, true]);
  assertEquals(counts, { both: 2, onlyFirst: 1, onlySecond: 1, neither: 1 });
  // By hand: agreement 0.6, of which chance gives 0.54.
  assertAlmostEquals(
    cohenKappa({ both: 45, onlyFirst: 15, onlySecond: 25, neither: 15 }),
    0.1304,
    1e-4,
  );
  const same = { both: 3, onlyFirst: 0, onlySecond: 0, neither: 4 };
  const opposite = { both: 0, onlyFirst: 3, onlySecond: 4, neither: 0 };
  assertEquals([cohenKappa(same), phiCoefficient(same)], [1, 1]);
  assertEquals(phiCoefficient(opposite), -1);
  assert(Number.isNaN(phiCoefficient({ both: 2, onlyFirst: 3, onlySecond: 0, neither: 0 })));
  assertThrows(() => crosstab([true], []), RangeError, "1 and 0 judgements");
});

Deno.test("φ is Pearson's correlation of zeros and ones", () => {
  const judges = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(judges, (pairs) => {
      const n = pairs.length;
      const [x, y] = [0, 1].map((k) => pairs.map((pair) => Number(pair[k])));
      const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / n;
      const [mx, my] = [mean(x!), mean(y!)];
      const covariance = mean(x!.map((value, i) => (value - mx) * (y![i]! - my)));
      const spread = Math.sqrt(mx * (1 - mx) * my * (1 - my));
      const phi = phiCoefficient(crosstab(pairs.map(([a]) => a), pairs.map(([, b]) => b)));
      if (spread === 0) assert(Number.isNaN(phi));
      else assertAlmostEquals(phi, covariance / spread, 1e-9);
    }),
    { seed: 2 },
  );
});

Deno.test("Holm's values never fall below the own p value nor above Bonferroni's, and keep the order", () => {
  assertEquals(holm([0.01, 0.02, 0.03, 0.5].toReversed()), [0.5, 0.06, 0.06, 0.04]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 }),
      (values) => {
        const adjusted = holm(values);
        adjusted.forEach((p, i) => {
          assert(p >= values[i]! && p <= Math.min(1, values.length * values[i]!));
          adjusted.forEach((q, j) => assert(values[i]! > values[j]! || p <= q));
        });
      },
    ),
    { seed: 3 },
  );
  assertThrows(() => holm([0.1, 2]), RangeError, "got 2");
});
