import { join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { command, syncProject } from "../../lib/commands/sync.ts";
import { parseNotebook, stringifyNotebook } from "../../lib/kit/pairs/mod.ts";

function source(value: number): string {
  return `// ---\n// jupyter: {}\n// ---\n\n// %% id="a"\nconst a = ${value};\n`;
}

/** Runs `work` in a project of two notebooks; returns what was printed, both streams in order. */
async function printed(work: (root: string) => Promise<void>): Promise<string[]> {
  const root = await Deno.makeTempDir({ prefix: "offprint-sync-" });
  const lines: string[] = [];
  const { log, error } = console;
  console.log = console.error = (line: string) => lines.push(line);
  try {
    await Deno.mkdir(join(root, "notebooks"));
    for (const name of ["01-one.ts", "02-two.ts"]) {
      await Deno.writeTextFile(join(root, "notebooks", name), source(1));
    }
    await work(root);
    return lines;
  } finally {
    Object.assign(console, { log, error });
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("all notebooks, one by number, none left to do", async () => {
  const lines = await printed(async (root) => {
    assertEquals(await syncProject(root, ["02"], true), 0);
    assertEquals(await syncProject(root, ["02"], false), 0);
    assertEquals(await syncProject(root, [], false), 0);
  });
  assertEquals(lines, [
    "02-two: to do: built notebooks/02-two.ipynb, without outputs",
    "02-two: built notebooks/02-two.ipynb, without outputs",
    "01-one: built notebooks/01-one.ipynb, without outputs",
    "02-two: in step",
  ]);
});

Deno.test("one refused notebook leaves the others done, and gives exit code 1", async () => {
  const lines = await printed(async (root) => {
    await syncProject(root, [], false);
    const path = join(root, "notebooks", "01-one.ipynb");
    const notebook = parseNotebook(await Deno.readTextFile(path), path);
    notebook.cells[0]!.source = "const a = 2;";
    await Deno.writeTextFile(path, stringifyNotebook(notebook));
    await Deno.writeTextFile(join(root, "notebooks", "01-one.ts"), source(3));
    await Deno.writeTextFile(join(root, "notebooks", "02-two.ts"), source(4));
    assertEquals(await syncProject(root, [], false), 1);
  });
  assertStringIncludes(lines.at(-2)!, '01-one: cell "a" at notebooks/01-one.ts:5 and');
  assertEquals(lines.at(-1), '02-two: rebuilt cell "a" in notebooks/02-two.ipynb');
});

Deno.test("an unknown notebook and an unknown option are told in one line", async () => {
  await printed(async (root) => {
    await assertRejects(
      () => syncProject(root, ["03"], false),
      UserError,
      'notebook: got "03", expected one of 01-one, 02-two. Its two digits are enough.',
    );
  });
  await assertRejects(() => command.run(["--write"]), UserError, "See deno task sync --help.");
});
