/**
 * Examples in doc comments and in Markdown as tests: what `deno test --doc` does, but in one process for all of them, which loads what they
 * import once. Their types are checked elsewhere, by `deno check --doc`.
 *
 * @module
 */
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { readText } from "offprint/files.ts";

/** A block of code in a doc comment, or in a page of Markdown. */
export interface DocExample {
  /** Path from the project's folder, with the line of its first fence and the one behind its last, as Deno counts: "lib/stats.ts#21-29". */
  name: string;
  code: string;
}

/** A doc comment that begins its line, as all do. */
const COMMENT = /^[ \t]*\/\*\*.*?\*\//gms;
/** A block of code in it, and what is said of it behind the three backticks. */
const BLOCK = /^```(ts|typescript)([^\n]*)\n(.*?)^```/gms;

/**
 * The examples of one source file, or of a page of Markdown.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docExamples } from "offprint/kit/doc_examples.ts";
 *
 * const fence = "`".repeat(3);
 * const source = ["/**", ` * ${fence}ts`, " * f(1);", ` * ${fence}`, " *\/", "export function f() {}"];
 * assertEquals(docExamples("lib/f.ts", source.join("\n")), [{ name: "lib/f.ts#2-5", code: "f(1);\n" }]);
 * ```
 */
export function docExamples(path: string, source: string): DocExample[] {
  const texts = path.endsWith(".md")
    ? [{ text: source, before: 0 }]
    : [...source.matchAll(COMMENT)].map((comment) => ({
      text: comment[0].replaceAll(/^[ \t]*(?:\/\*\*|\*\/|\* ?)/gm, ""),
      before: lines(source.slice(0, comment.index)),
    }));
  return texts.flatMap(({ text, before }) =>
    [...text.matchAll(BLOCK)]
      .filter(([, , attributes = ""]) => !attributes.includes("ignore"))
      .map((block) => {
        const first = before + lines(text.slice(0, block.index)) + 1;
        return { name: `${path}#${first}-${first + lines(block[0]) + 1}`, code: block[3]! };
      })
  );
}

function lines(text: string): number {
  return text.split("\n").length - 1;
}

/**
 * Writes a test file that runs every example below some folders.
 *
 * @param root The project's folder.
 * @param out A folder, which gets a module for each example beside the test.
 * @param signal Ends the writing early.
 * @returns The path of the test file.
 */
export async function writeExampleTests(
  root: string,
  folders: readonly string[],
  out: string,
  signal?: AbortSignal,
): Promise<string> {
  const tests: string[] = [];
  for (const folder of folders) {
    for (const path of (await sources(join(root, folder))).sort()) {
      if (signal?.aborted) return out;
      const name = relative(root, path).replaceAll(sep, "/");
      for (const example of docExamples(name, await readText(path))) {
        const file = join(out, `example_${tests.length}.ts`);
        await Deno.writeTextFile(file, example.code);
        const url = pathToFileURL(file).href;
        tests.push(`Deno.test(${JSON.stringify(example.name)}, async () => {
  await import(${JSON.stringify(url)});
});`);
      }
    }
  }
  const file = join(out, "doc_examples_test.ts");
  await Deno.writeTextFile(file, `${tests.join("\n")}\n`);
  return file;
}

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await sources(path));
    else if (/\.(?:ts|md)$/.test(name)) found.push(path);
  }
  return found;
}
