import { assertEquals } from "@std/assert";
import { needed, statementsOf } from "offprint/kit/classroom/form/mod.ts";

Deno.test("names that a statement declares, uses and changes, whatever inner scopes call theirs", async () => {
  const { statements, sound } = await statementsOf(`
import { a, type B, c as d } from "x";
import * as P from "y";
const [x, { y: z, w }] = f(1), k = 2;
function foo<T>(a: number, { b }: { b: string }): Foo { let q = a + k; return q + b; }
const g = async (p: number) => { p += h; for (const x of p) out.push(x); };
class C { m(v) { try { v(); } catch (e) { e.x = other; } } }
m.set(i, x);
s[0].t = 5;
await display(md\`\${k}\`);
const { h: { j } } = { x, y: k };
`);
  assertEquals(sound, true);
  assertEquals(
    statements.map(({ kind, declares, uses, changes }) => [
      kind,
      declares.join(),
      uses.join(),
      changes.join(),
    ]),
    [
      ["import", "a", "", ""],
      ["import", "B", "", ""],
      ["import", "d", "", ""],
      ["import", "P", "", ""],
      ["declaration", "x,z,w,k", "f", ""],
      ["declaration", "foo", "T,Foo,k", ""],
      ["declaration", "g", "h,out", "p,out"],
      ["declaration", "C", "other", "e"],
      ["effect", "", "m,i,x", "m"],
      ["effect", "", "s", "s"],
      ["effect", "", "display,md,k", ""],
      ["declaration", "j", "x,k", ""],
    ],
  );
});

Deno.test("an import of several names is several statements", async () => {
  const { statements } = await statementsOf('import type { A, B } from "x";\nimport c from "y";');
  assertEquals(statements.map(({ text }) => text), [
    'import type { A } from "x";',
    'import type { B } from "x";',
    'import c from "y";',
  ]);
});

Deno.test("what some names need: their last declarations, what changes them, and what these need", async () => {
  const { statements } = await statementsOf(`
const size = 3;
const list: number[] = [];
for (let i = 0; i < size; i++) list.push(i);
console.log(list);
const other = list.length;
let sum = 0;
sum += other;
`);
  const texts = (names: string[]) => needed(statements, names).map(({ text }) => text);
  assertEquals(texts(["list"]), [
    "const size = 3;",
    "const list: number[] = [];",
    "for (let i = 0; i < size; i++) list.push(i);",
  ]);
  assertEquals(texts(["sum"]).length, 6);
  assertEquals(texts(["nothing"]), []);
});

Deno.test("who needs one draw of a random stream needs all before it", async () => {
  const { statements } = await statementsOf(`
const source = stream(1, "a");
const first = source.normal();
const second = draw(source);
const others = first + 1;
`);
  assertEquals(needed(statements, ["second"]).map(({ declares }) => declares.join()), [
    "source",
    "first",
    "second",
  ]);
});

Deno.test("a cell that is no TypeScript is said to be none", async () => {
  assertEquals((await statementsOf("function f( {")).sound, false);
});
