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
    [["n=1:2:0"], "--grid n, a range from 1 to 2 in steps of 0: got one that never ends"],
    [["n=1:2:0"], "Write for example --grid 'n=0.3:0.7:0.2'."],
    [["n=0:1:log3"], "--grid n, numbers of equal ratio: got 3 numbers from 0 to 1"],
    [["n=0:1:log3"], "Write for example --grid 'n=0.1:10:log3'."],
  ];
  for (const [texts, part] of wrong) {
    const { message } = assertThrows(() => read(...texts), UserError, part);
    assert(!message.includes("\n"));
  }
});
