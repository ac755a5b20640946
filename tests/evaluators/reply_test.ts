import { assertEquals } from "@std/assert";
import { readCode, readVerdict } from "offprint/evaluators/mod.ts";

Deno.test("a reply without its one block, or without a verdict, is told as what it is", () => {
  const why = (reply: string) => {
    const read = readCode(reply);
    return read.is === "none" ? read.why : read.code;
  };
  assertEquals(why("```\na\n```"), "a\n");
  assertEquals(why("```js\na\n```\nor\n```js\nb\n```"), "several fences");
  assertEquals(why("```js\na"), "open fence");
  assertEquals(why("Just rename it."), "no fence");
  assertEquals(why(" \n"), "empty");
  assertEquals(readVerdict("Fine.\nVERDICT: PASS"), "pass");
  assertEquals(readVerdict("**VERDICT: FAIL**\nline 3"), "fail");
  assertEquals(readVerdict("VERDICT: PASS\nVERDICT: FAIL"), undefined);
  assertEquals(readVerdict("I would give the VERDICT: PASS if asked"), undefined);
});
