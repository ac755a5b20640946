/** The list task, its runs and the exact world of paper 09. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { parameterCount } from "offprint/lm/transformer/mod.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { referenceOf } from "offprint/preference/pairs/mod.ts";
import { measurePairs } from "offprint/preference/training/mod.ts";
import {
  armSteps,
  constraintsOf,
  judgedAt,
  judgedSteps,
  linesKey,
  LIST_ADAMW,
  LIST_ARMS,
  LIST_END,
  LIST_LINES_FILE,
  LIST_RESULTS_FILE,
  LIST_SEEDS,
  LIST_TOKENS,
  listArm,
  listConfig,
  listPrompt,
  listRequests,
  listResultsText,
  listReward,
  listRunOf,
  listSetup,
  listText,
  loadCommittedLines,
  loadListResults,
  mediocreAnswer,
  parseRunLines,
  performListRun,
  plannedListRuns,
  requestOf,
  rewardGain,
  RUN_WITH_LINES,
  type RunLine,
  runNumbers,
  runTabular,
  splitRequests,
  TABULAR_METHODS,
  tabularWorld,
  writeCommittedLines,
} from "offprint/papers/sail/mod.ts";

Deno.test("the program sees each constraint by itself", () => {
  const request = listRequests().find(({ count }) => count === 3)!;
  const prompt = listPrompt(request);
  assertEquals(requestOf(prompt), request);
  assert(listText(prompt).startsWith("list three with "));
  const [other, third] = listRequests().map(({ item }) => item).filter((item) =>
    item !== request.item
  );
  const met = (answer: number[]) =>
    Object.values(constraintsOf(request, answer)).map(Number).join("");
  // contains, ends, distinct, length
  assertEquals(met([request.item, other!, third!, LIST_END]), "1111");
  assertEquals(met([third!, other!, LIST_END]), "0110");
  assertEquals(met([request.item, other!, other!, LIST_END]), "1101");
  assertEquals(met([request.item, other!, third!]), "1011");
  assertEquals(
    met([request.item, other!, prompt[0]!, LIST_END]),
    "1101",
    "only items count as items",
  );
  assertEquals(listReward({ prompt, completion: [third!, other!, LIST_END] }), 2);
});

Deno.test("requests to train on and to test on have nothing in common", () => {
  const { train, test } = splitRequests(3);
  const names = (requests: typeof train) => requests.map((request) => JSON.stringify(request));
  const all = new Set([...names(train), ...names(test)]);
  assertEquals([all.size, test.length], [listRequests().length, 50]);
});

Deno.test("mediocre answers meet each constraint sometimes and not always", () => {
  const random = stream(1, "mediocre");
  const request = listRequests()[40]!;
  const met = Array.from(
    { length: 400 },
    () => constraintsOf(request, mediocreAnswer(request, random)),
  );
  for (const key of ["contains", "ends", "distinct", "length"] as const) {
    const share = met.filter((each) => each[key]).length / met.length;
    assert(share > 0.2 && share < 0.95, `${key}: ${share}`);
  }
});

Deno.test("the policy has between 0.1 and 0.4 million parameters", () => {
  const count = parameterCount(listConfig());
  assert(count > 1e5 && count < 4e5, `${count}`);
});

Deno.test("every planned run is an arm that is judged at its last step, DPO at those of all others", () => {
  const plan = plannedListRuns();
  assertEquals(new Set(plan.map(({ arm }) => arm)), new Set(LIST_ARMS));
  assertEquals(plan.slice(0, 3), LIST_SEEDS.map((seed) => ({ arm: "DPO", seed })));
  for (const name of LIST_ARMS) {
    const arm = listArm(name);
    assert(judgedSteps(arm).includes(armSteps(arm)), name);
    assert(judgedSteps(listArm("DPO")).includes(armSteps(arm)), name);
  }
  assertThrows(() => listArm("PPO"), UserError, 'arm: got "PPO", expected one of DPO, DPR');
});

Deno.test("a run repeats itself to the last digit, and its records say where each pair came from", async () => {
  const steps = { pretraining: 3, supervised: 4, older: 2, pairs: 48, heldOut: 8 };
  const setup = await listSetup(1, steps);
  assertEquals(setup.train.length, 48);
  assert(setup.train.every(({ chosen }) => chosen.length <= LIST_TOKENS));
  const lines: RunLine[] = [];
  const run = () =>
    performListRun(setup, "DPR", { dpoSteps: 4, onLine: (line) => lines.push(line) });
  const first = await run();
  const half = lines.length;
  assertEquals(await run(), first);
  assertEquals(lines.slice(half), lines.slice(0, half));
  assertEquals(first.stopped, null);
  assertEquals(judgedAt(first)?.step, 6);
  const drawn = lines.filter((line) => line.kind === "pair").filter(({ route }) => route === "DPR");
  assert(drawn.length > 0);
  for (const { step, drawnAt, labelSource } of drawn) {
    assertEquals([drawnAt, labelSource], [step - 1, "oracle"]);
  }
});

Deno.test("every number of a run can be computed anew from the lines that it wrote down", async () => {
  const steps = { pretraining: 3, supervised: 4, older: 2, pairs: 48, heldOut: 8 };
  const setup = await listSetup(2, steps);
  const lines: string[] = [];
  const { arm, seed, stopped, ...numbers } = await performListRun(setup, "DPP", {
    dpoSteps: 40,
    onLine: (line) => lines.push(JSON.stringify(line)),
  });
  assertEquals([arm, seed, stopped], ["DPP", 2, null]);
  const text = `${lines.join("\n")}\n`;
  assertEquals(runNumbers(parseRunLines(text, "DPP.jsonl")), numbers);
  assertEquals(numbers.curve.map(({ step }) => step), [0, 18, 36, 54, 57]);
  assertEquals(numbers.parts.map(({ online }) => online.pairs > 0), [true, true, true, true]);

  // The curve is also what the training itself measures, and a line that is lost or changed is seen.
  const reference = await OnnxEngine.open({
    config: setup.config,
    optimizer: LIST_ADAMW,
    start: { parameters: new Map(setup.start) },
  });
  const known = await referenceOf(reference, setup.heldOut);
  const measured = await measurePairs(reference, setup.heldOut, known);
  await reference.close();
  for (const key of ["chosen", "rejected", "chosenPerToken", "rejectedPerToken"] as const) {
    assertAlmostEquals(numbers.curve[0]![key], measured[key], 5.1e-5);
  }
  assertEquals([numbers.curve[0]!.margin, numbers.curve[0]!.accuracy], [0, 0.5]);
  const lost = lines.filter((_, i) => i !== 3).join("\n");
  assertNotEquals(runNumbers(parseRunLines(lost, "DPP.jsonl")), numbers);
  assertThrows(
    () => parseRunLines(text.replace('"kind":"answer"', '"kind":"question"'), "DPP.jsonl"),
    UserError,
    "DPP.jsonl, line ",
  );
});

Deno.test("the committed results are whole, and a changed number is noticed", async () => {
  const results = await loadListResults();
  for (const { arm, seed } of results.runs) {
    assert(plannedListRuns().some((run) => run.arm === arm && run.seed === seed));
  }
  assertEquals(await listResultsText(results), await Deno.readTextFile(LIST_RESULTS_FILE));
  const file = await Deno.makeTempFile();
  try {
    const text = await Deno.readTextFile(LIST_RESULTS_FILE);
    await Deno.writeTextFile(file, text.replace('"step":18', '"step":19'));
    const error = await assertRejects(() => loadListResults(new URL(`file://${file}`)), UserError);
    assert(
      /got contents of SHA-256 [0-9a-f]+, expected [0-9a-f]+\. The file was changed by hand/.test(
        error.message,
      ),
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("the committed lines give their run's numbers, and damaged ones are refused", async () => {
  const results = await loadListResults();
  assertEquals(Object.keys(results.lines).sort(), results.runs.map(linesKey).sort());
  const { curve, judged, parts } = listRunOf(results, RUN_WITH_LINES.arm, RUN_WITH_LINES.seed)!;
  assertEquals(runNumbers(await loadCommittedLines(results)), { curve, judged, parts });
  const file = await Deno.makeTempFile();
  try {
    const packed = await Deno.readFile(LIST_LINES_FILE);
    await Deno.writeFile(file, packed.subarray(0, packed.length / 2));
    const where = new URL(`file://${file}`);
    const load = () => loadCommittedLines(results, where);
    await assertRejects(load, UserError, "expected the packed lines of the repository");
    await writeCommittedLines("{}\n", where);
    await assertRejects(load, UserError, "got contents of SHA-256 ");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a gain of a policy over itself is 0", async () => {
  const { runs } = await loadListResults();
  const judged = judgedAt(runs[0]!)!;
  const { mean, low, high } = rewardGain(judged, judged);
  assertEquals([mean, low, high], [0, 0, 0]);
});

Deno.test("in exact worlds fresh labels beat DPO at equal passes, and own labels without a term do nothing", () => {
  for (const seed of [0, 1, 2]) {
    const world = tabularWorld(seed);
    const of = (name: string) =>
      runTabular(world, TABULAR_METHODS.find((method) => method.name === name)!, { steps: 150 });
    const plain = of("DPO");
    assertAlmostEquals(of("DDP(.4, 0)").objective, plain.objective, 5e-3);
    assertAlmostEquals(of("DPP(.3, 0)").objective, plain.objective, 5e-3);
    assert(of("DPR(.3, 0)").objective > plain.objective);
  }
});
