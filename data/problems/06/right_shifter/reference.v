module dff(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module right_shifter(input clk, input rst_n, input d, output [7:0] q);
  dff f7(.clk(clk), .rst_n(rst_n), .d(d), .q(q[7]));
  dff f6(.clk(clk), .rst_n(rst_n), .d(q[7]), .q(q[6]));
  dff f5(.clk(clk), .rst_n(rst_n), .d(q[6]), .q(q[5]));
  dff f4(.clk(clk), .rst_n(rst_n), .d(q[5]), .q(q[4]));
  dff f3(.clk(clk), .rst_n(rst_n), .d(q[4]), .q(q[3]));
  dff f2(.clk(clk), .rst_n(rst_n), .d(q[3]), .q(q[2]));
  dff f1(.clk(clk), .rst_n(rst_n), .d(q[2]), .q(q[1]));
  dff f0(.clk(clk), .rst_n(rst_n), .d(q[1]), .q(q[0]));
endmodule
