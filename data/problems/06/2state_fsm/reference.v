module fsm_2state(input clk, input rst, input in, output reg [3:0] state);
  localparam A = 4'd9, B = 4'd8;
  always @(posedge clk)
    if (rst) state <= A;
    else case (state)
      A: state <= in ? B : A;
      B: state <= in ? A : B;
      default: state <= A;
    endcase
endmodule
