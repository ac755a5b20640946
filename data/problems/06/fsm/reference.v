module fsm(input clk, input rst, input in, output out);
  localparam S0 = 3'd0, S1 = 3'd1, S2 = 3'd2, S3 = 3'd3, S4 = 3'd4, S5 = 3'd5;
  reg [2:0] state, next;
  always @(posedge clk)
    if (rst) state <= S0;
    else state <= next;
  always @* case (state)
    S0: next = in ? S1 : S0;
    S1: next = in ? S1 : S2;
    S2: next = in ? S1 : S3;
    S3: next = in ? S4 : S0;
    S4: next = in ? S5 : S2;
    S5: next = in ? S1 : S2;
    default: next = S0;
  endcase
  assign out = state == S5;
endmodule
