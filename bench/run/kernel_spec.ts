/**
 * Deno's kernel as Jupyter's programs look for it.
 *
 * @module
 */
import { join } from "node:path";

/** Writes the kernel `deno` below `folder`, which is on Jupyter's path. */
export async function writeKernelSpec(folder: string): Promise<void> {
  const kernel = join(folder, "kernels", "deno");
  await Deno.mkdir(kernel, { recursive: true });
  await Deno.writeTextFile(
    join(kernel, "kernel.json"),
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
}
