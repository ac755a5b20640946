/** The two halves of a notebook on disk: what was saved meanwhile stays, and neither half is written without the other. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { readPair, writePair } from "offprint/kit/pairs/pair_files.ts";
import { inFolder } from "../../verilog/problems/in_folder.ts";

const files = { "notebooks/02-a.ts": "source", "notebooks/02-a.ipynb": "notebook" };
const wanted = { source: "new source", ipynb: "new notebook" };

Deno.test("a half that was saved since it was read is kept, and so is the other", async () => {
  for (const name of Object.keys(files)) {
    await inFolder(files, async (root) => {
      const read = await readPair(root, "02-a");
      await Deno.writeTextFile(join(root, name), "saved meanwhile");
      await assertRejects(
        () => writePair(root, read, wanted),
        UserError,
        `${name}: got a change that was saved in this moment`,
      );
      const { source, ipynb } = await readPair(root, "02-a");
      const kept = { ...files, [name]: "saved meanwhile" };
      assertEquals({ "notebooks/02-a.ts": source, "notebooks/02-a.ipynb": ipynb }, kept);
      await writePair(root, await readPair(root, "02-a"), wanted);
      assertEquals((await readPair(root, "02-a")).ipynb, "new notebook");
    });
  }
});

Deno.test("a half that cannot be written leaves the other as it was", async () => {
  await inFolder({ "notebooks/02-a.ts": "source" }, async (root) => {
    await Deno.symlink(join(root, "nowhere"), join(root, "notebooks", "02-a.ipynb"));
    const read = await readPair(root, "02-a");
    assertEquals(read.ipynb, undefined);
    await assertRejects(
      () => writePair(root, read, wanted),
      UserError,
      "a link that leads nowhere",
    );
    assertEquals((await readPair(root, "02-a")).source, "source");
  });
});
