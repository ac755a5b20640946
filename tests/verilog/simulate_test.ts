import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  SATURATING_COUNTER as golden,
  saturatingCounterBench,
} from "offprint/verilog/designs/mod.ts";
import {
  type Bench,
  benchResult,
  benchSchema,
  benchToVerilog,
  bitsOf,
  compareByStimulus,
  grade,
  LANES,
  runBench,
  runForeignBench,
  simulationOf,
} from "offprint/verilog/simulate/mod.ts";
import { compareModules, findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

/** The golden module and its mutants, with the count of passed comparisons of 23. */
const mutants: [string, string, number][] = [
  ["original", golden, 23],
  ["+ to -", golden.replace("cnt + 1", "cnt - 1"), 9],
  ["else-if condition removed", golden.replace("else if (up && !full)", "else"), 17],
  ["width + 1", golden.replace("[W-1:0]", "[W:0]"), 16],
  ["width - 1", golden.replace("[W-1:0]", "[W-2:0]"), 8],
  ["width removed", golden.replace("[W-1:0]", ""), 2],
  ["range [20:0]", golden.replace("[W-1:0]", "[20:0]"), 16],
];

Deno.test("both simulators count what was worked out by hand", async () => {
  await using yosys = new YosysPool();
  const icarus = await findIcarus();
  for (const [name, text, passed] of mutants) {
    const result = await grade(text, saturatingCounterBench(), { yosys, icarus });
    const { held, ...counts } = result.embedded;
    assertEquals(counts, { passed, total: 23 }, name);
    if (icarus !== undefined) assertEquals(result.icarus, { ...counts, held: held! }, name);
    assertEquals(result.disagree, false);
  }
  const conflict = golden.replace("endmodule", "  assign full = up;\nendmodule");
  const refused = await runBench(conflict, saturatingCounterBench(), yosys);
  assertEquals(refused, { passed: 0, total: 23, refused: "multiple conflicting drivers" });
});

Deno.test("what the embedded simulator cannot do it refuses by name", async () => {
  await using yosys = new YosysPool();
  const refuse = async (text: string) => {
    const result = await simulationOf(text, "m", yosys);
    return "refused" in result ? result.refused : "accepted";
  };
  assertEquals(await refuse("module m(output y); assign #2 y = 1; endmodule"), "a delay");
  assertEquals(await refuse("module m(output y); assign y = $random; endmodule"), "$random");
  assertEquals(
    await refuse("module m(input a, output y); assign y = a ? 1'bz : 1'b0; endmodule"),
    "a high-impedance value",
  );
  assertEquals(
    await refuse("module m(input a, b, output reg y); always @(a) y = a & b; endmodule"),
    "an always block that reads b and does not wait for it",
  );
  const store = (writes: string) =>
    "module m(input c, w, input [9:0] i, input [16:0] d, output reg [16:0] q);\n" +
    `  reg [16:0] s [0:1023];\n  always @(posedge c) begin ${writes} q <= s[i]; end\nendmodule`;
  assertEquals(await refuse(store("if (w) s[i] <= d;")), "a memory of 17408 bits");
  // Words that nothing writes need no registers.
  assertEquals(await refuse(store("")), "accepted");
  // What only prints changes nothing.
  assertEquals(await refuse("module m(input a); always @(a) $display(a); endmodule"), "accepted");
  assertEquals(await refuse("module m(inout a); endmodule"), "inout port a");
  assert(
    (await refuse(
      "module m(input a, output y); wire z; assign y = z ^ a; assign z = ~y; endmodule",
    )).includes("loop"),
  );
  assert((await refuse("module m(output y); assign y = ; endmodule")).includes("syntax error"));
  assert((await refuse("module n; endmodule")) !== "accepted");
});

Deno.test("registers of every kind, derived clocks, initial values and 32 lanes", async () => {
  await using yosys = new YosysPool();
  const text =
    `module m(input c, input r, input s, input d, input en, output reg q, output reg l, output reg t2, output reg i);
    initial i = 1;
    reg t;
    always @(posedge c or posedge r or posedge s) if (r) q <= 0; else if (s) q <= 1; else if (en) q <= d;
    always @* if (en) l = d;
    always @(negedge c or posedge r) if (r) t <= 0; else t <= ~t;
    always @(posedge t or posedge r) if (r) t2 <= 0; else t2 <= ~t2;
    always @(posedge c) i <= i;
  endmodule`;
  const bench: Bench = {
    top: "m",
    inputs: { c: 1, r: 1, s: 1, d: 1, en: 1 },
    outputs: { q: 1, l: 1, t2: 1, i: 1 },
    steps: [
      { set: {}, expect: { q: "1'bx", i: 1 } },
      { set: { c: 0, s: 0, en: 0, d: 0, r: 1 }, expect: { q: 0, t2: 0, i: 1 } },
      { set: { r: 0, s: 1 }, expect: { q: 1, l: "1'bx" } },
      { set: { s: 0, d: 0, en: 1, c: 1 }, expect: { q: 0, l: 0, t2: 0 } },
      { set: { d: 1 }, expect: { q: 0, l: 1 } },
      { set: { en: 0, d: 0, c: 0 }, expect: { q: 0, l: 1, t2: 1 } },
      { set: { c: 1 }, expect: { t2: 1, i: 1 } },
      { set: { c: 0 }, expect: { t2: 1 } },
      { set: { c: 1 } },
      { set: { c: 0 }, expect: { t2: 0 } },
    ],
  };
  const result = await grade(text, bench, { yosys, icarus: await findIcarus() });
  const all = { passed: 9, total: 9, held: Array(9).fill(true) };
  assertEquals(result.embedded, all);
  assertEquals(result.icarus ?? result.embedded, all);

  const adder = await simulationOf(
    "module m(input [4:0] a, output [5:0] y); assign y = a + 5'd3; endmodule",
    "m",
    yosys,
  );
  assert(!("refused" in adder));
  adder.inputs.get("a")!.forEach((net, bit) => {
    let word = 0;
    for (let lane = 0; lane < LANES; lane++) word |= ((lane >> bit) & 1) << lane;
    adder.setBit(net, word);
  });
  assertEquals(adder.settle(), true);
  for (let lane = 0; lane < LANES; lane++) {
    const value = adder.outputs.get("y")!.reduce(
      (sum, net, bit) => sum + (((adder.value(net) >>> lane) & 1) << bit),
      0,
    );
    assertEquals(value, lane + 3);
  }
});

Deno.test("behaviour is compared by stimulus and by proof", async () => {
  await using yosys = new YosysPool();
  const same = golden.replace("&cnt", "(cnt == {W{1'b1}})");
  const reset = { port: "rst_n", active: 0 } as const;
  const seen = (gate: string) =>
    compareByStimulus({ gold: golden, gate, top: "sat_cnt", reset, yosys });
  assertEquals(await seen(same), "same");
  assertEquals(await seen(golden.replace("+", "-")), "different");
  assertEquals(await seen(golden.replace("posedge", "negedge")), "different");
  assertEquals(await seen("module x; endmodule"), "unknown");
  const proof = async (gate: string) =>
    (await compareModules(yosys, {
      gold: golden,
      gate,
      goldTop: "sat_cnt",
      gateTop: "sat_cnt",
      reset,
    })).verdict;
  assertEquals(await proof(same), "equal");
  assertEquals(await proof(golden.replace("+", "-")), "different");
  assertEquals(await proof(golden.replace("else if (up && !full)", "else")), "different");
  assertEquals(await proof(golden.replace("cnt + 1", "cnx + 1")), "different");
  assertEquals(await proof(golden.replace("[W-1:0]", "[W:0]")), "interface");
  assertEquals(await proof("module m("), "error");
});

Deno.test("bench values, schema, Verilog form", () => {
  assertEquals(bitsOf(5, 4), ["1", "0", "1", "0"]);
  assertEquals(bitsOf("8'hx3", 8).join(""), "1100xxxx");
  assertEquals(bitsOf("70'd1180591620717411303424", 71).lastIndexOf("1"), 70);
  assertThrows(() => bitsOf("frog", 2), RangeError);
  assertEquals(
    benchSchema.parse(saturatingCounterBench()).steps.length,
    saturatingCounterBench().steps.length,
  );
  assertEquals(
    benchSchema.safeParse({ top: "m", inputs: {}, outputs: {}, steps: [{ set: { a: -1 } }] })
      .success,
    false,
  );
  const text = benchToVerilog(saturatingCounterBench());
  assert(text.includes("sat_cnt dut (.clk(clk), .rst_n(rst_n), .up(up), .cnt(cnt), .full(full));"));
  assertEquals(benchResult("x\nTB_RESULT passed=3 total=4\n"), { passed: 3, total: 4 });
  assertEquals(benchResult("TB_RESULT passed=3 total=4 TIMEOUT\n"), undefined);
});

Deno.test("a foreign behavioural bench needs Icarus", async () => {
  const icarus = await findIcarus();
  const skipped = await runForeignBench({}, undefined);
  assertEquals(skipped.refused, "skipped: no Icarus");
  if (icarus === undefined) return;
  // The saturating counter's own bench, on its own mutants.
  const bench = await Deno.readTextFile(new URL("sat_cnt_tb.v", import.meta.url));
  for (const [name, text, passed] of mutants) {
    assertEquals(await runForeignBench({ "d.v": text, "tb.v": bench }, icarus), {
      passed,
      total: 23,
    }, name);
  }
});
