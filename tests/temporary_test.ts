import { assert, assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import { writeWhole } from "offprint/files.ts";
import { isRunning, sweepTemporary, temporaryFolder, temporaryName } from "offprint/temporary.ts";

/** A process that has ended: its id and, as it may be given again, when it started. */
async function dead(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  return child.pid;
}

Deno.test("folders of processes that have ended are swept, all others stay", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const own = await temporaryFolder("verilog");
    const [, owner] = /^offprint-verilog-([\d.]+)-/.exec(basename(own))!;
    await Deno.remove(own);
    const [pid, start, namespace] = owner!.split(".");
    assertEquals(Number(pid), Deno.pid);
    const gone = await dead();
    const folders = {
      mine: `offprint-kernel-${owner}-a1`,
      ended: `offprint-kernel-${gone}.77.${namespace}-b2`,
      // The id is ours, but a process had it before us.
      reused: `offprint-verilog-${pid}.${Number(start) + 1}.${namespace}-c3`,
      elsewhere: `offprint-verilog-${gone}.77.${Number(namespace) + 1}-d4`,
      old: "offprint-verilog-e5",
      other: `build-${gone}`,
    };
    for (const name of Object.values(folders)) {
      await Deno.mkdir(join(parent, name, "deep"), { recursive: true });
    }
    const removed = (await sweepTemporary(parent)).map((path) => basename(path)).sort();
    const expected = start === "0" ? [folders.ended] : [folders.ended, folders.reused];
    assertEquals(removed, expected.sort());
    assertEquals(await sweepTemporary(parent), []);

    const left = temporaryName("x.json").replace(owner!, `${gone}.77.${namespace}`);
    const under = temporaryName("x.json");
    for (const name of [left, under, `.${gone}.77.tmp`]) {
      await Deno.writeTextFile(join(parent, name), "");
    }
    // Writing a file there sweeps the folder, once.
    await writeWhole(join(parent, "y.json"), "{}");
    const names = (await Array.fromAsync(Deno.readDir(parent))).filter(({ isFile }) => isFile)
      .map(({ name }) => name);
    assertEquals(names.sort(), [under, `.${gone}.77.tmp`, "y.json"].sort());
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("a folder that cannot be read is no error", async () => {
  assertEquals(await sweepTemporary("/no/such/folder"), []);
});

Deno.test("which processes run", async () => {
  assert(isRunning(Deno.pid));
  assert(!isRunning(await dead()));
});
