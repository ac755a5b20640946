/** Folders of small notebooks for the tests of the runner. */
import { join } from "node:path";
import type { NotebookSettings } from "offprint/kit/nbformat.ts";
import { type NotebookRun, runNotebooks, type RunOptions } from "offprint/kit/runner/mod.ts";

/** A code cell: its text, or `[header attributes, text]`. */
export type ScratchCell = string | [attributes: string, text: string];

/** The source file of a notebook; cells are called `cell-1`, `cell-2`, … unless they say otherwise. */
export function source(cells: ScratchCell[], settings: Partial<NotebookSettings> = {}): string {
  const offprint = { paper: null, cellSeconds: 60, exclusive: false, ...settings };
  const kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  const header = `// ---\n// jupyter: ${JSON.stringify({ kernelspec, offprint })}\n// ---\n`;
  const texts = cells.map((cell, index) => {
    const [attributes, text] = typeof cell === "string" ? ["", cell] : cell;
    const id = attributes.includes("id=") ? "" : ` id="cell-${index + 1}"`;
    return `\n// %%${id} ${attributes}`.trimEnd() + `\n${text}\n`;
  });
  return header + texts.join("");
}

/** A temporary folder with notebooks; the executed ones go to `out`. */
export class Scratch implements AsyncDisposable {
  private constructor(readonly folder: string, readonly out: string) {}

  static async make(notebooks: Record<string, string>): Promise<Scratch> {
    const root = await Deno.makeTempDir({ prefix: "offprint-runner-test-" });
    const scratch = new Scratch(join(root, "notebooks"), join(root, "out"));
    await Deno.mkdir(scratch.folder);
    for (const [id, text] of Object.entries(notebooks)) {
      await Deno.writeTextFile(join(scratch.folder, `${id}.ts`), text);
    }
    return scratch;
  }

  /** Runs them. */
  async run(options: Partial<RunOptions> = {}): Promise<Record<string, NotebookRun>> {
    const { papers } = await runNotebooks({
      folder: this.folder,
      outDir: this.out,
      ids: [],
      ...options,
    });
    return Object.fromEntries(papers.map((run) => [run.id, run]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(join(this.folder, ".."), { recursive: true });
  }
}
