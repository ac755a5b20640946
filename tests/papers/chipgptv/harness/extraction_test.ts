import { assertEquals } from "@std/assert";
import { extract, LONGEST_ANSWER } from "offprint/papers/chipgptv/harness/mod.ts";

const M = "module m; endmodule", N = "module n; endmodule";
const block = (tag: string, code: string): string => `\`\`\`${tag}\n${code}\n\`\`\``;

Deno.test("six kinds of answer: how many blocks, and by which rule", () => {
  const cases: [string, number, string, string][] = [
    [block("verilog", M), 1, "tag verilog, 1 block", M],
    [block("systemverilog", M), 1, "tag systemverilog, 1 block", M],
    [block("", M), 1, "no tag, 1 block", M],
    [`${block("verilog", M)}\n${block("verilog", N)}`, 2, "tag verilog, 2 blocks", `${M}\n\n${N}`],
    [`Here:\n${block("verilog", M)}\nIt is empty.`, 1, "tag verilog, 1 block", M],
    ["I cannot help with that.", 0, "no code", ""],
  ];
  for (const [answer, blocks, rule, text] of cases) {
    assertEquals(extract(answer), { text, blocks, rule });
  }
});

Deno.test("the first accepted tag wins, whatever else stands beside it", () => {
  const both = `${block("sv", N)}\n${block("verilog", M)}\n${block("python", "print(1)")}`;
  assertEquals(extract(both).text, M);
  assertEquals(extract(block("SV", N)).rule, "tag sv, 1 block");
});

Deno.test("wrong tag, no fence, half an answer, an answer that is too long", () => {
  assertEquals(extract(block("python", M)).rule.startsWith("no accepted tag:"), true);
  assertEquals(extract(block("python", "print(1)")), { text: "", blocks: 0, rule: "no code" });
  assertEquals(extract(`Sure.\n${M}\nDone.`).text, M);
  assertEquals(extract(`\`\`\`verilog\n${M}`), {
    text: M,
    blocks: 1,
    rule: "tag verilog, 1 block",
  });
  assertEquals(extract("x".repeat(LONGEST_ANSWER + 1)).blocks, 0);
});

Deno.test("a body alone goes behind the header that was given", () => {
  const header = "module m(input a, output b);";
  const { text } = extract(block("verilog", "assign b = a;"), { header, top: "m" });
  assertEquals(text.replace(/\s+/g, " "), `${header} assign b = a; endmodule`);
});
