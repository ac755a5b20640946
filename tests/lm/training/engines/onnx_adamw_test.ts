import { assert, assertEquals } from "@std/assert";
import { flatAdamW, type FlatState, globalNorm } from "offprint/lm/training/engines/flat_adamw.ts";
import { openSteps } from "offprint/lm/training/engines/onnx_adamw.ts";
import type { ParameterBlock } from "offprint/lm/transformer/parameter_blocks.ts";
import { stream } from "offprint/random.ts";

/** A matrix, which decays, and a norm, which does not; no multiple of any vector's width. */
const blocks: ParameterBlock[] = [
  { name: "matrix", offset: 0, size: 77, shape: [7, 11] },
  { name: "norm", offset: 77, size: 11, shape: [11] },
];
const adamw = {
  kind: "adamw",
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-3,
  weightDecay: 0.5,
  clipNorm: 2,
} as const;

function fresh(): FlatState {
  const random = stream(1, "adamw-state");
  const parameters = Float32Array.from({ length: 88 }, () => random.normal());
  return { parameters, first: new Float32Array(88), second: new Float32Array(88) };
}

function gradientOf(step: number): Float32Array {
  const random = stream(2, "adamw-gradient", step);
  // Every other one is clipped.
  return Float32Array.from({ length: 88 }, () => (step % 2 === 0 ? 1 : 0.1) * random.normal());
}

Deno.test("AdamW through ONNX Runtime takes the steps of the one in float64, clipped or not", async () => {
  const [ours, wanted] = [fresh(), fresh()];
  const steps = await openSteps(adamw, ours, blocks);
  const norms: number[] = [];
  for (let count = 1; count <= 20; count++) {
    const learningRate = 0.01 * count;
    const gradient = gradientOf(count);
    const norm = await steps.step(gradient, learningRate, count);
    assertEquals(norm, flatAdamW(wanted, blocks, gradient, { ...adamw, learningRate, count }));
    norms.push(norm);
    for (const kind of ["parameters", "first", "second"] as const) {
      const largest = Math.max(...wanted[kind].map(Math.abs));
      wanted[kind].forEach((value, i) => {
        const error = Math.abs(ours[kind][i]! - value);
        assert(error < 3e-6 * largest, `step ${count}, ${kind}[${i}]: ${ours[kind][i]}, ${value}`);
      });
    }
  }
  await steps.close();
  assert(
    norms.some((norm) => norm > adamw.clipNorm) && norms.some((norm) => norm < adamw.clipNorm),
  );
});

Deno.test("plain descent moves against the gradient by the learning rate, at most the largest norm", async () => {
  for (const clipNorm of [undefined, 0.5]) {
    const state = fresh();
    const before = state.parameters.slice();
    const gradient = gradientOf(2);
    const optimizer = { kind: "sgd", ...(clipNorm === undefined ? {} : { clipNorm }) } as const;
    const steps = await openSteps(optimizer, state, blocks);
    const norm = await steps.step(gradient, 0.1, 1);
    await steps.close();
    assertEquals(norm, globalNorm(blocks, gradient));
    const moved = before.map((value, i) => value - state.parameters[i]!);
    const wanted = 0.1 * (clipNorm ?? norm);
    assert(Math.abs(Math.hypot(...moved) / wanted - 1) < 1e-5);
  }
});
