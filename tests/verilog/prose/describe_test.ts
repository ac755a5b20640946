import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import { parseVerilog, readModules, writeModule } from "offprint/verilog/language/mod.ts";
import { copiedRun, describe, readDescription } from "offprint/verilog/prose/mod.ts";

const golden = `1. Module sat_cnt has 5 ports: 3 inputs, 2 outputs.
2. Parameter W has default value 4.
3. Input port clk is 1 bit wide.
4. Input port rst_n is 1 bit wide.
5. Input port up is 1 bit wide.
6. Output port cnt is 4 bits wide, range W-1 down to 0, and is a reg.
7. Output port full is 1 bit wide.
8. The module has 1 always block and 1 continuous assignment.
9. Always block 1 is triggered by the rising edge of clk or the falling edge of rst_n.
10. In always block 1: if the logical NOT of rst_n is true, then cnt receives (non-blocking) the replication by W of 1'b0; otherwise, if the logical AND of up and the logical NOT of full is true, then cnt receives (non-blocking) the sum of cnt and 1'b1; end of if; end of if.
11. full is continuously driven by the AND reduction of cnt.
`;

async function sentencesOf(source: string): Promise<string[]> {
  return describe((await readModules(source))[0]!).sentences;
}

/** Sentences of a body, without those of the header. */
async function body(source: string): Promise<string[]> {
  return (await sentencesOf(`module m; ${source} endmodule`)).slice(1)
    .filter((sentence) => !sentence.startsWith("The module has"));
}

/** Every construct that has a rule. */
const everything = await Deno.readTextFile(new URL("./everything.v", import.meta.url));

Deno.test("the golden module is described word for word", async () => {
  assertEquals(describe((await readModules(SATURATING_COUNTER))[0]!).text, golden);
});

Deno.test("layout, comments and line endings change nothing", async () => {
  const other = SATURATING_COUNTER.replaceAll("\n", "\r\n").replaceAll(";", " ; // note; x\r\n")
    .replaceAll("(", "(\t/* ( */ ");
  assertEquals(describe((await readModules(other))[0]!).text, golden);
});

Deno.test("ports: directions, inherited types, signs, ascending ranges, symbolic widths", async () => {
  assertEquals(
    (await sentencesOf(
      "module m #(parameter N = 3) (input signed [0:7] a, b, inout [N*2-1:0] c, output integer d, " +
        "output reg signed e, input [M-1:0] f); endmodule",
    )).slice(0, 8),
    [
      "Module m has 6 ports: 3 inputs, 2 outputs, 1 inout.",
      "Parameter N has default value 3.",
      "Input port a is 8 bits wide, range 0 up to 7, and is signed.",
      "Input port b is 8 bits wide, range 0 up to 7, and is signed.",
      "Inout port c is 6 bits wide, range N*2-1 down to 0.",
      "Output port d is 32 bits wide, and is an integer.",
      "Output port e is 1 bit wide, and is a signed reg.",
      "Input port f is of symbolic width, range M-1 down to 0.",
    ],
  );
});

Deno.test("an old-style header gives the same sentences", async () => {
  const old = `module sat_cnt (clk, rst_n, up, cnt, full);
    parameter W = 4; output [W-1:0] cnt; input clk, rst_n; input up; output full; reg [W-1:0] cnt;
    ${SATURATING_COUNTER.slice(SATURATING_COUNTER.indexOf("always"))}`;
  assertEquals(describe((await readModules(old))[0]!).text, golden);
});

Deno.test("expressions nest without brackets", async () => {
  assertEquals(
    await body("assign y = a - (b - c) << 2, z = ~&{2{a[3:0], b[i]}} ? c[i +: 4] : f(a);"),
    [
      "y is continuously driven by the left shift of the difference of a and the difference of b and c by 2.",
      "z is continuously driven by the choice by the NAND reduction of the replication by 2 of the " +
      "concatenation of 2 parts bits 3 to 0 of a, bit i of b of 4 bits of c upward from i or the call of f " +
      "on 1 argument a.",
    ],
  );
});

Deno.test("a chain of else-ifs and a nested if keep their ends", async () => {
  const [, sentence] = await body("always @* if (a) begin if (b) x = 1; end else x = 2;");
  assertEquals(
    sentence,
    "In always block 1: if a is true, then if b is true, then x receives (blocking) 1; end of if; " +
      "otherwise, x receives (blocking) 2; end of if.",
  );
});

