import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CallStatus,
  javascriptSandbox,
  literalOf,
  type SandboxJob,
  withoutTypes,
} from "offprint/sandbox/mod.ts";

const call = (entry: string, ...args: unknown[]) => ({ entry, args: args.map(literalOf) });

/** One for all tests that need no pool of their own. The last test closes it. */
const sandbox = javascriptSandbox();

Deno.test("programs that misbehave end with a status, and the next one runs as if alone", async () => {
  const limits = { steps: 100, timeMs: 300, memoryBytes: 16_000_000, outputCharacters: 10_000 };
  const after: SandboxJob = { code: "function f(x) { return x + 1; }", calls: [call("f", 1)] };
  const alone = await sandbox.run(after);
  assertEquals(alone, { status: "ran", calls: [{ status: "value", value: "2" }] });
  const kinds: [string, string, CallStatus | readonly CallStatus[]][] = [
    ["loops", "for (;;) {}", "time"],
    ["loops and catches", "for (;;) { try { for (;;) {} } catch {} }", "time"],
    ["recurses without end", "return f() + 1;", "stack"],
    ["allocates", "const a = []; for (;;) a.push(new Array(999).fill(a));", ["memory", "time"]],
    ["allocates one huge block", "return new Uint8Array(1e9);", ["memory", "throw"]],
    ["doubles a text", "let s = 'x'; for (;;) s += s;", "memory"],
    ["prints megabytes", "for (;;) console.log('x'.repeat(1000));", "output"],
    ["returns megabytes", "return 'x'.repeat(1e6);", "output"],
    ["backtracks", "return /^(a+)+$/.test('a'.repeat(40) + 'b');", "time"],
    ["returns itself", "const a = []; a.push(a); return a;", "output"],
    ["writes its result for ever", "return { get a() { return { get a() { for (;;) {} } }; } };", [
      "time",
      "output",
    ]],
    ["throws what cannot be read", "throw { get message() { for (;;) {} } };", ["throw", "time"]],
  ];
  for (const [name, body, expected] of kinds) {
    const { calls } = await sandbox.run({
      code: `function f() { ${body} }`,
      calls: [call("f")],
      limits,
    });
    assert([expected].flat().includes(calls[0]!.status), `${name}: ${JSON.stringify(calls)}`);
    assertEquals(await sandbox.run(after), alone, `after a program that ${name}`);
  }
});

Deno.test("a program reaches nothing outside", async () => {
  const names = [
    "Deno",
    "process",
    "require",
    "fetch",
    "WebSocket",
    "Worker",
    "Date",
    "setTimeout",
  ];
  const { calls } = await sandbox.run({
    code: `
      const outer = f.constructor.constructor("return globalThis")();
      function f() { return [${names.map((name) => `typeof outer.${name}`)}]; }
      function load() { return import("node:fs").then(() => "loaded"); }
      function chance() { return Math.random(); }
    `,
    calls: [call("f"), call("load"), call("chance")],
  });
  assertEquals(calls[0]!.value, literalOf(names.map(() => "undefined")));
  // A promise that nobody fulfils: there is nothing to load from.
  assertEquals(calls[1]!.value, "{}");
  assertEquals(calls[2]!.status, "throw");
});

Deno.test("a program cannot change how its results are written", async () => {
  const { calls } = await sandbox.run({
    code: `
      JSON.stringify = () => "pass"; String.prototype.toJSON = () => "pass";
      Object.prototype.toJSON = () => "pass"; Array.prototype[Symbol.iterator] = () => "pass";
      Object.keys = () => []; Array.prototype.sort = () => []; Array.prototype.push = () => {};
      globalThis.String = () => "pass";
      function f(x) { return { b: [x, "y"], a: new Map([[1, x]]) }; }
    `,
    calls: [call("f", 2)],
  });
  // With its own broken iterator it cannot even make the Map.
  assertEquals(calls[0]!.status, "throw");
  const honest = await sandbox.run({
    code: `JSON.stringify = () => "pass"; Object.keys = () => []; globalThis.String = () => "pass";
      function f(x) { return { b: [x, "y"], a: new Map([[1, x]]) }; }`,
    calls: [call("f", 2)],
  });
  assertEquals(honest.calls[0]!.value, '{"a":new Map([[1,2]]),"b":[2,"y"]}');
});

