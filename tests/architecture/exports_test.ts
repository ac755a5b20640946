import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unnamedExports } from "./exports.ts";
import { readHouse } from "./imports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Texts that are written to new projects: what they export is for those. */
const TEMPLATES = "lib/kit/new_paper/templates.ts";

Deno.test("what a file exports is named in another file", async () => {
  const { files } = await readHouse(ROOT, ["lib", "kernels", "bench", "tests", "notebooks"], {});
  const texts = await Promise.all(
    files.filter((file) => file !== TEMPLATES).map(async (file) =>
      [file, await Deno.readTextFile(join(ROOT, file))] as const
    ),
  );
  assertEquals(unnamedExports(new Map(texts)), []);
});

Deno.test("a value that only its own file names is found; types and used values are not", () => {
  const files = new Map([
    ["lib/a.ts", "export const used = 1;\nexport async function alone() {}\nexport type T = 1;\n"],
    ["lib/b.ts", 'import { used } from "./a.ts";\nexport class Own {}\n'],
    ["tests/c_test.ts", 'import { Own } from "../lib/b.ts";\n'],
  ]);
  assertEquals(unnamedExports(files), ["lib/a.ts: alone"]);
});
