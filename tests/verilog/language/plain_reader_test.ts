import { assert, assertEquals } from "@std/assert";
import { readUnits } from "offprint/papers/chipgptv/units/mod.ts";
import { stream } from "offprint/random.ts";
import { generateDesigns } from "offprint/verilog/designs/mod.ts";
import { modulesOf, parseVerilog } from "offprint/verilog/language/mod.ts";
import { readPlainModules } from "offprint/verilog/language/plain_reader.ts";
import { lex } from "offprint/verilog/tokens/mod.ts";

/** What the parser makes of a text. */
async function byTree(text: string): Promise<unknown> {
  const tree = await parseVerilog(text);
  return tree.hasError ? "a syntax error" : modulesOf(tree);
}

/** Whether a text is read without the parser; then the parser must agree. */
async function readsAlike(text: string): Promise<boolean> {
  const plain = readPlainModules(text);
  if (plain !== undefined) assertEquals(plain, await byTree(text), text);
  return plain !== undefined;
}

const units = (await readUnits()).map(({ reference }) => reference);
const generated = await Array.fromAsync(generateDesigns(11, 60), ({ text }) => text);

Deno.test("most designs are read from their tokens, as the parser reads them", async () => {
  let plain = 0;
  for (const text of [...units, ...generated]) if (await readsAlike(text)) plain++;
  assert(plain >= 0.9 * (units.length + generated.length), `${plain}`);
});

Deno.test("a design that is changed anywhere is read as the parser reads it, or left to it", async () => {
  const random = stream(1, "plain reader");
  const strange =
    ("~ ! & | ^ ~& - + * ( ) [ ] { } , ; : ? = <= == . # @ += ++ -: begin end if else case default for always assign " +
      "wire reg signed input module endmodule posedge or 4'd3 2'b0x 'b1 1.5 'x \"s\" $signed $time \\a+b new a 2")
      .split(" ");
  let read = 0;
  for (let at = 0; at < 400; at++) {
    const text = units[random.integer(units.length)]!;
    const tokens = lex(text).map((token) => token.text);
    const place = random.integer(tokens.length);
    const other = random.integer(2) === 0
      ? tokens[random.integer(tokens.length)]!
      : strange[random.integer(strange.length)]!;
    tokens.splice(place, random.integer(2), ...(random.integer(3) === 0 ? [] : [other]));
    if (await readsAlike(tokens.join(" "))) read++;
  }
  // Else nothing was compared.
  assert(read > 20 && read < 200, `${read}`);
});

const head = "module m(input a, input [3:0] v, output reg [3:0] y, output z); ";
const item = (body: string) => `${head}${body} endmodule`;
const value = (text: string) => item(`assign z = ${text};`);

Deno.test("what the parser refuses, or what has no rule, is left to it", () => {
  const left = [
    [
      "~~a",
      "a & & v",
      "- + a",
      "v[1:0][1]",
      "{a, v}[0]",
      "f(a)",
      "$signed(a, v)",
      "a +",
      "",
      "4'd1x",
      "'1",
      "1.5",
    ]
      .map(value),
    [
      "always @(a) y = v; end",
      "assign (a) = v;",
      "assign f(a) = v;",
      "begin end",
      "reg static;",
      "wire new;",
    ].map(item),
    [
      "always @* begin : b y = v; end",
      "always @* y += v;",
      "wire [1:0][1:0] w;",
      "not g(z, a);",
      "sub s(.*);",
    ]
      .map(item),
    ["`define A\n" + value("a"), value("a") + " /* open", value("a") + "; ", "", "// nothing"],
    ["[3:0] + 1", "[2 +: 2] > 0 ? 2 : 1"].map((part) => item(`localparam P = 5, Q = P${part};`)),
    [`${head}assign y[0 = a; endmodule`, `${head}always @* {y[0`],
    ["module m; endmodule", "module m(); endmodule", "module m(a, input b); endmodule"],
    [value("a" + " + a".repeat(300)), item("always @* " + "if (a) ".repeat(60) + "y = v;")],
  ].flat();
  for (const text of left) assertEquals(readPlainModules(text), undefined, text);
});

Deno.test("an else belongs to the nearest if, and a comment at the end is none of the text", async () => {
  const texts = [
    item("always @* if (a) if (v[0]) y = 1; else y = 2; // last\n") + " /* done */",
    item("always @* if (a) begin if (v[0]) y = 1; end else y = 2;"),
    item("always @(posedge a or negedge z, v) case (v) 1, 2: y <= 0; default: ; endcase"),
    "module m(a, y); parameter W = 2; input [W-1:0] a; output y; reg y; integer i; " +
    "always @* for (i = 0; i < W; i = i + 1) y = y ^ a[i]; sub #(W) s(a, y), #(.W(W)) t(.a(a), .y()); endmodule",
  ];
  assertEquals(await Promise.all(texts.slice(0, 3).map(readsAlike)), [true, true, true]);
  assertEquals(await readsAlike(texts[3]!), false);
  assertEquals(await readsAlike(texts[3]!.replace(", #(.W(W)) t", "; sub #(.W(W)) t")), true);
});
