module fsm_4state(input clk, input rst, input five, input ten, output open, output [1:0] level);
  localparam ZERO = 2'd0, FIVE = 2'd1, TEN = 2'd2, PAID = 2'd3;
  reg [1:0] state;
  always @(posedge clk)
    if (rst) state <= ZERO;
    else case (state)
      ZERO: if (five & ten) state <= PAID;
            else if (ten) state <= TEN;
            else if (five) state <= FIVE;
      FIVE: if (ten) state <= PAID;
            else if (five) state <= TEN;
      TEN: if (five | ten) state <= PAID;
      PAID: state <= ZERO;
    endcase
  assign open = state == PAID;
  assign level = state;
endmodule
