import { assert, assertEquals, assertRejects } from "@std/assert";
import { medianTimesMs } from "offprint/timing.ts";

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
