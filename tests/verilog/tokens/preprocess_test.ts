import { assert, assertEquals } from "@std/assert";
import { lex, preprocess, readModules } from "offprint/verilog/language/mod.ts";
import { completions } from "offprint/verilog/records/mod.ts";
import { describe } from "offprint/verilog/prose/mod.ts";
import { findIcarus } from "offprint/verilog/tools/mod.ts";

/** A text, and its words after preprocessing. */
const cases: [string, string, string][] = [
  ["a constant", "`define W 8 // bits\nwire [`W-1:0] a;", "wire [8-1:0] a;"],
  ["a macro in a macro", "`define A 1\n`define B (`A + `A)\nx = `B;", "x = (1 + 1);"],
  [
    "arguments",
    "`define MAX(a, b) ((a) > (b) ? (a) : (b))\nx = `MAX(f(1, 2), {y, z});",
    "x = ((f(1, 2)) > ({y, z}) ? (f(1, 2)) : ({y, z}));",
  ],
  ["a default", "`define INC(x, by=1) x + by\ny = `INC(a) + `INC(b, 2);", "y = a + 1 + b + 2;"],
  ["more lines", "`define TWO(x) x = 0; \\\n  x = 1;\n`TWO(q)\nend", "q = 0; q = 1; end"],
  ["arguments over lines", "`define P(a, b) a + b\nx = `P(\n  1,\n  2\n);", "x = 1 + 2 ;"],
  ["no list without a parenthesis at once", "`define F (a)\nx = `F;", "x = (a);"],
  [
    "conditionals",
    "`ifdef A\na\n`elsif B\nb\n`else\nc\n`endif\n`define B\n`ifdef A\nd\n`elsif B\ne\n`else\nf\n`endif",
    "c e",
  ],
  [
    "nested and not taken",
    "`ifdef A\n`ifdef B\na\n`else\nb\n`endif\n`define C c\n`endif\n`ifndef C\nd\n`endif",
    "d",
  ],
  ["undefined again", "`define A 1\n`undef A\n`ifdef A\na\n`endif\nb", "b"],
  [
    "no macro in a comment or a string",
    '`define A 1\nx = "`A"; // `A `B\n/* `C */ y',
    'x = "`A"; y',
  ],
  [
    "joined and quoted",
    '`define J(a) a``_q\n`define Q(a) `"a!`"\nx = `J(reg1); y = `Q(b);',
    'x = reg1_q; y = "b!";',
  ],
  [
    "what stays",
    "`timescale 1ns/1ps\n`default_nettype none\nwire a;",
    "`timescale 1ns/1ps `default_nettype none wire a;",
  ],
];

const words = (text: string) => lex(text).map(({ text }) => text).join(" ");

Deno.test("macros, arguments and conditionals, each line on its line", () => {
  for (const [title, text, expected] of cases) {
    const done = preprocess(text);
    assert("text" in done, title);
    assertEquals(words(done.text), words(expected), title);
    assertEquals(done.text.split("\n").length, text.split("\n").length, title);
  }
});

Deno.test("as Icarus preprocesses, word for word", async (t) => {
  const icarus = await findIcarus();
  await t.step({
    name: "the same cases",
    ignore: icarus === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        for (const [title, text, expected] of cases) {
          // Icarus 11 and 12 know neither default arguments nor joining.
          if (["a default", "joined and quoted", "what stays"].includes(title)) continue;
          await Deno.writeTextFile(`${folder}/m.v`, text + "\n");
          const { stdout } = await new Deno.Command("iverilog", {
            args: ["-E", "-o", "-", `${folder}/m.v`],
          }).output();
          const said = new TextDecoder().decode(stdout).replace(/^`line.*$/gm, "");
          assertEquals(words(said), words(expected), title);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
});

Deno.test("what cannot be preprocessed is named with its line", () => {
  const problem = (text: string) => preprocess(text);
  assertEquals(problem("\nx = `A;"), { problem: "the macro `A, which is not defined", line: 2 });
  assertEquals(problem('\n\n`include "x.vh"'), {
    problem: "`include of x.vh, which is not at hand",
    line: 3,
  });
  assertEquals(problem("`ifdef A\n"), { problem: "a conditional without `endif", line: 1 });
  assertEquals(problem("a\n`endif"), { problem: "`endif outside a conditional", line: 2 });
  assertEquals(problem("`define F(a) a\nx = `F;"), {
    problem: "`F without its arguments",
    line: 2,
  });
  assertEquals(problem("`define F(a) a\nx = `F(1, 2);"), {
    problem: "`F with 2 arguments instead of 1",
    line: 2,
  });
  const endless = problem("`define A `A\nx = `A;");
  assertEquals("problem" in endless, true);
  assertEquals(
    preprocess('`include "x.vh"\ny = `W; // b', {
      include: (name) =>
        name === "x.vh" ? "// width\n`define W 3\nwire a; // c\nwire b;" : undefined,
    }),
    { text: "   wire a;   wire b;\ny = 3; // b" },
  );
});

const inPorts = `module test(
  input a,
\`ifdef X
  input [7:0] d,
\`else
  input [3:0] d,
\`endif
  output y
);
  assign y = ^d ^ a;
endmodule
`;

Deno.test("one configuration is read, in ports, connections and cases", async () => {
  const [module] = await readModules(inPorts);
  const { text, unsupported } = describe(module!);
  assertEquals(unsupported, []);
  assertEquals(text.match(/\d+ bits? wide/g), ["1 bit wide", "4 bits wide", "1 bit wide"]);
  const [wired] = await readModules(
    "module m(input a, b, output y);\nsub s(\n`ifdef X\n.a(a)\n`else\n.a(b)\n`endif\n, .y(y));\nendmodule",
  );
  assert(describe(wired!).text.includes("connects port a to b, port y to y."));
  const [cased] = await readModules(
    "module m(input a, output reg y);\nalways @* case (a)\n`ifdef X\n0: y = 0;\n`endif\n1: y = 1;\ndefault: y = a;\nendcase\nendmodule",
  );
  assert(
    describe(cased!).text.includes(
      "depending on a: when it is 1, y receives (blocking) 1; in all other cases, y receives (blocking) a; end of case",
    ),
  );
});

Deno.test("what is left of a conditional without its file is named", async () => {
  const [module] = await readModules(
    '`include "x.vh"\n' + inPorts.replace("endmodule", "`UNKNOWN\nendmodule"),
  );
  const kinds = new Set(describe(module!).unsupported.map(({ node }) => node));
  assert(kinds.has("conditional_compilation_directive"), [...kinds].join());
});

Deno.test("an import in the header is named, and does not end it", async () => {
  const text = "module m import p::*; (input a, output y); assign y = ~a; endmodule";
  const [module] = await readModules(text);
  assertEquals(describe(module!).unsupported.map(({ node }) => node), [
    "package_import_declaration",
  ]);
  const [whole] = completions(text);
  assertEquals(whole!.input, "module m import p::*; (input a, output y);");
});

Deno.test("parameters without parentheses", async () => {
  const [module] = await readModules(
    "module m(input a, output y);\n  foo #3 u(a, y); foo #W v(.a(a));\n  and #2 g(y, a, a);\nendmodule",
  );
  const parameters = module!.items.map((item) => item.kind === "instance" ? item.parameters : []);
  assertEquals(parameters.slice(0, 2), [
    [{ value: { kind: "literal", text: "3" } }],
    [{ value: { kind: "name", name: "W" } }],
  ]);
});
