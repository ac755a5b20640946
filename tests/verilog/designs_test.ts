import { assert, assertEquals, assertRejects } from "@std/assert";
import { FAMILIES, generateDesign, generateDesigns } from "offprint/verilog/designs/mod.ts";
import { fingerprint, lex, readModules, writeModule } from "offprint/verilog/language/mod.ts";
import { classify, mutate } from "offprint/verilog/mutants/mod.ts";
import { copiedRun, describe, readDescription } from "offprint/verilog/prose/mod.ts";
import { completions } from "offprint/verilog/records/mod.ts";
import { grade, runBench } from "offprint/verilog/simulate/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

Deno.test("at least twenty families, seeded, with different members", async () => {
  assert(FAMILIES.length >= 20);
  const prints = new Set<string>();
  for (const family of FAMILIES) {
    const one = await generateDesign(1, family);
    assertEquals(one, await generateDesign(1, family));
    for (const seed of [1, 2, 3, 4]) {
      prints.add(fingerprint((await generateDesign(seed, family)).text));
    }
  }
  assert(prints.size > 3 * FAMILIES.length, `${prints.size}`);
  await assertRejects(() => generateDesign(1, "teapot"), RangeError);
});

Deno.test("a fingerprint sees neither names nor layout, but everything else", () => {
  const a = fingerprint("module m(input a, output y); assign y = ~a; endmodule");
  assertEquals(
    a,
    fingerprint("module other (\n input x1, // c\n output z);\nassign z = ~ x1;\nendmodule\n"),
  );
  assert(a !== fingerprint("module m(input a, output y); assign y = a; endmodule"));
  assert(a !== fingerprint("module m(input a, output y); assign a = ~y; endmodule"));
});

Deno.test("210 generated files: described whole, without copying, and rebuilt from the words", async () => {
  for await (const { text, family } of generateDesigns(11, 210)) {
    for (const module of await readModules(text)) {
      const prose = describe(module);
      assertEquals(prose.unsupported, [], family);
      assertEquals(copiedRun(text, prose.text), undefined, family);
      const back = readDescription(prose.text);
      // The first three kinds of sentence rebuild the header; all of them rebuild the module.
      assertEquals([back.name, back.parameters, back.ports], [
        module.name,
        module.parameters,
        module.ports,
      ]);
      const written = writeModule(back, { ansi: false });
      assertEquals(describe((await readModules(written))[0]!).text, prose.text);
      const crowded = lex(text.slice(module.start, module.end)).map(({ text }) => text).join(
        "\r\n/* c */ ",
      );
      assertEquals(describe((await readModules(crowded))[0]!).text, prose.text);
      const source = text.slice(module.start, module.end);
      const body = lex(source.slice(source.indexOf(";") + 1));
      const statements = body.filter(({ text }) => text === ";").length;
      const records = [...completions(source)];
      assertEquals(records.length, 1 + statements + body.length);
      assert(records.every(({ input, output }) => source.startsWith(input + output)));
    }
  }
});

Deno.test("one design of each family passes its bench, rebuilt from words too", async () => {
  await using yosys = new YosysPool();
  const icarus = await findIcarus();
  for (const [at, family] of FAMILIES.entries()) {
    const { text, bench } = await generateDesign(100 + at, family);
    const result = await grade(text, bench, { yosys, icarus: at % 5 === 0 ? icarus : undefined });
    assertEquals(result.embedded.passed, result.embedded.total, family);
    assertEquals(result.disagree, false, family);
    assertEquals(result.icarus?.passed ?? result.embedded.total, result.embedded.total, family);
    if (at % 5 !== 1) continue;
    const rebuilt = (await readModules(text)).map((module) =>
      writeModule(readDescription(describe(module).text))
    );
    const again = await runBench(rebuilt.join("\n"), bench, yosys);
    assertEquals(again.passed, again.total, family);
  }
});

Deno.test("mutants of generated designs are what their rules say", async () => {
  await using yosys = new YosysPool();
  const icarus = await findIcarus();
  let mismatched = 0;
  let drawn = 0;
  for await (const { text } of generateDesigns(21, 20)) {
    for (const mutant of await mutate(text, { seed: 1, count: 4 })) {
      const { observed } = await classify(text, mutant, { yosys, icarus });
      drawn++;
      if (observed !== "equivalent" && observed !== "undecided" && observed !== mutant.class) {
        mismatched++;
      }
    }
  }
  assertEquals([mismatched, drawn], [0, 80]);
});
