import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { denoTestParts } from "offprint/kit/deno_tests.ts";

Deno.test("parts are run, counted and timed; a file that does not load is a failure", async () => {
  const folder = await Deno.makeTempDir();
  const paths = {
    two: join(folder, "two_test.ts"),
    wrong: join(folder, "wrong_test.ts"),
    broken: join(folder, "broken_test.ts"),
  };
  await Deno.writeTextFile(
    paths.two,
    `Deno.test("one", () => {}); Deno.test({ name: "none here", ignore: true, fn() {} });`,
  );
  await Deno.writeTextFile(
    paths.wrong,
    `Deno.test("right", () => {});
Deno.test("wrong", () => { throw new Error("as it should"); });`,
  );
  await Deno.writeTextFile(paths.broken, `import "./gone.ts";`);
  const printed: string[] = [];
  try {
    const parts = [[paths.two, paths.wrong], [paths.broken]];
    const counts = await denoTestParts(parts, 2, {
      signal: new AbortController().signal,
      typesChecked: true,
      print: (text) => printed.push(text),
    });
    assertEquals([counts.passed, counts.failed, counts.skipped], [2, 2, ["none here"]]);
    const failures = counts.failures.toSorted();
    assertMatch(failures[0]!, /wrong_test\.ts: wrong\n.*as it should/);
    assertMatch(failures[1]!, /^deno test ended with code 1, and its report names no failed test$/);
    const timed = [...counts.seconds.keys()].map((file) => file.split("/").at(-1));
    assertEquals(timed.toSorted(), ["two_test.ts", "wrong_test.ts"]);
    // What one part printed is not mixed with what another did.
    assertEquals(printed.length, 2);
    assertEquals(printed.filter((text) => /none here[^]*as it should/.test(text)).length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
