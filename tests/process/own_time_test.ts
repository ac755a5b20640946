import { assert, assertEquals } from "@std/assert";
import { LATE, startChild, withinOwnTime } from "offprint/process/mod.ts";

const NOT_HERE = Deno.build.os !== "linux";

/** How long it takes until a shell script that never ends is late, in ms. */
async function untilLate(ms: number, script: string): Promise<number> {
  const child = startChild("sh", ["-c", script]);
  const started = performance.now();
  try {
    assertEquals(await withinOwnTime(ms, child.pid, child.status), LATE);
    return performance.now() - started;
  } finally {
    child.kill();
    await child.status;
  }
}

Deno.test("a promise before the limit gives its value", async () => {
  assertEquals(await withinOwnTime(60_000, Deno.pid, Promise.resolve(7)), 7);
});

Deno.test({
  name: "a process that waits for nothing is late soon after its limit",
  ignore: NOT_HERE,
  async fn() {
    const ms = await untilLate(500, "sleep 60");
    // Not the twenty times that a starved process gets.
    assert(ms >= 500 && ms < 9500, `${ms} ms`);
  },
});

Deno.test({
  name: "standing in the queue for a processor does not count",
  ignore: NOT_HERE,
  async fn() {
    // Three times as many busy processes as processors: each waits two thirds of the time.
    const busy = "while :; do :; done & ".repeat(3 * navigator.hardwareConcurrency);
    const ms = await untilLate(400, `${busy} wait`);
    assert(ms > 800, `${ms} ms`);
  },
});
