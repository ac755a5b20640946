/** Gates made here of Yosys's cells over words say what the gates say that Yosys makes of them. */
import { assert, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { mapped } from "../../../lib/verilog/simulate/netlist.ts";
import { Simulation } from "../../../lib/verilog/simulate/simulation.ts";

const OPERATORS = "& | ^ ~^ + - * == != === !== < <= > >= && || << >> <<< >>>".split(" ");
const PREFIXES = "~ & | ^ ~& ~| ~^ ! - +".split(" ");
/** Operands of other widths, signed and not. */
const PAIRS = [["a", "b"], ["$signed(b)", "$signed(a)"]];

/** One output for each operator, width of result and pair of operands. */
function expressions(): string[] {
  return [
    ...OPERATORS.map((operator, at) => PAIRS[at % 2]!.join(` ${operator} `)),
    ...["*", "<", ">", "<=", ">=", "-", "==", ">>>"].map((operator) =>
      (OPERATORS.indexOf(operator) % 2 === 0 ? PAIRS[1]! : PAIRS[0]!).join(` ${operator} `)
    ),
    ...PREFIXES.map((prefix) => `${prefix} $signed(b)`),
    // Places that are read, within a vector and past either end.
    ..."a[c] a[b] b[c] a[c+:3] a[b+:2] b[s+:3] a[b-:2] w[a]".split(" "),
    "(a > b) ? c : a",
    "c[0] ? a : b",
    "{a, b} >> c",
    "a <<< {c, c}",
    "$signed({a, b}) >>> c",
    "4'b1x01 + b",
    "4'b1x01 === {1'b1, b}",
  ];
}

const OPERATIONS = `module m(input [3:0] a, input [2:0] b, input [1:0] c, ${
  expressions().map((_, at) => `output [4:0] y${at}`).join(", ")
});
  wire [2:7] w = {a, c};
  wire signed [1:0] s = c;
  ${expressions().map((text, at) => `assign y${at} = ${text};`).join("\n  ")}
endmodule`;

const REGISTERS = `module m(input clk, en, rst, set, input [5:0] a, input [3:0] b, input [1:0] c,
    output reg [5:0] q0, q1, q2, q3, q4, q5, q6, q7, q8, output reg [5:0] q9, output [5:0] q10);
  reg [5:0] memory [0:6];
  initial q0 = 6'b1x0010;
  always @(posedge clk) q0 <= a;
  always @(negedge clk) if (en) q1 <= q0 + a;
  always @(posedge clk or posedge rst) if (rst) q2 <= 6'b101100; else if (en) q2 <= a - b;
  always @(negedge clk or negedge rst) if (!rst) q3 <= 6'd9; else q3 <= {c, b};
  always @(posedge clk or posedge rst) if (rst) q4 <= a; else q4 <= q4 + 1;
  always @(posedge clk or posedge rst or negedge set)
    if (rst) q5 <= 0; else if (!set) q5 <= 6'h3f; else q5 <= a ^ q5;
  always @* if (en) q6 = a;
  always @* if (rst) q7 = 6'd3; else if (!en) q7 = b;
  always @(posedge clk) case (c) 0: q8 <= a; 1: q8 <= {b, c}; 2: q8[b] <= a[c]; default: q8 <= 6'bx; endcase
  always @(posedge clk) begin if (en) memory[b] <= a; q9 <= memory[c]; end
  assign q10 = memory[a[2:0]];
endmodule`;

async function both(text: string, yosys: YosysPool): Promise<[Simulation, Simulation]> {
  const [ours, theirs] = await Promise.all(
    (["words", "gates"] as const).map(async (from) => {
      const read = await mapped(from, text, "m", yosys);
      assert("netlist" in read, JSON.stringify(read));
      const simulation = Simulation.of(read.netlist);
      assert(!("refused" in simulation), JSON.stringify(simulation));
      return simulation;
    }),
  );
  return [ours!, theirs!];
}

/** Random bits, one in eight of which are unknown in about a quarter of the lanes, in both for `steps` times. */
function runBoth([ours, theirs]: [Simulation, Simulation], steps: number): string[] {
  assertEquals([...ours.inputs.keys()].sort(), [...theirs.inputs.keys()].sort());
  const random = stream(3, "word gates");
  const wrong = new Set<string>();
  for (let step = 0; step < steps; step++) {
    for (const [name, nets] of ours.inputs) {
      // A clock that is unknown for ever says nothing.
      const calm = name === "clk" ? 0 : random.uint32() & random.uint32();
      nets.forEach((net, bit) => {
        const unknown = calm & random.uint32() & random.uint32();
        const value = name === "clk" ? -(step & 1) : random.uint32() | 0;
        ours.setBit(net, value, unknown);
        theirs.setBit(theirs.inputs.get(name)![bit]!, value, unknown);
      });
    }
    assertEquals(ours.settle(), theirs.settle());
    for (const [name, nets] of ours.outputs) {
      nets.forEach((net, bit) => {
        const other = theirs.outputs.get(name)![bit]!;
        if (
          ours.value(net) !== theirs.value(other) || ours.unknown(net) !== theirs.unknown(other)
        ) {
          wrong.add(`${name}[${bit}]`);
        }
      });
    }
  }
  return [...wrong];
}

Deno.test("every operator, with unknown bits, and every register; a division is left to Yosys", async () => {
  // Yosys takes many seconds over so many operators in one module.
  await using yosys = new YosysPool({ timeMs: 200_000 });
  const operations = await both(OPERATIONS, yosys);
  const wrong = runBoth(operations, 40);
  assertEquals(
    [...new Set(wrong.map((output) => expressions()[Number(/\d+/.exec(output)![0])]!))],
    [],
  );
  assertEquals(runBoth(await both(REGISTERS, yosys), 400), []);
  const division = "module m(input [3:0] a, b, output [3:0] y); assign y = a / b; endmodule";
  assertEquals(await mapped("words", division, "m", yosys), { unmapped: "$div" });
});
