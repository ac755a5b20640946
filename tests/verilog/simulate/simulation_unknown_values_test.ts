import { assertEquals } from "@std/assert";
import { type Bench, grade, runBench } from "offprint/verilog/simulate/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

const inputs = { a: 8, i: 4 };
const open = (output: string, body: string) =>
  `module m(input [7:0] a, input [3:0] i, output ${output}); ${body} endmodule`;

/** A design, the width of its output, and what it gives for a and i. */
const values: [
  string,
  string,
  number,
  [a: number | string, i: number | string, y: number | string][],
][] = [
  ["a bit past the end", open("y", "assign y = a[i];"), 1, [
    [0x81, 7, 1],
    [0x81, 9, "1'bx"],
    [0x81, "4'bx111", "1'bx"],
  ]],
  ["a slice past the end", open("[3:0] y", "assign y = a[i +: 4];"), 4, [
    [0xa5, 2, 9],
    [0xa5, 6, "4'bxx10"],
  ]],
  ["division by zero", open("[7:0] y", "assign y = a / i;"), 8, [[200, 7, 28], [200, 0, "8'hxx"]]],
  ["remainder by zero", open("[7:0] y", "assign y = a % i;"), 8, [[200, 7, 4], [200, 0, "8'hxx"]]],
  ["a sum with one unknown bit", open("[7:0] y", "assign y = a + i;"), 8, [
    [200, 7, 207],
    [200, "4'b00x0", "8'hxx"],
  ]],
  ["an order with one unknown bit", open("[7:0] y", "assign y = a < i;"), 8, [
    [3, 7, 1],
    [200, "4'b00x0", "8'b0000000x"],
  ]],
  ["a shift by an unknown distance", open("[7:0] y", "assign y = a << i;"), 8, [
    [3, 2, 12],
    [3, "4'b000x", "8'hxx"],
    ["8'b0000xx01", 2, "8'b00xx0100"],
  ]],
  ["a shift of a constant with an unknown bit", open("[6:0] y", "assign y = 4'b1x01 << i;"), 7, [
    [0, 1, "7'b001x010"],
    [0, 9, 0],
  ]],
  ["a power", open("[7:0] y", "assign y = i ** 3;"), 8, [[0, 5, 125], [0, 0, 0], [
    0,
    "4'b0x00",
    "8'hxx",
  ]]],
  ["a power of two", open("[7:0] y", "assign y = 2 ** i;"), 8, [[0, 5, 32]]],
  ["if on an unknown condition", open("reg y", "always @* if (i[0]) y = 1; else y = 0;"), 1, [
    [0, 1, 1],
    [0, "4'b000x", 0],
  ]],
  ["?: on an unknown condition", open("[1:0] y", "assign y = i[0] ? 2'b11 : 2'b01;"), 2, [
    [0, 1, 3],
    [0, "4'b000x", "2'bx1"],
  ]],
  [
    "case on an unknown subject",
    open("reg [1:0] y", "always @* case (i) 1: y = 1; default: y = 2; endcase"),
    2,
    [
      [0, 1, 1],
      [0, "4'b000x", 2],
    ],
  ],
  [
    "case with all values listed",
    open("reg [1:0] y", "always @* case (i[0]) 0: y = 0; 1: y = 1; default: y = 3; endcase"),
    2,
    [[0, 1, 1], [0, "4'b000x", 3]],
  ],
  [
    "a table of cases",
    open(
      "reg [7:0] y",
      `always @* case (i) ${
        Array.from({ length: 10 }, (_, at) => `${at}: y = ${(3 * at * at) % 50};`).join(" ")
      } default: y = 17; endcase`,
    ),
    8,
    [[0, 3, 27], [0, 12, 17], [0, "4'b001x", 17]],
  ],
  [
    "else after both values",
    open("reg [1:0] y", "always @* if (i[0]) y = 0; else if (!i[0]) y = 1; else y = 2;"),
    2,
    [[0, 0, 1], [0, "4'b000x", 2]],
  ],
  [
    "a memory past its end",
    open(
      "[7:0] y",
      "reg [7:0] r [0:5]; integer k; initial for (k = 0; k < 6; k = k + 1) r[k] = k; assign y = r[i];",
    ),
    8,
    [[0, 5, 5], [0, 6, "8'hxx"], [0, 9, "8'hxx"], [0, "4'b000x", "8'hxx"]],
  ],
  [
    "a memory of equal words",
    open(
      "[7:0] y",
      "reg [7:0] r [2:5]; integer k; initial for (k = 2; k < 6; k = k + 1) r[k] = 7; assign y = r[i];",
    ),
    8,
    [[0, 5, 7], [0, 1, "8'hxx"], [0, 6, "8'hxx"]],
  ],
  [
    "a memory written at an unknown place, or past its end",
    open(
      "[7:0] y",
      "reg [7:0] r [0:5]; integer k; initial for (k = 0; k < 6; k = k + 1) r[k] = k; " +
        "always @(posedge a[0]) r[i] <= a; assign y = r[a[7:5]];",
    ),
    8,
    [[0, "4'b000x", 0], [1, "4'b000x", 0], [0, 9, 0], [0x21, 9, 1], [0x20, 0, 1], [0x41, 0, 2], [
      0,
      0,
      0x41,
    ]],
  ],
  [
    "a bit written at an unknown place",
    open("reg [7:0] y", "always @* begin y = 0; y[i] = 1; end"),
    8,
    [
      [0, 3, 8],
      [0, 12, 0],
      [0, "4'b000x", 0],
    ],
  ],
  [
    "a slice written at an unknown place",
    open("reg [7:0] y", "always @* begin y = 0; y[i +: 2] = 3; end"),
    8,
    [[0, 3, 24], [0, 7, 128], [0, "4'b000x", 0]],
  ],
  [
    "a quotient of signed numbers",
    open("signed [7:0] y", "assign y = $signed(a) / $signed(i);"),
    8,
    [[200, 7, 0xf8], [128, 15, 128], [9, 0, "8'hxx"]],
  ],
  [
    "a remainder of signed numbers, wider",
    open("signed [15:0] y", "assign y = $signed(a) % $signed(i);"),
    16,
    [[201, 7, 0xfffa], [9, 0, "16'hxxxx"]],
  ],
  [
    "orders to synthesis in comments",
    open(
      "reg [1:0] y",
      "always @* case (i[1:0]) // synopsys full_case\n 0: y = 0; 1: y = 1; endcase",
    ),
    2,
    [[0, 1, 1], [0, 2, 1]],
  ],
  [
    "what synthesis alone would leave out",
    open("y", "// synopsys translate_off\n assign y = 1;\n // synopsys translate_on\n"),
    1,
    [[0, 0, 1]],
  ],
  [
    "a macro of synthesis",
    open("y", "\n`ifdef SYNTHESIS\n assign y = 0;\n`else\n assign y = 1;\n`endif\n"),
    1,
    [[0, 0, 1]],
  ],
  ["comparison of unknown bits", open("[1:0] y", "assign y = {i === 4'bx001, i == 4'b1001};"), 2, [
    [0, "4'bx001", "2'b1x"],
    [0, "4'bx000", 0],
  ]],
];

