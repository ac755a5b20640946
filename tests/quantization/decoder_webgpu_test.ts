/** The quantised decoder with everything between tokens and logits on a GPU. */
import { openKernels } from "kernels/mod.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { initialWeights, transformerConfig } from "offprint/lm/transformer/mod.ts";
import { quantizedModel } from "offprint/quantization/mod.ts";
import { conformance } from "../lm/conformance.ts";
import { testDevice } from "../kernels/webgpu/adapter.ts";

const found = await testDevice("quantised decoder on webgpu");
if (found !== undefined) {
  const { device, name } = found;
  const config = transformerConfig({
    vocabSize: 60,
    width: 64,
    layers: 1,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 64,
    contextLength: 80,
  });
  conformance(`quantised decoder on webgpu, ${name}`, {
    model: async () => {
      const kernels = await openWebGpu(await openKernels({ backend: "reference" }), { device });
      return await quantizedModel(config, initialWeights(config, 5), { kernels, groupSize: 32 });
    },
    // Half a percent of the logits' size (0.21): what one code on the other side of a tie may move.
    ceiling: 1e-3,
    hidden: true,
  });
}
