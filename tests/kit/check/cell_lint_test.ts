import { assertEquals } from "@std/assert";
import plugin from "../../../lib/kit/check/cell_lint.ts";

/** Joins cells as a notebook's source does; the first is called "a", the next "b". */
function source(...cells: string[]): string {
  return cells.map((cell, i) => `// %% id="${"abcdef"[i]}"\n${cell}\n`).join("\n");
}

/** Everything the lint says, as `rule line: message`. */
function lintWhole(...cells: string[]): string[] {
  const text = source(...cells);
  return Deno.lint.runPlugin(plugin, "notebook.ts", text).map(({ id, range, message }) => {
    const line = text.slice(0, range[0]).split("\n").length;
    return `${id.replace("cells/", "")} ${line}: ${message}`;
  });
}

/** The same less what it says about how cells end, which the cells below do as is shortest. */
function lint(...cells: string[]): string[] {
  return lintWhole(...cells).filter((line) => !line.startsWith("end-with-display "));
}

/** The rules that complain, in order. */
function rules(...cells: string[]): string[] {
  return lint(...cells).map((line) => line.split(" ")[0]!);
}

Deno.test("a clean notebook of every kind of statement", () => {
  assertEquals(
    lint(
      'import { plot, type Plot as Chart } from "offprint/notebook/mod.ts";\n' +
        'import * as math from "offprint/stats.ts";\nimport fs from "node:fs";',
      "const { a, b: [c, ...rest], d = 1 } = { a: 1, b: [2, 3], d: 4 };\nlet e = a + c + d;",
      "function f(x: number, { y = e, ...z } = { y: 1 }) { return g(x, y, z); }\n" +
        "function g(...all: unknown[]) { return all; }\nf(1);",
      "class A<T> { constructor(private n: number) {} get e() { return this.n; } static { f(2); } }\n" +
        "enum E { One, Two = One }\nnew A<Later>(E.Two);",
      "type Later = typeof e; interface Shape { plot: Later }\n" +
        "export const shape = { plot: e, [c]: 1, math, fs, rest } satisfies object;",
      "outer: for (const plot of [1]) { if (plot) continue outer; }\n" +
        "try { plot({ shape }); } catch (a) { console.log(a); }",
    ),
    [],
  );
});

