import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import type * as OnnxRuntime from "onnxruntime-node";
import { allProcessorRuns, usualRuns } from "offprint/commands/processors.ts";
import { notebookIds } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { Scratch, source } from "../kit/runner/scratch.ts";
import { publishedFiles } from "../lm/published_model.ts";

Deno.test("every notebook once: with noise those with native cells that are not run alone", async () => {
  const native: [string, string] = [`tags=["native"]`, "1"];
  await using scratch = await Scratch.make({
    "01-native": source(["1", native]),
    "02-plain": source(["1", [`tags=["timing"]`, "2"]]),
    "03-long": source([native], { exclusive: true }),
  });
  assertEquals(await usualRuns(scratch.folder), [
    {
      name: "relative noise of 10⁻⁶, seed 1",
      env: { OFFPRINT_TEST_NOISE: "1" },
      ids: ["01-native"],
    },
    { name: "as they are", env: {}, ids: ["02-plain", "03-long"] },
  ]);
  await using none = await Scratch.make({ "01-plain": source(["1"]) });
  assertEquals(await usualRuns(none.folder), [{ name: "as they are", env: {}, ids: ["01-plain"] }]);
});

Deno.test("the project's notebooks with noise hold that of language models, and none is left out", async () => {
  const folder = join(ROOT, "notebooks");
  const [noisy, plain] = await usualRuns(folder);
  assert(noisy!.ids.includes("90-language-models"), String(noisy!.ids));
  assertEquals([...noisy!.ids, ...plain!.ids].toSorted(), await notebookIds(folder));
});

Deno.test("the whole stage: three seeds, two numbers of threads, the reference kernels, all notebooks", () => {
  assertEquals(allProcessorRuns().map(({ env, ids }) => [env, ids]), [
    [{ OFFPRINT_TEST_NOISE: "1" }, []],
    [{ OFFPRINT_TEST_NOISE: "2" }, []],
    [{ OFFPRINT_TEST_NOISE: "3" }, []],
    [{ OFFPRINT_THREADS: "1" }, []],
    [{ OFFPRINT_THREADS: "4" }, []],
    [{ OFFPRINT_KERNELS: "reference" }, []],
  ]);
});

Deno.test("ONNX Runtime's package has no WebAssembly execution that the stage could try", async () => {
  // Not a literal, as in the one module of lib that loads it.
  const specifier: string = "onnxruntime-node";
  const { InferenceSession } = await import(specifier) as typeof OnnxRuntime;
  const graph = publishedFiles(false).get("onnx/model.onnx")!;
  await (await InferenceSession.create(graph, { executionProviders: ["cpu"] })).release();
  await assertRejects(
    () => InferenceSession.create(graph, { executionProviders: ["wasm"] }),
    Error,
    "[wasm] backend not found",
  );
});
