module cla16(input [15:0] x, input [15:0] y, input ci, output [15:0] s, output g, output p);
  wire [16:0] alone;
  assign alone = x + y;
  assign g = alone[16];
  assign p = &(x ^ y);
  assign s = alone[15:0] + ci;
endmodule

module look_ahead(input g0, input p0, input g1, input p1, input ci, output c16, output c32);
  assign c16 = g0 | (p0 & ci);
  assign c32 = g1 | (p1 & g0) | (p1 & p0 & ci);
endmodule

module adder_32bit(input [31:0] a, input [31:0] b, input cin, output [31:0] s, output c32);
  wire g0, p0, g1, p1, c16;
  cla16 low(.x(a[15:0]), .y(b[15:0]), .ci(cin), .s(s[15:0]), .g(g0), .p(p0));
  cla16 high(.x(a[31:16]), .y(b[31:16]), .ci(c16), .s(s[31:16]), .g(g1), .p(p1));
  look_ahead ahead(.g0(g0), .p0(p0), .g1(g1), .p1(p1), .ci(cin), .c16(c16), .c32(c32));
endmodule
