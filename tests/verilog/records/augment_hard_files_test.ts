import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { augment, type AugmentedRecord, folderSource } from "offprint/verilog/records/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

const options = {
  flows: ["completion", "prose"] as const,
  seed: 1,
  completionsPerModule: 3,
  mutantsPerFile: 20,
  scripts: 0,
};

/** What is made of some files. */
async function made(
  files: Record<string, string>,
  more: Partial<Parameters<typeof augment>[0]> = {},
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, "in", name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, "in", name), text);
    }
    const out = join(folder, "out.jsonl");
    const source = await folderSource(join(folder, "in"));
    const manifest = await augment({ ...options, ...more, source, out });
    const records = (await Deno.readTextFile(out)).trim().split("\n").map((line) =>
      JSON.parse(line) as AugmentedRecord
    );
    return { manifest: manifest!, records };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an escaped reset, equivalent mutants and tasks that print: repairs keep what has evidence", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const { manifest, records } = await made({
    "escaped.v": "module esc(input clk, input \\rst* , input d, output reg q);\n" +
      "  always @(posedge clk) if (\\rst* ) q <= 1'b0; else q <= d;\nendmodule\n",
    "shift.v": "module shift(input clk, input d, output q, output t);\n  reg [3:0] s;\n  reg p;\n" +
      "  always @(posedge clk) begin\n    s <= {s[2:0], d};\n    p <= d + s[0];\n  end\n" +
      "  assign q = s[3];\n  assign t = p;\nendmodule\n",
  }, { flows: ["repair"], tools: { yosys, icarus: await findIcarus() } });
  assertEquals(manifest.skipped, []);
  const files = new Set(records.map(({ origin }) => origin.file));
  assertEquals([...files].sort(), ["escaped.v", "shift.v"]);
  for (const { origin, input } of records) {
    if (origin.class !== "behaviour") continue;
    assertEquals(["simulation", "equivalence: different"].includes(`${origin.evidence}`), true);
    // One bit plus another is one bit minus it.
    assertEquals(input.includes("d - s[0]"), false);
  }
});

Deno.test("records speak of one configuration, with what a file of the folder defines", async () => {
  const { manifest, records } = await made({
    "rtl/m.v":
      '`include "widths.vh"\nmodule m(\n`ifdef WIDE\n  input [7:0] d,\n`else\n  input [3:0] d,\n`endif\n' +
      "  output [`W-1:0] y\n);\n  assign y = d;\nendmodule\n",
    "rtl/widths.vh": "`define W 8\n`define WIDE\n",
    "plain.v": "`timescale 1ns/1ps\nmodule p(input a, output y);\n  assign y = a;\nendmodule\n",
  });
  assertEquals(manifest.skipped.map(({ file, reason }) => [file, reason]), [
    ["rtl/widths.vh", "no module"],
  ]);
  const described = records.filter(({ task }) => task === "prose to Verilog");
  assertEquals(described.map(({ split, origin }) => [origin.file, origin.text, split]), [
    ["plain.v", undefined, "main"],
    ["rtl/m.v", "preprocessed", "main"],
  ]);
  assert(described[1]!.input.includes("Input port d is 8 bits wide, range 7 down to 0."));
  assert(!described[1]!.output.includes("`"), described[1]!.output);
});

Deno.test("what cannot be preprocessed is said, and a file outside the folder is not included", async () => {
  const { manifest } = await made({
    "a.v": "module a(input x, output y);\n  `ASSIGN(y, x)\n  begin ( \nendmodule\n",
    "b.v": '`include "../../secret.vh"\nmodule b(input x, output y); assign y = `X }; endmodule\n',
    "c.v": "module c(input x, output y); assign y = ; endmodule\n",
    "d.v": "module d(input x, output y); assign y = ~x; endmodule\n",
  });
  assertEquals(manifest.skipped.map(({ file, reason, detail }) => [file, reason, detail]), [
    ["a.v", "cannot be preprocessed", "line 2: the macro `ASSIGN, which is not defined"],
    [
      "b.v",
      "cannot be preprocessed",
      "line 1: `include of ../../secret.vh, which is not at hand",
    ],
    ["c.v", "syntax error", "line 1"],
  ]);
});

Deno.test("whatever goes wrong over one file, the others are finished", async () => {
  const broken = new YosysPool();
  // A tool that fails as no tool should.
  broken.run = () => Promise.reject(new TypeError("no such thing"));
  const { manifest, records } = await made({
    "a.v": "module a(input x, output y); assign y = ~x; endmodule\n",
    "b.v": "module b(input x, z, output y); assign y = x & z; endmodule\n",
  }, { flows: ["prose", "repair"], tools: { yosys: broken } });
  assertEquals(records.map(({ origin }) => origin.file), ["a.v", "b.v"]);
  assertEquals(manifest.skipped.map(({ file, reason, detail }) => [file, reason, detail]), [
    ["a.v", "a fault of this program", "TypeError: no such thing"],
    ["b.v", "a fault of this program", "TypeError: no such thing"],
  ]);
  await broken[Symbol.asyncDispose]();
});
