import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { runPoints, toJson } from "offprint/sweeps/mod.ts";
import { runOnSlurm } from "offprint/sweeps/slurm/mod.ts";
import { Cluster, noSlurm } from "./cluster.ts";

const MODULE = new URL("../sample_experiments.ts", import.meta.url).href;
const experiment = { module: MODULE, run: "counted" };
const reason = noSlurm();

Deno.test("without Slurm's commands one line says so", async () => {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  try {
    Deno.env.set("PATH", folder);
    const { message } = await assertRejects(
      () =>
        runOnSlurm(experiment, [{ point: {}, seed: 1 }], {
          store: `${folder}/points.sqlite`,
          batch: 1,
        }),
      UserError,
      "--engine slurm: got no program sbatch",
    );
    assert(!message.includes("\n"));
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: `40 points on a cluster whose task and node are killed equal a local run${
    reason === undefined ? "" : ` (${reason})`
  }`,
  ignore: reason !== undefined,
  async fn() {
    await using cluster = await Cluster.start();
    const { folder } = cluster;
    const file = `${folder}/ran`;
    const jobs = Array.from({ length: 20 }, (_, n) => [1, 2].map((seed) => ({ n, seed }))).flat()
      .map(({ n, seed }) => ({ point: { n, file, ms: 20 }, seed }));
    const options = { store: `${folder}/points.sqlite`, batch: 4, throttle: 2, pollMs: 100 };

    await assertRejects(
      () => runOnSlurm(experiment, jobs, { ...options, partition: "nowhere" }),
      UserError,
      '--partition: got "nowhere", expected a partition of this cluster',
    );

    let number = "";
    const ran = async () => (await Deno.readTextFile(file).catch(() => "")).split("\n").length - 1;
    const first = runOnSlurm(experiment, jobs, { ...options, onSubmit: (job) => number = job });
    await cluster.until(async () => number !== "" && (await ran()) > 2);
    // One that is in the queue is not submitted a second time.
    await assertRejects(() => runOnSlurm(experiment, jobs, options), UserError, `as job ${number}`);
    // The last task is ended before it begins.
    await cluster.ask("scancel", `${number}_9`);
    await cluster.crashNode();
    cluster.startNode();
    // Slurm lets two minutes pass before what a failed node had begins anew; nobody needs to wait for that here.
    await cluster.until(async () => {
      await cluster.ask("scontrol", "update", `jobid=${number}`, "starttime=now");
      return !(await cluster.ask("squeue", "-h", "-o", "%r")).includes("BeginTime");
    });
    const { outcomes, kept } = await first;
    assertEquals(kept, 0);
    const failed = outcomes.filter((outcome) => "error" in outcome);
    assertEquals(failed.length, 4);
    assertStringIncludes(
      (failed[0] as { error: string }).error,
      `task 9 of job ${number} ended without a result, see ${folder}/slurm/`,
    );

    const resumed = await runOnSlurm(experiment, jobs, { ...options, resume: true });
    assertEquals(resumed.kept, 36);
    assertEquals([...Deno.readDirSync(`${folder}/slurm`)], [], "a finished sweep leaves no files");
    const local = await runPoints(experiment, jobs, { store: false });
    assertEquals(toJson(resumed.outcomes), toJson(local.outcomes));
    const again = await runOnSlurm(experiment, jobs, options);
    assertEquals([again.kept, toJson(again.outcomes)], [40, toJson(local.outcomes)]);
  },
});
