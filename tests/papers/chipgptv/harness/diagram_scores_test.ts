import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { edgesF1, machineScores } from "offprint/papers/chipgptv/harness/mod.ts";
import { type Fsm, parseFsm, parseGraph, renameFsm } from "offprint/verilog/diagrams/mod.ts";

/** The detector of 10011: next states on 0 and on 1. */
const NEXT = [[0, 1], [2, 1], [3, 1], [0, 4], [2, 5], [2, 1]];
const detector = (next: readonly (readonly number[])[]): Fsm =>
  parseFsm([
    "states S0 S1 S2 S3 S4 S5",
    "reset S0",
    "inputs in",
    ...[0, 1, 2, 3, 4, 5].map((state) => `moore S${state} out=${state === 5 ? 1 : 0}`),
    ...next.flatMap((row, state) => row.map((to, bit) => `S${state} --in=${bit}--> S${to}`)),
  ].join("\n"));

Deno.test("a machine is itself under any names, with the reset state where it was", () => {
  const machine = detector(NEXT);
  const names = new Map([["S0", "a"], ["S1", "S2"], ["S2", "S1"], ["S3", "q"]]);
  for (const other of [machine, renameFsm(machine, names)]) {
    assertEquals(machineScores(machine, other), { transitions: 1, states: 1, outputs: 1 });
  }
});

Deno.test("the released picture's two wrong arrows cost two of twelve transitions", () => {
  const wrong = NEXT.map((row) => [...row]);
  wrong[4]![0] = 0;
  wrong[5]![1] = 5;
  const { transitions, states, outputs } = machineScores(detector(NEXT), detector(wrong));
  assertAlmostEquals(transitions, 10 / 12, 1e-12);
  assertEquals([states, outputs], [1, 1]);
});

Deno.test("a wrong first arrow leads the walk astray, and equal names find the rest", () => {
  const wrong = NEXT.map((row) => [...row]);
  wrong[0]![1] = 0;
  assertAlmostEquals(
    machineScores(detector(NEXT), detector(wrong)).transitions,
    11 / 12,
    1e-12,
  );
});

Deno.test("edges: all, none, one of two; blocks under other names are paired", () => {
  const graph = (one: string, two: string, edge = "m") =>
    parseGraph(
      `top t\nport input d [4]\nport output q [4]\nnode ${one} dly\nnode ${two} dly\n` +
        `$port.d -> ${one}.d [4]\n${one}.q -> ${two}.d [4]\n` +
        (edge === "m" ? `${two}.q -> $port.q [4]\n` : `${one}.q -> $port.q [4]\n`),
    );
  assertEquals(edgesF1(graph("r0", "r1"), graph("r0", "r1")), 1);
  assertEquals(edgesF1(graph("r0", "r1"), graph("first", "second")), 1);
  assertAlmostEquals(edgesF1(graph("r0", "r1"), graph("r0", "r1", "x")), 2 / 3, 1e-12);
  assert(edgesF1(graph("r0", "r1"), parseGraph("top t\n")) === 0);
});
