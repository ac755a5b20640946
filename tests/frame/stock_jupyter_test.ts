import { assert, assertEquals } from "@std/assert";
import { findNbconvert, startNbconvert } from "../../bench/run/nbconvert.ts";
import { ROOT } from "offprint/kit/project.ts";

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

const nbconvert = await findNbconvert();
const NOTEBOOK = `${ROOT}notebooks/02-specdec-theory.ipynb`;

Deno.test({
  name: `stock Jupyter executes the committed notebook 02 without an error output${
    nbconvert === undefined ? " (no jupyter-nbconvert here)" : ""
  }`,
  ignore: nbconvert === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "offprint-jupyter-" });
    try {
      const child = await startNbconvert(nbconvert!, NOTEBOOK, { folder, cellSeconds: 300 });
      const [stderr, , { code }] = await Promise.all([
        new Response(child.stderr).text(),
        new Response(child.stdout).text(),
        child.status,
      ]);
      assertEquals(code, 0, stderr.slice(-2000));
      const executed = JSON.parse(await Deno.readTextFile(`${folder}/executed.ipynb`));
      // What outputs say is not compared: under load a stock client can still lose one (`display` waits a little
      // against it), and numbers differ between processors. But none may stand under another cell.
      const committed = JSON.parse(await Deno.readTextFile(NOTEBOOK));
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
