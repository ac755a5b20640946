import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { runPoints, type RunPointsOptions, storeFile } from "offprint/sweeps/mod.ts";

const MODULE = new URL("sample_experiments.ts", import.meta.url).href;

Deno.test("points run in several processes, and a bad one is a row with its reason", async () => {
  const hows = ["return", "throw", "loop", "exit", "number", "print", "return"];
  const { outcomes, kept } = await runPoints(
    { module: MODULE, run: "misbehave" },
    hows.map((how) => ({ point: { how }, seed: 1 })),
    { store: false, jobs: 2, limitSeconds: 0.5 },
  );
  assertEquals(kept, 0);
  assertEquals(outcomes, [
    { result: { value: NaN } },
    { error: "no chain of 2 states" },
    { error: "stopped after 0.5 s" },
    { error: "its process ended with status 3" },
    { error: "got 5 from misbehave, expected an object of named values" },
    { result: { value: NaN } },
    { result: { value: NaN } },
  ]);
});

Deno.test("where one process is due and wanted so, points run in this one, with the same outcomes", async () => {
  const run = async (
    name: string,
    points: Record<string, unknown>[],
    options: RunPointsOptions,
  ) => {
    const jobs = points.map((point) => ({ point, seed: 1 }));
    return (await runPoints({ module: MODULE, run: name }, jobs, { store: false, ...options }))
      .outcomes;
  };
  const here = { jobs: 1, inThisProcess: true };
  const points = [{ how: "return" }, { how: "throw" }, { how: "number" }];
  assertEquals(await run("misbehave", points, here), await run("misbehave", points, { jobs: 1 }));

  const pids = async (options: RunPointsOptions) =>
    (await run("processOf", [{ n: 1 }, { n: 2 }], options))
      .map((outcome) => "result" in outcome && outcome.result["pid"] === Deno.pid);
  assertEquals(await pids(here), [true, true]);
  assertEquals(await pids({ jobs: 1 }), [false, false]);
  assertEquals(await pids({ ...here, jobs: 2 }), [false, false]);
  assertEquals(await pids({ ...here, limitSeconds: 60 }), [false, false]);
  await assertRejects(() => run("missing", [{}], here), UserError, "exports no function missing");
});

Deno.test("a point is run once; failed ones, other seeds and other parameters are run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = (jobs: { point: Record<string, unknown>; seed: number }[]) =>
      runPoints({ module: MODULE, run: "line" }, jobs, {
        store: `${folder}/points.sqlite`,
        jobs: 1,
      });
    const at = (n: number, seed = 1) => ({ point: { at: n, noise: "uniform" }, seed });
    const first = await run([at(1), at(2)]);
    assertEquals(first.kept, 0);
    const again = await run([at(2), at(1), at(1, 2), {
      point: { noise: "uniform", at: 1 },
      seed: 1,
    }]);
    assertEquals(again.kept, 3);
    assertEquals(again.outcomes[0], first.outcomes[1]);
    assertEquals(again.outcomes[3], first.outcomes[0]);
    const fails = { point: { how: "throw" }, seed: 1 };
    for (let turn = 0; turn < 2; turn++) {
      const { kept } = await runPoints({ module: MODULE, run: "misbehave" }, [fails], {
        store: `${folder}/points.sqlite`,
      });
      assertEquals(kept, 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an abort ends all processes and is passed on; what was finished is kept", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/points.sqlite`;
    const controller = new AbortController();
    const jobs = [0, 1, 2].map((n) => ({ point: { n, ms: n === 0 ? 0 : 60_000 }, seed: 1 }));
    await assertRejects(
      () =>
        runPoints({ module: MODULE, run: "counted" }, jobs, {
          store,
          jobs: 2,
          signal: controller.signal,
          onPoint: ({ done }) => done === 1 && controller.abort(),
        }),
      DOMException,
    );
    const { kept } = await runPoints({ module: MODULE, run: "counted" }, jobs.slice(0, 1), {
      store,
    });
    assertEquals(kept, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a module that does not load is one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const broken = `${folder}/broken.ts`;
    await Deno.writeTextFile(broken, 'throw new Error("no data here");\n');
    const jobs = [{ point: {}, seed: 1 }];
    const options = { store: false } as const;
    const one = await assertRejects(
      () => runPoints({ module: broken, run: "x" }, jobs, options),
      UserError,
      "no data here",
    );
    const two = await assertRejects(
      () => runPoints({ module: MODULE, run: "missing" }, jobs, options),
      UserError,
      "exports no function missing",
    );
    assert(![one, two].some(({ message }) => message.includes("\n")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("OFFPRINT_SWEEPS names the folder, or turns keeping off", () => {
  const before = Deno.env.get("OFFPRINT_SWEEPS");
  try {
    Deno.env.set("OFFPRINT_SWEEPS", "off");
    assertEquals(storeFile(), undefined);
    Deno.env.set("OFFPRINT_SWEEPS", "/tmp/x");
    assertEquals(storeFile(), "/tmp/x/points.sqlite");
  } finally {
    if (before === undefined) Deno.env.delete("OFFPRINT_SWEEPS");
    else Deno.env.set("OFFPRINT_SWEEPS", before);
  }
});
