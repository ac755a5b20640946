import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SYMBOLS, symbolTable } from "offprint/kit/pairs/symbols.ts";
import { ROOT } from "offprint/kit/project.ts";

Deno.test("every symbol of the table stands in a formula of each notebook that it names", async () => {
  const formulas = new Map<string, string>();
  for await (const { name } of Deno.readDir(`${ROOT}notebooks`)) {
    const number = /^(\d\d)-.*\.ts$/.exec(name)?.[1];
    if (number === undefined) continue;
    const prose = (await Deno.readTextFile(`${ROOT}notebooks/${name}`)).split(/^(?=\/\/ %%)/m)
      .filter((cell) => cell.startsWith("// %% [markdown]")).join("").replaceAll(/^\/\/ ?/gm, "");
    const found = prose.match(/\$\$[^$]+\$\$|\$[^$]+\$/g) ?? [];
    formulas.set(number, found.join("\n"));
  }
  for (const { tex, meanings } of SYMBOLS) {
    // A letter is a symbol where no other letter touches it: `p` is none in `\operatorname`.
    const symbol = new RegExp(`(?<![\\\\A-Za-z])${RegExp.escape(tex)}(?![A-Za-z])`);
    for (const number of meanings.flatMap((meaning) => meaning.in)) {
      assert(symbol.test(formulas.get(number)!), `${tex} in notebook ${number}`);
    }
    assert(meanings.flatMap((meaning) => meaning.in).length > 1, `${tex} is of one notebook alone`);
  }
});

Deno.test("the table has what the notebooks at hand have", () => {
  const table = symbolTable(["02", "10"]);
  assertStringIncludes(
    table,
    "| $p$ | the distribution of the draft; the target's is $q$ (02); " +
      "the distribution of the target; the draft's is $q$ (10) |",
  );
  assert(!table.includes(String.raw`\sigma`));
  assertEquals(symbolTable([]).split("\n").at(-1), "| --- | --- |");
});
