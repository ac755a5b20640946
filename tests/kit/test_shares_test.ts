import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "offprint/kit/project.ts";
import { testShares } from "offprint/kit/test_shares.ts";

async function testFiles(root: string, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, path))) {
    if (isDirectory) found.push(...await testFiles(root, `${path}/${name}`));
    else if (name.endsWith("_test.ts")) found.push(`${path}/${name}`);
  }
  return found.sort();
}

for (const count of [1, 2, 3, 7]) {
  Deno.test(`in ${count} shares, every test file is in exactly one`, async () => {
    const shares = await testShares(ROOT, ["tests"], count, ["tests/faults"]);
    assertEquals(shares.length, count);
    const files = (await Promise.all(
      shares.flat().map((part) => part.endsWith(".ts") ? [part] : testFiles(ROOT, part)),
    )).flat().sort();
    const all = (await testFiles(ROOT, "tests")).filter((file) =>
      !file.startsWith("tests/faults/")
    );
    assertEquals(files, all);
  });
}

Deno.test("the slow ones do not come into one share", async () => {
  const [first, second] = await testShares(ROOT, ["tests", "lib", "kernels"], 2, ["tests/faults"]);
  const withSlowest = first!.includes("tests/frame/change_me_test.ts") ? first! : second!;
  assert(!withSlowest.includes("tests/verilog"), withSlowest.join(" "));
});

Deno.test("a folder with fewer parts than shares leaves some empty", async () => {
  assertEquals(await testShares(ROOT, ["lib"], 3), [["lib"], [], []]);
});
