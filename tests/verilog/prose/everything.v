module sat_cnt #(parameter W = 4, parameter D = 2) (
  input  wire         clk, rst_n,
  output reg  signed [W-1:0] cnt
);
  localparam A = 3'd1, B = 2;
  wire [3:0] t, u;
  reg [7:0] mem [0:15];
  integer i;
  genvar g;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n)
      cnt <= {W{1'b0}};
    else if (up && !full)
      cnt <= cnt + 1'b1;
    case (cnt)
      A, B: begin t = a[3:0]; u = a[i +: 2]; end
      default: ;
    endcase
    for (i = 0; i < 4; i = i + 1) mem[i] <= {a, b[2]};
  end
  always @* y = c ? -a : f(b, c);
  assign full = &cnt, q = 1;
  sub #(.W(4)) u1 (.a(a), .b(), .c(x+1));
  sub u2 (a, b);
  and g1 (w, a, b);
  generate
    for (g = 0; g < 4; g = g + 1) begin : blk
      assign z[g] = a[g] ^ b[g];
    end
  endgenerate
  initial begin #5 x = 0; end
  function [3:0] f; input [3:0] a; input b; begin f = a + b; end endfunction
  task tk; input a; x = a; endtask
endmodule
module old(a, b);
  input a;
  output [3:0] b;
  reg [3:0] b;
endmodule
module more #(parameter DATA_WIDTH = 8, N = 3) (input \the , input [DATA_WIDTH*2-1:0] b, first, output reg [0:7] q);
 wire [N:0] w = b[N +: 2]; reg [7:0] m2 [3:0]; reg [7:0] m3 [0:N-1];
 always @(*) begin if (b) begin if (first) q = 1; end else q = b[N+1 +: DATA_WIDTH+2]; casex (b) 3'b1?? : q = 2; default q = "a, b; c  d."; endcase end
 initial begin #5 q = 1; repeat (3) q = #2 4; while (q < 3) q = q + 1; $display("x"); $finish; forever #1 q = 2; end
 always #5 q = -q;
 not n1 (a, b, c); xor (a, b, c);
 genvar k;
 for (k = 0; k < N; k = k + 1) begin assign q[k] = ~& b[k]; always @(posedge b[k]) begin q[k] <= 1; end end
 function integer f; input integer x, y; reg signed [3:0] loc; begin loc = x ? y : x ? 1 : 2; f = (x ? y : 3) + loc; end endfunction
 assign q = (a - (b - c)) - d, {x[1:0], y} = a & (b | c) & ~(d ^ e) ** 2 & (&f) | -(-g);
endmodule
