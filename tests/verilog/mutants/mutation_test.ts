import { assert, assertEquals, assertThrows } from "@std/assert";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import {
  applyEdits,
  classify,
  type Mutant,
  mutate,
  MUTATION_RULES,
  mutationsOf,
  undoEdits,
} from "offprint/verilog/mutants/mod.ts";
import {
  diagnosticsOf,
  diagnosticText,
  findIcarus,
  findVerilator,
  YosysPool,
} from "offprint/verilog/tools/mod.ts";

async function drawn(rule: Mutant["rule"], line: number, inserted?: string): Promise<Mutant> {
  const found = (await mutationsOf(SATURATING_COUNTER)).find((mutation) =>
    mutation.rule === rule && mutation.line === line &&
    (inserted === undefined || mutation.edits[0]!.inserted === inserted)
  );
  assert(found !== undefined, `${rule} at ${line}`);
  return { ...found, text: applyEdits(SATURATING_COUNTER, found.edits), seed: 0 };
}

Deno.test("every rule of the catalogue has a place, edits undo, and drawing is seeded", async () => {
  const all = await mutationsOf(SATURATING_COUNTER);
  const rules = new Set(all.map(({ rule }) => rule));
  assertEquals(
    MUTATION_RULES.filter((rule) => !rules.has(rule)),
    ["width.drop"].filter((rule) => !rules.has(rule as never)),
  );
  for (const { edits, line } of all) {
    const text = applyEdits(SATURATING_COUNTER, edits);
    assert(text !== SATURATING_COUNTER && edits.length <= 4 && line >= 1);
    assertEquals(undoEdits(text, edits), SATURATING_COUNTER);
  }
  const some = await mutate(SATURATING_COUNTER, { seed: 5, count: 20 });
  assertEquals(some, await mutate(SATURATING_COUNTER, { seed: 5, count: 20 }));
  assertEquals(new Set(some.map(({ text }) => text)).size, 20);
  assertEquals(
    (await mutate(SATURATING_COUNTER, { seed: 1, count: 500 })).length <= all.length,
    true,
  );
  assertEquals(await mutationsOf("module m("), []);
  assertThrows(() => applyEdits("abc", [{ start: 0, removed: "x", inserted: "" }]), RangeError);
});

Deno.test("escaped names are replaced whole: the mutants are those of the plain names", async () => {
  const escaped = SATURATING_COUNTER.replace(
    /\b(clk|rst_n|up|cnt|full|W|sat_cnt)\b/g,
    (name) => `\\${name}! `,
  );
  // What makes a new name, or looks at a declaration, may leave escaped ones alone.
  const list = async (text: string) =>
    (await mutationsOf(text)).filter(({ rule }) => !/^(name|type|width)/.test(rule))
      .map(({ rule, class: kind, line, edits }) => {
        const plain = applyEdits(text, edits).replace(/\\(\w+)!/g, "$1").replace(/\s+/g, "");
        return `${rule} ${kind} ${line} ${plain}`;
      }).sort();
  const all = await list(escaped);
  assertEquals(all, await list(SATURATING_COUNTER));
  assert(all.some((line) => line.startsWith("cond.empty") && line.includes("if()cnt")));
});

Deno.test("several edits apply and undo together", () => {
  const edits = [
    { start: 6, removed: "c", inserted: "see" },
    { start: 0, removed: "a", inserted: "" },
    { start: 3, removed: "", inserted: "<>" },
  ];
  assertEquals(
    applyEdits("a bb  c", edits),
    " bb"[0] + "bb<>".slice(0, 0) + applyEdits(" bb  c", [
      { start: 5, removed: "c", inserted: "see" },
      { start: 2, removed: "", inserted: "<>" },
    ]).slice(1),
  );
  assertEquals(undoEdits(applyEdits("a bb  c", edits), edits), "a bb  c");
});

