/** The folder `kernels/` on its own, as someone takes it who wants nothing else of this project. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const KERNELS = fileURLToPath(new URL("../../kernels", import.meta.url));

/** Copies a folder and all below it. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

async function deno(args: string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("a copy of kernels/ alone runs the README's example, with permissions and without", async () => {
  const folder = await Deno.makeTempDir({ prefix: "offprint-alone-" });
  try {
    await copy(KERNELS, join(folder, "kernels"));
    const readme = await Deno.readTextFile(join(folder, "kernels", "README.md"));
    const shown = /```ts\n(.*?)```/s.exec(readme)![1]!;
    const example = shown.replace('"kernels/mod.ts"', '"./kernels/mod.ts"');
    assert(example !== shown, "imported through this project's map");
    await Deno.writeTextFile(join(folder, "example.ts"), example);
    const run = (...flags: string[]) =>
      deno(
        ["run", "--quiet", "--no-config", "--no-lock", "--no-prompt", ...flags, "example.ts"],
        folder,
      );
    const trusted = await run("--check", "-A");
    assertEquals(trusted.code, 0, trusted.stderr);
    assertMatch(trusted.stdout, /^(native|reference) 32\n$/);
    const careful = await run();
    assertEquals(careful.code, 0, careful.stderr);
    assertEquals(careful.stdout, "reference 32\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("everything that kernels/mod.ts exports is documented", async () => {
  const { code, stderr } = await deno(["doc", "--lint", join(KERNELS, "mod.ts")], KERNELS);
  assertEquals(code, 0, stderr.slice(-2000));
});
