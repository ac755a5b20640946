import { assert, assertEquals, assertThrows } from "@std/assert";
import { ambiguityRow, toldFacts } from "offprint/papers/chipgptv/ambiguity/mod.ts";
import {
  fsmOfMachine,
  graphOfWiring,
  heldOutDesigns,
  toldLines,
} from "offprint/papers/chipgptv/study/mod.ts";

Deno.test("of every held-out design more words leave no more open, and all words or the graph nothing", () => {
  for (const [i, design] of heldOutDesigns({ machines: 4, wirings: 6 }).entries()) {
    const shown = design.kind === "machine" ? fsmOfMachine(design) : graphOfWiring(design);
    const told = toldLines(design).map((line) => line.join("").trim());
    const { bits: [simple, medium, complex, graph], rises } = ambiguityRow(`${i}`, shown, told);
    // Where every width has one driver, names alone leave nothing open.
    assert(simple! >= medium! && medium! >= 0);
    assertEquals([complex, graph, rises], [0, 0, 0]);
    if (design.kind === "machine") {
      const n = design.states.length;
      assert(Math.abs(simple! - 2 * n * Math.log2(n)) < 1e-9);
      assert(Math.abs(medium! - n * Math.log2(n)) < 1e-9);
    }
  }
});

Deno.test("a sentence that is left out stays open, and a wrong one agrees with nothing", () => {
  const design = heldOutDesigns({ machines: 1, wirings: 0 })[3]!;
  assert(design.kind === "machine");
  // What the outputs are leaves no transition open.
  const told = toldLines(design).map((line) => line.join("").trim())
    .filter((line) => line.includes("go to"));
  const fsm = fsmOfMachine(design);
  assertEquals(ambiguityRow("less", fsm, told.slice(1)).bits[2], Math.log2(5));
  const wrong = told[0]!.replace(/S\d$/, (state) => state === "S0" ? "S1" : "S0");
  assertThrows(() => ambiguityRow("wrong", fsm, [...told, wrong]), RangeError, "no design agrees");
});

Deno.test("wires and transitions are read from each kind of sentence", () => {
  assertEquals(
    toldFacts([
      "Pin `q[3:0]` of block `u0` drives port `y` (4 bits).",
      "The number `1'd1` drives pin `en` of block `u0` (1 bit).",
      "u1_x is driven by u0_q",
      "Block `u0` is a `mac`.",
    ]),
    [
      { what: "$port.y", value: "u0.q[3:0]" },
      { what: "u0.en", value: "$const.1'd1" },
      { what: "u1.x", value: "u0.q" },
    ],
  );
  assertEquals(
    toldFacts(["From state `A`, when `a` is 1 and `b` is 0, the next state is `B`."], ["a", "b"]),
    [{ what: "A 10", value: "B" }],
  );
  assertEquals(
    toldFacts(["From state `A` the next state is always `B`."], ["a"]).map(({ what }) => what),
    ["A 0", "A 1"],
  );
});
