import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { freePorts } from "offprint/kit/kernel/connection.ts";
import { encodeJupyter, newHeader } from "offprint/kit/kernel/messages.ts";
import { KernelClient, KernelStartError, type OutputMessage } from "offprint/kit/kernel/mod.ts";
import { encodeMessage, greeting, readyCommand } from "offprint/kit/kernel/zmtp.ts";

const cwd = Deno.cwd();

/** Runs a cell and keeps what it put out. */
async function runCell(kernel: KernelClient, code: string, cell = "cell", timeLimitMs = 30_000) {
  const outputs: (OutputMessage & { from: string; late: boolean })[] = [];
  const execution = await kernel.execute(code, {
    cell,
    timeLimitMs,
    onOutput: (output, { cell, late }) => outputs.push({ ...output, from: cell, late }),
  });
  const text = outputs.map(({ content }) => content["text"] ?? "").join("");
  return { execution, outputs, text };
}

async function withKernel(use: (kernel: KernelClient) => Promise<void>, env = {}) {
  const kernel = await KernelClient.start({ cwd, env });
  try {
    await use(kernel);
  } finally {
    await kernel.kill();
  }
}

/** Whether a process exists and has not ended; one that only waits to be collected has. */
function isRunning(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] })
    .outputSync();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout).trim());
}

Deno.test("cells share one session; values, prints and errors come back", async () => {
  await withKernel(async (kernel) => {
    assertEquals((await runCell(kernel, "const x: number = 6;")).execution, { status: "ok" });
    const value = await runCell(kernel, "console.log('printed'); x * 7");
    assertEquals(value.outputs.map(({ type }) => type), ["stream", "execute_result"]);
    assertEquals(value.outputs[1]?.content["data"], { "text/plain": "42" });
    const { execution } = await runCell(kernel, "throw new RangeError('too far')");
    assert(execution.status === "error");
    assertEquals([execution.error.ename, execution.error.evalue], ["RangeError", "too far"]);
    assertEquals((await runCell(kernel, "x")).execution, { status: "ok" });
  });
});

Deno.test("output carries no colours and the hidden cells are not counted", async () => {
  await withKernel(async (kernel) => {
    const { outputs, text } = await runCell(kernel, "console.log({ a: [1, 'two'] }); [null, 3]");
    assertEquals(text, '{ a: [ 1, "two" ] }\n');
    assertEquals(outputs[1]?.content["data"], { "text/plain": "[ null, 3 ]" });
    assertEquals(outputs[1]?.content["execution_count"], 1);
    assertEquals(await runCell(kernel, "Deno.noColor").then((r) => r.outputs[0]?.content["data"]), {
      "text/plain": "true",
    });
  });
});

