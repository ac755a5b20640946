import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { addNoise, floatsOf, processorDependent, TEST_NOISE } from "kernels/contract/processor.ts";

const numbers = Array.from(
  { length: 4000 },
  (_, i) => (i % 2 === 0 ? -1 : 1) * 1.7 ** (i % 60 - 30),
);

for (const Floats of [Float32Array, Float64Array]) {
  Deno.test(`${Floats.name}: noise is relative, bounded, without bias, and the same for a seed`, () => {
    const before = Floats.from(numbers);
    const noisy = (seed: number) => addNoise(Floats.from(numbers), seed);
    const after = noisy(1);
    assertEquals(after, noisy(1));
    assertNotEquals(after, noisy(2));
    const relative = Array.from(after, (x, i) => x / before[i]! - 1);
    const rounding = Floats === Float32Array ? 2 ** -24 : 0;
    assert(relative.every((r) => Math.abs(r) <= TEST_NOISE + rounding));
    const mean = relative.reduce((sum, r) => sum + r, 0) / relative.length;
    const variance = relative.reduce((sum, r) => sum + r * r, 0) / relative.length;
    // Uniform on ±1e-6: standard deviation 1e-6/√3; the mean of 4000 lies within 4 standard errors.
    assert(Math.abs(mean) < 4 * TEST_NOISE / Math.sqrt(3 * 4000), `mean ${mean}`);
    assert(Math.abs(variance / (TEST_NOISE ** 2 / 3) - 1) < 0.1, `variance ${variance}`);
  });
}

Deno.test("noise leaves zero, infinities and NaN as they are, and a view changes only its own part", () => {
  const all = Float32Array.of(5, 0, Infinity, -Infinity, NaN, 7);
  addNoise(all.subarray(1, 5), 3);
  assertEquals([...all], [5, 0, Infinity, -Infinity, NaN, 7]);
});

Deno.test("the floats of a result: itself, or its arrays; no codes", () => {
  const x = Float32Array.of(1), y = Float64Array.of(2);
  assertEquals(floatsOf(x), [x]);
  assertEquals(floatsOf({ logits: x, probabilities: y, codes: Int8Array.of(3), n: 4 }), [x, y]);
  assertEquals(floatsOf(Int8Array.of(1)), []);
  assertEquals(floatsOf(undefined), []);
});

Deno.test("without the setting nothing changes", () => {
  const x = Float32Array.of(1, 2, 3);
  processorDependent("a test", [x]);
  assertEquals([...x], [1, 2, 3]);
});

/** Runs a program under the setting. */
async function underNoise(seed: string, code: string) {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--lock=deno.lock", "--frozen", code],
    env: { OFFPRINT_TEST_NOISE: seed, NO_COLOR: "1" },
    cwd: new URL("../../..", import.meta.url),
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("under the setting native kernels and ONNX Runtime give noisy numbers, the reference does not", async () => {
  const kernels = (backend: string) => `
    import { openKernels, quantizeWeights } from "kernels/mod.ts";
    const kernels = await openKernels({ backend: "${backend}" });
    const weights = quantizeWeights(new Float32Array(2 * 32).fill(7), 2, 32, 32);
    const format = { blockSize: 32, bits: Uint8Array.of(4) };
    console.log([...await kernels.linear(new Float32Array(32).fill(-7), 1, format, weights)].join());`;
  assertEquals(await underNoise("1", kernels("reference")), "-1568,-1568\n");
  const native = await underNoise("1", kernels("native"));
  if (!native.includes("openKernels: backend native: got")) {
    const [a, b] = native.split(",").map(Number);
    assert(
      a !== b && Math.abs(a! / -1568 - 1) < 1.2e-6 && Math.abs(b! / -1568 - 1) < 1.2e-6,
      native,
    );
    assertNotEquals(await underNoise("2", kernels("native")), native);
  }
  const onnx = `
    import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
    const graph = new OnnxGraph();
    graph.input("x", "float32", [2]);
    graph.node("Neg", ["x"], ["y"]);
    graph.output("y", "float32", [2]);
    const { ort, session } = await createSession("test", graph.model("test"), { threads: 1 });
    const { y } = await session.run({ x: new ort.Tensor("float32", [1, 1], [2]) });
    console.log([...y.data].join());`;
  const [a, b] = (await underNoise("1", onnx)).split(",").map(Number);
  assert(a !== b && Math.abs(a! + 1) < 1.2e-6 && Math.abs(b! + 1) < 1.2e-6, `${a}, ${b}`);
  assertMatch(
    await underNoise("loud", onnx),
    /OFFPRINT_TEST_NOISE: got loud, expected a whole number of at least 0/,
  );
});
