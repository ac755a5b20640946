module pe(input clk, input rst, input [7:0] a, input [7:0] b,
          output reg [7:0] a_q, output reg [7:0] b_q, output reg [15:0] c);
  always @(posedge clk)
    if (rst) begin
      a_q <= 8'd0;
      b_q <= 8'd0;
      c <= 16'd0;
    end else begin
      a_q <= a;
      b_q <= b;
      c <= c + a * b;
    end
endmodule

module systolic_2x2(input clk, input rst, input [7:0] a0, input [7:0] a1, input [7:0] b0, input [7:0] b1,
                    output [15:0] c00, output [15:0] c01, output [15:0] c10, output [15:0] c11);
  wire [7:0] right0, right1, down0, down1;
  pe p00(.clk(clk), .rst(rst), .a(a0), .b(b0), .a_q(right0), .b_q(down0), .c(c00));
  pe p01(.clk(clk), .rst(rst), .a(right0), .b(b1), .a_q(), .b_q(down1), .c(c01));
  pe p10(.clk(clk), .rst(rst), .a(a1), .b(down0), .a_q(right1), .b_q(), .c(c10));
  pe p11(.clk(clk), .rst(rst), .a(right1), .b(down1), .a_q(), .b_q(), .c(c11));
endmodule
