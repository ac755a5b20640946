/** A project with one small notebook, for trials of commands that write to `notebooks/`. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import type { PageRequest, ReaderEvent } from "offprint/kit/read/messages.ts";
import { ROOT } from "offprint/kit/project.ts";
import { SAMPLE, SOURCE } from "../kit/read/sample.ts";

/** Where the notebook lies in the project, without its ending. */
export const SAMPLE_PATH = "notebooks/02-sample";

/** Makes a folder a project: everything is a link to the project's own, but `notebooks/` and `out/`. */
export async function sampleProject(folder: string): Promise<void> {
  for (const name of ["lib", "kernels", "data", "deno.json", "import_map.json", "deno.lock"]) {
    await Deno.symlink(join(ROOT, name), join(folder, name));
  }
  await Deno.mkdir(join(folder, "notebooks"));
  await Deno.copyFile(
    join(ROOT, "notebooks", "deno.json"),
    join(folder, "notebooks", "deno.json"),
  );
  await Deno.writeTextFile(join(folder, `${SAMPLE_PATH}.ts`), SOURCE);
  await Deno.writeTextFile(join(folder, `${SAMPLE_PATH}.ipynb`), stringifyNotebook(SAMPLE));
}

/** Fails where the notebook's source is not whole. */
export function wholeSource(text: string): void {
  assert(text.endsWith("\n"), "a line without its end");
  assertEquals(buildNotebook(text, "02-sample.ts").cells.length, SAMPLE.cells.length);
}

/** Edits of one cell that a reader makes after another; the last one stays. */
const EDITS = [5, 6, 7].map((factor) => `console.log("sum", ${factor});`);

/** What a page does: edits a cell, runs it, saves it, and again. Ends when the last edit is saved. */
export async function editAndSave(address: string): Promise<void> {
  const entered = await fetch(address, { redirect: "manual" });
  await entered.body?.cancel();
  const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
  const { host } = new URL(address);
  // Deno's sockets can send headers; the types do not know it.
  const options = { headers: { cookie, origin: `http://${host}` } } as unknown as string[];
  const socket = new WebSocket(`ws://${host}/socket/02-sample`, options);
  const ask = (request: PageRequest) => socket.send(JSON.stringify(request));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let edits = 0;
  const edit = () => {
    ask({ type: "edit", cell: "sum", source: EDITS[edits]! });
    ask({ type: "run", cells: ["sum"], needed: true });
    ask({ type: "save" });
  };
  socket.onopen = edit;
  socket.onmessage = ({ data }) => {
    const event = JSON.parse(data) as ReaderEvent;
    if (event.type === "problem") reject(new Error(event.message));
    if (event.type !== "saved") return;
    if (++edits === EDITS.length) resolve();
    else edit();
  };
  const gone = () => reject(new Error("the server has gone"));
  socket.onclose = gone;
  socket.onerror = gone;
  try {
    await promise;
  } finally {
    socket.close();
  }
}
