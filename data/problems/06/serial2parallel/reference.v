module dff(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module beat8(input clk, input rst_n, input step, output last);
  reg [2:0] count;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) count <= 3'd0;
    else if (step) count <= count + 3'd1;
  assign last = step & (count == 3'd7);
endmodule

module shift8(input clk, input rst_n, input step, input d, output reg [7:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 8'd0;
    else if (step) q <= {q[6:0], d};
endmodule

module serial2parallel(input clk, input rst_n, input din_serial, input din_valid,
                       output [7:0] dout_parallel, output dout_valid);
  wire last;
  beat8 count(.clk(clk), .rst_n(rst_n), .step(din_valid), .last(last));
  shift8 word(.clk(clk), .rst_n(rst_n), .step(din_valid), .d(din_serial), .q(dout_parallel));
  dff valid(.clk(clk), .rst_n(rst_n), .d(last), .q(dout_valid));
endmodule
