module dff(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module phase(input clk, input rst_n, input step, output first, output second);
  reg half;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) half <= 1'b0;
    else if (step) half <= ~half;
  assign first = step & ~half;
  assign second = step & half;
endmodule

module hold8(input clk, input rst_n, input en, input [7:0] d, output reg [7:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 8'd0;
    else if (en) q <= d;
endmodule

module hold16(input clk, input rst_n, input en, input [7:0] high, input [7:0] low, output reg [15:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 16'd0;
    else if (en) q <= {high, low};
endmodule

module width_8to16(input clk, input rst_n, input valid_in, input [7:0] data_in,
                   output valid_out, output [15:0] data_out);
  wire first, second;
  wire [7:0] kept;
  phase turn(.clk(clk), .rst_n(rst_n), .step(valid_in), .first(first), .second(second));
  hold8 byte0(.clk(clk), .rst_n(rst_n), .en(first), .d(data_in), .q(kept));
  hold16 word(.clk(clk), .rst_n(rst_n), .en(second), .high(kept), .low(data_in), .q(data_out));
  dff valid(.clk(clk), .rst_n(rst_n), .d(second), .q(valid_out));
endmodule
