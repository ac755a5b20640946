/** Looking at other processes, as far as Linux shows them. */
import { isRunning } from "offprint/temporary.ts";

/** Processes below one, by their parents. */
export function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(Number(name));
    if (fields !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === root || (parent !== undefined && below(parent));
  };
  return [...parents.keys()].filter(below);
}

/** Whether a process runs; one that has ended and only waits to be collected does not. */
export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return isRunning(pid) && state !== "Z" && state !== "X";
}

/** Waits until none of the processes is alive, at most some half a minute; gives those that still are. */
export async function untilGone(pids: readonly number[]): Promise<number[]> {
  for (let tries = 0; tries < 600 && pids.some(isAlive); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return pids.filter(isAlive);
}

/** State, parent, … of a process; nothing when it is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\)/s, "").trim().split(" ");
  } catch {
    return undefined;
  }
}
