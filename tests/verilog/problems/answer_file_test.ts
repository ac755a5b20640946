/** What is cut out of a chat model's answer is what Icarus would be given by a person who copies its code. */
import { assert, assertEquals } from "@std/assert";
import { fileIn, type Wanted } from "offprint/verilog/problems/mod.ts";
import { judgeWith } from "offprint/verilog/problems/set_bench.ts";
import { findIcarus, type Icarus, TOOL_LIMITS } from "offprint/verilog/tools/mod.ts";

const icarus = await findIcarus();
const F = "```";
const header = "module top(input [3:0] a, output [3:0] y);";
const right = `${header}\n  assign y = ~a;\nendmodule`;
const wrong = `${header}\n  assign y = a;\nendmodule`;
const bench = `module tb; reg [3:0] a; wire [3:0] y; integer i, bad = 0; top d(.a(a), .y(y));
initial begin for (i = 0; i < 16; i = i + 1) begin a = i; #1 if (y !== ~a) bad = bad + 1; end
if (bad == 0) $display("all good"); $finish; end endmodule\n`;

/** Replies that hold a right answer, and the rule by which it is found. */
const replies: [name: string, reply: string, rule: RegExp, wanted?: Wanted][] = [
  ["one fence", `Sure.\n${F}verilog\n${right}\n${F}\nIt inverts.`, /^one fenced block$/],
  [
    "a draft while thinking",
    `<think>Maybe\n${F}verilog\n${wrong}\n${F}\nno.</think>\n${F}verilog\n${right}\n${F}`,
    /^one fenced block, without its thinking$/,
  ],
  ["thinking without a start", `${wrong}\nhm</think>${F}\n${right}\n${F}`, /without its thinking/],
  ["draft, then final", `${F}v\n${wrong}\n${F}\nFixed:\n${F}v\n${right}\n${F}`, /last of 2/],
  [
    "helper and top in two fences",
    `${F}verilog\nmodule inv(input a, output y); assign y = ~a; endmodule\n${F}\nThe top:\n` +
    `${F}verilog\n${header}\n inv g[3:0](.a(a), .y(y));\nendmodule\n${F}`,
    /^2 of 2 fenced blocks together$/,
  ],
  [
    "a draft of the top beside its helper",
    `${F}verilog\nmodule inv(input a, output y); assign y = ~a; endmodule\n${wrong}\n${F}\nBetter:\n` +
    `${F}verilog\n${header}\n inv g[3:0](.a(a), .y(y));\nendmodule\n${F}`,
    /^2 of 2 fenced blocks together$/,
  ],
  [
    "a bench of its own",
    `${F}verilog\n${right}\n${F}\nTry it:\n${F}verilog\nmodule tb; wire [3:0] y; top t(4'd0, y);\n` +
    `initial #5 $finish; endmodule\n${F}`,
    /^one of 2 fenced blocks$/,
  ],
  [
    "macros, types and packages above the module",
    `${F}systemverilog\n\`define N 4\npackage p; typedef logic [\`N-1:0] word; endpackage\n` +
    `function automatic [3:0] flip(input [3:0] x); flip = ~x; endfunction\n` +
    `module top(input p::word a, output p::word y);\n assign y = flip(a);\nendmodule\n${F}`,
    /^one fenced block$/,
  ],
  [
    "a package in a fence of its own",
    `${F}sv\npackage p; localparam M = 15; endpackage\n${F}\nand\n${F}sv\n${header}\n` +
    ` assign y = a ^ p::M;\nendmodule\n${F}`,
    /^2 of 2/,
  ],
  ["an attribute", `${F}\n(* keep_hierarchy = "yes" *) ${right}\n${F}`, /^one fenced block$/],
  ["code on the fence's line", `${F}verilog ${right}${F}`, /^one fenced block$/],
  ["no line end before the code", `${F}${right}\n${F}`, /^one fenced block$/],
  ["a fence in a list", `1. Here:\n   ${F}verilog\n${right}\n   ${F}\n`, /^one fenced block$/],
  ["tildes, and a title", `~~~verilog title="top.v"\n${right}\n~~~`, /^one fenced block$/],
  ["the end lacks", `${F}verilog\n${right}\n`, /^one fenced block$/],
  ["other languages", `${F}bash\niverilog top.v\n${F}\n${F}verilog\n${right}\n${F}`, /^one fenced/],
  [
    "a quoted block",
    `> ${F}verilog\n${right.replaceAll(/^/gm, "> ")}\n> ${F}\n`,
    /^one fenced block, unquoted$/,
  ],
  [
    "prose with the words",
    `The module below ends with endmodule.\n\n${right}\n\nNote that endmodule has no semicolon.`,
    /^the modules between prose$/,
  ],
  [
    "two modules in prose",
    `First\n\nmodule inv(input a, output y);\n  assign y = ~a;\nendmodule\n\nand then the top:\n\n` +
    `\`timescale 1ns/1ps\n${header}\n inv g[3:0](.a(a), .y(y));\nendmodule\nDone.`,
    /^the modules between prose$/,
  ],
  [
    "no fence, attribute, macro and package",
    `Here it is.\n\`define FLIP ~\npackage p;\n  localparam Z = 0;\nendpackage\n(* top *)\n` +
    `// inverts\nmodule top(input [3:0] a, output [3:0] y);\n assign y = \`FLIP a;\nendmodule // top`,
    /^the modules between prose$/,
  ],
  [
    "a fenced body",
    `${F}verilog\n  assign y = ~a;\nendmodule\n${F}`,
    /^the header and a fenced body/,
    {
      header,
    },
  ],
  ["a body without end", `${F}\n  assign y = ~a;\n${F}`, /^the header and a fenced body/, {
    header,
  }],
  ["a bare body", `  assign y = ~a;\nendmodule\nIt inverts.`, /^the header and a body/, { header }],
  ["a bare body behind words", `The body:\n\nassign y = ~a;\n`, /^the header and a body/, {
    header,
  }],
  [
    "a body and then a helper",
    `${F}\n  inv g[3:0](.a(a), .y(y));\nendmodule\nmodule inv(input a, output y);\n assign y = ~a;\n` +
    `endmodule\n${F}`,
    /^the header and a fenced body/,
    { header },
  ],
  ["the whole module, though the header was given", `${F}\n${right}\n${F}`, /^one fenced/, {
    header,
  }],
  [
    "waveforms behind a macro",
    `${F}\n${header}\n assign y = ~a;\n\`ifdef DUMP\n initial begin $dumpfile("w.vcd"); ` +
    `$dumpvars(0, top); end\n\`endif\nendmodule\n${F}`,
    /^one fenced block$/,
  ],
];

