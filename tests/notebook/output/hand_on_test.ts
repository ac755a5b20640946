import { assert } from "@std/assert";
import { handedOn } from "offprint/notebook/output/hand_on.ts";

/** How long it waits, in ms. */
async function waited(characters: number): Promise<number> {
  const from = performance.now();
  await handedOn(characters);
  return performance.now() - from;
}

/** What a worker does for so long, in ms. */
const BUSY = `onmessage = ({ data }) => {
  postMessage("begun");
  const until = performance.now() + data;
  while (performance.now() < until);
  postMessage("ended");
};`;

/** A thread that works for `ms`, and has begun. */
async function busyThread(ms: number): Promise<Worker> {
  const worker = new Worker(URL.createObjectURL(new Blob([BUSY])), { type: "module" });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage(ms);
  });
  return worker;
}

Deno.test({
  name: "an output is waited for as long as another thread works, and not for ever",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const short = await busyThread(150);
    const ended = new Promise<true>((resolve) => short.onmessage = () => resolve(true));
    // 10 ms would be the wait of a kernel whose threads rest.
    assert(await waited(0) >= 100);
    assert(await ended);
    short.terminate();
    const endless = await busyThread(1e9);
    const ms = await waited(0);
    endless.terminate();
    assert(ms >= 400, `${ms}`);
  },
});

Deno.test("where a fence marks the end of a cell's outputs, only a very large output is waited for", async () => {
  const fence = Symbol.for("offprint.kernel");
  const before = waited(100_000);
  Reflect.set(globalThis, fence, {});
  try {
    let timers = 0;
    const timer = setTimeout(() => timers++, 0);
    await handedOn(100_000);
    assert(timers === 0);
    clearTimeout(timer);
    assert(await waited(2_000_000) >= 190);
  } finally {
    Reflect.deleteProperty(globalThis, fence);
  }
  assert(await before >= 19);
});
