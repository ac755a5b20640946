module fetch(input clk, input rst_n, input [9:0] instr, output reg [9:0] word);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) word <= 10'd0;
    else word <= instr;
endmodule

module decode(input clk, input rst_n, input [9:0] word, output reg [1:0] op, output reg [3:0] a, output reg [3:0] b);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {op, a, b} <= 10'd0;
    else {op, a, b} <= word;
endmodule

module execute(input clk, input rst_n, input [1:0] op, input [3:0] a, input [3:0] b, output reg [4:0] y);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) y <= 5'd0;
    else case (op)
      2'd0: y <= a + b;
      2'd1: y <= a & b;
      2'd2: y <= a | b;
      default: y <= a ^ b;
    endcase
endmodule

module memory(input clk, input rst_n, input [4:0] y, output reg [4:0] now, output reg [4:0] prior);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      now <= 5'd0;
      prior <= 5'd0;
    end else begin
      now <= y;
      prior <= now;
    end
endmodule

module writeback(input clk, input rst_n, input [4:0] x, input [4:0] y, output reg [7:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 8'd0;
    else q <= x + y;
endmodule

module pipe_5stage(input clk, input rst_n, input [9:0] instr, output [7:0] q);
  wire [9:0] word;
  wire [1:0] op;
  wire [3:0] a, b;
  wire [4:0] y, now, prior;
  fetch s1(.clk(clk), .rst_n(rst_n), .instr(instr), .word(word));
  decode s2(.clk(clk), .rst_n(rst_n), .word(word), .op(op), .a(a), .b(b));
  execute s3(.clk(clk), .rst_n(rst_n), .op(op), .a(a), .b(b), .y(y));
  memory s4(.clk(clk), .rst_n(rst_n), .y(y), .now(now), .prior(prior));
  writeback s5(.clk(clk), .rst_n(rst_n), .x(now), .y(prior), .q(q));
endmodule
