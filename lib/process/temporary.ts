/**
 * Temporary folders that say whose they are, and the sweeping of those whose owner is dead.
 *
 * @module
 */
import { dirname, join } from "node:path";
import process from "node:process";

/** How a folder's name begins: kind, then its owner. */
const NAME = /^offprint-[a-z]+-(\d+)\.(\d+)\.(\d+)-/;

/** Kinds of folders that this process has swept already, by parent folder. */
const swept = new Set<string>();

/**
 * Makes a temporary folder. Its name holds this process: its id, when it started, and among which processes
 * the id counts. Before the first one, folders of processes that have ended are removed.
 *
 * @param kind One word, in the folder's name.
 * @throws {Deno.errors.PermissionDenied} and what else making a folder may meet.
 */
export async function temporaryFolder(kind: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `offprint-${kind}-${owner()}-` });
  const parent = dirname(folder);
  if (!swept.has(parent)) {
    swept.add(parent);
    await sweepTemporary(parent);
  }
  return folder;
}

/**
 * Removes the temporary folders of processes that have ended. Folders of other users, and of processes whose
 * ids we cannot tell (another container's), are left alone.
 *
 * @returns The folders that were removed.
 */
export async function sweepTemporary(parent: string): Promise<string[]> {
  const removed: string[] = [];
  const [, , namespace] = owner().split(".");
  const user = Deno.uid();
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      const [, pid, start, space] = NAME.exec(name) ?? [];
      if (!isDirectory || pid === undefined || space !== namespace) continue;
      if (isRunning(Number(pid), start)) continue;
      const path = join(parent, name);
      try {
        if ((await Deno.lstat(path)).uid !== user) continue;
        await Deno.remove(path, { recursive: true });
        removed.push(path);
      } catch {
        // Another process sweeps too.
      }
    }
  } catch {
    // Not ours to read.
  }
  return removed;
}

/**
 * Whether a process runs.
 *
 * @param start When it started, as the system counts; another process may have got the id since.
 */
export function isRunning(pid: number, start?: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return start === undefined || now === undefined || start === "0" || now === start;
}

/** `pid.start.namespace` of this process; zeros where the system does not tell. */
function owner(): string {
  let namespace = "0";
  try {
    namespace = /\d+/.exec(Deno.readLinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    // not Linux
  }
  return `${Deno.pid}.${startOf(Deno.pid) ?? "0"}.${namespace}`;
}

/** When a process started, in clock ticks since the system did: field 22 of /proc/PID/stat. */
function startOf(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
