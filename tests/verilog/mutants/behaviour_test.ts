import { assertEquals } from "@std/assert";
import { behaviourOf, type Mutant } from "offprint/verilog/mutants/mod.ts";
import { compareByStimulus } from "offprint/verilog/simulate/mod.ts";
import { YosysPool, type YosysRun } from "offprint/verilog/tools/mod.ts";

const mutant = (text: string): Mutant => ({
  text,
  rule: "op.swap",
  class: "behaviour",
  edits: [],
  line: 1,
  seed: 0,
});
const inverter = "module sub(input a, output y); assign y = ~a; endmodule\n";
const tops: Record<string, string> = {
  "a generate loop": inverter +
    "module m(input [1:0] a, output [1:0] y, output z); genvar i; generate for (i = 0; i < 2; i = i + 1) " +
    "begin : g sub s(a[i], y[i]); end endgenerate assign z = a[0] & a[1]; endmodule\n",
  "a conditional": inverter + "module m #(parameter P = 1) (input a, b, output y, output z); " +
    "generate if (P) begin : g sub s(a, y); end endgenerate assign z = a & b; endmodule\n",
  "two tops": "module other(input a, output y); assign y = ~a; endmodule\n" +
    "module m(input a, b, output z); assign z = a & b; endmodule\n",
};

Deno.test("the module that contains the others is compared, however it contains them", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  for (const [name, gold] of Object.entries(tops)) {
    const compare = behaviourOf(gold, yosys);
    const gate = gold.replace(/assign z = (\S+) & /, "assign z = $1 | ");
    assertEquals((await compare(mutant(gate))).verdict, "different", name);
    assertEquals((await compare(mutant(gold))).verdict, "equal", name);
  }
  // Yosys reads `.*` in SystemVerilog alone: then nothing is known, least of all from the module inside.
  const implicit = inverter +
    "module m(input a, input b, output y, output z); sub s(.*); assign z = a & b; endmodule\n";
  const found = await behaviourOf(implicit, yosys)(mutant(implicit.replace("&", "|")));
  assertEquals(found.verdict, "unknown");
});

Deno.test("equivalent mutants are no bugs, and what only prints proves nothing", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const shift = "module shift(input clk, input d, output q, output t); reg [3:0] s; reg p; " +
    "always @(posedge clk) begin s <= {s[2:0], d}; p <= d + s[0]; end assign q = s[3]; assign t = p; endmodule";
  const display =
    "module disp(input clk, input rst, input a, input b, output reg y); always @(posedge clk) " +
    'if (rst) y <= 1\'b0; else begin y <= a + b; if (a) $display("a at %t", $time); end endmodule';
  for (const gold of [shift, display]) {
    const compare = behaviourOf(gold, yosys);
    assertEquals((await compare(mutant(gold.replace(" + ", " - ")))).verdict, "equal");
    assertEquals((await compare(mutant(gold.replace(" + ", " & ")))).verdict, "different");
  }
});

Deno.test("what simulation and synthesis read differently is not judged", async () => {
  await using yosys = new YosysPool();
  const gold = "module m(input a, b, output reg y); always @(a) y = a & b; endmodule";
  assertEquals(await behaviourOf(gold, yosys)(mutant(gold.replace("&", "|"))), {
    verdict: "unknown",
    evidence: "an always block that reads b and does not wait for it",
  });
});

Deno.test("simulation and proof agree where the original is unknown", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const open = "module m(input [7:0] a, input [3:0] i, output [7:0] q);";
  const assigned = (value: string) => `${open} assign q = ${value}; endmodule`;
  for (
    const [gold, gate, seen] of [
      ["a[i]", "(a >> i) & 8'd1", "same"],
      ["(a >> i) & 8'd1", "a[i]", "different"],
      ["a / i", "i == 0 ? 8'bx : a / i", "same"],
      ["a / i", "i == 0 ? 8'd7 : a / i", "same"],
    ] as const
  ) {
    const problem = { gold: assigned(gold), gate: assigned(gate), top: "m", yosys };
    assertEquals(await compareByStimulus(problem), seen, `${gold} against ${gate}`);
  }
});

Deno.test("a reset with an escaped name is held like any other", async () => {
  await using yosys = new YosysPool();
  const gold = "module esc(input clk, input \\rst* , input d, output reg q); " +
    "always @(posedge clk) if (\\rst* ) q <= 1'b0; else q <= d; endmodule";
  const compare = behaviourOf(gold, yosys);
  assertEquals((await compare(mutant(gold))).verdict, "equal");
  const other = await compare(mutant(gold.replace("1'b0", "1'b1")));
  assertEquals(other, { verdict: "different", evidence: "simulation" });
});

Deno.test("the proofs of a file go on one at a time, and none begins after one that ran out", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  let proofs = 0;
  const slow = {
    processes: 4,
    run: (asked: YosysRun) => {
      if (!/\bsat /.test(asked.script)) return yosys.run(asked);
      proofs++;
      return Promise.resolve({ status: "time", log: "", files: {} });
    },
  } as unknown as YosysPool;
  const gold = "module m(input a, b, output y); assign y = a & b; endmodule";
  const compare = behaviourOf(gold, slow);
  const found = await Promise.all([1, 2, 3].map(() => compare(mutant(gold))));
  assertEquals(found.map(({ evidence }) => evidence), [
    "equivalence: ran out",
    "tools ran out of time or memory over another mutant",
    "tools ran out of time or memory over another mutant",
  ]);
  assertEquals(proofs, 1);
});
