module pulse_detect(input clk, input rst_n, input data_in, output data_out);
  localparam NONE = 2'd0, LOW = 2'd1, HIGH = 2'd2, PULSE = 2'd3;
  reg [1:0] state;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) state <= NONE;
    else case (state)
      NONE: state <= data_in ? NONE : LOW;
      LOW: state <= data_in ? HIGH : LOW;
      HIGH: state <= data_in ? NONE : PULSE;
      PULSE: state <= data_in ? HIGH : LOW;
    endcase
  assign data_out = state == PULSE;
endmodule