const complaints: [name: string, cells: string[], expected: string[]][] = [
  ["import.meta", ["import.meta.url;"], [
    "import-meta 2: import.meta is a syntax error in the kernel",
  ]],
  ["Deno.exit", ["\nDeno.exit(3);"], ["exit 3: Deno.exit kills the kernel without an answer"]],
  ["process.exit", ["process.exit();"], [
    "exit 2: process.exit kills the kernel without an answer",
  ]],
  ["globalThis", ["globalThis.Deno.exit();"], [
    "exit 2: Deno.exit kills the kernel without an answer",
  ]],
  ["Deno.test", ['Deno.test("x", () => {});'], [
    "test 2: a failing Deno.test leaves its cell green",
  ]],
  ["writes to stdout", ["Deno.stdout.writeSync(bytes);"], [
    "silent-output 2: what is written to Deno.stdout vanishes in the kernel",
  ]],
  ["a relative import", ['import { x } from "../lib/x.ts";'], [
    "mapped-imports 2: \"../lib/x.ts\" is resolved from the kernel's folder, not from the notebook's",
  ]],
  ["a relative import of everything", ['export * from "./x.ts";'], [
    "mapped-imports 2: \"./x.ts\" is resolved from the kernel's folder, not from the notebook's",
  ]],
  ["a dynamic relative import", ['await import("./x.ts");'], [
    "mapped-imports 2: \"./x.ts\" is resolved from the kernel's folder, not from the notebook's",
  ]],
  ["a package outside the map", ['import x from "npm:x@1";'], [
    'mapped-imports 2: "npm:x@1" is not pinned by import_map.json',
  ]],
  ["a constant used too early", ["a + 1;", "const a = 1;"], [
    'use-before-cell 2: a is used in cell "a" before cell "b" at line 4, which declares it',
  ]],
  ["a function of a later cell", ["f();", "const a = 1;", "function f() { return a; }"], [
    'use-before-cell 2: f is used in cell "a" before cell "c" at line 7, which declares it',
  ]],
  ["a later name inside a function", ["const f = () => a;", "const a = 1;"], [
    'use-before-cell 2: a is used in cell "a" before cell "b" at line 4, which declares it',
  ]],
  ["an import of a later cell", ["plot();", 'import { plot } from "offprint/x.ts";'], [
    'use-before-cell 2: plot is used in cell "a" before cell "b" at line 4, which declares it',
  ]],
  ["a class and an enum of later cells", ["[A, E.One, { A }];", "class A {}\nenum E { One }"], [
    'use-before-cell 2: A is used in cell "a" before cell "b" at line 4, which declares it',
    'use-before-cell 2: E is used in cell "a" before cell "b" at line 4, which declares it',
  ]],
  ["a name declared in two cells", ["const a = 1;", "let a = 2;"], [
    'declared-twice 5: a is declared in cell "b" and in cell "a" at line 1',
  ]],
  ["an import in two cells", [
    'import { a } from "offprint/a.ts";',
    "const b = 1;",
    'import { a } from "offprint/a.ts";',
  ], ['declared-twice 8: a is declared in cell "c" and in cell "a" at line 1']],
  ["a cell without semicolon above a call", ["const f = () => 1", "(2);"], [
    'separate-cells 2: a statement of cell "a" goes on in cell "b" at line 4, so deno fmt would merge the two',
  ]],
  ["a cell without semicolon above a list", ["let a = 1", "[a].length;"], [
    'separate-cells 2: a statement of cell "a" goes on in cell "b" at line 4, so deno fmt would merge the two',
  ]],
  ["a cell without semicolon above a template", ["String.raw", "`x`;"], [
    'separate-cells 2: a statement of cell "a" goes on in cell "b" at line 4, so deno fmt would merge the two',
  ]],
  ["a header inside a template", ["const t = `\n", "`;"], [
    'separate-cells 2: a statement of cell "a" goes on in cell "b" at line 5, so deno fmt would merge the two',
  ]],
];

for (const [name, cells, expected] of complaints) {
  Deno.test(`told: ${name}`, () => assertEquals(lint(...cells), expected));
}

const fine: [name: string, cells: string[]][] = [
  ["a property of that name", ["({ a: 1 }).a;", "const a = 1;"]],
  ["a parameter of that name", ["((a: number) => a)(1);", "const a = 1;"]],
  ["a local of that name, declared below", ["{ (() => a)(); const a = 1; }", "const a = 1;"]],
  ["a var of a function, seen from a block", [
    "function f() { { var a = 1; } return a; }",
    "var a;",
  ]],
  ["a caught error of that name", ["try { f; } catch (a) { a; }", "const a = 1;"]],
  ["a loop variable of that name", ["for (let a = 0; a < 1; a++) a;", "const a = 1;"]],
  ["a type of a later cell", ["let x: A | typeof a;", "class A {}\nconst a = 1;"]],
  ["a name declared in two blocks", ["{ const a = 1; }", "{ const a = 2; }"]],
  ["a type and a value in two cells", ["type a = number;", "const a = 1;"]],
  ["overloads", ["function f(x: 1): 1;\nfunction f(x: 2): 2;\nfunction f(x: any) { return x; }"]],
  ["an own method called exit", ["app.exit();", "Deno.stat;"]],
  ["no semicolon above a word", ["const f = () => 1", "f();"]],
];

for (const [name, cells] of fine) {
  Deno.test(`not told: ${name}`, () => assertEquals(rules(...cells), []));
}

/** What the rule about inherited tags says of cells `[tags, text]`. */
function inherited(...cells: [tags: string[], text: string][]): string[] {
  const text = cells.map(([tags, body], i) =>
    `// %% id="${"abcdef"[i]}" tags=${JSON.stringify(tags)}\n${body}\n`
  ).join("\n");
  return Deno.lint.runPlugin(plugin, "notebook.ts", text)
    .filter(({ id }) => id === "cells/inherited-tags")
    .map(({ message, hint }) => `${message}; ${hint}`);
}

