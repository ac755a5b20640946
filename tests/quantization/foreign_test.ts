/** Roundings put into networks from elsewhere. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createSession, OnnxGraph, readForeignModel } from "offprint/lm/onnx/mod.ts";
import {
  foreignProducts,
  type ForeignRounding,
  roundedForeignModel,
} from "offprint/quantization/foreign/mod.ts";
import { stream } from "offprint/random.ts";

const CHANNELS = 12, OUTPUTS = 5, WIDTH = 7;

/** Random numbers from a named stream. */
function normals(name: string, count: number): Float32Array {
  const random = stream(3, name);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** A convolution over a line of 7 places, a depthwise one, a product of activations, and a matrix product. */
function network(): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const x = graph.input("x", "float32", [1, CHANNELS, WIDTH]);
  const convolved = graph.op("Conv", [
    x,
    graph.floats(normals("convolution", OUTPUTS * CHANNELS * 3), [OUTPUTS, CHANNELS, 3]),
  ], { pads: [1, 1] });
  const alone = graph.op("Conv", [
    x,
    graph.floats(normals("depthwise", CHANNELS), [CHANNELS, 1, 1]),
  ], { group: CHANNELS });
  const both = graph.op("MatMul", [convolved, graph.op("Transpose", [alone], { perm: [0, 2, 1] })]);
  const matrix = graph.floats(normals("matrix", CHANNELS * 3), [CHANNELS, 3]);
  graph.node("MatMul", [both, matrix], ["y"]); // [1, 5, 3]
  graph.output("y", "float32", [1, OUTPUTS, 3]);
  return graph.model("network");
}

const MODEL = readForeignModel("network", network());

async function run(
  rounding: ForeignRounding,
  outputs: { channels?: boolean; errors?: boolean } = {},
): Promise<Map<string, Float32Array>> {
  const bytes = roundedForeignModel(MODEL, () => rounding, outputs);
  const { ort, session } = await createSession("network", bytes, { threads: 1 });
  const x = new ort.Tensor("float32", normals("x", CHANNELS * WIDTH), [1, CHANNELS, WIDTH]);
  const results = await session.run({ x });
  await session.release();
  return new Map(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

Deno.test("products are those whose channels share a sum; the others have a reason", () => {
  const { products, leftOut } = foreignProducts(MODEL);
  assertEquals(
    products.map(({ kind, columns, rows, window }) => ({ kind, columns, rows, window })),
    [
      { kind: "convolution", columns: CHANNELS, rows: 3 * OUTPUTS, window: 3 },
      { kind: "matrix", columns: CHANNELS, rows: 3, window: 1 },
    ],
  );
  assertEquals(leftOut.map(({ type, reason }) => [type, reason.split(":")[0]]), [
    ["Conv", "Each output reads one channel of its own"],
    ["MatMul", "Both operands are activations"],
  ]);
});

Deno.test("an order alone changes nothing, also where the last block is short", async () => {
  const exact = (await run({})).get("y")!;
  const order = Uint32Array.from(stream(1, "order").shuffle([...new Array(CHANNELS).keys()]));
  // 24 bits of activations would be floats; 8 bits in blocks of one channel come close.
  const fine = { blockSize: 1, bits: 8 } as const;
  const ordered = (await run({ order, activations: fine })).get("y")!;
  const inPlace = (await run({ activations: fine })).get("y")!;
  assertEquals(ordered, inPlace);
  exact.forEach((value, i) => assertAlmostEquals(ordered[i]!, value, 0.2));
});

Deno.test("weights and activations of a convolution are rounded as by hand: a scale a place and block", async () => {
  const blockSize = 8, order = Uint32Array.from({ length: CHANNELS }, (_, j) => CHANNELS - 1 - j);
  const rounding: ForeignRounding = {
    order,
    weights: { bits: 4, group: blockSize },
    activations: { blockSize, bits: [4, 8] },
  };
  const errors = (await run(rounding, { errors: true })).get(
    `error ${MODEL.nodes[0]!.outputs[0]}`,
  )!;
  const x = normals("x", CHANNELS * WIDTH), w = normals("convolution", OUTPUTS * CHANNELS * 3);
  const rounded = (values: number[], limits: number[]) =>
    values.map((_, place) => {
      const block = Math.floor(place / blockSize), limit = limits[block]!;
      const some = values.slice(block * blockSize, (block + 1) * blockSize).map(Math.abs);
      const step = Math.max(...some) / limit;
      return step * Math.floor(values[place]! / step + 0.5);
    });
  const column = (at: number) => [...order].map((channel) => x[channel * WIDTH + at]!);
  const row = (out: number, tap: number) =>
    [...order].map((channel) => w[(out * CHANNELS + channel) * 3 + tap]!);
  let signal = 0, noise = 0;
  for (let out = 0; out < OUTPUTS; out++) {
    for (let at = 0; at < WIDTH; at++) {
      let exact = 0, near = 0;
      for (let tap = 0; tap < 3; tap++) {
        const from = at + tap - 1;
        if (from < 0 || from >= WIDTH) continue;
        const [a, b] = [column(from), row(out, tap)];
        const [ra, rb] = [rounded(a, [7, 127]), rounded(b, [7, 7])];
        a.forEach((value, j) => {
          exact += value * b[j]!;
          near += ra[j]! * rb[j]!;
        });
      }
      signal += exact ** 2;
      noise += (exact - near) ** 2;
    }
  }
  assertAlmostEquals(errors[0]!, signal, 1e-3 * signal);
  assertAlmostEquals(errors[1]!, noise, 1e-3 * noise);
});

Deno.test("sizes of channels are the largest and the mean square over tokens and places", async () => {
  const channels = (await run({}, { channels: true })).get(
    `channels ${MODEL.nodes[0]!.outputs[0]}`,
  )!;
  const x = normals("x", CHANNELS * WIDTH);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const values = [...x.subarray(channel * WIDTH, (channel + 1) * WIDTH)];
    assertAlmostEquals(channels[channel]!, Math.max(...values.map(Math.abs)), 1e-6);
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / WIDTH;
    assertAlmostEquals(channels[CHANNELS + channel]!, square, 1e-5);
  }
});

Deno.test("errors of products: fewer bits, more noise; the network itself stays in floats", async () => {
  const exact = (await run({})).get("y")!;
  const noise: number[] = [];
  for (const bits of [8, 4] as const) {
    const results = await run({ activations: { blockSize: "row", bits } }, { errors: true });
    assertEquals(results.get("y"), exact);
    noise.push(results.get("error y")![1]!);
  }
  assert(noise[1]! > 20 * noise[0]!, String(noise));
});
