import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { onnxModel } from "offprint/lm/onnx/mod.ts";
import { type TextModel, textModel, Tokenizer, trainBpe } from "offprint/lm/text/mod.ts";
import { modelRecipe, recipeConfig } from "offprint/lm/transformer/recipe.ts";
import { train } from "offprint/lm/training/trainer.ts";
import { packRecords, tokenDocument } from "offprint/lm/training/batches/windows.ts";
import {
  answered,
  baselineRuns,
  byBrokenFile,
  byDescription,
  byDescriptionAndHeader,
  byHeader,
  byPlainHeader,
  designProblem,
  heldOutProblems,
  inverseOf,
  repairProblems,
  spaced,
  splitDesigns,
  verilogCorpus,
  withoutReportedLine,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import { readModules } from "offprint/verilog/language/mod.ts";
import {
  addRun,
  askedOf,
  type Asking,
  byChat,
  compileShare,
  passShare,
  type Problem,
  readResults,
  solve,
  solvedOf,
} from "offprint/verilog/problems/mod.ts";
import { describe } from "offprint/verilog/prose/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

const small = { seed: 5, designs: 350, longest: 1500 };
const split = splitDesigns(small);

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
  const replyOf = (find: (problem: Problem) => string, asking: Asking) =>
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
    assert(problems.every(({ group }) => group === "syntax" || group === "elaboration"));
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

Deno.test("without a model: the inverse solves all, leaving a file broken or deleting a line repairs no more than it should", async () => {
  await using yosys = new YosysPool({ timeMs: 120_000 });
  const held = await heldOutProblems(small, { parameters: 6, families: 4, repairs: 5 }, yosys);
  const [inverse, nothing] = await baselineRuns(held, yosys);
  assertEquals(inverse!.asked.map(({ passed }) => passed.length), [6, 4]);
  assert(inverse!.asked.every(({ passed }) => passed.every((count) => count === 1)));
  assertEquals(nothing!.asked.map(({ asking }) => asking), [
    "the file as it is",
    "without the reported line",
  ]);
  assert(nothing!.asked[0]!.passed.every((count) => count === 0));
  // A file of two modules has its sentences numbered from 1 twice.
  const [one, two] = ["a", "b"].map((name) =>
    `module ${name}(input x, output y); assign y = ~x; endmodule`
  );
  const prose = (await readModules(`${one}\n${two}`)).map((module) => describe(module).text).join(
    "",
  );
  assertEquals((await readModules(inverseOf(prose))).map(({ name }) => name), ["a", "b"]);
  // What is judged is the answer: a wrong one fails.
  const wrong = await answered(held.parameters, () => one!);
  assert(wrong.every(({ passed }) => passed === 0));
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
    // Another set is added; the same one again takes the old one's place.
    const more = { ...asked, set: "t" };
    await addRun(file, { model: "m", seed: 1, parameters: 7, asked: [more] });
    await addRun(file, { model: "m", seed: 1, asked: [{ ...asked, passed: [3] }] });
    await addRun(file, { model: "m", seed: 1, asked: [{ ...asked, temperature: 1 }] });
    const [first] = (await readResults(file)).runs;
    assertEquals(first!.parameters, 7);
    assertEquals(
      first!.asked.map(({ set, temperature, passed }) => [set, temperature, passed[0]]),
      [
        ["t", 0.1, 2],
        ["s", 0.1, 3],
        ["s", 1, 2],
      ],
    );
    await Deno.writeTextFile(file, '{"format": 1}');
    await assertRejects(() => readResults(file), UserError, "runs");
    await Deno.writeTextFile(file, "{");
    await assertRejects(() => readResults(file), UserError, "expected JSON");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
