import { assertEquals, assertNotEquals } from "@std/assert";
import { valueKey } from "offprint/notebook/value_key.ts";

Deno.test("different values have different keys", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const values: unknown[] = [
    undefined,
    null,
    true,
    "true",
    0,
    -0,
    1,
    1n,
    "1",
    NaN,
    "NaN",
    Infinity,
    -Infinity,
    [],
    [[]],
    [undefined],
    [null],
    [1, 2],
    ["1,number 2"],
    [12],
    {},
    { a: 1 },
    { a: undefined },
    { a: { b: 1 } },
    { "a:1": 1 },
    new Date(0),
    new Date(1),
    new Map(),
    new Map(),
    Float64Array.of(1, 2),
    Float32Array.of(1, 2),
    Float64Array.of(12),
    () => 1,
    () => 1,
    Symbol("a"),
    Symbol("a"),
    Symbol.for("a"),
    cyclic,
  ];
  assertEquals(new Set(values.map(valueKey)).size, values.length);
  assertEquals(values.map(valueKey), values.map(valueKey));
});

Deno.test("equal values have equal keys", () => {
  assertEquals(valueKey({ a: [1, { c: NaN }], b: "x" }), valueKey({ b: "x", a: [1, { c: NaN }] }));
  assertEquals(valueKey(Float64Array.of(1, NaN)), valueKey(Float64Array.of(1, NaN)));
  assertEquals(valueKey(new Date(5)), valueKey(new Date(5)));
  assertEquals(valueKey(Symbol.for("a")), valueKey(Symbol.for("a")));
  const shared = { n: 1 };
  assertEquals(valueKey([shared, shared]), valueKey([{ n: 1 }, { n: 1 }]));
  assertNotEquals(valueKey([shared, shared]), valueKey([shared]));
});
