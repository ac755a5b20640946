/**
 * What a forward pass on a GPU runs and moves: counts, which need no fast card.
 *
 * @module
 */
import { KvCache } from "kernels/mod.ts";
import { Gpu, hasPackedDot } from "kernels/webgpu/device.ts";
import { GpuForward } from "kernels/webgpu/forward.ts";
import { GpuKv } from "kernels/webgpu/kv4.ts";
import { GpuProducts } from "kernels/webgpu/products.ts";
import { parameterCount, transformerConfig } from "offprint/lm/transformer/mod.ts";
import { SHAPE } from "../decode/llama_shape.ts";
import { randomDecoder } from "../decode/random_decoder.ts";

/** Few words and channels: what a pass runs goes with its layers alone. */
const SMALL = { vocabSize: 256, width: 128, heads: 2, keyValueHeads: 2, feedForward: 128 };

/**
 * What one token of the 110 M shape runs and moves, weights and cache apart: counted in passes of one and of two
 * small layers, the rest by the number of layers and the sizes of what comes back.
 */
export async function passTraffic(device: GPUDevice): Promise<string> {
  const gpu = new Gpu(device);
  const [one, two] = [await counted(gpu, 1), await counted(gpu, 2)];
  const of = (what: keyof Gpu["traffic"]) =>
    one[what] + (SHAPE.num_hidden_layers - 1) * (two[what] - one[what]);
  const floats = SHAPE.vocab_size + SHAPE.hidden_size - SMALL.vocabSize - SMALL.width;
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  return `a token of ${Math.round(parameterCount(SHAPE) / 1e6)} M parameters is ${
    of("submissions")
  } submission of ${of("dispatches")} dispatches (${two.dispatches - one.dispatches} a layer), ` +
    `${kilobytes(of("bytesTo"))} to the device and ${kilobytes(of("bytesFrom") + 4 * floats)} back`;
}

/** What the pass of one token takes after others. */
async function counted(gpu: Gpu, layers: number): Promise<Gpu["traffic"]> {
  const { maxStorageBufferBindingSize: mostBytes } = gpu.device.limits;
  const products = new GpuProducts(gpu, { packedDot: hasPackedDot(), mostBytes });
  const forward = new GpuForward(products, new GpuKv(gpu, mostBytes));
  const decoder = randomDecoder(transformerConfig({ ...SMALL, layers, contextLength: 31 }));
  const { kvHeads, headDim } = decoder;
  const cache = new KvCache({ layers, kvHeads, headDim, groupSize: 32 });
  const text = cache.open();
  let before = { ...gpu.traffic };
  for (const tokens of [16, 1]) {
    before = { ...gpu.traffic };
    const pass = cache.begin([{ text, tokens }]);
    await forward.forward(decoder, pass, new Int32Array(tokens), Int32Array.of(tokens - 1));
    pass.commit();
  }
  const { submissions, dispatches, bytesTo, bytesFrom } = gpu.traffic;
  return {
    submissions: submissions - before.submissions,
    dispatches: dispatches - before.dispatches,
    bytesTo: bytesTo - before.bytesTo,
    bytesFrom: bytesFrom - before.bytesFrom,
  };
}
