import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { corpusRecipe } from "offprint/lm/corpora/corpus.ts";
import { modelRecipe } from "offprint/lm/transformer/recipe.ts";
import {
  ARM_SPLIT,
  armOf,
  balanced,
  heldOutFamilies,
  promptText,
  proseInstance,
  recordText,
  spaced,
  spelled,
  splitDesigns,
  verilogCorpus,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import { fingerprint, lex, namesIn } from "offprint/verilog/language/mod.ts";
import { headerOf, verilogIn } from "offprint/verilog/problems/mod.ts";

const small = { seed: 5, designs: 350, longest: 1500 };
const split = splitDesigns(small);

Deno.test("a split shares no module up to names, holds families and parameters apart, and repeats", async () => {
  const { train, heldOutParameters, heldOutFamilies: families } = await split;
  assert(train.length > 150 && heldOutParameters.length > 10 && families.length > 10);
  const apart = new Set(heldOutFamilies(small.seed));
  assertEquals(apart.size, 5);
  assert(train.every(({ family }) => !apart.has(family)));
  assert(families.every(({ family }) => apart.has(family)));
  const key = ({ family, parameters }: { family: string; parameters: object }): string =>
    family + JSON.stringify(parameters);
  const trained = new Set(train.map(key));
  assert(heldOutParameters.every((design) => !trained.has(key(design))));
  const prints = new Set(train.map(({ text }) => fingerprint(text)));
  for (const { text } of [...heldOutParameters, ...families]) {
    assert(!prints.has(fingerprint(text)));
  }
  const again = await splitDesigns(small);
  assertEquals(
    again.heldOutParameters.map(({ text }) => text),
    heldOutParameters.map((d) => d.text),
  );
  const some = balanced(heldOutParameters, 12);
  const counts = Map.groupBy(some, ({ family }) => family).values().map(({ length }) => length);
  assert(Math.max(...counts) <= 2);
});

Deno.test("the layout keeps every token, and names come back", async () => {
  for (const design of (await split).train.slice(0, 60)) {
    const names = namesIn(design.text);
    const tokens = (text: string): string[] => lex(text).map(({ text }) => text);
    assertEquals(
      tokens(spelled(spaced(design.text, names), names)),
      tokens(design.text).map((text) => /^\d.*\s/.test(text) ? text.replace(/\s+/g, "") : text),
    );
    const record = proseInstance(design, design);
    assert(recordText(record, names).startsWith(promptText(record, names)));
    // No name is left in what the model sees.
    const seen = new Set(tokens(recordText(record, names)));
    const prose = new Set(tokens(record.input).filter((word) => !names.includes(word)));
    for (const name of names) if (!prose.has(name) && name !== "a") assert(!seen.has(name), name);
  }
  assertEquals(
    spaced("and is a reg, less-than of less", ["a", "less"]),
    " and is a reg , less - than of v1",
  );
  assertEquals(spelled("v0 v7", ["top"]), "top v7");
});

Deno.test("Verilog is found in what a model says", () => {
  const module = "module m(input a); endmodule";
  assertEquals(verilogIn(`The module you asked for:\n\n${module}\nIt works.`), module);
  assertEquals(verilogIn("```\nnothing\n```\n```v\n" + module + "\n```"), module);
  assertEquals(verilogIn("```verilog\n" + module), module);
  assertEquals(verilogIn("I cannot."), "I cannot.");
  assertEquals(verilogIn(" module m ( ) ;"), "module m ( ) ;");
  assertEquals(
    headerOf("// a module;\nmodule m #(parameter W = 1) (input a); x"),
    "module m #(parameter W = 1) (input a);",
  );
  assertEquals(headerOf("nothing"), "");
});

Deno.test("every arm's corpus holds its records and no others", async () => {
  const options = { ...small, characters: 30_000, proseShare: 0.75 };
  const texts = async (arm: string): Promise<string[]> =>
    (await verilogCorpus({ arm, ...options })).documents.filter(({ heldOut }) => !heldOut)
      .map(({ sentences }) => sentences[0]!);
  const prose = (text: string): boolean => text.startsWith(" Write the Verilog module for");
  const raw = await texts("raw");
  assert(raw.every((text) => text.startsWith(" module v0 ")));
  const completion = await texts("completion");
  assert(completion.every((text) => !prose(text) && text.includes(" ---")));
  const aligned = await texts("aligned");
  const characters = (list: string[]): number => list.reduce((sum, text) => sum + text.length, 0);
  assertAlmostEquals(characters(aligned.filter(prose)) / characters(aligned), 0.75, 0.05);
  assertEquals(await texts("aligned"), aligned);
  // Shuffled: the same sizes, but the description is another module's.
  const shuffled = await texts("shuffled");
  const ports = (text: string): (string | undefined)[] => [
    /has (\d+) ports?/.exec(text)?.[1],
    `${(/--- module v\d+ [^;]*/.exec(text)?.[0].match(/input|output/g) ?? []).length}`,
  ];
  const agree = (list: string[]): number =>
    list.filter(prose).filter((text) => ports(text)[0] === ports(text)[1]).length /
    list.filter(prose).length;
  assert(agree(aligned) > 0.7 && agree(shuffled) < agree(aligned) - 0.3);
  await assertRejects(
    () => verilogCorpus({ arm: "raw", ...options, characters: 1e9 }),
    UserError,
    "more designs",
  );
  await assertRejects(() => verilogCorpus({ arm: "cooked", ...options }), UserError, '"cooked"');
});

Deno.test("the repair corpora hold confirmed mutants, with the reported line quoted or without", async () => {
  const options = { ...small, characters: 4000 };
  const [plain, report] = await Promise.all(
    ["repair", "repair-with-report"].map((arm) => verilogCorpus({ arm, ...options })),
  );
  const first = (corpus: typeof plain): string => corpus!.documents[0]!.sentences[0]!;
  assert(first(plain).startsWith(" Correct this Verilog ."));
  assert(
    /Correct this Verilog using the tool report .* (error|warning) : .* at /.test(first(report)),
  );
  const [wrong, right] = first(plain).split(" --- ");
  assert(wrong !== right && right!.trim().startsWith("module v0"));
});

Deno.test("recipes and settings of the committed arms agree", async () => {
  // Arms that are compared have one budget and one shape.
  for (
    const compared of [["raw", "completion", "aligned", "shuffled"], [
      "repair",
      "repair-with-report",
    ]]
  ) {
    const budgets = new Set<number>();
    const shapes = new Set<string>();
    for (const arm of compared) {
      const { source } = await corpusRecipe(`verilog-${arm}`);
      assert("module" in source);
      assertEquals({ ...source.options, ...ARM_SPLIT }, source.options);
      assertEquals(source.options.arm, arm);
      assertEquals(armOf(`verilog-${arm}`), arm);
      const { model, training } = await modelRecipe(`verilog-${arm}`);
      budgets.add(training.tokens! * training.epochs);
      shapes.add(JSON.stringify([model, { ...training, tokens: 0, epochs: 0 }]));
    }
    assertEquals([budgets.size, shapes.size], [1, 1]);
    assert([...budgets][0]! <= 1_000_000);
  }
  assertThrows(() => armOf("sotu-draft"), UserError, "verilog-raw");
});
