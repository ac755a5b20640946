import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { addRun, readResults } from "offprint/problems/mod.ts";

Deno.test("runs that are added to one file at the same moment are all kept", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "results.json");
    const models = Array.from({ length: 8 }, (_, at) => `model ${at}`);
    await Promise.all(models.map((model) => addRun(file, { model, asked: [] })));
    assertEquals((await readResults(file)).runs.map(({ model }) => model), models);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
