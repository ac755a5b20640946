import { assert, assertEquals } from "@std/assert";
import { bundleReader, READER_LICENCES, READER_SCRIPT } from "offprint/kit/read/mod.ts";

Deno.test("the committed script of the reader's pages is the one that its sources give, and so are the licences of what is inside", async () => {
  const { script, licences } = await bundleReader();
  assertEquals(script, await Deno.readTextFile(READER_SCRIPT), "deno task bundle");
  assertEquals(licences, await Deno.readTextFile(READER_LICENCES), "deno task bundle");
  // CodeMirror draws on packages that the page does not name.
  for (const name of ["@codemirror/view", "@lezer/common", "dompurify", "style-mod"]) {
    assert(licences.includes(`${name} `), name);
  }
});
