module fsm_5state(input clk, input rst, input d, output hit);
  localparam S0 = 3'd0, S1 = 3'd1, S2 = 3'd2, S3 = 3'd3, S4 = 3'd4;
  reg [2:0] state, next;
  always @(posedge clk)
    if (rst) state <= S0;
    else state <= next;
  always @* case (state)
    S0: next = d ? S1 : S0;
    S1: next = d ? S2 : S0;
    S2: next = d ? S2 : S3;
    S3: next = d ? S4 : S0;
    S4: next = d ? S2 : S0;
    default: next = S0;
  endcase
  assign hit = state == S4;
endmodule
