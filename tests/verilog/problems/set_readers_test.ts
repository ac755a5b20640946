/** Small problems of our own in exactly the layouts in which the public sets are published. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { auditProblem, readProblemSet } from "offprint/verilog/problems/mod.ts";
import { findIcarus, type Icarus } from "offprint/verilog/tools/mod.ts";
import { inFolder } from "./in_folder.ts";
import { countingBench } from "./counting_bench.ts";

const icarus = await findIcarus() as Icarus;
const ignore = icarus === undefined;

/** Name of the set, and of every problem with what its own bench says of it. */
async function audited(folder: string): Promise<{ set: string; sound: string[]; out: string[] }> {
  const { set, problems, skipped } = await readProblemSet(folder, icarus);
  const out = skipped.map(({ name, reason }) => `${name}: ${reason}`);
  const sound: string[] = [];
  for (const problem of problems) {
    const audit = await auditProblem(problem);
    if (audit.sound && !audit.vacuous) sound.push(problem.name);
    else out.push(`${problem.name}: ${audit.reason ?? "vacuous"}`);
  }
  return { set, sound, out };
}

/** A bench in the manner of VGen: a clock, steps of one period, "test n failed" or a last line. */
const vgenBench = `
\`timescale 1 ns/10 ps  // time-unit = 1 ns

module tb_toggle;
    reg clk, reset;
    wire q;
    localparam period = 20;
    toggle UUT (.clk(clk), .reset(reset), .q(q) );
    initial // Clock generation
        begin
        clk = 0;
        forever begin
        #(period/2);
        clk = ~clk;
        end
    end
    initial begin
        #2;
        reset = 1;
        #period;
        if (q!==0) begin
            $display("test 1 failed");
            $finish;
        end
        else $display("q=%b", q);
        reset = 0;
        #period;
        if (q!==1) begin
            $display("test 2 failed");
            $finish;
        end
        else $display("q=%b", q);
        $display("all tests passed");
        $finish;
    end
endmodule`;

Deno.test("VGen's repository: prompts, answers, benches, compiled files and earlier evaluations", {
  ignore,
}, async () => {
  const header =
    "// A flip-flop that changes at every clock.\nmodule toggle( input clk, input reset, " +
    "output reg q );\n// q is 0 after a reset";
  const problem = (name: string) => ({
    [`prompts-and-testbenches/${name}/prompt1_toggle.v`]: header,
    [`prompts-and-testbenches/${name}/prompt2_toggle.v`]: `${header}\n// otherwise q is inverted`,
    [`prompts-and-testbenches/${name}/prompt3_toggle.v`]: `${header}\n// q <= ~q`,
    [`prompts-and-testbenches/${name}/tb_toggle.v`]: vgenBench,
    [`prompts-and-testbenches/${name}/answer_toggle.v`]:
      `${header}\nalways @(posedge clk) if (reset) q <= 0; else q <= ~q;\nendmodule`,
    [`prompts-and-testbenches/${name}/toggle`]: "#! /usr/bin/vvp\n",
    [`prompts-and-testbenches/${name}/test-example.v`]: "module example; endmodule",
  });
  await inFolder({
    "LICENCE": "",
    "README.md": "# A set",
    "prompts-and-testbenches/.DS_Store": "\0",
    ...problem("basic1"),
    ...problem("advanced12"),
    "evaluation/all_results/basic1/examples-m-tmp_0.1/example0.v": "module",
    "evaluation/all_results/basic1/examples-m-tmp_0.1/results/results_compiled.txt": "0",
  }, async (folder) => {
    const names = ["advanced12", "basic1"].flatMap((name) =>
      [1, 2, 3].map((level) => `${name}/prompt${level}`)
    );
    assertEquals(await audited(folder), { set: "VGen", sound: names, out: [] });
    const { problems } = await readProblemSet(folder, icarus);
    assertEquals([...new Set(problems.map(({ group }) => group))], ["advanced", "basic"]);
  });
});

