/** The WebGPU benchmark at tiny sizes: that its peers compute what they should, and that it runs through. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stream } from "offprint/random.ts";
import { Gpu, requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { submit } from "kernels/webgpu/submission.ts";
import { halfMatmul } from "../../bench/kernels/half_matmul.ts";
import { runBench, webGpuRows } from "../../bench/webgpu.ts";
import { assertDefaultLimits } from "../kernels/webgpu/limits.ts";

const found = await requestDevice({ wanted: ["shader-f16"] }).catch((error: Error) => error);
if (found instanceof WebGpuUnavailable) {
  Deno.test({ name: `webgpu, bench: skipped, ${found.message}`, ignore: true, fn() {} });
} else if (found instanceof Error) throw found;
else {
  const { device, name, software } = found;
  const gpu = new Gpu(device);
  const native = device.features.has("shader-f16");

  Deno.test(`webgpu on ${name}: the peer's product in 16-bit floats is one`, async () => {
    const random = stream(16, "half");
    for (const own of native ? [true, false] : [false]) {
      for (const [M, N, K] of [[1, 7, 64], [4, 70, 96], [5, 65, 32], [17, 66, 64]] as const) {
        const values = (count: number) =>
          Float16Array.from({ length: count }, () => random.uniform() - 0.5);
        const x = values(M * K), w = values(N * K);
        const shader = halfMatmul(M, own);
        const label = `test ${shader.tokens} ${own}`;
        const pipeline = await gpu.pipeline(label, () => shader.code);
        const [bytes] = await submit(gpu, label, (work) => {
          const y = work.room(4 * M * N);
          const grid = [Math.ceil(N / shader.rows), Math.ceil(M / shader.tokens)] as const;
          work.run(pipeline, [work.sizes(M, N, K), work.lend(x), work.lend(w), y], grid);
          work.read(y, 4 * M * N);
        });
        new Float32Array(bytes!).forEach((value, i) => {
          let exact = 0, size = 0;
          for (let k = 0; k < K; k++) {
            const term = x[Math.floor(i / N) * K + k]! * w[(i % N) * K + k]!;
            exact += term;
            size += Math.abs(term);
          }
          // Four products may be added in 16-bit floats.
          assert(Math.abs(value - exact) <= size * (own ? 2 ** -9 : 2 ** -20), `${M}x${N}x${K}`);
        });
      }
    }
  });

  Deno.test(`webgpu on ${name}: the suite runs through`, async () => {
    const lines: string[] = [];
    const rows = await webGpuRows(device, {
      shapes: [[128, 256]],
      tokens: [1, 16],
      repetitions: 1,
      turnMs: 1,
      coldBytes: 40_000,
      copyBytes: 4096,
    }, (line) => lines.push(line));
    const peers = ["f16 WGSL", ...(native ? ["jax-js float16"] : []), "jax-js float32"];
    assertEquals(lines.filter((line) => line.includes("skipped")), []);
    assertEquals(
      rows.map(({ name, shape, peerName }) => `${name} ${shape} ${peerName}`),
      [
        ...["M=1", "M=16"].flatMap((M) => peers.map((peer) => `W4Ax ${M} N=128 K=256 ${peer}`)),
        "W4Ax cold, bytes of weights M=1 N=128 K=256, 3 copies in turn copy, read and written",
      ],
    );
    for (const { ours, peer, ratio } of rows) {
      assert([ours, peer, ratio].every((value) => Number.isFinite(value) && value > 0));
    }
  });

  Deno.test({
    name: software
      ? "webgpu, bench: a software adapter is skipped aloud"
      : `webgpu, bench: a software adapter is skipped aloud: skipped, ${name} is a real one`,
    ignore: !software,
    async fn() {
      const lines: string[] = [];
      const { rows, measuredOn } = await runBench((line) => lines.push(line));
      assertEquals(rows, []);
      assertMatch(
        lines.join("\n"),
        /^webgpu: skipped, .* is a software adapter: nothing measured; a token of 110 M parameters is 1 submission of 160 dispatches \(13 a layer\), 41\.\d kB to the device and 131\.\d kB back$/,
      );
      assert(measuredOn !== undefined && lines.join("\n").endsWith(measuredOn));
    },
  });
}

Deno.test("webgpu, bench: the peer keeps within the default limits too", () => {
  for (const own of [true, false]) {
    for (const tokens of [1, 16, 64]) assertDefaultLimits(halfMatmul(tokens, own).code);
  }
});
