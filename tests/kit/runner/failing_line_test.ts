import { assertEquals, assertStringIncludes } from "@std/assert";
import { KernelClient } from "offprint/kit/kernel/mod.ts";
import { placesOf, syntaxErrorOf } from "offprint/kit/runner/failing_line.ts";

/** Cells that fail at the line with the mark "HERE"; "FROM" marks the line that led there. */
const CELLS: Record<string, string> = {
  defines: `// comments and blank lines do not count in the kernel

import {
  basename,
  join,
} from "node:path";
import type { ParsedPath } from "node:path";
import * as os from "node:os";
import fs, { readFile as read, type Stats } from "node:fs";

interface Shape {
  a: number;
}

/** doc */
function f(x: number): number {
  // why

  if (x > 2)
    throw new Error("too large"); // f HERE
  return [
    1,
  ].length;
}
const g = (a: { x?: { y: number } }) => {
  return a.x!.y; // g HERE
};
class Box {
  #hidden = 1;
  open(): never {

    throw new Error("open"); // Box HERE
  }
}`,
  types: `type A = { a: number };

const a: A = {
  a: 1,
};
enum Colour {
  Red,

  Green,
}
(null as unknown as A).a; // HERE`,
  awaits: `const text = \`one

two\`;
await (async () => {
  await 0;

  throw new Error("inner"); // HERE
})();`,
  callback: `[1, 2].map((v) =>
  (v as unknown as { a: { b: number } }).a.b // HERE
);`,
  calls: `const unrelated = 1;

f(
  3,
); // FROM 3`,
  method: `new Box()
  .open(); // FROM 2`,
  lost: `const later = 1;

void Promise.reject(new Error("lost")); // HERE`,
};

Deno.test("the failing line is found through what the kernel's transpiler does to a cell", async () => {
  const kernel = await KernelClient.start({ cwd: Deno.cwd() });
  const cells: { id: string; source: string }[] = [];
  const found: Record<string, unknown> = {};
  for (const [id, source] of Object.entries(CELLS)) {
    cells.push({ id, source });
    const execution = await kernel.execute(source, { cell: id });
    if (!("error" in execution)) continue;
    found[id] = placesOf(execution.error, cells).map(({ cell, line }) => {
      const text = cells.find(({ id }) => id === cell)!.source.split("\n")[line - 1]!;
      return `${cell} ${line} ${/(?:\w+ )?HERE/.exec(text)?.[0] ?? ""}`.trim();
    });
  }
  await kernel.kill();
  const lineOf = (id: string, mark: string) =>
    CELLS[id]!.split("\n").findIndex((line) => line.includes(mark)) + 1;
  assertEquals(found, {
    types: [`types ${lineOf("types", "HERE")} HERE`],
    awaits: [`awaits ${lineOf("awaits", "HERE")} HERE`, "awaits 4"],
    callback: ["callback 2 HERE", "callback 1"],
    calls: [`defines ${lineOf("defines", "f HERE")} f HERE`, "calls 3"],
    method: [`defines ${lineOf("defines", "Box HERE")} Box HERE`, "method 2"],
    lost: ["lost 3 HERE"],
  });
});

Deno.test("a cell that is no TypeScript is placed by its parser", () => {
  const error = syntaxErrorOf({ id: "a", source: "const a = 1;\nlet b = ;" });
  assertEquals(error?.place, { cell: "a", line: 2, column: 9 });
  assertStringIncludes(error?.message ?? "", "Expression expected");
  assertEquals(syntaxErrorOf({ id: "a", source: "interface A {}" }), undefined);
});

Deno.test("a stack that points into no cell gives no place", () => {
  const traceback = ["Error: x", "    at fetch (ext:deno_fetch/26_fetch.js:5:9)"];
  const error = { ename: "Error", evalue: "x", traceback };
  assertEquals(placesOf(error, [{ id: "a", source: "await fetch(1);" }]), []);
});
