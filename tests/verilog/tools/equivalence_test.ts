import { assertEquals } from "@std/assert";
import { compareModules, YosysPool } from "offprint/verilog/tools/mod.ts";

const head =
  "module m(input clk, input rst, input d, input [3:0] a, input [7:0] w, output reg q, output reg [3:0] c, output [7:0] r);";
const clocked = (body: string) => `${head} always @(posedge clk) ${body} endmodule`;

/** Modules that were once called different from themselves, or might be. */
const alone: Record<string, string> = {
  "flip-flop without reset": clocked("q <= d;"),
  counter: clocked("c <= c + 1;"),
  latch: `${head} always @* if (d) q = rst; endmodule`,
  memory: `${head} reg [7:0] m [0:3]; assign r = m[a]; always @(posedge clk) m[a] <= w; endmodule`,
  "memory of six words":
    `${head} reg [7:0] m [0:5]; assign r = m[a]; always @(posedge clk) m[a] <= w; endmodule`,
  "hidden state":
    `${head} reg [3:0] s; assign r = s == 9; always @(posedge clk) s <= s + d; endmodule`,
  "asynchronous reset":
    `${head} always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= d; endmodule`,
  "a task that prints": clocked('begin q <= d; $display("q is %b at %t", q, $time); end'),
  "an unknown default":
    `${head} always @* case (a) 0: q = 0; 1: q = 1; default: q = 1'bx; endcase endmodule`,
  "a name with a semicolon": "module \\m;x (input a, output y); assign y = ~a; endmodule",
  "escaped ports": "module m(input \\clk.1 , input \\d[0] , output reg \\q* ); " +
    "always @(posedge \\clk.1 ) \\q* <= \\d[0] ; endmodule",
};

Deno.test("a module is never called different from itself", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  for (const [name, text] of Object.entries(alone)) {
    const top = /module (\S+?)[ (]/.exec(text)![1]!;
    const problem = { gold: text, gate: text, goldTop: top, gateTop: top };
    assertEquals((await compareModules(yosys, problem)).verdict, "equal", name);
  }
});

Deno.test("pairs have the verdict that the language gives them", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const open = "module m(input [7:0] a, input [3:0] i, output [7:0] q);";
  const assigned = (value: string) => `${open} assign q = ${value}; endmodule`;
  const wide = (value: string) =>
    `module m(input [7:0] a, input [7:0] b, output [7:0] q); assign q = ${value}; endmodule`;
  const signed = (value: string) =>
    wide(value).replaceAll("input", "input signed").replace("output [7:0]", "output [15:0]");
  const remembered = (value: string) =>
    `${open} reg [7:0] r [0:5]; integer k; initial for (k = 0; k < 6; k = k + 1) r[k] = 3 * k; ` +
    `assign q = ${value}; endmodule`;
  const hidden = (value: string) =>
    `${open} // synopsys translate_off\n assign ${value};\n // synopsys translate_on\n endmodule`;
  const started = (value: number) =>
    `${head} reg [3:0] s = ${value}; assign r = s == 9; always @(posedge clk) s <= s + d; endmodule`;
  const renamed = (name: string, value: string) =>
    clocked(`begin ${name} <= d; q <= ${value}; end`).replace("always", `reg ${name}; always`);
  const reset = { port: "rst", active: 1 } as const;
  const guarded = clocked("if (rst) q <= 0; else q <= d;");
  const pairs: [string, string, string, string, typeof reset?][] = [
    ["another step", clocked("c <= c + 1;"), clocked("c <= c - 1;"), "different"],
    ["one bit, + and -", clocked("q <= d + a[0];"), clocked("q <= d - a[0];"), "equal"],
    ["another start", started(3), started(4), "different"],
    ["another name of a register", renamed("s", "s"), renamed("t", "t"), "equal"],
    ["another name and value", renamed("s", "s"), renamed("t", "~t"), "different"],
    ["a reset taken away", guarded, clocked("q <= d;"), "different", reset],
    ["a reset written otherwise", guarded, clocked("q <= d & ~rst;"), "equal", reset],
    // Past the end of a vector a bit is x, which stands for anything; 0 does not stand for x.
    ["x past the end", assigned("a[i]"), assigned("(a >> i) & 8'd1"), "equal"],
    ["0 past the end", assigned("(a >> i) & 8'd1"), assigned("a[i]"), "different"],
    ["x by zero", assigned("a / i"), assigned("i == 0 ? 8'bx : a / i"), "equal"],
    ["x by zero, 0 there", assigned("a % i"), assigned("i == 0 ? 8'b0 : a % i"), "equal"],
    ["0 by zero, x there", assigned("i == 0 ? 8'b0 : a / i"), assigned("a / i"), "different"],
    // A constant without a width makes the whole expression 32 bits wide.
    ["x by zero, 32 bits", wide("a / b"), wide("b == 0 ? 'bx : a / b"), "equal"],
    ["x by zero on the left, 32 bits", wide("b == 0 ? 'bx : a / b"), wide("a / b"), "equal"],
    ["a remainder, 32 bits", wide("b == 0 ? 'bx : a % b"), wide("a % b"), "equal"],
    ["another quotient, 32 bits", wide("b == 0 ? 'bx : a / b"), wide("a / (b | 1)"), "different"],
    ["signed, 32 bits", signed("b == 0 ? 'sbx : a / b"), signed("a / b"), "equal"],
    ["signed or not", signed("b == 0 ? 'bx : a / b"), signed("a / b"), "different"],
    // Past the end of a memory a word is x.
    ["past a memory", remembered("r[i]"), remembered("i < 6 ? r[i] : 8'd0"), "equal"],
    ["past a memory, x there", remembered("i < 6 ? r[i] : 8'd0"), remembered("r[i]"), "different"],
    ["what Yosys would leave out", hidden("q = a"), hidden("q = ~a"), "different"],
    ["a square", assigned("i ** 2"), assigned("i * i"), "equal"],
    ["a square and one more", assigned("i ** 2"), assigned("i * i + 1"), "different"],
    // What has no model is no proof.
    ["high impedance", assigned("i[0] ? a : 8'bz"), assigned("i[0] ? a : 8'b0"), "error"],
    ["a loop", assigned("i[0] ? a : q"), assigned("i[0] ? a : q"), "error"],
    ["other ports", assigned("a"), assigned("a").replace("[3:0]", "[4:0]"), "interface"],
    ["a syntax error", assigned("a"), "module m(", "error"],
  ];
  for (const [name, gold, gate, verdict, held] of pairs) {
    const found = await compareModules(yosys, {
      gold,
      gate,
      goldTop: "m",
      gateTop: "m",
      ...(held === undefined ? {} : { reset: held }),
    });
    assertEquals(found.verdict, verdict, name);
  }
});
