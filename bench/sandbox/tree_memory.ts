/**
 * Resident memory of this process and all that it has started.
 *
 * @module
 */

/**
 * Bytes; nothing where the system does not say (it is read from /proc, which Linux has).
 *
 * @param bytesOf Memory of one process: by default what is resident of it, also where others hold the same pages.
 */
export async function treeMemory(
  pid = Deno.pid,
  bytesOf: (pid: number) => Promise<number | undefined> = residentBytes,
): Promise<number | undefined> {
  let bytes = await bytesOf(pid);
  if (bytes === undefined) return undefined;
  for (const child of await childrenOf(pid)) bytes += await treeMemory(child, bytesOf) ?? 0;
  return bytes;
}

/** Processes that a process has started, by whichever of its threads. It may end while it is looked at. */
async function childrenOf(pid: number): Promise<number[]> {
  let children = "";
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
      children += await textOf(`/proc/${pid}/task/${name}/children`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return children.split(" ").filter((each) => each.trim() !== "").map(Number);
}

/** What is resident of a process, in bytes. */
function residentBytes(pid: number): Promise<number | undefined> {
  return kilobytes(`/proc/${pid}/status`, /^VmRSS:\s*(\d+) kB$/m);
}

/** What a process holds, in bytes: a page that n processes share counts as an n-th. */
export function proportionalBytes(pid: number): Promise<number | undefined> {
  return kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s*(\d+) kB$/m);
}

async function kilobytes(file: string, line: RegExp): Promise<number | undefined> {
  const count = line.exec(await textOf(file))?.[1];
  return count === undefined ? undefined : 1024 * Number(count);
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
