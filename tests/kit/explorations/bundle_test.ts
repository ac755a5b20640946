import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "offprint/errors.ts";
import { bundleExplorations, committedBundles } from "offprint/kit/explorations/mod.ts";
import { ROOT } from "offprint/kit/project.ts";

Deno.test({
  name: "the committed scripts are what deno task bundle makes of the sources",
  // The bundler's process outlives a single call.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const made = await bundleExplorations(ROOT);
    const committed = committedBundles();
    assertEquals([...committed.keys()], [...made.keys()].sort(), "run deno task bundle");
    for (const [id, text] of made) {
      assertEquals(committed.get(id), text, `${id}: run deno task bundle`);
      assert(!/<\/script|\beval\(|new Function|fetch\(|import\(/.test(text), id);
    }
  },
});

Deno.test({
  name: "a module that needs more than a browser has, or has no id, is refused in one line",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const lib = fileURLToPath(new URL("../../../lib", import.meta.url));
    const cases: Record<string, [text: string, says: string]> = {
      "needs Deno": [
        'const now = () => Deno.cwd(); export const exploration = { id: "a", title: now };',
        "got a use of Deno, expected a module that runs in a browser",
      ],
      "needs a package": [
        'import { z } from "zod"; export const exploration = { id: "a", title: z.string() };',
        "got a use of zod, expected a module that runs in a browser",
      ],
      "has no id": [
        'export const exploration = { id: "A b" };',
        'got "A b", expected small letters, digits and hyphens',
      ],
      "is too long": [
        `export const exploration = { id: "a", title: ${JSON.stringify("x".repeat(50_000))} };`,
        "expected at most 40000",
      ],
    };
    for (const [name, [text, says]] of Object.entries(cases)) {
      const root = await Deno.makeTempDir();
      try {
        const room = join(root, "lib", "papers", "paper");
        await Deno.mkdir(room, { recursive: true });
        for await (const { name } of Deno.readDir(lib)) {
          if (name !== "papers") await Deno.symlink(join(lib, name), join(root, "lib", name));
        }
        await Deno.writeTextFile(join(room, "explore_it.ts"), text);
        const error = await assertRejects(() => bundleExplorations(root), UserError);
        assert(error.message.includes(says) && !error.message.includes("\n"), `${name}: ${error}`);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    }
  },
});
