import { assert, assertEquals } from "@std/assert";
import { ROOT } from "offprint/kit/project.ts";

/** A Jupyter that can run notebooks: Debian's, or any on the path. */
async function findJupyter(): Promise<string | undefined> {
  for (const program of ["/usr/bin/jupyter-nbconvert", "jupyter-nbconvert"]) {
    try {
      const { success } = await new Deno.Command(program, {
        args: ["--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return program;
    } catch {
      // not here, try the next
    }
  }
  return undefined;
}

interface Notebook {
  cells: { id: string; outputs?: unknown[]; metadata: { tags?: string[] } }[];
}

/** The cells that got more outputs than they have, which are those of another cell; what is never committed is left out. */
function cellsWithMore(executed: Notebook, committed: Notebook): string[] {
  const counts = new Map(committed.cells.map(({ id, outputs = [] }) => [id, outputs.length]));
  return executed.cells
    .filter(({ metadata }) => !metadata.tags?.includes("timing"))
    .filter(({ id, outputs = [] }) => outputs.length > (counts.get(id) ?? 0))
    .map(({ id }) => id);
}

const nbconvert = await findJupyter();

Deno.test({
  name: `stock Jupyter executes the committed notebook 02 without an error output${
    nbconvert === undefined ? " (no jupyter-nbconvert here)" : ""
  }`,
  ignore: nbconvert === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "offprint-jupyter-" });
    try {
      const kernels = `${folder}/kernels/deno`;
      await Deno.mkdir(kernels, { recursive: true });
      await Deno.writeTextFile(
        `${kernels}/kernel.json`,
        JSON.stringify({
          argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
          display_name: "Deno",
          language: "typescript",
        }),
      );
      const { code, stderr } = await new Deno.Command(nbconvert!, {
        args: [
          "--to=notebook",
          "--execute",
          "--ExecutePreprocessor.timeout=300",
          `--output-dir=${folder}`,
          "--output=executed",
          `${ROOT}notebooks/02-specdec-theory.ipynb`,
        ],
        env: { JUPYTER_PATH: folder, NO_COLOR: "1" },
        stdout: "null",
        stderr: "piped",
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr).slice(-2000));
      const executed = JSON.parse(await Deno.readTextFile(`${folder}/executed.ipynb`));
      // What outputs say is not compared: under load a stock client can still lose one (`display` waits a little
      // against it), and numbers differ between processors. But none may stand under another cell.
      const committed = JSON.parse(
        await Deno.readTextFile(`${ROOT}notebooks/02-specdec-theory.ipynb`),
      );
      assertEquals(cellsWithMore(executed, committed), []);
      const errors = executed.cells.flatMap((cell: { outputs?: { output_type: string }[] }) =>
        (cell.outputs ?? []).filter(({ output_type }) => output_type === "error")
      );
      assertEquals(errors, []);
      assert(executed.cells.some((cell: { execution_count?: number }) => cell.execution_count));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
