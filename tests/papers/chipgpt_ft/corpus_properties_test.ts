import { assert, assertEquals } from "@std/assert";
import {
  corpusProperties,
  expectedRecords,
  releasedProse,
} from "offprint/papers/chipgpt_ft/mod.ts";
import { generateDesigns, SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import { completions } from "offprint/verilog/records/mod.ts";

Deno.test("generated designs have every property, and the files are counted", async () => {
  let calls = 0;
  const found = await corpusProperties(generateDesigns(5, 20), { seed: 5, onFile: () => calls++ });
  assertEquals(calls, 20);
  assertEquals(found.files, 20);
  assert(found.modules >= 20 && found.lengths.length === found.modules);
  for (const key of ["whole", "inverse", "header"] as const) {
    assertEquals(found[key], found.modules, key);
  }
  assertEquals([found.copied, found.miscounted], [0, 0]);
  assertEquals([found.masked, found.unmasked], [2, 2]);
  assert(found.releasedCopies <= found.withIf && found.withIf > 0);
});

Deno.test("a module written twice counts as one different file", async () => {
  const twice = async function* () {
    for await (const design of generateDesigns(5, 1)) yield* [design, design];
  };
  const found = await corpusProperties(twice(), { seed: 1 });
  assertEquals([found.files, found.different], [2, 1]);
});

Deno.test("records by tokens alone: the counter of the paper's example", () => {
  assertEquals(expectedRecords(SATURATING_COUNTER), 1 + 3 + 46);
  assertEquals([...completions(SATURATING_COUNTER)].length, 50);
  assertEquals(expectedRecords("module m; endmodule"), 2);
});

Deno.test("the released rules paste conditions and branches without blanks", async () => {
  const text = "module m(input a, output reg y); always @(*) if (a) y = 1; else y = 0; endmodule";
  const prose = await releasedProse(text);
  assert(prose.includes("y=1;"), prose);
  assertEquals(await releasedProse("module m; endmodule"), "");
});
