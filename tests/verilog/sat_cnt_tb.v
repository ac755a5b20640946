`timescale 1ns/1ps
module tb; reg clk=0, rst_n=0, up=0; wire [3:0] cnt; wire full;
  sat_cnt d(.clk(clk), .rst_n(rst_n), .up(up), .cnt(cnt), .full(full));
  always #5 clk = ~clk;
  integer i, ok=0, n=0; reg [3:0] e=0;
  task chk; begin n=n+1; if (cnt===e && full===(e==4'd15)) ok=ok+1; end endtask
  initial begin
    @(negedge clk); chk; rst_n=1; up=1;
    for (i=0;i<20;i=i+1) begin @(negedge clk); if (e!=15) e=e+1; chk; end
    up=0; @(negedge clk); chk; #2 rst_n=0; e=0; #1 chk;
    $display("TB_RESULT passed=%0d total=%0d", ok, n); $finish;
  end
  initial begin #100000 $display("TB_RESULT passed=%0d total=%0d TIMEOUT", ok, n); $finish; end
endmodule
