import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { docExamples, writeExampleTests } from "offprint/kit/doc_examples.ts";
import { runToEnd } from "offprint/process/mod.ts";
import { ROOT } from "offprint/kit/project.ts";

const FENCE = "`".repeat(3);

Deno.test("blocks of TypeScript in doc comments and Markdown, others not", () => {
  const source = [
    "/** One line. */",
    "const text = `",
    `/* ${FENCE}ts no comment`,
    "`;",
    "  /**",
    "   * Two:",
    "   *",
    `   * ${FENCE}ts`,
    "   * const a = { b: 1 };",
    "   *",
    "   *   a.b;",
    `   * ${FENCE}`,
    `   * ${FENCE}ts ignore`,
    "   * no",
    `   * ${FENCE}`,
    `   * ${FENCE}sh`,
    "   * no",
    `   * ${FENCE}`,
    "   */",
    "",
  ].join("\n");
  assertEquals(docExamples("a.ts", source), [
    { name: "a.ts#8-13", code: "const a = { b: 1 };\n\n  a.b;\n" },
  ]);
  assertEquals(docExamples("a.md", `# A\n\n${FENCE}ts\nf();\n${FENCE}\n`), [
    { name: "a.md#3-6", code: "f();\n" },
  ]);
});

Deno.test("each example is a test with its place, and fails when its code does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "lib"));
    const example = (code: string) => `/**\n * ${FENCE}ts\n * ${code}\n * ${FENCE}\n */\n`;
    await Deno.writeTextFile(
      join(folder, "lib", "a.ts"),
      example('import "offprint/errors.ts";') + example('throw new Error("wrong");'),
    );
    const file = await writeExampleTests(folder, ["lib"], folder);
    const { code, stdout } = await runToEnd(
      Deno.execPath(),
      ["test", "-A", "-q", "--no-check", file],
      { cwd: ROOT, env: { NO_COLOR: "1" } },
    );
    assertEquals(code, 1);
    assertMatch(stdout, /^lib\/a\.ts#2-5 \.\.\. ok/m);
    assertMatch(stdout, /^lib\/a\.ts#7-10 \.\.\. FAILED/m);
    assertMatch(stdout, /1 passed \| 1 failed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
