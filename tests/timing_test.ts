import { assert, assertEquals, assertRejects } from "@std/assert";
import { medianTimesMs, processorTimeMs } from "offprint/timing.ts";

Deno.test("works take turns, one round more than asked for", async () => {
  const calls: string[] = [];
  const times = await medianTimesMs([
    () => void calls.push("a"),
    () => Promise.resolve(calls.push("b")),
  ], { rounds: 2 });
  assertEquals(calls.join(""), "ababab");
  assertEquals(times.length, 2);
  assert(times.every((ms) => ms >= 0));
});

Deno.test("no rounds are refused", async () => {
  await assertRejects(() => medianTimesMs([], { rounds: 0 }), RangeError, "got 0 rounds");
});

Deno.test("waiting takes no processor time, and computing does", async () => {
  const compute = () => Array.from({ length: 300_000 }, Math.sqrt).length;
  const wait = () => new Promise((done) => setTimeout(done, 60));
  const works = [compute, wait];
  const [computing, waiting] = await medianTimesMs(works, { rounds: 3, clock: processorTimeMs });
  assert(computing! > 0);
  assert(waiting! < 60, `${waiting} ms`);
});
