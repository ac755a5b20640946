import { assert, assertEquals, assertRejects } from "@std/assert";
import { command } from "offprint/commands/sweep.ts";
import { UserError } from "offprint/errors.ts";

/** Runs the command with a store of its own; gives its exit code and what it printed. */
async function run(folder: string, ...args: string[]): Promise<[code: number, printed: string]> {
  const { log } = console;
  const before = Deno.env.get("OFFPRINT_SWEEPS");
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  Deno.env.set("OFFPRINT_SWEEPS", folder);
  try {
    return [await command.run(args), lines.join("\n")];
  } finally {
    console.log = log;
    if (before === undefined) Deno.env.delete("OFFPRINT_SWEEPS");
    else Deno.env.set("OFFPRINT_SWEEPS", before);
  }
}

Deno.test("an experiment over a grid: a file, what is kept, and forgetting it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const csv = `${folder}/gain.csv`;
    const args = [
      "10",
      "--experiment",
      "thresholdGain",
      "--grid",
      "spread=0:0.4:0.4",
      "ratio=2,4.5",
    ];
    const [code, printed] = await run(folder, ...args, "--csv", csv);
    assertEquals(code, 0);
    assert(printed.startsWith("10-specdecpp, thresholdGain\n"));
    const rows = (await Deno.readTextFile(csv)).trim().split("\n");
    assertEquals(rows.slice(0, 3), [
      "spread,ratio,best K,best h,gain",
      "0,2,2,0.01,0",
      "0,4.5,4,0.36,0",
    ]);
    assertEquals(rows.length, 5);
    const [, list] = await run(folder, "--list");
    assert(list.includes("experiments.ts thresholdGain: 4 points of 1 version of the code"), list);
    const [, json] = await run(folder, ...args, "--json");
    assertEquals(JSON.parse(json).runs.length, 4);
    assertEquals(await run(folder, "--forget", "thresholdGain"), [0, "4 points forgotten"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mistakes are one line each, before any work", async () => {
  const gain = ["10", "--experiment", "thresholdGain", "--grid"];
  const wrong: [args: string[], part: string][] = [
    [[], "got no paper"],
    [["11", "--grid", "K=1"], 'notebook: got "11"'],
    [["10"], "--grid: got nothing"],
    [
      ["10", "--experiment", "nope", "--grid", "K=1"],
      "an experiment of 10-specdecpp: thresholdGain",
    ],
    [["90", "--experiment", "nope", "--grid", "K=1"], "which has no experiments"],
    [[...gain, "K=1"], 'got "K", expected one of its parameters: spread, ratio'],
    [
      [...gain, "ratio=two"],
      "parameter ratio: got \"two\", expected a number, in draft passes. Write for example --grid 'ratio=4.5'.",
    ],
    [["10", "--grid", "ratio=1"], '--grid ratio: got "1", expected a number of at least 1.1'],
    [[...gain, "ratio=1:2:0"], "one that never ends"],
    [[...gain, "ratio=1,1"], "axis ratio: got 1 twice"],
    [[...gain, "ratio=1", "--engine", "pbs"], "expected local or slurm"],
    [[...gain, "ratio=1", "--resume"], "got no --engine slurm"],
    [["10", "--grid", "ratio=1", "--engine", "slurm"], "got no --experiment"],
    [["--list"], "/dev/null/sweeps"],
  ];
  for (const [args, part] of wrong) {
    const { message } = await assertRejects(
      () => run("/dev/null/sweeps", ...args),
      UserError,
      part,
    );
    assert(!message.includes("\n"));
  }
});
