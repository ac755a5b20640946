/**
 * Python in Pyodide.
 *
 * @module
 */
import { join } from "node:path";
import { runToEnd } from "offprint/process/mod.ts";
import { type SandboxOptions, SandboxPool } from "./pool.ts";

const PACKAGE = "pyodide";

/**
 * A pool for Python programs; arguments and results are Python literals. Pyodide by itself is not a sandbox, since
 * `import js` reaches what surrounds it; the boundary is its process, which may read Pyodide's own package and
 * nothing else. A process takes some seconds of processor time to start and about 150 MB; the first program starts it.
 *
 * Each program has a namespace of its own, but what it changes in Python's own modules stays until its process ends.
 * Lines are counted as steps; a program that gets around that is ended with its process. The limits on memory and
 * stack are those of the process and of Python.
 */
export function pythonSandbox(options: SandboxOptions = {}): SandboxPool {
  return new SandboxPool({
    name: "Python",
    package: PACKAGE,
    child: async () => ({
      script: new URL("./python_child.ts", import.meta.url),
      permissions: [`--allow-read=${(await packageFolders()).join(",")}`],
    }),
  }, { memoryBytes: 2_000_000_000, ...options });
}

/** Where Deno keeps the package, one folder for each registry it came from. It is fetched where there is none. */
async function packageFolders(): Promise<string[]> {
  const { npmCache } = JSON.parse(await deno("info", "--json")) as { npmCache: string };
  const found = async (): Promise<string[]> => {
    const folders: string[] = [];
    try {
      for await (const { name } of Deno.readDir(npmCache)) {
        const folder = join(npmCache, name, PACKAGE);
        if (await Deno.stat(folder).then(() => true, () => false)) folders.push(folder);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return folders;
  };
  const there = await found();
  if (there.length > 0) return there;
  await deno("cache", "--quiet", import.meta.resolve(PACKAGE));
  const fetched = await found();
  // Without it the process says itself what it lacks.
  return fetched.length > 0 ? fetched : [npmCache];
}

async function deno(...args: string[]): Promise<string> {
  const { stdout } = await runToEnd(Deno.execPath(), args, {
    stderr: "null",
    env: { NO_COLOR: "1" },
  });
  return stdout;
}
