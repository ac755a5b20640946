module pair(input clk, input rst_n, input [3:0] a, input [1:0] b, output reg [5:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 6'd0;
    else y <= (b[0] ? {2'b00, a} : 6'd0) + (b[1] ? {1'b0, a, 1'b0} : 6'd0);
endmodule

module join8(input clk, input rst_n, input [5:0] low, input [5:0] high, output reg [7:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 8'd0;
    else y <= {2'b00, low} + {high, 2'b00};
endmodule

module multi_pipe_4bit(input clk, input rst_n, input [3:0] mul_a, input [3:0] mul_b, output [7:0] mul_out);
  wire [5:0] y0, y1;
  pair p0(.clk(clk), .rst_n(rst_n), .a(mul_a), .b(mul_b[1:0]), .y(y0));
  pair p1(.clk(clk), .rst_n(rst_n), .a(mul_a), .b(mul_b[3:2]), .y(y1));
  join8 total(.clk(clk), .rst_n(rst_n), .low(y0), .high(y1), .y(mul_out));
endmodule