Deno.test("all of 20 000 printed lines arrive, in order, before the cell is over", async () => {
  await withKernel(async (kernel) => {
    const { text } = await runCell(
      kernel,
      "for (let i = 0; i < 20_000; i++) console.log(`line ${i}`);",
    );
    assertEquals(text, Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
    assertEquals((await runCell(kernel, "1")).text, "");
  });
});

Deno.test("a value that takes time to show itself still belongs to its cell", async () => {
  await withKernel(async (kernel) => {
    const { outputs } = await runCell(
      kernel,
      `({ [Symbol.for("Jupyter.display")]: async () => {
         await new Promise((resolve) => setTimeout(resolve, 50));
         return { "text/plain": "slow" };
       } })`,
    );
    assertEquals(outputs[0]?.content["data"], { "text/plain": "slow" });
  });
});

Deno.test("a large output arrives whole", async () => {
  await withKernel(async (kernel) => {
    const { text } = await runCell(kernel, "console.log('é'.repeat(400_000))");
    assertEquals(text, `${"é".repeat(400_000)}\n`);
  });
});

Deno.test("what computes with something that hangs on the processor is told with its cell, once", async () => {
  await withKernel(async (kernel) => {
    const uses: unknown[] = [];
    const run = (cell: string, code: string) =>
      kernel.execute(code, { cell, onProcessor: (use) => uses.push(use) });
    await run("a", `import { processorDependent } from "kernels/contract/processor.ts";`);
    await run("b", `processorDependent("a library"); processorDependent("a library");`);
    await run("c", `setTimeout(() => processorDependent("a library"), 20); const go = 1;`);
    await run("d", `await new Promise((done) => setTimeout(done, 40)); processorDependent("C");`);
    assertEquals(uses, [
      { cell: "b", name: "a library" },
      { cell: "c", name: "a library" },
      { cell: "d", name: "C" },
    ]);
  });
});

Deno.test("a lost rejection and a throwing callback are reported with their cell", async () => {
  await withKernel(async (kernel) => {
    const { execution } = await runCell(kernel, "void Promise.reject(new Error('gone')); 5", "a");
    assert(execution.status === "lost");
    assertEquals([execution.what, execution.cell, execution.error.evalue], [
      "rejection",
      "a",
      "gone",
    ]);
    const thrown = await runCell(kernel, "setTimeout(() => { throw new Error('tick') }, 0);", "b");
    assert(thrown.execution.status === "lost");
    assertEquals([thrown.execution.what, thrown.execution.error.evalue], ["error", "tick"]);
    // Rejected while a later cell runs: still the earlier cell's.
    const chain =
      "const go = Promise.withResolvers(); void go.promise.then(() => { throw 'late' });";
    await runCell(kernel, chain, "c");
    const later = await runCell(kernel, "go.resolve();", "d");
    assert(later.execution.status === "lost");
    assertEquals(later.execution.cell, "c");
    assertEquals((await runCell(kernel, "1", "e")).execution, { status: "ok" });
  });
});

Deno.test("late output is told from the running cell's, for prints and displays", async () => {
  await withKernel(async (kernel) => {
    // A timer of cell a that fires while b runs, because only b lets it.
    await runCell(
      kernel,
      `let go = false;
       const fired = Promise.withResolvers();
       const timer = setInterval(async () => {
         if (!go) return;
         clearInterval(timer);
         console.log("late");
         await Deno.jupyter.display({ "text/plain": "late too" }, { raw: true });
         fired.resolve();
       }, 1);`,
      "a",
    );
    const { outputs } = await runCell(
      kernel,
      "go = true; await fired.promise; console.log(2)",
      "b",
    );
    assertEquals(outputs.map(({ type, from, late }) => [type, from, late]), [
      ["stream", "a", true],
      ["display_data", "a", true],
      ["stream", "b", false],
    ]);
  });
});

Deno.test("timers still work with util.promisify, arguments and clearing", async () => {
  await withKernel(async (kernel) => {
    const { outputs } = await runCell(
      kernel,
      `import { promisify } from "node:util";
       let seen = [];
       seen.push(await promisify(setTimeout)(1, "value"));
       await new Promise((done) => setTimeout((...args) => done(seen.push(...args)), 1, 2, 3));
       const never = setTimeout(() => seen.push("never"), 1);
       clearTimeout(never);
       let ticks = 0;
       await new Promise((done) => {
         const id = setInterval(() => { if (++ticks === 3) done(clearInterval(id)); }, 1);
       });
       JSON.stringify([...seen, ticks])`,
    );
    assertEquals(outputs[0]?.content["data"], { "text/plain": `'["value",2,3,3]'` });
  });
});

Deno.test("Deno.exit in a cell is seen at once, with its code", async () => {
  await withKernel(async (kernel) => {
    const { execution, text } = await runCell(kernel, "console.log('before'); Deno.exit(3)");
    assert(execution.status === "died");
    assertEquals(execution.end, { code: 3, signal: null });
    assert(["before\n", ""].includes(text));
    const next = await runCell(kernel, "1");
    assertEquals(next.execution.status, "died");
  });
});

Deno.test("running out of memory ends the kernel and says so", async () => {
  await withKernel(async (kernel) => {
    const { execution } = await runCell(
      kernel,
      "const hoard = []; while (true) hoard.push(new Array(100_000).fill(Math.PI));",
    );
    assert(execution.status === "died");
    assertMatch(execution.terminalText, /heap/i);
  }, { DENO_V8_FLAGS: "--max-old-space-size=160" });
});

Deno.test("a cell that never ends is killed at its limit, busy or waiting", async () => {
  for (const code of ["while (true);", "await new Promise(() => {});"]) {
    await withKernel(async (kernel) => {
      const { execution } = await runCell(kernel, code, "endless", 300);
      assertEquals(execution, { status: "timeout", limitMs: 300 });
      await kernel.ended;
    });
  }
});

Deno.test("killing a kernel takes along what its cells started", async () => {
  const kernel = await KernelClient.start({ cwd });
  const { text } = await runCell(
    kernel,
    `console.log(new Deno.Command(Deno.execPath(), {
       args: ["eval", "await new Promise((r) => setTimeout(r, 1e6))"], stdout: "inherit",
     }).spawn().pid)`,
  );
  const child = Number(text);
  assert(child > 0);
  const { pid } = kernel;
  await kernel.kill();
  assertEquals([isRunning(pid), isRunning(child)], [false, false]);
});

Deno.test("a process that left the kernel's group does not hold up its end", async () => {
  const kernel = await KernelClient.start({ cwd });
  const { text } = await runCell(
    kernel,
    `const escaped = new Deno.Command(Deno.execPath(), {
       args: ["eval", "await new Promise((r) => setTimeout(r, 1e6))"],
       stdout: "inherit", stderr: "inherit", detached: true,
     }).spawn();
     escaped.unref();
     console.log(escaped.pid)`,
  );
  await kernel.shutdown();
  Deno.kill(Number(text), "SIGKILL");
});

Deno.test({
  name: "the connection file is for this user alone and is removed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const kernel = await KernelClient.start({ cwd });
    const { outputs } = await runCell(
      kernel,
      `const args = Deno.readTextFileSync("/proc/self/cmdline").split("\\0");
       console.log(args[args.indexOf("--conn") + 1])`,
    );
    const path = String(outputs[0]?.content["text"]).trim();
    if (Deno.build.os === "linux") {
      const { mode } = await Deno.stat(path);
      assertEquals((mode ?? 0) & 0o777, 0o600);
      const { key } = JSON.parse(await Deno.readTextFile(path));
      assertMatch(key, /^[0-9a-f]{64}$/);
    }
    await kernel.shutdown();
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  },
});

