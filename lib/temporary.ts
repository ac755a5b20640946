/**
 * Temporary files and folders that say whose they are, and the sweeping of those whose owner is dead.
 *
 * @module
 */
import { dirname, join } from "node:path";
import process from "node:process";
import { systemError } from "./system_errors.ts";

/** How names begin: `offprint-KIND-OWNER-…` for a folder, `.NAME.OWNER-….tmp` for a file. */
const FOLDER = /^offprint-[a-z]+-(\d+)\.(\d+)\.(\d+)-/;
const FILE = /^\..*\.(\d+)\.(\d+)\.(\d+)-[^.]*\.tmp$/;

/** Folders that this process has swept already. */
const swept = new Set<string>();

/**
 * Makes a temporary folder. Its name holds this process: its id, when it started, and among which processes
 * the id counts. Before the first one, what processes that have ended left there is removed.
 *
 * @param kind One word, in the folder's name.
 * @throws {UserError} where none can be made.
 */
export async function temporaryFolder(kind: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `offprint-${kind}-${owner()}-` })
    .catch((error) => {
      throw systemError(error) ?? error;
    });
  await sweepOnce(dirname(folder));
  return folder;
}

/** A temporary name beside a file, with this process in it. */
export function temporaryName(file: string): string {
  return `.${file}.${owner()}-${crypto.randomUUID()}.tmp`;
}

/** {@linkcode sweepTemporary}, the first time that this process asks for a folder. */
export async function sweepOnce(parent: string): Promise<void> {
  if (swept.has(parent)) return;
  swept.add(parent);
  await sweepTemporary(parent);
}

/**
 * Removes what processes that have ended left in a folder: their temporary folders and files. What belongs
 * to other users, or to processes whose ids we cannot find out (another container's), is left alone; so is all
 * where the permissions to see to it are missing.
 *
 * @returns What was removed.
 */
export async function sweepTemporary(parent: string): Promise<string[]> {
  const removed: string[] = [];
  const allowed = granted({ name: "read" }) && granted({ name: "write" }) &&
    granted({ name: "run" }) && granted({ name: "sys", kind: "uid" });
  if (!allowed) return removed;
  const namespace = owner().split(".")[2];
  const user = Deno.uid();
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      const [, pid, start, space] = (isDirectory ? FOLDER : FILE).exec(name) ?? [];
      if (pid === undefined || space !== namespace || isRunning(Number(pid), start)) continue;
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
 * Whether a process runs; yes where that cannot be found out.
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

/**
 * Whether the process that {@linkcode owner} named has ended; no where that cannot be found out, such as for a process of
 * another machine or container.
 */
export function hasEnded(named: string): boolean {
  const [, pid, start, space] = /^(\d+)\.(\d+)\.(\d+)$/.exec(named) ?? [];
  return pid !== undefined && space === owner().split(".")[2] && !isRunning(Number(pid), start);
}

/** `pid.start.namespace` of this process; zeros where the system does not say. */
export function owner(): string {
  let namespace = "0";
  try {
    if (granted({ name: "read" })) {
      namespace = /\d+/.exec(Deno.readLinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
    }
  } catch {
    // not Linux
  }
  return `${Deno.pid}.${startOf(Deno.pid) ?? "0"}.${namespace}`;
}

/** When a process started, in clock ticks since the system did: field 22 of /proc/PID/stat. */
function startOf(pid: number): string | undefined {
  try {
    if (!granted({ name: "read" })) return undefined;
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Whether a permission is there without asking the user. */
function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
