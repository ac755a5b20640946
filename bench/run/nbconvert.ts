/**
 * Stock Jupyter's `nbconvert --execute` with a kernel of this Deno: what executes a notebook where nobody has this kit.
 *
 * @module
 */
import { type Child, startChild } from "offprint/process/mod.ts";
import { writeKernelSpec } from "./kernel_spec.ts";

/** An `nbconvert` that is installed. */
export interface Nbconvert {
  program: string;
  /** "nbconvert 6.5.3". */
  version: string;
}

/** Debian's, or any on the path; nothing where there is none. */
export async function findNbconvert(): Promise<Nbconvert | undefined> {
  for (const program of ["/usr/bin/jupyter-nbconvert", "jupyter-nbconvert"]) {
    try {
      const { success, stdout } = await new Deno.Command(program, {
        args: ["--version"],
        stderr: "null",
      }).output();
      const version = `nbconvert ${new TextDecoder().decode(stdout).trim()}`;
      if (success) return { program, version };
    } catch {
      // not here, try the next
    }
  }
  return undefined;
}

/**
 * Starts the execution of a notebook, with everything that Jupyter keeps in a folder of ours.
 *
 * @param options.folder Gets the kernel's description, and `executed.ipynb`.
 * @param options.cellSeconds A cell may take so long.
 */
export async function startNbconvert(
  { program }: Nbconvert,
  notebook: string,
  options: { folder: string; cellSeconds: number; env?: Record<string, string> },
): Promise<Child> {
  const { folder, cellSeconds, env = {} } = options;
  await writeKernelSpec(folder);
  return startChild(program, [
    "--to=notebook",
    "--execute",
    `--ExecutePreprocessor.timeout=${cellSeconds}`,
    `--output-dir=${folder}`,
    "--output=executed",
    notebook,
  ], { env: { JUPYTER_PATH: folder, NO_COLOR: "1", ...env } });
}
