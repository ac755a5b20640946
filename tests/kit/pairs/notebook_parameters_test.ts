import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import type { Cell } from "offprint/kit/nbformat.ts";
import { injectParameters, parametersOf, parametersText } from "offprint/kit/pairs/mod.ts";

const cell = (source: string, ...tags: string[]): Cell => ({
  cell_type: "code",
  id: "x",
  metadata: { tags },
  source,
  outputs: [],
  execution_count: null,
});

Deno.test("the parameters of a notebook are those of its cells with the tag, in order", () => {
  const cells = [
    cell("/** Seed. @range 1 or more by 1 */\nconst seed: number = 1;", "parameters"),
    cell("const other: number = 2;"),
    cell('const model: string = "";\nconst quick: boolean = true;', "parameters"),
  ];
  assertEquals(parametersOf({ cells }).map(({ name }) => name), ["seed", "model", "quick"]);
  assertEquals(
    parametersText(parametersOf({ cells })).split("\n"),
    [
      "  seed   a whole number of at least 1; default 1",
      "         Seed.",
      "  model  a text; default empty",
      "  quick  true or false; default true",
    ],
  );
  assertEquals(parametersText([]), "");
});

Deno.test("words longer than a line go on in the next one", () => {
  const doc = Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ");
  const text = parametersText(
    parametersOf({ cells: [cell(`/** ${doc} */\nconst n: number = 1;`, "parameters")] }),
  );
  const lines = text.split("\n").slice(1);
  assertEquals(lines.every((line) => line.length <= 110 && line.startsWith("     word")), true);
  assertEquals(lines.map((line) => line.trim()).join(" "), doc);
});

Deno.test("a wrong value is told in the words of the place where it was given", () => {
  const source = "/** @range 1 or more by 1 @unit texts */ const n: number = 3;";
  const told = (by?: "panel" | "--grid" | "--seed") =>
    assertThrows(() => injectParameters(source, { n: "0" }, by), UserError).message;
  const expected = 'got "0", expected a whole number of at least 1, in texts. Write for example';
  assertEquals(told(), `--set n: ${expected} --set n=3.`);
  assertEquals(told("--grid"), `--grid n: ${expected} --grid n=3.`);
  assertEquals(told("--seed"), `--seed: ${expected} --seed 3.`);
  assertEquals(told("panel"), `n: ${expected} 3.`);
});
