module mac(input clk, input rst, input [7:0] x, input [7:0] w, output reg [15:0] acc);
  always @(posedge clk)
    if (rst) acc <= 16'd0;
    else acc <= acc + x * w;
endmodule

module dly(input clk, input rst, input [7:0] d, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 8'd0;
    else q <= d;
endmodule

module noc_1x2(input clk, input rst, input [7:0] a0, input [7:0] a1, input [7:0] w,
               output [15:0] c0, output [15:0] c1);
  wire [7:0] w1;
  mac pe0(.clk(clk), .rst(rst), .x(a0), .w(w), .acc(c0));
  dly r0(.clk(clk), .rst(rst), .d(w), .q(w1));
  mac pe1(.clk(clk), .rst(rst), .x(a1), .w(w1), .acc(c1));
endmodule