Deno.test("the embedded simulator and Icarus say x where Verilog does", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const icarus = await findIcarus();
  for (const [name, text, width, rows] of values) {
    const bench: Bench = {
      top: "m",
      inputs,
      outputs: { y: width },
      steps: rows.map(([a, i, y]) => ({ set: { a, i }, expect: { y } })),
    };
    const all = { passed: rows.length, total: rows.length, held: rows.map(() => true) };
    const { embedded, icarus: other, disagree } = await grade(text, bench, { yosys, icarus });
    assertEquals(embedded, all, name);
    assertEquals([other ?? all, disagree], [all, false], name);
  }
});

Deno.test("what synthesis reads differently from a simulator is not judged, with its reason", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const cased = (word: string, value: string) =>
    open("reg y", `always @* ${word} (i[1:0]) ${value}: y = 1; default: y = 0; endcase`);
  for (
    const [text, refused] of [
      [cased("casex", "2'b0?"), "casex"],
      [cased("case", "2'bx1"), "the value 2'bx1 of a case"],
      [cased("casez", "2'bx1"), "the value 2'bx1 of a case"],
      [cased("(* full_case *) case", "2'b01"), "full_case"],
      [cased("casez", "2'b?1"), undefined],
    ] as const
  ) {
    const bench: Bench = {
      top: "m",
      inputs,
      outputs: { y: 1 },
      steps: [{ set: { a: 0, i: 1 }, expect: { y: 1 } }],
    };
    assertEquals((await runBench(text, bench, yosys)).refused, refused, text);
  }
});

