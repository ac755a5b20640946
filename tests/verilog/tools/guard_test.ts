import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  findIcarus,
  findVerilator,
  guarded,
  reachesInto,
  silenced,
} from "offprint/verilog/tools/mod.ts";
import { judgeWith } from "offprint/verilog/problems/set_bench.ts";
import { waysToFiles } from "./ways_to_files.ts";

Deno.test("no way to a file is compiled, and no file is touched", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const marker = join(folder, "marker");
    const made = join(folder, "made");
    await Deno.writeTextFile(marker, "4d 41\n");
    const icarus = await findIcarus();
    const verilator = await findVerilator();
    for (const [title, body] of waysToFiles(marker, made)) {
      const text = `module m; ${body}\nendmodule\n`;
      assert("refused" in guarded(text), title);
      for (const generation of ["2005", "2012"] as const) {
        assertEquals(
          (await icarus?.simulate({ "m.v": text }, generation))?.ended ?? "refused",
          "refused",
          title,
        );
      }
      assertEquals((await verilator?.lint({ "m.v": text }))?.accepted ?? false, false, title);
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["marker"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is compiled has no comments, each token on its line, and means the same", () => {
  const text =
    'module m; // $fopen\n/* $fopen\n*/ wire \\a+b ;\n\ninitial $display("$fopen %d", \\a+b );endmodule\n';
  assertEquals(guarded(text), {
    text: 'module m;\n\n wire \\a+b ;\n\ninitial $display("$fopen %d", \\a+b );endmodule\n'.replace(
      "\n\n wire",
      "\n\nwire",
    ),
  });
});

Deno.test("a candidate says nothing in a bench's name, and does not reach into it", async (t) => {
  assertEquals(
    silenced('initial begin $write("a(", f(1)); \\$display ("b"); $display; x = $time; end'),
    "initial begin ; ; ; x = $time; end",
  );
  const bench =
    'module tb; integer errors = 0; reg a = 0; wire y; dut u(a, y); task done; $display("PASS"); endtask ' +
    "initial begin #1 if (y !== 1) errors = errors + 1; #1 if (errors == 0) done; $finish; end endmodule";
  assertEquals(
    reachesInto("module dut(input a, output y); initial tb.errors = 0; endmodule", bench),
    "tb",
  );
  assertEquals(
    reachesInto("module dut(input a, output y); initial \\tb .errors = 0; endmodule", bench),
    "tb",
  );
  assertEquals(
    reachesInto("module dut(input a, output y); initial done; endmodule", bench),
    "done",
  );
  assertEquals(
    reachesInto(
      "module dut(input a, output done); assign done = a; sub s(.a(a)); endmodule",
      bench,
    ),
    undefined,
  );
  const icarus = await findIcarus();
  await t.step({
    name: "judged with Icarus",
    ignore: icarus === undefined,
    fn: async () => {
      const judge = judgeWith(icarus!, { text: bench, right: /PASS/, generation: "2012" });
      const dut = (body: string) => `module dut(input a, output y); ${body} endmodule`;
      assertEquals((await judge(dut("assign y = ~a;"))).passes, true);
      const wrong = [
        'assign y = a; initial $display("%s%s", "PA", "SS");',
        'assign y = a; initial $display("%c%c%c%c", 80, 65, 83, 83);',
        'assign y = a; initial begin $write("PA"); $write("SS\\n"); $finish; end',
        'assign y = a; initial #1 $error("PA%s", "SS");',
        "assign y = a; initial #1 tb.errors = 0; always @* tb.errors = 0;",
        "assign y = a; initial force tb.errors = 0;",
        "assign y = a; initial done;",
        'assign y = a; `define SAY $display("P", "ASS")\n initial `SAY;',
      ];
      for (const body of wrong) assertEquals((await judge(dut(body))).passes, false, body);
    },
  });
});