Deno.test("a cell that uses a value of a native or timing cell needs that tag", () => {
  const uses = (name: string, cell: string, from: string, line: number, tag = "native") =>
    `${name} is used in cell "${cell}", but its value hangs on the ` +
    `${tag === "native" ? "processor" : "clock"}: it comes from cell "${from}" at line ${line}, ` +
    `which is tagged "${tag}"; add "${tag}" to the tags of cell "${cell}"`;
  assertEquals(inherited([["native"], "const a = 1;"], [[], "a;"]), [uses("a", "b", "a", 1)]);
  assertEquals(inherited([["timing"], "const a = 1;"], [["native"], "a;"]), [
    uses("a", "b", "a", 1, "timing"),
  ]);
  // Along: what the second cell computes is native as well.
  assertEquals(
    inherited([["native"], "const a = 1;"], [["native"], "const b = a;"], [[], "b;"]),
    [uses("b", "c", "b", 4)],
  );
  for (const change of ["a = 2;", "a++;", "a.x = 1;", "a.list.push(1);", "a[0].y -= 1;"]) {
    assertEquals(
      inherited([[], "let a: any;"], [["native"], change], [[], "a;"]),
      [uses("a", "c", "b", 4)],
      change,
    );
  }
});

Deno.test("a cell that uses nothing native needs no tag", () => {
  assertEquals(inherited([["native"], "const a = 1;"], [["native"], "a;"]), []);
  assertEquals(inherited([["native"], "const a = 1;"], [["timing"], "a;"]), []);
  assertEquals(inherited([["native"], "const a = 1;"], [[], "((a: number) => a)(1);"]), []);
  assertEquals(inherited([["native"], "type A = number;"], [[], "let x: A;"]), []);
  assertEquals(
    inherited([["native"], 'import { plot } from "offprint/notebook/mod.ts";'], [[], "plot();"]),
    [],
  );
  // Before the change, and where the name is only read.
  assertEquals(inherited([[], "let a = 1;"], [[], "a;"], [["native"], "a = 2;"]), []);
  assertEquals(inherited([[], "const a = [1];"], [["native"], "a.map(String);"], [[], "a;"]), []);
});

const ends: [name: string, cell: string, expected: string[]][] = [
  ["a value", "const x = 1;\nx;", ["end-with-display 3"]],
  ["a call", "table(rows);", ["end-with-display 2"]],
  ["a template", "md`text`;", ["end-with-display 2"]],
  ["an assignment", "x = 3;", ["end-with-display 2"]],
  ["a loop whose last value counts", "for (const x of [1]) {\n  n += x;\n}", [
    "end-with-display 3",
  ]],
  ["both ways of a condition", "if (x) f();\nelse await display(x);", ["end-with-display 2"]],
  ["a display nobody waits for", "display(x);", ["end-with-display 2", "awaited-display 2"]],
  ["the same in the middle", "display(x);\nawait display(y);", ["awaited-display 2"]],
  ["an awaited display", "await display(table(rows));", []],
  ["an awaited claim", 'await claim("02.x", 1);', []],
  ["a value before a declaration", "x;\nconst y = x;", ["end-with-display 2"]],
  [
    "a loop before declarations",
    "for (const x of [1]) {\n  all.push(x);\n}\nfunction f() {}\nconst y = 1;",
    [
      "end-with-display 3",
    ],
  ],
  ["a value before a declaration in a loop", "for (const x of [1]) {\n  f();\n  const y = x;\n}", [
    "end-with-display 3",
  ]],
  ["a declaration", "const y = x;", []],
  ["a display before a declaration", "await display(x);\nconst y = x;", []],
  [
    "a loop in a function",
    "function f() {\n  for (const x of [1]) all.push(x);\n}\nconst y = f();",
    [],
  ],
  ["a function", "function f() { return 1; }", []],
  ["a loop that shows", "for (const x of [1]) await display(x);", []],
  ["a guard", 'if (x < 1) throw new RangeError("x");', []],
  ["a display handed on", "const show = (x) => display(x);", []],
];

for (const [name, cell, expected] of ends) {
  Deno.test(`how a cell ends: ${name}`, () => {
    assertEquals(lintWhole(cell).map((line) => line.split(":")[0]), expected);
  });
}
