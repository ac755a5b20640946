module add_slice(input clk, input rst_n, input [15:0] x, input [15:0] y, input ci,
                 output reg [15:0] s, output reg co);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {co, s} <= 17'd0;
    else {co, s} <= x + y + ci;
endmodule

module delay #(parameter W = 1, parameter N = 1)(input clk, input rst_n, input [W-1:0] d, output [W-1:0] q);
  reg [W*N-1:0] line;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) line <= {W*N{1'b0}};
    else line <= {line, d};
  assign q = line[W*N-1:W*(N-1)];
endmodule

module adder_64bit(input clk, input rst_n, input en, input [63:0] a, input [63:0] b,
                   output [64:0] result, output done);
  wire [31:0] w1, w2, w3;
  wire [15:0] s0, s1, s2;
  wire c1, c2, c3;
  delay #(.W(1), .N(4)) valid(.clk(clk), .rst_n(rst_n), .d(en), .q(done));
  add_slice add0(.clk(clk), .rst_n(rst_n), .x(a[15:0]), .y(b[15:0]), .ci(1'b0), .s(s0), .co(c1));
  delay #(.W(16), .N(3)) out0(.clk(clk), .rst_n(rst_n), .d(s0), .q(result[15:0]));
  delay #(.W(32), .N(1)) in1(.clk(clk), .rst_n(rst_n), .d({a[31:16], b[31:16]}), .q(w1));
  add_slice add1(.clk(clk), .rst_n(rst_n), .x(w1[31:16]), .y(w1[15:0]), .ci(c1), .s(s1), .co(c2));
  delay #(.W(16), .N(2)) out1(.clk(clk), .rst_n(rst_n), .d(s1), .q(result[31:16]));
  delay #(.W(32), .N(2)) in2(.clk(clk), .rst_n(rst_n), .d({a[47:32], b[47:32]}), .q(w2));
  add_slice add2(.clk(clk), .rst_n(rst_n), .x(w2[31:16]), .y(w2[15:0]), .ci(c2), .s(s2), .co(c3));
  delay #(.W(16), .N(1)) out2(.clk(clk), .rst_n(rst_n), .d(s2), .q(result[47:32]));
  delay #(.W(32), .N(3)) in3(.clk(clk), .rst_n(rst_n), .d({a[63:48], b[63:48]}), .q(w3));
  add_slice add3(.clk(clk), .rst_n(rst_n), .x(w3[31:16]), .y(w3[15:0]), .ci(c3), .s(result[63:48]), .co(result[64]));
endmodule
