import { assert, assertEquals } from "@std/assert";
import { adamWState, adamWStep } from "offprint/lm/training/engines/adamw.ts";
import {
  type ArrayTree,
  fromFloats,
  fromIntegers,
  type JaxArray,
  loadJax,
  toFloats,
} from "offprint/lm/transformer/jax.ts";
import { crossEntropy } from "offprint/lm/training/engines/token_losses.ts";
import { toParameters, transformer } from "offprint/lm/transformer/definition.ts";
import { tensorShapes, transformerConfig } from "offprint/lm/transformer/config.ts";
import { stream } from "offprint/random.ts";

const jax = await loadJax();
const config = transformerConfig({
  vocabSize: 48,
  width: 128,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 128,
  contextLength: 16,
});
const model = transformer(jax, config);
const BATCH = 2;
const LENGTH = 10;

const base = drawWeights();

/** A fresh copy of the test's weights. */
function weights(): Map<string, Float32Array> {
  return new Map([...base].map(([name, values]) => [name, new Float32Array(values)]));
}

/** Weights of order one, so that a step of 1e-2 is small beside them. */
function drawWeights(): Map<string, Float32Array> {
  const random = stream(3, "gradient-weights");
  const result = new Map<string, Float32Array>();
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const gain = shape.length === 1;
    const deviation = name.includes("embed") ? 1 : 1 / Math.sqrt(shape.at(-1)!);
    result.set(
      name,
      Float32Array.from(
        { length: size },
        () => gain ? 1 + 0.2 * random.normal() : deviation * random.normal(),
      ),
    );
  }
  return result;
}

function inputs(): JaxArray[] {
  const random = stream(4, "gradient-inputs");
  const shape = [BATCH, LENGTH];
  const draw = (): number[] =>
    Array.from({ length: BATCH * LENGTH }, () => random.integer(config.vocab_size));
  // A prompt of three tokens and, in the second row, padding at the end are masked.
  const mask = Float32Array.from(
    { length: BATCH * LENGTH },
    (_, i) => i % LENGTH < 3 || i >= BATCH * LENGTH - 2 ? 0 : 1,
  );
  return [
    fromIntegers(jax, draw(), shape),
    fromIntegers(jax, draw(), shape),
    fromFloats(jax, mask, shape),
  ];
}

const loss = (p: ArrayTree, ...x: JaxArray[]): JaxArray =>
  crossEntropy(jax, model, p, x[0]!, x[1]!, x[2]!);

/** The gradients that the jitted training step uses: with β₁ = 0 they are the new first moments. */
async function stepGradients(): Promise<Map<string, Float32Array>> {
  const options = { beta1: 0, beta2: 0.9, epsilon: 1e-8, weightDecay: 0, clipNorm: 1e9 };
  const step = adamWStep(jax, loss, options);
  const one = (): JaxArray => jax.numpy.array(1);
  const state = adamWState(jax, toParameters(jax, config, weights()));
  const [next] = step(state, one(), one(), one(), inputs());
  return await toFloats(next.first);
}

Deno.test("gradients of the jitted step equal central differences, in every tensor", async () => {
  const gradients = await stepGradients();
  assertEquals([...gradients.keys()].sort(), [...tensorShapes(config).keys()].sort());
  const value = jax.jit(loss as (p: ArrayTree, a: JaxArray, b: JaxArray, c: JaxArray) => JaxArray);
  const random = stream(5, "gradient-entries");
  const step = 1e-2;
  for (const [name, gradient] of gradients) {
    const largest = gradient.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
    assert(largest > 1e-4, `${name}: the gradient vanishes`);
    /** The slope of the loss along a direction `[gradient.length]`. */
    const slope = async (direction: ArrayLike<number>): Promise<number> => {
      const at = async (move: number): Promise<number> => {
        const moved = weights();
        const values = moved.get(name)!;
        for (let i = 0; i < values.length; i++) values[i]! += move * direction[i]!;
        const [a, b, c] = inputs() as [JaxArray, JaxArray, JaxArray];
        const array = value(toParameters(jax, config, moved), a, b, c);
        return (await array.data())[0]!;
      };
      return (await at(step) - await at(-step)) / (2 * step);
    };
    // All entries together, by halves: along a part of the gradient the slope is that part's length.
    for (let half = 0; half < 3; half++) {
      const part = gradient.map((g) => random.uniform() < 0.5 ? g : 0);
      const length = Math.hypot(...part);
      const difference = await slope(part.map((g) => g / length));
      assert(
        Math.abs(difference - length) < 2e-3 * length,
        `${name}, half ${half}: gradient ${length}, central difference ${difference}`,
      );
    }
    // Entries that carry gradient: beside zeros a relative error says nothing.
    const carrying = [...gradient.keys()].filter((i) => Math.abs(gradient[i]!) > 0.1 * largest);
    const entries = random.shuffle(carrying).slice(0, 6);
    while (entries.length < 6) entries.push(random.integer(gradient.length));
    for (const entry of entries) {
      const difference = await slope(gradient.map((_, i) => i === entry ? 1 : 0));
      const error = Math.abs(difference - gradient[entry]!) /
        Math.max(Math.abs(gradient[entry]!), 0.1 * largest);
      assert(
        error < 1e-2,
        `${name}[${entry}]: gradient ${gradient[entry]}, central difference ${difference}`,
      );
    }
  }
});

Deno.test("jitted and eager gradients agree to 1e-5", async () => {
  const jitted = await stepGradients();
  const eager = await toFloats(
    jax.grad(loss)(toParameters(jax, config, weights()), ...inputs()) as ArrayTree,
  );
  for (const [name, gradient] of jitted) {
    const other = eager.get(name)!;
    gradient.forEach((g, i) => {
      assert(Math.abs(g - other[i]!) <= 1e-5, `${name}[${i}]: jit ${g}, eager ${other[i]}`);
    });
  }
});

Deno.test("masked positions have no influence on loss or gradient", async () => {
  const [tokens, targets, mask] = inputs() as [JaxArray, JaxArray, JaxArray];
  const changed = Int32Array.from(await targets.ref.data());
  for (let i = 0; i < 3; i++) changed[i] = (changed[i]! + 7) % config.vocab_size;
  const run = jax.jit(jax.valueAndGrad(loss));
  const [valueA, gradA] = run(
    toParameters(jax, config, weights()),
    tokens.ref,
    targets,
    mask.ref,
  ) as [JaxArray, ArrayTree];
  const [valueB, gradB] = run(
    toParameters(jax, config, weights()),
    tokens,
    fromIntegers(jax, changed, [BATCH, LENGTH]),
    mask,
  ) as [JaxArray, ArrayTree];
  assertEquals(await valueA.data(), await valueB.data());
  assertEquals(await toFloats(gradA), await toFloats(gradB));
});
