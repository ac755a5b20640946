import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "offprint/kit/project.ts";
import { sharesModules, testParts } from "offprint/kit/test_parts.ts";

async function testFiles(root: string, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, path))) {
    if (isDirectory) found.push(...await testFiles(root, `${path}/${name}`));
    else if (name.endsWith("_test.ts")) found.push(`${path}/${name}`);
  }
  return found.sort();
}

/** Files of tests in each part. */
async function filesOf(parts: readonly string[][]): Promise<string[]> {
  const paths = parts.flat();
  return (await Promise.all(
    paths.map((path) => path.endsWith("_test.ts") ? [path] : testFiles(ROOT, path)),
  )).flat();
}

for (const without of [[], ["tests/faults"]]) {
  Deno.test(`every test file is in exactly one part, without ${without.join() || "none"}`, async () => {
    const all = (await testFiles(ROOT, "tests"))
      .filter((file) => !without.some((folder) => file.startsWith(`${folder}/`)));
    const files = await filesOf(await testParts(ROOT, ["tests"], without));
    assertEquals(files.toSorted(), all);
  });
}

Deno.test("the longest is begun first and shares its process with nothing", async () => {
  const parts = await testParts(ROOT, ["tests"]);
  assertEquals(parts[0], ["tests/frame/change_me_test.ts"]);
});

Deno.test("every part holds a test: deno test fails without one", async () => {
  for (const part of await testParts(ROOT, ["tests"])) {
    assert((await filesOf([part])).length > 0, part.join(" "));
  }
});

Deno.test("what is not divided is one part", async () => {
  assertEquals(await testParts(ROOT, ["tests/lm"]), [["tests/lm"]]);
});

Deno.test("long files are parts of their own", async () => {
  // A file that was renamed would be begun with others, and last.
  const parts = await testParts(ROOT, ["tests"]);
  for (const path of ["tests/frame/first_run_test.ts", "tests/faults/kills_test.ts"]) {
    assert(parts.some((part) => part.length === 1 && part[0] === path), path);
  }
});

Deno.test("a part shares its modules as a whole or not at all, and what starts kernels and browsers does not", async () => {
  const parts = await testParts(ROOT, ["tests"]);
  for (const part of parts) {
    const each = new Set(part.map((path) => sharesModules([path])));
    assertEquals([...each], [sharesModules(part)], part.join(" "));
  }
  const sharing = parts.filter(sharesModules).flat();
  assert(sharing.includes("tests/decoding") && sharing.includes("tests/stats_test.ts"));
  for (const room of ["tests/kit/site", "tests/kit/runner", "tests/frame/first_run_test.ts"]) {
    assert(parts.flat().includes(room) && !sharing.includes(room), room);
  }
});
