import { assert, assertEquals } from "@std/assert";
import { bundleReader } from "offprint/kit/explorations/mod.ts";
import { READER_LICENCES, READER_SCRIPTS } from "offprint/kit/read/mod.ts";

Deno.test("the committed scripts of the reader's pages are those that their sources give, and so are the licences of what is inside", async () => {
  const { scripts, licences } = await bundleReader();
  for (const [name, text] of scripts) {
    assertEquals(text, await Deno.readTextFile(new URL(name, READER_SCRIPTS)), "deno task bundle");
  }
  assertEquals(licences, await Deno.readTextFile(READER_LICENCES), "deno task bundle");
  // CodeMirror draws on packages that the page does not name.
  for (const name of ["@codemirror/view", "@lezer/common", "dompurify", "style-mod"]) {
    assert(licences.includes(`${name} `), name);
  }
});
