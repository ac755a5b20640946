/** Small problem sets in public layouts. */
import { findIcarus } from "offprint/verilog/tools/mod.ts";

export const icarus = await findIcarus();

export const skipped = icarus === undefined;

export const inverter = "module inv(input a, output y); assign y = ~a; endmodule\n";

export const bench = (done: string, checks: string) =>
  `module tb; reg a; wire y; inv d(.a(a), .y(y)); initial begin $dumpfile("w.vcd"); $dumpvars(0, tb);
  ${checks} $display("${done}"); $finish; end endmodule\n`;

export const good = "a = 0; #1 if (y !== 1) $finish; a = 1; #1 if (y !== 0) $finish;";
