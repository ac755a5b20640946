module dff(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 1'b0;
    else q <= d;
endmodule

module beat4(input clk, input rst_n, output last);
  reg [1:0] count;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) count <= 2'd0;
    else count <= count + 2'd1;
  assign last = count == 2'd3;
endmodule

module shift4(input clk, input rst_n, input load, input [3:0] d, output q);
  reg [3:0] word;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) word <= 4'd0;
    else word <= load ? d : {word[2:0], 1'b0};
  assign q = word[3];
endmodule

module parallel2serial(input clk, input rst_n, input [3:0] d, output valid_out, output dout);
  wire last;
  beat4 count(.clk(clk), .rst_n(rst_n), .last(last));
  shift4 word(.clk(clk), .rst_n(rst_n), .load(last), .d(d), .q(dout));
  dff valid(.clk(clk), .rst_n(rst_n), .d(last), .q(valid_out));
endmodule
