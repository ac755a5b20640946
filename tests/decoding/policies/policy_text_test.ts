import { assertEquals, assertThrows } from "@std/assert";
import { parseMs, parsePolicies } from "offprint/decoding/policies/mod.ts";
import { UserError } from "offprint/errors.ts";

Deno.test("policies and latencies as typed", () => {
  assertEquals(
    parsePolicies("constant:2,4").concat(parsePolicies("heuristic"), parsePolicies("specdecpp:.7"))
      .map(({ name }) => name),
    ["constant 2", "constant 4", "heuristic +2/−1 from 5", "SpecDec++ h = 0.7"],
  );
  for (
    const bad of ["", "constant", "constant:", "constant:x", "magic:3", "top:0.1:2", "toString:1"]
  ) {
    assertThrows(() => parsePolicies(bad), UserError, "--policy");
  }
  assertThrows(() => parsePolicies("constant:0"), UserError, "candidates: got 0");
  assertThrows(() => parsePolicies("specdecpp:1.5"), UserError, "threshold h: got 1.5");
  assertEquals([1, 9].map(parseMs("--x", "12.5")), [12.5, 12.5]);
  assertEquals([1, 3, 5, 8].map(parseMs("--x", "2:10, 4:20, 6:60")), [10, 15, 40, 60]);
  for (const bad of ["", "a", "-1", "4:10,2:5", "1:", "1:2:3", "1e3"]) {
    assertThrows(() => parseMs("--x", bad), UserError, "--x");
  }
});
