import { assertEquals } from "@std/assert";
import { machineSentences } from "offprint/papers/chipgptv/harness/mod.ts";
import { parseFsm } from "offprint/verilog/diagrams/mod.ts";

Deno.test("a machine in sentences: states, reset, outputs, one for each arrow", () => {
  const fsm = parseFsm(
    "states A B\nreset A\ninputs x y\nmoore B z=1,w=01\nA --x=1&y=0--> B\nB --*--> A\n",
  );
  assertEquals(machineSentences(fsm), [
    "The states are `A`, `B`.",
    "Reset leads to state `A`.",
    "In state `B`, `z` is 1 and `w` is 01.",
    "From state `A`, when `x` is 1 and `y` is 0, the next state is `B`.",
    "From state `B` the next state is always `A`.",
  ]);
});
