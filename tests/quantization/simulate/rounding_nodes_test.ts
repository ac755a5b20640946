import { assertAlmostEquals } from "@std/assert";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { channelRange } from "kernels/reference/kv4_records.ts";
import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import type { KvRounding } from "offprint/quantization/simulate/mod.ts";
import { roundedActivations, roundedCache } from "offprint/quantization/simulate/rounding_nodes.ts";
import { stream } from "offprint/random.ts";

Deno.test("activations are rounded as the reference kernels round them", async () => {
  const random = stream(4, "rounding"), tokens = 12, columns = 128;
  const x = Float32Array.from(
    { length: tokens * columns },
    (_, i) => random.normal() * (i % columns === 5 ? 30 : 1) * (i < 32 ? 0 : 1),
  );
  for (const scheme of ["symmetric", "minmax"] as const) {
    for (const blockSize of [32, 64] as const) {
      const bits = Uint8Array.from({ length: columns / blockSize }, (_, i) => i % 2 === 0 ? 8 : 4);
      const graph = new OnnxGraph();
      const mask = { name: "none", length: tokens };
      const input = graph.input("x", "float32", [tokens, columns]);
      const rounding = { blockSize, bits, scheme };
      const rounded = roundedActivations(graph, input, columns, rounding, mask);
      graph.node("Identity", [rounded], ["y"]);
      graph.output("y", "float32", [tokens, columns]);
      const { ort, session } = await createSession("rounding", graph.model("rounding"));
      const feeds = { x: new ort.Tensor("float32", x, [tokens, columns]) };
      const y = (await session.run(feeds))["y"]!.data as Float32Array;
      await session.release();
      const expected = quantizeActivations(x, tokens, columns, { blockSize, bits, scheme })
        .values();
      y.forEach((value, i) =>
        assertAlmostEquals(value, expected[i]!, 1e-5 * Math.max(1, Math.abs(x[i]!)))
      );
    }
  }
});

Deno.test("a range over a text spans its tokens and leaves padding out", async () => {
  const graph = new OnnxGraph(), length = 3, columns = 4;
  const input = graph.input("x", "float32", [length, columns]);
  const mask = { name: graph.input("mask", "float32", [length, 1]), length };
  for (const scheme of ["symmetric", "minmax"] as const) {
    const rounding = { blockSize: 2, bits: 4, range: "text", scheme } as const;
    graph.node("Identity", [roundedActivations(graph, input, columns, rounding, mask)], [scheme]);
    graph.output(scheme, "float32", [length, columns]);
  }
  const { ort, session } = await createSession("range", graph.model("range"));
  const x = Float32Array.of(7, 1.4, -15, 0, -2.6, 3, 15, 7, 900, 900, 900, 900);
  const results = await session.run({
    x: new ort.Tensor("float32", x, [length, columns]),
    mask: new ort.Tensor("float32", Float32Array.of(1, 1, 0), [length, 1]),
  });
  await session.release();
  const symmetric = Array.from(results["symmetric"]!.data as Float32Array).slice(0, 8);
  // Scales 7 / 7 and 15 / 7.
  const s = 15 / 7;
  [7, 1, -15, 0, -3, 3, 15, Math.floor(7 / s + 0.5) * s].forEach((value, i) =>
    assertAlmostEquals(symmetric[i]!, value, 1e-5)
  );
  const minmax = Array.from(results["minmax"]!.data as Float32Array).slice(0, 8);
  // From −2.6 to 7 in steps of 0.64, from −15 to 15 in steps of 2.
  const step = 9.6 / 15;
  [7, -2.6 + 6 * step, -15, 1, -2.6, -2.6 + 9 * step, 15, 7].forEach((value, i) =>
    assertAlmostEquals(minmax[i]!, value, 1e-5)
  );
});

Deno.test("the cache is rounded as the kernels pack it", async () => {
  const random = stream(4, "cache"), sizes = { groups: 2, length: 64, headDim: 8 };
  const shape = [1, sizes.groups, sizes.length, sizes.headDim];
  const x = Float32Array.from(
    { length: sizes.groups * sizes.length * sizes.headDim },
    (_, i) => Math.f16round(random.normal() + (i % 8 === 3 ? 40 : 0)),
  );
  const roundedBy = async (kv: Extract<KvRounding, { bits: 4 }>) => {
    const graph = new OnnxGraph(), input = graph.input("x", "float32", shape);
    graph.node("Identity", [roundedCache(graph, input, sizes, kv)], ["y"]);
    graph.output("y", "float32", shape);
    const { ort, session } = await createSession("cache", graph.model("cache"));
    const results = await session.run({ x: new ort.Tensor("float32", x, shape) });
    await session.release();
    return results["y"]!.data as Float32Array;
  };
  const byChannel = await roundedBy({ bits: 4, axis: "channel", groupSize: 32 });
  const byToken = await roundedBy({ bits: 4, axis: "token" });
  const at = (head: number, token: number, channel: number) =>
    (head * sizes.length + token) * sizes.headDim + channel;
  const assertRange = (indices: number[], y: Float32Array) => {
    const { scale, zero, codes } = channelRange(indices.map((i) => x[i]!));
    indices.forEach((i, j) => assertAlmostEquals(y[i]!, (codes[j]! - zero) * scale, 1e-4));
  };
  for (let head = 0; head < sizes.groups; head++) {
    for (let channel = 0; channel < sizes.headDim; channel++) {
      for (const first of [0, 32]) {
        const group = Array.from({ length: 32 }, (_, t) => at(head, first + t, channel));
        assertRange(group, byChannel);
      }
    }
    for (let token = 0; token < sizes.length; token++) {
      assertRange(Array.from({ length: sizes.headDim }, (_, c) => at(head, token, c)), byToken);
    }
  }
});
