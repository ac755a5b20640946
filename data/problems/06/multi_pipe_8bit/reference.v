module operands(input clk, input rst_n, input en, input [7:0] a, input [7:0] b,
                output reg [7:0] a_q, output reg [7:0] b_q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      a_q <= 8'd0;
      b_q <= 8'd0;
    end else if (en) begin
      a_q <= a;
      b_q <= b;
    end
endmodule

module part(input clk, input rst_n, input [7:0] a, input [3:0] b, output reg [11:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 12'd0;
    else y <= a * b;
endmodule

module join16(input clk, input rst_n, input [11:0] low, input [11:0] high, output reg [15:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 16'd0;
    else y <= {4'd0, low} + {high, 4'd0};
endmodule

module delay #(parameter W = 1, parameter N = 1)(input clk, input rst_n, input [W-1:0] d, output [W-1:0] q);
  reg [W*N-1:0] line;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) line <= {W*N{1'b0}};
    else line <= {line, d};
  assign q = line[W*N-1:W*(N-1)];
endmodule

module multi_pipe_8bit(input clk, input rst_n, input en_in, input [7:0] mul_a, input [7:0] mul_b,
                       output en_out, output [15:0] mul_out);
  wire [7:0] a, b;
  wire [11:0] y0, y1;
  operands hold(.clk(clk), .rst_n(rst_n), .en(en_in), .a(mul_a), .b(mul_b), .a_q(a), .b_q(b));
  part low(.clk(clk), .rst_n(rst_n), .a(a), .b(b[3:0]), .y(y0));
  part high(.clk(clk), .rst_n(rst_n), .a(a), .b(b[7:4]), .y(y1));
  join16 total(.clk(clk), .rst_n(rst_n), .low(y0), .high(y1), .y(mul_out));
  delay #(.W(1), .N(3)) valid(.clk(clk), .rst_n(rst_n), .d(en_in), .q(en_out));
endmodule
