import { assert, assertEquals, assertThrows } from "@std/assert";
import { applyEdit, editsOf } from "offprint/evaluators/programs/mod.ts";

/** The texts that edits of one operator make. */
async function changed(program: string, operator: string): Promise<string[]> {
  return (await editsOf(program)).filter((edit) => edit.operator === operator)
    .map((edit) => applyEdit(program, edit));
}

Deno.test("edits of an expression change one place each", async () => {
  const program = "function f(a, n) { if (a < n) { return a - 1; } return n; }";
  const with_ = (from: string, to: string) => program.replace(from, to);
  assertEquals(await changed(program, "< to <="), [with_("<", "<=")]);
  assertEquals(await changed(program, "- to +"), [with_("a - 1", "a + 1")]);
  assertEquals(await changed(program, "swap operands"), [with_("a - 1", "1 - a")]);
  assertEquals(await changed(program, "drop a summand"), [with_("a - 1", "a")]);
  assertEquals(await changed(program, "0 and 1"), [with_("a - 1", "a - 0")]);
  assertEquals(await changed(program, "negate"), [with_("(a < n)", "(!(a < n))")]);
  assertEquals(await changed(program, "delete base case"), [
    with_("if (a < n) { return a - 1; }", ""),
  ]);
  assertEquals((await changed(program, "another variable")).length, 4);
});

Deno.test("edits of loops and names", async () => {
  const program =
    "function sum(list) { let total = 0; for (const x of list) { total += x; } return total; }";
  assertEquals(await changed(program, "reset inside the loop"), [
    program.replace("{ total +=", "{ total = 0; total +="),
  ]);
  assertEquals(await changed(program, "leave the loop"), [
    program.replace("x; }", "x;  break; }"),
  ]);
  // A name of one letter changes the declaration and all its uses, so that the program stays the same.
  const renamed = await changed(program, "name of one letter");
  assert(renamed.includes(program.replaceAll("total", "q")));
  assert(renamed.includes(program.replaceAll("list", "q")));
});

Deno.test("an edit of a bracket leaves a program that does not parse", async () => {
  const program = "function f(a) { return a + 1; }";
  const texts = await changed(program, "delete bracket");
  assertEquals(texts.length, 2);
  for (const text of texts) assertThrows(() => new Function(text), SyntaxError);
});
