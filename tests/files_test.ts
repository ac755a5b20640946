import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { readText, readTextSync, withoutByteOrderMark, writeWhole } from "offprint/files.ts";

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

Deno.test({
  name: "a link stays a link, a mode stays, and nothing but a regular file is replaced",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "offprint-files-" });
    try {
      const [file, link, pipe] = ["file", "link", "pipe"].map((name) => join(folder, name));
      await Deno.writeTextFile(file!, "old", { mode: 0o640 });
      await Deno.chmod(file!, 0o640);
      await Deno.symlink("file", link!);
      await Deno.symlink("nowhere", join(folder, "dangling"));
      await writeWhole(link!, "new");
      assertEquals((await Deno.lstat(link!)).isSymlink, true);
      assertEquals(await Deno.readTextFile(file!), "new");
      assertEquals((await Deno.stat(file!)).mode! & 0o777, 0o640);
      await new Deno.Command("mkfifo", { args: [pipe!] }).output();
      for (const [path, got] of [[pipe!, "a pipe"], [join(folder, "dangling"), "leads nowhere"]]) {
        await assertRejects(() => writeWhole(path!, "text"), UserError, got);
      }
      assertEquals((await Deno.lstat(pipe!)).isFifo, true);
      assertEquals(await names(folder), ["dangling", "file", "link", "pipe"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a byte order mark is no part of a text", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, '\ufeff{"a":"\ufeffb"}');
  // One in the middle is.
  assertEquals(JSON.parse(await readText(file)), { a: "\ufeffb" });
  assertEquals(JSON.parse(readTextSync(file)), { a: "\ufeffb" });
  assertEquals(withoutByteOrderMark("\ufeff\ufeffa"), "\ufeffa");
  await Deno.remove(file);
});

Deno.test("every reader of JSON in lib reads its file without the mark", async () => {
  const wrong: string[] = [];
  const visit = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const url = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) await visit(url);
      else if (name.endsWith(".ts")) {
        const text = await Deno.readTextFile(url);
        const code = text.replace(/^ *\*.*$/gm, ""); // without doc comments
        if (/JSON\.parse/.test(code) && /Deno\.readTextFile/.test(code)) wrong.push(url.pathname);
      }
    }
  };
  await visit(new URL("../lib/", import.meta.url));
  assertEquals(wrong, []);
});
