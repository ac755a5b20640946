import { assert, assertEquals, assertThrows } from "@std/assert";
import { benchTable, interleaved, lessIsBetter, median } from "offprint/kit/bench/report.ts";

Deno.test("median of odd, even and no values", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("contestants take turns, after one round that is not counted", async () => {
  const order: string[] = [];
  const times = await interleaved({
    ours: () => order.push("ours"),
    peer: async () => {
      await Promise.resolve();
      order.push("peer");
    },
  }, 2);
  assertEquals(order, ["ours", "peer", "ours", "peer", "ours", "peer"]);
  assert(times.ours >= 0 && times.peer >= 0);
});

Deno.test("a contestant may run several times in a turn, and no more than the repetitions", async () => {
  const order: string[] = [];
  await interleaved({ a: () => order.push("a"), b: () => order.push("b") }, 3, { turn: 2 });
  assertEquals(order.join(" "), "a b a a b b a b");
});

Deno.test("a row's ratio is above 1 where we need less", () => {
  const row = lessIsBetter({
    name: "n",
    shape: "s",
    ours: 2,
    peer: 5,
    peerName: "p",
    unit: "s",
  });
  assertEquals(row.ratio, 2.5);
  const text = benchTable({ suite: "core", machine: "a machine", rows: [row] });
  assertEquals(text.split("\n"), [
    "core: a machine",
    "ratio  ours  peer  what",
    " 2.5×   2 s   5 s  n (s); peer: p",
  ]);
});
