import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { isForeign, packageFiles, packageOf } from "../../../bench/first_run/cache.ts";

Deno.test("files of the cache with their sizes, whatever registry they come from", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const [path, text] of [["one.test/zod/4.6.7/index.js", "12345"], ["b/@a/c/1.0.0/x", "1"]]
    ) {
      const file = join(folder, "npm", path!);
      await Deno.mkdir(join(file, ".."), { recursive: true });
      await Deno.writeTextFile(file, text!);
    }
    const files = await packageFiles(folder);
    assertEquals([...files].toSorted(), [["@a/c/1.0.0/x", 1], ["zod/4.6.7/index.js", 5]]);
    assertEquals([...files.keys()].map(packageOf).toSorted(), ["@a/c", "zod"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a library is of another system where its folders say so", () => {
  const here = { os: "linux", arch: "x86_64" };
  const bin = "onnxruntime-node/1.30.0/bin/napi-v6";
  assertEquals(
    ["linux/x64", "linux/arm64", "darwin/arm64", "win32/x64"].map((folder) =>
      isForeign(`${bin}/${folder}/library`, here)
    ),
    [false, true, true, true],
  );
  assertEquals(isForeign("zod/4.6.7/darwin", here), false);
  assertEquals(isForeign(`${bin}/darwin/arm64/library`, { os: "darwin", arch: "aarch64" }), false);
});
