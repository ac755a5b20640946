import { assert, assertEquals, assertRejects } from "@std/assert";
import { JaxEngine } from "offprint/lm/training/engines/jax_engine.ts";
import { NativeEngine } from "offprint/lm/training/engines/native_engine.ts";
import { openEngine } from "offprint/lm/training/engines/open_engine.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import {
  afterSteps,
  bare,
  batchFor,
  bits,
  clipped,
  config,
  options,
  recipe,
  sameEnd,
  sameGradients,
} from "./engine_cases.ts";

const untied = { ...config, tie_word_embeddings: false };

/** Ours with weights of its own. */
function opened(shapes: typeof config, rest: { threads?: number; backend?: "reference" } = {}) {
  const start = { parameters: initialWeights(shapes, 1) };
  return NativeEngine.open({ ...options(bare), config: shapes, start, ...rest });
}

Deno.test("the kernels give jax-js's loss and gradient in every tensor", async () => {
  const ours = await afterSteps(await NativeEngine.open(options(bare)), 1);
  sameGradients(ours, await afterSteps(await JaxEngine.open(options(bare)), 1));
});

Deno.test("ten steps with clipping and decay end where jax-js ends", async () => {
  const ours = await afterSteps(await NativeEngine.open(options(clipped)), 10);
  sameEnd(ours, await afterSteps(await JaxEngine.open(options(clipped)), 10));
});

Deno.test("a gradient points downhill: losses a little further along it tell its size", async () => {
  for (const shapes of [config, untied]) {
    const engine = await opened(shapes);
    const batch = batchFor(1), coefficients = batch.weights.map((weight) => weight / 8);
    const loss = async () => {
      const logProbs = await engine.logProbs(batch);
      return -logProbs.reduce((sum, value, i) => sum + coefficients[i]! * value, 0);
    };
    const { gradient } = await engine.gradient(batch, coefficients);
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    const start = engine.parameters.slice();
    const at = async (step: number) => {
      engine.parameters.forEach((_, i) =>
        engine.parameters[i] = start[i]! + step * gradient[i]! / norm
      );
      return await loss();
    };
    const step = 2e-3;
    const slope = (await at(step) - await at(-step)) / (2 * step);
    assert(Math.abs(slope / norm - 1) < 1e-3, `${slope} and ${norm}`);
    await engine.close();
  }
});

Deno.test("neither threads nor plain TypeScript change a bit", async () => {
  const results: Uint32Array[][] = [];
  for (const rest of [{ threads: 1 }, { threads: 3 }, { backend: "reference" as const }]) {
    const engine = await opened(untied, rest);
    const batch = batchFor(1);
    await engine.step(batch, batch.weights, 1e-3, 1);
    const { gradient, logProbs } = await engine.gradient(batch, batch.weights);
    results.push([gradient, logProbs, engine.parameters].map(bits));
    await engine.close();
  }
  assertEquals(results[1], results[0]);
  assertEquals(results[2], results[0]);
});

Deno.test("a forward pass with its way back gives the bits of one pass, until the parameters change", async () => {
  for (const shapes of [config, untied]) {
    const engine = await opened(shapes);
    const batch = batchFor(1);
    const wanted = await engine.gradient(batch, batch.weights);
    const pass = await engine.forward(batch);
    assertEquals(bits(pass.logProbs), bits(wanted.logProbs));
    // Passes of other kinds leave it as it is, and it can be gone back through twice.
    await engine.logProbs(batchFor(2));
    const none = await pass.gradient(new Float32Array(batch.weights.length));
    assert(none.every((value) => value === 0));
    assertEquals(bits(await pass.gradient(batch.weights)), bits(wanted.gradient));
    const longer = { ...batchFor(3), rows: batch.rows / 2, length: 2 * batch.length };
    await assertRejects(() => engine.forward(longer), Error, "training: length");
    await engine.forward(batchFor(3));
    await assertRejects(() => pass.gradient(batch.weights), Error, "the pass is over");
    const next = await engine.forward(batch);
    await engine.apply(wanted.gradient, 1e-3, 1);
    await assertRejects(() => next.gradient(batch.weights), Error, "the pass is over");
    await engine.close();
  }
});

Deno.test("a state that was taken is come back to, and plain descent steps along the gradient", async () => {
  const engine = await NativeEngine.open({ ...options(bare), optimizer: { kind: "sgd" } });
  const batch = batchFor(1), before = await engine.state(), start = engine.parameters.slice();
  const { gradient } = await engine.gradient(batch, batch.weights);
  await engine.step(batch, batch.weights, 0.5, 1);
  assertEquals(
    bits(engine.parameters),
    bits(start.map((value, i) => value - 0.5 * gradient[i]!)),
  );
  engine.restore(before);
  assertEquals(bits(engine.parameters), bits(start));
  await engine.close();
});

Deno.test("a recipe can name the kernels", async () => {
  const named = { ...recipe, training: { ...recipe.training, engine: "native" as const } };
  const engine = await openEngine(named, config);
  assert(engine instanceof NativeEngine);
  await engine.close();
});
