import { assertEquals } from "@std/assert";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import { lex } from "offprint/verilog/language/mod.ts";

const texts = (source: string) => lex(source).map(({ text }) => text);

Deno.test("the golden module has 84 tokens, 46 of them in the body, and 4 semicolons", () => {
  const tokens = lex(SATURATING_COUNTER);
  const header = SATURATING_COUNTER.indexOf(";");
  assertEquals(tokens.length, 84);
  assertEquals(tokens.filter(({ start }) => start > header).length, 46);
  assertEquals(tokens.filter(({ text }) => text === ";").length, 4);
});

Deno.test("tokens carry their place, comments and blanks belong to none", () => {
  const source = "a /* b */ <= // c\n 8 'hF_f;";
  assertEquals(lex(source).map(({ text, start, end }) => [text, source.slice(start, end)]), [
    ["a", "a"],
    ["<=", "<="],
    ["8 'hF_f", "8 'hF_f"],
    [";", ";"],
  ]);
});

Deno.test("operators are the longest that fit", () => {
  assertEquals(texts("a<<<b===c&&&d~&e+:f->g"), [
    ..."a <<< b === c &&& d ~& e +: f -> g".split(" "),
  ]);
});

Deno.test("numbers, strings, directives, escaped names", () => {
  assertEquals(texts("4'b1x?z 'd9 1.5e-3 \"a\\\"b\" `timescale \\a+b c $clog2 '1"), [
    ..."4'b1x?z|'d9|1.5e-3|\"a\\\"b\"|`timescale|\\a+b|c|$clog2|'1".split("|"),
  ]);
});

Deno.test("broken text still lexes: open string, open comment, strange characters", () => {
  assertEquals(texts('a "open\nb /* never'), ["a", '"open', "b"]);
  assertEquals(lex("a € b").map(({ kind }) => kind), ["identifier", "other", "identifier"]);
  assertEquals(texts(""), []);
});
