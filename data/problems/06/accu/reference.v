module beat4(input clk, input rst_n, input step, output first, output last);
  reg [1:0] count;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) count <= 2'd0;
    else if (step) count <= count + 2'd1;
  assign first = count == 2'd0;
  assign last = step & (count == 2'd3);
endmodule

module sum10(input clk, input rst_n, input step, input first, input [7:0] d, output reg [9:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 10'd0;
    else if (step) q <= first ? {2'b00, d} : q + {2'b00, d};
endmodule

module flag(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module accu(input clk, input rst_n, input [7:0] data_in, input valid_in,
            output valid_out, output [9:0] data_out);
  wire first, last;
  beat4 count(.clk(clk), .rst_n(rst_n), .step(valid_in), .first(first), .last(last));
  sum10 total(.clk(clk), .rst_n(rst_n), .step(valid_in), .first(first), .d(data_in), .q(data_out));
  flag ready(.clk(clk), .rst_n(rst_n), .d(last), .q(valid_out));
endmodule
