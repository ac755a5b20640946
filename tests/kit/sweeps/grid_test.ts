import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { readGrid } from "offprint/kit/sweeps/mod.ts";

const TYPES: Record<string, string> = {
  n: "number",
  score: '"sum" | "weighted"',
  word: "string",
  on: "boolean",
  size: "1 | 2 | 4",
};
const read = (...texts: string[]) => readGrid(texts, (name) => TYPES[name]);

Deno.test("axes are read by the types of their parameters", () => {
  assertEquals(
    read("n=1,2:4,0.1:10:log3", "score=sum,weighted", "word=2,1:3", "on=true,false", "size=1,4"),
    {
      n: [1, 2, 3, 4, 0.1, 1, 10],
      score: ["sum", "weighted"],
      word: ["2", "1:3"],
      on: [true, false],
      size: [1, 4],
    },
  );
  assertEquals(read("n=two,-1e-3"), { n: ["two", -0.001] });
});

Deno.test("what is no axis is one line", () => {
  const wrong: [texts: string[], part: string][] = [
    [["n"], 'got "n", expected NAME=VALUES'],
    [["=1"], "expected NAME=VALUES"],
    [["n="], "axis n: got no value"],
    [["n=1", "n=2"], "axis n: got the axis twice"],
    [["n=1:2:0"], "never ends"],
    [["n=0:1:log3"], "two ends above 0"],
  ];
  for (const [texts, part] of wrong) {
    const { message } = assertThrows(() => read(...texts), UserError, part);
    assert(!message.includes("\n"));
  }
});