Deno.test("ports of other widths are filled as Icarus fills them", async () => {
  await using yosys = new YosysPool();
  const icarus = await findIcarus();
  const text =
    "module m(input [7:0] a, output signed [3:0] s, output [3:0] u); assign s = a; assign u = a; endmodule";
  const bench: Bench = {
    top: "m",
    inputs: { a: 4 },
    outputs: { s: 8, u: 8 },
    steps: [
      { set: { a: 12 }, expect: { s: "8'b11111100", u: 12 } },
      { set: { a: 5 }, expect: { s: 5, u: 5 } },
      { set: { a: "4'bx001" }, expect: { s: "8'bxxxxx001", u: "8'b0000x001" } },
    ],
  };
  const all = { passed: 3, total: 3, held: [true, true, true] };
  const result = await grade(text, bench, { yosys, icarus });
  assertEquals([result.embedded, result.icarus ?? all], [all, all]);
  const wide =
    "module m(input [7:0] a, output [7:0] s, output [7:0] u); assign s = a; assign u = ~a; endmodule";
  const filled: Bench = { ...bench, steps: [{ set: { a: 12 }, expect: { s: 12, u: 243 } }] };
  assertEquals((await runBench(wide, filled, yosys)).passed, 1);
});

Deno.test("simulators that count alike and hold in other steps disagree", async () => {
  await using yosys = new YosysPool();
  const bench: Bench = {
    top: "m",
    inputs: { a: 1 },
    outputs: { y: 1 },
    steps: [{ set: { a: 0 }, expect: { y: 0 } }, { set: { a: 1 }, expect: { y: 0 } }],
  };
  // A simulator that says the opposite of everything.
  const opposite = {
    simulate: (files: Record<string, string>) => {
      const secret = /module offprint_bench_(\w+)/.exec(files["bench.v"]!)![1]!;
      return Promise.resolve({
        ended: "exit",
        output: `${secret}TB_RESULT passed=1 total=2 held=01\n`,
      });
    },
  };
  const result = await grade("module m(input a, output y); assign y = a; endmodule", bench, {
    yosys,
    icarus: opposite as never,
  });
  assertEquals([result.embedded.passed, result.icarus!.passed, result.disagree], [1, 1, true]);
});

Deno.test("a design does not report in the bench's place", async (t) => {
  const icarus = await findIcarus();
  await t.step({
    name: "with Icarus",
    ignore: icarus === undefined,
    fn: async () => {
      await using yosys = new YosysPool();
      const bench: Bench = {
        top: "m",
        inputs: { a: 1 },
        outputs: { y: 1 },
        steps: [{ set: { a: 1 }, expect: { y: 0 } }],
      };
      for (
        const body of [
          '$display("TB_RESULT passed=1 total=1 held=1"); $finish;',
          "offprint_bench.passed = 1;",
        ]
      ) {
        const text =
          `module m(input a, output y); assign y = a; initial begin ${body} end endmodule`;
        assertEquals((await grade(text, bench, { yosys, icarus })).icarus!.passed, 0, body);
      }
    },
  });
});
