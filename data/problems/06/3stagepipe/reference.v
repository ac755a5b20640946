module decode(input clk, input rst_n, input [13:0] instr, output reg [1:0] op, output reg [5:0] a, output reg [5:0] b);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {op, a, b} <= 14'd0;
    else {op, a, b} <= instr;
endmodule

module execute(input clk, input rst_n, input [1:0] op, input [5:0] a, input [5:0] b, output reg [6:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 7'd0;
    else case (op)
      2'd0: y <= a + b;
      2'd1: y <= a & b;
      2'd2: y <= a | b;
      default: y <= a ^ b;
    endcase
endmodule

module writeback(input clk, input rst_n, input [6:0] y, output reg [7:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 8'd0;
    else q <= q + y;
endmodule

module pipe_3stage(input clk, input rst_n, input [13:0] instr, output [7:0] q);
  wire [1:0] op;
  wire [5:0] a, b;
  wire [6:0] y;
  decode s1(.clk(clk), .rst_n(rst_n), .instr(instr), .op(op), .a(a), .b(b));
  execute s2(.clk(clk), .rst_n(rst_n), .op(op), .a(a), .b(b), .y(y));
  writeback s3(.clk(clk), .rst_n(rst_n), .y(y), .q(q));
endmodule
