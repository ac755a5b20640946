module add_sub(input sub, input [7:0] a, input [7:0] b, output [7:0] r, output carry);
  assign {carry, r} = a + (b ^ {8{sub}}) + sub;
endmodule

module bits(input sel, input [7:0] a, input [7:0] b, output [7:0] r);
  assign r = sel ? a | b : a & b;
endmodule

module shifter(input right, input [7:0] a, input [2:0] n, output [7:0] r);
  assign r = right ? a >> n : a << n;
endmodule

module other(input sel, input [7:0] a, input [7:0] b, output [7:0] r);
  assign r = sel ? a ^ b : {7'd0, a < b};
endmodule

module choose(input [1:0] sel, input [7:0] r0, input [7:0] r1, input [7:0] r2, input [7:0] r3,
              input carry_in, output reg [7:0] r, output carry, output zero);
  always @* case (sel)
    2'd0: r = r0;
    2'd1: r = r1;
    2'd2: r = r2;
    default: r = r3;
  endcase
  assign carry = carry_in & (sel == 2'd0);
  assign zero = r == 8'd0;
endmodule

module alu(input [2:0] op, input [7:0] a, input [7:0] b, output [7:0] r, output carry, output zero);
  wire [7:0] r0, r1, r2, r3;
  wire c;
  add_sub u_add(.sub(op[0]), .a(a), .b(b), .r(r0), .carry(c));
  bits u_bits(.sel(op[0]), .a(a), .b(b), .r(r1));
  shifter u_shift(.right(op[0]), .a(a), .n(b[2:0]), .r(r2));
  other u_other(.sel(op[0]), .a(a), .b(b), .r(r3));
  choose u_out(.sel(op[2:1]), .r0(r0), .r1(r1), .r2(r2), .r3(r3), .carry_in(c),
               .r(r), .carry(carry), .zero(zero));
endmodule
