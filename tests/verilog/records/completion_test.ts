import { assert, assertEquals } from "@std/assert";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import { completions, maskText, unmask } from "offprint/verilog/records/mod.ts";

Deno.test("the golden module gives 1 + 3 + 46 records, each a beginning of the file", () => {
  const records = [...completions(SATURATING_COUNTER)];
  const count = (level: string) => records.filter((record) => record.level === level).length;
  assertEquals([count("module"), count("statement"), count("token")], [1, 3, 46]);
  for (const { input, output } of records) assert(SATURATING_COUNTER.startsWith(input + output));
  assertEquals(records[0]!.output.trimEnd().endsWith("endmodule"), true);
  assertEquals(
    records.filter(({ level }) => level === "statement").map(({ output }) => output.trim()),
    [
      "always @(posedge clk or negedge rst_n) begin\n    if (!rst_n)\n      cnt <= {W{1'b0}};",
      "else if (up && !full)\n      cnt <= cnt + 1'b1;",
      "end\n  assign full = &cnt;",
    ],
  );
});

Deno.test("a sample is seeded, keeps the module record and the order", () => {
  const some = [...completions(SATURATING_COUNTER, { maxPerModule: 5, seed: 3 })];
  assertEquals(some, [...completions(SATURATING_COUNTER, { maxPerModule: 5, seed: 3 })]);
  assertEquals(some.length, 5);
  assertEquals(some.filter(({ level }) => level === "module").length, 1);
  const all = [...completions(SATURATING_COUNTER, { minPrefixTokens: 60 })];
  assert(all.every(({ level }) => level !== "module"));
  assertEquals([...completions("no module here;")], []);
  assertEquals([...completions("module m; wire a;")], []);
});

Deno.test("masks hide whole nodes and come off again, for every seed", async () => {
  const rules = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const masked = (await maskText(SATURATING_COUNTER, seed))!;
    assertEquals(unmask(masked.masked, masked.answer), SATURATING_COUNTER);
    assert(Object.keys(masked.answer).length > 0 && masked.rules.length === 2);
    masked.rules.forEach((rule) => rules.add(rule));
  }
  assertEquals(rules.size, 8);
  assertEquals(await maskText("module m(", 1), undefined);
  assertEquals(await maskText("// [MASK1]\nmodule m; endmodule", 1), undefined);
});
