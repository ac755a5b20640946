import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { dpo, standardLosses } from "offprint/preference/losses/mod.ts";
import { scorePairs } from "offprint/preference/pairs/mod.ts";
import {
  dot,
  entanglementReport,
  innerProducts,
  lastLayerMatrix,
  lastLayerTokens,
  pairGradients,
  parameterSubset,
  restricted,
  summariseReport,
  tokenMatrix,
} from "offprint/preference/entanglement/mod.ts";
import { parameterBlocks } from "offprint/lm/transformer/mod.ts";
import { openPolicy, somePairs } from "../fixtures.ts";

Deno.test("the token matrix sums to the inner product of the pair", async () => {
  const engine = await openPolicy();
  const [pair] = somePairs(1);
  const { chosen, rejected } = await pairGradients(engine, pair!);
  for (const subset of ["all", "without embedding", "layer 1"]) {
    const ranges = parameterSubset(engine.config, subset);
    const { products, cosines } = await tokenMatrix(engine, pair!, { subset });
    const inner = dot(restricted(chosen, ranges), restricted(rejected, ranges));
    assertAlmostEquals(
      products.flat().reduce((a, b) => a + b),
      inner,
      1e-4 * Math.abs(inner) + 1e-4,
    );
    assert(cosines.flat().every((value) => Math.abs(value) <= 1 + 1e-9));
  }
  await engine.close();
});

Deno.test("the last layer in closed form is the gradient of an output matrix of its own", async () => {
  const engine = await openPolicy({ tied: false });
  const [pair] = somePairs(1);
  const { chosen, rejected } = await pairGradients(engine, pair!);
  const { offset, size } = parameterBlocks(engine.config).at(-1)!;
  const head = (gradient: Float32Array) => gradient.subarray(offset, offset + size);
  const wanted = innerProducts(head(chosen), head(rejected));
  const tokens = await lastLayerTokens(engine, pair!);
  const got = lastLayerMatrix(tokens.chosen, tokens.rejected);
  for (const key of ["inner", "chosen", "rejected"] as const) {
    assertAlmostEquals(got[key], wanted[key], 1e-4 * Math.abs(wanted.chosen));
  }
  await engine.close();
});

Deno.test("subsets cover what they say, and an unknown one is refused", async () => {
  const engine = await openPolicy({ tied: false });
  const count = (name: string) =>
    parameterSubset(engine.config, name).reduce((sum, { from, to }) => sum + to - from, 0);
  const embedding = 59 * 64;
  assertEquals(count("all"), engine.parameters.length);
  assertEquals(count("without embedding"), engine.parameters.length - 2 * embedding);
  assertEquals(count("layer 0"), count("layer 1"));
  assertEquals(count("without embedding"), 2 * count("layer 0") + 64);
  assertThrows(
    () => parameterSubset(engine.config, "layer 2"),
    UserError,
    "one of all, without embedding, layer 0, layer 1",
  );
  await engine.close();
});

Deno.test("predicted and observed case agree at step size 1e-3, and the weights are put back", async () => {
  const engine = await openPolicy();
  const before = engine.parameters.slice();
  const pairs = somePairs(20);
  const rows = await entanglementReport(engine, pairs, await scorePairs(engine, pairs), {
    losses: standardLosses(),
  });
  assertEquals(engine.parameters, before);
  assertEquals(rows.length, 20 * 13);
  const summary = summariseReport(rows.filter(({ method }) => method === "DPO"));
  assertEquals(summary.agreement, 1);
  assertAlmostEquals(
    Object.values(summary.predicted).reduce((a, b) => a + b),
    1,
    1e-12,
  );
  for (const row of rows) {
    assert(row.bandLow <= row.bandHigh);
    assertEquals(row.margin, 0);
  }
  await engine.close();
});

Deno.test("the error of the law falls tenfold with the step", async () => {
  const engine = await openPolicy();
  const pairs = somePairs(6);
  const reference = await scorePairs(engine, pairs);
  const errors = [];
  for (const stepSize of [1e-2, 1e-3]) {
    const rows = await entanglementReport(engine, pairs, reference, { losses: [dpo()], stepSize });
    errors.push(
      rows.reduce(
        (sum, row) =>
          sum + Math.abs(row.observedChosen! - row.predictedChosen) / Math.abs(row.predictedChosen),
        0,
      ),
    );
  }
  assert(errors[0]! / errors[1]! > 5 && errors[0]! / errors[1]! < 20, `${errors}`);
  await engine.close();
});

Deno.test("a pair, a reference or a step size that does not fit is refused", async () => {
  const engine = await openPolicy();
  const pairs = somePairs(2);
  const reference = await scorePairs(engine, pairs);
  const refused = (
    some: typeof pairs,
    scores: typeof reference,
    stepSize: number,
    message: string,
  ) =>
    assertRejects(
      () => entanglementReport(engine, some, scores, { losses: [dpo()], stepSize }),
      UserError,
      message,
    );
  const [first, second] = pairs;
  await refused(
    [first!, { ...second!, chosen: [] }],
    reference,
    1e-3,
    "chosen response: got no tokens",
  );
  await refused(
    pairs,
    reference.slice(1),
    1e-3,
    "log-probabilities of 1 pairs, expected those of the 2",
  );
  for (const stepSize of [0, -1, NaN, Infinity]) {
    await refused(pairs, reference, stepSize, `step size: got ${stepSize}`);
  }
  await engine.close();
});

Deno.test("a subset or a closed form is predicted without taking the step", async () => {
  const engine = await openPolicy();
  const pairs = somePairs(2);
  const reference = await scorePairs(engine, pairs);
  for (const subset of ["layer 0", "last layer"]) {
    const [row] = await entanglementReport(engine, pairs, reference, { losses: [dpo()], subset });
    assertEquals([row!.observed, row!.observedChosen, row!.subset], [null, null, subset]);
    assert(row!.chosenNorm > 0);
  }
  await engine.close();
});
