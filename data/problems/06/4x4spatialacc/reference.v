module cell_pe(input clk, input rst, input [3:0] x, input [3:0] w, input [9:0] s, output reg [9:0] q);
  always @(posedge clk)
    if (rst) q <= 10'd0;
    else q <= s + x * w;
endmodule

module spatial_4x4(input clk, input rst, input [3:0] x0, input [3:0] x1, input [3:0] x2, input [3:0] x3,
                   input [3:0] w0, input [3:0] w1, input [3:0] w2, input [3:0] w3,
                   output [9:0] y0, output [9:0] y1, output [9:0] y2, output [9:0] y3);
  wire [9:0] s01, s02, s03, s11, s12, s13, s21, s22, s23, s31, s32, s33;
  cell_pe p00(.clk(clk), .rst(rst), .x(x0), .w(w0), .s(10'd0), .q(s01));
  cell_pe p01(.clk(clk), .rst(rst), .x(x1), .w(w0), .s(s01), .q(s02));
  cell_pe p02(.clk(clk), .rst(rst), .x(x2), .w(w0), .s(s02), .q(s03));
  cell_pe p03(.clk(clk), .rst(rst), .x(x3), .w(w0), .s(s03), .q(y0));
  cell_pe p10(.clk(clk), .rst(rst), .x(x0), .w(w1), .s(10'd0), .q(s11));
  cell_pe p11(.clk(clk), .rst(rst), .x(x1), .w(w1), .s(s11), .q(s12));
  cell_pe p12(.clk(clk), .rst(rst), .x(x2), .w(w1), .s(s12), .q(s13));
  cell_pe p13(.clk(clk), .rst(rst), .x(x3), .w(w1), .s(s13), .q(y1));
  cell_pe p20(.clk(clk), .rst(rst), .x(x0), .w(w2), .s(10'd0), .q(s21));
  cell_pe p21(.clk(clk), .rst(rst), .x(x1), .w(w2), .s(s21), .q(s22));
  cell_pe p22(.clk(clk), .rst(rst), .x(x2), .w(w2), .s(s22), .q(s23));
  cell_pe p23(.clk(clk), .rst(rst), .x(x3), .w(w2), .s(s23), .q(y2));
  cell_pe p30(.clk(clk), .rst(rst), .x(x0), .w(w3), .s(10'd0), .q(s31));
  cell_pe p31(.clk(clk), .rst(rst), .x(x1), .w(w3), .s(s31), .q(s32));
  cell_pe p32(.clk(clk), .rst(rst), .x(x2), .w(w3), .s(s32), .q(s33));
  cell_pe p33(.clk(clk), .rst(rst), .x(x3), .w(w3), .s(s33), .q(y3));
endmodule
