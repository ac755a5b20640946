module add8(input [7:0] x, input [7:0] y, input ci, output [7:0] s, output co);
  assign {co, s} = x + y + ci;
endmodule

module pick9(input sel, input [7:0] s0, input c0, input [7:0] s1, input c1, output [7:0] s, output c);
  assign s = sel ? s1 : s0;
  assign c = sel ? c1 : c0;
endmodule

module adder_16bit_csa(input [15:0] a, input [15:0] b, input cin, output [15:0] sum, output cout);
  wire carry, carry0, carry1;
  wire [7:0] sum0, sum1;
  add8 low(.x(a[7:0]), .y(b[7:0]), .ci(cin), .s(sum[7:0]), .co(carry));
  add8 high0(.x(a[15:8]), .y(b[15:8]), .ci(1'b0), .s(sum0), .co(carry0));
  add8 high1(.x(a[15:8]), .y(b[15:8]), .ci(1'b1), .s(sum1), .co(carry1));
  pick9 pick(.sel(carry), .s0(sum0), .c0(carry0), .s1(sum1), .c1(carry1), .s(sum[15:8]), .c(cout));
endmodule
