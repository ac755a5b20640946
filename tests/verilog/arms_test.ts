import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { onnxModel, type TextModel, textModel, Tokenizer, trainBpe } from "offprint/lm/mod.ts";
import { corpusRecipe } from "offprint/lm/corpus.ts";
import { modelRecipe, recipeConfig } from "offprint/lm/recipe.ts";
import { train } from "offprint/lm/trainer.ts";
import { packRecords, tokenDocument } from "offprint/lm/windows.ts";
import {
  addRun,
  armOf,
  armSplit,
  askedOf,
  balanced,
  byBrokenFile,
  byChat,
  byDescription,
  byDescriptionAndHeader,
  byHeader,
  byPlainHeader,
  compileShare,
  designProblem,
  fingerprint,
  headerOf,
  heldOutFamilies,
  heldOutProblems,
  lex,
  namesIn,
  passShare,
  type Problem,
  promptText,
  proseInstance,
  readResults,
  recordText,
  repairProblems,
  solve,
  solvedOf,
  spaced,
  spelled,
  splitDesigns,
  verilogCorpus,
  verilogIn,
  withoutReportedLine,
  YosysPool,
} from "offprint/verilog/mod.ts";

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
      assertEquals({ ...source.options, ...armSplit }, source.options);
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

/** A model that knows the answer, or one that does not. */
function oracle(answers: (prompt: string) => string): TextModel {
  return {
    name: "oracle",
    generate: (prompt, { samples }) =>
      Promise.resolve(Array.from({ length: samples }, () => answers(prompt))),
  };
}

Deno.test("solving counts: the reference passes however it is asked, a wrong answer and a long prompt do not", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const problems = (await split).heldOutParameters.slice(0, 3)
    .map((design) => designProblem(design, yosys));
  const options = { samples: 2, temperature: 0, seed: 1 };
  const replyOf = (find: (problem: Problem) => string, asking: typeof byDescription) =>
    oracle((prompt) => find(problems.find((problem) => asking(problem).prompt === prompt)!));
  const whole = ({ reference, names }: Problem): string => spaced(reference, names);
  const body = ({ reference, header, names }: Problem): string =>
    spaced(reference.slice(reference.indexOf(header) + header.length), names);
  for (
    const [asking, reply] of [
      [byDescription, whole],
      [byDescriptionAndHeader, body],
      [byHeader, body],
      [byPlainHeader, body],
      [byChat(), ({ reference }: Problem) => "Here:\n```verilog\n" + reference + "\n```\n"],
    ] as const
  ) {
    const solved = await solve(problems, asking, replyOf(reply, asking), options);
    assertEquals(solved.map(({ compiled, passed }) => [compiled, passed]), [[2, 2], [2, 2], [
      2,
      2,
    ]]);
    assertEquals(passShare(solved, 1).mean, 1);
  }
  const wrong = await solve(
    problems,
    byDescription,
    oracle(() => "module v0 ; endmodule"),
    options,
  );
  assertEquals([passShare(wrong, 2).mean, compileShare(wrong).mean], [0, 0]);
  const tooLong = oracle(() => {
    throw new RangeError("got a text of 9999 tokens");
  });
  assertEquals((await solve(problems, byDescription, tooLong, options))[0]!.passed, 0);
});

Deno.test("repairing: the right file passes, the broken one never does, nor does deleting lines at random", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const held = await heldOutProblems(small, { parameters: 2, families: 2, repairs: 6 }, yosys);
  assertEquals([held.parameters.length, held.families.length], [2, 2]);
  assert(held.repairs.length >= 4);
  for (const withReport of [true, false]) {
    const problems = repairProblems(held, withReport, yosys);
    const asking = byBrokenFile(withReport);
    const find = (prompt: string): Problem =>
      problems.find((problem) => asking(problem).prompt === prompt)!;
    const options = { samples: 1, temperature: 0, seed: 1 };
    const fixed = await solve(
      problems,
      asking,
      oracle((prompt) => spaced(find(prompt).reference, find(prompt).names)),
      options,
    );
    assertEquals(passShare(fixed, 1).mean, 1);
    assert(problems.every(({ group }) => group === "P" || group === "E"));
  }
  const broken = repairProblems(held, false, yosys);
  for (const [at, problem] of broken.entries()) {
    assertEquals((await problem.judge(held.repairs[at]!.mutant.text)).passes, false);
  }
  const shorter = held.repairs.map(withoutReportedLine);
  assert(
    shorter.every((text, at) =>
      text.split("\n").length >= held.repairs[at]!.mutant.text.split("\n").length - 1
    ),
  );
});

