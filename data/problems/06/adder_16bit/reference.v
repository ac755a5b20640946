module add8(input [7:0] x, input [7:0] y, input ci, output [7:0] s, output co);
  assign {co, s} = x + y + ci;
endmodule

module adder_16bit(input [15:0] a, input [15:0] b, input cin, output [15:0] sum, output cout);
  wire carry;
  add8 low(.x(a[7:0]), .y(b[7:0]), .ci(cin), .s(sum[7:0]), .co(carry));
  add8 high(.x(a[15:8]), .y(b[15:8]), .ci(carry), .s(sum[15:8]), .co(cout));
endmodule
