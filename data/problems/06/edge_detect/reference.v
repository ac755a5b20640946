module edge_detect(input clk, input rst_n, input a, output reg rise, output reg down);
  reg last;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      last <= 1'b0;
      rise <= 1'b0;
      down <= 1'b0;
    end else begin
      last <= a;
      rise <= a & ~last;
      down <= ~a & last;
    end
endmodule
