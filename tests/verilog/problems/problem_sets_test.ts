import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { auditProblem, constantModule, readProblemSet } from "offprint/verilog/problems/mod.ts";
import type { Icarus } from "offprint/verilog/tools/mod.ts";
import { inFolder } from "./in_folder.ts";
import { bench, good, icarus, inverter, skipped } from "./small_sets.ts";

Deno.test("VGen's layout: three prompts a folder, judged by the last line of the bench", {
  ignore: skipped,
}, async () => {
  const prompt = "// an inverter module; small\nmodule inv(input a, output y);\n";
  await inFolder({
    "basic1/prompt1_inv.v": prompt,
    "basic1/prompt2_inv.v": `${prompt}// y is not a\n`,
    "basic1/answer_inv.v": inverter,
    "basic1/tb_inv.v": bench("all tests passed", good),
    "basic2/prompt1_x.v": prompt,
    "basic3/prompt1_zero.v": "module inv(input a, output y);",
    "basic3/answer_zero.v": inverter.replace("~a", "0"),
    "basic3/tb_zero.v": bench("all tests passed", "a = 0; #1;"),
  }, async (folder) => {
    const { set, problems, skipped } = await readProblemSet(folder, icarus as Icarus);
    assertEquals(set, "VGen");
    assertEquals(problems.map(({ name, group }) => [name, group]), [
      ["basic1/prompt1", "basic"],
      ["basic1/prompt2", "basic"],
      ["basic3/prompt1", "basic"],
    ]);
    assertEquals(skipped, [{ name: "basic2", reason: "no tb_*.v or no answer_*.v" }]);
    const [one, , three] = problems;
    assertEquals(one!.header, "module inv(input a, output y);");
    assertEquals(await one!.judge(inverter), { compiles: true, passes: true });
    assertEquals((await one!.judge(inverter.replace("~", ""))).passes, false);
    assertEquals((await one!.judge("module inv(")).compiles, false);
    assertEquals(
      (await one!.judge(inverter.replace("assign", 'initial $system("x"); assign'))).compiles,
      false,
    );
    assertEquals(await auditProblem(one!), { name: "basic1/prompt1", sound: true, vacuous: false });
    assertEquals((await auditProblem(three!)).vacuous, true);
  });
});

Deno.test("RTLLM's and VerilogEval's layouts", { ignore: skipped }, async () => {
  await inFolder({
    "Gates/inv/design_description.txt": "An inverter, named inv.",
    "Gates/inv/testbench.v": bench("===== Your Design Passed =====", good),
    "Gates/inv/verified_inv.v": inverter.replace("inv(", "verified_inv("),
    "Gates/none/design_description.txt": "Nothing else.",
  }, async (folder) => {
    const { set, problems, skipped } = await readProblemSet(folder, icarus as Icarus);
    assertEquals([set, problems.length, skipped.length], ["RTLLM", 1, 1]);
    assertEquals(problems[0]!.group, "Gates");
    assertEquals((await auditProblem(problems[0]!)).sound, true);
  });
  const reference = "module RefModule(input a, output y); assign y = ~a; endmodule\n";
  const compare = `module tb; reg a = 0; wire r, t; integer bad = 0;
  RefModule one(.a(a), .y(r)); TopModule two(.a(a), .y(t));
  initial begin #1 if (r !== t) bad = bad + 1; a = 1; #1 if (r !== t) bad = bad + 1;
  $display("Mismatches: %1d in %1d samples", bad, 2); $finish; end endmodule\n`;
  await inFolder({
    "Prob001_inv_prompt.txt": "TopModule inverts a.",
    "Prob001_inv_ref.sv": reference,
    "Prob001_inv_test.sv": compare,
    "Prob001_inv_ifc.txt": "module TopModule(input a, output y);",
    "Prob002_prompt.txt": "No bench.",
  }, async (folder) => {
    const { set, problems, skipped } = await readProblemSet(folder, icarus as Icarus);
    assertEquals([set, problems.length, skipped.length], ["VerilogEval", 1, 1]);
    const [problem] = problems;
    assertEquals(await auditProblem(problem!), {
      name: "Prob001_inv",
      sound: true,
      vacuous: false,
    });
    assertEquals((await problem!.judge(problem!.reference.replace("~", ""))).passes, false);
  });
});

Deno.test("a folder without problems is an error, and outputs at zero are made where the header shows them", async () => {
  await inFolder({ "readme.txt": "nothing" }, async (folder) => {
    await assertRejects(
      () => readProblemSet(folder, undefined as unknown as Icarus),
      UserError,
      "no problem",
    );
    await assertRejects(
      () => readProblemSet(`${folder}/x`, undefined as unknown as Icarus),
      UserError,
      "no such file or folder",
    );
  });
  const zeros = constantModule(
    "module m(input a, output reg [3:0] q, output z); always @* q = a; endmodule",
    "0",
  );
  assert(
    zeros?.includes("output wire [3:0] q") && zeros.includes("assign q = 0;") &&
      zeros.includes("assign z = 0;"),
  );
});