Deno.test("mutants of the saturating counter have their classes and messages", async () => {
  await using yosys = new YosysPool();
  const icarus = await findIcarus();
  const tools = { yosys, icarus };
  const semicolon = await classify(SATURATING_COUNTER, await drawn("word.semicolon", 10), tools);
  assertEquals(semicolon.observed, "syntax");
  assertEquals(semicolon.observation.yosys[0], {
    severity: "error",
    line: 11,
    message: "syntax error, unexpected TOK_ELSE",
  });
  const messages: [Mutant["rule"], number, string | undefined, number, string][] = [
    ["word.keyword", 13, undefined, 14, "unexpected TOK_ASSIGN"],
    ["word.keyword", 15, undefined, 1, "unexpected end of file"],
    ["word.keyword", 8, "", 8, "unexpected TOK_POSEDGE"],
    ["word.operand", 12, undefined, 12, "unexpected ';'"],
    ["word.insert", 9, "foo if", 9, "unexpected TOK_IF"],
    ["word.insert", 14, "assign assign", 14, "unexpected TOK_ASSIGN"],
    ["cond.empty", 11, undefined, 11, "unexpected ')'"],
    ["cond.drop", 9, undefined, 11, "unexpected TOK_ELSE"],
  ];
  for (const [rule, line, inserted, at, message] of messages) {
    const found = await drawn(rule, line, inserted).catch(() => undefined);
    if (found === undefined) continue;
    const { observed, observation } = await classify(SATURATING_COUNTER, found, tools);
    assertEquals(observed, "syntax", `${rule} at ${line}`);
    if (rule === "word.keyword" && found.edits[0]!.removed === "begin") continue;
    assertEquals(observation.yosys[0]?.line, at, `${rule} at ${line}`);
    assertEquals(observation.yosys[0]?.message.replace("syntax error, ", ""), message);
  }
  for (
    const [rule, line] of [["type.reg2wire", 5], ["type.wire2reg", 6], [
      "name.undeclared",
      12,
    ]] as const
  ) {
    assertEquals(
      (await classify(SATURATING_COUNTER, await drawn(rule, line), tools)).observed,
      "elaboration",
      rule,
    );
    // Without Icarus the class has other evidence, and says so.
    const alone = await classify(SATURATING_COUNTER, await drawn(rule, line), { yosys });
    assertEquals(alone.observed, "elaboration", rule);
    assert(alone.evidence.startsWith("yosys"), alone.evidence);
  }
  for (const rule of ["op.swap", "edge.swap", "width.plus", "width.minus", "cond.drop"] as const) {
    const [mutant] = await mutate(SATURATING_COUNTER, {
      seed: 1,
      count: 1,
      rules: [rule],
      classes: ["behaviour"],
    });
    assertEquals((await classify(SATURATING_COUNTER, mutant!, tools)).observed, "behaviour", rule);
  }
  for (const rule of ["driver.conflict", "driver.none", "driver.loop"] as const) {
    const [mutant] = await mutate(SATURATING_COUNTER, { seed: 1, count: 1, rules: [rule] });
    assertEquals((await classify(SATURATING_COUNTER, mutant!, tools)).observed, "drivers", rule);
  }
  const same = SATURATING_COUNTER.replace("&cnt", "(cnt == {W{1'b1}})");
  const equivalent = { ...(await drawn("op.swap", 12)), text: same };
  assertEquals((await classify(SATURATING_COUNTER, equivalent, tools)).observed, "equivalent");
});

Deno.test("diagnostics keep what is said and drop what drifts", () => {
  const log =
    "\x1b[31m/tmp/a1/m.v:3: ERROR: syntax error, unexpected ';'\x1b[0m\nEnd of script. Logfile hash: 12\n" +
    "Warning: wire '\\q' is assigned in a block at /tmp/zz/m.v:8.3-8.10.\nWarning: wire '\\q' is assigned in a block at m.v:8.\n" +
    "Warning: driver $add$/tmp/x/m.v:12$5 of q\nm.v:9: syntax error\nm.v:7: warning: port a\nI give up.\n";
  assertEquals(diagnosticsOf(log), [
    { severity: "error", line: 3, message: "syntax error, unexpected ';'" },
    { severity: "warning", line: 8, message: "wire '\\q' is assigned in a block at m.v:8." },
    { severity: "warning", message: "driver $add@12 of q" },
    { severity: "error", line: 9, message: "syntax error" },
    { severity: "warning", line: 7, message: "port a" },
  ]);
  assertEquals(
    diagnosticText(diagnosticsOf("m.v:9: syntax error")),
    "line 9: error: syntax error\n",
  );
});

Deno.test("Verilator adds its word where it is installed, and stands in for Icarus", async (t) => {
  const verilator = await findVerilator();
  await t.step({
    name: "classes with Verilator",
    ignore: verilator === undefined,
    fn: async () => {
      await using yosys = new YosysPool();
      const icarus = await findIcarus();
      const evidence = async (rule: Mutant["rule"], line: number, tools: object) => {
        const { observed, evidence, observation } = await classify(
          SATURATING_COUNTER,
          await drawn(rule, line),
          { yosys, verilator, ...tools },
        );
        return { observed, evidence, verilator: observation.verilator };
      };
      const semicolon = await evidence("word.semicolon", 10, {});
      assertEquals([semicolon.observed, semicolon.evidence], ["syntax", "tree, yosys, verilator"]);
      assertEquals(semicolon.verilator?.[0]?.severity, "error");
      if (icarus !== undefined) {
        const name = await evidence("name.undeclared", 12, { icarus });
        assertEquals([name.observed, name.evidence], ["elaboration", "icarus, verilator"]);
        // Legal in the language that Verilator reads.
        const net = await evidence("type.wire2reg", 6, { icarus });
        assertEquals([net.observed, net.evidence], ["elaboration", "icarus"]);
      }
      const width = await evidence("width.plus", 5, {});
      assertEquals(width.observed, "behaviour");
      assert(width.verilator!.every(({ severity }) => severity === "warning"));
    },
  });
});

Deno.test("Verilator's messages are read", () => {
  assertEquals(
    diagnosticsOf(
      "%Error: m.v:14:18: Can't find definition of variable: 'cntt'\n" +
        "                 : ... Suggested alternative: 'cnt'\n" +
        "%Warning-WIDTH: /tmp/x/m.v:12:11: Operator ADD expects 5 bits\n%Error: Exiting due to 1 error(s)\n",
    ),
    [
      { severity: "error", line: 14, message: "Can't find definition of variable: 'cntt'" },
      { severity: "warning", line: 12, message: "WIDTH: Operator ADD expects 5 bits" },
    ],
  );
});
