import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { SweepTable } from "offprint/notebook/sweep_table.ts";
import { meanInterval } from "offprint/stats.ts";

/** y = 10 a + seed, with a method that adds 1. */
function sample(seeds: readonly number[], failing = false) {
  const over = { method: ["plain", "better"], a: [1, 2] };
  const runs = over.method.flatMap((method) =>
    over.a.flatMap((a) =>
      seeds.map((seed) => {
        const y = 10 * a + seed * seed + (method === "better" ? 1 + seed / 10 : 0);
        const fails = failing && method === "plain" && a === 2 && seed === 2;
        return fails
          ? { point: { method, a }, seed, error: "no" }
          : { point: { method, a }, seed, result: { y, word: `${method}` } };
      })
    )
  );
  return new SweepTable({ name: "sample", over, seeds, runs });
}

Deno.test("rows hold the mean over seeds and half of its interval", () => {
  const table = sample([1, 2, 3]);
  const { mean, high } = meanInterval([11, 14, 19]);
  assertEquals(table.rows[0], {
    method: "plain",
    a: 1,
    y: mean,
    "y ±": high - mean,
    word: "plain",
  });
  assertEquals(sample([1]).rows[0], { method: "plain", a: 1, y: 11, word: "plain" });
});

Deno.test("a point of which one seed failed has no mean, and says which", () => {
  const table = sample([1, 2, 3], true);
  assertEquals(table.rows[1], { method: "plain", a: 2, error: "seed 2: no" });
  assertStringIncludes(String(table), "1 of 4 points failed");
  const less = table.compare({ method: "plain" });
  assertEquals(less.rows[3]!.error, "seed 2: baseline: no");
});

Deno.test("differences are paired by seed, so what seeds share cancels", () => {
  const table = sample([1, 2, 3]);
  const less = table.compare({ method: "plain" });
  assertEquals(less.rows[0], { method: "plain", a: 1, y: 0, "y ±": 0 });
  assertAlmostEquals(less.rows[2]!.y!, 1.2, 1e-12);
  // Seeds spread y by 4 around each mean, and the difference by 0.1 only.
  const { high, mean } = meanInterval([1.1, 1.2, 1.3]);
  assertAlmostEquals(less.rows[2]!["y ±"]!, high - mean, 1e-12);
  assert(table.rows[2]!["y ±"]! > 5 * less.rows[2]!["y ±"]!);
  const one = table.compare({ method: "plain", a: 1 });
  assertAlmostEquals(one.rows[1]!.y!, 10, 1e-12);
  assertThrows(() => table.compare({ method: "none" }), RangeError, "plain, better");
});

Deno.test("files hold every digit, and every run", () => {
  const table = sample([1]);
  assertEquals(
    table.toCSV(),
    "method,a,y,word\nplain,1,11,plain\nplain,2,21,plain\nbetter,1,12.1,better\nbetter,2,22.1,better\n",
  );
  const read = JSON.parse(JSON.stringify(sample([1, 2])));
  assertEquals([read.name, read.seeds, read.rows.length, read.runs.length], [
    "sample",
    [1, 2],
    4,
    8,
  ]);
});

Deno.test("figures: a band for one axis, a heat map for two, lines where asked for", () => {
  const table = sample([1, 2, 3]);
  const heat = table.figure();
  assertStringIncludes(heat.svg, 'aria-label="cell"');
  assertEquals(heat.words.title, "sample: y by method and a");
  const lines = table.figure({ lines: true, y: "y", title: "Lines" });
  assertStringIncludes(lines.svg, 'aria-label="dot"');
  const runs = [1, 2].flatMap((n) =>
    [1, 2].map((seed) => ({ point: { n }, seed, result: { y: n * seed } }))
  );
  const one = new SweepTable({ name: "one", over: { n: [1, 2] }, seeds: [1, 2], runs }).figure();
  assertStringIncludes(one.svg, 'aria-label="area"');
  assertStringIncludes(one.svg, 'aria-label="line"');
  assertStringIncludes(one.words.alt, "y by n, from 1.5 to 3 over 2 points");
  assertThrows(() => table.figure({ y: "word" }), RangeError, "expected one of y");
});
