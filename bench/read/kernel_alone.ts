/**
 * The cells of a notebook in a kernel without any page: the least time that a page which runs them can need.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { KernelClient } from "offprint/kit/kernel/mod.ts";
import { parseNotebook } from "offprint/kit/pairs/mod.ts";

/** Seconds from the kernel's start until its first cell has ended, and its last. */
export async function kernelAlone(
  folder: string,
  id: string,
): Promise<{ first: number; all: number }> {
  const name = `${id}.ipynb`;
  const { cells } = parseNotebook(await Deno.readTextFile(join(folder, name)), name);
  const began = performance.now();
  const env = { OFFPRINT_THREADS: String(availableParallelism()) };
  const seconds = () => (performance.now() - began) / 1000;
  const kernel = await KernelClient.start({ cwd: folder, env });
  let first: number | undefined;
  try {
    for (const cell of cells) {
      if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
      const { status } = await kernel.execute(cell.source, { cell: cell.id });
      if (status !== "ok") throw new Error(`${name}: cell ${cell.id} ended with "${status}"`);
      first ??= seconds();
    }
    const all = seconds();
    return { first: first ?? all, all };
  } finally {
    await kernel.shutdown();
  }
}
