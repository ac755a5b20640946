/** Two made-up units: a machine of two states, and a chain of two given registers. */
import {
  type AskedUnit,
  type PromptLevel,
  whitePng,
} from "offprint/papers/chipgptv/harness/mod.ts";
import type { BenchStep } from "offprint/verilog/simulate/mod.ts";

/** The sentence that a prompt with a picture has more. */
export const SENTENCE = " The attached picture shows it.";

const wordings = (simple: string, medium: string, complex: string): AskedUnit["prompts"] => {
  const both = (text: string) => ({ text, withPicture: text + SENTENCE });
  return { simple: both(simple), medium: both(medium), complex: both(complex) } satisfies Record<
    PromptLevel,
    unknown
  >;
};

const clocked = (set: Record<string, number>, expect: Record<string, number>): BenchStep[] => [
  { set: { ...set, clk: 0 } },
  { set: { clk: 1 }, expect },
];

export const MACHINE: AskedUnit = {
  name: "two_state",
  level: "advanced",
  prompts: wordings(
    "Write the machine `two_state`.",
    "Write the machine `two_state`. It has two states; the reset is synchronous.",
    "You are an engineer. Write the Moore machine `two_state` with reset state A.",
  ),
  header: "module two_state(input clk, input rst, input in, output reg out);",
  reference: `module two_state(input clk, input rst, input in, output reg out);
  localparam A = 2'd0, B = 2'd1;
  reg [1:0] state;
  always @(posedge clk)
    if (rst) state <= A;
    else case (state)
      A: state <= in ? B : A;
      B: state <= in ? A : B;
      default: state <= A;
    endcase
  always @* out = state == B;
endmodule
`,
  bench: {
    top: "two_state",
    inputs: { clk: 1, rst: 1, in: 1 },
    outputs: { out: 1 },
    steps: [
      ...clocked({ rst: 1, in: 0 }, { out: 0 }),
      ...[0, 1, 0, 1, 1, 0].flatMap((bit, at) =>
        clocked({ rst: 0, in: bit }, { out: [0, 1, 1, 0, 1, 1][at]! })
      ),
    ],
  },
  reset: { port: "rst", active: 1 },
  latencyLocked: false,
  sentences: ["In state `A`, when `in` is 1, the next state is `B`."],
  diagram: "states A B\nreset A\n",
  picture: whitePng(64, 48),
};

export const CHAIN: AskedUnit = {
  name: "two_registers",
  level: "advanced",
  prompts: wordings(
    "Write `two_registers`.",
    "Write `two_registers` out of two blocks `dly`.",
    "You are an engineer. Write `two_registers`: two blocks `dly`, one after the other.",
  ),
  header: "module two_registers(input clk, input [3:0] d, output [3:0] q);",
  reference: `module dly(input clk, input [3:0] d, output reg [3:0] q);
  always @(posedge clk) q <= d;
endmodule
module two_registers(input clk, input [3:0] d, output [3:0] q);
  wire [3:0] m;
  dly r0(.clk(clk), .d(d), .q(m));
  dly r1(.clk(clk), .d(m), .q(q));
endmodule
`,
  bench: {
    top: "two_registers",
    inputs: { clk: 1, d: 4 },
    outputs: { q: 4 },
    steps: [
      { set: { d: 5, clk: 0 } },
      { set: { clk: 1 } },
      ...[9, 3, 12].flatMap((d, at) => clocked({ d }, { q: [5, 9, 3][at]! })),
    ],
  },
  latencyLocked: true,
  sentences: ["Pin `q` of block `r0` drives pin `d` of block `r1`."],
  diagram: "top two_registers\n",
  picture: whitePng(32, 32),
};
