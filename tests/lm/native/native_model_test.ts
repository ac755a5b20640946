import { assert, assertEquals, assertRejects } from "@std/assert";
import { KernelError, openKernels } from "kernels/mod.ts";
import { decodingModel, fitsKernels, nativeModel } from "offprint/lm/native/mod.ts";
import { onnxModel } from "offprint/lm/onnx/mod.ts";
import { transformerConfig, type TransformerSizes } from "offprint/lm/transformer/mod.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { conformance } from "../conformance.ts";
import { trainedLikeWeights } from "../trained_like_weights.ts";

/** Shapes with one and more heads per group, one and more layers, a vocabulary and heads that fill no panel, texts that grow. */
const SIZES: Record<string, TransformerSizes> = {
  "draft-shaped": {
    vocabSize: 300,
    width: 128,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    feedForward: 256,
    contextLength: 80,
  },
  "heads of 24": {
    vocabSize: 61,
    width: 96,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 72,
    contextLength: 150,
  },
};

const native = await openKernels({ backend: "native" }).then(() => true, () => false);

for (const [name, sizes] of Object.entries(SIZES)) {
  const config = transformerConfig(sizes);
  for (const backend of native ? ["reference", "native"] as const : ["reference"] as const) {
    conformance(`${backend} kernels, ${name}`, {
      model: () => nativeModel(config, trainedLikeWeights(config), { name, backend }),
      ceiling: 0,
      hidden: true,
    });
  }

  Deno.test(`${name}: logits and hidden states equal ONNX Runtime's within 2e-5`, async () => {
    const onnx = await onnxModel(config, trainedLikeWeights(config), { threads: 1 });
    const ours = await nativeModel(config, trainedLikeWeights(config), { backend: "reference" });
    try {
      const tokens = Array.from({ length: 70 }, (_, i) => (i * i) % sizes.vocabSize);
      const [a, b] = [await onnx.open([]), await ours.open([])];
      const [theirs, own] = [
        await a.extend(tokens, { hidden: true }),
        await b.extend(tokens, { hidden: true }),
      ];
      for (const which of ["logits", "hidden"] as const) {
        theirs[which]!.forEach((row, i) =>
          row.forEach((value, j) => {
            const other = own[which]![i]![j]!;
            assert(
              Math.abs(value - other) <= 2e-5 * Math.max(1, Math.abs(value)),
              `${which} ${i} ${j}`,
            );
          })
        );
      }
    } finally {
      await onnx.close();
      await ours.close();
    }
  });
}

Deno.test("sizes that are no multiple of 8 are left to ONNX Runtime", async () => {
  const config = { ...transformerConfig(SIZES["draft-shaped"]!), intermediate_size: 252 };
  assert(!fitsKernels(config));
  const weights = initialWeights(config, 1);
  const model = await decodingModel(config, weights);
  assertEquals((await model.open([1])).logits.length, 300);
  await model.close();
  await assertRejects(() => nativeModel(config, weights, { backend: "reference" }), KernelError);
});

Deno.test("many short prompts are opened as one by one", async () => {
  const sizes = SIZES["heads of 24"]!;
  const config = transformerConfig(sizes);
  const model = await nativeModel(config, trainedLikeWeights(config), {
    backend: native ? "native" : "reference",
  });
  const count = native ? 90 : 3;
  const prompts = Array.from(
    { length: count },
    (_, i) => Array.from({ length: 1 + i % 40 }, (_, j) => (i * j + 3) % sizes.vocabSize),
  );
  const opened = await model.openBatch!(prompts);
  for (const i of [0, 1, count - 1]) {
    const alone = await model.open(prompts[i]!);
    assertEquals(opened[i]!.logits, alone.logits);
    assertEquals(opened[i]!.length, prompts[i]!.length);
  }
  await model.close();
});

Deno.test({
  name: "without permission to read the environment a model decodes all the same",
  permissions: { ...allButEnvironment(), env: false },
  async fn() {
    const config = transformerConfig(SIZES["draft-shaped"]!);
    const model = await decodingModel(config, trainedLikeWeights(config));
    assertEquals((await model.open([1])).logits.length, config.vocab_size);
    await model.close();
  },
});

function allButEnvironment(): Deno.PermissionOptionsObject {
  const same = "inherit" as const;
  return { ffi: same, net: same, read: same, run: same, sys: same, write: same };
}

Deno.test("a backend or a variant that does not exist is told, and no other runtime takes its place", async () => {
  const config = transformerConfig(SIZES["draft-shaped"]!);
  const opened = async (variable: string, value: string) => {
    Deno.env.set(variable, value);
    try {
      await (await decodingModel(config, trainedLikeWeights(config))).close();
    } finally {
      Deno.env.delete(variable);
    }
  };
  await assertRejects(
    () => opened("OFFPRINT_KERNELS", "fast"),
    KernelError,
    "OFFPRINT_KERNELS: got fast",
  );
  if (!native) return;
  await assertRejects(
    () => opened("OFFPRINT_VARIANT", "mmx"),
    KernelError,
    "OFFPRINT_VARIANT: got mmx",
  );
});

Deno.test("weights that do not fit the sizes are told, and not handed to another runtime", async () => {
  const config = transformerConfig(SIZES["heads of 24"]!);
  const weights = trainedLikeWeights(config);
  weights.set("model.layers.0.self_attn.q_proj.weight", new Float32Array(96));
  const open = () => decodingModel(config, weights);
  if (native) await assertRejects(open, KernelError, "layers[0].q: got Float32Array of 96");
  else await assertRejects(open);
});
