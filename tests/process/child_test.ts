import { assert, assertEquals, assertThrows } from "@std/assert";
import { COMMAND_FLAGS } from "offprint/kit/project.ts";
import { runLimited, startChild } from "offprint/process/mod.ts";
import { descendants, isAlive, untilGone } from "./processes.ts";

const WINDOWS = Deno.build.os === "windows";
const LIMITS = { timeMs: 20_000, outputBytes: 100_000, memoryBytes: 1_500_000_000 };

Deno.test("a child's output, what it reads, its status and its environment", async () => {
  const child = startChild("sh", ["-c", 'read line; echo "$line $WHO"; echo no >&2; exit 3'], {
    stdin: "piped",
    env: { WHO: "you" },
  });
  await child.write("hello\n");
  assertEquals(await new Response(child.stdout).text(), "hello you\n");
  assertEquals(await new Response(child.stderr).text(), "no\n");
  assertEquals(await child.status, { code: 3, signal: null });
  assertEquals(child.end, { code: 3, signal: null });
  assertThrows(() => startChild("no-such-program", []), Deno.errors.NotFound, "no-such-program");
});

Deno.test({
  name: "a killed child takes along what it started",
  ignore: WINDOWS,
  async fn() {
    const child = startChild("sh", ["-c", "sleep 300 & echo $!; wait"]);
    const { value } = await child.stdout.getReader().read();
    const grandchild = Number(new TextDecoder().decode(value));
    assert(isAlive(grandchild));
    child.kill();
    child.kill();
    assertEquals(await child.status, { code: 137, signal: "SIGKILL" });
    assertEquals(await untilGone([grandchild]), []);
  },
});

Deno.test({
  name: "a process whose Deno was replaced still starts Deno",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "offprint-replaced-" });
    const program = `${folder}/deno`;
    await Deno.copyFile(Deno.execPath(), program);
    const script = import.meta.resolve("./replaced.ts");
    const child = startChild(program, ["run", ...COMMAND_FLAGS, script, folder]);
    assertEquals(await new Response(child.stdout).text(), "gone; 42\n");
    assertEquals((await child.status).code, 0);
  },
});

Deno.test({
  name: "a program that overruns is ended with its children",
  ignore: WINDOWS,
  async fn() {
    const folder = await Deno.makeTempDir();
    const run = (script: string, limits = {}) =>
      runLimited("sh", ["-c", script], folder, { ...LIMITS, ...limits });
    try {
      assertEquals((await run("sleep 60 & sleep 60", { timeMs: 200 })).ended, "time");
      const loud = await run("exec yes", { outputBytes: 1000 });
      assertEquals([loud.ended, loud.output.length], ["output", 1000]);
      assertEquals(await run("echo a; echo b >&2; exit 3"), {
        ended: "exit",
        code: 3,
        output: "a\nb\n",
      });
      const { code } = await run("exec head -c 100000 /dev/zero > zeros", { fileBytes: 2048 });
      assert(code !== 0, "a file larger than its limit");
      assertEquals((await Deno.stat(`${folder}/zeros`)).size, 2048);
      assertEquals((await run("echo $HOME")).output, "\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

for (const what of ["tree", "kernel", "yosys"]) {
  Deno.test({
    name: `what was started does not outlive a killed parent: ${what}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const parent = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", ...COMMAND_FLAGS, "tests/process/parent.ts", what],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
      }
      const started = descendants(parent.pid);
      // The leader of each group has a shell beside it that waits for the parent's end.
      assert(started.length >= 2, `started: ${started}, printed: ${text}`);
      parent.kill("SIGKILL");
      await parent.status;
      await reader.cancel();
      assertEquals(await untilGone(started), []);
    },
  });
}
