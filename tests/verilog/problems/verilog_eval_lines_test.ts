import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { auditProblem, readProblemSet } from "offprint/verilog/problems/mod.ts";
import { findIcarus, type Icarus } from "offprint/verilog/tools/mod.ts";
import { countingBench } from "./counting_bench.ts";
import { inFolder } from "./in_folder.ts";

const icarus = await findIcarus() as Icarus;
const ignore = icarus === undefined;

const header = "module top_module (\n\tinput [3:0] in,\n\toutput [3:0] out\n);\n";
const problem = (name: string, body = "\n\tassign out = ~in;\n\t\nendmodule\n") =>
  JSON.stringify({
    task_id: name,
    prompt: header,
    canonical_solution: body,
    test: countingBench("reference_module", "top_module") +
      `${header.replace("top_module", "reference_module")}\tassign out = ~in;\nendmodule\n`,
  });
const description = (name: string, words: string) =>
  JSON.stringify({ task_id: name, simple_description: "Short.", detail_description: ` ${words}` });

/** The files of the first version's repository. */
const files = {
  "README.md": "# A set",
  "data/VerilogEval_Human.jsonl": [problem("inv"), problem("late"), ""].join("\n"),
  "data/VerilogEval_Machine.jsonl": problem("inv"),
  "data/example/ExampleEval.jsonl": problem("inv"),
  "data/example/ExampleDescriptions.jsonl": description("inv", "An example."),
  "data/example/ExampleSolution.jsonl": JSON.stringify({ task_id: "inv", completion: "" }),
  "descriptions/VerilogDescription_Human.jsonl": [
    description("inv", "Invert every bit."),
    description("late", "The same."),
  ].join("\n"),
  "descriptions/VerilogDescription_Machine.jsonl": description("inv", "By a machine."),
};

Deno.test("a file of the first version, with the descriptions that belong to it", {
  ignore,
}, async () => {
  await inFolder(files, async (folder) => {
    for (
      const [file, set, names, words] of [
        ["data/VerilogEval_Human.jsonl", "Human", ["inv", "late"], "Invert every bit."],
        ["data/VerilogEval_Machine.jsonl", "Machine", ["inv"], "By a machine."],
        ["data/example", "ExampleEval", ["inv"], "An example."],
      ] as const
    ) {
      const { set: found, problems, skipped } = await readProblemSet(`${folder}/${file}`, icarus);
      assertEquals([found, skipped], [`VerilogEval v1 ${set}`, []]);
      assertEquals(problems.map(({ name }) => name), [...names]);
      assertEquals([problems[0]!.description, problems[0]!.header], [words, header.trimEnd()]);
      for (const each of problems) {
        assertEquals(await auditProblem(each), { name: each.name, sound: true, vacuous: false });
      }
      const wrong = await problems[0]!.judge(problems[0]!.reference.replace("~", ""));
      assert(
        !wrong.passes && wrong.reason!.startsWith("the bench said: Mismatches: "),
        wrong.reason,
      );
    }
  });
});

Deno.test("its repository holds several files: asked which", { ignore }, async () => {
  await inFolder(files, async (folder) => {
    await assertRejects(
      () => readProblemSet(folder, icarus),
      UserError,
      "expected one of them: data/VerilogEval_Human.jsonl, data/VerilogEval_Machine.jsonl, " +
        "data/example/ExampleEval.jsonl.",
    );
  });
});

Deno.test("lines that are no problem are left out with their reason", { ignore }, async () => {
  await inFolder({
    "VerilogEval_Human.jsonl": [
      problem("inv"),
      problem("inv"),
      "{",
      JSON.stringify({ task_id: "bare", prompt: header }),
      problem("undescribed"),
      problem("broken", "\n\tassign out = in;\nendmodule\n"),
    ].join("\n"),
    "VerilogDescription_Human.jsonl": ["inv", "broken"].map((name) => description(name, "x"))
      .join("\n"),
  }, async (folder) => {
    const { problems, skipped } = await readProblemSet(folder, icarus);
    assertEquals(problems.map(({ name }) => name), ["broken", "inv"]);
    assertEquals((await auditProblem(problems[0]!)).sound, false);
    const reasons = skipped.map(({ name, reason }) => `${name}: ${reason}`);
    assertEquals(reasons.length, 4, reasons.join("\n"));
    for (
      const words of [
        "inv: line 2: its task_id occurs a second time",
        "VerilogEval_Human.jsonl, line 3: got text that is not JSON (Expected property name",
        "VerilogEval_Human.jsonl, line 4: canonical_solution: got nothing, expected text",
        "undescribed: no description: VerilogDescription_Human.jsonl with this task_id is not near",
      ]
    ) {
      assert(reasons.some((reason) => reason.startsWith(words)), `${words}\n${reasons.join("\n")}`);
    }
  });
});
