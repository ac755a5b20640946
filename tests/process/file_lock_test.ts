import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { withFileLock } from "offprint/process/mod.ts";

const ADD = `
import { withFileLock } from ${JSON.stringify(import.meta.resolve("offprint/process/mod.ts"))};
const [file, kill] = Deno.args;
for (let turn = 0; turn < 10; turn++) {
  await withFileLock(file, async () => {
    const count = Number(await Deno.readTextFile(file));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await Deno.writeTextFile(file, String(count + 1));
    if (kill === "kill" && turn === 4) Deno.kill(Deno.pid, "SIGKILL");
  });
}`;

Deno.test("processes that change a file under its lock lose no change, and a killed one frees the lock", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [file, script] = [join(folder, "count"), join(folder, "add.ts")];
    await Deno.writeTextFile(file, "0");
    await Deno.writeTextFile(script, ADD);
    const signals = await Promise.all(["live", "live", "kill"].map(async (kind) => {
      const args = ["run", "-A", "-q", "--no-lock", script, file, kind];
      return (await new Deno.Command(Deno.execPath(), { args }).output()).signal;
    }));
    assertEquals(signals, [null, null, "SIGKILL"]);
    assertEquals(await Deno.readTextFile(file), "25");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the result and the error of the work come through, and the lock is free after both", async () => {
  const file = "a file that is not there";
  assertEquals(await withFileLock(file, () => Promise.resolve(3)), 3);
  const failed = await withFileLock(file, () => Promise.reject(new Error("no")))
    .catch((error: Error) => error.message);
  assertEquals(failed, "no");
  assertEquals(await withFileLock(file, () => Promise.resolve(4)), 4);
});
