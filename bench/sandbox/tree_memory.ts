/**
 * Resident memory of this process and all that it has started.
 *
 * @module
 */

/** Bytes; nothing where the system does not say (it is read from /proc, which Linux has). */
export async function treeMemory(pid = Deno.pid): Promise<number | undefined> {
  const status = await textOf(`/proc/${pid}/status`);
  const own = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  if (own === undefined) return undefined;
  let bytes = 1024 * Number(own);
  // A process may have been started by any thread.
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const children = await textOf(`/proc/${pid}/task/${name}/children`);
    for (const child of children.split(" ").filter((each) => each.trim() !== "")) {
      bytes += await treeMemory(Number(child)) ?? 0;
    }
  }
  return bytes;
}

/** The same without this process. */
export async function startedMemory(): Promise<number | undefined> {
  const all = await treeMemory();
  return all === undefined ? undefined : all - Deno.memoryUsage().rss;
}

/** A process may end while it is looked at. */
function textOf(file: string): Promise<string> {
  return Deno.readTextFile(file).catch(() => "");
}