Deno.test("a kernel that ignores the request to shut down is killed", async () => {
  const kernel = await KernelClient.start({ cwd });
  // Ends up busy in the protocol's own thread, which then cannot answer.
  const { pid } = kernel;
  if (Deno.build.os !== "windows") Deno.kill(pid, "SIGSTOP");
  await kernel.shutdown();
  assertEquals(isRunning(pid), false);
});

Deno.test("a port that is taken leads to another attempt", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let attempts = 0;
  const kernel = await KernelClient.start({
    cwd,
    ports: () => ({ ...freePorts(), ...(attempts++ === 0 ? { shell: taken.addr.port } : {}) }),
    startLimitMs: 20_000,
  });
  assertEquals(attempts, 2);
  assertEquals((await runCell(kernel, "1")).execution, { status: "ok" });
  await kernel.shutdown();
  taken.close();
});

Deno.test("when no attempt succeeds the reason is told", async () => {
  const error = await assertRejects(
    () => KernelClient.start({ cwd: "/no/such/folder", attempts: 2 }),
    KernelStartError,
  );
  assertStringIncludes(error.message, "did not start (2 tries)");
});

Deno.test("an abort kills the kernel, before and after it is up", async () => {
  const early = new AbortController();
  const starting = KernelClient.start({ cwd, signal: early.signal });
  early.abort();
  await assertRejects(() => starting, DOMException);
  const controller = new AbortController();
  const kernel = await KernelClient.start({ cwd, signal: controller.signal });
  const waiting = runCell(kernel, "while (true);");
  controller.abort();
  const { execution } = await waiting;
  assertEquals(execution.status, "died");
  await kernel.kill();
});

Deno.test("a message with a wrong signature is not believed", async () => {
  // Something that speaks ZMTP owns the iopub port and answers with a key of its own.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.write(greeting());
    await connection.write(readyCommand("PUB"));
    const forged = encodeJupyter("not the key", newHeader("s", "status"), {});
    await connection.write(encodeMessage(forged));
    return connection;
  })();
  const error = await assertRejects(
    () =>
      KernelClient.start({
        cwd,
        attempts: 1,
        ports: () => ({ ...freePorts(), iopub: listener.addr.port }),
      }),
    KernelStartError,
  );
  assertMatch(error.message, /signature was not made with this kernel's key|it ended with code/);
  (await serving).close();
  listener.close();
});
