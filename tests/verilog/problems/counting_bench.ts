/**
 * A bench as VerilogEval's: a generator of inputs, a reference and a candidate with one input and one output of
 * four bits, and a count of mismatches at the end.
 */
export function countingBench(reference: string, candidate: string): string {
  return `\`timescale 1 ps/1 ps
\`define OK 12
\`define INCORRECT 13

module stimulus_gen (
	input clk,
	output logic [3:0] in,
	output reg[511:0] wavedrom_title,
	output reg wavedrom_enable
);
	task wavedrom_start(input[511:0] title = "");
	endtask
	task wavedrom_stop;
		#1;
	endtask
	initial begin
		wavedrom_start("Random inputs");
		repeat(20) @(posedge clk, negedge clk) in <= $random;
		wavedrom_stop();
		$finish;
	end
endmodule

module tb();
	typedef struct packed {
		int errors;
		int errortime;
		int clocks;
	} stats;
	stats stats1;
	wire[511:0] wavedrom_title;
	wire wavedrom_enable;
	reg clk=0;
	initial forever
		#5 clk = ~clk;
	logic [3:0] in;
	logic [3:0] out_ref;
	logic [3:0] out_dut;
	initial begin
		$dumpfile("wave.vcd");
		$dumpvars(1, stim1.clk, tb_mismatch ,in,out_ref,out_dut );
	end
	wire tb_match;
	wire tb_mismatch = ~tb_match;
	stimulus_gen stim1 (
		.clk,
		.* ,
		.in );
	${reference} good1 (
		.in,
		.out(out_ref) );
	${candidate} top_module1 (
		.in,
		.out(out_dut) );
	bit strobe = 0;
	task wait_for_end_of_timestep;
		repeat(5) begin
			strobe <= !strobe;
			@(strobe);
		end
	endtask
	final begin
		$display("Hint: Total mismatched samples is %1d out of %1d samples\\n", stats1.errors, stats1.clocks);
		$display("Mismatches: %1d in %1d samples", stats1.errors, stats1.clocks);
	end
	assign tb_match = ( { out_ref } === ( { out_ref } ^ { out_dut } ^ { out_ref } ) );
	always @(posedge clk, negedge clk) begin
		stats1.clocks++;
		if (!tb_match) begin
			if (stats1.errors == 0) stats1.errortime = $time;
			stats1.errors++;
		end
	end
endmodule
`;
}
