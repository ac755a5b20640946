import { assertEquals } from "@std/assert";
import { dependents, readDependencies, withNeeded } from "offprint/kit/read/mod.ts";
import { buildNotebook } from "offprint/kit/pairs/mod.ts";
import { HEADER, SAMPLE } from "./sample.ts";

Deno.test("cells depend on those that declare, or change, what they use", async () => {
  const source = `${HEADER}// %% id="imports"
import { claim, claimsTable } from "offprint/notebook/mod.ts";

// %% id="list"
const list: number[] = [];

// %% id="filled"
list.push(1);

// %% id="inner"
const total = list.reduce((list, x) => list + x, 0);

// %% id="claimed"
await claim("x", total);

// %% id="table"
await claimsTable("02-specdec-theory");
`;
  const dependencies = (await readDependencies(buildNotebook(source, "x.ts")))!;
  assertEquals(dependencies.get("inner"), [{ name: "list", from: ["list", "filled"] }]);
  assertEquals(dependents(dependencies, [{ cell: "filled" }]), ["inner", "claimed", "table"]);
  assertEquals(withNeeded(dependencies, ["claimed"]), [
    "imports",
    "list",
    "filled",
    "inner",
    "claimed",
  ]);
});

Deno.test("a cell that is no TypeScript yet gives no dependencies", async () => {
  const cells = SAMPLE.cells.map((cell) =>
    cell.id === "sum" ? { ...cell, source: "const (" } : cell
  );
  assertEquals(await readDependencies({ ...SAMPLE, cells }), undefined);
});
