import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { experimentsOf } from "offprint/sweeps/mod.ts";
import { sweep, type SweepOptions } from "offprint/notebook/sweep.ts";
import { withEnv } from "./fake_kernel.ts";

function quietly(name: string, run: () => Promise<void>): void {
  Deno.test(name, () => withEnv("OFFPRINT_QUIET", "1", run));
}

quietly("sweep runs every combination, the last parameter fastest", async () => {
  const table = await sweep({
    name: "order",
    over: { a: [1, 2], b: ["x", "y"] },
    seed: 7,
    run: ({ a, b }, seed) => Promise.resolve({ value: `${b}${a * seed}` }),
  });
  assertEquals(table.rows, [
    { a: 1, b: "x", value: "x7" },
    { a: 1, b: "y", value: "y7" },
    { a: 2, b: "x", value: "x14" },
    { a: 2, b: "y", value: "y14" },
  ]);
  assertEquals(
    String(table),
    "order; run in this kernel, one point after the other\na  b  value\n─  ─  ─────\n1  x  x7\n1  y  y7\n2  x  x14\n2  y  y14",
  );
});

quietly("sweep runs every point anew: a variable changed elsewhere shows", async () => {
  let factor = 1;
  const rows = async () => {
    const table = await sweep({
      name: "open",
      over: { n: [1, 2] },
      run: ({ n }) => ({ value: factor * n }),
    });
    return table.rows.map(({ value }) => value);
  };
  assertEquals(await rows(), [1, 2]);
  factor = 1000;
  assertEquals(await rows(), [1000, 2000]);
});

quietly(
  "a sweep that says what it depends on keeps points of the same name, seed, code and values",
  async () => {
    let runs = 0;
    const options: SweepOptions<{ n: number[] }, { square: number }> = {
      name: "kept",
      over: { n: [1, 2, 3] },
      depends: {},
      run: ({ n }) => {
        runs++;
        return { square: n * n };
      },
    };
    const count = async (change: Partial<typeof options>) => {
      const before = runs;
      const table = await sweep({ ...options, ...change });
      return [runs - before, String(table).split("\n")[0]];
    };
    const anew = "kept; run in this kernel, one point after the other";
    const kept = (points: number) => `${anew}; ${points} points kept from earlier in this session`;
    assertEquals(await count({}), [3, anew]);
    assertEquals(await count({}), [0, kept(3)]);
    assertEquals(await count({ over: { n: [2, 4] } }), [1, kept(1)]);
    assertEquals(await count({ seed: 2 }), [3, anew]);
    assertEquals(await count({ depends: { runs: 10 } }), [3, anew]);
    assertEquals(await count({ run: ({ n }) => ({ square: n ** 2 + runs++ * 0 }) }), [3, anew]);
  },
);

quietly("sweep: a failing point becomes a row, is counted and is tried again", async () => {
  let broken = true;
  const run = ({ n }: { n: number }) => {
    if (broken && n === 2) throw new RangeError("no chain of 2 states");
    return { value: n };
  };
  const options = { name: "failing", over: { n: [1, 2, 3] }, run };
  const table = await sweep(options);
  assertEquals(table.rows[1], { n: 2, error: "no chain of 2 states" });
  assertStringIncludes(String(table), "failing; 1 of 3 points failed; run in this kernel");
  assertStringIncludes(String(table.html()), "no chain of 2 states");
  broken = false;
  assertEquals((await sweep(options)).rows[1], { n: 2, value: 2 });
});

quietly("sweep: when every point fails, so does the cell; no points are refused", async () => {
  const run = () => {
    throw new Error("no model");
  };
  await assertRejects(
    () => sweep({ name: "s", over: { n: [1, 2] }, run }),
    Error,
    "sweep s: all 2 points failed, the first: no model",
  );
  await assertRejects(() => sweep({ name: "s", over: { n: [] }, run }), UserError, "axis n");
});

quietly("sweep tells apart values that JSON writes alike", async () => {
  const seen: unknown[] = [];
  const over = { x: [Infinity, -Infinity, NaN, null, 0, -0, "0", "NaN"] };
  const run = ({ x }: { x: number | string | null }) => {
    seen.push(x);
    return { text: String(x) };
  };
  const first = await sweep({ name: "alike", over, run, depends: null });
  assertEquals(first.rows.map(({ text }) => text), over.x.map(String));
  assertEquals(seen.length, over.x.length);
  await sweep({ name: "alike", over, run, depends: null });
  assertEquals(seen.length, over.x.length);
  for (const depends of [Infinity, NaN, [undefined], [null], { a: undefined }, {}]) {
    const before = seen.length;
    await sweep({ name: "alike", over, run, depends });
    assertEquals(seen.length, before + over.x.length, String(depends));
  }
});

const MODULE = new URL("../sweeps/sample_experiments.ts", import.meta.url).href;
const module = experimentsOf<typeof import("../sweeps/sample_experiments.ts")>(MODULE);

quietly("an experiment runs in processes, with seeds, means and intervals", async () => {
  const common = { name: "line", module, run: "line", store: false, jobs: 2, seeds: 4 } as const;
  const table = await sweep({ ...common, over: { at: [1, 2], noise: ["uniform"] } });
  const [first] = table.rows;
  assert(first?.y !== undefined && first.y > 2 && first.y < 3);
  assert(first["y ±"]! > 0);
  assertEquals(table.rows.map(({ at, noise }) => [at, noise]), [[1, "uniform"], [2, "uniform"]]);
  assertEquals(table.outcome.runs.map(({ seed }) => seed), [1, 2, 3, 4, 1, 2, 3, 4]);
  assertStringIncludes(String(table), "line; means of 4 seeds, ± half of the 95 % interval\n");
  const listed = await sweep({ ...common, seeds: [4, 1], over: { at: [2], noise: ["uniform"] } });
  const [, , , of4] = table.outcome.runs.slice(4);
  assertEquals(listed.outcome.runs[0], of4!);
});

quietly(
  "a wrong experiment or parameter is a type error, and one line where nobody checks types",
  async () => {
    const common = { name: "line", module, store: false } as const;
    await assertRejects(
      // @ts-expect-error there is no parameter of this name
      () => sweep({ ...common, run: "line", over: { at: [1], K: [2] } }),
      UserError,
      'got "K"',
    );
    await assertRejects(
      // @ts-expect-error a number is wanted
      () => sweep({ ...common, run: "line", over: { at: ["far"] } }),
      UserError,
      "expected a number, in m. Write for example over: { at: [1] }.",
    );
    await assertRejects(
      // @ts-expect-error there is no experiment of this name
      () => sweep({ ...common, run: "lines", over: { at: [1] } }),
      UserError,
      'got "lines"',
    );
    await assertRejects(
      () => sweep({ ...common, run: "line", over: { at: [1] }, seeds: 0 }),
      UserError,
      "got seeds 0",
    );
  },
);

quietly("a bad point of an experiment is a row, the others have their results", async () => {
  const table = await sweep({
    name: "bad",
    module,
    run: "misbehave",
    store: false,
    limitSeconds: 0.5,
    over: { how: ["loop", "return"] },
  });
  assertEquals(table.rows, [
    { how: "loop", error: "stopped after 0.5 s" },
    { how: "return", value: NaN },
  ]);
});
