import { assert, assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import fc from "fast-check";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { greedy, softmax, warp, type WarpOptions } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, sevenStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import { textIndex, textLaw } from "../fixtures.ts";

/** The definition: sort everything, cut, renormalise. */
function bySorting(logits: Float32Array, options: WarpOptions): Float64Array {
  const { temperature = 1, topK = Infinity, topP = 1 } = options;
  const largest = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  let order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  order = order.slice(0, Math.min(topK, order.length));
  const sum = (tokens: number[]) => tokens.reduce((total, token) => total + weights[token]!, 0);
  if (topP < 1) {
    const enough = topP * sum(order);
    let kept = 0;
    let mass = 0;
    while (kept < order.length && mass < enough) mass += weights[order[kept++]!]!;
    order = order.slice(0, Math.max(1, kept));
  }
  const law = new Float64Array(logits.length);
  for (const token of order) law[token] = weights[token]! / sum(order);
  return law;
}

Deno.test("warp: temperature, top-k and top-p by hand", () => {
  const logits = Float32Array.from([0.5, 0.25, 0.125, 0.125], Math.log);
  const near = (got: Float64Array, expected: number[]) => {
    assertEquals(got.length, expected.length);
    got.forEach((p, i) => assertAlmostEquals(p, expected[i]!, 1e-7));
  };
  near(warp()(logits), [0.5, 0.25, 0.125, 0.125]);
  near(warp({ temperature: 0.5 })(logits), [16, 4, 1, 1].map((x) => x / 22));
  near(warp({ topK: 3 })(logits), [4 / 7, 2 / 7, 1 / 7, 0]);
  near(warp({ topP: 0.6 })(logits), [2 / 3, 1 / 3, 0, 0]);
  near(warp({ topP: 0.5 })(logits), [1, 0, 0, 0]);
  near(warp({ topP: 1e-9 })(logits), [1, 0, 0, 0]);
  // after top-k the share is of what is left: 0.6 · 0.75 < 0.5
  near(warp({ topK: 2, topP: 0.6 })(logits), [1, 0, 0, 0]);
  near(warp({ temperature: 0 })(logits), [1, 0, 0, 0]);
  near(warp({ topK: 1 })(logits), [1, 0, 0, 0]);
  assertEquals([...greedy(Float32Array.of(1, 3, 3))], [0, 1, 0]);
  assertEquals(warp({ temperature: 0 }), greedy);
});

Deno.test("warp equals its definition by sorting", () => {
  const logit = fc.oneof(
    fc.constant(-Infinity),
    fc.constantFrom(0, 1, 2),
    fc.double({ min: -20, max: 20, noNaN: true }),
  );
  const logits = fc.array(logit, { minLength: 1, maxLength: 60 })
    .filter((values) => values.some((value) => value > -Infinity))
    .map((values) => Float32Array.from(values));
  const options = fc.record({
    temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
    topK: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 70 })),
    topP: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
  });
  fc.assert(
    fc.property(logits, options, (values, chosen) => {
      const expected = bySorting(values, chosen);
      const got = warp(chosen)(values);
      // where the mass sits on the cut up to rounding, either side of it is right
      const close = got.every((p, i) => Math.abs(p - expected[i]!) < 1e-12);
      const sum = got.reduce((total, p) => total + p, 0);
      assertAlmostEquals(sum, 1, 1e-12);
      if (!close) {
        const other = bySorting(values, { ...chosen, topP: chosen.topP * (1 + 1e-9) });
        const under = bySorting(values, { ...chosen, topP: chosen.topP * (1 - 1e-9) });
        assert([other, under].some((law) => got.every((p, i) => Math.abs(p - law[i]!) < 1e-12)));
      }
    }),
    { numRuns: 600, seed: 5 },
  );
});

Deno.test("warp: large and odd vocabularies, tiny temperatures, equal logits", () => {
  const random = stream(2, "warp");
  const logits = Float32Array.from({ length: 4099 }, () => 3 * random.normal());
  for (const options of [{ topK: 50 }, { topP: 0.9 }, { topK: 200, topP: 0.5, temperature: 0.7 }]) {
    const expected = bySorting(logits, options);
    warp(options)(logits).forEach((p, i) => assertAlmostEquals(p, expected[i]!, 1e-12));
  }
  assertEquals(warp({ temperature: 1e-300 })(logits), greedy(logits));
  const equal = warp({ topK: 3 })(new Float32Array(1000));
  assertEquals([...equal.slice(0, 4)], [1 / 3, 1 / 3, 1 / 3, 0]);
  assertEquals(warp({ topP: 0.25 })(new Float32Array(8)).filter((p) => p > 0).length, 2);
  // sorted input, either way, is no special case
  for (const sign of [1, -1]) {
    const sorted = Float32Array.from({ length: 3000 }, (_, i) => sign * i / 100);
    assertEquals(warp({ topK: 10 })(sorted).filter((p) => p > 0).length, 10);
  }
});

Deno.test("warp leaves the logits alone and refuses nonsense", () => {
  const logits = Float32Array.of(1, 2, 3);
  warp({ temperature: 0.5, topK: 2, topP: 0.5 })(logits);
  assertEquals([...logits], [1, 2, 3]);
  assertThrows(() => warp({ temperature: -1 }), UserError, "temperature: got -1");
  assertThrows(() => warp({ temperature: NaN }), UserError, "temperature: got NaN");
  assertThrows(() => warp({ topK: 0 }), UserError, "topK: got 0");
  assertThrows(() => warp({ topK: 1.5 }), UserError, "topK: got 1.5");
  assertThrows(() => warp({ topP: 0 }), UserError, "topP: got 0");
  assertThrows(() => warp({ topP: 1.01 }), UserError, "topP: got 1.01");
  assertThrows(() => warp({ topP: 0.5 })(Float32Array.of(NaN, 1)), RangeError, "softmax");
  assertThrows(() => warp()(Float32Array.of(-Infinity)), RangeError, "softmax");
  assertThrows(() => warp({ temperature: 2 })(Float32Array.of(-Infinity)), RangeError, "softmax");
});

Deno.test("output law under warps on both sides is the warped target's", async () => {
  const pair = sevenStateChains();
  const draft = markovModel(pair.draft);
  const target = markovModel(pair.target);
  for (
    const [targetWarp, draftWarp] of [
      [warp({ topK: 3 }), warp({ topK: 3 })],
      [warp({ temperature: 0.7, topP: 0.8 }), warp({ temperature: 0.7, topP: 0.8 })],
      [warp({ topP: 0.6 }), softmax],
    ] as const
  ) {
    const law = textLaw(7, 2, (history) => {
      const row = pair.target.row(history.length + 1, history.at(-1) ?? 0);
      return targetWarp(Float32Array.from(row, Math.log));
    });
    const observed = new Float64Array(49);
    for (let run = 0; run < 15_000; run++) {
      const { tokens } = await speculate({
        draft,
        target,
        draftWarp,
        targetWarp,
        maxTokens: 2,
        bonus: true,
        random: stream(12, "warps", run),
      });
      observed[textIndex(tokens, 7, 2)]!++;
    }
    // texts that the warp excludes never occur
    const possible = [...law.keys()].filter((i) => law[i]! > 0);
    assertEquals(possible.reduce((sum, i) => sum + observed[i]!, 0), 15_000);
    const { pValue } = chiSquare(possible.map((i) => observed[i]!), possible.map((i) => law[i]!));
    assertGreater(pValue, 1e-3);
  }
});
