import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { injectParameters, parameterProblem, parseParameters } from "../../../lib/kit/pairs/mod.ts";

const CELL = `/** which sample sizes to use */
const profile: "quick" | "full" = "quick";
/**
 * seed of every
 * random stream
 */
const seed: number = 1;
// a plain comment
let noisy: boolean = false;
export const label: string = "a \\"b\\"";
const decoder:
  | "speculative"
  | "batch" = "batch";
const gamma: number = -1.5e-3;
`;

Deno.test("parameters are read with type, options, value and doc", () => {
  assertEquals(parseParameters(CELL), [
    {
      name: "profile",
      type: "choice",
      options: ["quick", "full"],
      value: "quick",
      doc: "which sample sizes to use",
    },
    { name: "seed", type: "number", value: 1, doc: "seed of every random stream" },
    { name: "noisy", type: "boolean", value: false, doc: "" },
    { name: "label", type: "string", value: 'a "b"', doc: "" },
    { name: "decoder", type: "choice", options: ["speculative", "batch"], value: "batch", doc: "" },
    { name: "gamma", type: "number", value: -0.0015, doc: "" },
  ]);
  assertEquals(parseParameters(""), []);
});

Deno.test("injection changes the values named and nothing else", () => {
  assertEquals(injectParameters(CELL, {}), CELL);
  const changed = injectParameters(CELL, {
    profile: "full",
    seed: "20",
    noisy: "true",
    label: 'x"; Deno.exit(); "',
    decoder: "speculative",
    gamma: "1e3",
  });
  assertEquals(
    parseParameters(changed).map(({ value }) => value),
    ["full", 20, true, 'x"; Deno.exit(); "', "speculative", 1000],
  );
  assertEquals(
    injectParameters(changed, {
      profile: "quick",
      seed: "1",
      noisy: "false",
      label: 'a "b"',
      decoder: "batch",
      gamma: "-0.0015",
    }),
    CELL.replace("-1.5e-3", "-0.0015"),
  );
});

const wrong: [set: Record<string, string>, message: string][] = [
  [
    { sede: "1" },
    '--set: got "sede", expected one of profile, seed, noisy, label, decoder, gamma.',
  ],
  [{ constructor: "1" }, '--set: got "constructor"'],
  [{ seed: "two" }, '--set seed: got "two", expected a number. Write for example --set seed=1.'],
  [{ seed: "" }, '--set seed: got ""'],
  [{ seed: "0x10" }, "expected a number"],
  [{ seed: "1e999" }, "expected a number"],
  [
    { noisy: "yes" },
    '--set noisy: got "yes", expected true or false. Write for example --set noisy=true.',
  ],
  [{ profile: "slow" }, '--set profile: got "slow", expected "quick" or "full".'],
];

for (const [set, message] of wrong) {
  Deno.test(`--set ${JSON.stringify(set)} is refused`, () => {
    assertThrows(() => injectParameters(CELL, set), UserError, message);
  });
}

Deno.test("a notebook without parameters says so", () => {
  assertThrows(
    () => injectParameters("", { a: "1" }),
    UserError,
    "nothing: there are no parameters",
  );
});

const outside: [name: string, cell: string, line: number, got: string][] = [
  ["an expression", "const a: number = 1 + 1;", 1, "+ 1;"],
  ["no type", "\nconst a = 1;", 2, "const a = 1;"],
  ["another type", "const a: number[] = [1];", 1, "[] = [1];"],
  ["a name as type", "const a: Seed = 1;", 1, "Seed = 1;"],
  ["a value of another type", 'const a: number = "1";', 1, '"1";'],
  ["a value outside the union", 'const a: "x" | "y" = "z";', 1, '"z";'],
  ["no semicolon", "const a: number = 1", 1, "the end of the cell"],
  ["a declaration twice", "const a: number = 1;\nconst a: number = 2;", 2, "number = 2;"],
  ["a call", "const a: number = 1;\n\nconsole.log(a);", 3, "console.log(a);"],
  ["a doc without parameter", "/** lost */", 1, "the end of the cell"],
  ["a number in hexadecimal", "const a: number = 0x10;", 1, "0x10;"],
];

for (const [name, cell, line, got] of outside) {
  Deno.test(`${name} does not belong into a parameters cell`, () => {
    const problem = parameterProblem(cell);
    assertEquals([problem?.line, problem?.got], [line, got]);
    assertThrows(() => parseParameters(cell), UserError, `parameters cell, line ${line}`);
  });
}

Deno.test("a cell within the grammar has no problem", () => {
  assertEquals(parameterProblem(CELL), undefined);
});

Deno.test("a comment's tags say which numbers are taken, and in which unit", () => {
  const cell = "/** Texts. @range 1 to 50 @unit texts */\nconst texts: number = 10;\n" +
    "/** @values 32, 64 */\nconst block: number = 32;\n" +
    "/**\n * Share.\n * @range 0 or more by 0.1\n */\nconst share: number = 0.5;";
  assertEquals(parseParameters(cell).map(({ doc, limits }) => [doc, limits]), [
    ["Texts.", { min: 1, max: 50, unit: "texts" }],
    ["", { values: [32, 64] }],
    ["Share.", { min: 0, step: 0.1 }],
  ]);
  const refused = (set: Record<string, string>) =>
    assertThrows(() => injectParameters(cell, set), UserError).message;
  assertEquals(refused({ texts: "51" }).includes("a number from 1 to 50, in texts"), true);
  assertEquals(refused({ block: "33" }).includes("expected 32 or 64"), true);
  assertEquals(refused({ share: "-1" }).includes("a number of at least 0"), true);
  assertEquals(refused({ share: "0.25" }).includes("of at least 0 in steps of 0.1"), true);
  assertEquals(injectParameters(cell, { share: "0.3" }).includes("= 0.3;"), true);
  assertEquals(injectParameters(cell, { texts: "50" }).includes("= 50;"), true);
  const wrong = {
    "a tag that says nothing": "/** @range some */\nconst a: number = 1;",
    "an unknown tag": "/** @least 1 */\nconst a: number = 1;",
    "ends that are changed over": "/** @range 5 to 1 */\nconst a: number = 1;",
    "a value outside": "/** @range 2 to 5 */\nconst a: number = 1;",
    "a range of a text": '/** @range 2 to 5 */\nconst a: string = "x";',
  };
  for (const [what, text] of Object.entries(wrong)) {
    assertEquals(parameterProblem(text)?.line, 2, what);
  }
});
