import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { checkBundles } from "offprint/kit/check/bundles.ts";
import { printProblem } from "offprint/kit/check/mod.ts";
import { readPair } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";

Deno.test({
  name:
    "a script that is not what its sources give, or that a notebook has another of, is told with what to do",
  // The bundler's process outlives a single call.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "offprint-bundles-" }));
    try {
      assertEquals(await checkBundles(root, []), [], "a project without scripts");
      await Deno.symlink(join(ROOT, "lib"), join(root, "lib"));
      await Deno.symlink(join(ROOT, "notebooks"), join(root, "notebooks"));
      for (const folder of ["data/explorations", "data/reader"]) {
        await Deno.mkdir(join(root, folder), { recursive: true });
        for await (const { name } of Deno.readDir(join(ROOT, folder))) {
          await Deno.copyFile(join(ROOT, folder, name), join(root, folder, name));
        }
      }
      const pairs = [await readPair(root, "02-specdec-theory")];
      const problems = async () => (await checkBundles(root, pairs)).map(printProblem);
      assertEquals(await problems(), [], "as committed");

      const older = (name: string) =>
        Deno.writeTextFile(join(root, name), "/* older */", { append: true });
      await older("data/explorations/02-acceptance.js");
      await older("data/reader/reader.js");
      await Deno.remove(join(root, "data/reader/editor.js"));
      await Deno.writeTextFile(join(root, "data/explorations/gone.js"), "");
      assertEquals(await problems(), [
        "data/explorations/02-acceptance.js: not what its sources give, run deno task bundle",
        "data/explorations/gone.js: has no source, run deno task bundle",
        'notebooks/02-specdec-theory.ipynb: cell "idea-explore" carries another script than ' +
        "data/explorations/02-acceptance.js, run deno task run 02 --write",
        "data/reader/reader.js: not what its sources give, run deno task bundle",
        "data/reader/editor.js: not what its sources give, run deno task bundle",
      ]);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