Deno.test("what has no rule is named with its line, and never dropped", async () => {
  const source = `module m(input a);
  initial
    fork a = 1; join
  class c; endclass
  assign y = a inside {1, 2};
endmodule`;
  const description = describe((await readModules(source))[0]!);
  assertEquals(description.unsupported.map(({ line }) => line), [3, 4, 5]);
  assertEquals(
    description.sentences.slice(-3).map((sentence) => sentence.replace(/: \w+/, ": KIND")),
    [3, 4, 5].map((line) => `Unsupported: KIND at line ${line}.`),
  );
  assertThrows(() => readDescription(description.text), UserError, "Unsupported");
  assertThrows(
    () => writeModule({ name: "m", parameters: [], ports: [], items: description.unsupported }),
    TypeError,
  );
});

Deno.test("the inverse undoes every template", async () => {
  for (const module of await readModules(everything)) {
    const { text, unsupported } = describe(module);
    assertEquals(unsupported, []);
    const back = readDescription(text);
    assertEquals(describe(back).text, text);
    for (const style of [{}, { ansi: false }, { begins: true, indent: 4 }]) {
      const [again] = await readModules(writeModule(back, style));
      assertEquals(describe(again!).text, text);
    }
  }
});

Deno.test("the inverse names the sentence it cannot read", () => {
  assertThrows(
    () => readDescription("1. Module m has no ports.\n2. y is driven by a.\n"),
    UserError,
    "y is driven by a",
  );
  assertThrows(() => readDescription("y is continuously driven by the sum of a.\n"), UserError);
  assertThrows(
    () => readDescription("y is continuously driven by the frob of a and b.\n"),
    UserError,
  );
  assertThrows(() => readDescription("In always block 1: nothing happens.\n"), UserError);
});

Deno.test("names that look like phrases survive the round trip", async () => {
  const source = "module m(input the, input \\first , input \\a+b , output bits); " +
    "assign bits = the & \\first & \\a+b ; endmodule";
  const [module] = await readModules(source);
  const { text } = describe(module!);
  assertEquals(
    text.split("\n").at(-2),
    "7. \\bits is continuously driven by the bitwise AND of the bitwise AND of \\the and \\first and \\a+b .",
  );
  assertEquals(describe(readDescription(text)).text, text);
  const names = readDescription(text).ports.map(({ name }) => name);
  assertEquals(names, ["the", "first", "\\a+b", "bits"]);
});

Deno.test("a description holds no copied code, and a pasted branch is found", async () => {
  for (const source of [SATURATING_COUNTER, everything]) {
    for (const module of await readModules(source)) {
      assertEquals(copiedRun(source, describe(module).text), undefined);
    }
  }
  const pasted =
    "if !rst_n is true then cnt <= {W{1'b0}}; else if (up && !full) cnt <= cnt + 1'b1;";
  assert(copiedRun(SATURATING_COUNTER, pasted) !== undefined);
});

Deno.test("broken, huge and absurdly nested text", async () => {
  assertEquals((await parseVerilog("module m; assign y = ; endmodule")).hasError, true);
  assertEquals((await parseVerilog("")).hasError, false);
  await assertRejects(() => readModules("module m; assign y = ; endmodule"), UserError, "syntax");
  await assertRejects(() => parseVerilog("x".repeat(1_000_001)), UserError, "1000000");
  const nested = `module m; assign y = ${"(".repeat(20_000)}a${")".repeat(20_000)}; endmodule`;
  await assertRejects(() => readModules(nested), UserError, "nesting");
  const deep = `module m; assign y = ${"(".repeat(600)}a${")".repeat(600)}; endmodule`;
  assertEquals(describe((await readModules(deep))[0]!).unsupported.length, 1);
});

Deno.test("offsets and lines stand in UTF-16 units whatever the text holds", async () => {
  const [module] = await readModules(
    '// größe 😀\nmodule m(output y); initial $display("😀 ö");\nendmodule',
  );
  assertEquals(module!.start, "// größe 😀\n".length);
  assertEquals(
    describe(module!).sentences.at(-1)!.includes('"\\360\\237\\230\\200 \\303\\266"'),
    true,
  );
});
