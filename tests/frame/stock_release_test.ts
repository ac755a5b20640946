import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import {
  checksumOf,
  nbgraderOf,
  readAssignment,
  readSubmission,
} from "offprint/kit/classroom/mod.ts";
import type { Cell } from "offprint/kit/nbformat.ts";
import { parseNotebook, parsePercent } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { runToEnd } from "offprint/process/mod.ts";
import { MASTER, NAME, RIGHT_1, submission, writeSample } from "../kit/classroom/sample.ts";

/** Jupyter's own reading, checking, running and saving; a cell that fails does not end it. */
const PYTHON = `
import sys, nbformat
from nbclient import NotebookClient
path, project = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=120, kernel_name="deno", allow_errors=True,
               resources={"metadata": {"path": project}}).execute()
nbformat.validate(notebook)
nbformat.write(notebook, path)
`;

/** A Python with Jupyter's client: Debian's, or any on the path. */
async function findPython(): Promise<string | undefined> {
  for (const program of ["/usr/bin/python3", "python3"]) {
    try {
      const args = ["-c", "import nbclient, nbformat"];
      const { code } = await runToEnd(program, args, { stderr: "null" });
      if (code === 0) return program;
    } catch {
      // not here, try the next
    }
  }
  return undefined;
}

/** All but outputs, and the times that the client notes of its own accord. */
function whatStays({ id, source, metadata: { execution: _, ...metadata } }: Cell) {
  return { id, source, metadata };
}

const python = await findPython();

Deno.test({
  name: `stock Jupyter checks, runs and saves what students get, and it can be graded then${
    python === undefined ? " (no nbclient here)" : ""
  }`,
  ignore: python === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "classroom-" });
    try {
      const kernels = join(folder, "kernels", "deno");
      await Deno.mkdir(kernels, { recursive: true });
      const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
      await Deno.writeTextFile(
        join(kernels, "kernel.json"),
        JSON.stringify({ argv, display_name: "Deno", language: "typescript" }),
      );
      await writeSample(folder);
      const file = join(folder, "ann.ipynb");
      const before = await submission(folder, { "exercise-1": RIGHT_1 });
      await Deno.writeTextFile(file, JSON.stringify(before));
      const { code, stderr } = await runToEnd(python!, ["-c", PYTHON, file, ROOT], {
        env: { JUPYTER_PATH: folder, NO_COLOR: "1" },
      });
      assertEquals(code, 0, stderr.slice(-2000));

      const text = await readText(file);
      const { cells } = parseNotebook(text, file);
      assertEquals(
        cells.map(whatStays),
        parseNotebook(JSON.stringify(before), "before").cells.map(whatStays),
      );
      for (const cell of cells) {
        const meta = nbgraderOf(cell, file);
        if (meta === undefined || meta.solution) continue;
        assertEquals(meta.checksum, checksumOf(cell.source, cell.cell_type, meta));
      }
      const failing = cells.filter((cell) =>
        cell.cell_type === "code" && cell.outputs.some(({ output_type }) => output_type === "error")
      );
      assertEquals(failing.map(({ id }) => id), ["exercise-2-check"]);
      assert(text.includes("✓ the sample"));
      const assignment = await readAssignment(parsePercent(MASTER, "sample"), NAME);
      const read = readSubmission(new TextEncoder().encode(text), assignment);
      assert("answers" in read && read.answers.solutions.get("exercise-1") === RIGHT_1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
