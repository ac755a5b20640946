module fsm_3state(input clk, input rst, input go, output [1:0] light);
  localparam RED = 2'd0, GREEN = 2'd1, YELLOW = 2'd2;
  reg [1:0] state;
  always @(posedge clk)
    if (rst) state <= RED;
    else case (state)
      RED: state <= go ? GREEN : RED;
      GREEN: state <= go ? YELLOW : GREEN;
      YELLOW: state <= go ? GREEN : RED;
      default: state <= RED;
    endcase
  assign light = state + 2'd1;
endmodule