/** A bench in the manner of RTLLM that reads its cases from a file with `$fscanf`, by a macro. */
const rtllmBench = (top: string) =>
  `\`timescale 1ns/1ns
\`define TESTFILE "test_data.dat"
module ${top}_tb ();
    reg [7:0] a, b;
    wire [7:0] y;
    integer i, s, fp, numtests, error = 0;
    ${top} #(.WIDTH(8)) dut( .a(a), .b(b), .y(y));
    task apply_and_check;
        input [7:0] ain;
        begin
            a = ain; #10;
            error = (y == a + b) ? error : error + 1;
        end
    endtask
    initial begin
        fp = $fopen(\`TESTFILE, "r");
        s = $fscanf(fp, "%d\\n", numtests);
        for (int k = 0; k < numtests; k = k + 1) begin
            s = $fscanf(fp, "%d %d\\n", a, b);
            apply_and_check(a);
        end
        $fclose(fp);
        if (error == 0) begin
            $display("===========Your Design Passed===========");
        end else begin
            $display("===========Failed===========", error);
        end
        $finish;
    end
endmodule`;
/** A bench that reads reference values with \`$readmemh\`. */
const listBench = `\`timescale 1ns / 1ps
module test_inv();
    reg [3:0] a;
    wire [3:0] r;
    reg [3:0] reference[0:7];
    reg error = 0;
    integer file_open, at;
    inv uut(a, r);
    initial begin
    $readmemh("reference.dat", reference);
    for (at = 0; at < 8; at = at + 1) begin a = at; #5 error = error | (reference[at] !== r); end
    if (error == 0) $display("===========Your Design Passed===========");
    else $display("===========Error===========");
    $finish;
    end
endmodule`;
const adder = (name: string) =>
  `module half #(parameter WIDTH = 8) (input [WIDTH-1:0] a, b, output [WIDTH-1:0] y);
assign y = a + b; endmodule
module ${name} #(parameter WIDTH = 8) (input [WIDTH-1:0] a, b, output [WIDTH-1:0] y);
half #(WIDTH) u0 (a, b, y); endmodule`;
const makefile = (name: string) =>
  `.PHONY: vcs sim clean\nTEST_DESIGN = ${name}\nvcs:\n\tvcs -sverilog -timescale=1ns/1ns \${TEST_DESIGN}.v testbench.v\n`;
const described = (name: string) =>
  `Please act as a professional verilog designer.\n\nModule name:\n    ${name}\n`;
const list = "f\ne\nd\nc\nb\na\n9\n8\n";

Deno.test(
  "RTLLM v1: folders side by side, benches that read files, answers of models beside them",
  {
    ignore,
  },
  async () => {
    await inFolder({
      "README.md": "# A set",
      "adder_8bit/design_description.txt": described("adder_8bit"),
      "adder_8bit/makefile": makefile("adder_8bit"),
      "adder_8bit/output.txt": "",
      "adder_8bit/testbench.v": rtllmBench("adder_8bit"),
      "adder_8bit/test_data.dat": "3\n1 2\n250 9\n7 255\n",
      "adder_8bit/verified_adder_8bit.v": adder("verified_adder_8bit"),
      "adder_8bit/chatgpt_generate_adder_8bit.v": "module adder_8bit; endmodule",
      // The bench asks for the verified name.
      "inv/design_description.txt": described("inv"),
      "inv/testbench.v": listBench.replace("inv uut", "verified_inv uut"),
      "inv/reference.dat": list,
      "inv/verified_inv.v":
        "module verified_inv(input [3:0] a, output [3:0] r); assign r = ~a; endmodule",
      "half/design_description.txt": described("half"),
      "half/testbench.v": rtllmBench("half"),
      "half/test_data.dat": "1\n1 2\n",
      "half/verified_half.v":
        "module half(input [7:0] a, b, output [7:0] y); assign y = a; endmodule",
    }, async (folder) => {
      const { set, sound, out } = await audited(folder);
      assertEquals([set, sound], ["RTLLM", ["adder_8bit", "inv"]]);
      assertEquals(out.length, 1);
      assert(out[0]!.startsWith("half: the bench said: ===========Failed==========="), out[0]);
    });
  },
);

