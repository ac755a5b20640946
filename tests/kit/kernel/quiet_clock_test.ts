import { assert, assertEquals } from "@std/assert";
import { LATE } from "offprint/kit/kernel/limit.ts";
import { QuietClock } from "offprint/kit/kernel/quiet_clock.ts";

const NOT_HERE = Deno.build.os !== "linux";

/** Starts a process that leads a group of its own. */
function group(script: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", script],
    stdin: "null",
    stdout: "null",
    detached: true,
  }).spawn();
}

/** What a clock shows of a group after some time. */
async function clocked(script: string, wallMs: number) {
  const child = group(script);
  try {
    const clock = new QuietClock(child.pid);
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, wallMs));
    return { elapsed: clock.elapsedMs(), wall: performance.now() - started };
  } finally {
    Deno.kill(-child.pid, "SIGKILL");
    await child.status;
  }
}

Deno.test({
  name: "sleeping counts whole: a process that waits for nothing reaches its limit",
  ignore: NOT_HERE,
  async fn() {
    const { elapsed, wall } = await clocked("sleep 60", 600);
    assert(elapsed > 0.8 * wall, `${elapsed} of ${wall} ms`);
  },
});

Deno.test({
  name: "standing in the queue for a processor does not count",
  ignore: NOT_HERE,
  async fn() {
    // Twice as many busy processes as processors, in the group itself: each waits about half of the time.
    const busy = "while :; do :; done & ".repeat(2 * navigator.hardwareConcurrency);
    const { elapsed, wall } = await clocked(`${busy} wait`, 1500);
    assert(elapsed < 0.6 * wall, `${elapsed} of ${wall} ms`);
    assert(elapsed >= 0.04 * wall, "even so a limit comes");
  },
});

Deno.test({
  name: "a limit ends the waiting, and a promise before it gives its value",
  ignore: NOT_HERE,
  async fn() {
    const child = group("sleep 60");
    const clock = new QuietClock(child.pid);
    assertEquals(await clock.within(60_000, Promise.resolve(7)), 7);
    assertEquals(await clock.within(100, new Promise<never>(() => {})), LATE);
    Deno.kill(-child.pid, "SIGKILL");
    await child.status;
  },
});
