module divide #(parameter N = 1)(input clk, input rst_n, input step, output tick, output reg q);
  reg [3:0] count;
  assign tick = step & (count == N - 1);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      count <= 4'd0;
      q <= 1'b0;
    end else if (tick) begin
      count <= 4'd0;
      q <= ~q;
    end else if (step) count <= count + 4'd1;
endmodule

module freq_div(input clk_in, input rst_n, output clk_50, output clk_10, output clk_1);
  wire five;
  divide #(.N(1)) half(.clk(clk_in), .rst_n(rst_n), .step(1'b1), .tick(), .q(clk_50));
  divide #(.N(5)) tenth(.clk(clk_in), .rst_n(rst_n), .step(1'b1), .tick(five), .q(clk_10));
  divide #(.N(10)) hundredth(.clk(clk_in), .rst_n(rst_n), .step(five), .tick(), .q(clk_1));
endmodule
