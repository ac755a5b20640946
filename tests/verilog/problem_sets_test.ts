import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import {
  auditProblem,
  constantModule,
  readProblemSet,
  readResults,
} from "offprint/verilog/problems/mod.ts";
import { findIcarus, type Icarus } from "offprint/verilog/tools/mod.ts";

const icarus = await findIcarus();
const skipped = icarus === undefined;

/** Files in a temporary folder. */
async function inFolder(
  files: Record<string, string>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const inverter = "module inv(input a, output y); assign y = ~a; endmodule\n";
const bench = (done: string, checks: string) =>
  `module tb; reg a; wire y; inv d(.a(a), .y(y)); initial begin $dumpfile("w.vcd"); $dumpvars(0, tb);
  ${checks} $display("${done}"); $finish; end endmodule\n`;
const good = "a = 0; #1 if (y !== 1) $finish; a = 1; #1 if (y !== 0) $finish;";

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
      "NotFound",
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

/** Runs the command and gives status and both outputs. */
async function solveCommand(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = new URL("../../lib/commands/solve.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", script, ...args],
    env: { OPENAI_API_KEY: "secret" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("deno task solve asks a server for a public set and keeps the counts", {
  ignore: skipped,
}, async () => {
  const asked: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { messages } = await request.json();
      asked.push(messages[0].content);
      // Right every other time.
      const answer = asked.length % 2 === 0 ? inverter : inverter.replace("~", "");
      return Response.json({
        choices: [{ message: { content: `Sure:\n\`\`\`verilog\n${answer}\`\`\`\n` } }],
      });
    },
  );
  const prompt = "// an inverter\nmodule inv(input a, output y);\n";
  try {
    await inFolder({
      "basic1/prompt1_inv.v": prompt,
      "basic1/prompt2_inv.v": `${prompt}// y is not a\n`,
      "basic1/answer_inv.v": inverter,
      "basic1/tb_inv.v": bench("all tests passed", good),
      "basic2/prompt1_zero.v": "module inv(input a, output y);",
      "basic2/answer_zero.v": inverter.replace("~a", "0"),
      "basic2/tb_zero.v": bench("all tests passed", "a = 0; #1;"),
    }, async (folder) => {
      const file = join(folder, "out.json");
      const { code, out, err } = await solveCommand([
        ...["--endpoint", `http://127.0.0.1:${server.addr.port}/v1`, "--model", "m"],
        ...["--set", folder, "--samples", "2", "--shots", "1", "--out", file],
        ...["--store", join(folder, "chat"), "--concurrency", "1"],
      ]);
      assertEquals(code, 0, err);
      assert(out.includes("m on VGen, 1-shot: 2 problems, 2 answers each"), out);
      assert(out.includes("compiles 100.0 %") && out.includes("pass@1   50.0 %"), out);
      assert(err.includes("3 problems, 2 with a bench that works"), err);
      assert(err.includes("basic2/prompt1: its bench accepts all zeros and all ones"), err);
      const { runs } = await readResults(file);
      assertEquals(runs[0]!.asked[0]!.passed, [1, 1]);
      assert(asked.length === 4 && asked[0]!.includes("module inv(input a, output y);"));
      assert(asked[0]!.match(/Description:/g)!.length === 2 && !asked[0]!.includes("secret"));
    });
  } finally {
    await server.shutdown();
  }
});

Deno.test("deno task solve: wrong arguments are one line", async () => {
  for (
    const [args, words] of [
      [[], "a MODEL or more"],
      [["--baselines", "a"], "a MODEL or more"],
      [["--endpoint", "http://127.0.0.1:1/v1"], "--model NAME"],
      [["--frob"], "options among"],
      [["no-such-model"], "no-such-model"],
    ] as const
  ) {
    const { code, err } = await solveCommand([...args]);
    assertEquals([code, err.split("\n").length], [2, 1], err);
    assert(err.includes(words), err);
  }
  assertEquals((await solveCommand(["--help"])).code, 0);
});
