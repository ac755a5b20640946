import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { readOwnProgram } from "offprint/evaluators/own_program.ts";

Deno.test("types are blanked out, and code that is nested too deep is refused before that", async () => {
  const read = (source: string) => readOwnProgram(source, { file: "a.ts" });
  const { text, task } = await read("export function f(x: number): number { return x; }");
  assertEquals([text.replace(/\s+/g, " ").trim(), task.entry], [
    "function f(x ) { return x; }",
    "f",
  ]);
  for (
    const body of ["[".repeat(310), `${"(".repeat(310)}1${")".repeat(310)}`, "!".repeat(310) + "1"]
  ) {
    await assertRejects(
      () => read(`function f() { return ${body}; }`),
      UserError,
      "levels deep, expected at most 300 levels",
    );
  }
  // As JavaScript nothing is erased, and saying what is wrong is the roles' business.
  assertEquals(
    (await readOwnProgram("function f() { return [[1]]; }", { file: "a.js" })).task.entry,
    "f",
  );
});
