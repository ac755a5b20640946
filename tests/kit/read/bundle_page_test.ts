import { assertEquals } from "@std/assert";
import { bundleReader, READER_SCRIPT } from "offprint/kit/read/mod.ts";

Deno.test("the committed script of the reader's pages is the one that its sources give", async () => {
  assertEquals(await bundleReader(), await Deno.readTextFile(READER_SCRIPT), "deno task bundle");
});
