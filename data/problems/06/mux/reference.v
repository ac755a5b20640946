module mux2(input a, input b, input s, output y);
  assign y = s ? b : a;
endmodule

module mux(input [1:0] sel, input [3:0] d, output y);
  wire low, high;
  mux2 m0(.a(d[0]), .b(d[1]), .s(sel[0]), .y(low));
  mux2 m1(.a(d[2]), .b(d[3]), .s(sel[0]), .y(high));
  mux2 m2(.a(low), .b(high), .s(sel[1]), .y(y));
endmodule
