/**
 * Where an npm package lies, for a process that may read nothing else.
 *
 * @module
 */
import { join } from "node:path";
import { runToEnd } from "./run_to_end.ts";

/**
 * The folders in which Deno keeps a package, one for each registry that it came from. It is fetched where there is
 * none; where it cannot be, the folder of all packages is given, and the process says itself what it lacks.
 *
 * @param name As in npm: `pyodide`, `@yowasp/yosys`.
 * @param specifier What it is imported by: `npm:pyodide@1`.
 */
export async function packageFolders(name: string, specifier: string): Promise<string[]> {
  const { npmCache } = JSON.parse(await deno("info", "--json")) as { npmCache: string };
  const found = async (): Promise<string[]> => {
    const folders: string[] = [];
    try {
      for await (const registry of Deno.readDir(npmCache)) {
        const folder = join(npmCache, registry.name, name);
        if (await Deno.stat(folder).then(() => true, () => false)) folders.push(folder);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return folders;
  };
  const there = await found();
  if (there.length > 0) return there;
  await deno("cache", "--quiet", specifier);
  const fetched = await found();
  return fetched.length > 0 ? fetched : [npmCache];
}

async function deno(...args: string[]): Promise<string> {
  const { stdout } = await runToEnd(Deno.execPath(), args, {
    stderr: "null",
    env: { NO_COLOR: "1" },
  });
  return stdout;
}
