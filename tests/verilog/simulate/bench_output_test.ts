import { assertEquals } from "@std/assert";
import { readPrinted } from "offprint/verilog/simulate/mod.ts";

Deno.test("words never pass, counts and the way of ending do", () => {
  const right = "TB_RESULT passed=23 total=23";
  const cases: [string, string, boolean][] = [
    ["exit", right, true],
    ["exit", "===Error=== not passed", false],
    ["exit", "All tests passed!", false],
    ["exit", `ERROR: bench.v:3: sum is wrong\npassed\n${right}`, false],
    ["exit", `FATAL: stopped\n${right}`, false],
    ["time", right, false],
    ["output", right, false],
    ["exit", `${right} TIMEOUT`, false],
    ["exit", "TB_RESULT passed=0 total=0", false],
    ["exit", "the bypass is on, an error: none\n" + right, true],
  ];
  for (const [ended, output, passes] of cases) {
    assertEquals(readPrinted({ ended, output }).passes, passes, output);
  }
});

Deno.test("22 of 23 is a share and no pass", () => {
  const { passes, passed = 0, total = 1 } = readPrinted({
    ended: "exit",
    output: "TB_RESULT passed=22 total=23\n",
  });
  assertEquals([passes, (passed / total).toFixed(6)], [false, "0.956522"]);
});