Deno.test("the right file is found, and passes Icarus, in every form of answer", {
  ignore: icarus === undefined,
}, async () => {
  const judge = judgeWith(icarus as Icarus, { text: bench, right: /all good/, generation: "2012" });
  const failed: string[] = [];
  for (const [name, reply, rule, wanted] of replies) {
    const found = fileIn(reply, { top: "top", ...wanted });
    if (!rule.test(found.rule)) failed.push(`${name}: by the rule "${found.rule}"`);
    const verdict = await judge(found.text);
    if (!verdict.passes) failed.push(`${name}: ${verdict.reason}\n${found.text}`);
  }
  assertEquals(failed, []);
});

Deno.test("directives stay: a timescale of 1 ps is not that of the bench", {
  ignore: icarus === undefined,
}, async () => {
  const slow = "`timescale 1ns/1ps\nmodule top(input a, output y);\n  assign #3 y = a;\nendmodule";
  const file = fileIn(`${F}verilog\n${slow}\n${F}`);
  assertEquals(file.text, slow);
  // Without a scale of its own the bench has the candidate's, as in one run of Icarus over both files.
  const judge = judgeWith(icarus as Icarus, {
    text:
      `module tb; reg a = 0; wire y; top d(a, y); initial begin #10 a = 1; #2 if (y !== 0) $finish;
      #2 if (y === 1) $display("scaled %0t", $time); $finish; end endmodule\n`,
    right: /scaled/,
    generation: "2005",
  });
  assertEquals((await judge(file.text)).passes, true);
});

Deno.test("what is no answer stays none, and a half answer a half", () => {
  assertEquals(fileIn("I cannot.").text, "I cannot.");
  assertEquals(fileIn("").text, "");
  const half = `${F}verilog\n${header}\n assign y`;
  assertEquals(fileIn(half).text, `${header}\n assign y`);
  assertEquals(fileIn("<think>never ends\nmodule m; endmodule").text, "");
  const long = `${F}\n${right}\n${F}\n${"words ".repeat(400_000)}`;
  assertEquals(fileIn(long).text, right);
});

Deno.test("an answer that prints the bench's words, or reaches outside, does not pass", {
  ignore: icarus === undefined,
}, async () => {
  const judge = judgeWith(icarus as Icarus, { text: bench, right: /all good/, generation: "2012" });
  const cheat = wrong.replace("endmodule", ' initial $display("all good");\nendmodule');
  const verdict = await judge(cheat);
  assert(!verdict.passes && verdict.reason!.includes("prints what the bench prints"));
  const reach = right.replace("endmodule", ' initial $fopen("x");\nendmodule');
  const refused = await judge(reach);
  assert(!refused.compiles && refused.reason!.includes("$fopen is not allowed here"));
  const endless = right.replace("endmodule", " initial forever ;\nendmodule");
  const impatient = await findIcarus({ ...TOOL_LIMITS, timeMs: 2000 });
  const soon = judgeWith(impatient!, { text: bench, right: /all good/, generation: "2012" });
  const stopped = await soon(endless);
  assertEquals([stopped.passes, stopped.reason], [false, "the bench ran longer than 2 s"]);
});
