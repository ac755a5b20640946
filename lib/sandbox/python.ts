/**
 * Python in Pyodide.
 *
 * @module
 */
import { packageFolders } from "offprint/process/mod.ts";
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
    child: async () => {
      const folders = await packageFolders(PACKAGE, import.meta.resolve(PACKAGE));
      return {
        script: new URL("./python_child.ts", import.meta.url),
        permissions: [`--allow-read=${folders.join(",")}`],
      };
    },
  }, { memoryBytes: 2_000_000_000, ...options });
}
