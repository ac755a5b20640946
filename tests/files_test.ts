import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeWhole } from "offprint/files.ts";

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("a file is replaced whole, folders are made, nothing else stays behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "offprint-files-" });
  try {
    const path = join(folder, "a", "b.txt");
    await writeWhole(path, "first");
    await writeWhole(pathToFileURL(path), new Uint8Array([50]), { durable: true });
    assertEquals(await Deno.readTextFile(path), "2");
    assertEquals(await names(join(folder, "a")), ["b.txt"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("when it cannot be written, the old file stays and no temporary one is left", async () => {
  const folder = await Deno.makeTempDir({ prefix: "offprint-files-" });
  try {
    // A folder stands where the file should go, so the last step, the renaming, fails.
    await Deno.mkdir(join(folder, "taken", "inside"), { recursive: true });
    await assertRejects(() => writeWhole(join(folder, "taken"), "text"));
    assertEquals(await names(folder), ["taken"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
