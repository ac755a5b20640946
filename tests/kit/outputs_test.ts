import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { checkedOutput, type Output } from "offprint/kit/outputs.ts";

Deno.test("an output is looked at before the work: sources, folders, links, devices", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const at = (...names: string[]) => join(root, ...names);
  try {
    for (const name of ["lib", "notebooks", "data", "out"]) await Deno.mkdir(at(name));
    await Deno.writeTextFile(at("README.md"), "");
    await Deno.writeTextFile(at("out", "old.json"), "{}");
    await Deno.symlink(at("out", "old.json"), at("link.json"));
    await Deno.symlink(at("nowhere"), at("dangling"));
    await Deno.symlink(at("notebooks"), at("sneaky"));
    const check = (path: string, kind: Output["kind"], data = false) =>
      checkedOutput({ option: "--out", path, kind, data }, root);

    assertEquals(await check(at("out"), "folder"), at("out"));
    assertEquals(await check(at("new", "deep"), "folder"), at("new", "deep"));
    assertEquals(await check(at("new", "a.json"), "file"), at("new", "a.json"));
    assertEquals(await check(at("link.json"), "file"), at("out", "old.json"));
    assertEquals(
      await check(at("data", "results", "a.json"), "file", true),
      at("data/results/a.json"),
    );

    const refused: [path: string, kind: Output["kind"], message: string][] = [
      ["", "folder", "the name of a folder"],
      [" ", "file", "the name of a file"],
      [root, "folder", "the project's own folder"],
      [at("out", ".."), "folder", "the project's own folder"],
      [at("notebooks"), "folder", "notebooks, which holds sources"],
      [at("sneaky"), "folder", "notebooks, which holds sources"],
      [at("lib", "new"), "folder", "which holds sources"],
      [at("data"), "folder", "which holds sources"],
      [at("README.md"), "file", "README.md, which holds sources"],
      [at("out"), "file", "a folder"],
      [at("out", "new") + "/", "file", "the name of a folder"],
      [at("out", "old.json"), "folder", "a file where the path has a folder"],
      [at("out", "old.json", "a"), "file", "a file where the path has a folder"],
      [at("dangling"), "file", "a link that leads nowhere"],
      ["/dev/null", "file", "a device"],
    ];
    for (const [path, kind, message] of refused) {
      await assertRejects(() => check(path, kind), UserError, message);
    }
    // Looking leaves nothing behind.
    const names = (...where: string[]) =>
      [...Deno.readDirSync(at(...where))].map(({ name }) => name);
    assertEquals(names("out"), ["old.json"]);
    assertEquals(names().includes("new"), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
