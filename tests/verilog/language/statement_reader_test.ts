import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Module,
  readModules,
  type Statement,
  writeModule,
} from "offprint/verilog/language/mod.ts";
import { describe, readDescription } from "offprint/verilog/prose/mod.ts";

const name = (text: string) => ({ kind: "name", name: text }) as const;
const assignment = (target: string): Statement => ({
  kind: "assignment",
  blocking: true,
  target: name(target),
  value: name("d"),
});

/** Nested ifs, loops and cases, in every combination of missing branches. */
const { statement } = fc.letrec<{ statement: Statement; leaf: Statement }>((tie) => ({
  leaf: fc.constantFrom<Statement>({ kind: "null" }, assignment("x"), assignment("y")),
  statement: fc.oneof(
    { maxDepth: 5 },
    tie("leaf"),
    fc.record({
      kind: fc.constant("if" as const),
      condition: fc.constantFrom(name("a"), name("b")),
      yes: tie("statement"),
      no: tie("statement"),
    }),
    fc.record({
      kind: fc.constant("if" as const),
      condition: fc.constantFrom(name("a"), name("b")),
      yes: tie("statement"),
    }),
    fc.record({
      kind: fc.constant("while" as const),
      condition: fc.constant(name("c")),
      body: tie("statement"),
    }),
    fc.record({
      kind: fc.constant("block" as const),
      statements: fc.array(tie("statement"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("case" as const),
      word: fc.constant("case" as const),
      subject: fc.constant(name("a")),
      items: fc.tuple(tie("statement"), tie("statement")).map(([one, other]) => [
        { labels: [name("b")], body: one },
        { labels: [], body: other },
      ]),
    }),
  ) as fc.Arbitrary<Statement>,
}));

const holding = (body: Statement): Module => ({
  name: "m",
  parameters: [],
  ports: [],
  // A clone, since fast-check makes objects without a prototype.
  items: [{ kind: "always", trigger: { kind: "inputs" }, body: structuredClone(body) }],
});

Deno.test("what is written and read again is the same value, however ifs are nested", async () => {
  await fc.assert(
    fc.asyncProperty(statement, fc.boolean(), async (body, begins) => {
      const [read] = await readModules(writeModule(holding(body), { begins }));
      assertEquals(read!.items, holding(body).items);
    }),
    { numRuns: 300, seed: 12 },
  );
});

Deno.test("and what is described and read again", () => {
  fc.assert(
    fc.property(statement, (body) => {
      assertEquals(readDescription(describe(holding(body)).text).items, holding(body).items);
    }),
    { numRuns: 200, seed: 13 },
  );
});

Deno.test("an else belongs to the nearest if", async () => {
  const read = async (body: string) => {
    const [module] = await readModules(`module m; always @* ${body} endmodule`);
    const item = module!.items[0]!;
    return item.kind === "always" ? item.body : undefined;
  };
  const [a, b] = [name("a"), name("b")];
  const [x, y] = [assignment("x"), assignment("y")];
  const inner: Statement = { kind: "if", condition: b, yes: x, no: y };
  assertEquals(await read("if (a) if (b) x = d; else y = d;"), {
    kind: "if",
    condition: a,
    yes: inner,
  });
  assertEquals(await read("if (a) begin if (b) x = d; end else y = d;"), {
    kind: "if",
    condition: a,
    yes: { kind: "if", condition: b, yes: x },
    no: y,
  });
  assertEquals(await read("if (a) while (a) if (b) x = d; else y = d;"), {
    kind: "if",
    condition: a,
    yes: { kind: "while", condition: a, body: inner },
  });
  assertEquals(await read("if (a) if (b) x = d; else if (a) y = d; else x = d;"), {
    kind: "if",
    condition: a,
    yes: { ...inner, no: { kind: "if", condition: a, yes: y, no: x } },
  });
});

Deno.test("always_comb keeps what always @(*) does not say: it runs at the beginning", async () => {
  const [module] = await readModules(
    "module m(output logic y, z); always_comb y = 1; always_latch z = 1; endmodule",
  );
  const text = writeModule(module!);
  assertEquals(text.match(/always\w*/g), ["always_comb", "always_latch"]);
  assertEquals((await readModules(text))[0]!.items, module!.items);
  assertEquals(readDescription(describe(module!).text).items, module!.items);
});

Deno.test("generate stands once around nested loops", async () => {
  const [module] = await readModules(`module m(input [3:0] a, output [3:0] y);
    genvar i, j;
    generate for (i = 0; i < 2; i = i + 1) begin : rows
      for (j = 0; j < 2; j = j + 1) begin : columns assign y[2*i+j] = a[i+2*j]; end
    end endgenerate
  endmodule`);
  const text = writeModule(module!);
  assertEquals(text.match(/\b(end)?generate\b/g), ["generate", "endgenerate"]);
  assertEquals((await readModules(text))[0]!.items, module!.items);
});
