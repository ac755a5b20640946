module sequencer(input clk, input rst_n, input start, output load, output run, output done);
  reg [4:0] step;
  assign load = start & (step == 5'd0);
  assign run = (step != 5'd0) & (step != 5'd17);
  assign done = step == 5'd17;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) step <= 5'd0;
    else if (done) step <= 5'd0;
    else if (load | run) step <= step + 5'd1;
endmodule

module shift_add(input clk, input rst_n, input load, input run, input [15:0] a, input [15:0] b,
                 output reg [31:0] y);
  reg [31:0] x;
  reg [15:0] rest;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      x <= 32'd0;
      rest <= 16'd0;
      y <= 32'd0;
    end else if (load) begin
      x <= {16'd0, a};
      rest <= b;
      y <= 32'd0;
    end else if (run) begin
      if (rest[0]) y <= y + x;
      x <= {x[30:0], 1'b0};
      rest <= {1'b0, rest[15:1]};
    end
endmodule

module multi_16bit(input clk, input rst_n, input start, input [15:0] ain, input [15:0] bin,
                   output [31:0] yout, output done);
  wire load, run;
  sequencer control(.clk(clk), .rst_n(rst_n), .start(start), .load(load), .run(run), .done(done));
  shift_add datapath(.clk(clk), .rst_n(rst_n), .load(load), .run(run), .a(ain), .b(bin), .y(yout));
endmodule
