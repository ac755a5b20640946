module dff(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module inv(input a, output y);
  assign y = ~a;
endmodule

module Johnson_Counter(input clk, input rst_n, output [3:0] Q);
  wire back;
  inv turn(.a(Q[0]), .y(back));
  dff f3(.clk(clk), .rst_n(rst_n), .d(back), .q(Q[3]));
  dff f2(.clk(clk), .rst_n(rst_n), .d(Q[3]), .q(Q[2]));
  dff f1(.clk(clk), .rst_n(rst_n), .d(Q[2]), .q(Q[1]));
  dff f0(.clk(clk), .rst_n(rst_n), .d(Q[1]), .q(Q[0]));
endmodule