Deno.test(
  "RTLLM v2: parts, kinds with a blank in their names, and models' answers in folders of their own",
  {
    ignore,
  },
  async () => {
    const delayed = "module inv(input [3:0] a, output [3:0] r); assign #1 r = ~a; endmodule";
    await inFolder({
      "File_list.md": "# Files",
      "Arithmetic/Adder/adder_8bit/design_description.txt": described("adder_8bit"),
      "Arithmetic/Adder/adder_8bit/makefile": makefile("adder_8bit"),
      "Arithmetic/Adder/adder_8bit/testbench.v": rtllmBench("adder_8bit"),
      "Arithmetic/Adder/adder_8bit/test_data.dat": "2\n1 2\n250 9\n",
      // The name of the file and of the module are others than the bench's.
      "Arithmetic/Adder/adder_8bit/verified_adder.v": adder("some_adder"),
      "Control/Finite State Machine/inv/design_description.txt": described("inv"),
      "Control/Finite State Machine/inv/testbench.v": listBench,
      "Control/Finite State Machine/inv/reference.dat": list,
      "Control/Finite State Machine/inv/verified_inv.v": delayed,
      "Memory/FIFO/asyn_fifo/design_description.txt": described("asyn_fifo"),
      "_chatgpt4/inv.v": delayed,
    }, async (folder) => {
      assertEquals(await audited(folder), {
        set: "RTLLM v2",
        sound: ["adder_8bit", "inv"],
        out: ["asyn_fifo: no testbench.v or no verified_*.v"],
      });
      // Of a part alone the name is the same.
      assertEquals((await audited(`${folder}/Control`)).set, "RTLLM v2");
    });
  },
);

Deno.test(
  "VerilogEval v2: two datasets, each with its own name; a delay counts in the bench's unit",
  {
    ignore,
  },
  async () => {
    const test = countingBench("RefModule", "TopModule");
    const problem = (folder: string, name: string, body = "assign out = ~in;") => ({
      [`${folder}/${name}_prompt.txt`]: "I would like you to implement a module named TopModule.",
      [`${folder}/${name}_test.sv`]: test,
      [`${folder}/${name}_ref.sv`]:
        `\nmodule RefModule (\n  input [3:0] in,\n  output [3:0] out\n);\n\n  ${body}\n\nendmodule\n\n`,
    });
    await inFolder({
      "Makefile.in": "",
      "scripts/sv-generate": "",
      "dataset_spec-to-rtl/problems.txt": "Prob001_inv\nProb002_late\n",
      ...problem("dataset_spec-to-rtl", "Prob001_inv"),
      ...problem("dataset_spec-to-rtl", "Prob002_late", "assign #1 out = ~in;"),
      ...problem("dataset_code-complete-iccad2023", "Prob001_inv"),
      "dataset_code-complete-iccad2023/Prob001_inv_ifc.txt":
        "\nmodule TopModule (\n  input [3:0] in,\n  output [3:0] out\n);\n",
    }, async (folder) => {
      await assertRejects(
        () => readProblemSet(folder, icarus),
        UserError,
        "several benchmarks (VerilogEval code-complete-iccad2023, VerilogEval spec-to-rtl), expected one of them: " +
          "dataset_code-complete-iccad2023, dataset_spec-to-rtl",
      );
      assertEquals(await audited(`${folder}/dataset_spec-to-rtl`), {
        set: "VerilogEval spec-to-rtl",
        sound: ["Prob001_inv", "Prob002_late"],
        out: [],
      });
      const { set, problems } = await readProblemSet(
        `${folder}/dataset_code-complete-iccad2023`,
        icarus,
      );
      assertEquals([set, problems[0]!.header.startsWith("module TopModule")], [
        "VerilogEval code-complete-iccad2023",
        true,
      ]);
    });
  },
);

Deno.test("several sets below one folder are told apart, never mixed", { ignore }, async () => {
  await inFolder({
    "vgen/basic1/prompt1_toggle.v": "module toggle(input clk, reset, output reg q);",
    "vgen/basic1/tb_toggle.v": vgenBench,
    "vgen/basic1/answer_toggle.v": "module toggle; endmodule",
    "RTLLM/inv/design_description.txt": described("inv"),
    "RTLLM/inv/testbench.v": listBench,
    "RTLLM/inv/verified_inv.v": "module inv; endmodule",
  }, async (folder) => {
    await assertRejects(
      () => readProblemSet(folder, icarus),
      UserError,
      "several benchmarks (RTLLM, VGen), expected one of them: RTLLM/inv, vgen/basic1.",
    );
  });
  await inFolder({ "basic1/prompt1_x.v": "module x;" }, async (folder) => {
    await assertRejects(
      () => readProblemSet(folder, icarus),
      UserError,
      "no problem that is whole (basic1: no tb_*.v or no answer_*.v)",
    );
  });
});
