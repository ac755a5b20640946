module booth_row(input [2:0] x, input [7:0] a, output reg [9:0] y);
  wire [9:0] one;
  assign one = {{2{a[7]}}, a};
  always @* case (x)
    3'd1, 3'd2: y = one;
    3'd3: y = {one[8:0], 1'b0};
    3'd4: y = 10'd0 - {one[8:0], 1'b0};
    3'd5, 3'd6: y = 10'd0 - one;
    default: y = 10'd0;
  endcase
endmodule

module sum4(input [9:0] y0, input [9:0] y1, input [9:0] y2, input [9:0] y3, output [15:0] p);
  assign p = {{6{y0[9]}}, y0} + {{4{y1[9]}}, y1, 2'b00} + {{2{y2[9]}}, y2, 4'b0000} + {y3, 6'b000000};
endmodule

module multi_booth(input [7:0] a, input [7:0] b, output [15:0] p);
  wire [9:0] y0, y1, y2, y3;
  booth_row row0(.x({b[1:0], 1'b0}), .a(a), .y(y0));
  booth_row row1(.x(b[3:1]), .a(a), .y(y1));
  booth_row row2(.x(b[5:3]), .a(a), .y(y2));
  booth_row row3(.x(b[7:5]), .a(a), .y(y3));
  sum4 total(.y0(y0), .y1(y1), .y2(y2), .y3(y3), .p(p));
endmodule