Deno.test("what one program leaves behind, the next does not find", async () => {
  const second: SandboxJob = { code: "function g() { return helper(); }", calls: [call("g")] };
  const alone = await sandbox.run(second);
  const [, after] = await sandbox.runAll([
    { code: "function helper() { return 1; } globalThis.helper = helper;", calls: [] },
    second,
  ]);
  assertEquals(after, alone);
  assertEquals(alone.calls[0]!.status, "throw");
});

Deno.test("steps stop a program at the same place each time", async () => {
  const job: SandboxJob = {
    limits: { steps: 3, timeMs: 60_000 },
    code: "let n = 0; function f() { for (;;) n++; } function g() { return n; }",
    calls: [call("f"), call("g")],
  };
  const [first, ...others] = await sandbox.runAll(Array.from({ length: 5 }, () => job));
  assertEquals(first!.calls[0]!.status, "time");
  assert(Number(first!.calls[1]!.value) > 1000);
  for (const other of others) assertEquals(other, first);
});

Deno.test("texts that are no program, and calls after a failure", async () => {
  const broken = await sandbox.run({ code: "function f( {", calls: [call("f")] });
  assertEquals([broken.status, broken.calls], ["syntax", []]);
  const throwing = await sandbox.run({ code: "throw new Error('no\\nway');", calls: [] });
  assertEquals(throwing, { status: "throw", message: "Error: no way", calls: [] });
  const stopped = await sandbox.run({
    code: "function f(x) { if (x > 1) throw x; return x; }",
    calls: [call("f", 1), call("f", 2), call("f", 3)],
    stopAtFailure: true,
  });
  assertEquals(stopped.calls.map(({ status }) => status), ["value", "throw", "skipped"]);
});

Deno.test("a counter is read after each call", async () => {
  const { calls } = await sandbox.run({
    prelude: "var steps = 0;",
    counter: "steps",
    code: "function f(n) { for (let i = 0; i < n; i++) steps++; console.log(n); }",
    calls: [call("f", 3), call("f", 7)],
  });
  assertEquals(calls.map(({ count, printed }) => [count, printed]), [[3, "3\n"], [7, "7\n"]]);
});

Deno.test("a process that is killed is replaced, and only its program is told", async () => {
  await using two = javascriptSandbox({ processes: 2 });
  // Far beyond its limits: the process is ended from outside.
  const stuck: SandboxJob = {
    code: "function f() { for (;;) {} }",
    calls: [call("f")],
    limits: { steps: 1e9, timeMs: 1_000 },
  };
  const good: SandboxJob = { code: "function f() { return 1; }", calls: [call("f")] };
  const results = await two.runAll([good, stuck, ...Array(20).fill(good)]);
  const statuses = results.map(({ calls }) => calls[0]?.status);
  assertEquals(statuses.filter((status) => status === "value").length, 21);
  assertEquals(statuses[1], "time");
});

Deno.test("literals are written alike on both sides", async () => {
  const data = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.double(),
      fc.string({ unit: "binary" }),
      fc.constantFrom(undefined, null, true, false, 12n),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string().filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 3 }),
      fc.array(fc.tuple(fc.integer(), tie("value")), { maxLength: 3 }).map((all) => new Map(all)),
      fc.array(fc.integer(), { maxLength: 3 }).map((all) => new Set(all)),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(fc.array(data, { minLength: 5, maxLength: 20 }), async (values) => {
      const { calls } = await sandbox.run({
        code: "function f(x) { return x; }",
        calls: values.map((value) => call("f", value)),
      });
      assertEquals(calls.map(({ value }) => value), values.map(literalOf));
    }),
    { seed: 3, numRuns: 8 },
  );
  assertThrows(() => literalOf(() => 1), TypeError);
  const ring: unknown[] = [];
  ring.push(ring);
  assertThrows(() => literalOf(ring), TypeError);
});

Deno.test("TypeScript runs without its types", async () => {
  const code = withoutTypes("function f(x: number, y?: string): string { return (y ?? '') + x; }");
  assertEquals((await sandbox.run({ code, calls: [call("f", 1, "a")] })).calls[0]!.value, '"a1"');
  assertThrows(() => withoutTypes("enum A { B }"), SyntaxError);
  assertThrows(() => withoutTypes("let x: = 1"), SyntaxError);
});

Deno.test("a pool that is closed runs nothing, and leaves no process behind", async () => {
  await sandbox.run({ code: "", calls: [] });
  await sandbox[Symbol.asyncDispose]();
  assertThrows(() => sandbox.run({ code: "", calls: [] }), Error, "already closed");
  assertThrows(() => javascriptSandbox({ processes: 0 }), RangeError);
});
