import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { denoTest } from "offprint/kit/deno_tests.ts";
import { writeJointTest } from "offprint/kit/joint_tests.ts";

Deno.test("all files below folders are imported once, in order; what they import is loaded once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "tests/inner"), { recursive: true });
    const write = (name: string, text: string) => Deno.writeTextFile(join(folder, name), text);
    await write("tests/loaded.ts", "export const loads = { count: 0 };\nloads.count++;\n");
    // The first waits while it is loaded; the second must not overtake it.
    await write(
      "tests/a_test.ts",
      `import { loads } from "./loaded.ts";
await new Promise((done) => setTimeout(done, 20));
Deno.test("first", () => { if (loads.count++ !== 1) throw new Error("loaded again"); });`,
    );
    await write(
      "tests/inner/b_test.ts",
      `import { loads } from "../loaded.ts";
Deno.test("second", () => { if (loads.count !== 2) throw new Error("loaded again"); });`,
    );
    await write("tests/inner/wrong.ts", "throw new Error('no test');");
    const joint = await writeJointTest(folder, ["tests"], folder);
    const printed: string[] = [];
    const counts = await denoTest([joint], {
      signal: new AbortController().signal,
      typesChecked: true,
      print: (text) => printed.push(text),
    });
    assertEquals([counts.passed, counts.failed, counts.failures], [2, 0, []]);
    const files = [...counts.seconds.keys()].map((file) => file.split("/").at(-1));
    assertEquals(files, ["a_test.ts", "b_test.ts"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file alone is run as it is", async () => {
  assertEquals(
    await writeJointTest("/project", ["tests/a_test.ts"], "/gone"),
    "/project/tests/a_test.ts",
  );
});
