/** Designs with known graphs. */
export const CHAIN = `
module mac(input clk, input rst, input [7:0] x, input [7:0] w, output reg [15:0] acc);
  always @(posedge clk) if (rst) acc <= 0; else acc <= acc + x * w;
endmodule
module dly(input clk, input rst, input [7:0] d, output reg [7:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= d;
endmodule
module chain2(input clk, input rst, input [7:0] a0, input [7:0] a1, input [7:0] w0,
              output [15:0] c0, output [15:0] c1);
  wire [7:0] w1;
  mac pe0(.clk(clk), .rst(rst), .x(a0), .w(w0), .acc(c0));
  dly r0(.clk(clk), .rst(rst), .d(w0), .q(w1));
  mac pe1(.clk(clk), .rst(rst), .x(a1), .w(w1), .acc(c1));
endmodule
`;

/** The same chain: other formatting, other order, an inner wire of another name, connections by position. */
export const CHAIN_REORDERED =
  `module chain2(input clk,rst,input [7:0] a0,a1,w0,output [15:0] c0,c1);
wire [7:0] between; // a comment
mac pe1(clk,rst,a1,between,c1);


dly r0(.q(between),.d(w0),.rst(rst),.clk(clk)); mac pe0(clk,rst,a0,w0,c0); endmodule
${CHAIN.split("module chain2")[0]}`;

/** The detector of 10011 with a state register and a next-state process; `edge` adds an asynchronous reset. */
export function detector(edge = ""): string {
  return `module seq(input clk, input rst, input in, output out);
  localparam S0 = 0, S1 = 1, S2 = 2, S3 = 3, S4 = 4, S5 = 5;
  reg [2:0] state, next;
  always @(posedge clk ${edge}) if (rst) state <= S0; else state <= next;
  always @* case (state)
    S0: next = in ? S1 : S0;
    S1: next = in ? S1 : S2;
    S2: next = in ? S1 : S3;
    S3: next = in ? S4 : S0;
    S4: next = in ? S5 : S2;
    S5: next = in ? S1 : S2;
    default: next = S0;
  endcase
  assign out = state == S5;
endmodule
`;
}

/** Two states, and the state register is the output. */
export const TWO_STATES = `module two(input clk, input rst, input in, output reg [3:0] state);
  localparam A = 4'd9, B = 4'd8;
  always @(posedge clk)
    if (rst) state <= A;
    else case (state)
      A: state <= in ? B : A;
      B: state <= in ? A : B;
      default: state <= A;
    endcase
endmodule
`;
