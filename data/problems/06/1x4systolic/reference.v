module pe(input clk, input rst, input [3:0] x, input [3:0] w, input [9:0] s,
          output reg [3:0] x_q, output reg [9:0] s_q);
  always @(posedge clk)
    if (rst) begin
      x_q <= 4'd0;
      s_q <= 10'd0;
    end else begin
      x_q <= x;
      s_q <= s + x * w;
    end
endmodule

module systolic_1x4(input clk, input rst, input [3:0] x, input [3:0] w0, input [3:0] w1,
                    input [3:0] w2, input [3:0] w3, output [9:0] y);
  wire [3:0] x1, x2, x3;
  wire [9:0] s1, s2, s3;
  pe p0(.clk(clk), .rst(rst), .x(x), .w(w0), .s(10'd0), .x_q(x1), .s_q(s1));
  pe p1(.clk(clk), .rst(rst), .x(x1), .w(w1), .s(s1), .x_q(x2), .s_q(s2));
  pe p2(.clk(clk), .rst(rst), .x(x2), .w(w2), .s(s2), .x_q(x3), .s_q(s3));
  pe p3(.clk(clk), .rst(rst), .x(x3), .w(w3), .s(s3), .x_q(), .s_q(y));
endmodule
