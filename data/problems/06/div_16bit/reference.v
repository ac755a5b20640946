module div_nibble(input [7:0] r_in, input [3:0] n, input [7:0] b, output [3:0] q, output [7:0] r_out);
  wire [8:0] t3, t2, t1, t0;
  wire [7:0] r3, r2, r1;
  assign t3 = {r_in, n[3]};
  assign q[3] = t3 >= {1'b0, b};
  assign r3 = q[3] ? t3 - {1'b0, b} : t3;
  assign t2 = {r3, n[2]};
  assign q[2] = t2 >= {1'b0, b};
  assign r2 = q[2] ? t2 - {1'b0, b} : t2;
  assign t1 = {r2, n[1]};
  assign q[1] = t1 >= {1'b0, b};
  assign r1 = q[1] ? t1 - {1'b0, b} : t1;
  assign t0 = {r1, n[0]};
  assign q[0] = t0 >= {1'b0, b};
  assign r_out = q[0] ? t0 - {1'b0, b} : t0;
endmodule

module div_16bit(input [15:0] a, input [7:0] b, output [15:0] result, output [15:0] odd);
  wire [7:0] r1, r2, r3;
  div_nibble n0(.r_in(8'd0), .n(a[15:12]), .b(b), .q(result[15:12]), .r_out(r1));
  div_nibble n1(.r_in(r1), .n(a[11:8]), .b(b), .q(result[11:8]), .r_out(r2));
  div_nibble n2(.r_in(r2), .n(a[7:4]), .b(b), .q(result[7:4]), .r_out(r3));
  div_nibble n3(.r_in(r3), .n(a[3:0]), .b(b), .q(result[3:0]), .r_out(odd[7:0]));
  assign odd[15:8] = 8'd0;
endmodule
