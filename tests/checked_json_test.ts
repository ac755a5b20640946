import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { checkedJson, checkedValue } from "offprint/checked_json.ts";
import { UserError } from "offprint/errors.ts";

const message = (
  schema: z.ZodType,
  value: unknown,
  more: { expected?: string; todo?: string } = {},
) =>
  assertThrows(() => checkedValue(schema, value, { what: "f.json", ...more }), UserError).message;

const CASES: [z.ZodType, unknown, string][] = [
  [z.strictObject({ a: z.int() }), { a: 1.5 }, "f.json: a: got 1.5, expected a whole number."],
  [z.strictObject({ a: z.string() }), {}, "f.json: a: got nothing, expected text."],
  [z.strictObject({ a: z.string() }), null, "f.json: got null, expected an object."],
  [z.strictObject({}), { b: 1 }, 'f.json: got {"b":1}, expected no field "b".'],
  [z.array(z.number().min(0)), [1, -2], "f.json: [1]: got -2, expected at least 0."],
  [z.array(z.number().gt(0)), [0], "f.json: [0]: got 0, expected more than 0."],
  [z.array(z.string()).min(1), [], "f.json: got [], expected at least 1 entry."],
  [
    z.strictObject({ a: z.string().min(1) }),
    { a: "" },
    'f.json: a: got "", expected text that is not empty.',
  ],
  [z.enum(["x", "y"]), "z", 'f.json: got "z", expected one of "x", "y".'],
  [z.literal(1), 2, "f.json: got 2, expected 1."],
  [z.boolean(), "yes", 'f.json: got "yes", expected true or false.'],
  [z.union([z.number(), z.string()]), [], "f.json: got [], expected a number or text."],
  [z.string().regex(/^a+$/), "b", 'f.json: got "b", expected text that matches /^a+$/.'],
  [
    z.string().regex(/^a+$/, "only the letter a"),
    "b",
    'f.json: got "b", expected only the letter a.',
  ],
  [z.record(z.string(), z.number()), 3, "f.json: got 3, expected an object."],
];

Deno.test("every complaint is a sentence of ours, with the field and what stands there", () => {
  for (const [schema, value, said] of CASES) assertEquals(message(schema, value), said);
});

Deno.test("what the whole should be, what to do, and how many other fields are wrong", () => {
  const schema = z.strictObject({ a: z.int(), b: z.int() });
  assertEquals(
    message(schema, { a: 1.5, b: "2" }, { expected: "a recipe", todo: "See the page." }),
    "f.json: a: got 1.5, expected a recipe (a whole number). Another field is wrong too. See the page.",
  );
});

Deno.test("a text that is no JSON is told with the parser's reason, a right one is read", () => {
  assertEquals(checkedJson(z.array(z.int()), "[1, 2]", { what: "f.json" }), [1, 2]);
  assertThrows(
    () => checkedJson(z.int(), "{", { what: "f.json", todo: "Restore it." }),
    UserError,
    "f.json: got text that is not JSON (Expected property name",
  );
});
