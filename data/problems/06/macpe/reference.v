module mul8(input [7:0] a, input [7:0] b, output [15:0] p);
  assign p = a * b;
endmodule

module add16(input [15:0] x, input [15:0] y, output [15:0] s);
  assign s = x + y;
endmodule

module reg16(input clk, input rst, input en, input [15:0] d, output reg [15:0] q);
  always @(posedge clk)
    if (rst) q <= 16'd0;
    else if (en) q <= d;
endmodule

module macpe(input clk, input rst, input en, input [7:0] a, input [7:0] b, output [15:0] acc);
  wire [15:0] product, sum;
  mul8 mul(.a(a), .b(b), .p(product));
  add16 add(.x(product), .y(acc), .s(sum));
  reg16 store(.clk(clk), .rst(rst), .en(en), .d(sum), .q(acc));
endmodule
