import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import {
  GRAMMARS,
  LONGEST_TEXT,
  parseSyntax,
  type SyntaxLanguage,
  walk,
} from "offprint/syntax/mod.ts";

const SAMPLES: Record<SyntaxLanguage, { good: string; bad: string; kind: string }> = {
  javascript: {
    good: "const f = (x) => x?.y ?? 0;",
    bad: "const f = (x => x;",
    kind: "arrow_function",
  },
  typescript: {
    good: "function f(x: readonly number[]): number { return x[0]!; }",
    bad: "function f(x: ): {",
    kind: "required_parameter",
  },
  python: { good: "def f(x):\n    return x[1:]\n", bad: "def f(x:\n", kind: "function_definition" },
  systemverilog: {
    good: "module m(input a, output y); assign y = a; endmodule",
    bad: "module m(input a output y;",
    kind: "module_declaration",
  },
};

for (const language of Object.keys(GRAMMARS) as SyntaxLanguage[]) {
  const { good, bad, kind } = SAMPLES[language];

  Deno.test(`${language}: a text is a tree, and a wrong one a tree with errors`, async () => {
    const tree = await parseSyntax(language, good);
    assertEquals([tree.hasError, tree.firstError], [false, undefined]);
    assert([...walk(tree.root)].some((node) => node.kind === kind));
    const broken = await parseSyntax(language, bad);
    assert(broken.hasError && broken.firstError !== undefined);
    const wrong = [...walk(broken.root)].filter((node) => node.kind === "ERROR" || node.missing);
    assert(wrong.length > 0);
  });

  Deno.test(`${language}: the grammar is the file that data/grammars/README.md names`, async () => {
    const folder = new URL("../../data/grammars/", import.meta.url);
    const bytes = await Deno.readFile(new URL(`${language}.wasm.gz`, folder));
    const readme = await Deno.readTextFile(new URL("README.md", folder));
    const row = readme.split("\n").find((line) => line.includes(`\`${language}.wasm.gz\` |`))!;
    assert(row.includes(createHash("sha256").update(bytes).digest("hex")));
    assert(row.includes(`| ${bytes.length} |`));
    const [name, version] = GRAMMARS[language].split(" ");
    assert(row.includes(`\`${name}\` ${version}`));
    assert((await Deno.readTextFile(new URL(`${language}.LICENSE`, folder))).includes("MIT"));
  });
}

Deno.test("a text that is too long is refused", async () => {
  await assertRejects(
    () => parseSyntax("javascript", " ".repeat(LONGEST_TEXT + 1)),
    Error,
    "javascript text: got 1000001, expected at most 1000000 characters. Split the file.",
  );
});