Deno.test("a tiny arm learns: its loss falls, and it answers problems", async () => {
  const corpus = await verilogCorpus({
    arm: "aligned",
    ...small,
    characters: 40_000,
    proseShare: 0.75,
  });
  const files = trainBpe(corpus.vocabulary, { vocabSize: 400, contextLength: 256, pieces: "code" });
  const tokenizer = new Tokenizer(files.tokenizer, files.config);
  const documents = corpus.documents.map((document) => ({
    heldOut: document.heldOut,
    tokens: tokenDocument(tokenizer, document),
  })).filter(({ tokens }) => tokens.tokens.length <= 256);
  const { training, ...rest } = await modelRecipe("verilog-aligned");
  const recipe = {
    ...rest,
    model: {
      ...rest.model,
      vocabSize: 400,
      width: 32,
      heads: 2,
      keyValueHeads: 1,
      layers: 1,
      feedForward: 32,
      contextLength: 256,
    },
    training: { ...training, epochs: 1, warmUp: 5, evaluateEvery: 10 },
  };
  const config = recipeConfig(recipe, tokenizer.vocabSize);
  const pick = (heldOut: boolean) =>
    documents.filter((document) => document.heldOut === heldOut).map(({ tokens }) => tokens);
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  try {
    const result = await train({
      recipe,
      recipeHash: "test",
      config,
      train: packRecords(pick(false), 256),
      heldOut: pick(true),
      folder,
    }, { stopAfter: 40 });
    const { curve } = result.progress;
    assert(curve.at(-1)!.heldOut < curve[0]!.heldOut - 0.5, JSON.stringify(curve));
    const model = await onnxModel(config, result.weights, { threads: 1 });
    await using yosys = new YosysPool({ timeMs: 120_000 });
    const problems = (await split).heldOutParameters.slice(0, 2)
      .map((design) => designProblem(design, yosys));
    const text = textModel(model, tokenizer);
    const options = { samples: 2, temperature: 0.5, seed: 3, maxTokens: 30 };
    const prompt = byDescription(problems[0]!).prompt;
    assertEquals(await text.generate(prompt, options), await text.generate(prompt, options));
    assertEquals(
      await text.generate(prompt, { ...options, samples: 1 }),
      (await text.generate(prompt, options)).slice(0, 1),
    );
    const solved = await solve(problems, byDescription, text, options);
    assertEquals(solved.map(({ samples }) => samples), [2, 2]);
    await model.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("results: a run takes the place of its like; a broken file is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/r.json`;
    const solved = [{ name: "a", group: "g", samples: 5, compiled: 4, passed: 2 }];
    const asked = askedOf({ set: "s", asking: "d", samples: 5, temperature: 0.1 }, solved);
    assertEquals(solvedOf(asked), solved);
    await addRun(file, { model: "m", seed: 2, asked: [asked] });
    await addRun(file, { model: "m", seed: 1, asked: [] });
    await addRun(file, { model: "m", seed: 1, asked: [asked] });
    const { runs } = await readResults(file);
    assertEquals(runs.map(({ seed, asked }) => [seed, asked.length]), [[1, 1], [2, 1]]);
    await Deno.writeTextFile(file, '{"format": 1}');
    await assertRejects(() => readResults(file), UserError, "runs");
    await Deno.writeTextFile(file, "{");
    await assertRejects(() => readResults(file), UserError, "expected JSON");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
