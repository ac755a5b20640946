import { assertEquals } from "@std/assert";
import { countedProgram } from "offprint/evaluators/programs/mod.ts";

/** The statements that were counted while `call` ran, by their texts. */
async function counted(program: string, call: string): Promise<[result: unknown, seen: string[]]> {
  const { code, statements } = await countedProgram(program);
  const seen: number[] = [];
  const run = new Function("__s", `${code}\nreturn ${call};`) as (
    count: (statement: number) => void,
  ) => unknown;
  const result = run((statement) => seen.push(statement));
  return [
    result,
    seen.map((each) => program.slice(statements[each]!.start, statements[each]!.end)),
  ];
}

Deno.test("every statement counts when it runs, and no other", async () => {
  const program = "function f(x) { let y = 0; if (x > 0) y = x; else y = -x; return y; }";
  assertEquals(await counted(program, "f(-2)"), [
    2,
    ["let y = 0;", "if (x > 0) y = x; else y = -x;", "y = -x;", "return y;"],
  ]);
});

Deno.test("without semicolons and blanks the counting calls stay where they belong", async () => {
  const without = "function g(x) { let h = null\nfor (const a of [x]) h = () => a\nreturn h() }";
  assertEquals((await counted(without, "g(7)"))[0], 7);
  const dense = "function k(x){if(x)x=1;return x}";
  assertEquals(await counted(dense, "k(0)"), [0, ["if(x)x=1;", "return x"]]);
});