Deno.test("constants drive every output, wherever it is declared", () => {
  const driven = (text: string, bit: "0" | "1" = "0") =>
    [...constantModule(text, bit)!.matchAll(/assign (\w+) = (\S+);/g)].map(([, name, value]) => [
      name,
      value,
    ]);
  assertEquals(driven("module add(input a, b, cin, output cout, sum); endmodule"), [
    ["cout", "0"],
    ["sum", "0"],
  ]);
  const old = "module m(a, y, z); parameter W = 2; input a; output reg [W-1:0] y, z; endmodule";
  assertEquals(driven(old, "1"), [["y", "~0"], ["z", "~0"]]);
  assert(constantModule(old, "1")!.includes("output [W-1:0] y;"));
  assertEquals(constantModule("module m(input a); endmodule", "0"), undefined);
  assertEquals(constantModule("no module", "0"), undefined);
});

Deno.test("each set in its own language: names that SystemVerilog keeps are names in VGen", {
  ignore: skipped,
}, async () => {
  const logic =
    "module inv(input a, output y); wire bit; assign bit = ~a; assign y = bit; endmodule\n";
  await inFolder({
    "basic1/prompt1_inv.v": "module inv(input a, output y);",
    "basic1/answer_inv.v": inverter,
    "basic1/tb_inv.v": bench("all tests passed", good),
  }, async (folder) => {
    const { problems } = await readProblemSet(folder, icarus as Icarus);
    assertEquals(await problems[0]!.judge(logic), { compiles: true, passes: true });
    const system = logic.replace("wire bit;", "logic b;").replaceAll("bit", "b");
    assertEquals((await problems[0]!.judge(system)).compiles, false);
  });
});

Deno.test(
  "benches that read files, references of other names, and right answers that are 0 are judged",
  {
    ignore: skipped,
  },
  async () => {
    const reading =
      `module tb; reg a; wire y; reg [1:0] m [0:1]; integer i, f, bad = 0; top_mod d(.a(a), .y(y));
  initial begin $readmemb("cases.dat", m); f = $fopen("log.txt", "w"); for (i = 0; i < 2; i = i + 1) begin
  a = m[i][1]; #1 if (y !== m[i][0]) bad = bad + 1; end $fdisplay(f, "x"); $fclose(f);
  if (bad == 0) $display("Your Design Passed"); $finish; end endmodule\n`;
    await inFolder({
      "A/inv/design_description.txt": "An inverter, named top_mod.",
      "A/inv/testbench.v": reading,
      "A/inv/cases.dat": "01\n10\n",
      // Not \`verified_top_mod\`, and with a helper of its own.
      "A/inv/verified_inv.v": "module helper(input a, output y); assign y = ~a; endmodule\n" +
        "module the_inverter(input a, output y); helper h(a, y); endmodule\n",
      "A/zero/design_description.txt": "Always 0, named inv.",
      "A/zero/testbench.v": bench("Your Design Passed", "a = 0; #1 if (y !== 0) $finish;"),
      "A/zero/verified_inv.v": inverter.replace("~a", "0"),
      "B/zero/design_description.txt": "The same once more.",
      "B/zero/testbench.v": bench("Your Design Passed", "a = 0; #1 if (y !== 0) $finish;"),
      "B/zero/verified_inv.v": inverter.replace("~a", "0"),
      "B/escape/design_description.txt": "Reads elsewhere.",
      "B/escape/testbench.v": bench("Your Design Passed", '$fopen("/tmp/x"); a = 0;'),
      "B/escape/verified_inv.v": inverter,
    }, async (folder) => {
      const { problems } = await readProblemSet(folder, icarus as Icarus);
      assertEquals(problems.map(({ name }) => name), ["A/zero", "B/zero", "escape", "inv"]);
      const audits = await Promise.all(problems.map(auditProblem));
      assertEquals(audits.map(({ sound, vacuous }) => [sound, vacuous]), [
        [true, false],
        [true, false],
        [false, false],
        [true, false],
      ]);
      assert(
        audits[2]!.reason!.includes('the path "/tmp/x" is not allowed here'),
        audits[2]!.reason,
      );
      const [, , , inv] = problems;
      assert(
        inv!.reference.includes("module top_mod(") && inv!.reference.includes("module helper("),
      );
      assertEquals(
        (await inv!.judge(inv!.reference.replace("~", ""))).reason?.slice(0, 14),
        "the bench said",
      );
    });
  },
);

Deno.test("VerilogEval's root holds two benchmarks: asked which", { ignore: skipped }, async () => {
  const one = (folder: string) => ({
    [`${folder}/Prob001_zero_prompt.txt`]: "zero",
    [`${folder}/Prob001_zero_ref.sv`]: "module RefModule(output zero); assign zero = 0; endmodule",
    [`${folder}/Prob001_zero_test.sv`]: `module tb; wire r, t; RefModule a(r); TopModule b(t);
      initial begin #1 $display("Mismatches: %0d in 1 samples", r !== t); $finish; end endmodule`,
  });
  const two = { ...one("dataset_code-complete-iccad2023"), ...one("dataset_spec-to-rtl") };
  await inFolder(two, async (folder) => {
    await assertRejects(
      () => readProblemSet(folder, icarus as Icarus),
      UserError,
      "one of them: dataset_code-complete-iccad2023, dataset_spec-to-rtl",
    );
    const { problems } = await readProblemSet(`${folder}/dataset_spec-to-rtl`, icarus as Icarus);
    // The right answer is 0, and the bench tells it from 1.
    assertEquals(await auditProblem(problems[0]!), {
      name: "Prob001_zero",
      sound: true,
      vacuous: false,
    });
  });
});
