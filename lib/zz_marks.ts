import { executeNotebook, listNotebooks, loadNotebook, selectNotebooks } from "offprint/kit/runner/mod.ts";
import { tagsOf } from "offprint/kit/nbformat.ts";
const folder = Deno.cwd() + "/notebooks";
for (const f of selectNotebooks(await listNotebooks(folder), Deno.args)) {
  const { notebook } = await loadNotebook(f);
  const e = await executeNotebook(notebook, { cwd: folder, cellSeconds: 3000, env: { OFFPRINT_THREADS: "1" } });
  console.log(f.id, e.seconds, e.failures.map((x) => x.reason));
  for (const c of e.notebook.cells) {
    if (c.cell_type !== "code") continue;
    const by = e.computedBy.get(c.id), tags = tagsOf(c);
    if (by || tags.includes("native")) console.log(" ", c.id, JSON.stringify(tags), by ?? "-", e.cellSeconds.get(c.id)?.toFixed(1));
  }
}
